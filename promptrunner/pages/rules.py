"""The regulations as they are published: by city, category and words; a clause in words and tables with its source; and how much is covered."""

from __future__ import annotations

import datetime
import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from compliance.models import Dispute, Rule, RulebookRelease
from compliance.rules import Clause, Rulebook, coverage
from compliance.rules.explaining import write_value
from compliance.rules.picturing import Picture, picture
from compliance.services.releases import release_compiled, release_in_force
from compliance.vocabulary import CITIES
from promptrunner.pages.page import page
from promptrunner.pipeline import today
from promptrunner.showing import CATEGORIES, label, source_line

_PICTURES: dict[tuple[str, str], Picture] = {}


@page()
def cities(request: HttpRequest) -> HttpResponse:
    """List the cities with the rulebook in force for each."""
    day = today()
    releases = [(city, release_in_force(city=city, as_of=day)) for city in CITIES]
    shown = [{"city": city, "release": release, "totals": coverage(release_compiled(release))["totals"]} for city, release in releases if release]
    return render(request, "pages/cities.html", {"cities": shown, "day": day})


@page()
def rules(request: HttpRequest, city: str) -> HttpResponse:
    """List the clauses in force for a city on a day, by category and words; where none was in force, say so beside the form."""
    category, words, as_of = request.GET.get("category", ""), request.GET.get("words", "").strip()[:200], request.GET.get("as_of", "")
    form = {"city": city, "chosen": {"category": category, "words": words, "as_of": as_of}, "categories": list(CATEGORIES.items())}
    try:
        release, rulebook, day = _in_force(request, city)
    except Http404:
        return render(request, "pages/rules.html", form, status=404)
    written = {entry["id"]: place for place, entry in enumerate(rulebook.content["clauses"])}
    clauses = sorted(rulebook.on(day).clauses, key=lambda clause: written[clause.id])
    found = [row for clause in clauses if category in ("", clause.category) for row in [_row(rulebook, clause)] if _says(row, words)]
    context = {
        **form,
        "release": release,
        "rulebook": rulebook,
        "day": day,
        "clauses": found,
        "all": len(clauses),
        "on_the_day": f"?as_of={day}" if as_of else "",
    }
    return render(request, "pages/rules.html", context)


@page()
def rule(request: HttpRequest, city: str, clause_id: str) -> HttpResponse:
    """Show one clause: in words and tables, its source, our reading, its examples, its versions and the disputes about it."""
    release, rulebook, day = _in_force(request, city)
    clause = rulebook.by_id.get(clause_id)
    if clause is None:
        raise Http404
    content: dict[str, Any] = next(entry for entry in rulebook.content["clauses"] if entry["id"] == clause_id)
    editions = Rule.objects.filter(clause_id=clause_id, release__rulebook=release.rulebook_id, release__status__in=_BEEN_IN_FORCE)
    versions = editions.select_related("release").defer("release__content", "content").order_by("-release__published_at")[:20]
    disputes = Dispute.objects.filter(rulebook=release.rulebook_id, clause_id=clause_id).order_by("-raised_at")
    return render(
        request,
        "pages/rule.html",
        {
            "city": city, "day": day, "release": release, "rulebook": rulebook, "clause": clause, **_row(rulebook, clause), "effective": content.get("effective", {}),
            "examples": [{"spec": _values_in_words(entry["spec"]), "expect": _outcomes_in_words(entry["expect"])} for entry in content.get("examples", ())],
            "versions": versions, "disputes": [(entry.get_status_display(), entry.raised_at, entry.text) for entry in disputes[:20]],
        },
    )  # fmt: skip


@page()
def covered(request: HttpRequest, city: str) -> HttpResponse:
    """Show how much of a city's regulation is encoded, row by row, and what is left out and why."""
    release, rulebook, day = _in_force(request, city)
    return render(request, "pages/covered.html", {"city": city, "day": day, "release": release, "rulebook": rulebook, **coverage(rulebook)})


_BEEN_IN_FORCE = (RulebookRelease.Status.PUBLISHED, RulebookRelease.Status.RETIRED)


def _in_force(request: HttpRequest, city: str) -> tuple[RulebookRelease, Rulebook, datetime.date]:
    """Return the release in force for a city on the day that is asked for (today where it is none), or raise Http404."""
    try:
        day = parse_date(request.GET.get("as_of", "")) or today()
    except ValueError:
        day = today()
    release = release_in_force(city=city, as_of=day)
    if release is None:
        raise Http404
    return release, release_compiled(release), day


def _row(rulebook: Rulebook, clause: Clause) -> dict[str, Any]:
    key = (rulebook.sha256, clause.id)
    if key not in _PICTURES:
        _PICTURES[key] = picture(rulebook, clause)  # a release never changes
    return {
        "clause": clause,
        "picture": _PICTURES[key],
        "kind": CATEGORIES.get(clause.category, clause.category),
        "source": source_line(clause.source, clause.clause_no, clause.verification),
    }


def _says(row: dict[str, Any], words: str) -> bool:
    clause = row["clause"]
    text = f"{clause.id} {clause.clause_no} {clause.title} {clause.table} {row['picture'].sentence}".lower()
    return all(word in text for word in words.lower().split())


def _values_in_words(spec: dict[str, Any]) -> str:
    return ", ".join(f"{_(label(name))} {write_value(name, value)}" for name, value in spec.items()) or _("nothing")


def _outcomes_in_words(expect: dict[str, Any]) -> str:
    return ", ".join(f"{_(label(name))}: {outcome.replace('_', ' ') if isinstance(outcome, str) else json.dumps(outcome)}" for name, outcome in expect.items())
