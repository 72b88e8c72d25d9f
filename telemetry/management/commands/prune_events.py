"""`manage.py prune_events`: delete events that every sink has."""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from telemetry.delivering import events_prune


class Command(BaseCommand):
    """Delete delivered events older than EVENT_RETENTION_DAYS; what waits is never deleted. Exit 0 done, 2 wrong use."""

    help = "Delete old events: prune_events [--older-than DAYS] [--dead] [--dry-run]"

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--older-than", type=int, default=settings.EVENT_RETENTION_DAYS, metavar="DAYS")
        parser.add_argument("--dead", action="store_true", help="dead letters too")
        parser.add_argument("--dry-run", action="store_true", help="delete nothing, only count")

    def handle(self, *args: Any, **options: Any) -> None:
        """Delete them."""
        days = options["older_than"]
        if days < 1:
            raise CommandError("Keep events for one day or more.", returncode=2)
        count = events_prune(before=timezone.now() - datetime.timedelta(days=days), dead=options["dead"], dry_run=options["dry_run"])
        self.stdout.write(f"{count} events older than {days} days {'would be ' if options['dry_run'] else ''}deleted.")
