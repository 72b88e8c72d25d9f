"""Values over columns that fold what is known before an engine sees them, and become Ibis expressions.

A value says which operation on which values it is. Two that say the same are the same object, so that what is needed twice is found and computed
once. What is constant, what is never unknown and which codes can occur is followed through every operation: most of a rulebook falls away for
cases of one kind. The operations are those of SQL, with its three truth values.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add, and_, eq, ge, gt, le, lt, mul, ne, or_, sub, truediv
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from compliance.rules.columns.engine import ibis

if TYPE_CHECKING:
    import ibis.expr.types as ir

Constant = bool | int | float | str | tuple[()] | None
Codes = frozenset[Constant]


SMALL = 12
"""Operations that are worked out for every row rather than choosing the rows that need them."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a column of cases.

    Attributes:
        nullable: whether it may be empty.
        among: what it may hold besides, where that is known.
    """

    nullable: bool = True
    among: Codes | None = None


class Value:
    """A value for each case.

    Attributes:
        op: the operation.
        args: the values that it is applied to.
        data: what else belongs to the operation: a name, a constant.
        kind: its Ibis type.
        nullable: whether it may be unknown.
        among: the values that it can take where it is known, or None.
    """

    __slots__ = ("__weakref__", "among", "args", "data", "kind", "nullable", "op")

    op: str
    args: tuple[Value, ...]
    data: Any
    kind: str
    nullable: bool
    among: Codes | None

    def __hash__(self) -> int:
        return id(self)

    def __and__(self, other: Value) -> Value:
        return all_of([self, other])

    def __or__(self, other: Value) -> Value:
        return any_of([self, other])

    def __invert__(self) -> Value:
        if self.op == "constant":
            return constant(None if self.data is None else not self.data, "boolean")
        if self.op == "not":
            return self.args[0]
        return _make("not", (self,), None, "boolean", self.nullable)

    def __add__(self, other: Value) -> Value:
        return _arithmetic("add", self, other)

    def __sub__(self, other: Value) -> Value:
        return _arithmetic("subtract", self, other)

    def __mul__(self, other: Value) -> Value:
        return _arithmetic("multiply", self, other)

    def __truediv__(self, other: Value) -> Value:
        return _arithmetic("divide", self, other)

    def __neg__(self) -> Value:
        if _is_number(self):
            return constant(-self.data, self.kind)
        return _strict("minus", self)

    def __eq__(self, other: object) -> Value:  # type: ignore[override]
        return _compared("==", self, as_value(other))

    def __ne__(self, other: object) -> Value:  # type: ignore[override]
        return _compared("!=", self, as_value(other))

    def __lt__(self, other: Value) -> Value:
        return _compared("<", self, other)

    def __le__(self, other: Value) -> Value:
        return _compared("<=", self, other)

    def __gt__(self, other: object) -> Value:
        return _compared(">", self, as_value(other))

    def __ge__(self, other: Value) -> Value:
        return _compared(">=", self, other)

    def isnull(self) -> Value:
        """Return whether it is unknown."""
        if not self.nullable:
            return FALSE
        if self.op == "constant":
            return TRUE
        if self.op in _STRICT:
            return any_of([arg.isnull() for arg in self.args])
        if self.op == "case":
            parts = [part.isnull() if place % 2 or place == len(self.args) - 1 else part for place, part in enumerate(self.args)]
            if all(part.op == "constant" for part in (*parts[1::2], parts[-1])):
                return _cases_of(parts)
        return _make("isnull", (self,), None, "boolean", False)

    def notnull(self) -> Value:
        """Return whether it is known."""
        return ~self.isnull()

    def isin(self, codes: Iterable[Constant]) -> Value:
        """Return whether it is one of some constants."""
        if self.op == "constant":
            return constant(None if self.data is None else self.data in codes, "boolean")
        found = sorted(set(codes) if self.among is None else set(codes) & self.among)  # type: ignore[type-var]
        if not self.nullable:
            if not found:
                return FALSE
            if self.among is not None and len(found) == len(self.among):
                return TRUE
        if len(found) == 1:
            return self == found[0]
        return _make("in", (self,), tuple(found or sorted(codes)), "boolean", self.nullable)  # type: ignore[type-var]

    def coalesce(self, *others: Value) -> Value:
        """Return the first that is known of it and others."""
        return coalesce(self, *others)

    def identical_to(self, other: Value) -> Value:
        """Return whether both are the same or both unknown."""
        if self is other:
            return TRUE
        return coalesce(self == other, FALSE) | (self.isnull() & other.isnull())

    def abs(self) -> Value:
        """Return the number without its sign."""
        return constant(abs(self.data), self.kind) if _is_number(self) else _strict("abs", self)

    def isnan(self) -> Value:
        """Return whether it is no number."""
        if _is_number(self):
            return constant(math.isnan(self.data), "boolean")
        return _make("isnan", (self,), None, "boolean", self.nullable)

    def nearest(self) -> Value:
        """Return the nearest whole number; of two, either."""
        return constant(float(round(self.data)) if math.isfinite(self.data) else self.data, self.kind) if _is_number(self) else _strict("nearest", self)

    def nullif(self, other: Value | str) -> Value:
        """Return the value, unknown where it is another one."""
        other = as_value(other)
        if self.op == "constant" and other.op == "constant":
            return constant(None if self.data == other.data else self.data, self.kind)
        return _make("nullif", (self, other), None, self.kind, True, self.among)

    def cast(self, kind: str) -> Value:
        """Return the value as another type."""
        if kind == self.kind:
            return self
        if self.op == "constant" and self.data is None:
            return constant(None, kind)
        if self.op == "constant" and isinstance(self.data, bool) and kind != "string":
            return constant(float(self.data) if kind == "float64" else int(self.data), kind)
        return _make("cast", (self,), kind, kind, self.nullable)

    def strip(self) -> Value:
        """Return a text without the spaces around it."""
        return constant(self.data.strip(), "string") if self.op == "constant" and self.data is not None else _strict("strip", self)

    def contains(self, item: str) -> Value:
        """Return whether a list holds an item."""
        return _make("contains", (self,), item, "boolean", True)

    @property
    def is_unknown(self) -> bool:
        """Whether it is known to be unknown for every case."""
        return self.op == "constant" and self.data is None

    def walk(self) -> Iterator[Value]:
        """Yield the value and everything that it is computed from, each once."""
        seen: set[int] = set()
        waiting = [self]
        while waiting:
            value = waiting.pop()
            if id(value) not in seen:
                seen.add(id(value))
                yield value
                waiting.extend(value.args)


_STRICT = frozenset({"not", "add", "subtract", "multiply", "divide", "minus", "abs", "nearest", "compare", "in", "cast", "strip"})
"""Unknown exactly where one of the values that they are applied to is."""

_made: WeakValueDictionary[tuple[Any, ...], Value] = WeakValueDictionary()


def _make(op: str, args: tuple[Value, ...], data: Any, kind: str, nullable: bool, among: Codes | None = None) -> Value:
    # The numbers of live objects are theirs alone, and a value keeps what it is computed from alive. True, 1 and 1.0 are not the same constant.
    key = (op, kind, nullable, among, type(data), repr(data) if isinstance(data, float) else data, *map(id, args))
    found = _made.get(key)
    if found is None:
        found = Value()
        found.op, found.args, found.data, found.kind, found.nullable, found.among = op, args, data, kind, nullable, among
        _made[key] = found
    return found


def _strict(op: str, value: Value) -> Value:
    if value.is_unknown:
        return value
    return _make(op, (value,), None, value.kind, value.nullable)


def _is_number(value: Value) -> bool:
    return value.op == "constant" and value.data is not None and value.kind == "float64"


def constant(value: Constant, kind: str) -> Value:
    """Return a constant; None is unknown."""
    return _make("constant", (), value, kind, value is None, frozenset() if value is None else frozenset({value}))


TRUE, FALSE = constant(True, "boolean"), constant(False, "boolean")


def as_value(value: object) -> Value:
    """Return a value, or the constant that something is: a small whole number is an outcome's code."""
    if isinstance(value, Value):
        return value
    if isinstance(value, bool):
        return TRUE if value else FALSE
    if isinstance(value, str):
        return constant(value, "string")
    assert isinstance(value, int)  # noqa: S101 - what the callers write
    return constant(value, "int8" if value < 128 else "int16")


