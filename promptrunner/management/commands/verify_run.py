"""`manage.py verify_run <id>`, `--sample N` or `--all`: do stored verdicts come out again?"""

from __future__ import annotations

import sys
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from compliance.models import Run
from compliance.rechecking import CHUNK, Verified, chunks, verify_doubted, verify_runs
from compliance.rechecking.confirming import Confirmed, confirm, worth_confirming
from compliance.rechecking.stored import has_engines
from promptrunner.terminal import progress_line
from promptrunner.workers import MOST_WORKERS, each


class Command(BaseCommand):
    """Judge runs again under the release and on the day that they name, and compare them. Exit 0 the same, 1 otherwise, 2 wrong use."""

    help = (
        "Judge stored runs again under the release that they name and compare status, outcomes and digests: verify_run <id> | --sample N | --all [--workers N]"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("run", nargs="?", help="a run's id")
        parser.add_argument("--sample", type=int, metavar="N", help="that many runs, evenly spread over all by their ids")
        parser.add_argument("--all", action="store_true", help="every stored run")
        parser.add_argument("--outcomes", action="store_true", help="with --all: only status and outcomes, by columns; leaves the digests out")
        parser.add_argument("--workers", type=int, default=1, metavar="N", help="how many processes share the work (1)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify and print a line for each run that does not come out again."""
        if sum((options["run"] is not None, options["sample"] is not None, options["all"])) != 1:
            raise CommandError("Give a run's id, --sample N or --all.", returncode=2)
        if not 1 <= options["workers"] <= MOST_WORKERS:
            raise CommandError(f"--workers takes 1 to {MOST_WORKERS}.", returncode=2)
        if options["outcomes"] and not options["all"]:
            raise CommandError("--outcomes goes with --all.", returncode=2)
        if options["outcomes"] and not has_engines():
            raise CommandError("--outcomes judges by columns, which needs: pip install -r requirements/bulk.txt", returncode=2)
        try:
            if options["all"]:
                found = self._verify_all(options["workers"], outcomes_only=options["outcomes"])
            else:
                found = self._verify([_run(options["run"])] if options["run"] else _sample(options["sample"]), options["workers"])
        except KeyboardInterrupt:
            raise CommandError("Interrupted. Nothing was written; what is said above stands, the other runs were not looked at.", returncode=130) from None
        self.stdout.write(
            f"{found.seen:,} runs: {found.same:,} the same, {len(found.different):,} different, {len(found.unverifiable):,} cannot be judged again."
        )
        if found.different or (options["run"] and found.unverifiable):
            sys.exit(1)

    def _verify_all(self, workers: int, *, outcomes_only: bool) -> Verified:
        """Return what came of every run: status and outcomes by columns where they are worth while, then the digests one by one."""
        confirmed = self._confirm(workers)
        found = self._verify(confirmed.doubted, workers, verify_doubted)
        if outcomes_only:
            found.same += len(confirmed.same)
            found.add(self._verify(confirmed.rest, workers))
        else:
            found.add(self._verify(sorted([*confirmed.same, *confirmed.rest]), workers))
        return found

    def _confirm(self, workers: int) -> Confirmed:
        """Return what columns say of every run: nothing where they are not worth while."""
        number, began = Run.objects.count(), time.perf_counter()
        if not worth_confirming(number) or not has_engines():
            return Confirmed(rest=_all())

        def progress(done: int) -> None:
            self.stderr.write(progress_line(done, number, time.perf_counter() - began), ending="")

        confirmed = confirm(Run.objects.all(), threads=workers, progress=progress)
        self.stderr.write("")
        self.stdout.write(confirmed.summary())
        return confirmed

    def _verify(self, runs: Sequence[Any], workers: int, work: Callable[[Sequence[Any]], Verified] = verify_runs) -> Verified:
        """Return what came of judging runs one by one, with progress and a line for each that does not come out again on standard error."""
        found, began = Verified(), time.perf_counter()
        for part in each(work, chunks(runs), workers) if runs else ():
            for line in (*part.unverifiable, *part.different):
                self.stderr.write(line)
            found.add(part)
            if len(runs) > CHUNK:
                self.stderr.write(progress_line(found.seen, len(runs), time.perf_counter() - began), ending="")
        if len(runs) > CHUNK:
            self.stderr.write("")
        return found


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
