"""What the clause editor shows: the form with its paths and problems, the words at hand, the preview, and a proposal tried on the draft."""

from __future__ import annotations

import datetime
import json
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from compliance.assessing import Assessment, judge_reading
from compliance.models import RulebookRelease
from compliance.reading import PromptTooLongError, read_prompt
from compliance.rules import Rulebook, RulebookError, check_soundness, load
from compliance.rules.editing import FormRead, read_form
from compliance.rules.formulas import Scope, field_type
from compliance.rules.register import register_clause
from compliance.rules.rulebook import Categories
from compliance.services.releases import release_compiled
from compliance.specs import normalise_spec
from compliance.vocabulary import FIELDS, codes_of

INDIA = zoneinfo.ZoneInfo("Asia/Kolkata")
CHOICES: dict[str, list[tuple[str, str]]] = {
    "category": [("", "choose"), *((name, name) for name in Categories)],
    "verification": [("verified", "verified against the text"), ("secondary", "from a secondary source"), ("illustrative", "illustrative")],
    "match": [("is", "is"), ("one_of", "is one of"), ("in", "in"), ("none_of", "is none of"), ("between", "lies between")],
    "low": [("min", "from"), ("above", "above")],
    "high": [("below", "to below"), ("max", "up to")],
    "limit": [("number", "a least and a greatest value"), ("one_of", "only these codes"), ("none_of", "none of these codes")],
    "value": [("", "no such limit"), ("amount", "one value"), ("rows", "a table of rows"), ("bands", "bands, each from a number on"), ("tiers", "tiers"), ("undecided", "the law leaves it open"), ("named", "a named value")],
}  # fmt: skip


@dataclass
class Edited:
    """A clause as it stands in the form, inside the draft as it would become."""

    read: FormRead
    content: dict[str, Any]
    rulebook: Rulebook | None = None
    errors: dict[str, list[str]] = field(default_factory=dict)
    elsewhere: list[str] = field(default_factory=list)


def edited(release: RulebookRelease, form: Mapping[str, Any], editing: str | None, register: tuple[int, str] | None = None) -> Edited:
    """Return what a form makes of a draft: the clause, the rulebook with it, and what is wrong, each beside its field.

    Args:
        release: the draft.
        form: the texts of the form.
        editing: the id of the clause that is edited; None for a new one.
        register: for a new clause, the table of the register and its row.
    """
    content = json.loads(release.content)
    read = read_form(form, scope_of(release))
    name = str(read.clause.get("id") or "")
    others = [raw for raw in content["clauses"] if raw["id"] != (editing or name)]
    place = next((place for place, raw in enumerate(content["clauses"]) if raw["id"] == editing), len(others))
    content["clauses"] = [*others[:place], read.clause, *others[place:]]
    if editing is None and register is not None:
        register_clause(content, *register, name)
    result = Edited(read, content)
    for problem in read.problems:
        result.errors.setdefault(problem.path, []).append(problem.sentence)
    try:
        result.rulebook = load(content, release.rulebook.name)
    except RulebookError as error:
        for found in error.problems:
            _place(result, form, found.clause, found.path, found.sentence)
    if result.read.problems:
        result.rulebook = None
    return result


def _place(result: Edited, form: Mapping[str, Any], clause: str, path: str, sentence: str) -> None:
    """Put a problem that the loader found beside the field of the form that it is about."""
    own = clause in (result.read.clause.get("id"), "") or clause.startswith("number ")
    if clause == "" and path.startswith("register"):
        result.elsewhere.append(f"The register: {sentence}")
        return
    if not own:
        result.elsewhere.append(f"Clause {clause}, {path}: {sentence}")
        return
    part, _, rest = path.partition(".")
    entries = form.get(part)
    at = path
    if part in ("limits", "conditions") and isinstance(entries, list):
        place = next((number for number, entry in enumerate(entries) if isinstance(entry, Mapping) and entry.get("field") == rest.split(".")[0]), None)
        at = f"{part}.{place}.field" if place is not None else part
        if place is not None and any(known.startswith(f"{part}.{place}.") for known in result.errors):
            return  # said more exactly already
    elif part == "require":
        at = f"{path}.test"
    if at not in result.errors and not any(known.startswith(f"{at}.") for known in result.errors):
        result.errors[at] = [sentence]


def scope_of(release: RulebookRelease) -> Scope:
    """Return the names that a draft's formulas may use."""
    return Scope({fact.name: fact.node for fact in release_compiled(release).facts})


def with_paths(value: Any, path: str = "") -> Any:
    """Return a form in which every mapping knows its own path, for the names of its inputs."""
    if isinstance(value, Mapping):
        return {"path": path, **{key: with_paths(inner, f"{path}.{key}" if path else str(key)) for key, inner in value.items()}}
    if isinstance(value, list):
        return [with_paths(inner, f"{path}.{number}") for number, inner in enumerate(value)]
    return value


def words_at_hand(release: RulebookRelease) -> list[dict[str, str]]:
    """Return the planning fields and the rulebook's facts: name, label, unit or codes."""
    rulebook = release_compiled(release)
    cities = rulebook.cities
    fields = [
        {
            "name": name,
            "label": known.label,
            "about": ", ".join(dict.fromkeys(code for city in cities for code in codes_of(name, city)))
            if field_type(name) == "code"
            else known.unit or known.kind,
        }
        for name, known in FIELDS.items()
    ]
    return [*fields, *({"name": fact.name, "label": fact.label, "about": "fact"} for fact in rulebook.facts)]


def about_clause(rulebook: Rulebook, clause_id: str) -> list[str]:
    """Return what the soundness check says of a clause or of its table, a sentence each."""
    table = rulebook.by_id[clause_id].table
    return [str(fault) for fault in check_soundness(rulebook) if clause_id in fault.clauses or (table and fault.table == table)]


@dataclass(frozen=True, slots=True)
class Tried:
    """A proposal judged under the draft as it would become, and under what is published."""

    draft: Assessment
    published: Assessment | None
    clause: Any
    differing: tuple[tuple[str, str, str], ...]


def tried(prompt: str, rulebook: Rulebook, release: RulebookRelease, clause_id: str) -> Tried:
    """Return a proposal judged under a rulebook that is being edited; nothing is stored.

    Raises:
        PromptTooLongError, SpecError: the proposal cannot be read.
    """
    read = read_prompt(prompt, normalise_spec({} if len(rulebook.cities) > 1 else {"city": rulebook.cities[0]}))
    today = timezone.now().astimezone(INDIA).date()
    day = max(today, rulebook.effective_from or today)
    draft = judge_reading(prompt, read, rulebook, release, day)
    before = judge_reading(prompt, read, release_compiled(release.base), release.base, _day(release.base, day)) if release.base else None
    return Tried(
        draft,
        before,
        next((finding for finding in draft.verdict.findings if finding.id == clause_id), None),
        tuple(_differing(before, draft)) if before else (),
    )


def _day(release: RulebookRelease, day: datetime.date) -> datetime.date:
    return day if release.effective_to is None else min(day, release.effective_to)


def _differing(before: Assessment, after: Assessment) -> list[tuple[str, str, str]]:
    old, new = ({finding.id: finding.outcome for finding in assessment.verdict.findings} for assessment in (before, after))
    names = sorted(old.keys() | new.keys())
    pairs = [(name, old.get(name, "NOT_APPLICABLE"), new.get(name, "NOT_APPLICABLE")) for name in names]
    return [pair for pair in pairs if pair[1] != pair[2]]


__all__ = ["CHOICES", "Edited", "PromptTooLongError", "about_clause", "edited", "scope_of", "tried", "with_paths", "words_at_hand"]