def column(name: str, kind: str, known: Known | None = None) -> Value:
    """Return a column of the table of cases."""
    known = known or Known()
    if known.among is not None and not known.among:
        return constant(None, kind)
    if known.among is not None and len(known.among) == 1 and not known.nullable:
        return constant(next(iter(known.among)), kind)
    return _make("column", (), name, kind, known.nullable, known.among)


def wrap(expression: ir.Value) -> Value:
    """Return an Ibis expression as a value."""
    return _make("wrapped", (), _Wrapped(expression), str(expression.type()), True)


@dataclass(frozen=True, eq=False, slots=True)
class _Wrapped:
    expression: Any


def all_of(flags: Iterable[Value]) -> Value:
    """Return the `and` of flags; true where there are none."""
    return _joined("and", flags, TRUE, FALSE)


def any_of(flags: Iterable[Value]) -> Value:
    """Return the `or` of flags; false where there are none."""
    return _joined("or", flags, FALSE, TRUE)


def _joined(op: str, flags: Iterable[Value], neutral: Value, decisive: Value) -> Value:
    found: dict[int, Value] = {}
    for flag in flags:
        for part in flag.args if flag.op == op else (flag,):
            if part is decisive:
                return decisive
            if part is not neutral:
                found[id(part)] = part
    if any(part.op == "not" and not part.nullable and id(part.args[0]) in found for part in found.values()):
        return decisive
    if len(found) < 2:
        return next(iter(found.values()), neutral)
    return _make(op, tuple(found.values()), None, "boolean", any(part.nullable for part in found.values()))


