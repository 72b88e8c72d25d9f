"""`manage.py deliver_events [--follow]`: send the telemetry events to the sinks that are on."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from telemetry.delivering import BATCH, Deliverer, HeldError, Report, lease_drop, lease_take

PAUSE = 1.0


class Command(BaseCommand):
    """Send what is due and end, or go on until SIGTERM. Exit 0; 1 where a sink could not be reached."""

    help = "Send the telemetry events to the sinks of EVENT_SINKS: deliver_events [--follow] [--limit N]"

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--once", action="store_true", help="send what is due and end (the default)")
        parser.add_argument("--follow", action="store_true", help="go on: the worker")
        parser.add_argument("--limit", type=int, default=BATCH, help="most events of one round")

    def handle(self, *args: Any, **options: Any) -> None:
        """Deliver."""
        if not settings.EVENT_SINKS:
            self.stdout.write("No sink is on (EVENT_SINKS); events are kept.")
            if not options["follow"]:
                return
        self.stop = threading.Event()
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, lambda *_: self.stop.set())
        deliverer = Deliverer()
        down: dict[str, str] = {}
        try:
            while not self.stop.is_set():
                try:
                    lease_take()
                except HeldError as error:
                    self.stdout.write(str(error))
                    if not options["follow"]:
                        return
                    self.stop.wait(10)
                    continue
                report = deliverer.round(options["limit"])
                self._say(report, down)
                down = report.down
                if not options["follow"] and not report.total:
                    break
                if options["follow"] and not report.total:
                    self.stop.wait(PAUSE)
        except KeyboardInterrupt:
            pass
        finally:
            lease_drop()
        if down and not options["follow"]:
            raise SystemExit(1)

    def _say(self, report: Report, before: dict[str, str]) -> None:
        for name, count in report.sent.items():
            self.stdout.write(f"{name}: {count} sent")
        for name, why in report.down.items():
            if before.get(name) != why:
                self.stderr.write(f"{name} is down: {why}; its events wait.")
        if report.aside:
            self.stderr.write(f"{report.aside} set aside, {report.dead} of them dead letters (see Deliveries in the admin).")
