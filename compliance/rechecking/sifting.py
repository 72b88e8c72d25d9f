"""Which stored runs come out otherwise under the law as it stands, found by columns: judging them one by one is left to those that do."""

from __future__ import annotations

import datetime
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import QuerySet

from compliance.auditing.engines import table_of
from compliance.models import RulebookRelease, Run
from compliance.rechecking.again import CHUNK, flips
from compliance.rechecking.reprocessing import Reprocessed, narrowed, target_of
from compliance.rechecking.statements import ALONE, Plans, Prepared
from compliance.rechecking.stored import Cases, Stored, read
from compliance.rules import Rulebook
from compliance.rules.columns.differing import LIMITS_DIFFER, OUTCOMES_DIFFER, SAME, Pair, read_states
from compliance.rules.concluding import State, conclude
from compliance.rules.narrowing import complete_alike
from compliance.services.releases import release_compiled

if TYPE_CHECKING:
    import ibis.expr.types as ir

FEWEST = 2_000
"""Below so many runs, they are judged one by one before the expressions of a pair of rulebooks have become SQL."""
FEWEST_BY_CLAUSE = 250
"""And so many more for each clause in question."""
FEWEST_RANGED = 2_000
"""Cases that may hang on an assumption's range have expressions of their own."""


def worth_columns(number: int, clauses: int = 0) -> bool:
    """Return whether so many runs are found faster by columns, where so many clauses make the difference."""
    return number >= FEWEST + FEWEST_BY_CLAUSE * clauses


@dataclass
class Sifted:
    """What sifting found.

    Attributes:
        report: what is known of the runs already.
        differing: the runs that come out otherwise and are still to be judged, in the order of their keys.
        rest: the runs of which that is not known, in the order of their keys.
        seconds: how long it took, the start left out.
        seconds_to_start: how long it took to make statements of the rulebooks.
    """

    report: Reprocessed = field(default_factory=Reprocessed)
    differing: list[UUID] = field(default_factory=list)
    rest: list[UUID] = field(default_factory=list)
    seconds: float = 0.0
    seconds_to_start: float = 0.0


def sift(runs: QuerySet[Run], *, dry_run: bool, threads: int = 1, progress: Callable[[int], None] = lambda done: None) -> Sifted:
    """Return which of the latest runs come out otherwise under the law as it stands on their own days; nothing is written.

    Args:
        runs: the runs.
        dry_run: count also what changes, by status and clause; else runs that change are left to be judged.
        threads: how many the engine may use.
        progress: told how many runs were looked at.
    """
    sifted, plans, done, began = Sifted(), Pairs(), 0, time.perf_counter()
    with Cases(threads) as cases:
        for chunk in read(runs):
            _sift_chunk(chunk, plans, cases, sifted, dry_run=dry_run)
            done += len(chunk)
            progress(done)
        sifted.seconds_to_start = cases.seconds_to_start
    sifted.seconds = time.perf_counter() - began - sifted.seconds_to_start
    return sifted


def _sift_chunk(chunk: list[Stored], plans: Pairs, cases: Cases, sifted: Sifted, *, dry_run: bool) -> None:
    numbers = [plans.number_of(run) for run in chunk]
    counted = Counter(numbers)
    judged = [number for number, runs in counted.items() if number >= 0 and worth_columns(runs, plans.all[number].clauses)]
    sifted.report.unchanged += counted[SAME_LAW]
    rest = {row for row, number in enumerate(numbers) if number != SAME_LAW}
    differing: set[int] = set()
    if judged:
        cases.fill(chunk, [number if number in judged else ALONE for number in numbers])
        for number in judged:
            plan = plans.all[number]
            found = plan.differing(cases)
            same = [row for row, differs in found.items() if differs == SAME]
            sifted.report.unchanged += len(same)
            otherwise = {row for row, differs in found.items() if differs in (LIMITS_DIFFER, OUTCOMES_DIFFER)}
            rest.difference_update(same, otherwise)
            differing |= otherwise.difference(_report(sifted.report, plan, cases, chunk, found) if dry_run else ())
    sifted.differing += [UUID(chunk[row].key) for row in sorted(differing)]
    sifted.rest += [UUID(chunk[row].key) for row in sorted(rest)]


# What is judged against what

SAME_LAW = -2
"""Instead of the number of a plan: nothing can have changed for a run."""


