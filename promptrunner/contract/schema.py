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


def described(tag: str, body: Any, invalid: int, name: str, *good: int | tuple[int, str], parameters: Any = None) -> dict[str, Any]:
    """Return the arguments of `extend_schema` for a route: its tag, name, body (None where it takes none), good answers (200) and query."""
    answers = {code: bytes if isinstance(code, tuple) else ANY for code in good or (200,)}
    failing = {code: OpenApiResponse(FAILURE) for code in (invalid, 401, 403, 404, 405, 413, 429, 500, 503)}
    return {"operation_id": name, "tags": [f"Frozen: {tag}"], "request": body, "responses": {**answers, **failing}, "parameters": parameters}