def ifelse(test: Value, yes: Value | int | str, no: Value | int | str) -> Value:
    """Return one value where a test is true and another elsewhere."""
    return cases((test, yes), else_=no)


def cases(*rows: tuple[Value, Value | int | str], else_: Value | int | str) -> Value:
    """Return the value of the first row whose test is true."""
    parts: list[Value] = []
    for test, value in rows:
        parts += [test, as_value(value)]
    return _cases_of([*parts, as_value(else_)])


def _cases_of(parts: list[Value]) -> Value:
    otherwise = parts[-1]
    rows: list[tuple[Value, Value]] = []
    for test, value in zip(parts[:-1:2], parts[1::2], strict=True):
        if test.op == "constant":
            if test.data is True:
                otherwise = value
                break
            continue
        if any(earlier is test for earlier, _ in rows):
            continue
        if any(not test.nullable and (~test) is earlier for earlier, _ in rows):
            otherwise = value
            break
        if value.op == "case" and value.args[0] is test:
            value = value.args[1]
        rows.append((test, value))
    while otherwise.op == "case" and any(otherwise.args[0] is test for test, _ in rows):
        otherwise = _cases_of(list(otherwise.args[2:]))
    while rows and rows[-1][1] is otherwise:
        rows.pop()
    merged: list[tuple[Value, Value]] = []
    for test, value in rows:
        if merged and merged[-1][1] is value:
            merged[-1] = (merged[-1][0] | test, value)
        else:
            merged.append((test, value))
    if not merged:
        return otherwise
    if otherwise.kind == "boolean" and len(merged) == 1:
        ((test, value),) = merged
        found = _as_logic(test, value, otherwise)
        if found is not None:
            return found
    values = [value for _, value in merged] + [otherwise]
    kind = next((value.kind for value in values if value.data is not None or value.op != "constant"), otherwise.kind)
    among = None if any(value.among is None for value in values) else frozenset[Constant]().union(*(value.among or () for value in values))
    args = [part for row in merged for part in row] + [otherwise]
    return _make("case", tuple(args), None, kind, any(value.nullable for value in values), among)


def _as_logic(test: Value, yes: Value, no: Value) -> Value | None:
    """Return a choice between flags as `and` or `or`, which costs less, where it is one."""
    certain = coalesce(test, FALSE)
    if yes is TRUE and no is FALSE:
        return certain
    if yes is FALSE and no is TRUE:
        return ~certain
    if test.nullable or not all(_is_small(value) for value in (yes, no)):
        return None  # a CASE works its branches out for the rows that come there only
    if no is FALSE:
        return test & yes
    if no is TRUE:
        return ~test | yes
    if yes is FALSE:
        return ~test & no
    if yes is TRUE:
        return test | no
    return None


