"""`manage.py load_rulebooks`: the packaged rulebooks into the database."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from compliance.packaged import packaged_rulebooks
from compliance.rules import RulebookError
from compliance.services.releases import rulebook_load


class Command(BaseCommand):
    """Load the packaged rulebooks; safe to run twice."""

    help = "Load the packaged rulebooks. The first release of each is published; a changed file becomes a draft (or is published with --publish)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--publish", action="store_true", help="put changed rulebooks in force at once (for a single-user installation)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load each file and print what happened."""
        try:
            rulebooks = list(packaged_rulebooks())
        except RulebookError as error:
            raise CommandError(str(error)) from None
        for rulebook in rulebooks:
            loaded = rulebook_load(rulebook=rulebook, publish=options["publish"])
            state = f"{'new' if loaded.created else 'unchanged'}, {loaded.release.status}"
            self.stdout.write(f"{rulebook.name}: {len(rulebook.clauses)} clauses for {', '.join(rulebook.cities)}, release {rulebook.sha256[:12]} ({state})")
