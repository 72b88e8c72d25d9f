"""The wire of the native API: what comes in, and what goes out as the OpenAPI document describes it."""

from __future__ import annotations

import json
from typing import Any

from rest_framework import serializers

from compliance.models import City, Dispute, Rule, RulebookRelease, Run
from compliance.vocabulary import CITIES
from telemetry.trace import TRACE_ID

STATUSES = ["BLOCKED", "ERROR", "NON_COMPLIANT", "INCOMPLETE", "COMPLIANT"]
OUTCOMES = ["NOT_APPLICABLE", "SATISFIED", "VIOLATED", "UNDETERMINED", "REQUIRED"]


class Sha256Field(serializers.CharField):
    """A SHA-256 in hexadecimal digits."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_length=64, max_length=64, **options)


class Strict(serializers.Serializer[Any]):
    """A body in which an unknown member is an error, so that a misspelt one is not silently ignored."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the checked body; every unknown member is reported with its pointer."""
        if isinstance(data, dict) and (unknown := [name for name in data if name not in self.fields]):
            known = ", ".join(self.fields)
            raise serializers.ValidationError({name: [f"There is no such member; the members are {known}."] for name in unknown}, code="unknown_member")
        return super().to_internal_value(data)


class ReadInput(Strict):
    """A proposal to be read."""

    prompt = serializers.CharField(required=False, allow_blank=True, default="", trim_whitespace=False, help_text="The proposal in plain words.")
    city = serializers.CharField(required=False, max_length=80, help_text="Beats the city that the prompt names.")
    spec = serializers.DictField(required=False, help_text="Planning field -> value; beats what the prompt says.")


class RunInput(ReadInput):
    """A proposal to be checked and recorded."""

    rulebook = serializers.CharField(required=False, max_length=100, help_text="Name of a published rulebook instead of the one in force.")
    as_of = serializers.DateField(required=False, help_text="The day whose law is asked for; today in India where not given.")
    plot = serializers.DictField(
        required=False,
        help_text="The plot as a GeoJSON Polygon or Feature, in WGS 84 or with crs local_metres; road_edge numbers the edge along the road (docs/models.md).",
    )
    session_id = serializers.CharField(required=False, max_length=200, allow_blank=True, default="")
    trace_id = serializers.RegexField(TRACE_ID, required=False, help_text="Up to 100 letters, digits and . _ : -")


class ReadingOut(serializers.Serializer[Any]):
    """A value with where it came from."""

    field = serializers.CharField()
    value = serializers.JSONField()
    unit = serializers.CharField(required=False)
    origin = serializers.ChoiceField(["given", "stated", "derived"])
    text = serializers.CharField(required=False)
    start = serializers.IntegerField(required=False)
    end = serializers.IntegerField(required=False)
    note = serializers.CharField(required=False)


class QuestionOut(serializers.Serializer[Any]):
    """What has to be known."""

    field = serializers.CharField(required=False)
    question = serializers.CharField()
    text = serializers.CharField(required=False)


class ReadOut(serializers.Serializer[Any]):
    """A proposal as it was read."""

    spec = serializers.DictField()
    readings = ReadingOut(many=True)
    questions = QuestionOut(many=True)


class FindingOut(serializers.Serializer[Any]):
    """One clause's outcome."""

    id = serializers.CharField()
    clause_no = serializers.CharField()
    title = serializers.CharField()
    category = serializers.CharField()
    outcome = serializers.ChoiceField(OUTCOMES)
    checks = serializers.DictField()
    sentence = serializers.CharField()
    rests_on = serializers.ListField(child=serializers.CharField())
    displaced = serializers.ListField(child=serializers.CharField())
    needs = serializers.ListField(child=serializers.CharField())
    source = serializers.DictField()  # type: ignore[assignment]
    verification = serializers.ChoiceField(["verified", "secondary", "illustrative"])
    interpretation = serializers.CharField(required=False)


class RunRulebookOut(serializers.Serializer[Any]):
    """The release that judged a run."""

    name = serializers.CharField()
    edition = serializers.CharField()
    release = Sha256Field()
    not_included = serializers.ListField(child=serializers.CharField(), required=False)


