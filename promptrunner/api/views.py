"""The native API: each view checks the request, calls one service or one query, and answers."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DatabaseError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import APIException, NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from compliance.models import City, Dispute, IdempotencyKey, Rule, RulebookRelease, Run
from compliance.reading import read_prompt
from compliance.rules import compare, coverage
from compliance.services.disputes import dispute_raise
from compliance.services.drafts import CurationError
from compliance.services.releases import UnknownReleaseError, UnknownRulebookError, release_compiled, release_in_force, release_of
from compliance.services.runs import IdempotencyConflictError, body_sha256, idempotent_run
from compliance.specs import normalise_spec
from compliance.vocabulary import CITIES
from promptrunner.api.filters import RuleFilter, RunFilter
from promptrunner.api.serializers import (
    CityOut,
    CompareInput,
    CompareOut,
    CoverageInput,
    CoverageOut,
    DisputeInput,
    DisputeOut,
    Problem,
    ReadInput,
    ReadOut,
    RulebookOut,
    RuleOut,
    RunInput,
    RunOut,
    RunRow,
)
from promptrunner.errors import PROBLEM
from promptrunner.pipeline import run_json, run_proposal, today
from telemetry.trace import adopt_trace

MAX_KEY = 200


class Conflict(APIException):
    """The request conflicts with what is stored."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


def problems(*codes: int) -> dict[tuple[int, str], OpenApiResponse]:
    """Return the documented problem+json answers of a view, those that every view can give included."""
    words = {
        400: "What is wrong with the request, with JSON pointers.", 401: "A token is needed.", 403: "The token does not allow this.", 404: "There is no such thing.",
        405: "The method is not allowed here.", 406: "There is no answer of a type that the request accepts.", 409: "The request conflicts with what is stored.", 413: "The body is too large.",
        415: "Bodies are JSON.", 429: "Too many requests.", 500: "A fault of ours; the trace id finds it.", 501: "What this needs is not installed; the problem says what.", 503: "The database cannot be reached now.",
    }  # fmt: skip
    return {(code, PROBLEM): OpenApiResponse(Problem, description=words[code]) for code in sorted({401, 403, 405, 406, 429, 500, 503, *codes})}


class CursorPages(CursorPagination):
    """Pages that begin where a cursor says; one that we did not make is bad input."""

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any] | None:
        """Return one page."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (NotFound, DjangoValidationError, ValueError):
            raise ValidationError({"cursor": ["This cursor is none of ours; take it from `next`, or leave it out."]}, code="invalid_cursor") from None


class NewestFirst(CursorPages):
    """Cursor pages, so that no page gets slower with the number of runs before it."""

    ordering = ("-created_at", "-id")
    page_size = 25
    page_size_query_param = "page_size"
    max_page_size = 200


class ByPosition(CursorPages):
    """Clauses in the order of their rulebook."""

    ordering = ("release", "position", "id")
    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 500


class RunsView(generics.ListAPIView[Run]):
    """POST checks a proposal and records the run; GET lists runs, newest first."""

    scope = "run"

    serializer_class = RunRow
    filterset_class = RunFilter
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[Run]:
        """Return the runs without their large texts."""
        return Run.objects.defer("spec", "verdict")

    @extend_schema(
        request=RunInput,
        responses={201: OpenApiResponse(RunOut, description="The verdict, whatever it is."), 200: OpenApiResponse(RunOut, description="The run that the same idempotency key already made."), **problems(400, 409, 413, 415)},
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, description="Sent twice with the same body, it makes one run.")],
        operation_id="runs_create",
    )  # fmt: skip
    def post(self, request: Request) -> HttpResponse:
        """Check a proposal: 201 for any verdict, 200 for an idempotent replay."""
        body = _checked(_RUN_INPUT, request)
        if "trace_id" in body:
            adopt_trace(body["trace_id"])
        key = _idempotency_key(request)
        owner, body_hash = owner_of(request), body_sha256(request.data) if key else ""
        if key and (earlier := _earlier_run(owner, key, body_hash)) is not None:
            return _run_response(earlier)
        beside = [IdempotencyKey(owner=owner, key=key, body_sha256=body_hash)] if key else []
        try:
            run, performance = run_proposal(**body, beside=beside)
        except UnknownRulebookError as error:
            raise ValidationError({"rulebook": [str(error)]}, code=error.code) from None
        except DatabaseError:
            # The same key arrived twice at the same moment: the other request made the run, this one answers with it. SQL databases
            # call that an IntegrityError, MongoDB may call it a write conflict.
            if not key or (earlier := _earlier_run(owner, key, body_hash)) is None:
                raise
            return _run_response(earlier)
        return _run_response(run, performance, status=status.HTTP_201_CREATED, headers={"Location": f"/api/v1/runs/{run.pk}/"})

    @extend_schema(responses={200: RunRow(many=True), **problems(400)}, operation_id="runs_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List runs, newest first."""
        return super().get(request, *args, **kwargs)


