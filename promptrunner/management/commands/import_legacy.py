"""`manage.py import_legacy FOLDER`: take over what an installed Prompt Runner 2.0 has."""

from __future__ import annotations

import itertools
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from promptrunner.legacy.reading import Found, LegacyError, read_folder, read_mongodb
from promptrunner.legacy.taking import RejectedError, Taker

SHOWN = 20
ORDER = ("rule", "log", "spec", "geometry", "document", "summary", "feedback", "event")
"""Runs before what names them."""


class Command(BaseCommand):
    """Take records over, each once. Exit 0 all taken, 1 some were rejected, 2 wrong use."""

    help = "Take over files and MongoDB collections of Prompt Runner 2.0: import_legacy [FOLDER] [--mongodb URL] [--dry-run] [--report FILE]"

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("folder", nargs="?", metavar="FOLDER", help="the old installation's folder, with rules.json, reports/, data/logs/, data/specs/")
        parser.add_argument("--mongodb", metavar="URL", help="the old installation's MongoDB; it is only read")
        parser.add_argument("--database", default="", metavar="NAME", help="its database, where the URL names none")
        parser.add_argument("--dry-run", action="store_true", help="write nothing, only say what would be taken over")
        parser.add_argument("--report", metavar="FILE", help="write every rejected record there with its reason, one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, with a progress line on standard error, and print what was done."""
        if not options["folder"] and not options["mongodb"]:
            raise CommandError("Name the old installation's folder, or its MongoDB with --mongodb.", returncode=2)
        folder = Path(options["folder"]) if options["folder"] else None
        counts: Counter[tuple[str, str]] = Counter()
        rejected: list[dict[str, Any]] = []
        taker = Taker(folder, dry_run=options["dry_run"])
        try:
            found = sorted(_all(folder, options["mongodb"], options["database"]), key=lambda entry: ORDER.index(entry.kind) if entry.kind else len(ORDER))
        except LegacyError as error:
            raise CommandError(str(error), returncode=2) from None
        for number, entry in enumerate(found, 1):
            kind = entry.kind or "unknown"
            try:
                counts[kind, taker.take(entry)] += 1
            except RejectedError as error:
                counts[kind, "rejected"] += 1
                rejected.append({"source": entry.source, "place": entry.place, "kind": kind, "reason": str(error), "record": entry.record})
            if number % SHOWN == 0 or number == len(found):
                self.stderr.write(f"\r{number:,} of {len(found):,} records ({number / len(found):.0%})", ending="")
        self.stderr.write("")
        self._say(counts, rejected, options)
        if rejected:
            sys.exit(1)

    def _say(self, counts: Counter[tuple[str, str]], rejected: list[dict[str, Any]], options: dict[str, Any]) -> None:
        self.stdout.write(f"{'':10} {'new':>8} {'known':>8} {'rejected':>9}{'   (nothing was written)' if options['dry_run'] else ''}")
        for kind in dict.fromkeys((*ORDER, "unknown")):
            if any(counts[kind, what] for what in ("new", "known", "rejected")):
                self.stdout.write(f"{kind:10} {counts[kind, 'new']:>8,} {counts[kind, 'known']:>8,} {counts[kind, 'rejected']:>9,}")
        for entry in rejected[:SHOWN]:
            self.stdout.write(f"rejected: {entry['source']}, {entry['place']}: {entry['reason']}")
        if len(rejected) > SHOWN:
            self.stdout.write(f"... and {len(rejected) - SHOWN:,} more; --report FILE writes all of them with what they hold.")
        if options["report"]:
            try:
                Path(options["report"]).write_text("".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in rejected), encoding="utf-8")
            except OSError as error:
                raise CommandError(f"{options['report']} cannot be written: {error.strerror}.", returncode=2) from None


def _all(folder: Path | None, mongodb: str | None, database: str) -> Iterator[Found]:
    return itertools.chain(read_folder(folder) if folder else (), read_mongodb(mongodb, database) if mongodb else ())
