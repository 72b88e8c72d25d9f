"""Clauses as callers of the earlier system write them, brought into our clause language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from compliance.vocabulary import FIELDS, SIDES

_OUR_KEYS = {
    "id",
    "clause_no",
    "title",
    "category",
    "table",
    "conditions",
    "limits",
    "require",
    "replaces",
    "verification",
    "source",
    "interpretation",
    "effective",
}
EARLIER_NAMES = {"floors": "storeys", "setback": "setback_m", "height": "height_m", "plot_area": "plot_area_sq_m", "road_width": "abutting_road_width_m"}
"""What the earlier system called a planning field -> its name."""
_LEAST = ("setback_m", *SIDES, "abutting_road_width_m", "plot_area_sq_m")


def clauses_of(rules: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return clauses of our language for rules given by a caller.

    A rule is one of our clauses, or the earlier system's `{clause_no, parsed_fields or entitlements: {height_m, floors, setback_m, fsi ...}}`,
    whose numbers are greatest values, except margins, which are least values.
    """
    clauses = []
    for position, rule in enumerate(rules):
        clause = {key: rule[key] for key in _OUR_KEYS if key in rule and rule[key] is not None}
        number = str(rule.get("clause_no") or rule.get("rule_id") or rule.get("id") or position + 1)
        if "limits" not in clause:
            clause["limits"] = _limits(rule.get("parsed_fields") or rule.get("entitlements") or {})
        if not isinstance(clause.get("conditions"), Mapping):
            clause.pop("conditions", None)  # the earlier system's conditions are prose
        clauses.append({
            "category": "height", "verification": "illustrative", **clause,
            "id": str(rule.get("id") or f"{number}-{position + 1}"), "clause_no": number, "title": str(rule.get("title") or number),
        })  # fmt: skip
    return clauses


FIELD_OF = {
    "fsi": "fsi", "height": "height_m", "setback": "setback_m", "coverage": "ground_coverage_percent", "parking": "parking_spaces",
    "open_space": "recreational_open_space_sq_m", "access": "abutting_road_width_m", "use": "storeys",
}  # fmt: skip
"""Category -> the field that a clause in prose leaves undecided until a curator writes its limit."""
_CATEGORY_OF = {name: category for category, name in FIELD_OF.items()} | dict.fromkeys(SIDES, "setback") | {"storeys": "height", "basement_levels": "height"}


def draft_clause(rule_id: str, clause_no: str, title: str, category: str, text: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a caller said of a clause, as a clause that a curator can go on with: its numbers as limits, else its text as undecided.

    A category that is none of ours is taken from the numbers; where there are none either it is "height", for the curator to choose.
    """
    limits = _limits(values)
    ours = category if category in FIELD_OF else next((_CATEGORY_OF[name] for name in limits if name in _CATEGORY_OF), "height")
    if not limits:
        name = FIELD_OF[ours]
        limits = {name: {"min" if name in _LEAST else "max": {"undecided": text or "the text of the clause was not sent"}}}
    return {"id": rule_id, "clause_no": clause_no, "title": title, "category": ours, "verification": "illustrative", "limits": limits}


def _limits(parsed: Mapping[str, Any]) -> dict[str, Any]:
    limits: dict[str, Any] = {}
    for key, value in parsed.items():
        name = EARLIER_NAMES.get(key, key)
        if name in FIELDS and isinstance(value, (int, float)) and not isinstance(value, bool):
            limits[name] = {"min": value} if name in _LEAST else {"max": value}
    return limits
