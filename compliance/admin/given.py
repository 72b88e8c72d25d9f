"""What the clauses of a draft share, edited in fields: its facts and defaults, its edition and days."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import escape

from compliance.admin.editing import CHOICES, scope_of, with_paths, words_at_hand
from compliance.admin.pages import attempt, is_fragment, leave, page, rights
from compliance.models import RulebookRelease
from compliance.rules.editing import FormNameError, act, filled_value, from_names, read_value, value_form
from compliance.services.drafts import PARTS, edition_save, given_save
from compliance.vocabulary import FIELDS

KINDS = {
    "facts": [kind for kind in CHOICES["value"] if kind[0] not in ("tiers", "amount", "")],
    "defaults": [*(kind for kind in CHOICES["value"] if kind[0] not in ("tiers", "")), ("ranged", "a number with its documented range")],
}


def given_page(request: HttpRequest, pk: UUID, part: str, name: str) -> HttpResponse:
    """Edit a fact or a default of a draft; the name "new" writes another one."""
    release = _draft(request, pk)
    if part not in PARTS:
        raise Http404
    values = json.loads(release.content).get(part) or {}
    if name not in values and name != "new":
        raise Http404
    posted = request.POST
    chosen = posted.get("name", "").strip() if name == "new" else name
    context: dict[str, Any] = {"release": release, "part": part, "name": name, "chosen": chosen, "seen": posted.get("seen", release.sha256), "errors": {}}
    form = value_form(values.get(name, {"is": ""}))
    if request.method == "POST":
        try:
            sent = from_names({key: text for key, text in posted.items() if key.startswith("value.") and isinstance(text, str)})
        except FormNameError as error:
            return HttpResponse(escape(str(error)), status=400)
        action = posted.get("action", "check")
        form = filled_value(act({"value": filled_value(sent.get("value"))}, action)["value"] if ":" in action else sent.get("value"))
        value, problems = read_value(form, scope_of(release), chosen if part == "defaults" and chosen in FIELDS else "")
        for problem in problems:
            context["errors"].setdefault(problem.path, []).append(problem.sentence)
        if action in ("save", "remove") and (action == "remove" or not problems) and chosen:
            person: Any = request.user
            kept = None if action == "remove" else value
            done = attempt(
                request,
                lambda: given_save(release=release, part=part, name=chosen, value=kept, by=person, reason=posted.get("reason", ""), seen=context["seen"]),
                "Saved in the draft.",
            )
            if done:
                return leave(request, reverse("admin:compliance_rulebookrelease_change", args=[pk]))
    context |= {
        "form": with_paths({"value": form}),
        "choices": {**CHOICES, "value": KINDS[part]},
        "words": words_at_hand(release),
        "formula_url": reverse("admin:compliance_rule_formula", args=[pk]),
        "reason": posted.get("reason", ""),
        "label": FIELDS[name].label if name in FIELDS else name.replace("_", " "),
    }
    return page(request, "_given" if is_fragment(request) else "given", f"{part[:-1].capitalize()}: {context['label']}", context)


def edition_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Edit a draft's title, edition and days."""
    release = _draft(request, pk)
    content = json.loads(release.content)
    days = content.get("effective") or {}
    fields = {
        "title": content.get("title", ""),
        "edition": content.get("edition", ""),
        "effective_from": days.get("from") or "",
        "effective_to": days.get("to") or "",
    }
    if request.method == "POST":
        person: Any = request.user
        fields = {name: request.POST.get(name, "").strip() for name in fields}
        reason, seen = request.POST.get("reason", ""), request.POST.get("seen", "")
        if attempt(request, lambda: edition_save(release=release, **fields, by=person, reason=reason, seen=seen), "Saved in the draft."):
            return leave(request, reverse("admin:compliance_rulebookrelease_change", args=[pk]))
    return page(request, "edition", "Edition and days", {"release": release, "fields": fields, "seen": release.sha256})


def _draft(request: HttpRequest, pk: UUID) -> RulebookRelease:
    release = get_object_or_404(RulebookRelease.objects.select_related("rulebook", "base"), pk=pk)
    if not rights(request, release)["may_curate"] or release.status != RulebookRelease.Status.DRAFT:
        raise PermissionDenied("Only drafts are edited, by curators who are in charge of their cities.")
    return release
