"""Checked trees as values over columns: the same operations in the same order, so that one case and ten million cannot disagree.

Unknown is NULL. `none` is plus infinity for a greatest value and minus infinity for a least one. Where a database's function would skip
NULLs (greatest, least, the sum of a list) they are guarded, since here unknown is contagious.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from compliance.rules.columns.folding import FALSE, Value, all_of, any_of, as_value, cases, coalesce, constant, greatest, ifelse, item, least, over_items
from compliance.rules.formulas import Node
from compliance.rules.rulebook import Matcher
from compliance.rules.values import TOLERANCE, at_least
from compliance.vocabulary import BUILDING_TYPES, FIELDS

DTYPES: Mapping[str, str] = {
    "number": "float64",
    "count": "float64",
    "code": "string",
    "flag": "boolean",
    "items": "array<struct<count: float64, carpet_sq_m: float64, plinth_sq_m: float64>>",
}
"""The type of a column by the kind of its field."""
UNKNOWN = constant(None, "float64")
"""An unknown number."""


def null_of(kind: str) -> Value:
    """Return the unknown value of a kind of field or of a type of formula."""
    return constant(None, DTYPES[kind])


@cache
def number(value: float) -> Value:
    """Return a number as a constant."""
    return constant(float(value), "float64")


@cache
def lowest_met(bound: float) -> float:
    """Return the lowest number that is at least a bound within the tolerance: comparing with it costs one operation less.

    >>> at_least(lowest_met(9.0), 9.0), at_least(math.nextafter(lowest_met(9.0), 0), 9.0)
    (True, False)
    """
    found = bound - TOLERANCE
    while at_least(found, bound):
        found = math.nextafter(found, -math.inf)
    while not at_least(found, bound):
        found = math.nextafter(found, math.inf)
    return found


def highest_met(bound: float) -> float:
    """Return the highest number that a bound is at least, within the tolerance."""
    return -lowest_met(-bound)


def ceiling(value: Value) -> Value:
    """Return the least whole number not below a value, as `values.ceiling`."""
    whole = value.nearest()
    return ifelse(value - whole >= number(TOLERANCE), whole + number(1), whole)


def floor(value: Value) -> Value:
    """Return the greatest whole number not above a value, as `values.floor`."""
    whole = value.nearest()
    return ifelse(whole - value >= number(TOLERANCE), whole - number(1), whole)


def round_number(value: Value) -> Value:
    """Return a number half-even to 6 decimals, as `specs.round_number`: by its exact value, of which the product with a million is rounded."""
    million, half = number(1e6), number(0.5)
    scaled = value * million
    down = floor_exactly(scaled)
    rest = scaled - down
    # Where the product lies halfway, what was rounded off it decides (Dekker's product; a million has but 14 digits in base 2).
    high = value * number(2.0**27 + 1) - (value * number(2.0**27 + 1) - value)
    error = (high * million - scaled) + (value - high) * million
    odd = down - number(2) * floor_exactly(down / number(2)) == number(1)
    up = ifelse(rest == half, (error > number(0)) | ((error == number(0)) & odd), rest > half)
    # From 2^52 millionths on there is no half to round. Plus 0 makes -0 a 0.
    return ifelse(scaled.abs() < number(2.0**52), ifelse(up, down + number(1), down) / million, value) + number(0)


def floor_exactly(value: Value) -> Value:
    """Return the greatest whole number not above a value, without a tolerance."""
    whole = value.nearest()
    return ifelse(whole > value, whole - number(1), whole)


def asks(node: Node) -> bool:
    """Return whether a tree asks for other clauses' limits."""
    return bool(node.fields_of("required") or node.fields_of("allowed"))


