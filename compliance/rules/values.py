"""Numbers as the clause language compares them, and the two values that are not numbers.

Evaluation is float64 in one operation order; differences under 1e-7 count as equal, for comparisons and for rounding, so that
0.1 + 0.2 meets a limit of 0.3 and 35.5 / 5 meets a margin of 7.1. Unknown is `None`; "deliberately unlimited" is `UNLIMITED`.
"""

from __future__ import annotations

import math
from enum import Enum
from typing import Final, Literal

TOLERANCE = 1e-7


class Unlimited(Enum):
    """The type of `UNLIMITED`: what a rulebook writes as `none`."""

    UNLIMITED = "none"

    def __repr__(self) -> str:
        return "none"


UNLIMITED: Final[Literal[Unlimited.UNLIMITED]] = Unlimited.UNLIMITED


def at_least(a: float, b: float) -> bool:
    """Return whether a >= b, equal within the tolerance.

    >>> at_least(7.1 - 1e-12, 7.1), at_least(7.0999, 7.1)
    (True, False)
    """
    return b - a < TOLERANCE


def more_than(a: float, b: float) -> bool:
    """Return whether a > b by at least the tolerance."""
    return a - b >= TOLERANCE


def equal(a: float, b: float) -> bool:
    """Return whether a and b differ by less than the tolerance."""
    return abs(a - b) < TOLERANCE


def ceiling(value: float) -> float:
    """Return the least whole number not below a value (equal within the tolerance counts as whole).

    >>> ceiling(3.00000000001), ceiling(3.2)
    (3.0, 4.0)
    """
    if not math.isfinite(value):
        return value
    nearest = float(round(value))
    return nearest if equal(value, nearest) else float(math.ceil(value))


def floor(value: float) -> float:
    """Return the greatest whole number not above a value (equal within the tolerance counts as whole).

    >>> floor(2.99999999999), floor(2.9)
    (3.0, 2.0)
    """
    if not math.isfinite(value):
        return value
    nearest = float(round(value))
    return nearest if equal(value, nearest) else float(math.floor(value))


def round_half_down(value: float) -> float:
    """Return the nearest whole number; exactly one half goes down, as "a fraction more than 0.5 rounds up" asks.

    >>> round_half_down(2.5), round_half_down(2.51)
    (2.0, 3.0)
    """
    return ceiling(value - 0.5)
