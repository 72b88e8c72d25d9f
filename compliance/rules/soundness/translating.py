"""Checked trees as formulas of the solver, with unknown kept apart from false exactly as in evaluation.

A number is its value and whether it is known; a flag is what makes it true and what makes it false, which leaves room for unknown.
The tolerance of comparisons (1e-7) is left out: numbers that differ by less count as different here, and every case found is
tried on the engine itself before it is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any

from compliance.rules.formulas import Node
from compliance.rules.rulebook import Matcher
from compliance.rules.soundness.solver import Formula, Quantity, both, choose, either, no, z3
from compliance.vocabulary import BUILDING_TYPES


@dataclass(frozen=True, slots=True)
class Number:
    """A number: its value where it is known, and whether it is `none` instead."""

    value: Quantity
    known: Formula = True
    unlimited: Formula = False


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag: what makes it true and what makes it false; unknown where neither holds."""

    yes: Formula
    no: Formula

    @property
    def known(self) -> Formula:
        """What makes it known."""
        return either(self.yes, self.no)


@dataclass(frozen=True, slots=True)
class Word:
    """A code, as a whole number that stands for it."""

    value: Quantity
    known: Formula = True


Term = Number | Flag | Word


class Translator:
    """Translates trees; `read` yields the term of a field or fact and `free` that of a number that lies outside the tree."""

    def __init__(self, context: Any, codes: Mapping[str, int], read: Callable[[str], Term], free: Callable[[Node], Number]) -> None:
        self.context = context
        self.codes = codes
        self.read = read
        self.free = free
        self._known: dict[int, tuple[Node, Term]] = {}

    def term(self, node: Node) -> Term:
        """Return the term of a tree."""
        found = self._known.get(id(node))
        if found is None:
            found = self._known[id(node)] = (node, self._term(node))
        return found[1]

    def flag(self, node: Node) -> Flag:
        """Return the term of a tree that yields a flag."""
        term = self.term(node)
        assert isinstance(term, Flag)  # noqa: S101 - the loader checked the types
        return term

    def number(self, node: Node) -> Number:
        """Return the term of a tree that yields a number."""
        term = self.term(node)
        assert isinstance(term, Number)  # noqa: S101 - the loader checked the types
        return term

    def real(self, value: float) -> Quantity:
        """Return a constant number, as it is written in decimals."""
        return z3().RealVal(str(Fraction(repr(float(value)))), self.context)

    def within(self, match: Matcher, value: Quantity) -> Formula:
        """Return whether a known number lies in an interval."""
        return both(
            match.minimum is None or value >= self.real(match.minimum),
            match.maximum is None or value <= self.real(match.maximum),
            match.above is None or value > self.real(match.above),
            match.below is None or value < self.real(match.below),
        )

    def matching(self, match: Matcher, subject: Term) -> Formula:
        """Return whether a known value matches."""
        if isinstance(subject, Number):
            return self.within(match, subject.value)
        chosen = match.one_of if match.one_of is not None else match.none_of or frozenset()
        if isinstance(subject, Flag):
            inside = either(*(subject.yes if code else subject.no for code in sorted(chosen, key=str)))
        else:
            inside = either(*(subject.value == self.codes[str(code)] for code in sorted(map(str, chosen))))
        return inside if match.one_of is not None else no(inside)

    def _term(self, node: Node) -> Term:
        if node.op == "constant":
            return self._constant(node)
        if node.op == "name":
            return self.read(node.value)
        if node.op in ("required", "allowed", "count", "sum"):
            return self.free(node)
        if node.op in ("none", "undecided"):
            return self._absent(node)
        return _OPERATIONS[node.op](self, node)

    def _constant(self, node: Node) -> Term:
        if node.type == "flag":
            return Flag(node.value, not node.value)
        return Word(z3().IntVal(self.codes[node.value], self.context)) if node.type == "code" else Number(self.real(node.value))

    def _absent(self, node: Node) -> Term:
        if node.type == "flag":
            return Flag(False, False)
        if node.type == "code":
            return Word(z3().IntVal(-1, self.context), False)
        return Number(self.real(0), node.op == "none", node.op == "none")

    def _all(self, node: Node) -> Term:
        flags = [self.flag(arg) for arg in node.args]
        return Flag(both(*(flag.yes for flag in flags)), either(*(flag.no for flag in flags)))

    def _any(self, node: Node) -> Term:
        flags = [self.flag(arg) for arg in node.args]
        return Flag(either(*(flag.yes for flag in flags)), both(*(flag.no for flag in flags)))

    def _not(self, node: Node) -> Term:
        flag = self.flag(node.args[0])
        return Flag(flag.no, flag.yes)

    def _match(self, node: Node) -> Term:
        return self._matched(node.args[0], node.value)

    def _in(self, node: Node) -> Term:
        return self._matched(node.args[0], Matcher(one_of=node.value))

    def _matched(self, node: Node, match: Matcher) -> Flag:
        subject = self.term(node)
        inside = self.matching(match, subject)
        known = subject.known
        other_use: Formula = False
        if match.one_of is not None and node.op == "name" and node.value == "building_type":
            uses = {"mixed", *(str(BUILDING_TYPES[str(code)].use) for code in match.one_of if code in BUILDING_TYPES)}
            use = self.read("building_use")
            assert isinstance(use, Word)  # noqa: S101 - the vocabulary says so
            other_use = both(no(known), use.known, *(use.value != self.codes[name] for name in sorted(uses)))
        return Flag(both(known, inside), either(both(known, no(inside)), other_use))

    def _compare(self, node: Node) -> Term:
        left, right = node.args
        if node.value == "==" and right.op == "constant" and right.type == "code":
            return self._matched(left, Matcher(one_of=frozenset({right.value})))
        a, b = self.term(left), self.term(right)
        known = both(a.known, b.known)
        if isinstance(a, Flag) and isinstance(b, Flag):
            holds = either(both(a.yes, b.yes), both(a.no, b.no))
            holds = no(holds) if node.value == "!=" else holds
        else:
            holds = _SIGNS[node.value](a.value, b.value)  # type: ignore[union-attr]
        return Flag(both(known, holds), both(known, no(holds)))

    def _where(self, node: Node) -> Term:
        test = self.flag(node.args[0])
        return self._one_of([(test.yes, self.term(node.args[1])), (test.no, self.term(node.args[2]))])

    def _by(self, node: Node) -> Term:
        key = self.term(node.args[0])
        rows = [(both(key.known, self.matching(match, key)), self.term(arg)) for match, arg in zip(node.value, node.args[1:], strict=True)]
        # A row that is `none` or `undecided` says nothing of the type; it takes the type of the others.
        kinds = {type(term) for _, term in rows if not (isinstance(term, Number) and term.known is term.unlimited)}
        kind = kinds.pop() if kinds else Number
        blank: Mapping[type, Term] = {Flag: Flag(False, False), Word: Word(z3().IntVal(-1, self.context), False)}
        return self._one_of([(test, term if isinstance(term, kind) else blank[kind]) for test, term in rows])

    def _first_known(self, node: Node) -> Term:
        terms = [self.term(arg) for arg in node.args]
        guarded: list[tuple[Formula, Term]] = []
        before: Formula = True
        for term in terms:
            guarded.append((both(before, term.known), term))
            before = both(before, no(term.known))
        return self._one_of(guarded)

    def _one_of(self, cases: list[tuple[Formula, Term]]) -> Term:
        """Return the value of the one case whose test holds; unknown where none does. No two tests hold together."""
        first = cases[0][1]
        if isinstance(first, Flag):
            return Flag(
                either(*(both(test, term.yes) for test, term in cases if isinstance(term, Flag))),
                either(*(both(test, term.no) for test, term in cases if isinstance(term, Flag))),
            )
        known = either(*(both(test, term.known) for test, term in cases))
        values = [(test, term.value) for test, term in cases if not isinstance(term, Flag)]
        value = reduce(lambda rest, case: choose(case[0], case[1], rest), reversed(values[:-1]), values[-1][1])
        if isinstance(first, Word):
            return Word(value, known)
        return Number(value, known, either(*(both(test, term.unlimited) for test, term in cases if isinstance(term, Number))))

    def _numbers(self, node: Node) -> tuple[list[Quantity], Formula]:
        numbers = [self.number(arg) for arg in node.args]
        return [number.value for number in numbers], both(*(number.known for number in numbers))

    def _arithmetic(self, node: Node) -> Term:
        values, known = self._numbers(node)
        if node.op == "minus":
            return Number(-values[0], known)
        a, b = values
        if node.op == "add":
            return Number(a + b, known)
        if node.op == "subtract":
            return Number(a - b, known)
        if node.op == "multiply":
            return Number(_spread(a, b, lambda x, y: x * y), known)
        return Number(_spread(a, b, lambda x, y: x / y), both(known, True if z3().is_rational_value(b) else b != 0))

    def _extreme(self, node: Node) -> Term:
        values, known = self._numbers(node)
        smaller = node.op == "min"
        return Number(reduce(lambda best, value: z3().If(value < best if smaller else value > best, value, best), values), known)

    def _rounded(self, node: Node) -> Term:
        (value,), known = self._numbers(node)
        if node.op == "floor":
            return Number(z3().ToReal(z3().ToInt(value)), known)
        return Number(-z3().ToReal(z3().ToInt(-(value - self.real(0.5) if node.op == "round_half_down" else value))), known)