class RunOut(serializers.Serializer[Any]):
    """A run: the verdict on one proposal, whole."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(STATUSES)
    digest = Sha256Field()
    outcome_digest = Sha256Field()
    city = serializers.CharField(required=False)
    rulebook = RunRulebookOut(required=False)
    as_of = serializers.DateField()
    spec = serializers.DictField()
    readings = ReadingOut(many=True)
    assumptions = serializers.ListField(child=serializers.DictField())
    questions = QuestionOut(many=True)
    findings = FindingOut(many=True)
    permissible = serializers.DictField()
    must_also_provide = serializers.ListField(child=serializers.DictField())
    not_checkable = serializers.IntegerField()
    missing_fields = serializers.ListField(child=serializers.CharField())
    reason = serializers.CharField(allow_blank=True)
    summary = serializers.DictField()
    notice = serializers.CharField()
    trace_id = serializers.CharField()
    session_id = serializers.CharField(required=False)
    supersedes = serializers.UUIDField(required=False)
    cause = serializers.ChoiceField(Run.Cause.choices, required=False, help_text="Why a run that supersedes another came out otherwise.")
    model_url = serializers.CharField(required=False, help_text="The run's model; absent where the proposal states no plot area.")
    latest = serializers.BooleanField()
    performance = serializers.DictField()
    created_at = serializers.DateTimeField()


class RunRow(serializers.ModelSerializer[Run]):
    """A run in a list."""

    class Meta:
        model = Run
        fields = ("id", "status", "city", "prompt", "digest", "outcome_digest", "as_of", "session_id", "trace_id", "external_id", "revision", "created_at")


class CityOut(serializers.ModelSerializer[City]):
    """A city with its closed list of zones and the rulebook in force today."""

    zones = serializers.SerializerMethodField()
    rulebook = serializers.SerializerMethodField()

    class Meta:
        model = City
        fields = ("name", "zones", "rulebook")

    def get_zones(self, city: City) -> list[dict[str, str]]:
        """Return the city's zones: code, label and use (empty where a zone has several)."""
        return [{"code": zone.code, "label": zone.label, "use": zone.use or ""} for zone in CITIES[city.name].zones.values()]

    def get_rulebook(self, city: City) -> str:
        """Return the name of the rulebook in force today, empty where there is none."""
        return str(self.context["in_force"].get(city.name, ""))


class CoverageInput(Strict):
    """Which day's law."""

    as_of = serializers.DateField(required=False, help_text="The day whose law is asked for; today in India where not given.")


class CoverageCounts(serializers.Serializer[Any]):
    """Rows of the regulation, and the clauses of the rulebook that hold them."""

    rows = serializers.IntegerField(help_text="Rows of the regulation that were read.")
    encoded = serializers.IntegerField(help_text="Rows that clauses of the rulebook hold.")
    not_checkable = serializers.IntegerField(help_text="Rows that a proposal in words cannot decide.")
    not_included = serializers.IntegerField(help_text="Rows that were left out.")
    clauses = serializers.IntegerField()
    verified = serializers.IntegerField(help_text="Clauses whose transcription was checked against the text.")
    tested = serializers.IntegerField(help_text="Clauses with examples at their thresholds.")
    interpreted = serializers.IntegerField(help_text="Clauses with a reading of ours where the text is unclear.")
    undecided = serializers.IntegerField(help_text="Clauses that the law leaves blank somewhere.")


class LeftOut(serializers.Serializer[Any]):
    """A row that no clause holds."""

    row = serializers.CharField()
    state = serializers.ChoiceField(["not_checkable", "not_included"])
    why = serializers.CharField()


class CoverageTable(CoverageCounts):
    """One table of the regulation."""

    table = serializers.CharField(required=False)
    clause = serializers.CharField()
    what = serializers.CharField()
    left_out = LeftOut(many=True)


class NotCheckable(serializers.Serializer[Any]):
    """What a real check covers and a proposal in words cannot decide."""

    clause = serializers.CharField()
    what = serializers.CharField()


