"""The API's views that solve: what may be built, what to change, proposals side by side. Nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.models import Run
from compliance.rechecking import NothingToSolveError, trials_of_run
from compliance.rules.solving import Trials
from compliance.services.releases import UnknownRulebookError
from compliance.specs import SpecError
from promptrunner.api.serializers import ReadInput, Strict
from promptrunner.api.views import problems
from promptrunner.pipeline import assess
from promptrunner.solving import MOST_COMPARED, comparison, envelope, remedies, trials_of


class ProposalInput(ReadInput):
    """A proposal."""

    rulebook = serializers.CharField(required=False, max_length=100, help_text="Name of a published rulebook instead of the one in force.")
    as_of = serializers.DateField(required=False, help_text="The day whose law is asked for; today in India where not given.")


class SolveInput(ProposalInput):
    """A proposal, or a stored run."""

    run = serializers.UUIDField(required=False, help_text="A stored run instead of a proposal: solved under the release that judged it.")


class CompareProposalsInput(Strict):
    """Two to four proposals."""

    proposals = serializers.ListField(child=ProposalInput(), min_length=2, max_length=MOST_COMPARED)


class SolvedOut(serializers.Serializer[Any]):
    """What every solving answer says of itself."""

    rulebook = serializers.DictField()
    as_of = serializers.DateField()


class EnvelopeOut(SolvedOut):
    """What may be built."""

    envelope = serializers.DictField()


class RemediesOut(SolvedOut):
    """What to change, and what to ask."""

    status = serializers.CharField()
    remedies = serializers.ListField(child=serializers.DictField())
    cannot_be_helped = serializers.ListField(child=serializers.DictField())
    reason = serializers.CharField(allow_blank=True)
    questions = serializers.ListField(child=serializers.DictField())
    holds = serializers.DictField(required=False)


class ComparisonOut(serializers.Serializer[Any]):
    """Proposals side by side."""

    proposals = serializers.ListField(child=serializers.DictField())
    by_field = serializers.ListField(child=serializers.DictField())


class EnvelopeView(APIView):
    """What may be built on a plot for a use."""

    scope = "run"

    @extend_schema(request=SolveInput, responses={200: EnvelopeOut, **problems(400, 404, 413, 415)}, operation_id="envelope")
    def post(self, request: Request) -> Response:
        """Return heights, margins, FSI and coverage that are feasible together, and the largest built-up area."""
        return Response(envelope(_trials(_SOLVE.run_validation(request.data))))


class RemediesView(APIView):
    """What to change so that a proposal complies."""

    scope = "run"

    @extend_schema(request=SolveInput, responses={200: RemediesOut, **problems(400, 404, 413, 415)}, operation_id="remedies")
    def post(self, request: Request) -> Response:
        """Return the smallest changes first, and the facts that can still change the verdict."""
        return Response(remedies(_trials(_SOLVE.run_validation(request.data))))


class RunRemediesView(APIView):
    """What to change in a stored run's proposal."""

    scope = "run"

    @extend_schema(responses={200: RemediesOut, **problems(400, 404)}, operation_id="runs_remedies")
    def get(self, request: Request, pk: UUID) -> Response:
        """Return the smallest changes first, under the release that judged the run."""
        return Response(remedies(_trials({"run": pk})))


class RunEnvelopeView(APIView):
    """What may be built instead of a stored run's proposal."""

    scope = "run"

    @extend_schema(responses={200: EnvelopeOut, **problems(400, 404)}, operation_id="runs_envelope")
    def get(self, request: Request, pk: UUID) -> Response:
        """Return what is feasible together on the run's plot, under the release that judged the run."""
        return Response(envelope(_trials({"run": pk})))


class CompareProposalsView(APIView):
    """Proposals side by side."""

    scope = "run"

    @extend_schema(request=CompareProposalsInput, responses={200: ComparisonOut, **problems(400, 413, 415)}, operation_id="compare")
    def post(self, request: Request) -> Response:
        """Return each one's verdict, and field by field what is provided and what is permissible."""
        proposals = _COMPARE.run_validation(request.data)["proposals"]
        try:
            return Response(comparison([dict(proposal) for proposal in proposals]))
        except UnknownRulebookError as error:
            raise ValidationError({"proposals": [str(error)]}, code=error.code) from None
        except SpecError as error:
            raise ValidationError({"proposals": [f"{pointer}: {sentence}" for pointer, sentence in error.errors]}, code=error.code) from None


_SOLVE, _COMPARE = SolveInput(), CompareProposalsInput()


def _trials(body: Mapping[str, Any]) -> Trials:
    try:
        if "run" in body:
            return trials_of_run(get_object_or_404(Run.objects.select_related("release__rulebook"), pk=body["run"]))
        return trials_of(assess(**body))
    except UnknownRulebookError as error:
        raise ValidationError({"rulebook": [str(error)]}, code=error.code) from None
    except NothingToSolveError as error:
        raise ValidationError(str(error), code=error.code) from None
