"""What is wrong with a rulebook as a whole, with a proposal that shows it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["gap", "overlap", "never applies", "always displaced", "contradiction", "conflict", "circle", "source", "by", "stale"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, or that could not be decided.

    Attributes:
        kind: what is wrong.
        rulebook: its name.
        sentence: what is wrong, in words, with the proposal that shows it.
        clauses: the ids of the clauses that it is about.
        fields: the planning fields that it is about.
        table: the table that it is about, empty where it is none.
        witness: a proposal that shows it, tried on the engine; empty where none is needed.
        day: the day on which it shows.
        decided: False where the solver gave up, or found a case that the engine did not bear out: neither a fault nor clean.
    """

    kind: Kind
    rulebook: str
    sentence: str
    clauses: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    table: str = ""
    witness: Mapping[str, Any] = field(default_factory=dict)
    day: datetime.date | None = None
    decided: bool = True

    def __str__(self) -> str:
        return f"{self.rulebook}, {self.kind if self.decided else f'undecided ({self.kind})'}: {self.sentence}"
