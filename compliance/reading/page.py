"""The page under reading: the prompt with its tokens and marks, and what was found on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from compliance.reading.marks import Mark
from compliance.reading.tokens import Token


@dataclass(slots=True)
class Found:
    """A code or flag that the prompt states, and the place of its words."""

    field: str
    value: Any
    start: int
    end: int
    note: str | None = None


@dataclass(slots=True)
class Codes:
    """What was found: the values, and questions as (field, question, start, end)."""

    found: list[Found] = field(default_factory=list)
    questions: list[tuple[str, str, int, int]] = field(default_factory=list)
    city: str | None = None

    def get(self, name: str) -> Found | None:
        """Return what was found for a field, or None."""
        return next((entry for entry in self.found if entry.field == name), None)


@dataclass(slots=True)
class Page:
    """A prompt under reading: its folded text, tokens and marks; `metric`: its lengths are in metres; `words`: the tokens as a set."""

    text: str
    folded: str
    tokens: list[Token]
    marks: list[Mark]
    metric: bool = False
    words: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.words = frozenset(token.text for token in self.tokens)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return the place of a run of tokens in the prompt."""
        return self.tokens[first].start, self.tokens[last - 1].end


def word_before(tokens: list[Token], at: int) -> str:
    """Return the word before a token, over articles and commas."""
    while at and tokens[at - 1].text in ("the", "a", "an", ",", "main", "city", "of") and at > 1:
        at -= 1
    return tokens[at - 1].text if at else ""


def both(marks: list[Mark]) -> tuple[int, int]:
    """Return the range of tokens from the first to the last of several marks."""
    return min(mark.first for mark in marks), max(mark.last for mark in marks)
