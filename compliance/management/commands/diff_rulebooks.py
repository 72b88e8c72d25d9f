"""`manage.py diff_rulebooks OLD NEW`: what differs between two rulebooks, clause by clause and value by value."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from compliance.rules import Difference, RulebookError, compare
from compliance.services.releases import UnknownReleaseError, rulebook_named


class Command(BaseCommand):
    """Print the differences. Exit 0 no difference, 1 some, 2 wrong use."""

    help = "Compare two rulebooks, each a rulebook's name, the first digits of a release's hash, or a YAML file."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("old")
        parser.add_argument("new")
        parser.add_argument("--json", action="store_true", help="print a list of differences as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare and print."""
        try:
            old, new = (rulebook_named(options[name]) for name in ("old", "new"))
        except (UnknownReleaseError, RulebookError) as error:
            raise CommandError(str(error), returncode=2) from None
        differences = compare(old.content, new.content)
        if options["json"]:
            self.stdout.write(json.dumps([difference.as_dict() for difference in differences], ensure_ascii=False, indent=2))
        else:
            self.stdout.write(f"{old.name} {old.sha256[:12]} -> {new.name} {new.sha256[:12]}: {len(differences) or 'no'} differences")
            for difference in differences:
                self._write(difference)
        if differences:
            sys.exit(1)

    def _write(self, difference: Difference) -> None:
        name = f"{difference.clause_id} (clause {difference.clause_no}, {difference.title})" if difference.clause_id else "the rulebook itself"
        self.stdout.write(f"{difference.kind:8} {name}")
        for change in difference.changes:
            self.stdout.write(f"           {change.path}: {_shown(change.before)} -> {_shown(change.after)}")


def _shown(value: Any) -> str:
    return "nothing" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