class RulebookName(serializers.Serializer[Any]):
    """A release by its names."""

    name = serializers.CharField()
    title = serializers.CharField()
    edition = serializers.CharField()
    release = Sha256Field()


class CoverageOut(serializers.Serializer[Any]):
    """How much of a city's regulation its rulebook covers."""

    city = serializers.CharField()
    as_of = serializers.DateField()
    rulebook = RulebookName()
    totals = CoverageCounts()
    tables = CoverageTable(many=True)
    not_checkable = NotCheckable(many=True)
    not_included = serializers.ListField(child=serializers.CharField())


class RulebookOut(serializers.ModelSerializer[RulebookRelease]):
    """A release of a rulebook."""

    name = serializers.CharField(source="rulebook.name")
    title = serializers.CharField(source="rulebook.title")
    release = serializers.CharField(source="sha256")
    cities = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = RulebookRelease
        fields = ("name", "title", "edition", "release", "status", "cities", "effective_from", "effective_to", "published_at")


class CompareInput(serializers.Serializer[Any]):
    """Which two releases are compared."""

    old = serializers.CharField(max_length=100, help_text="A rulebook's name (its newest published release) or the first digits of a release's hash.")
    new = serializers.CharField(max_length=100, help_text="As `old`.")


class ChangeOut(serializers.Serializer[Any]):
    """One value that differs."""

    path = serializers.CharField()
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)


class DifferenceOut(serializers.Serializer[Any]):
    """A clause that differs; an empty `clause` is what belongs to the rulebook itself."""

    clause = serializers.CharField()
    kind = serializers.ChoiceField(["added", "removed", "changed"])
    clause_no = serializers.CharField()
    title = serializers.CharField()
    changes = ChangeOut(many=True)


class CompareOut(serializers.Serializer[Any]):
    """What differs between two releases."""

    old = RulebookName()
    new = RulebookName()
    differences = DifferenceOut(many=True)


class DisputeInput(serializers.Serializer[Any]):
    """Somebody says that a clause is wrong."""

    clause_id = serializers.CharField(max_length=60, help_text="The `id` of one of the run's findings.")
    text = serializers.CharField(max_length=5000, help_text="What is wrong with it.")


class DisputeOut(serializers.ModelSerializer[Dispute]):
    """A dispute about a clause, and where it stands."""

    run = serializers.UUIDField(source="run_id")
    rulebook = serializers.CharField(source="rulebook.name")
    settled_in = serializers.SerializerMethodField()

    class Meta:
        model = Dispute
        fields = ("id", "run", "rulebook", "clause_id", "clause_no", "text", "raised_at", "status", "answer", "settled_in", "settled_at")

    def get_settled_in(self, dispute: Dispute) -> str | None:
        """Return the release that mends the clause, by its hash."""
        return dispute.settled_in.sha256 if dispute.settled_in else None


class RuleOut(serializers.ModelSerializer[Rule]):
    """A published clause."""

    rulebook = serializers.CharField(source="release.rulebook.name")
    release = serializers.CharField(source="release.sha256")
    id = serializers.CharField(source="clause_id")
    cities = serializers.ListField(child=serializers.CharField())
    content = serializers.SerializerMethodField()

    class Meta:
        model = Rule
        fields = (
            "rulebook", "release", "id", "clause_no", "title", "category", "table", "cities", "verification", "effective_from", "effective_to", "version", "content",
        )  # fmt: skip

    def get_content(self, rule: Rule) -> dict[str, Any]:
        """Return the clause as the rulebook writes it."""
        return dict(json.loads(rule.content))


class ProblemError(serializers.Serializer[Any]):
    """One thing that is wrong, with the JSON pointer of its place."""

    pointer = serializers.CharField()
    detail = serializers.CharField()


class Problem(serializers.Serializer[Any]):
    """RFC 9457 problem details."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    errors = ProblemError(many=True, required=False)  # type: ignore[assignment]
    trace_id = serializers.CharField()