class Translator:
    """Translates trees into expressions over the columns of one table.

    Args:
        read: the column of a field or a fact.
        binding: the column of `required(field)` or `allowed(field)`.
        careful: whether what stands below a division may be 0 here.
    """

    def __init__(
        self,
        read: Callable[[str], Value],
        binding: Callable[[str, str], Value] | None = None,
        careful: bool = False,
    ) -> None:
        self.read = read
        self.binding = binding
        self.careful = careful

    def value(self, node: Node, unlimited: float = math.inf) -> Value:
        """Return the expression of a tree; `unlimited` is what stands for `none`."""
        match node.op:
            case "constant":
                return number(node.value) if node.type == "number" else as_value(node.value)
            case "name":
                return self.read(node.value)
            case "none":
                return number(unlimited)
            case "undecided":
                return null_of(node.type)
            case "required" | "allowed":
                assert self.binding is not None  # noqa: S101 - the loader lets it stand in clauses only
                return self.binding(node.op, node.value)
            case "item":
                return item(node.value)
            case "all":
                return all_of([self.value(arg) for arg in node.args])
            case "any":
                return any_of([self.value(arg) for arg in node.args])
            case "not":
                return ~self.value(node.args[0])
            case "add" | "subtract" | "multiply" | "divide":
                return self._arithmetic(node)
            case "minus":
                return -self.value(node.args[0])
            case "compare":
                return self._compare(node)
            case "in":
                return self._one_of(node.args[0], node.value)
            case "match":
                return self._match(node.args[0], node.value)
            case "where":
                return self._where(node, unlimited)
            case "min" | "max":
                return self._extreme(node)
            case "ceil":
                return ceiling(self.value(node.args[0]))
            case "floor":
                return floor(self.value(node.args[0]))
            case "round_half_down":
                return ceiling(self.value(node.args[0]) - number(0.5))
            case "first_known":
                return coalesce(*(self.value(arg) for arg in node.args))
            case "count" | "sum":
                return self._over_items(node)
            case "by":
                return self._by(node, unlimited)
        raise NotImplementedError(f"the operation '{node.op}' has no column form")

    def _arithmetic(self, node: Node) -> Value:
        if all(arg.op == "constant" for arg in node.args):
            return number(node.run({}))
        left, right = (self.value(arg) for arg in node.args)
        if node.op == "divide" and self.careful:
            right = right.nullif(number(0))
        result = left + right if node.op == "add" else left - right if node.op == "subtract" else left * right if node.op == "multiply" else left / right
        if any(inner.op == "allowed" for inner in node.walk()):  # only there is an infinity, of which no number may come
            result = ifelse(result.isnan(), UNKNOWN, result)
        return result

    def _compare(self, node: Node) -> Value:
        left, right = node.args
        if node.value == "==" and right.op == "constant" and right.type == "code":
            return self._one_of(left, frozenset({right.value}))
        if left.type != "number":
            a, b = self.value(left), self.value(right)
            return a == b if node.value == "==" else a != b
        if right.op == "constant" and node.value in ("<=", ">=", "<", ">"):
            a, bound = self.value(left), float(right.value)
            low, high = number(lowest_met(bound)), number(highest_met(bound))
            return a <= high if node.value == "<=" else a >= low if node.value == ">=" else a < low if node.value == "<" else a > high
        a, b, tolerance = self.value(left), self.value(right), number(TOLERANCE)
        match node.value:
            case "<=":
                return a - b < tolerance
            case ">=":
                return b - a < tolerance
            case "<":
                return b - a >= tolerance
            case ">":
                return a - b >= tolerance
            case "==":
                return (a - b).abs() < tolerance
        return (a - b).abs() >= tolerance

    def _one_of(self, subject: Node, codes: frozenset[Any]) -> Value:
        value = self.value(subject)
        if subject.type == "flag":
            test = (value | ~value) if codes == {True, False} else value if codes == {True} else ~value
        elif len(codes) == 1:
            test = value == next(iter(codes))
        else:
            test = value.isin(sorted(codes))
        if not (subject.op == "name" and subject.value == "building_type"):
            return test
        uses = {"mixed", *(BUILDING_TYPES[code].use for code in codes if code in BUILDING_TYPES)} - {None}
        return ifelse(value.isnull() & ~self.read("building_use").isin(sorted(map(str, uses))), FALSE, test)

    def _match(self, subject: Node, match: Matcher) -> Value:
        if match.one_of is not None:
            return self._one_of(subject, match.one_of)
        value = self.value(subject)
        if match.none_of is not None:
            return ~self._plainly_one_of(subject, value, match.none_of)
        return self._inside(value, match)

    def _plainly_one_of(self, subject: Node, value: Value, codes: frozenset[Any]) -> Value:
        if subject.type == "flag":
            return (value | ~value) if codes == {True, False} else value if codes == {True} else ~value
        return value.isin(sorted(codes))

    def _inside(self, value: Value, match: Matcher) -> Value:
        tests = []
        if match.minimum is not None:
            tests.append(value >= number(lowest_met(match.minimum)))
        if match.maximum is not None:
            tests.append(value <= number(highest_met(match.maximum)))
        if match.above is not None:
            tests.append(value > number(highest_met(match.above)))
        if match.below is not None:
            tests.append(value < number(lowest_met(match.below)))
        return all_of(tests)

    def _where(self, node: Node, unlimited: float) -> Value:
        test, yes, no = node.args
        decides = self.value(test)
        return cases((decides, self.value(yes, unlimited)), (~decides, self.value(no, unlimited)), else_=null_of(yes.type))

    def _extreme(self, node: Node) -> Value:
        values = [self.value(arg) for arg in node.args]
        unsure = [value.isnull() for value, arg in zip(values, node.args, strict=True) if arg.op != "constant"]
        found = values[0] if len(values) == 1 else least(*values) if node.op == "min" else greatest(*values)
        return ifelse(any_of(unsure), UNKNOWN, found) if unsure else found

    def _over_items(self, node: Node) -> Value:
        each = self.value(node.args[0])
        return over_items(self.read("dwelling_mix"), each.cast("float64"))

    def _by(self, node: Node, unlimited: float) -> Value:
        key, *values = node.args
        subject = self.value(key)
        rows = []
        for match, yields in zip(node.value, values, strict=True):
            if match.is_interval:
                test = self._inside(subject, match)
            elif match.one_of is not None:
                test = self._plainly_one_of(key, subject, match.one_of)
            else:
                test = ~self._plainly_one_of(key, subject, match.none_of)
            rows.append((test, self.value(yields, unlimited)))
        return cases(*rows, else_=null_of(node.type))


def field_dtype(name: str) -> str:
    """Return the type of a planning field's column."""
    return DTYPES[FIELDS[name].kind]
