"""What the reader returns: readings with their provenance, questions, and the spec they make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from compliance.specs import Spec, Value

Origin = Literal["given", "stated", "derived"]

MAX_PROMPT_CHARACTERS = 10_000


class PromptTooLongError(ValueError):
    """The prompt has more characters than are read."""

    code = "prompt_too_long"

    def __init__(self, length: int) -> None:
        self.length = length
        super().__init__(f"The prompt has {length:,} characters; at most {MAX_PROMPT_CHARACTERS:,} are read. Leave out what does not describe the proposal.")


WIDTH_FIRST = "of 'A x B' the first is the width along the road, the second the depth"
"""The note on sides that the prompt does not name."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One value and where it comes from.

    Attributes:
        field: the planning field.
        value: in the field's own unit.
        unit: "m", "m2", "%" or "" (see `compliance.vocabulary`).
        origin: given (structured input), stated (in the prompt) or derived (by an exact identity).
        text: the words of the prompt that it was read from, for stated values.
        start: offset of the first character of `text` in the prompt.
        end: offset after its last character.
        note: how it was read or derived, where that is not plain.
    """

    field: str
    value: Value
    unit: str
    origin: Origin
    text: str | None = None
    start: int | None = None
    end: int | None = None
    note: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the wire form; what is absent is left out."""
        entries = ((name, getattr(self, name)) for name in ("field", "value", "unit", "origin", "text", "start", "end", "note"))
        return {name: value for name, value in entries if value is not None}


@dataclass(frozen=True, slots=True)
class Question:
    """What has to be asked about a field before a value can be used, and the words that raised it."""

    field: str
    question: str
    text: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the wire form; what is absent is left out."""
        return {"field": self.field, "question": self.question, **({"text": self.text} if self.text is not None else {})}


@dataclass(frozen=True, slots=True)
class ReadResult:
    """The spec that a prompt and structured input make, with provenance and open questions."""

    spec: Spec
    readings: tuple[Reading, ...]
    questions: tuple[Question, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the wire form."""
        return {
            "spec": dict(self.spec),
            "readings": [reading.as_dict() for reading in self.readings],
            "questions": [question.as_dict() for question in self.questions],
        }
