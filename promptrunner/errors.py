"""Errors: native ones as RFC 9457 problem details, those of the frozen routes in their own shape; what is wrong, where, what to do, never a traceback."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils import timezone, translation
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from compliance.reading import PromptTooLongError
from compliance.specs import SpecError
from geometry.massing import PlotError
from promptrunner.rating import RatingError
from promptrunner.security import PAGE_POLICY
from telemetry.trace import current_trace_id

logger = logging.getLogger(__name__)
PROBLEM = "application/problem+json"
FROZEN = ("/core/", "/orchestrate/", "/api/mcp/", "/api/compliance/", "/api/rules/")
UNAVAILABLE = "The database cannot be reached now; nothing was stored. Send it again in a little while."
TOO_LARGE = "The request body is larger than 1 MB; send less."
SEND_A_TOKEN = "Send an API token: `Authorization: Token ...` (manage.py create_token makes one)."  # noqa: S105 - a sentence


def written(moment: datetime.datetime) -> str:
    """Return a time as the contract writes it."""
    return moment.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")


def error_body(code: str, message: str, agent: str, errors: Sequence[Mapping[str, str]] = ()) -> dict[str, Any]:
    """Return the contract's error body."""
    return {
        "success": False,
        "trace_id": current_trace_id(),
        "error": {"code": code, "message": message, "agent": agent, "timestamp": written(timezone.now())},
        "errors": list(errors),
    }


def problem(status: int, code: str, detail: str, errors: list[dict[str, str]] | None = None) -> dict[str, Any]:
    """Return the body of a problem."""
    body: dict[str, Any] = {
        "type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, "code": code, "trace_id": current_trace_id(),
    }  # fmt: skip
    if errors:
        body["errors"] = errors
    return body


