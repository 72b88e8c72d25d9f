"""`manage.py generate_plots CITY NUMBER OUT`: made-up plots for measuring and for showing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from compliance.auditing.engines import MissingEngineError, check_installed
from compliance.auditing.generating import TOWNS, write_plots


class Command(BaseCommand):
    """Write made-up plots with a proposal each as Parquet; the same seed gives the same plots. Exit 0 done, 2 wrong use."""

    help = "Write made-up plots of a city, for measuring and for showing."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("city", choices=list(TOWNS))
        parser.add_argument("number", type=int, help="how many plots")
        parser.add_argument("out", type=Path, help="the Parquet file to write")
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write them."""
        if options["number"] < 1:
            raise CommandError("Write at least one plot.", returncode=2)
        try:
            check_installed("duckdb")
            write_plots(options["out"], options["city"], options["number"], options["seed"])
        except (MissingEngineError, OSError) as error:
            raise CommandError(str(error), returncode=2) from None
        self.stdout.write(f"{options['number']:,} made-up plots of {options['city']} (seed {options['seed']}) in {options['out']}.")
