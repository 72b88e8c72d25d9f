"""The frozen routes in the OpenAPI document, under tags of their own."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, inline_serializer
from rest_framework import serializers

ANY = OpenApiTypes.OBJECT
FAILURE = inline_serializer(
    "FrozenError",
    {
        "success": serializers.BooleanField(),
        "trace_id": serializers.CharField(),
        "error": inline_serializer("FrozenErrorBody", {name: serializers.CharField() for name in ("code", "message", "agent", "timestamp")}),
        "errors": inline_serializer("FrozenErrorField", {name: serializers.CharField() for name in ("field", "message")}, many=True),
    },
)


def described(tag: str, body: Any, invalid: int, name: str, status: int = 200) -> dict[str, Any]:
    """Return the arguments of `extend_schema` for a route that takes a body."""
    failing = {code: OpenApiResponse(FAILURE) for code in (invalid, 401, 403, 413, 429, 500)}
    return {"operation_id": name, "tags": [f"Frozen: {tag}"], "request": body, "responses": {status: ANY, **failing}}
