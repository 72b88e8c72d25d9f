"""The API's suggestions, and what was learnt."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.rechecking import NothingToSolveError
from compliance.services.releases import UnknownRulebookError
from feedback.policies import live_policy, stats
from promptrunner.api.solving import ProposalInput, SolvedOut
from promptrunner.api.views import Conflict, problems
from promptrunner.suggesting import MOST, SuggestionConflictError, suggest


class SuggestionsInput(ProposalInput):
    """A plot and a use for which designs are wanted."""

    count = serializers.IntegerField(required=False, default=3, min_value=1, max_value=MOST, help_text="How many designs; each is drawn by itself.")
    request_id = serializers.RegexField(
        r"^[A-Za-z0-9._:-]{1,100}$", required=False, help_text="The same id with the same proposal is answered with the same designs."
    )


class PolicyOut(serializers.Serializer[Any]):
    """Which policy chose."""

    number = serializers.IntegerField(help_text="0: the cold start, before anything was learnt.")
    digest = serializers.CharField(allow_blank=True)


class SuggestionOut(serializers.Serializer[Any]):
    """One design."""

    id = serializers.UUIDField(help_text="To be named in feedback on it.")
    design = serializers.DictField()
    status = serializers.CharField(help_text="The verdict on it: COMPLIANT, or INCOMPLETE where the proposal leaves something open.")
    strategy = serializers.CharField()
    probability = serializers.FloatField(help_text="With which it was drawn.")
    reason = serializers.CharField()


class SuggestionsOut(SolvedOut):
    """Designs that comply."""

    request_id = serializers.CharField()
    policy = PolicyOut()
    suggestions = SuggestionOut(many=True)
    reason = serializers.CharField(allow_blank=True, help_text="Why there is none.")


class SuggestionsView(APIView):
    """Designs for a plot and a use."""

    scope = "run"

    @extend_schema(request=SuggestionsInput, responses={200: SuggestionsOut, **problems(400, 409, 413, 415)}, operation_id="suggestions")
    def post(self, request: Request) -> Response:
        """Return a few designs that comply, drawn by what people are known to prefer there."""
        try:
            return Response(suggest(**_SUGGESTIONS.run_validation(request.data)))
        except UnknownRulebookError as error:
            raise ValidationError({"rulebook": [str(error)]}, code=error.code) from None
        except NothingToSolveError as error:
            raise ValidationError(str(error), code=error.code) from None
        except SuggestionConflictError as error:
            raise Conflict(str(error), code=error.code) from None


class GroupOut(serializers.Serializer[Any]):
    """What is known of a city and use."""

    city = serializers.CharField()
    building_use = serializers.CharField(allow_blank=True)
    rounds = serializers.IntegerField(help_text="Designs shown.")
    votes = serializers.IntegerField(help_text="Accepted votes.")
    acceptance_rate = serializers.FloatField(allow_null=True, help_text="Share of the accepted votes that are up; null where there is none.")
    trained_on = serializers.IntegerField(help_text="Votes that the live policy was trained on.")
    preferences = serializers.DictField(child=serializers.FloatField(), help_text="Strategy -> expected vote, -1 to 1, the most wanted first.")


class StatsOut(serializers.Serializer[Any]):
    """What was learnt."""

    policy = PolicyOut()
    groups = GroupOut(many=True)


class PolicyStatsView(APIView):
    """What was learnt, by city and use."""

    scope = "run"

    @extend_schema(responses={200: StatsOut, **problems()}, operation_id="policy_stats")
    def get(self, request: Request) -> Response:
        """Return rounds, acceptance and preferences, by city and use."""
        version, policy = live_policy()
        return Response({"policy": {"number": version.number if version else 0, "digest": policy.digest}, "groups": stats()})


_SUGGESTIONS = SuggestionsInput()
