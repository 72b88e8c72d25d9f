"""`manage.py export_rulebook NAME`: a rulebook as the YAML that `load_rulebooks` reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from compliance.rules import RulebookError, write_yaml
from compliance.services.releases import UnknownReleaseError, rulebook_named


class Command(BaseCommand):
    """Write a rulebook to a file or to standard output; reading it back gives the same hash. Exit 0 written, 2 wrong use."""

    help = "Write a rulebook as YAML: export_rulebook udcpr-2020 [--output FILE]"

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("rulebook", help="a rulebook's name (its newest published release) or the first digits of a release's hash")
        parser.add_argument("--output", metavar="FILE", help="the file to write; standard output where not given")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it."""
        try:
            rulebook = rulebook_named(options["rulebook"])
        except (UnknownReleaseError, RulebookError) as error:
            raise CommandError(str(error), returncode=2) from None
        text = write_yaml(rulebook.content)
        if options["output"] is None:
            self.stdout.write(text, ending="")
            return
        try:
            Path(options["output"]).write_text(text, encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{options['output']} cannot be written: {error}.", returncode=2) from None
        self.stdout.write(f"{rulebook.name}, release {rulebook.sha256[:12]}, written to {options['output']}.")
