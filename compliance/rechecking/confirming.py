"""Do status and outcomes of stored runs come out again, by columns: judging them one by one is left to those that do not, or of which columns cannot say it."""

from __future__ import annotations

import datetime
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

import orjson
from django.db.models import QuerySet

from compliance.auditing.engines import quoted
from compliance.models import RulebookRelease, Run
from compliance.rechecking.outcomes import STATUS, VERDICT_STATUS, Otherwise, in_words, outcomes_of
from compliance.rechecking.statements import ALONE, Plans, Prepared
from compliance.rechecking.stored import Cases, Stored, WithVerdict, read_as
from compliance.rechecking.verifying import Doubt
from compliance.rules import Rulebook
from compliance.rules.columns.listing import Listed, list_findings
from compliance.rules.columns.verdicts import evaluate_part
from compliance.services.releases import release_compiled

if TYPE_CHECKING:
    import ibis.expr.types as ir

FEWEST = 10_000
"""Below so many runs under the same clauses, they are judged one by one before all the clauses have become SQL."""
FEWEST_RANGED = 5_000
"""Cases that may hang on an assumption's range have expressions of their own, which take longer."""
BATCH = 100_000
"""Runs judged at a time: to begin costs the statements of a rulebook two seconds."""
VERDICTS = 5_000
"""Verdicts held at a time; each takes some 24 KB, of which the outcomes are kept."""


def worth_confirming(number: int) -> bool:
    """Return whether so many runs are confirmed faster by columns."""
    return number >= FEWEST


@dataclass
class Confirmed:
    """What confirming found; keys in their order.

    Attributes:
        same: the runs whose status and outcomes come out the same.
        doubted: the runs of which something comes out otherwise, with what it is.
        rest: the runs of which columns cannot say it.
        seconds: how long it took, the start left out.
        seconds_to_start: how long it took to make statements of the rulebooks.
    """

    same: list[UUID] = field(default_factory=list)
    doubted: list[Doubt] = field(default_factory=list)
    rest: list[UUID] = field(default_factory=list)
    seconds: float = 0.0
    seconds_to_start: float = 0.0

    def summary(self) -> str:
        """Return in a sentence how many come out the same, and how many are left."""
        left = len(self.doubted) + len(self.rest)
        number = len(self.same) + left
        return (
            f"{number:,} runs: status and outcomes of {len(self.same):,} come out the same, by columns, in {self.seconds:.1f} s "
            f"({number / self.seconds:,.0f} a second), after {self.seconds_to_start:.1f} s to make statements of the rules; {left:,} are left to judge one by one."
        )


def confirm(runs: QuerySet[Run], *, threads: int = 1, progress: Callable[[int], None] = lambda done: None) -> Confirmed:
    """Return which stored runs have the status and the outcomes that their own release gives on their own day; nothing is written.

    Args:
        runs: the runs.
        threads: how many the engine may use.
        progress: told how many runs were looked at.
    """
    found, laws, began = Confirmed(), Laws(), time.perf_counter()
    with Cases(threads) as cases:
        batch = _Batch(cases)
        for chunk in read_as(WithVerdict, runs, min(VERDICTS, BATCH)):
            batch.add(chunk, laws)
            if len(batch.runs) >= BATCH:
                batch.judge(laws, found)
            progress(len(found.same) + len(found.doubted) + len(found.rest) + len(batch.runs))
        batch.judge(laws, found)
        found.seconds_to_start = cases.seconds_to_start
    found.seconds = time.perf_counter() - began - found.seconds_to_start
    return found


class _Batch:
    """Stored runs that are judged together: as many as are worth a run of the statements, of their verdicts the outcomes only."""

    def __init__(self, cases: Cases) -> None:
        self.cases = cases
        self.runs: list[Stored] = []
        self._numbers: list[int] = []
        cases.engine.connection.execute("CREATE TABLE said (row BIGINT, id VARCHAR, outcome VARCHAR)")

    def add(self, chunk: Sequence[WithVerdict], laws: Laws) -> None:
        """Take in runs; one whose verdict cannot be read has no plan."""
        said = _Said()
        self._numbers += [laws.number_of(run) if said.add(row, run) else ALONE for row, run in enumerate(chunk, len(self.runs))]
        self.runs += [run.without_verdict() for run in chunk]
        said.insert(self.cases)

    def judge(self, laws: Laws, found: Confirmed) -> None:
        """Judge what was taken in, add what is found, and begin anew."""
        differing: dict[int, list[Otherwise]] = {}
        settled: set[int] = set()
        judged = [number for number, runs in Counter(self._numbers).items() if number >= 0 and worth_confirming(runs)]
        self.cases.fill(self.runs, [number if number in judged else ALONE for number in self._numbers])
        for number in judged:
            for rows, differences in laws.all[number].judge(self.cases):
                settled |= rows
                differing |= differences
        for row, run in enumerate(self.runs):
            if row in differing:
                found.doubted.append(Doubt(UUID(run.key), in_words(differing[row])))
            else:
                (found.same if row in settled else found.rest).append(UUID(run.key))
        self.runs, self._numbers = [], []
        self.cases.engine.connection.execute("TRUNCATE said")


