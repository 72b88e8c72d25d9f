"""The API's feedback: votes on runs and on clauses, clauses that are wrong, prompts that were misread."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.models import Run
from feedback.models import Feedback, Review, Suggestion
from feedback.services import confidence_score, votes_on
from promptrunner.api.serializers import Strict
from promptrunner.api.views import NewestFirst, problems
from promptrunner.rating import RatingError, feedback_give, source_of, suggestion_rate
from telemetry.trace import current_trace_id

VOTES = [(1, "up"), (-1, "down")]


class CorrectionInput(Strict):
    """One value that was misread."""

    field = serializers.CharField(max_length=60, help_text="The planning field.")
    value = serializers.JSONField(required=False, allow_null=True, default=None, help_text="What is meant; null where it is not stated at all.")


class FeedbackInput(Strict):
    """What somebody says about a run."""

    run = serializers.UUIDField(required=False, help_text="The run that it is about.")
    suggestion = serializers.UUIDField(required=False, help_text="The suggested design that it is about, instead of a run.")
    kind = serializers.ChoiceField(Feedback.Kind.choices, default=Feedback.Kind.RESULT)
    vote = serializers.ChoiceField(VOTES, required=False, help_text="1 or -1; may be left out where something is wrong.")
    clause_id = serializers.CharField(required=False, allow_blank=True, default="", max_length=60, help_text="The `id` of one of the run's findings.")
    reason = serializers.ChoiceField(Feedback.Reason.choices, required=False, allow_blank=True, default="")
    comment = serializers.CharField(required=False, allow_blank=True, default="", max_length=5000, help_text="In your own words.")
    corrections = CorrectionInput(many=True, required=False, default=list)
    session_id = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)


class FeedbackOut(serializers.ModelSerializer[Feedback]):
    """Feedback as it was given, and where it stands with the reviewers."""

    run = serializers.UUIDField(source="run_id", allow_null=True)
    suggestion = serializers.UUIDField(source="suggestion_id", allow_null=True)
    corrections = serializers.SerializerMethodField()
    review = serializers.ChoiceField(Review.Status.choices, source="review.status")

    class Meta:
        model = Feedback
        fields = (
            "id",
            "run",
            "suggestion",
            "kind",
            "vote",
            "clause_id",
            "reason",
            "comment",
            "corrections",
            "session_id",
            "city",
            "review",
            "trace_id",
            "created_at",
        )

    def get_corrections(self, feedback: Feedback) -> list[dict[str, Any]]:
        """Return what was misread, with the words that it was read from."""
        return list(json.loads(feedback.corrections))


class FeedbackGivenOut(FeedbackOut):
    """Feedback that was just given, with what the session's votes say together."""

    confidence_score = serializers.FloatField(help_text="The mean of the session's votes, -1 to 1.")

    class Meta(FeedbackOut.Meta):
        fields = (*FeedbackOut.Meta.fields, "confidence_score")  # type: ignore[assignment]


class FeedbackFilter(django_filters.FilterSet):
    """What a list of feedback may be narrowed to."""

    run = django_filters.UUIDFilter()
    city = django_filters.CharFilter()
    kind = django_filters.ChoiceFilter(choices=Feedback.Kind.choices)
    vote = django_filters.TypedChoiceFilter(choices=VOTES, coerce=int)
    review = django_filters.ChoiceFilter(field_name="review__status", choices=Review.Status.choices)
    since = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    until = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")


class FeedbackView(generics.ListAPIView[Feedback]):
    """POST takes feedback; GET lists it for operators, newest first."""

    scopes = {"GET": "operate", "POST": "feedback"}
    serializer_class = FeedbackOut
    filterset_class = FeedbackFilter
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[Feedback]:
        """Return the feedback with its reviews."""
        return Feedback.objects.select_related("review").defer("prompt", "output", "metadata")

    @extend_schema(responses={200: FeedbackOut(many=True), **problems(400)}, operation_id="feedback_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List feedback, newest first."""
        return super().get(request, *args, **kwargs)

    @extend_schema(request=FeedbackInput, responses={201: FeedbackGivenOut, **problems(400, 404, 413, 415)}, operation_id="feedback_create")
    def post(self, request: Request) -> Response:
        """Take feedback on a run, on a clause of its verdict (`clause`), on a clause that is wrong (`clause_wrong`) or a prompt that was misread (`misread`)."""
        feedback = self._given(request, dict(_FEEDBACK.run_validation(request.data)))
        feedback.confidence_score = confidence_score(votes_on(session_id=feedback.session_id))  # type: ignore[attr-defined]
        return Response(FeedbackGivenOut(feedback).data, status=status.HTTP_201_CREATED)

    def _given(self, request: Request, body: dict[str, Any]) -> Feedback:
        if ("run" in body) == ("suggestion" in body):
            raise RatingError([("/run", "Name a run or a suggestion.")])
        vote = body.pop("vote", None)
        by: dict[str, Any] = {
            "trace_id": current_trace_id(),
            "voter": request.user if request.user.is_authenticated else None,
            "source": source_of(str(request.META.get("REMOTE_ADDR", ""))),
        }
        if "run" in body:
            return feedback_give(run=get_object_or_404(Run, pk=body.pop("run")), vote=vote, **by, **body)
        if vote is None:
            raise RatingError([("/vote", "Vote 1 or -1.")])
        if body["clause_id"] or body["corrections"]:
            raise RatingError([("/suggestion", "Clauses and corrections belong to feedback on a run.")])
        told = {name: body[name] for name in ("reason", "comment", "session_id")}
        return suggestion_rate(suggestion=get_object_or_404(Suggestion, pk=body["suggestion"]), vote=vote, **by, **told)


class OneFeedbackView(APIView):
    """One piece of feedback."""

    scope = "operate"

    @extend_schema(responses={200: FeedbackOut, **problems(404)}, operation_id="feedback_retrieve")
    def get(self, request: Request, pk: UUID) -> Response:
        """Return it."""
        return Response(FeedbackOut(get_object_or_404(Feedback.objects.select_related("review"), pk=pk)).data)


_FEEDBACK = FeedbackInput()
