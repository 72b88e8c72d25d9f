"""What is wrong with a rulebook, where, and what to write instead."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: the file or rulebook, the clause (empty at the top level), the path inside it, and a full sentence."""

    file: str
    clause: str
    path: str
    sentence: str

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.file, self.clause and f"clause {self.clause}", self.path) if part)
        return f"{where}: {self.sentence}"


class RulebookError(ValueError):
    """A rulebook that cannot be loaded. `problems` lists every mistake found, not just the first."""

    code = "invalid_rulebook"

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))


class FormulaError(ValueError):
    """A formula that cannot be used; the message says what is wrong and what to write instead."""
