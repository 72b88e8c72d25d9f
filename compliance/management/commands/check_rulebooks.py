"""`manage.py check_rulebooks`: every packaged rulebook loads and its examples come out."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from compliance.packaged import failing_examples, packaged_rulebooks
from compliance.rules import RulebookError


class Command(BaseCommand):
    """Load every packaged rulebook and run its examples. Exit 0 sound, 1 problems found."""

    help = "Load every packaged rulebook and run the examples of its clauses."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Check and print; every problem is a line."""
        try:
            rulebooks = list(packaged_rulebooks())
        except RulebookError as error:
            self.stderr.write(str(error))
            sys.exit(1)
        problems = 0
        for rulebook in rulebooks:
            failing = list(failing_examples(rulebook))
            problems += len(failing)
            examples = sum(len(clause.examples) for clause in rulebook.clauses)
            self.stdout.write(f"{rulebook.name}: {len(rulebook.clauses)} clauses, {examples} examples, {len(failing)} failing")
            for sentence in failing:
                self.stderr.write(sentence)
        if problems:
            sys.exit(1)
