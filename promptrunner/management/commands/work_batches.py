"""`manage.py work_batches [--follow]`: check the proposals of the batches that wait."""

from __future__ import annotations

import contextlib
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from promptrunner.batches import work_off

PAUSE = 2.0


class Command(BaseCommand):
    """Work off batches; any number of these may run at once, and each may be killed at any moment. Exit 0."""

    help = "Check the proposals of the batches that wait: work_batches [--follow]"

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--follow", action="store_true", help="go on until SIGTERM, waiting for further batches")

    def handle(self, *args: Any, **options: Any) -> None:
        """Work."""
        stop = threading.Event()
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, lambda *_: stop.set())
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                try:
                    checked = work_off(go_on=lambda: not stop.is_set())
                except DatabaseError as error:
                    if not options["follow"]:
                        raise CommandError(
                            f"The database does not answer ({type(error).__name__}). What waits is kept; start this again once it does."
                        ) from None
                    checked = 0
                if checked:
                    self.stdout.write(f"{checked:,} proposals checked.")
                if stop.is_set() or not options["follow"]:
                    return
                stop.wait(PAUSE)
