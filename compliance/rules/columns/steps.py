"""Named values over a table of cases, put together as few projections that compute what is asked for, and each thing once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from compliance.rules.columns.engine import ibis
from compliance.rules.columns.folding import FALSE, TRUE, Known, Value, column, lowered
from compliance.rules.columns.translating import null_of
from compliance.rules.formulas import field_type
from compliance.vocabulary import FIELDS

if TYPE_CHECKING:
    import ibis.expr.types as ir

FREE = frozenset({"column", "constant", "wrapped", "item"})
"""What costs nothing to have again."""


class Steps:
    """A table of cases with named values: its own columns first, then whatever is added.

    Nothing is computed before `result` is asked for some of them.

    Args:
        table: the cases.
        known: what is known of its columns.
    """

    def __init__(self, table: ir.Table, known: Mapping[str, Known] | None = None) -> None:
        self._table = table
        self._values = {name: column(name, str(dtype).removeprefix("!"), (known or {}).get(name)) for name, dtype in table.schema().items()}
        self._test: Value | None = None

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __getitem__(self, name: str) -> Value:
        return self._values[name]

    def get(self, name: str) -> Value | None:
        """Return the value of a name, None where there is none."""
        return self._values.get(name)

    def add(self, columns: Mapping[str, Value]) -> None:
        """Add values; one that exists already is replaced."""
        self._values |= columns

    def filter(self, test: Value) -> None:
        """Keep the rows for which a test is true."""
        self._test = None if test is TRUE else test

    @property
    def empty(self) -> bool:
        """Whether it is known that no row is kept."""
        return self._test is FALSE

    def field(self, name: str) -> Value:
        """Return the column of a planning field, or unknown where the table has none."""
        return self[name] if name in self else null_of(FIELDS[name].kind)

    def result(self, columns: Mapping[str, Value]) -> ir.Table:
        """Return the rows that are kept with some columns."""
        plan = _Plan(list(columns.values()), self._test)
        names = self._names(plan)
        table = self._table
        for level in range(plan.last + 1):
            if level:
                table = _projected(table, plan, level, names)
            if level == plan.tested and self._test is not None:
                table = table.filter(_Lowering(table, names).value(self._test))
        lowering = _Lowering(table, names)
        return _projection(table, {name: lowering.value(value) for name, value in columns.items()})

    def _names(self, plan: _Plan) -> dict[int, str]:
        """Return the name of the column of each value that has one: its own where it is free."""
        given = {id(value): name for name, value in reversed(self._values.items())}
        taken = set(self._table.columns)
        names = {}
        for number, value in enumerate(plan.levels):
            name = given.get(id(value), f"v{number}")
            while name in taken:
                name += "'"
            taken.add(name)
            names[id(value)] = name
        return names


class _Plan:
    """Which values have a column of their own, and the projection that computes each.

    What several values need is computed once: put into one another, the expressions of a rulebook cost three times as much. Everything that the
    test needs comes before everything else, so that the rest is computed for the rows that are kept.

    Attributes:
        levels: value -> number of its projection, for the values that have a column.
        until: value or column of the cases -> the last projection that reads it.
        tested: the projection after which rows are filtered.
        last: the last projection before that of the columns asked for.
    """

    def __init__(self, wanted: list[Value], test: Value | None) -> None:
        outputs = [*([test] if test is not None else []), *wanted]
        order = _in_order(outputs)
        before = {id(value) for value in _in_order([test])} if test is not None else set[int]()
        shared = _shared(order, outputs)
        reads = _reads(order, shared)
        self.levels: dict[Value, int] = {}
        self.tested = 0
        if test is not None:
            self._place((value for value in order if id(value) in before and id(value) in shared), reads, 0)
            self.tested = max((self.levels[value] for value in self.levels), default=0)
        self._place((value for value in order if id(value) not in before and id(value) in shared), reads, self.tested)
        self.last = max(self.levels.values(), default=0)
        self.until: dict[Value, float] = {}
        self._keep(reads, wanted, test, shared)
        early = dict(self.levels), dict(self.until), self.width
        self._delay(order, reads, before, shared, wanted)
        self._keep(reads, wanted, test, shared)
        if early[2] < self.width:
            self.levels, self.until = early[:2]

    def _place(self, values: Iterator[Value], reads: Mapping[int, frozenset[Value]], least: int) -> None:
        for value in values:
            self.levels[value] = 1 + max((self.levels.get(read, 0) for read in reads[id(value)]), default=0)
            self.levels[value] = max(self.levels[value], least + 1)

    def _delay(self, order: list[Value], reads: Mapping[int, frozenset[Value]], before: set[int], shared: set[int], wanted: list[Value]) -> None:
        """Compute as late as possible what is needed late."""
        latest = dict.fromkeys(self.levels, self.last)
        for value in reversed(order):
            if id(value) in shared:
                if id(value) not in before:
                    self.levels[value] = latest[value]
                for read in reads[id(value)]:
                    if read in latest:
                        latest[read] = min(latest[read], self.levels[value] - 1)

    def _keep(self, reads: Mapping[int, frozenset[Value]], wanted: list[Value], test: Value | None, shared: set[int]) -> None:
        self.until = {}
        for value, level in self.levels.items():
            for read in reads[id(value)]:
                self.until[read] = max(self.until.get(read, 0), level)
        ends = [(value, self.last + 1.0) for value in wanted] + ([(test, self.tested + 0.5)] if test is not None else [])
        for value, end in ends:
            for read in (value,) if id(value) in shared or value.op == "column" else reads[id(value)]:
                self.until[read] = max(self.until.get(read, 0), end)

    @property
    def width(self) -> float:
        """How many columns are passed on in all."""
        return sum(until - self.levels.get(value, 0) for value, until in self.until.items())


def _in_order(outputs: Iterable[Value]) -> list[Value]:
    """Return everything that values are computed from, each after what it is computed from."""
    found: dict[int, Value] = {}
    waiting = [(value, False) for value in reversed(list(outputs))]
    while waiting:
        value, ready = waiting.pop()
        if id(value) in found:
            continue
        if ready:
            found[id(value)] = value
        else:
            waiting.append((value, True))
            waiting.extend((arg, False) for arg in reversed(value.args) if id(arg) not in found)
    return list(found.values())


def _shared(order: list[Value], outputs: list[Value]) -> set[int]:
    """Return the values that get a column: needed more than once, and more than another column's negation."""
    inside: set[int] = set()
    for value in order:
        if value.op == "item" or (value.op != "items" and any(id(arg) in inside for arg in value.args)):
            inside.add(id(value))
    times = dict.fromkeys(map(id, order), 0)
    for value in outputs:
        times[id(value)] += 1
    found: set[int] = set()
    for value in reversed(order):
        free = value.op in FREE or value.op == "not" or (value.op == "isnull" and value.args[0].op == "column") or id(value) in inside
        if not free and times[id(value)] > 1:
            found.add(id(value))
        once = min(times[id(value)], 2) if id(value) not in found else 1
        for arg in value.args:
            times[id(arg)] += once
    return found