class RunView(APIView):
    """One run, whole."""

    scope = "run"

    @extend_schema(responses={200: RunOut, **problems(404)}, operation_id="runs_retrieve")
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        """Return a run."""
        return _run_response(get_object_or_404(Run, pk=pk))


class ReadView(APIView):
    """A proposal read but not judged; nothing is stored."""

    scope = "run"

    @extend_schema(request=ReadInput, responses={200: ReadOut, **problems(400, 413, 415)}, operation_id="read")
    def post(self, request: Request) -> Response:
        """Return the values read with the words that they came from, and the questions."""
        body = _checked(_READ_INPUT, request)
        given = normalise_spec({**body.get("spec", {}), **({"city": body["city"]} if "city" in body else {})})
        return Response(read_prompt(body["prompt"], given).as_dict())


class CitiesView(generics.ListAPIView[City]):
    """The cities with their zones and the rulebook in force today."""

    scope = "run"

    queryset = City.objects.order_by("name")
    serializer_class = CityOut
    pagination_class = None

    def get_serializer_context(self) -> dict[str, Any]:
        """Add the rulebook in force today, by city."""
        day = today()
        names = [city.name for city in self.get_queryset()]
        in_force = {name: release.rulebook.name for name in names if (release := release_in_force(city=name, as_of=day))}
        return {**super().get_serializer_context(), "in_force": in_force}

    @extend_schema(responses={200: CityOut(many=True), **problems()}, operation_id="cities_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the cities."""
        return super().get(request, *args, **kwargs)


class CoverageView(APIView):
    """How much of a city's regulation the rulebook in force covers, row by row."""

    scope = "run"

    @extend_schema(
        responses={200: CoverageOut, **problems(400, 404)},
        parameters=[
            OpenApiParameter("city", str, OpenApiParameter.PATH, enum=list(CITIES)),
            OpenApiParameter("as_of", datetime.date, description="The day whose law is asked for; today in India where not given."),
        ],
        operation_id="cities_coverage",
    )
    def get(self, request: Request, city: str) -> Response:
        """Return what is encoded, verified, tested, interpreted, not checkable and not included."""
        day = _COVERAGE_INPUT.run_validation(request.query_params).get("as_of") or today()
        if city not in CITIES:
            raise NotFound(f"'{city[:80]}' is none of the cities: {', '.join(CITIES)}.")
        release = release_in_force(city=city, as_of=day)
        if release is None:
            raise NotFound(f"No rulebook is in force for {city} on {day.isoformat()}.")
        about = {"name": release.rulebook.name, "title": release.rulebook.title, "edition": release.edition, "release": release.sha256}
        return Response({"city": city, "as_of": day, "rulebook": about, **coverage(release_compiled(release))})


class RulebooksView(generics.ListAPIView[RulebookRelease]):
    """The releases that are or were published, newest first; drafts are the curators'."""

    scope = "run"

    queryset = RulebookRelease.objects.been_in_force().select_related("rulebook").defer("content", "checked", "proposed", "impact").order_by("-created_at")
    serializer_class = RulebookOut
    pagination_class = None

    @extend_schema(responses={200: RulebookOut(many=True), **problems()}, operation_id="rulebooks_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the releases."""
        return super().get(request, *args, **kwargs)


class CompareView(APIView):
    """What differs between two releases that are or were published."""

    scope = "run"

    @extend_schema(parameters=[CompareInput], responses={200: CompareOut, **problems(400, 404)}, operation_id="rulebooks_compare")
    def get(self, request: Request) -> Response:
        """Return the differences, clause by clause and value by value."""
        asked = _COMPARE_INPUT.run_validation(request.query_params)
        try:
            old, new = (release_of(asked[name]) for name in ("old", "new"))
        except UnknownReleaseError as error:
            raise NotFound(str(error)) from None
        one, other = release_compiled(old), release_compiled(new)
        names = {
            name: {"name": book.name, "title": book.title, "edition": book.edition, "release": book.sha256} for name, book in (("old", one), ("new", other))
        }
        return Response({**names, "differences": [difference.as_dict() for difference in compare(one.content, other.content)]})


class DisputesView(generics.ListAPIView[Dispute]):
    """POST says that a clause of the run's verdict is wrong; GET lists what was said."""

    scopes = {"GET": "run", "POST": "feedback"}

    serializer_class = DisputeOut
    pagination_class = None

    def get_queryset(self) -> QuerySet[Dispute]:
        """Return the disputes raised at a run."""
        if getattr(self, "swagger_fake_view", False):  # the schema asks without a run
            return Dispute.objects.none()
        run = get_object_or_404(Run.objects.only("pk"), pk=self.kwargs["pk"])
        return run.disputes.select_related("rulebook", "settled_in").defer("settled_in__content").order_by("raised_at")

    @extend_schema(responses={200: DisputeOut(many=True), **problems(404)}, operation_id="disputes_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the disputes of a run."""
        return super().get(request, *args, **kwargs)

    @extend_schema(request=DisputeInput, responses={201: DisputeOut, **problems(400, 404, 413, 415)}, operation_id="disputes_create")
    def post(self, request: Request, pk: UUID) -> Response:
        """Raise a dispute: curators see it at the clause, with this run beside it."""
        run = get_object_or_404(Run, pk=pk)
        body = _checked(_DISPUTE_INPUT, request)
        try:
            dispute = dispute_raise(run=run, clause_id=body["clause_id"], text=body["text"], by=request.user if request.user.is_authenticated else None)
        except CurationError as error:
            raise ValidationError({"clause_id": [str(error)]}, code=error.code) from None
        return Response(DisputeOut(dispute).data, status=status.HTTP_201_CREATED)


class RulesView(generics.ListAPIView[Rule]):
    """The published clauses."""

    scope = "run"

    serializer_class = RuleOut
    filterset_class = RuleFilter
    pagination_class = ByPosition

    def get_queryset(self) -> QuerySet[Rule]:
        """Return the clauses of published releases."""
        return Rule.objects.published().select_related("release__rulebook")

    @extend_schema(responses={200: RuleOut(many=True), **problems(400)}, operation_id="rules_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the published clauses."""
        return super().get(request, *args, **kwargs)


# Made once: a serializer's fields are copied for each instance, which would take as long as reading a proposal.
_READ_INPUT, _RUN_INPUT, _COVERAGE_INPUT, _COMPARE_INPUT, _DISPUTE_INPUT = ReadInput(), RunInput(), CoverageInput(), CompareInput(), DisputeInput()


def _checked(serializer: BaseSerializer[Any], request: Request) -> dict[str, Any]:
    return dict(serializer.run_validation(request.data))


def _run_response(run: Run, performance: Mapping[str, float] | None = None, **options: Any) -> HttpResponse:
    return HttpResponse(run_json(run, performance), content_type="application/json", **options)


def owner_of(request: Request) -> str:
    """Return whose idempotency keys these are: the token's (by its hash), a logged-in person's, or everybody's where use is anonymous."""
    return str(getattr(request.auth, "pk", "") or request.user.pk or "")[:64]


def _idempotency_key(request: Request) -> str:
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > MAX_KEY or not key.isprintable():
        raise ValidationError(f"The Idempotency-Key has at most {MAX_KEY} printable characters.", code="invalid_idempotency_key")
    return key


def _earlier_run(owner: str, key: str, body_hash: str) -> Run | None:
    try:
        return idempotent_run(owner=owner, key=key, body_hash=body_hash)
    except IdempotencyConflictError as error:
        raise Conflict(str(error), code=error.code) from None