def _is_small(value: Value) -> bool:
    return all(place < SMALL for place, _ in enumerate(value.walk()))


def coalesce(*values: Value) -> Value:
    """Return the first value that is known."""
    found: list[Value] = []
    for value in values:
        if value.is_unknown:
            continue
        if not any(earlier is value for earlier in found):
            found.append(value)
        if not value.nullable:
            break
    if not found:
        return values[0]
    if len(found) == 1:
        return found[0]
    among = None if any(value.among is None for value in found) else frozenset[Constant]().union(*(value.among or () for value in found))
    return _make("coalesce", tuple(found), None, found[0].kind, all(value.nullable for value in found), among)


def greatest(*values: Value | int) -> Value:
    """Return the greatest of the values that are known."""
    return _extreme("greatest", max, [as_value(value) for value in values])


def least(*values: Value) -> Value:
    """Return the least of the values that are known."""
    return _extreme("least", min, list(values))


def _extreme(op: str, choose: Callable[..., Any], values: list[Value]) -> Value:
    parts = [part for value in values for part in (value.args if value.op == op else (value,))]
    constants = [part for part in parts if part.op == "constant" and not part.is_unknown]
    found = {id(part): part for part in parts if part.op != "constant"}
    if constants:
        best = constant(choose(value.data for value in constants), constants[0].kind)
        # A constant that nothing can beat is the answer; one that everything known beats is none.
        certain = any(value.among and not value.nullable and all(choose(code, best.data) == code for code in value.among) for value in found.values())
        if not certain:
            found[id(best)] = best
        found = {
            key: value
            for key, value in found.items()
            if value is best or not (value.among and not certain and all(choose(code, best.data) == best.data for code in value.among))
        }
    if not found:
        return values[0]
    if len(found) == 1:
        return next(iter(found.values()))
    among = None if any(value.among is None for value in found.values()) else frozenset[Constant]().union(*(value.among or () for value in found.values()))
    return _make(op, tuple(found.values()), None, values[0].kind, all(value.nullable for value in found.values()), among)


