"""A verdict's wire form as the pages show it: labels, values in words, marked text. Nothing is decided here."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from compliance.rules.explaining import write_number, write_value
from compliance.vocabulary import CITIES, FIELDS, codes_of

STATUSES = {
    "COMPLIANT": gettext_lazy("Complies"),
    "NON_COMPLIANT": gettext_lazy("Does not comply"),
    "INCOMPLETE": gettext_lazy("Cannot be settled yet"),
    "BLOCKED": gettext_lazy("Too little is known"),
    "ERROR": gettext_lazy("No rulebook holds"),
}
OUTCOMES = {
    "VIOLATED": gettext_lazy("violated"),
    "UNDETERMINED": gettext_lazy("open"),
    "REQUIRED": gettext_lazy("to be provided"),
    "SATISFIED": gettext_lazy("holds"),
}
ORIGINS = {
    "given": gettext_lazy("given"),
    "stated": gettext_lazy("read"),
    "derived": gettext_lazy("follows"),
    "assumed": gettext_lazy("assumed"),
}
CATEGORIES = {
    "height": gettext_lazy("height"),
    "fsi": gettext_lazy("FSI"),
    "setback": gettext_lazy("margins"),
    "coverage": gettext_lazy("ground coverage"),
    "parking": gettext_lazy("parking"),
    "open_space": gettext_lazy("open space"),
    "access": gettext_lazy("access"),
    "use": gettext_lazy("use"),
}
TIERS = {
    "basic": gettext_lazy("basic"),
    "premium": gettext_lazy("premium"),
    "tdr": gettext_lazy("TDR"),
    "ancillary": gettext_lazy("ancillary"),
    "fungible": gettext_lazy("fungible"),
}
_FIELD_NAME = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
_ORDER = {outcome: place for place, outcome in enumerate(OUTCOMES)}


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a prompt: plain, or marked with what was read of it."""

    text: str
    read: str = ""


def marked(prompt: str, readings: Sequence[Mapping[str, Any]]) -> list[Piece]:
    """Return a prompt in pieces, those marked from which a value was read; of spans that overlap the first counts.

    >>> [(piece.text, piece.read) for piece in marked("12 m road", [{"field": "abutting_road_width_m", "value": 12, "start": 0, "end": 9}])]
    [('12 m road', 'abutting road width 12.0 m')]
    """
    spans: dict[tuple[int, int], list[str]] = {}
    for reading in readings:
        if "start" in reading:
            spans.setdefault((reading["start"], reading["end"]), []).append(f"{label(reading['field'])} {write_value(reading['field'], reading['value'])}")
    pieces, done = [], 0
    for (start, end), read in sorted(spans.items()):
        if start < done:
            continue
        pieces += [Piece(prompt[done:start])] if start > done else []
        pieces.append(Piece(prompt[start:end], ", ".join(read)))
        done = end
    return [*pieces, Piece(prompt[done:])] if done < len(prompt) else pieces


def label(name: str) -> str:
    """Return a field's label."""
    return FIELDS[name].label if name in FIELDS else name


def fragment(template: str, **values: str) -> SafeString:
    """Return a small template filled in. It must hang on its values and the language alone: the same ones are set once and kept, since a page has dozens."""
    return _set_once(template, get_language(), tuple(values.items()))


@functools.lru_cache(maxsize=4096)
def _set_once(template: str, _language: str | None, values: tuple[tuple[str, str], ...]) -> SafeString:
    return render_to_string(template, dict(values))


