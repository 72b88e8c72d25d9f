"""What clients of the frozen routes send. Fields that we do not know are ignored."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from compliance.earlier_rules import EARLIER_NAMES
from compliance.specs import Spec, find_code, normalise_spec
from compliance.vocabulary import CITIES, FIELDS
from telemetry.trace import TRACE_ID

LONGEST_ID = 200


class Text(serializers.CharField):
    """A text; a number is none."""

    def to_internal_value(self, data: Any) -> str:
        """Return the text."""
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class CityField(Text):
    """A city that we know, by its name or a known other one."""

    def to_internal_value(self, data: Any) -> str:
        """Return the city's name."""
        city = find_code("city", super().to_internal_value(data))
        if city is None:
            raise serializers.ValidationError(f"The city is one of {', '.join(CITIES)}.")
        return city


class ObjectField(serializers.DictField):
    """An object with anything in it; null is taken for an empty one."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, "default": dict, "allow_null": True, **options})

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Return the object."""
        return super().run_validation(data) or {}


class MetadataField(ObjectField):
    """Metadata; a trace id in it has the form of one."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Return the metadata."""
        metadata = super().run_validation(data)
        trace = metadata.get("trace_id")
        if trace is not None and not (isinstance(trace, str) and TRACE_ID.match(trace)):
            raise serializers.ValidationError({"trace_id": ["A trace id has up to 100 letters, digits and . _ : -"]})
        return metadata


@extend_schema_field({"enum": [1, -1], "type": "integer"})
class VoteField(serializers.Field[int, Any, int, Any]):
    """1 or -1, and nothing else."""

    def to_internal_value(self, data: Any) -> int:
        """Return the vote."""
        if isinstance(data, bool) or not isinstance(data, int) or data not in (1, -1):
            raise serializers.ValidationError("Feedback is 1 or -1.")
        return data

    def to_representation(self, value: int) -> int:
        """Return the vote."""
        return value


@extend_schema_field({"oneOf": [{"type": "integer", "enum": [1, -1]}, {"type": "string", "enum": ["up", "down"]}]})
class WordedVoteField(VoteField):
    """1, -1, "up" or "down"; the body keeps what was sent."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the vote as it was sent."""
        if data not in ("up", "down"):
            try:
                return super().to_internal_value(data)
            except serializers.ValidationError:
                raise serializers.ValidationError('Feedback is 1, -1, "up" or "down".') from None
        return data


def case_id_field(**options: Any) -> Text:
    """Return the field of a case's id."""
    return Text(max_length=LONGEST_ID, **options)


class OrchestrateInput(serializers.Serializer[Any]):
    """POST /orchestrate/run."""

    prompt = Text(trim_whitespace=False)
    city = CityField()
    session_id = Text(required=False, max_length=LONGEST_ID, allow_blank=True, allow_null=True)
    trace_id = serializers.RegexField(TRACE_ID, required=False, allow_null=True)
    subject = ObjectField(help_text="Planning fields that override what the prompt says.")
    metadata = MetadataField()


class LogInput(serializers.Serializer[Any]):
    """POST /core/log."""

    session_id = Text(min_length=8, max_length=LONGEST_ID)
    city = CityField()
    prompt = Text(trim_whitespace=False)
    event = Text(required=False, max_length=100, default="core_log", allow_null=True)
    output = ObjectField()
    metadata = MetadataField()


class _SessionOrCase(serializers.Serializer[Any]):
    """`case_id` is an alias of `session_id`."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the body with its session."""
        if isinstance(data, Mapping) and "session_id" not in data and "case_id" in data:
            data = {**data, "session_id": data["case_id"]}
        return super().to_internal_value(data)


class CoreFeedbackInput(_SessionOrCase):
    """POST /core/feedback."""

    session_id = Text(min_length=8, max_length=LONGEST_ID)
    feedback = VoteField()
    prompt = Text(required=False, allow_blank=True, allow_null=True, trim_whitespace=False)
    output = ObjectField()
    metadata = MetadataField()


