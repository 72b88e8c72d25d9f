"""`manage.py verify_run <id>` or `--sample N`: do stored verdicts come out again?"""

from __future__ import annotations

import sys
import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from compliance.models import Run
from compliance.rechecking import UnverifiableRunError, verify


class Command(BaseCommand):
    """Judge runs again under the release and on the day that they name, and compare digests. Exit 0 the same, 1 otherwise, 2 wrong use."""

    help = "Judge stored runs again under the release that they name and compare digests: verify_run <id> | --sample N"

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("run", nargs="?", help="a run's id")
        parser.add_argument("--sample", type=int, metavar="N", help="that many runs, evenly spread over all by their ids")

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify and print a line for each run that does not come out again."""
        if (options["run"] is None) == (options["sample"] is None):
            raise CommandError("Give a run's id or --sample N.", returncode=2)
        runs = [_run(options["run"])] if options["run"] else _sample(options["sample"])
        counts = {"same": 0, "different": 0, "unverifiable": 0}
        for run in runs:
            try:
                found = verify(run)
            except UnverifiableRunError as error:
                counts["unverifiable"] += 1
                self.stderr.write(str(error))
                continue
            counts["same" if found.holds else "different"] += 1
            if not found.holds:
                self.stderr.write(f"Run {run.pk}: stored {run.digest}, now {found.digest}.")
        self.stdout.write(f"{len(runs)} runs: {counts['same']} the same, {counts['different']} different, {counts['unverifiable']} cannot be judged again.")
        if counts["different"] or (options["run"] and counts["unverifiable"]):
            sys.exit(1)


def _run(text: str) -> Run:
    try:
        return Run.objects.select_related("release").defer("release__content").get(pk=uuid.UUID(text))
    except (ValueError, Run.DoesNotExist):
        raise CommandError(f"There is no run '{text[:80]}'; give the id that evaluate or the API answered.", returncode=2) from None


def _sample(number: int) -> list[Run]:
    """Return runs evenly spread over all: ids are random, so that every k-th of them in their order is a fair sample, and always the same."""
    if number < 1:
        raise CommandError("--sample takes a number of runs, 1 or more.", returncode=2)
    ids = list(Run.objects.order_by("pk").values_list("pk", flat=True))
    step = max(1, len(ids) // number)
    return list(Run.objects.filter(pk__in=ids[::step][:number]).select_related("release").defer("release__content").order_by("pk"))
