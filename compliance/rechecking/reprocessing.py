"""Stored runs judged under the law as it stands now; a changed outcome makes a superseding run."""

from __future__ import annotations

import datetime
import logging
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from uuid import UUID

import orjson
from django.db import IntegrityError, InterfaceError, OperationalError
from django.db.models import QuerySet

from compliance.assessing import judge_reading, outcome_digest
from compliance.engine import engine
from compliance.models import RulebookRelease, Run
from compliance.reading import ReadResult
from compliance.rechecking.again import as_read, chunks, flips
from compliance.rules import Evaluation, Rulebook, complete
from compliance.rules.narrowing import narrow
from compliance.services.releases import release_compiled, release_in_force, release_named
from compliance.services.runs import Made, run_made, runs_record
from compliance.specs import normalise_spec
from telemetry.trace import adopt_run, current_trace_id

logger = logging.getLogger(__name__)

TOGETHER = 50
"""Runs written in one transaction: so few that other writers do not wait for it."""


@dataclass
class Reprocessed:
    """What a reprocessing did: runs seen, why they changed, changed verdicts, flips by clause as (clause, before, after) -> number, and a sentence for each run that failed."""

    unchanged: int = 0
    superseded: int = 0
    skipped: int = 0
    failed: list[str] = field(default_factory=list)
    causes: Counter[Run.Cause] = field(default_factory=Counter)
    statuses: Counter[tuple[str, str]] = field(default_factory=Counter)
    flips: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    @property
    def seen(self) -> int:
        """How many runs were looked at."""
        return self.unchanged + self.superseded + self.skipped + len(self.failed)

    def count(self, before: Run, after: Run, flipped: Iterable[tuple[str, str, str]]) -> None:
        """Count a run that takes another one's place, and the clauses that come out otherwise."""
        self.superseded += 1
        self.causes[Run.Cause(after.cause)] += 1
        if after.status != before.status or after.cause != Run.Cause.NONE:
            self.statuses[before.status, after.status] += 1
        self.flips.update(flipped)

    def add(self, other: Reprocessed) -> None:
        """Take in what was done elsewhere."""
        self.unchanged += other.unchanged
        self.superseded += other.superseded
        self.skipped += other.skipped
        self.failed += other.failed
        self.causes += other.causes
        self.statuses += other.statuses
        self.flips += other.flips


def runs_to_reprocess(
    *,
    city: str | None = None,
    status: str | None = None,
    since: datetime.date | None = None,
    before: datetime.datetime | None = None,
    rulebook: str | None = None,
) -> QuerySet[Run]:
    """Return the latest runs of their proposals: those made on a day (UTC) or later and before a moment, of a city, with a status, judged under a rulebook."""
    runs = Run.objects.filter(superseded_by=None)
    if city:
        runs = runs.filter(city=city)
    if status:
        runs = runs.filter(status=status)
    if since:
        runs = runs.filter(created_at__gte=datetime.datetime.combine(since, datetime.time.min, datetime.UTC))
    if before:
        runs = runs.filter(created_at__lt=before)
    return runs.filter(release__rulebook__name=rulebook) if rulebook else runs


def reprocess(runs: QuerySet[Run], *, as_of: datetime.date | None = None, dry_run: bool = False, unchanged_too: bool = False) -> Reprocessed:
    """Judge stored runs again in this process; see `reprocess_runs`."""
    report = Reprocessed()
    for some in chunks(ids_of(runs)):
        report.add(reprocess_runs(some, as_of=as_of, dry_run=dry_run, unchanged_too=unchanged_too))
    return report


def ids_of(runs: QuerySet[Run]) -> list[UUID]:
    """Return the ids of some runs, taken at the beginning, so that a run which is made meanwhile is not seen again."""
    return list(runs.order_by("pk").values_list("pk", flat=True))


def in_chunks(ids: Sequence[UUID]) -> Iterator[Run]:
    """Yield the runs of some ids that were not superseded meanwhile, a chunk at a time."""
    for some in chunks(ids):
        yield from Run.objects.filter(pk__in=some, superseded_by=None).select_related("release__rulebook").defer("release__content")


def reprocess_runs(
    ids: Sequence[UUID], *, as_of: datetime.date | None = None, dry_run: bool = False, unchanged_too: bool = False, differing: bool = False
) -> Reprocessed:
    """Judge stored runs again and record a superseding run for each whose outcome differs, some in one transaction: it may be stopped at any point.

    Where the rules are the same for a run, or differ in nothing that concerns it, it is left alone: after a change of the program ask for all.

    Args:
        ids: the runs; those that were superseded meanwhile are left alone.
        as_of: the day whose law is asked for; each run's own day where not given.
        dry_run: judge and count, write nothing.
        unchanged_too: judge every run, and record a superseding one also where the outcome is the same.
        differing: whether they are known to come out otherwise, so that they need not be judged by the changed clauses first.

    Raises:
        OperationalError: the database cannot be reached; what was done stays.
    """
    report = Reprocessed()
    writing = _Writing(report, dry_run=dry_run)
    for run in in_chunks(ids):
        try:
            writing.add(_judged_again(run, as_of or run.as_of, report, unchanged_too=unchanged_too, differing=differing))
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # whatever is wrong with one stored run, the rest is still judged
            _failed(report, run, error)
    writing.flush()
    return report


