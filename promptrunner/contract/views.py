"""What the views of the frozen routes have in common: how they read a body, answer, and say what is wrong."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView, set_rollback

from compliance.reading import PromptTooLongError
from compliance.specs import SpecError
from promptrunner.errors import SEND_A_TOKEN, UNAVAILABLE, error_body
from telemetry.trace import adopt_trace, current_trace_id

logger = logging.getLogger(__name__)
CODES = {
    400: "INVALID_INPUT", 401: "UNAUTHENTICATED", 403: "FORBIDDEN", 404: "NOT_FOUND", 405: "INVALID_INPUT", 408: "TIMEOUT", 409: "CONFLICT",
    413: "TOO_LARGE", 422: "UNPROCESSABLE", 429: "THROTTLED", 500: "PIPELINE_ERROR", 503: "UNAVAILABLE",
}  # fmt: skip


class NotFound(exceptions.NotFound):
    """There is no such record; what the client asked for is repeated in the body."""

    def __init__(self, message: str, **said: str) -> None:
        super().__init__(message)
        self.said = said


class AnyAccept(DefaultContentNegotiation):
    """Answers JSON whatever the client says that it accepts: installed clients say all kinds of things."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        """Return the first renderer."""
        return renderers[0], renderers[0].media_type


class FrozenView(APIView):
    """A view of a frozen route."""

    content_negotiation_class = AnyAccept
    scope = "run"
    trusted_clients = True
    agent: ClassVar[str] = "prompt-runner"
    invalid_status: ClassVar[int] = 422

    def get_exception_handler(self) -> Any:
        """Return the handler that answers in the contract's error body."""
        return self._failed

    def checked(self, serializer: BaseSerializer[Any], data: Any) -> dict[str, Any]:
        """Return a checked body; the caller's trace id in it becomes the current one."""
        body = dict(serializer.run_validation(data))
        own = body.get("trace_id") or _inner(body.get("metadata")).get("trace_id")
        if own:
            adopt_trace(own)
        return body

    def answer(self, body: Mapping[str, Any], status: int = 200) -> Response:
        """Return a response with the trace id that every one carries."""
        return Response({"trace_id": current_trace_id(), **body}, status=status)

    def _failed(self, error: Exception, context: Mapping[str, Any]) -> Response:
        set_rollback()
        status, message, errors = self._said(error)
        if status >= 500:
            logger.exception("A frozen route failed", exc_info=error)
        code = "INVALID_INPUT" if status == self.invalid_status and errors and status == 400 else CODES.get(status, "INVALID_INPUT")
        headers = {}
        if login := getattr(error, "auth_header", None):
            headers["WWW-Authenticate"] = login
        if (wait := getattr(error, "wait", None)) is not None:
            headers["Retry-After"] = str(int(wait) + 1)
        return Response({**error_body(code, message, self.agent, errors), **getattr(error, "said", {})}, status=status, headers=headers)

    def _said(self, error: Exception) -> tuple[int, str, list[dict[str, str]]]:
        """Return the status, a sentence, and the fields that are wrong."""
        if isinstance(error, SpecError):
            errors = [{"field": pointer.strip("/").replace("/", "."), "message": sentence} for pointer, sentence in error.errors]
            return self.invalid_status, "A value cannot be used.", errors
        if isinstance(error, PromptTooLongError):
            return self.invalid_status, str(error), [{"field": "prompt", "message": str(error)}]
        if isinstance(error, exceptions.ValidationError):
            return self.invalid_status, "The request is not valid; `errors` says what is wrong.", list(_fields(error.detail, ""))
        if isinstance(error, exceptions.ParseError | exceptions.UnsupportedMediaType):
            sentence = "The body is no JSON; send a JSON object with Content-Type application/json."
            return self.invalid_status, sentence, [{"field": "", "message": sentence}]
        if isinstance(error, RequestDataTooBig):
            return 413, "The request body is larger than 1 MB; send less.", []
        if isinstance(error, exceptions.NotAuthenticated):
            return 401, SEND_A_TOKEN, []
        if isinstance(error, exceptions.APIException):
            return error.status_code, str(error.detail), []
        if isinstance(error, Http404):
            return 404, "There is no such thing here; check the id.", []
        if isinstance(error, PermissionDenied):
            return 403, "This is not allowed for you.", []
        if isinstance(error, OperationalError | InterfaceError):
            return 503, UNAVAILABLE, []
        return 500, "A fault of ours. Please report the trace id.", []


def _inner(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _fields(detail: Any, name: str) -> Iterator[dict[str, str]]:
    if isinstance(detail, Mapping):
        for key, inner in detail.items():
            yield from _fields(inner, name if key == "non_field_errors" else f"{name}.{key}".strip("."))
    elif isinstance(detail, list):
        for inner in detail:
            yield from _fields(inner, name)
    else:
        yield {"field": name, "message": str(detail)}
