"""`manage.py deliver_events [--follow]`: send the telemetry events to the sinks that are on."""

from __future__ import annotations

import contextlib
import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from telemetry.delivering import BATCH, Deliverer, HeldError, LeaseKept, Report, lease_drop

PAUSE = 1.0
HELD_PAUSE = 5.0


class Command(BaseCommand):
    """Send what is due and end, or go on until SIGTERM. Exit 0; 1 where a sink or the database could not be reached, 2 wrong use."""

    help = "Send the telemetry events to the sinks of EVENT_SINKS: deliver_events [--follow] [--limit N]"

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--once", action="store_true", help="send what is due and end (the default)")
        parser.add_argument("--follow", action="store_true", help="go on: the worker")
        parser.add_argument("--limit", type=int, default=BATCH, help="most events of one round")

    def handle(self, *args: Any, **options: Any) -> None:
        """Deliver."""
        if options["limit"] < 1:
            raise CommandError("--limit takes a number of events, 1 or more.", returncode=2)
        if not settings.EVENT_SINKS:
            self.stdout.write("No sink is on (EVENT_SINKS); events are kept.")
            if not options["follow"]:
                return
        # Where standard output is a sink, it holds events only.
        self.words = self.stderr if "stdout" in settings.EVENT_SINKS else self.stdout
        self.stop = threading.Event()
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, lambda *_: self.stop.set())
        try:
            down = self._deliver(follow=options["follow"], limit=options["limit"])
        except DatabaseError as error:
            raise CommandError(f"The database does not answer ({type(error).__name__}). Events wait in it; start this again once it does.") from None
        if down and not options["follow"]:
            raise SystemExit(1)

    def _deliver(self, *, follow: bool, limit: int) -> dict[str, str]:
        """Deliver until nothing is due, or until SIGTERM; return the sinks that are down, and why."""
        lease, deliverer, held = LeaseKept(self.stop.is_set), None, False
        down: dict[str, str] = {}
        try:
            while not self.stop.is_set():
                try:
                    lease()
                    deliverer = deliverer or Deliverer(go_on=lease)
                    report = deliverer.round(limit)
                except HeldError as error:
                    if not held:
                        self.words.write(f"{error}{' This one waits.' if follow else ''}")
                    if not follow:
                        return {}
                    held = True
                    self.stop.wait(HELD_PAUSE)
                    continue
                held = False
                self._say(report, down)
                down = report.down
                if not report.total:
                    if not follow:
                        break
                    self.stop.wait(PAUSE)
        except KeyboardInterrupt:
            pass
        finally:
            with contextlib.suppress(DatabaseError):  # it runs out by itself
                lease_drop()
        return down

    def _say(self, report: Report, before: dict[str, str]) -> None:
        for name, count in report.sent.items():
            self.words.write(f"{name}: {count} sent")
        for name, why in report.down.items():
            if before.get(name) != why:
                self.stderr.write(f"{name} is down: {why}; its events wait.")
        if report.aside or report.dead:
            self.stderr.write(f"{report.aside} set aside; {report.dead} dead letters (see Deliveries in the admin).")
