"""The smallest changes that make a failing proposal comply. Each remedy was judged: what is offered holds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

from compliance.rules.expressions import is_number
from compliance.rules.judging import Check
from compliance.rules.rulebook import Requirement
from compliance.rules.solving.breakpoints import breakpoints
from compliance.rules.solving.levers import Lever, levers
from compliance.rules.solving.saying import say_change
from compliance.rules.solving.trials import Changes, Trials
from compliance.specs import Value
from compliance.vocabulary import FIELDS

MOST = 6
"""Remedies that are offered."""
_ROUNDS = 40
_NARROW = 1e-7


@dataclass(frozen=True, slots=True)
class Remedy:
    """Changes after which the proposal violates nothing.

    Attributes:
        changes: planning field -> new value.
        size: the sum of |change| over the present value.
        sentence: what to do, in words.
        status: the verdict after it.
        buys: what must be bought after it, by tier (premium, TDR ...), where anything must.
    """

    changes: Mapping[str, Value]
    size: float
    sentence: str
    status: str
    buys: tuple[Mapping[str, Any], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the wire form."""
        wire = {"changes": dict(self.changes), "size": round(self.size, 6), "sentence": self.sentence, "status": self.status}
        return {**wire, "buys": list(self.buys)} if self.buys else wire


@dataclass(frozen=True, slots=True)
class Remedies:
    """What helps a failing proposal: the smallest first; and what no change of the design can help."""

    remedies: tuple[Remedy, ...] = ()
    hopeless: tuple[Mapping[str, Any], ...] = ()
    reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the wire form."""
        return {"remedies": [remedy.as_dict() for remedy in self.remedies], "cannot_be_helped": list(self.hopeless), "reason": self.reason}


def find_remedies(trials: Trials) -> Remedies:
    """Return the smallest changes, of at most two values, that make a proposal comply; more only where no two suffice.

    Candidates are the ends of the law's bands, rows and formulas, refined by bisection; each is judged with everything else as it is.
    """
    violated = trials.violated({})
    if not violated:
        return Remedies(reason="Nothing is violated.")
    return _Search(trials, violated).run()


class _Search:
    def __init__(self, trials: Trials, violated: list[Check]) -> None:
        self.trials = trials
        self.violated = violated
        self.open = trials.open_fields({})
        self.env = trials.judged({}).facts
        self.levers = levers(trials, violated)
        self.found: dict[frozenset[str], tuple[float, dict[str, Value], str]] = {}

    def run(self) -> Remedies:
        if beyond := self.beyond_help():
            return _no_help(beyond)
        for lever in self.levers:
            if self.touch_all(lever) and (value := self.least(lever, {})) is not None:
                self.keep([(lever, value)])
        self.into_ancillary()
        if not self.found:
            self.pairs()
        if not self.found:
            self.several()
        ordered = sorted(self.found.values(), key=lambda entry: (entry[0], entry[2]))[:MOST]
        remedies = tuple(self.remedy(*entry) for entry in ordered)
        if remedies:
            many = len([name for name in remedies[0].changes if name != "storeys"]) > 3
            return Remedies(remedies, reason="No two changes are enough; these belong together." if many else "")
        return _no_help(self.violated)

    def touch_all(self, *moved: Lever) -> bool:
        """Return whether every violation has to do with one of some levers."""
        fields = frozenset[str]().union(*(lever.moved for lever in moved))
        return all(not fields.isdisjoint(_turns_on(check)) for check in self.violated)

    # One lever

    def least(self, lever: Lever, given: Changes) -> float | None:
        """Return the value nearest to the present one at which the proposal passes with some changes given, or None."""
        best: float | None = None
        for outward in (self.candidates(lever, given, up=False), self.candidates(lever, given, up=True)):
            failing = lever.present
            for value in outward:
                if best is not None and lever.size(value) >= lever.size(best):
                    break
                if self.passes(lever, value, given):
                    best = self.refined(lever, given, failing, value)
                    break
                failing = value
        return best

    def candidates(self, lever: Lever, given: Changes, up: bool) -> list[float]:
        """Return values of a lever from the present one outward: where the law changes, a step beyond, and the limits met on the way."""
        low, high = self.bounds(lever)
        ends = [end for end in breakpoints(self.trials.rulebook, dict(self.env), lever.name) if low <= end <= high]
        around = {value for end in ends for value in (end, end - lever.step, end + lever.step)} | set(self.limits(lever, given)) | {low, high}
        values = {float(math.floor(value) if not up else math.ceil(value)) if lever.whole else value for value in around}
        return sorted((value for value in values if low <= value <= high and (value > lever.present if up else value < lever.present)), reverse=not up)

    def limits(self, lever: Lever, given: Changes) -> Iterator[float]:
        """Yield the limits on a lever's fields, where it stands and, once moved there, where that leads."""
        value, seen = lever.present, set()
        for _ in range(4):
            bounds = [bound for check in self.trials.judged({**given, **lever.to(value)}).active() if check.field in lever.fields for bound in _ends(check)]
            yield from bounds
            nearest = [bound for bound in bounds if bound not in seen]
            if not nearest:
                return
            seen.update(nearest)
            value = max(nearest)

    def bounds(self, lever: Lever) -> tuple[float, float]:
        known = FIELDS[lever.name]
        high = min(known.high, max(lever.present * 4, 60.0)) if known.unit == "m" else min(known.high, max(lever.present * 10, 100.0))
        return (1.0 if lever.whole and known.positive else max(known.low, lever.step if known.positive else known.low)), high

    def refined(self, lever: Lever, given: Changes, failing: float, passing: float) -> float:
        """Return the value nearest to the failing one that still passes, as a person would write it."""
        if lever.whole:
            while abs(passing - failing) > 1:
                middle = float((passing + failing) // 2)
                passing, failing = (middle, failing) if self.passes(lever, middle, given) else (passing, middle)
            return passing
        end = passing
        for _ in range(_ROUNDS):
            if abs(end - failing) < _NARROW:
                break
            middle = (end + failing) / 2
            end, failing = (middle, failing) if self.passes(lever, middle, given) else (end, middle)
        up = end > lever.present
        for decimals in (2, 3, 6):
            scale = 10**decimals
            written = math.ceil(end * scale - 1e-4) / scale if up else math.floor(end * scale + 1e-4) / scale
            if self.passes(lever, written, given):
                return written
        return passing

    def passes(self, lever: Lever, value: float, given: Changes) -> bool:
        return self.holds({**given, **lever.to(value)})

    def holds(self, changes: Changes) -> bool:
        return not self.trials.violated(changes) and self.trials.open_fields(changes) <= self.open

    # Several

    def pairs(self) -> None:
        """Move two levers: the first to where its own violations end or the law changes, the second as far as is then needed."""
        for first, second in permutations(self.levers, 2):
            if not self.touch_all(first, second):
                continue
            for value in self.first_moves(first):
                if (other := self.least(second, first.to(value))) is not None:
                    self.keep([(first, value), (second, other)])

    def first_moves(self, lever: Lever) -> list[float]:
        low, high = self.bounds(lever)
        ends = set(self.limits(lever, {})) | set(breakpoints(self.trials.rulebook, dict(self.env), lever.name))
        near = sorted((end for end in ends if low <= end <= high and end != lever.present), key=lever.size)[:6]
        return [float(math.floor(end)) if lever.whole else end for end in near]

    def several(self) -> None:
        """Bring every violated limit to its end, again and again until nothing moves: where more than two values are wrong at once."""
        changes: dict[str, Value] = {}
        moved: dict[str, tuple[Lever, float]] = {}
        own = {name: lever for lever in self.levers for name in (*lever.fields, *([lever.leads] if lever.leads_by else []))}
        for _ in range(8):
            violated = self.trials.violated(changes)
            if not violated:
                break
            for check in violated:
                lever, ends = own.get(check.field), list(_ends(check))
                if lever is None or not ends:
                    return
                value = min(ends) if is_number(check.maximum) and check.subject > check.maximum else max(ends)
                if check.field == lever.leads:
                    value = math.floor(value / lever.leads_by * 1e6) / 1e6
                value = math.ceil(value * 100 - 1e-4) / 100 if value > lever.present else value
                moved[lever.name] = (lever, value)
                changes |= lever.to(value)
        if moved and self.holds(changes):
            self.keep(list(moved.values()))

    def into_ancillary(self) -> None:
        """Where the FSI is too much but the whole built-up area would hold, count the excess as fungible or ancillary area."""
        spec = self.trials.completed({}).spec
        fsi, area = self.trials.spec.get("fsi"), spec.get("net_plot_area_sq_m")
        over = [check for check in self.violated if check.field == "fsi" and is_number(check.maximum)]
        if not over or not isinstance(fsi, (int, float)) or not isinstance(area, (int, float)) or "built_up_area_sq_m" in spec:
            return
        limit = min(float(check.maximum) for check in over)  # type: ignore[arg-type]
        changes: dict[str, Value] = {"fsi": limit, "built_up_area_sq_m": round(fsi * area, 2)}
        if self.holds(changes) and any(check.field == "built_up_area_sq_m" and check.outcome == "SATISFIED" for check in self.trials.judged(changes).active()):
            excess = round((fsi - limit) * area, 2)
            sentence = f"count {excess:g} m² of the built-up area as fungible or ancillary area, so that the FSI is {limit:g}"
            self.found[frozenset(changes)] = ((fsi - limit) / max(fsi, 1.0), changes, sentence)

    # What is offered

    def keep(self, moves: Sequence[tuple[Lever, float]]) -> None:
        changes: dict[str, Value] = {}
        for lever, value in moves:
            changes |= lever.to(value)
        size = sum(lever.size(value) for lever, value in moves)
        sentence = ", and ".join(
            say_change(lever.fields, lever.present, value, changes.get("storeys") if lever.with_storeys else None) for lever, value in moves
        )
        key = frozenset(changes)
        if self.holds(changes) and (key not in self.found or size < self.found[key][0]):
            self.found[key] = (size, changes, sentence)

    def remedy(self, size: float, changes: dict[str, Value], sentence: str) -> Remedy:
        verdict = self.trials.verdict(changes)
        buys = [{"field": name, **entry} for finding in verdict.findings for name, check in finding.checks.items() for entry in check.get("buys", ())]
        return Remedy(changes, size, sentence[:1].upper() + sentence[1:] + ".", verdict.status, tuple(buys))

    def beyond_help(self) -> list[Check]:
        """Return the violations that have nothing to do with anything that a designer can move."""
        moved = frozenset[str]().union(*(lever.moved for lever in self.levers))
        return [check for check in self.violated if moved.isdisjoint(_turns_on(check))]


def _turns_on(check: Check) -> frozenset[str]:
    """Return the fields on which a check turns: its own, those that its clause reads, and those whose limits it asks for."""
    clause = check.clause
    return clause.reads | clause.required | clause.allowed | {check.field}


def _no_help(checks: Sequence[Check]) -> Remedies:
    named = {(check.clause.clause_no, check.field): check.clause.title for check in checks}
    hopeless = tuple({"clause_no": number, "field": name, "title": title} for (number, name), title in named.items())
    said = ", ".join(dict.fromkeys(f"{entry['clause_no']} ({entry['title']})" for entry in hopeless))
    return Remedies(hopeless=hopeless, reason=f"No change of the design helps against {said}.")


def _ends(check: Check) -> Iterator[float]:
    if not isinstance(check.limit, Requirement):
        yield from (float(bound) for bound in (check.minimum, check.maximum) if is_number(bound))
