"""Clauses in the admin: read with their history and disputes, and edited in fields inside a draft."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import escape

from compliance.admin.editing import CHOICES, Edited, about_clause, edited, scope_of, tried, with_paths, words_at_hand
from compliance.admin.pages import attempt, is_fragment, leave, page, path_view, rights
from compliance.models import Dispute, Rule, RulebookRelease
from compliance.reading import PromptTooLongError
from compliance.rules.comparing import compare
from compliance.rules.editing import FormNameError, act, clause_form, filled, from_names, new_clause
from compliance.rules.errors import FormulaError
from compliance.rules.formulas import parse_formula
from compliance.rules.picturing import picture
from compliance.services.drafts import clause_remove, clause_save
from compliance.services.releases import release_compiled
from compliance.specs import SpecError
from telemetry.read_only import ReadOnlyAdmin

OWN = ("action", "reason", "prompt", "seen", "register_table", "register_row", "csrfmiddlewaretoken")
"""Fields of the editor's page that are no part of the clause."""


LISTED = 50
"""Versions of a clause that its page shows."""


@admin.register(Rule)
class RuleAdmin(ReadOnlyAdmin):
    """Clauses."""

    list_display = ("clause_id", "clause_no", "title", "category", "table", "verification", "release_in_words")
    list_filter = ("category", "verification", "release__status", "release__rulebook")
    list_select_related = ("release__rulebook",)
    search_fields = ("clause_id", "clause_no", "title", "table")
    search_help_text = "An id (UD-M9), the authority's number (6.2.3), words of the title, or a table."
    ordering = ("release", "position")
    large_fields = ("content", "release__content", "release__checked", "release__impact", "release__proposed")

    @admin.display(description="release", ordering="release")
    def release_in_words(self, rule: Rule) -> str:
        """Return the release with its status."""
        return f"{rule.release.rulebook.name} {rule.release.sha256[:8]} ({rule.release.get_status_display().lower()})"

    def get_urls(self) -> list[Any]:
        """Add the editor's pages."""
        own = [
            path("<uuid:pk>/edit/", path_view(self, self.edit_page), name="compliance_rule_edit"),
            path("new/<uuid:release>/", path_view(self, self.new_page), name="compliance_rule_new"),
            path("formula/<uuid:release>/", path_view(self, self.formula_page), name="compliance_rule_formula"),
        ]
        return [*own, *super().get_urls()]

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Show a clause in words and tables, with its source, examples, history and disputes."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rule = _rule(object_id)
        if request.method == "POST":
            return self._remove(request, rule)
        clause, release = json.loads(rule.content), rule.release
        rulebook = release_compiled(release)
        known = rulebook.by_id.get(rule.clause_id)
        drafts = Rule.objects.filter(release__rulebook=release.rulebook_id, clause_id=rule.clause_id, release__status=RulebookRelease.Status.DRAFT)
        context = {
            **rights(request, release),
            "rule": rule,
            "release": release,
            "clause": clause,
            "picture": picture(rulebook, known) if known else None,
            "source": known.source if known else {},
            "examples": clause.get("examples") or (),
            "versions": _versions(rule),
            "disputes": Dispute.objects.filter(rulebook=release.rulebook_id, clause_id=rule.clause_id).select_related("run").order_by("-raised_at")[:20],
            "drafts": drafts.select_related("release").defer(*self.large_fields).order_by("-release__created_at")[:5],
        }
        return page(request, "clause", f"{rule.clause_id}: {rule.title}", context)

    def _remove(self, request: HttpRequest, rule: Rule) -> HttpResponse:
        person: Any = request.user
        done = f"Clause {rule.clause_id} was taken out of the draft."
        removed = attempt(
            request, lambda: clause_remove(release=rule.release, clause_id=rule.clause_id, by=person, reason=request.POST.get("reason", "")), done
        )
        if removed:
            return HttpResponseRedirect(reverse("admin:compliance_rulebookrelease_change", args=[rule.release_id]))
        return HttpResponseRedirect(reverse("admin:compliance_rule_change", args=[rule.pk]))

    def edit_page(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Edit a clause of a draft."""
        rule = _rule(pk)
        return self._editor(request, rule.release, rule)

    def new_page(self, request: HttpRequest, release: UUID) -> HttpResponse:
        """Write a new clause in a draft."""
        return self._editor(request, _release(release), None)

    def _editor(self, request: HttpRequest, release: RulebookRelease, rule: Rule | None) -> HttpResponse:
        if not rights(request, release)["may_curate"] or release.status != RulebookRelease.Status.DRAFT:
            raise PermissionDenied("Only drafts are edited, by curators who are in charge of their cities.")
        if request.method != "POST":
            form = clause_form(json.loads(rule.content)) if rule else new_clause()
            return self._edit_response(request, release, rule, form, {"seen": rule.version if rule else ""})
        try:
            form = filled(from_names({name: text for name, text in request.POST.items() if name not in OWN and isinstance(text, str)}))
        except FormNameError as error:
            return HttpResponse(escape(str(error)), status=400)
        action = request.POST.get("action", "check")
        extra: dict[str, Any] = {name: request.POST.get(name, "") for name in OWN}
        if ":" in action:
            form = act(form, action)
        register = (int(extra["register_table"]), extra["register_row"]) if extra["register_table"].isdigit() else None
        now = edited(release, form, rule.clause_id if rule else None, register)
        if action == "save" and now.rulebook is not None:
            person: Any = request.user
            saved = attempt(
                request,
                lambda: clause_save(
                    release=release, clause=now.read.clause, by=person, reason=extra["reason"], seen=extra["seen"] if rule else None, register=register
                ),
                "Saved in the draft.",
            )
            if saved:
                return leave(request, reverse("admin:compliance_rule_change", args=[saved.pk]))
        return self._edit_response(request, release, rule, form, extra, now, action)

    def _edit_response(
        self, request: HttpRequest, release: RulebookRelease, rule: Rule | None, form: Any, extra: dict[str, Any], now: Edited | None = None, action: str = ""
    ) -> HttpResponse:
        now = now or edited(release, form, rule.clause_id if rule else None)
        quiet = rule is None and not action  # nothing was typed yet
        context: dict[str, Any] = {
            **extra,
            "release": release,
            "rule": rule,
            "form": with_paths(form),
            "errors": {} if quiet else now.errors,
            "elsewhere": [] if quiet else now.elsewhere,
            "choices": CHOICES,
            "words": words_at_hand(release),
            "register_tables": list(enumerate(release_compiled(release).register)),
            "formula_url": reverse("admin:compliance_rule_formula", args=[release.pk]),
            "picture": picture(now.rulebook, now.rulebook.by_id[now.read.clause["id"]]) if now.rulebook else None,
            "action": action,
            "sound": now.rulebook is not None,
        }
        if action == "check" and now.rulebook:
            context["faults"] = about_clause(now.rulebook, now.read.clause["id"])
        if action == "try" and now.rulebook:
            try:
                context["tried"] = tried(extra["prompt"], now.rulebook, release, now.read.clause["id"])
            except (PromptTooLongError, SpecError) as error:
                context["errors"] = {**context["errors"], "prompt": [str(error)]}
        template = "_editor" if is_fragment(request) else "editor"
        return page(request, template, f"Edit {rule.clause_id}" if rule else "New clause", context)

    def formula_page(self, request: HttpRequest, release: UUID) -> HttpResponse:
        """Return what is wrong with one formula, or nothing: asked as it is typed."""
        name = request.headers.get("HX-Trigger-Name", "")
        text = " ".join(request.POST.get(name, "").split())
        try:
            if text and text != "none":
                parse_formula(text, scope_of(_release(release)))
        except FormulaError as error:
            return HttpResponse(escape(str(error)))
        return HttpResponse("")


def _rule(pk: UUID | str) -> Rule:
    try:
        wanted = UUID(str(pk))
    except ValueError:
        raise Http404 from None
    return get_object_or_404(Rule.objects.select_related("release__rulebook", "release__base"), pk=wanted)


def _release(pk: UUID) -> RulebookRelease:
    return get_object_or_404(RulebookRelease.objects.select_related("rulebook", "base"), pk=pk)


def _versions(rule: Rule) -> list[dict[str, Any]]:
    """Return who changed the clause when, why and what, newest first, over all drafts of the rulebook."""
    history: QuerySet[Any] = Rule.history.filter(clause_id=rule.clause_id, release__rulebook=rule.release.rulebook_id)
    rows = list(history.select_related("history_user").order_by("-history_date")[:LISTED])
    bases = dict(RulebookRelease.objects.filter(pk__in={row.release_id for row in rows}).values_list("pk", "base"))
    first: dict[Any, str] = dict(Rule.objects.filter(release__in=set(bases.values()), clause_id=rule.clause_id).values_list("release", "content"))
    found: list[dict[str, Any]] = []
    earlier: dict[Any, str] = {}  # by draft, the clause as it stood before the version at hand
    for row in reversed(rows):
        before = earlier.get(row.release_id) or first.get(bases.get(row.release_id))
        after = None if row.history_type == "-" else row.content
        earlier[row.release_id] = row.content
        differences = compare({"clauses": [json.loads(before)] if before else []}, {"clauses": [json.loads(after)] if after else []})
        kind = dict(row._meta.get_field("history_type").choices)[row.history_type]
        found.append({"row": row, "kind": kind, "changes": differences[0].changes if differences else ()})
    return found[::-1]


__all__ = ["RuleAdmin"]