_OF_NUMBERS: Mapping[str, Callable[[Any, Any], Any]] = {"add": add, "subtract": sub, "multiply": mul, "divide": truediv}
_COMPARING: Mapping[str, Callable[[Any, Any], Any]] = {"==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


def _arithmetic(op: str, left: Value, right: Value) -> Value:
    for value in (left, right):
        if value.is_unknown:
            return value
    if left.op == right.op == "constant" and not (op == "divide" and right.data == 0):
        return constant(_OF_NUMBERS[op](left.data, right.data), left.kind)
    if op == "multiply" and _is_number(left) and left.data == 1.0:
        return right
    if op in ("multiply", "divide") and _is_number(right) and right.data == 1.0:
        return left
    if op == "add" and left.kind != "float64":  # a text or a number of clauses; with numbers 0 + -0 is 0
        for value, other in ((left, right), (right, left)):
            if value.op == "constant" and value.data in (0, ""):
                return other
    return _make(op, (left, right), None, left.kind, left.nullable or right.nullable)


def _compared(op: str, left: Value, right: Value) -> Value:
    for value in (left, right):
        if value.is_unknown:
            return constant(None, "boolean")
    if left.op == right.op == "constant":
        return constant(bool(_COMPARING[op](left.data, right.data)), "boolean")
    if right.op == "constant" and left.among is not None and not left.nullable:
        answers = {bool(_COMPARING[op](code, right.data)) for code in left.among}
        if len(answers) == 1:
            return TRUE if answers.pop() else FALSE
    return _make("compare", (left, right), op, "boolean", left.nullable or right.nullable)


# Lists


def item(name: str) -> Value:
    """Return a part of the item of a list that `over_items` goes through."""
    return _make("item", (), name, "float64", True)


def over_items(items: Value, each: Value) -> Value:
    """Return the sum of a number over the items of a list, each as often as it counts; unknown where one of them is."""
    if items.op == "constant":
        return constant(None if items.is_unknown else 0.0, "float64")  # the only list that is a constant is the empty one
    return _make("items", (items, each), None, "float64", True)


# As Ibis


def lowered(value: Value, known: Callable[[Value], ir.Value | None], of_item: ir.Value | None = None, memo: dict[int, ir.Value] | None = None) -> ir.Value:
    """Return a value as an Ibis expression.

    Args:
        value: the value.
        known: the column that holds a value already; a value that is a column has one.
        of_item: the item of the list that is gone through.
        memo: the expressions that were made on the same table.
    """
    memo = {} if memo is None else memo
    found = memo.get(id(value))
    if found is None:
        found = known(value)
        if found is None:
            found = _lowered(value, known, of_item, memo)
        memo[id(value)] = found
    return found


def expression(value: Value) -> ir.Value:
    """Return a value over wrapped expressions as an Ibis expression."""
    return lowered(value, lambda part: None)


def _lowered(value: Value, known: Callable[[Value], ir.Value | None], of_item: ir.Value | None, memo: dict[int, ir.Value]) -> ir.Value:
    if value.op == "constant":
        return _constant(value)
    if value.op == "wrapped":
        return value.data.expression
    if value.op == "item":
        assert of_item is not None  # noqa: S101 - it stands in `items` only
        return of_item[value.data]
    if value.op == "items":
        return _items(value, known)
    args = [lowered(arg, known, of_item, memo) for arg in value.args]
    match value.op:
        case "and":
            return reduce(and_, args)
        case "or":
            return reduce(or_, args)
        case "not":
            return ~args[0]
        case "add" | "subtract" | "multiply" | "divide":
            return _OF_NUMBERS[value.op](*args)
        case "compare":
            return _COMPARING[value.data](*args)
        case "minus":
            return -args[0]
        case "isnull":
            return args[0].isnull()
        case "in":
            return args[0].isin(value.data)
        case "coalesce":
            return ibis.coalesce(*args)
        case "abs":
            return args[0].abs()
        case "isnan":
            return args[0].isnan()
        case "nearest":
            return _nearest()(args[0], 0)
        case "nullif":
            return args[0].nullif(args[1])
        case "cast":
            return args[0].cast(value.data)
        case "strip":
            return args[0].strip()
        case "contains":
            return args[0].contains(value.data)
        case "case":
            return ibis.cases(*zip(args[:-1:2], args[1::2], strict=True), else_=args[-1])
        case "greatest":
            return ibis.greatest(*args)
        case "least":
            return ibis.least(*args)
    raise NotImplementedError(value.op)


def _constant(value: Value) -> ir.Value:
    if value.data is None:
        return ibis.null(value.kind)
    if value.kind == "float64":
        return _number(value.data)
    return ibis.literal(list(value.data) if value.data == () else value.data, value.kind)


def _number(value: float) -> ir.Value:
    # Written as text, since `0.75` alone is a decimal to a database, with arithmetic of its own.
    return ibis.literal(repr(float(value)) if math.isfinite(value) else ("Infinity" if value > 0 else "-Infinity")).cast("float64")


def _items(value: Value, known: Callable[[Value], ir.Value | None]) -> ir.Value:
    items, inner = value.args

    def each(one: ir.Value) -> ir.Value:
        return one["count"] * lowered(inner, known, one, {}).cast("float64")

    of = lowered(items, known)
    found = of.map(each)
    unknown = ibis.coalesce(found.map(lambda number: number.isnull()).anys(), ibis.literal(False))
    return ibis.ifelse(of.isnull() | unknown, ibis.null("float64"), ibis.coalesce(found.sums(), _number(0.0)))


_functions: dict[str, Any] = {}


def _nearest() -> Callable[..., ir.Value]:
    if not _functions:

        def round(value: float, digits: int) -> float:
            raise NotImplementedError  # the database's own; Ibis would make it a whole number, which has no infinity

        round.__annotations__ = {"value": float, "digits": int, "return": float}
        _functions["round"] = ibis.udf.scalar.builtin(round)
    found: Callable[..., ir.Value] = _functions["round"]
    return found
