"""`manage.py reconcile_events`: make the events that are missing of runs and feedback."""

from __future__ import annotations

import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from promptrunner.reconciling import reconcile


class Command(BaseCommand):
    """Look through runs and feedback for missing events and make them; safe to repeat."""

    help = "Make missing telemetry events: reconcile_events [--days N]"

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--days", type=int, help="only records of the last days; all where not given")

    def handle(self, *args: Any, **options: Any) -> None:
        """Reconcile."""
        since = timezone.now() - datetime.timedelta(days=options["days"]) if options["days"] else None
        seen, made = reconcile(since=since)
        self.stdout.write(f"{seen} records looked at, {made} missing events made.")
