"""`manage.py export_rulebook NAME`: a rulebook as the YAML that `load_rulebooks` reads, or its clauses as a spreadsheet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from compliance.rules import Rulebook, RulebookError, write_yaml
from compliance.rules.sheets import FORMATS, SheetError, write_sheet
from compliance.services.releases import UnknownReleaseError, rulebook_named


class Command(BaseCommand):
    """Write a rulebook to a file or to standard output; reading it back gives the same hash. Exit 0 written, 2 wrong use."""

    help = "Write a rulebook as YAML, or its clauses as a spreadsheet: export_rulebook udcpr-2020 [--format yaml|csv|xlsx] [--output FILE]"

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("rulebook", help="a rulebook's name (its newest published release) or the first digits of a release's hash")
        parser.add_argument("--format", choices=("yaml", *FORMATS), default="yaml", help="yaml is the whole rulebook; csv and xlsx are its clauses, one a row")
        parser.add_argument("--output", metavar="FILE", help="the file to write; standard output where not given")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it."""
        output, form = options["output"], options["format"]
        if form == "xlsx" and output is None:
            raise CommandError("A workbook cannot be printed; name a file with --output.", returncode=2)
        try:
            rulebook = rulebook_named(options["rulebook"])
            raw = _file(rulebook, form)
        except (UnknownReleaseError, RulebookError, SheetError) as error:
            raise CommandError(str(error), returncode=2) from None
        if output is None:
            self.stdout.write(raw.decode("utf-8"), ending="")
            return
        try:
            Path(output).write_bytes(raw)
        except OSError as error:
            raise CommandError(f"{output} cannot be written: {error}.", returncode=2) from None
        self.stdout.write(f"{rulebook.name}, release {rulebook.sha256[:12]}, written to {output}.")


def _file(rulebook: Rulebook, form: Any) -> bytes:
    return write_yaml(rulebook.content).encode("utf-8") if form == "yaml" else write_sheet(rulebook.content, form)