class Pairs(Plans["Plan"]):
    """The pairs of rulebooks that runs are judged under: each pair of releases, for the days on which the same of its clauses are in force."""

    def _number(self, release_key: str | None, day: datetime.date, city: str) -> int:
        if release_key is None:
            return ALONE
        release = RulebookRelease.objects.select_related("rulebook").defer("content").get(pk=UUID(release_key))
        target = target_of(release, city, day)
        if target is None:
            return ALONE
        if target.sha256 == release.sha256:
            return SAME_LAW
        old, new = narrowed(release.sha256, target.sha256)
        if not complete_alike(old, new) or city not in new.cities:
            return ALONE
        if not old.on(day).clauses and not new.on(day).clauses:
            return SAME_LAW
        known = (release.sha256, target.sha256, *(tuple(clause.id for clause in part.on(day).clauses) for part in (old, new)))
        return self._kept(known, lambda number: Plan(number, old, new, day, target))


@dataclass
class Plan:
    """Two rulebooks narrowed to what makes a difference between them, and their statements, which are made once."""

    number: int
    old: Rulebook
    new: Rulebook
    day: datetime.date
    target: RulebookRelease

    @property
    def clauses(self) -> int:
        """How many clauses are judged."""
        return max(len(part.on(self.day).clauses) for part in (self.old, self.new))

    def differing(self, cases: Cases) -> dict[int, int]:
        """Return how the cases of this plan differ, by row; those left out have to be judged one by one."""
        cases.choose(self.number)
        found = self._plain.run(cases)
        return found | self._ranged.run(cases) if cases.leave(self._plain.compared) >= FEWEST_RANGED else found

    def new_states(self, cases: Cases, rows: list[int]) -> dict[int, dict[str, State]]:
        """Return by row what every clause in question comes to under the new rulebook; a clause that only the old one has does not apply."""
        old, new = self._plain.pair.layouts
        gone = dict.fromkeys(old.places.keys() - new.places.keys(), State(listed=False, checks=()))
        return {row["row"]: {**gone, **read_states(new, row)} for row in self._plain.new_states(cases, rows)}

    @cached_property
    def _plain(self) -> Statements:
        return Statements(Pair(self.old, self.new, self.day), "chosen", f"plan{self.number}")

    @cached_property
    def _ranged(self) -> Statements:
        return Statements(Pair(self.old, self.new, self.day, ranged=True), "rest", f"ranged{self.number}")


class Statements:
    """A pair of rulebooks in SQL."""

    def __init__(self, pair: Pair, source: str, name: str) -> None:
        self.pair = pair
        self.compared = f"{name}_compared"
        self._source = source
        self._sides = (f"{name}_old", f"{name}_new")
        self._prepared = Prepared(self._tables)

    def run(self, cases: Cases) -> dict[int, int]:
        """Return how the cases of the source differ, by row."""
        self._prepared.run(cases)
        return dict(cases.engine.connection.execute(f"SELECT row, differs FROM {self.compared}").fetchall())

    def new_states(self, cases: Cases, rows: list[int]) -> list[dict[str, Any]]:
        """Return what the new rulebook works out for some rows of the last run."""
        found = cases.engine.connection.sql(f"SELECT * FROM {self._sides[1]} WHERE row IN ({', '.join(map(str, rows))})")
        return list(found.to_arrow_table().to_pylist())

    def _tables(self, cases: Cases) -> Iterator[tuple[str, ir.Table]]:
        states = self.pair.states(cases.table(self._source))
        yield from zip(self._sides, states, strict=True)
        old, new = (table_of(name, side.schema()) for name, side in zip(self._sides, states, strict=True))
        yield self.compared, self.pair.compared(old, new)


# What a dry run tells


def _report(report: Reprocessed, plan: Plan, cases: Cases, chunk: list[Stored], found: Mapping[int, int]) -> Iterator[int]:
    """Count the runs that change, and yield the rows of those that were counted."""
    for row, differs in found.items():
        if differs == LIMITS_DIFFER:
            status = chunk[row].status
            _count(report, status, status)
            yield row
    rows = [row for row, differs in found.items() if differs == OUTCOMES_DIFFER]
    if not rows:
        return
    target = release_compiled(plan.target)
    for some in _parts(rows):
        states = plan.new_states(cases, some)
        keys = {row: UUID(chunk[row].key) for row in some}
        verdicts = dict(Run.objects.filter(pk__in=keys.values()).values_list("pk", "verdict"))
        for row, key in keys.items():
            stored = json.loads(verdicts[key])
            concluded = conclude(target, stored, states[row])
            if concluded is not None:
                status, outcomes = concluded
                _count(report, chunk[row].status, status)
                report.flips.update(flips(stored["findings"], ({"id": name, "outcome": outcome} for name, outcome in outcomes.items())))
                yield row


def _count(report: Reprocessed, before: str, after: str) -> None:
    report.superseded += 1
    report.causes[Run.Cause.RULES] += 1
    report.statuses[before, after] += 1


def _parts(rows: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]