def _reads(order: list[Value], shared: set[int]) -> dict[int, frozenset[Value]]:
    """Return which columns each value reads, those of values and those of the cases."""
    found: dict[int, frozenset[Value]] = {}
    for value in order:
        own = [frozenset({arg}) if id(arg) in shared or arg.op == "column" else found[id(arg)] for arg in value.args]
        found[id(value)] = frozenset().union(*own)
    return found


class _Lowering:
    """Makes expressions over a table."""

    def __init__(self, table: ir.Table, names: Mapping[int, str]) -> None:
        self._op = table.op()
        self.columns = frozenset(table.columns)
        self.names = names
        self.memo: dict[int, ir.Value] = {}

    def value(self, value: Value) -> ir.Value:
        """Return a value as an expression."""
        return lowered(value, self._column, memo=self.memo)

    def _column(self, value: Value) -> ir.Value | None:
        name: str | None = self.names.get(id(value), value.data if value.op == "column" else None)
        return self.own(name) if name is not None and name in self.columns else None

    def own(self, name: str) -> ir.Value:
        """Return a column of the table."""
        return ibis.expr.operations.Field(self._op, name).to_expr()


def _projected(table: ir.Table, plan: _Plan, level: int, names: Mapping[int, str]) -> ir.Table:
    lowering = _Lowering(table, names)
    passed = [names.get(id(value)) or value.data for value, until in plan.until.items() if until > level and plan.levels.get(value, 0) < level]
    new = [value for value, own in plan.levels.items() if own == level]
    return _projection(table, {name: lowering.own(name) for name in sorted(passed)} | {names[id(value)]: lowering.value(value) for value in new})


def _projection(table: ir.Table, columns: Mapping[str, ir.Value]) -> ir.Table:
    # `Table.select` would go through every expression in search of columns of other tables.
    return ibis.expr.operations.Project(table.op(), {name: value.op() for name, value in columns.items()}).to_expr()


class View:
    """The columns as they are, or as they would be with another value for one assumption.

    Attributes:
        suffix: what ends the names of the columns that differ in this view; empty for the columns as they are.
        changed: the names that differ.
    """

    def __init__(self, steps: Steps, suffix: str = "", changed: frozenset[str] = frozenset()) -> None:
        self.steps = steps
        self.suffix = suffix
        self.changed = set(changed)

    def name(self, name: str) -> str:
        """Return the name of the column that holds a value in this view."""
        return name + self.suffix if name in self.changed else name

    def read(self, name: str) -> Value:
        """Return the column of a field, a fact or an intermediate value in this view."""
        column = self.name(name)
        if column in self.steps:
            return self.steps[column]
        return null_of(field_type(name))