def _spread(a: Quantity, b: Quantity, operation: Callable[[Quantity, Quantity], Quantity]) -> Quantity:
    """Return a product or quotient worked out case by case where a factor is a table of constants: so it stays linear."""
    for position, factor in enumerate((a, b)):
        if _is_table(factor):
            test, first, second = factor.children()
            branches = [_spread(branch, b, operation) if position == 0 else _spread(a, branch, operation) for branch in (first, second)]
            return z3().If(test, *branches)
    return operation(a, b)


def _is_table(value: Quantity) -> bool:
    """Return whether a number is a choice between constants."""
    if not z3().is_app_of(value, z3().Z3_OP_ITE):
        return False
    return all(z3().is_rational_value(branch) or _is_table(branch) for branch in value.children()[1:])


_SIGNS: Mapping[str, Callable[[Any, Any], Any]] = {
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}

_OPERATIONS: Mapping[str, Callable[[Translator, Node], Term]] = {
    "all": Translator._all, "any": Translator._any, "not": Translator._not, "match": Translator._match, "in": Translator._in,
    "compare": Translator._compare, "where": Translator._where, "by": Translator._by, "first_known": Translator._first_known,
    "add": Translator._arithmetic, "subtract": Translator._arithmetic, "multiply": Translator._arithmetic, "divide": Translator._arithmetic,
    "minus": Translator._arithmetic, "min": Translator._extreme, "max": Translator._extreme,
    "ceil": Translator._rounded, "floor": Translator._rounded, "round_half_down": Translator._rounded,
}  # fmt: skip