class ContextQuery(serializers.Serializer[Any]):
    """GET /core/context; `user_id` is an alias of `session_id`."""

    session_id = serializers.CharField(required=False, max_length=LONGEST_ID)
    user_id = serializers.CharField(required=False, max_length=LONGEST_ID)
    limit = serializers.IntegerField(required=False, default=10, min_value=1, max_value=100)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a question about nobody."""
        if not (attrs.get("session_id") or attrs.get("user_id")):
            raise serializers.ValidationError({"session_id": ["Send session_id or user_id."]})
        return attrs


class RuleInput(serializers.Serializer[Any]):
    """POST /api/mcp/save_rule, in either generation's shape."""

    city = CityField()
    rule_id = Text(required=False, max_length=60)
    rule_text = Text(required=False, allow_blank=True)
    category = Text(required=False, allow_blank=True, allow_null=True, max_length=60)
    parsed_data = ObjectField()
    authority = Text(required=False, allow_blank=True, allow_null=True)
    clause_no = Text(required=False, max_length=60)
    page = serializers.JSONField(required=False)
    rule_type = Text(required=False, allow_blank=True, allow_null=True, max_length=60)
    conditions = serializers.JSONField(required=False)
    entitlements = serializers.JSONField(required=False)
    notes = serializers.JSONField(required=False)
    parsed_fields = ObjectField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for what either shape needs."""
        if not (attrs.get("rule_id") or attrs.get("clause_no")):
            raise serializers.ValidationError({"rule_id": ["Send rule_id with rule_text, or clause_no with conditions."]})
        if not any(attrs.get(name) for name in ("rule_text", "conditions", "parsed_data", "parsed_fields")):
            name = "rule_text" if attrs.get("rule_id") else "conditions"
            raise serializers.ValidationError({name: ["Say what the clause says: rule_text, or conditions and parsed_fields."]})
        return attrs


@extend_schema_field(OpenApiTypes.BYTE)
class Base64Field(Text):
    """A file in base64."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the bytes."""
        try:
            return base64.b64decode(super().to_internal_value(data), validate=True)
        except (binascii.Error, ValueError):
            raise serializers.ValidationError("This is no base64.") from None


class GeometryInput(serializers.Serializer[Any]):
    """POST /api/mcp/geometry, in either generation's shape."""

    case_id = case_id_field()
    geometry_data = serializers.DictField(required=False)
    file = Text(required=False, max_length=300)
    file_data_b64 = Base64Field(required=False, trim_whitespace=True)
    city = CityField(required=False)
    metadata = MetadataField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for one of the shapes."""
        if not any(name in attrs for name in ("geometry_data", "file", "file_data_b64")):
            raise serializers.ValidationError({"geometry_data": ["Send geometry_data (an object), or file with file_data_b64."]})
        return attrs


class GeometryQuery(serializers.Serializer[Any]):
    """GET /api/mcp/geometry/<case_id>."""

    format = serializers.ChoiceField(["glb", "gltf"], required=False, default="glb")


class McpFeedbackInput(serializers.Serializer[Any]):
    """POST /api/mcp/feedback."""

    case_id = case_id_field()
    feedback = WordedVoteField()
    metadata = MetadataField()


class CreatorFeedbackInput(serializers.Serializer[Any]):
    """POST /api/mcp/creator_feedback."""

    session_id = Text(max_length=LONGEST_ID)
    feedback = VoteField()
    prompt = Text(required=False, allow_blank=True, allow_null=True, trim_whitespace=False)
    output = serializers.JSONField(required=False)
    city = CityField(required=False)


class DocumentInput(serializers.Serializer[Any]):
    """POST /api/mcp/upload_parsed_pdf."""

    case_id = case_id_field()
    parsed_data = serializers.JSONField()


class SummaryInput(serializers.Serializer[Any]):
    """POST /api/mcp/output_summary."""

    city = CityField()
    summary = serializers.JSONField()
    case_id = case_id_field(required=False, allow_blank=True, allow_null=True)
    file_path = Text(required=False, max_length=300, allow_blank=True, allow_null=True)


class CheckInput(serializers.Serializer[Any]):
    """POST /api/compliance/check."""

    city = CityField()
    spec = serializers.DictField()


def planning_values(values: Mapping[str, Any]) -> Spec:
    """Return the planning fields among the values that a client sent; names that we do not know are ignored, as the contract says.

    Raises:
        SpecError: a value that no proposal can have.
    """
    named = {EARLIER_NAMES.get(name, name): value for name, value in values.items() if name in EARLIER_NAMES}
    return normalise_spec(
        {**{name: value for name, value in values.items() if name in FIELDS}, **{name: value for name, value in named.items() if name not in values}}
    )
