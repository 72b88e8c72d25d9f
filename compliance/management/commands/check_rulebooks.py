"""`manage.py check_rulebooks`: rulebooks load, their examples come out, and they are sound over every proposal they can meet."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from compliance.canonical import canonical
from compliance.packaged import FOLDER, failing_examples
from compliance.rules import Rulebook, RulebookError, check_soundness, load_file


class Command(BaseCommand):
    """Check rulebooks. Exit 0 sound (or not decided), 1 defects found."""

    help = "Load rulebooks, run the examples of their clauses, and look for gaps, overlaps, conflicts and rows that can never apply."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Which rulebooks are checked: all that are packaged, one of them, or files."""
        parser.add_argument("files", nargs="*", type=Path, help="YAML files; without them the packaged rulebooks")
        parser.add_argument("--rulebook", metavar="NAME", help="check this packaged rulebook only")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check and print; every problem is a line, and every rulebook ends with a summary."""
        found = [self._check(path) for path in self._paths(options["files"], options["rulebook"])]
        if any(found):
            sys.exit(1)

    def _paths(self, files: list[Path], name: str | None) -> list[Path]:
        for path in files:
            if not path.is_file():
                raise CommandError(f"There is no file {path}.")
        packaged = sorted(FOLDER.glob("*.yaml"))
        if files and name:
            raise CommandError("Name files or one packaged rulebook, not both.")
        if name is None:
            return files or packaged
        chosen = [path for path in packaged if path.stem == name]
        if not chosen:
            raise CommandError(f"There is no packaged rulebook '{name}'; there are {', '.join(path.stem for path in packaged)}.")
        return chosen

    def _check(self, path: Path) -> int:
        """Print what is wrong with one rulebook and return how many defects it has."""
        try:
            rulebook = load_file(path)
        except RulebookError as error:
            for problem in error.problems:
                self.stderr.write(str(problem))
            self.stdout.write(f"{path.stem}: cannot be loaded, {_count(len(error.problems), 'mistake')}")
            return len(error.problems)
        failing = list(failing_examples(rulebook))
        for sentence in failing:
            self.stderr.write(sentence)
        defects, undecided = self._faults(rulebook)
        examples = sum(len(clause.examples) for clause in rulebook.clauses)
        state = "sound" if not (failing or defects or undecided) else f"{_count(defects, 'defect')}, {undecided} undecided"
        self.stdout.write(f"{rulebook.name}: {len(rulebook.clauses)} clauses, {examples} examples, {len(failing)} failing, {state}")
        return len(failing) + defects

    def _faults(self, rulebook: Rulebook) -> tuple[int, int]:
        defects = undecided = 0
        for line, decided in _lines(rulebook):
            self.stderr.write(line)
            defects, undecided = defects + decided, undecided + (not decided)
        return defects, undecided


def _lines(rulebook: Rulebook) -> Iterator[tuple[str, bool]]:
    """Yield each fault as a line, with the proposal that shows it as structured input, and whether it was decided."""
    for fault in check_soundness(rulebook):
        witness = f" Witness: {canonical(dict(fault.witness)).decode()}" if fault.witness else ""
        yield f"{fault}{witness}", fault.decided


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
