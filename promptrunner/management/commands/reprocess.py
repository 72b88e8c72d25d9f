"""`manage.py reprocess`: stored runs judged again under the law as it stands; a changed outcome makes a superseding run."""

from __future__ import annotations

import datetime
import functools
import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet

from compliance.models import Run
from compliance.rechecking import CHUNK, Reprocessed, chunks, ids_of, reprocess_runs, runs_to_reprocess
from compliance.rechecking.sifting import Sifted, sift, worth_columns
from compliance.rechecking.stored import has_engines
from compliance.vocabulary import CITIES
from promptrunner.spreading import SpreadingError
from promptrunner.terminal import progress_line
from promptrunner.workers import MOST_WORKERS, each
from telemetry import clock


class Command(BaseCommand):
    """Judge the latest runs again. Safe to interrupt and to repeat: each changed run is one transaction. Exit 0 done, 1 where runs failed, 2 wrong use."""

    help = "Judge stored runs again and record a superseding run for each whose outcome changed."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--city", choices=list(CITIES), help="only runs of this city")
        parser.add_argument("--status", choices=Run.Status.values, help="only runs with this status")
        parser.add_argument("--since", metavar="DATE", help="only runs made on this day (UTC) or later, as 2026-01-31")
        parser.add_argument("--before", metavar="TIME", help="only runs made before this time (UTC), as 2026-01-31T09:30:00; goes on with an interrupted --all")
        parser.add_argument("--rulebook", help="only runs judged under this rulebook")
        parser.add_argument("--as-of", metavar="DATE", help="the day whose law is asked for; each run's own day where not given")
        parser.add_argument("--all", action="store_true", help="supersede also runs whose outcome is the same, as after a change of the engine's words")
        parser.add_argument("--workers", type=int, default=1, metavar="N", help="how many processes share the work (1)")
        parser.add_argument("--celery", action="store_true", help="put the work on Celery's workers, which may be on other machines")
        parser.add_argument("--dry-run", action="store_true", help="write nothing, only say what would change")

    def handle(self, *args: Any, **options: Any) -> None:
        """Reprocess, with progress and what fails on standard error, and print what flipped."""
        if not 1 <= options["workers"] <= MOST_WORKERS:
            raise CommandError(f"--workers takes 1 to {MOST_WORKERS}.", returncode=2)
        if options["celery"] and options["workers"] != 1:
            raise CommandError("--celery and --workers exclude each other: a worker of Celery is told its processes when it is started.", returncode=2)
        self._celery = options["celery"]
        before = _moment(options["before"])
        if options["all"] and before is None:
            before = clock.now() + datetime.timedelta(milliseconds=1)  # all that are there, and none that this makes
        runs = runs_to_reprocess(
            city=options["city"], status=options["status"], since=_day(options["since"], "--since"), before=before, rulebook=options["rulebook"]
        )
        day = _day(options["as_of"], "--as-of")
        work = functools.partial(reprocess_runs, as_of=day, dry_run=options["dry_run"], unchanged_too=options["all"])
        if before is not None and not options["dry_run"]:
            self.stderr.write(f"If this is interrupted, go on with the same words and --before {before:%Y-%m-%dT%H:%M:%S.%f}.")
        try:
            sifted = Sifted(rest=ids_of(runs)) if options["all"] or day else self._sift(runs, options["workers"], dry_run=options["dry_run"])
            report = sifted.report
            for some, judge in ((sifted.differing, functools.partial(work, differing=True)), (sifted.rest, work)):
                report.add(self._report(judge, some, options["workers"]))
        except SpreadingError as error:
            raise CommandError(f"{error} What was done stays; run it again to go on.", returncode=2) from None
        except KeyboardInterrupt:
            raise CommandError("Interrupted. What was done stays; run it again to go on.", returncode=130) from None
        for line in _lines(report, dry_run=options["dry_run"]):
            self.stdout.write(line)
        if report.failed:
            sys.exit(1)

    def _sift(self, runs: QuerySet[Run], workers: int, *, dry_run: bool) -> Sifted:
        """Return what is found by columns, and the runs that have to be judged one by one: all of them where columns are not worth while."""
        number, began = runs.count(), time.perf_counter()
        if not worth_columns(number):
            return Sifted(rest=ids_of(runs))
        if not has_engines():
            self.stderr.write("The runs are judged one by one; many times as fast is judging them by columns: pip install -r requirements/bulk.txt")
            return Sifted(rest=ids_of(runs))

        def progress(done: int) -> None:
            self.stderr.write(progress_line(done, number, time.perf_counter() - began), ending="")

        sifted = sift(runs, dry_run=dry_run, threads=workers, progress=progress)
        rate = number / sifted.seconds
        self.stderr.write(
            f"\nBy columns: {number:,} runs in {sifted.seconds:.1f} s ({rate:,.0f} a second), after {sifted.seconds_to_start:.1f} s to make statements of the rules; "
            f"{len(sifted.differing) + len(sifted.rest):,} are left to judge one by one."
        )
        return sifted

    def _report(self, work: Any, ids: list[Any], workers: int) -> Reprocessed:
        report, looked_at, began = Reprocessed(), 0, time.perf_counter()
        for part in each(work, chunks(ids), workers, celery=self._celery):
            for line in part.failed:
                self.stderr.write(line)
            report.add(part)
            looked_at = min(len(ids), looked_at + CHUNK)
            if len(ids) > CHUNK:
                self.stderr.write(progress_line(looked_at, len(ids), time.perf_counter() - began), ending="")
        if len(ids) > CHUNK:
            self.stderr.write("")
        return report


def _lines(report: Reprocessed, *, dry_run: bool) -> list[str]:
    verb = "would be superseded" if dry_run else "superseded"
    lines = [f"{report.seen:,} runs: {report.superseded:,} {verb}, {report.unchanged:,} unchanged, {report.skipped:,} skipped, {len(report.failed):,} failed."]
    lines += [f"  {cause.label}: {number:,}" for cause, number in report.causes.most_common()]
    lines += [f"  {before} -> {after}: {number:,}" for (before, after), number in report.statuses.most_common()]
    if report.flips:
        lines.append("By clause:")
        lines += [f"  {clause}: {before} -> {after}: {number:,}" for (clause, before, after), number in report.flips.most_common()]
    return lines


def _day(text: str | None, option: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text) if text else None
    except ValueError:
        raise CommandError(f"'{text}' is no date; write {option} 2024-01-31.", returncode=2) from None


def _moment(text: str | None) -> datetime.datetime | None:
    try:
        moment = datetime.datetime.fromisoformat(text) if text else None
    except ValueError:
        raise CommandError(f"'{text}' is no time; write --before 2024-01-31T09:30:00.", returncode=2) from None
    return moment.replace(tzinfo=moment.tzinfo or datetime.UTC) if moment else None
