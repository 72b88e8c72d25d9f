"""What a phrase names: the planning field that a number beside it states, and how strongly it claims that number."""

from __future__ import annotations

from dataclasses import dataclass

PAIR = "pair"


@dataclass(frozen=True, slots=True)
class Label:
    """What a phrase names.

    Attributes:
        name: of the label; several phrases share one.
        field: the planning field that a number beside it states; "" for a thing that is none of ours.
        accepts: what the number may measure.
        weight: how strongly it claims a number that stands beside it (10 is usual).
        plain: whether a number without a unit may stand beside it in running words (not only after ":" or "=").
    """

    name: str
    field: str
    accepts: frozenset[str]
    weight: float = 10.0
    plain: bool = False


def make_label(name: str, field: str, accepts: tuple[str, ...], weight: float = 10.0, plain: bool = False) -> Label:
    """Return a label; `accepts` as a tuple, which reads better in tables."""
    return Label(name, field, frozenset(accepts), weight, plain)
