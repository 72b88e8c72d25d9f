"""Write a run's PDF report: `manage.py report RUN --out FILE`."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from compliance.models import Run
from promptrunner.reporting import report_of


class Command(BaseCommand):
    """Write a run's PDF report."""

    help = "Write a run's PDF report: verdict, clauses with sources, drawings, and how to verify it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("run", type=UUID, help="the run's id")
        parser.add_argument("--out", type=Path, required=True, help="the file to write")
        parser.add_argument("--address", default="", help="where the installation is reached, such as https://rules.example.org, for the link and the QR code")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it whole or not at all."""
        run = Run.objects.select_related("release__rulebook").filter(pk=options["run"]).first()
        if run is None:
            raise CommandError(f"There is no run {options['run']}.")
        data = report_of(run, f"{options['address'].rstrip('/')}/runs/{run.pk}/")
        whole = options["out"].with_name(options["out"].name + ".part")
        try:
            whole.write_bytes(data)
            whole.replace(options["out"])
        except OSError as error:
            whole.unlink(missing_ok=True)
            raise CommandError(f"{options['out']} cannot be written: {error.strerror}.") from None
        self.stdout.write(f"{options['out']}: {len(data):,} bytes.")