def _failed(report: Reprocessed, run: Run, error: Exception) -> None:
    logger.exception("A run cannot be judged again", extra={"run": str(run.pk)}, exc_info=error)
    report.failed.append(f"Run {run.pk} cannot be judged: {type(error).__name__}: {error}")


@dataclass(frozen=True, slots=True)
class _Superseding:
    """A run that is to take another one's place, and what to count once it has."""

    before: Run
    made: Made
    flips: tuple[tuple[str, str, str], ...]


class _Writing:
    """Superseding runs, written some at a time: a transaction for each would take longer than the writing."""

    def __init__(self, report: Reprocessed, *, dry_run: bool) -> None:
        self._report = report
        self._dry_run = dry_run
        self._waiting: list[_Superseding] = []

    def add(self, superseding: _Superseding | None) -> None:
        """Take in one."""
        if superseding is None:
            return
        self._waiting.append(superseding)
        if len(self._waiting) >= TOGETHER:
            self.flush()

    def flush(self) -> None:
        """Write those that wait: all at once, or each by itself where one of them cannot be written."""
        waiting, self._waiting = self._waiting, []
        try:
            self._write(waiting)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            for each in waiting:
                self._write_alone(each)

    def _write_alone(self, superseding: _Superseding) -> None:
        try:
            self._write([superseding])
        except (OperationalError, InterfaceError):
            raise
        except IntegrityError:  # another reprocessing got there first
            self._report.skipped += 1
        except Exception as error:
            _failed(self._report, superseding.before, error)

    def _write(self, several: list[_Superseding]) -> None:
        if several and not self._dry_run:
            runs_record([each.made for each in several])
        for each in several:
            self._report.count(each.before, each.made.run, each.flips)


def _judged_again(run: Run, day: datetime.date, report: Reprocessed, *, unchanged_too: bool, differing: bool) -> _Superseding | None:
    """Return the run that is to supersede another one; None where there is none, which is counted."""
    adopt_run(run.pk)
    began = time.perf_counter()
    stored = orjson.loads(run.verdict)
    if run.release is None and "rulebook" in stored:
        report.skipped += 1
        return None
    target = target_of(run.release, run.city, day)
    if not (unchanged_too or differing or _may_differ(run, target, day)):
        report.unchanged += 1
        return None
    read = as_read(run, stored)
    assessment = judge_reading(run.prompt, read, release_compiled(target) if target else None, target, day)
    outcome = assessment.verdict.outcome_digest
    if outcome == run.outcome_digest and not unchanged_too:
        report.unchanged += 1
        return None
    wire = assessment.wire()
    made = run_made(
        prompt=run.prompt, spec=assessment.completion.spec, reading=assessment.reading(), verdict=wire, release=assessment.release, as_of=day,
        session_id=run.session_id, trace_id=current_trace_id(), performance={"total_ms": round((time.perf_counter() - began) * 1000, 3)},
        external_id=run.external_id, supersedes=run, cause=_cause(run, read, assessment.release, day, outcome),
    )  # fmt: skip
    return _Superseding(run, made, tuple(flips(stored["findings"], wire["findings"])))


def _may_differ(run: Run, target: RulebookRelease | None, day: datetime.date) -> bool:
    """Return whether a run can come out otherwise by the rules: judged by the few clauses that make a difference between its release and the target."""
    if run.release is None or target is None or day != run.as_of:
        return True
    if run.release.sha256 == target.sha256:
        return False
    old, new = narrowed(run.release.sha256, target.sha256)
    stored = orjson.loads(run.reading)
    spec = normalise_spec(stored["spec"])
    if spec.get("city") not in new.cities:
        return True
    asked = frozenset(question["field"] for question in stored["questions"] if question.get("field"))
    first, second = (Evaluation(rulebook, complete(rulebook, spec, asked), day).outcome_digest for rulebook in (old, new))
    return first != second


@lru_cache(maxsize=64)
def narrowed(old: str, new: str) -> tuple[Rulebook, Rulebook]:
    """Return the rulebooks of two releases by their hashes, narrowed to what makes a difference between them."""
    releases = {release.sha256: release for release in RulebookRelease.objects.filter(sha256__in=(old, new))}
    return narrow(release_compiled(releases[old]), release_compiled(releases[new]))


def _cause(run: Run, read: ReadResult, target: RulebookRelease | None, day: datetime.date, outcome: str) -> Run.Cause:
    """Return why a run comes out as it does under a release on a day.

    It is the rules where the same engine judged both; else judging it again as it was judged tells the engine's part from theirs.
    """
    if outcome == run.outcome_digest:
        return Run.Cause.NONE
    same_law = target == run.release and day == run.as_of
    if run.engine == engine() and not same_law:
        return Run.Cause.RULES
    under_its_own = outcome if same_law else outcome_digest(read, release_compiled(run.release) if run.release else None, run.as_of)
    if under_its_own == run.outcome_digest:
        return Run.Cause.RULES
    return Run.Cause.ENGINE if under_its_own == outcome else Run.Cause.BOTH


def target_of(release: RulebookRelease | None, city: str, day: datetime.date) -> RulebookRelease | None:
    """Return the release to judge a run under: one that asked for a rulebook that is never in force by itself keeps to that rulebook."""
    if release is not None and release.effective_from is None:
        return release_named(name=release.rulebook.name, as_of=day)
    return release_in_force(city=city, as_of=day) if city else None
