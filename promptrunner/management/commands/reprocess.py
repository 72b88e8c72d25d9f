"""`manage.py reprocess`: stored runs judged again under the law as it stands; a changed outcome makes a superseding run."""

from __future__ import annotations

import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from compliance.models import Run
from compliance.rechecking import Reprocessed, reprocess, runs_to_reprocess
from compliance.vocabulary import CITIES

SHOWN = 20


class Command(BaseCommand):
    """Judge the latest runs again. Safe to interrupt and to repeat: each changed run is one transaction. Exit 0 done, 2 wrong use."""

    help = "Judge stored runs again and record a superseding run for each whose outcome changed."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--city", choices=list(CITIES), help="only runs of this city")
        parser.add_argument("--status", choices=Run.Status.values, help="only runs with this status")
        parser.add_argument("--since", metavar="DATE", help="only runs made on this day (UTC) or later, as 2026-01-31")
        parser.add_argument("--rulebook", help="only runs judged under this rulebook")
        parser.add_argument("--as-of", metavar="DATE", help="the day whose law is asked for; each run's own day where not given")
        parser.add_argument("--dry-run", action="store_true", help="write nothing, only say what would change")

    def handle(self, *args: Any, **options: Any) -> None:
        """Reprocess, with a progress line on standard error, and print what flipped."""
        runs = runs_to_reprocess(city=options["city"], status=options["status"], since=_day(options["since"], "--since"), rulebook=options["rulebook"])
        total = runs.count()

        def progress(seen: int) -> None:
            if seen % SHOWN == 0 or seen == total:
                self.stderr.write(f"\r{seen:,} of {total:,} runs ({seen / total:.0%})", ending="")

        report = reprocess(runs, as_of=_day(options["as_of"], "--as-of"), dry_run=options["dry_run"], progress=progress)
        if total:
            self.stderr.write("")
        for line in _lines(report, dry_run=options["dry_run"]):
            self.stdout.write(line)


def _lines(report: Reprocessed, *, dry_run: bool) -> list[str]:
    verb = "would be superseded" if dry_run else "superseded"
    lines = [f"{report.seen:,} runs: {report.superseded:,} {verb}, {report.unchanged:,} unchanged, {report.skipped:,} skipped."]
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
