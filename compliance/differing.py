"""Why two stored runs came out otherwise: what of it came from the engine, from the rules, and from the proposal."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from compliance.canonical import whole_as_integer
from compliance.models import RulebookRelease, Run
from compliance.rechecking import UnverifiableRunError, as_read, flips, recheck
from compliance.specs import Spec

Cause = Literal["engine", "rules", "reading", "proposal"]
Shown = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Limit:
    """A value of a clause's check that differs: the clause, the field, and what the check says of it before and after."""

    clause: str
    field: str
    before: Shown
    after: Shown


@dataclass(frozen=True, slots=True)
class Step:
    """What one cause changed, everything else being equal.

    Attributes:
        cause: `engine` (the same proposal under the same release), `rules` (another release or day), `reading` (the same words read otherwise) or
            `proposal` (other words or given values).
        says: the cause in words.
        status: the status before and after.
        outcomes: (clause, outcome before, outcome after).
        limits: checks of the same clause and field that say something else.
    """

    cause: Cause
    says: str
    status: tuple[str, str]
    outcomes: tuple[tuple[str, str, str], ...]
    limits: tuple[Limit, ...]

    @property
    def changed(self) -> bool:
        """Whether anything came out otherwise."""
        return self.status[0] != self.status[1] or bool(self.outcomes or self.limits)


@dataclass(frozen=True, slots=True)
class RunDifference:
    """Two runs apart: the fields that were read otherwise as (field, first, second), and what each cause changed, in the order in which they were applied."""

    fields: tuple[tuple[str, Any, Any], ...]
    steps: tuple[Step, ...]

    @property
    def same(self) -> bool:
        """Whether the runs read the same and came out the same."""
        return not self.fields and not any(step.changed for step in self.steps)


def differ(first: Run, second: Run) -> RunDifference:
    """Return what of the difference between two runs came from what.

    The first run's proposal is judged by today's engine under its own release, then under the second's release on the second's day, and then the second's
    proposal takes its place; each step changes one thing, so that their changes add up to the whole difference.

    Raises:
        UnverifiableRunError: a run was judged by clauses sent with the request, which are not stored.
    """
    stored = [json.loads(run.verdict) for run in (first, second)]
    for run, verdict in zip((first, second), stored, strict=True):
        if run.release is None and "rulebook" in verdict:
            raise UnverifiableRunError(f"Run {run.pk} was judged by clauses sent with the request; they are not stored, so it cannot be judged again.")
    now = _judged(first, first.release, first.as_of)
    other_rules = _judged(first, second.release, second.as_of)
    other_input = _judged(second, second.release, second.as_of)
    fields = tuple(_fields(as_read(first).spec, as_read(second).spec))
    cause: Cause = "reading" if first.prompt == second.prompt and _given(stored[0]) == _given(stored[1]) else "proposal"
    says = "the same words are read otherwise" if cause == "reading" else "the proposal is another"
    steps = (
        _step("engine", "the program judges the first run otherwise than when it was made", stored[0], now),
        _step("rules", f"{_law(first)} became {_law(second)}", now, other_rules),
        _step(cause, says, other_rules, other_input),
        _step("engine", "the program judges the second run otherwise than when it was made", other_input, stored[1]),
    )
    return RunDifference(fields, steps)


def _judged(run: Run, release: RulebookRelease | None, day: datetime.date) -> dict[str, Any]:
    return recheck(run, release, day).wire()


def _step(cause: Cause, says: str, before: Shown, after: Shown) -> Step:
    limits = tuple(_limits(before["findings"], after["findings"]))
    return Step(cause, says, (before["status"], after["status"]), tuple(flips(before["findings"], after["findings"])), limits)


def _limits(before: list[Any], after: list[Any]) -> list[Limit]:
    old, new = ({(finding["id"], name): check for finding in findings for name, check in finding["checks"].items()} for findings in (before, after))
    both = sorted(old.keys() & new.keys())
    # Through JSON and back, as what is stored has been.
    return [Limit(*key, old[key], new[key]) for key in both if _plain(old[key]) != _plain(new[key])]


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(whole_as_integer(value)))


def _fields(first: Spec, second: Spec) -> list[tuple[str, Any, Any]]:
    return [(name, first.get(name), second.get(name)) for name in sorted(first.keys() | second.keys()) if first.get(name) != second.get(name)]


def _given(verdict: Shown) -> dict[str, Any]:
    return {entry["field"]: entry["value"] for entry in verdict["readings"] if entry["origin"] == "given"}


def _law(run: Run) -> str:
    return f"{run.release.rulebook.name} {run.release.sha256[:12]} on {run.as_of}" if run.release else f"no rulebook on {run.as_of}"
