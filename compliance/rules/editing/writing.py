"""A clause written into the fields of a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

Form = dict[str, Any]

SOURCE = {"document": "document", "edition": "edition", "clause": "clause", "table": "table", "page": "page"}
TEXTS = ("id", "clause_no", "title", "category", "table", "verification", "interpretation")


def clause_form(clause: Mapping[str, Any]) -> Form:
    """Return the form of a clause as `Rulebook.content` holds it; `read_form` gives the same clause back."""
    source = dict(clause.get("source") or {})
    effective = clause.get("effective") or {}
    return {
        **{name: str(clause.get(name) or "") for name in TEXTS},
        "replaces": ", ".join(map(str, clause.get("replaces") or ())),
        "source": {name: amount_text(source.pop(key, "")) for name, key in SOURCE.items()} | {"more": flow(source)},
        "effective": {end: str(effective.get(end) or "") for end in ("from", "to")},
        **group_form(clause.get("conditions") or {}),
        "limits": [limit_form(name, limit) for name, limit in (clause.get("limits") or {}).items()],
        "require": [requirement_form(entry) for entry in _items(clause.get("require"))],
        "examples": [{name: flow(example.get(name) or {}) for name in ("spec", "expect")} | {"asked": _comma(example.get("asked"))} for example in clause.get("examples") or ()],
    }  # fmt: skip


def group_form(conditions: Mapping[str, Any]) -> Form:
    """Return the fields of conditions that must all hold: `conditions`, `tests`, and the alternatives of `any`."""
    return {
        "conditions": [{"field": name, **match_form(value)} for name, value in conditions.items() if name not in ("test", "any")],
        "tests": [{"text": test} for test in _items(conditions.get("test"))],
        "any": [group_form(alternative) for alternative in conditions.get("any") or ()],
    }


def match_form(raw: Any) -> Form:
    """Return the fields of what a condition or a row matches: how, and the codes or the two ends."""
    form = {"how": "is", "codes": "", "low_how": "min", "low": "", "high_how": "below", "high": ""}
    if isinstance(raw, list):
        return {**form, "how": "one_of", "codes": _comma(raw)}
    if isinstance(raw, Mapping):
        for how in ("in", "none_of"):
            if how in raw:
                return {**form, "how": how, "codes": _comma(raw[how])}
        low = next((name for name in ("min", "above") if name in raw), "min")
        high = next((name for name in ("max", "below") if name in raw), "below")
        return {**form, "how": "between", "low_how": low, "low": amount_text(raw.get(low, "")), "high_how": high, "high": amount_text(raw.get(high, ""))}
    return {**form, "codes": amount_text(raw)}


def limit_form(field: str, raw: Any) -> Form:
    """Return the fields of one limit: its codes, or its least and greatest value."""
    form: Form = {"field": field, "how": "number", "codes": "", "bare": "", "min": value_form(None), "max": value_form(None)}
    if isinstance(raw, Mapping):
        for how in ("one_of", "none_of"):
            if how in raw:
                return {**form, "how": how, "codes": _comma(raw[how])}
        if set(raw) & {"min", "max"}:
            return {**form, "min": value_form(raw.get("min")), "max": value_form(raw.get("max"))}
    return {**form, "bare": "yes", "max": value_form(raw)}


def value_form(raw: Any) -> Form:
    """Return the fields of a value: an amount (number, formula or none), a table of rows or bands, tiers, or `undecided`; None: there is none."""
    form: Form = {"how": "", "text": "", "by": "", "low": "", "high": "", "rows": [], "bands": [], "tiers": [], "more": ""}
    if raw is None:
        return form
    if not isinstance(raw, Mapping):
        return {**form, "how": "amount", "text": amount_text(raw)}
    rest = {name: value for name, value in raw.items() if name not in ("by", "rows", "bands", "tiers", "undecided", "is", "value", "range")}
    form["more"] = flow(rest)
    if "tiers" in raw:
        return {**form, "how": "tiers", "tiers": [{"name": name, "is": value_form(value)} for name, value in raw["tiers"]]}
    if "undecided" in raw:
        return {**form, "how": "undecided", "text": str(raw["undecided"])}
    if "bands" in raw:
        return {**form, "how": "bands", "by": str(raw["by"]), "bands": [{"from": amount_text(start), "is": value_form(value)} for start, value in raw["bands"]]}
    if "rows" in raw:
        return {**form, "how": "rows", "by": str(raw["by"]), "rows": [row_form(row) for row in raw["rows"]]}
    if "range" in raw:
        low, high = (amount_text(end) for end in raw["range"])
        return {**form, "how": "ranged", "text": amount_text(raw.get("value", raw.get("is", ""))), "low": low, "high": high}
    return {**form, "how": "named", "text": amount_text(raw.get("is", ""))}


def row_form(row: Mapping[str, Any]) -> Form:
    """Return the fields of a table's row: what it matches, and its value."""
    rest = {name: value for name, value in row.items() if name != "is"}
    raw: Any = rest
    if set(rest) == {"equals"}:
        raw = rest["equals"]
    return {**match_form(raw), "is": value_form(row.get("is"))}


def requirement_form(entry: Mapping[str, Any]) -> Form:
    """Return the fields of a requirement."""
    return {"test": str(entry.get("test") or ""), "limits": _comma(entry.get("limits")), "says": str(entry.get("says") or "")}


def amount_text(value: Any) -> str:
    """Return a number, code, flag or formula as it is typed."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def flow(value: Mapping[str, Any]) -> str:
    """Return a mapping on one line, as in "city: Pune, fsi: 2.5"."""
    return yaml.safe_dump(dict(value), sort_keys=False, allow_unicode=True, default_flow_style=True, width=10**6).strip()[1:-1] if value else ""


def _comma(values: Any) -> str:
    return flow({"all": list(values)})[len("all: [") : -1] if values else ""


def _items(raw: Any) -> list[Any]:
    return [] if raw is None else list(raw) if isinstance(raw, list) else [raw]
