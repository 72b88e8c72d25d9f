"""What the curators' pages have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from compliance.models import RulebookRelease
from compliance.rules import RulebookError
from compliance.services.drafts import CURATE, PUBLISH, CurationError, NotAllowedError, may

Result = TypeVar("Result")


def page(request: HttpRequest, template: str, title: str, context: Mapping[str, Any]) -> TemplateResponse:
    """Return a page of the admin."""
    return TemplateResponse(request, f"curating/{template}.html", {**admin.site.each_context(request), "title": title, **context})


def is_fragment(request: HttpRequest) -> bool:
    """Return whether htmx asks for a part of the page."""
    return request.headers.get("HX-Request") == "true"


def leave(request: HttpRequest, address: str) -> HttpResponse:
    """Return the answer that takes the browser to another page, also where htmx asked."""
    return HttpResponse(headers={"HX-Redirect": address}) if is_fragment(request) else HttpResponseRedirect(address)


def attempt(request: HttpRequest, do: Callable[[], Result], done: str = "") -> Result | None:
    """Do something and tell the person that it was done, or why it could not be; return its result, or None where it was refused.

    Raises:
        PermissionDenied: it is not theirs to do.
    """
    try:
        result = do()
    except NotAllowedError as error:
        raise PermissionDenied(str(error)) from None
    except CurationError as error:
        messages.error(request, str(error))
        return None
    except RulebookError as error:
        for problem in error.problems[:20]:
            messages.error(request, str(problem))
        return None
    if done:
        messages.success(request, done)
    return result


def rights(request: HttpRequest, release: RulebookRelease) -> dict[str, bool]:
    """Return what this person may do with a release, as far as their role and cities go."""
    person: Any = request.user
    return {"may_curate": may(person, CURATE, release), "may_publish": may(person, PUBLISH, release)}


def path_view(model_admin: Any, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Return a view that only people who may see the admin's records reach."""

    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not model_admin.has_view_permission(request):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    wrapped: Callable[..., HttpResponse] = model_admin.admin_site.admin_view(guarded)
    return wrapped
