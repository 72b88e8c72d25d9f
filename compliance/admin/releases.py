"""Releases in the admin: a draft's way to publication, its comparison, impact, import and export."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse

from compliance.admin.given import edition_page, given_page
from compliance.admin.pages import attempt, page, path_view, rights
from compliance.files import FORMATS, LARGEST, FileFormatError, content_from, content_to
from compliance.impact import impact
from compliance.models import RulebookRelease
from compliance.rules import RulebookError
from compliance.rules.comparing import compare
from compliance.rules.sheets import SheetError
from compliance.services.drafts import (
    PARTS,
    CurationError,
    draft_begin,
    draft_discard,
    draft_publish,
    draft_return,
    draft_submit,
    hindrances,
    impact_of,
    import_confirm,
    import_propose,
    release_check,
)
from compliance.vocabulary import FIELDS
from telemetry.read_only import ReadOnlyAdmin

STEPS: dict[str, tuple[Callable[..., Any], str]] = {
    "submit": (draft_submit, "Sent to review."),
    "return": (draft_return, "Sent back; it can be edited again."),
    "discard": (draft_discard, "Discarded. It stays here to be read."),
    "publish": (draft_publish, "Published. New proposals are judged under it from now on."),
}


@admin.register(RulebookRelease)
class RulebookReleaseAdmin(ReadOnlyAdmin):
    """Releases and drafts."""

    list_display = ("rulebook", "edition", "status", "effective_from", "published_at", "created_at", "short_hash")
    list_filter = ("status", "rulebook")
    list_select_related = ("rulebook",)
    search_fields = ("sha256__startswith", "rulebook__name")
    ordering = ("-created_at",)
    large_fields = ("content", "checked", "impact")

    @admin.display(description="release")
    def short_hash(self, release: RulebookRelease) -> str:
        """Return the first digits of the hash."""
        return release.sha256[:12]

    def get_urls(self) -> list[Any]:
        """Add the pages of a release."""
        pages = {"check": self.check_page, "impact": self.impact_page, "compare": self.compare_page, "export": self.export_page, "import": self.import_page}
        own = [path(f"<uuid:pk>/{name}/", path_view(self, view), name=f"compliance_release_{name}") for name, view in pages.items()]
        own += [
            path("<uuid:pk>/edition/", path_view(self, edition_page), name="compliance_release_edition"),
            path("<uuid:pk>/<slug:part>/<slug:name>/", path_view(self, given_page), name="compliance_release_given"),
        ]
        return [*own, *super().get_urls()]

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Show a release with what may be done to it, or do it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        release = _release(object_id)
        if request.method == "POST":
            return self._step(request, release)
        person: Any = request.user
        base = release.base
        context = {
            **rights(request, release),
            "release": release,
            "rules": release.rules.order_by("position").defer("content"),
            "steps": release.steps.select_related("by").order_by("-at"),
            "differences": _named(base.content, release.content) if base else (),
            "others": RulebookRelease.objects.filter(rulebook=release.rulebook_id).exclude(pk=release.pk).order_by("-created_at").defer(*self.large_fields),
            "hindrances": hindrances(release, person) if release.status == RulebookRelease.Status.REVIEW else [],
            "known_impact": impact_of(release),
            "formats": FORMATS,
            "given": _given(json.loads(release.content)),
        }
        return page(request, "release", f"{release.rulebook.title}", context)

    def _step(self, request: HttpRequest, release: RulebookRelease) -> HttpResponse:
        person: Any = request.user
        action, reason = request.POST.get("action", ""), request.POST.get("reason", "")
        target = release
        if action == "begin":
            begun = attempt(
                request, lambda: draft_begin(release=release, by=person, reason=reason), "A draft was begun. Nothing of it holds until it is published."
            )
            target = begun or release
        elif action in STEPS:
            do, done = STEPS[action]
            attempt(request, lambda: do(release=release, by=person, reason=reason), done)
        return HttpResponseRedirect(reverse("admin:compliance_rulebookrelease_change", args=[target.pk]))

    def check_page(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Return what is wrong with a release as a whole, as part of its page."""
        return page(request, "_check", "Check", {"report": release_check(release=_release(pk)), "release": _release(pk)})

    def impact_page(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Work out which stored runs come out otherwise, and show it."""
        release = _release(pk)
        if request.method == "POST":
            impact(release)
            if request.headers.get("HX-Request") != "true":
                return HttpResponseRedirect(reverse("admin:compliance_rulebookrelease_change", args=[pk]) + "#impact")
        return page(request, "_impact", "Impact", {"release": release, "known_impact": impact_of(release), **rights(request, release)})

    def compare_page(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Show what differs between another release and this one, value by value."""
        release = _release(pk)
        with_ = request.GET.get("with", "")
        other = get_object_or_404(RulebookRelease, pk=with_, rulebook=release.rulebook_id) if _is_uuid(with_) else release.base
        differences = _named(other.content, release.content) if other else ()
        return page(request, "compare", "What differs", {"release": release, "other": other, "differences": differences})

    def export_page(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Send a release as a file."""
        release = _release(pk)
        name = request.GET.get("format", "yaml")
        if name not in FORMATS:
            return HttpResponse(f"'{name[:20]}' is no format; use one of {', '.join(FORMATS)}.", status=400, content_type="text/plain; charset=utf-8")
        try:
            file = content_to(json.loads(release.content), name)
        except SheetError as error:
            return HttpResponse(
                f"This release does not fit into a spreadsheet; export it as YAML.\n{error}", status=400, content_type="text/plain; charset=utf-8"
            )
        response = HttpResponse(file, content_type=FORMATS[name])
        response["Content-Disposition"] = f'attachment; filename="{release.rulebook.name}-{release.sha256[:12]}.{name}"'
        return response

    def import_page(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Show what a file would change in a draft and, once that was seen, change it; a file with a mistake changes nothing."""
        release = _release(pk)
        if not rights(request, release)["may_curate"]:
            raise PermissionDenied
        person: Any = request.user
        context: dict[str, Any] = {"release": release, "formats": FORMATS}
        if request.POST.get("action") == "confirm":
            if attempt(request, lambda: import_confirm(release=release, by=person, reason=request.POST.get("reason", "")), "Imported."):
                return HttpResponseRedirect(reverse("admin:compliance_rulebookrelease_change", args=[release.pk]))
        elif request.method == "POST":
            upload = request.FILES.get("file")
            try:
                if upload is None:
                    raise FileFormatError("Choose a file.")
                name = upload.name or "file"
                content = content_from(upload.read(LARGEST + 1), name, json.loads(release.content))
                context |= {"differences": import_propose(release=release, content=content, name=name, by=person), "name": name}
            except (CurationError, FileFormatError, RulebookError, SheetError) as error:
                context["problems"] = str(error).splitlines()
        return page(request, "import", f"Import into {release.rulebook.title}", context)


def _release(pk: UUID | str) -> RulebookRelease:
    if not _is_uuid(str(pk)):
        raise Http404
    return get_object_or_404(RulebookRelease.objects.select_related("rulebook", "base"), pk=pk)


def _given(content: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return a rulebook's facts and defaults by their names."""
    found = []
    for part in PARTS:
        for name, value in sorted((content.get(part) or {}).items()):
            label = value.get("label") if isinstance(value, Mapping) else ""
            found.append({"part": part, "name": name, "label": str(label or (FIELDS[name].label if name in FIELDS else ""))})
    return found


def _named(old: str, new: str) -> Any:
    return compare(json.loads(old), json.loads(new))


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
