"""`manage.py verify_run <id>`, `--sample N` or `--all`: do stored verdicts come out again?"""

from __future__ import annotations

import sys
import time
import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from compliance.models import Run
from compliance.rechecking import CHUNK, Verified, chunks, verify_runs
from promptrunner.terminal import progress_line
from promptrunner.workers import MOST_WORKERS, each


class Command(BaseCommand):
    """Judge runs again under the release and on the day that they name, and compare digests. Exit 0 the same, 1 otherwise, 2 wrong use."""

    help = "Judge stored runs again under the release that they name and compare digests: verify_run <id> | --sample N | --all [--workers N]"

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("run", nargs="?", help="a run's id")
        parser.add_argument("--sample", type=int, metavar="N", help="that many runs, evenly spread over all by their ids")
        parser.add_argument("--all", action="store_true", help="every stored run")
        parser.add_argument("--workers", type=int, default=1, metavar="N", help="how many processes share the work (1)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify and print a line for each run that does not come out again."""
        if sum((options["run"] is not None, options["sample"] is not None, options["all"])) != 1:
            raise CommandError("Give a run's id, --sample N or --all.", returncode=2)
        if not 1 <= options["workers"] <= MOST_WORKERS:
            raise CommandError(f"--workers takes 1 to {MOST_WORKERS}.", returncode=2)
        ids = [_run(options["run"])] if options["run"] else _sample(options["sample"]) if options["sample"] is not None else _all()
        found, began = Verified(), time.perf_counter()
        for part in each(verify_runs, chunks(ids), options["workers"]):
            for line in (*part.unverifiable, *part.different):
                self.stderr.write(line)
            found.add(part)
            if len(ids) > CHUNK:
                self.stderr.write(progress_line(found.seen, len(ids), time.perf_counter() - began), ending="")
        if len(ids) > CHUNK:
            self.stderr.write("")
        self.stdout.write(
            f"{found.seen:,} runs: {found.same:,} the same, {len(found.different):,} different, {len(found.unverifiable):,} cannot be judged again."
        )
        if found.different or (options["run"] and found.unverifiable):
            sys.exit(1)


def _run(text: str) -> uuid.UUID:
    try:
        return Run.objects.only("pk").get(pk=uuid.UUID(text)).pk
    except (ValueError, Run.DoesNotExist):
        raise CommandError(f"There is no run '{text[:80]}'; give the id that evaluate or the API answered.", returncode=2) from None


def _all() -> list[uuid.UUID]:
    return list(Run.objects.order_by("pk").values_list("pk", flat=True))


def _sample(number: int) -> list[uuid.UUID]:
    """Return runs evenly spread over all: ids are random, so that every k-th of them in their order is a fair sample, and always the same."""
    if number < 1:
        raise CommandError("--sample takes a number of runs, 1 or more.", returncode=2)
    ids = _all()
    return ids[:: max(1, len(ids) // number)][:number]