def problem_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Return the problem for an exception of an API view; unknown ones are logged in full and answered with their trace id."""
    known = _api_error(error)
    if isinstance(error, OperationalError | InterfaceError):
        logger.exception("The database cannot be reached", exc_info=error)
        set_rollback()
        return _response(503, problem(503, "unavailable", UNAVAILABLE), {"Retry-After": "5"})
    if known is None:
        logger.exception("An API view failed", exc_info=error)
        set_rollback()
        return _response(500, problem(500, "internal_error", "A fault of ours. Please report the trace id."))
    set_rollback()
    status, body, headers = known
    return _response(status, body, headers)


def _response(status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    return Response(body, status=status, headers=headers, content_type=PROBLEM)


def _api_error(error: Exception) -> tuple[int, dict[str, Any], dict[str, str]] | None:
    if isinstance(error, SpecError):
        errors = [{"pointer": f"/spec{pointer}", "detail": sentence} for pointer, sentence in error.errors]
        return 400, problem(400, error.code, _first(errors), errors), {}
    if isinstance(error, RatingError):
        errors = [{"pointer": pointer, "detail": sentence} for pointer, sentence in error.errors]
        return 400, problem(400, error.code, _first(errors), errors), {}
    if isinstance(error, PlotError):
        errors = [{"pointer": f"/plot{error.pointer}", "detail": str(error)}]
        return 400, problem(400, "invalid_plot", _first(errors), errors), {}
    if isinstance(error, PromptTooLongError):
        return 400, problem(400, "prompt_too_long", str(error), [{"pointer": "/prompt", "detail": str(error)}]), {}
    if isinstance(error, RequestDataTooBig):
        return 413, problem(413, "too_large", TOO_LARGE), {}
    if isinstance(error, Http404):
        return 404, problem(404, "not_found", "There is no such thing here; check the id in the address."), {}
    if isinstance(error, PermissionDenied):
        return 403, problem(403, "permission_denied", "This is not allowed for you."), {}
    if isinstance(error, exceptions.ValidationError):
        errors = list(_pointed(error.get_full_details(), ""))
        code = next(iter(_codes(error.get_codes())), "invalid")
        return 400, problem(400, code if code != "required" else "invalid", _first(errors), errors), {}
    if isinstance(error, exceptions.APIException):
        login: str | None = getattr(error, "auth_header", None)
        wait: float | None = getattr(error, "wait", None)
        headers = {**({"WWW-Authenticate": login} if login else {}), **({"Retry-After": str(int(wait) + 1)} if wait is not None else {})}
        named = error.get_codes()
        detail = SEND_A_TOKEN if isinstance(error, exceptions.NotAuthenticated) else str(error.detail)
        return error.status_code, problem(error.status_code, named if isinstance(named, str) else "error", detail), headers
    return None


def first_error(error: exceptions.ValidationError) -> str:
    """Return the first thing that is wrong with a request, with its place where it has one, as a sentence for a page."""
    return _first(list(_pointed(error.get_full_details(), ""))).removeprefix(f"{_WHOLE}: ")


_WHOLE = "The body"


def _first(errors: list[dict[str, str]]) -> str:
    more = f" ({len(errors) - 1} more)" if len(errors) > 1 else ""
    return f"{errors[0]['pointer'] or _WHOLE}: {errors[0]['detail']}{more}" if errors else "The request is not valid."


def _pointed(details: Any, pointer: str) -> Iterator[dict[str, str]]:
    if isinstance(details, Mapping) and set(details) == {"message", "code"} and not isinstance(details["message"], (Mapping, list)):
        yield {"pointer": pointer, "detail": str(details["message"])}
    elif isinstance(details, Mapping):
        for key, inner in details.items():
            name = "" if key == "non_field_errors" else "/" + str(key).replace("~", "~0").replace("/", "~1")
            yield from _pointed(inner, pointer + name)
    elif isinstance(details, list):
        for inner in details:
            yield from _pointed(inner, pointer)


def _codes(codes: Any) -> Iterator[str]:
    if isinstance(codes, str):
        yield codes
    elif isinstance(codes, (Mapping, list)):
        for inner in codes.values() if isinstance(codes, Mapping) else codes:
            yield from _codes(inner)


# Django's own handlers, for what never reaches an API view: a page for browsers, a problem for everybody else.


def error_page(request: HttpRequest, status: int, code: str = "") -> HttpResponse:
    """Return the page of an error, with the trace id by which it is found in the logs."""
    with translation.override(translation.get_language_from_request(request)):
        response = render(request, "pages/error.html", {"status": status, "code": code, "trace_id": current_trace_id()}, status=status)
    response["Content-Security-Policy"] = PAGE_POLICY
    return response


def _plain(request: HttpRequest, status: int, code: str, detail: str) -> HttpResponseBase:
    a_page = "text/html" in request.headers.get("Accept", "") or "HX-Request" in request.headers
    if a_page and not request.path.startswith(("/api/", *FROZEN)):
        return error_page(request, status, code)
    return JsonResponse(problem(status, code, detail), status=status, content_type=PROBLEM)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer a request that Django itself refuses."""
    if isinstance(exception, RequestDataTooBig):
        return _plain(request, 413, "too_large", TOO_LARGE)
    return _plain(request, 400, "bad_request", "The request cannot be understood.")


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer a request that is not allowed."""
    return _plain(request, 403, "permission_denied", "This is not allowed.")


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """Answer a form that did not come from a page of ours, or from one that is too old."""
    return _plain(request, 403, "csrf_failed", "The form is too old or not ours: load its page again.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer an address that does not exist, to clients of the frozen routes in their own words."""
    if request.path.startswith(FROZEN):
        return JsonResponse(error_body("NOT_FOUND", f"There is nothing at {request.path[:200]}.", "prompt-runner"), status=404)
    return _plain(request, 404, "not_found", f"There is nothing at {request.path[:200]}; the API page is at /docs.")


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Answer a fault of ours with the trace id only."""
    return _plain(request, 500, "internal_error", "A fault of ours. Please report the trace id.")
