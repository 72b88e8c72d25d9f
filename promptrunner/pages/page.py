"""What every page has in common: who may see it, the language, how often one may send, and what the browser may load."""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation
from django.views.decorators.http import require_http_methods

from promptrunner.errors import error_page
from promptrunner.permissions import PERSONS
from promptrunner.security import PAGE_POLICY
from promptrunner.throttling import CallerThrottle

Parameters = ParamSpec("Parameters")
Response = TypeVar("Response", bound=HttpResponseBase)
View = Callable[Concatenate[HttpRequest, Parameters], HttpResponseBase]


def page(*methods: str, scope: str = "run", person: str = "") -> Callable[[View[Parameters]], View[Parameters]]:
    """Make a view one of our pages.

    Args:
        methods: the methods that it takes; GET and HEAD where none is named.
        scope: what it needs, as in the API; a person who is not logged in is sent to the log-in.
        person: a permission that only people who are logged in can have.
    """

    def decorate(view: View[Parameters]) -> View[Parameters]:
        @functools.wraps(view)
        def wrapped(request: HttpRequest, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponseBase:
            if not may(request, scope, person):
                if request.user.is_authenticated:
                    raise PermissionDenied
                return redirect_to_login(request.get_full_path())
            with translation.override(translation.get_language_from_request(request)):
                response = too_many(request) if request.method == "POST" and not _within_rate(request, scope) else view(request, *args, **kwargs)
            return finished(response)

        return require_http_methods(methods or ("GET", "HEAD"))(wrapped)

    return decorate


def may(request: HttpRequest, scope: str, person: str = "") -> bool:
    """Return whether whoever asks may see what needs a scope: as in the API, without tokens."""
    if person:
        return request.user.is_authenticated and request.user.has_perm(person)
    permission = PERSONS[scope]
    return settings.ALLOW_ANONYMOUS or (request.user.is_authenticated and (not permission or request.user.has_perm(permission)))


def finished(response: Response) -> Response:
    """Return a response with what a browser may load for it."""
    response.headers.setdefault("Content-Security-Policy", PAGE_POLICY)
    response.headers.setdefault("Referrer-Policy", "same-origin")
    return response


def _within_rate(request: HttpRequest, scope: str) -> bool:
    caller: Any = SimpleNamespace(auth=None, user=request.user, META=request.META, method=request.method)
    return CallerThrottle().allow_request(caller, SimpleNamespace(scope=scope))  # type: ignore[arg-type]


def too_many(request: HttpRequest) -> HttpResponse:
    """Tell a person that they sent too much within a minute."""
    return error_page(request, 429)


def is_partial(request: HttpRequest) -> bool:
    """Return whether htmx asks, which takes a part of a page."""
    return request.headers.get("HX-Request") == "true"
