"""A stored verdict of which some clauses come out otherwise: its status and outcomes then, without judging the other clauses again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from compliance.rules.judging import Outcome
from compliance.rules.rulebook import Clause, Rulebook

Wire = Mapping[str, Any]
Standing = tuple[str, Outcome, bool]
"""A check that stands: its field, what it comes to, and whether it would hold anyway (its clause may or may not apply)."""


@dataclass(frozen=True, slots=True)
class State:
    """What a clause comes to for one proposal: whether it applies or may apply, and its checks that stand."""

    listed: bool
    checks: tuple[Standing, ...]


SETTLED = frozenset({"fsi", "built_up_area_sq_m"})
"""Fields of which one settles the other, whichever clauses limit them."""


def conclude(rulebook: Rulebook, stored: Wire, again: Mapping[str, State]) -> tuple[str, dict[str, str]] | None:
    """Return the status and the outcomes by clause (and by `none:<field>` where no clause governs a deciding field), or None where they cannot be told.

    They cannot where another clause may come out otherwise too (an assumption with a range, an FSI settled by a built-up area), or where the stored verdict does
    not say whether one that is open would hold anyway.

    Args:
        rulebook: what judges now.
        stored: the wire form of the verdict before, of a proposal that is completed alike now.
        again: what the clauses in question come to now; those that only the rulebook before had are named too, as not applying.
    """
    if rulebook.deciding == "limited":
        return None
    rest = [finding for finding in stored["findings"] if finding["id"] not in again and not finding["id"].startswith("none:")]
    checks = [check for state in again.values() for check in state.checks]
    if _may_settle(rulebook, stored, again) or _may_open(rulebook, stored, again):
        return None
    outcomes = {finding["id"]: finding["outcome"] for finding in rest} | {name: _worst(state.checks) for name, state in again.items() if state.listed}
    if stored["status"] == "BLOCKED":
        return "BLOCKED", outcomes
    if not outcomes:
        return "ERROR", outcomes
    known = [*checks, *((name, check["outcome"], False) for finding in rest for name, check in finding["checks"].items())]
    ungoverned = {f"none:{name}": "UNDETERMINED" for name in rulebook.deciding if name not in {name for name, _, _ in known}}
    outcomes |= ungoverned
    if "VIOLATED" in outcomes.values():
        return "NON_COMPLIANT", outcomes
    if any(finding["outcome"] != "SATISFIED" and _several_on_a_field(rulebook.by_id[finding["id"]]) for finding in rest):
        return None  # of several checks on a field the wire form has the last one
    settled = {name for name, outcome, _ in known if outcome == "SATISFIED"}
    holding_up = [(name, holds) for name, outcome, holds in checks if outcome == "UNDETERMINED" and name in rulebook.deciding]
    if ungoverned or any(not (holds and name in settled) for name, holds in holding_up):
        return "INCOMPLETE", outcomes
    open_beside = {name for finding in rest for name, check in finding["checks"].items() if check["outcome"] == "UNDETERMINED" and name in rulebook.deciding}
    if open_beside - settled:
        return "INCOMPLETE", outcomes
    # Whether those would hold anyway is not stored; where the verdict was COMPLIANT, they do.
    return ("COMPLIANT", outcomes) if not open_beside or stored["status"] == "COMPLIANT" else None


def _may_settle(rulebook: Rulebook, stored: Wire, again: Mapping[str, Any]) -> bool:
    spec = stored["spec"]
    if "fsi" in spec or "built_up_area_sq_m" not in spec:
        return False
    return any(not SETTLED.isdisjoint(rulebook.by_id[name].limited_fields) for name in again if name in rulebook.by_id)


def _may_open(rulebook: Rulebook, stored: Wire, again: Mapping[str, State]) -> bool:
    """Return whether another clause may be opened, or no longer be, by an assumption's range: one that rests on it and limits a field of those in question."""
    assumed = {entry["field"] for entry in stored["assumptions"]}
    varied = {entry["field"] for entry in stored["assumptions"] if entry.get("range")}
    for default in rulebook.defaults:
        if default.field in assumed and not varied.isdisjoint(default.reads):
            varied.add(default.field)
    limited = {name for other in again if other in rulebook.by_id for name in rulebook.by_id[other].limited_fields}
    return bool(varied) and any(
        clause.id not in again and not varied.isdisjoint(clause.reads) and not limited.isdisjoint(clause.limited_fields) for clause in rulebook.clauses
    )


def _several_on_a_field(clause: Clause) -> bool:
    fields = [limit.field for limit in clause.limits] + [name for requirement in clause.requirements for name in requirement.fields]
    return len(fields) > len(set(fields))


def _worst(checks: tuple[Standing, ...]) -> str:
    order = ("VIOLATED", "UNDETERMINED", "REQUIRED", "SATISFIED")
    present = {outcome for _, outcome, _ in checks}
    return next((outcome for outcome in order if outcome in present), "NOT_APPLICABLE")