class _Said:
    """What stored verdicts say: the statuses and outcomes of some runs, on their way to the engine."""

    def __init__(self) -> None:
        self._rows: list[int] = []
        self._ids: list[str] = []
        self._outcomes: list[str] = []

    def add(self, row: int, run: WithVerdict) -> bool:
        """Take in a run, and return whether its verdict could be read."""
        try:
            verdict = orjson.loads(run.verdict)
            outcomes = outcomes_of(verdict["findings"])
            status = str(verdict["status"])
        except (ValueError, KeyError, TypeError):
            return False
        self._rows += [row] * (len(outcomes) + 2)
        self._ids += [*outcomes, STATUS, VERDICT_STATUS]
        self._outcomes += [*outcomes.values(), run.status, status]
        return True

    def insert(self, cases: Cases) -> None:
        """Put them into the engine's table `said`."""
        import pyarrow  # noqa: PLC0415 - heavy

        types = pyarrow.schema({"row": "int64", "id": "string", "outcome": "string"})
        cases.engine.register("verdicts", pyarrow.table([self._rows, self._ids, self._outcomes], schema=types))
        cases.engine.connection.execute("INSERT INTO said FROM verdicts")
        cases.engine.connection.unregister("verdicts")


# Under which clauses


class Laws(Plans["Law"]):
    """What runs were judged under: each release, for the days on which the same of its clauses are in force."""

    def _number(self, release_key: str | None, day: datetime.date, city: str) -> int:
        if release_key is None:
            return ALONE
        release = RulebookRelease.objects.defer("content").get(pk=UUID(release_key))
        try:
            rulebook = release_compiled(release)
        except ValueError:  # a release that cannot be read: each of its runs says so
            return ALONE
        clauses = rulebook.on(day).clauses
        if city not in rulebook.cities or not clauses:
            return ALONE
        return self._kept((release.sha256, *(clause.id for clause in clauses)), lambda number: Law(number, rulebook, day))


class Found(NamedTuple):
    """What came of judging cases: the rows that were judged, and of those what differs."""

    rows: set[int]
    differences: Mapping[int, list[Otherwise]]


@dataclass
class Law:
    """A rulebook with the clauses in force on a day, and its statements, which are made once."""

    number: int
    rulebook: Rulebook
    day: datetime.date

    def judge(self, cases: Cases) -> Iterator[Found]:
        """Yield what comes of the cases of this plan; those left out have to be judged one by one."""
        cases.choose(self.number)
        yield self._plain.run(cases)
        if cases.leave(self._plain.name) >= FEWEST_RANGED:
            yield self._ranged.run(cases)

    @cached_property
    def _plain(self) -> Findings:
        return Findings(self, "chosen", f"law{self.number}", ranged=False)

    @cached_property
    def _ranged(self) -> Findings:
        return Findings(self, "rest", f"ranged{self.number}", ranged=True)


class Findings:
    """The findings of one part of the cases, in SQL."""

    def __init__(self, law: Law, source: str, name: str, *, ranged: bool) -> None:
        self.law = law
        self.name = name
        self._source = source
        self._ranged = ranged
        self._ids: tuple[str, ...] = ()
        self._prepared = Prepared(self._tables)

    def run(self, cases: Cases) -> Found:
        """Judge the cases of the source, and hold them against what is said of them."""
        self._prepared.run(cases)
        run = cases.engine.connection.execute
        rows = {row for (row,) in run(f"SELECT row FROM {self.name}").fetchall()}
        differences: dict[int, list[Otherwise]] = defaultdict(list)
        for row, *entry in run(self._differences()).fetchall():
            differences[row].append(Otherwise(*entry))
        return Found(rows, differences)

    def _tables(self, cases: Cases) -> Iterator[tuple[str, ir.Table]]:
        listed: Listed = list_findings(evaluate_part(self.law.rulebook, cases.table(self._source), self.law.day, ranged=self._ranged))
        self._ids = listed.ids
        yield self.name, listed.table

    def _differences(self) -> str:
        """Return the SQL of what is said otherwise than it comes out: every finding that either side lists, and both statuses."""
        ids = [*map(quoted, (*self._ids, STATUS, VERDICT_STATUS))]
        columns = [*(f"finding{place}" for place in range(len(self._ids))), "status", "status"]
        return f"""
            WITH spread AS (SELECT row, unnest([{", ".join(ids)}]) AS id, unnest([{", ".join(columns)}]) AS outcome FROM {self.name}),
            judged AS (FROM spread WHERE outcome IS NOT NULL),
            told AS (FROM said SEMI JOIN {self.name} USING (row))
            SELECT row, id, told.outcome, judged.outcome FROM told FULL JOIN judged USING (row, id) WHERE told.outcome IS DISTINCT FROM judged.outcome
        """
