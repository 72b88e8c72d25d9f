"""A thin layer over the solver (z3): questions with a limit, and a logic in which plain True and False cost nothing.

The solver is heavy and only checking needs it, so it is imported on first use. Its objects are of no type that mypy knows; they
stay inside this package.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any, Literal

Formula = Any
"""A formula of the solver that is true or false, or plain True or False."""
Quantity = Any
"""A number of the solver."""

EFFORT = 40_000_000
"""How much work one question may take, in the solver's own units: the same on every machine, a few seconds at most."""
MILLISECONDS = 30_000
"""The time after which a question is given up whatever the solver counts."""


@cache
def z3() -> Any:
    """Return the solver's module."""
    import z3 as module  # noqa: PLC0415 - heavy, and only checking needs it

    return module


def both(*parts: Formula) -> Formula:
    """Return the conjunction of formulas."""
    kept = [part for part in parts if part is not True]
    if any(part is False for part in kept):
        return False
    return True if not kept else kept[0] if len(kept) == 1 else z3().And(kept)


def either(*parts: Formula) -> Formula:
    """Return the disjunction of formulas."""
    kept = [part for part in parts if part is not False]
    if any(part is True for part in kept):
        return True
    return False if not kept else kept[0] if len(kept) == 1 else z3().Or(kept)


def no(part: Formula) -> Formula:
    """Return the negation of a formula."""
    return not part if isinstance(part, bool) else z3().Not(part)


def choose(test: Formula, first: Any, second: Any) -> Any:
    """Return the first value where a test holds, else the second."""
    if isinstance(test, bool):
        return first if test else second
    if isinstance(first, bool) and isinstance(second, bool):
        return first if first == second else test if first else no(test)
    if isinstance(first, bool) or isinstance(second, bool):
        return either(both(test, first), both(no(test), second))
    return z3().If(test, first, second)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a question: whether there is such a case ("unknown": the solver gave up), and the case."""

    found: Literal["yes", "no", "unknown"]
    model: Any = None

    def holds(self, formula: Formula) -> bool:
        """Return whether a formula holds in the case found."""
        return formula if isinstance(formula, bool) else bool(z3().is_true(self.model.eval(formula, model_completion=True)))

    def number(self, quantity: Quantity) -> float:
        """Return the value of a number in the case found, to six decimals, as a proposal holds it."""
        value = self.model.eval(quantity, model_completion=True)
        if z3().is_algebraic_value(value):
            value = value.approx(9)
        return round(float(Fraction(value.as_fraction())) if z3().is_rational_value(value) else float(value.as_long()), 6) + 0.0


NO = Answer("no")


def ask(context: Any, parts: Iterable[Formula]) -> Answer:
    """Return whether some case makes all formulas true."""
    kept = [part for part in parts if part is not True]
    if any(part is False for part in kept):
        return NO
    solver = z3().Solver(ctx=context)
    solver.set("rlimit", EFFORT)
    solver.set("timeout", MILLISECONDS)
    solver.set("random_seed", 0)
    solver.add(kept)
    found = solver.check()
    if found == z3().sat:
        return Answer("yes", solver.model())
    return NO if found == z3().unsat else Answer("unknown")