def value_row(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return a value that was read, given or assumed as a row."""
    name = entry["field"]
    return {
        "field": name,
        "label": _(FIELDS[name].label),
        "shown": write_value(name, entry["value"]),
        "origin": str(ORIGINS.get(entry["origin"], entry["origin"])),
        "text": entry.get("text", ""),
        "note": _FIELD_NAME.sub(lambda found: _(label(found[0])), entry.get("note") or entry.get("says", "")).replace(" * ", " × "),
    }


def correctable_row(entry: Mapping[str, Any], city: str | None, given: Mapping[str, str], wrong: Collection[str] = ()) -> dict[str, Any]:
    """Return a value as a row with an input that corrects it."""
    return {**value_row(entry), "control": control_of(entry["field"], city, given, empty=_("as read"), wrong=wrong)}


def control_of(name: str, city: str | None, given: Mapping[str, str], *, empty: str, wrong: Collection[str] = ()) -> SafeString:
    """Return the input that takes a value of a field, with what was typed; a list of items takes none.

    Args:
        name: the field.
        city: its codes are those of the city.
        given: what was typed, by field.
        empty: what the input says where nothing was typed.
        wrong: the fields whose values cannot be taken.
    """
    field = FIELDS[name]
    if field.kind == "items":
        return SafeString("")
    unit = {"m2": "m²"}.get(field.unit, field.unit)
    return fragment(
        "pages/_field.html",
        field=name,
        label=_(field.label),
        unit=unit,
        input=given.get(name, ""),
        options=options_of(name, city),
        empty=empty,
        wrong="true" if name in wrong else "",
    )


@functools.cache
def options_of(name: str, city: str | None) -> SafeString:
    """Return the options of a field with a closed list, and nothing for others; the cities and fields are few, so each is made once."""
    field = FIELDS[name]
    codes = tuple(CITIES) if name == "city" else codes_of(name, city) if field.kind == "code" else ("yes", "no") if field.kind == "flag" else ()
    return format_html_join("", '<option value="{}">{}</option>', ((code, code.replace("_", " ")) for code in codes))


def asked(questions: Sequence[Mapping[str, Any]], city: str | None, given: Mapping[str, str], wrong: Collection[str] = ()) -> list[dict[str, Any]]:
    """Return the questions, each once, with an input for the answer where a field is asked for."""
    seen, rows = set(), []
    for question in questions:
        if question["question"] in seen:
            continue
        seen.add(question["question"])
        name = question.get("field", "")
        control = control_of(name, city, given, empty=_("your answer"), wrong=wrong) if name in FIELDS else ""
        rows.append({"field": name, "question": question["question"], "control": control})
    return rows


def rows_and_questions(
    readings: Sequence[Mapping[str, Any]], questions: Sequence[Mapping[str, Any]], city: str | None, given: Mapping[str, str], wrong: Collection[str] = ()
) -> dict[str, Any]:
    """Return what was read as rows, and the questions; of a field that is asked for, the question alone has the input."""
    rows = asked(questions, city, given, wrong)
    there = {row["field"] for row in rows}
    values = [value_row(entry) | {"control": ""} if entry["field"] in there else correctable_row(entry, city, given, wrong) for entry in readings]
    return {"questions": rows, "values": values}


def finding_rows(wire: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the findings with each check's permissible and provided values in words, what fails first."""
    rows = []
    for finding in wire["findings"]:
        checks = [check_row(name, check) for name, check in finding["checks"].items()]
        rows.append({
            **finding, "rows": checks, "said": str(OUTCOMES[finding["outcome"]]),
            "source_line": source_line(finding["source"], finding["clause_no"], finding["verification"]),
        })  # fmt: skip
    return sorted(rows, key=lambda row: _ORDER[row["outcome"]])


def source_line(source: Mapping[str, Any], clause_no: str, verification: str) -> str:
    """Return where a clause stands: document, edition, clause, table, page, and how far it was verified."""
    clause = f"{_('clause')} {source.get('clause') or clause_no}"
    page = f"{_('page')} {source['page']}" if source.get("page") else ""
    parts = (source.get("document"), source.get("edition"), clause, source.get("table"), page, verification)
    return ", ".join(part for part in parts if part)


def check_row(name: str, check: Mapping[str, Any]) -> dict[str, Any]:
    """Return one check in words."""
    permissible = []
    nothing_asked = check.get("rule_min") == 0 and "rule_max" not in check
    if "rule_min" in check and not nothing_asked:
        permissible.append(_("at least %s") % write_number(name, check["rule_min"]))
    if "rule_max" in check:
        permissible.append(_("at most %s") % write_number(name, check["rule_max"]))
    if "rule_one_of" in check:
        permissible.append(_codes(check["rule_one_of"]))
    if "rule_none_of" in check:
        permissible.append(_("not %s") % _codes(check["rule_none_of"]))
    return {
        "field": name,
        "label": _(label(name)),
        "permissible": " ".join(permissible) or check.get("rule", "") or (_("no limit") if check.get("unlimited") or nothing_asked else ""),
        "provided": write_value(name, check["subject"]) if "subject" in check else "",
        "short": write_number(name, check["short_by"]) if "short_by" in check else write_number(name, check["over_by"]) if "over_by" in check else "",
        "buys": [f"{write_number(name, part['amount'])} {TIERS.get(part['tier'], part['tier'])}" for part in check.get("buys", ())],
        "outcome": check.get("outcome", ""),
    }


def _codes(codes: Sequence[Any]) -> str:
    return ", ".join(str(code).replace("_", " ") for code in codes)


def tier_tables(wire: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the limits that are made of tiers (basic, premium, TDR ...), with how much of each the proposal uses."""
    tables = []
    for name, limit in wire["permissible"].items():
        if not limit.get("tiers"):
            continue
        proposed = wire["spec"].get(name)
        tables.append({
            "label": _(label(name)), "clause_no": limit.get("clause_no", ""), "proposed": write_number(name, proposed) if proposed is not None else "",
            "rows": list(_tiers(name, limit["tiers"], proposed)),
        })  # fmt: skip
    return tables


def _tiers(name: str, tiers: Sequence[Mapping[str, Any]], proposed: float | None) -> Iterator[dict[str, Any]]:
    before = 0.0
    for place, tier in enumerate(tiers):
        used = max(0.0, min(proposed, tier["up_to"]) - before) if proposed is not None and "up_to" in tier else None
        yield {
            "name": TIERS.get(tier["name"], tier["name"]),
            "adds": write_number(name, tier["adds"]) if "adds" in tier else "",
            "up_to": write_number(name, tier["up_to"]) if "up_to" in tier else "",
            "used": write_number(name, used) if used else "",
            "bought": bool(used and used > 1e-7 and place),
        }
        before = tier.get("up_to", before)
