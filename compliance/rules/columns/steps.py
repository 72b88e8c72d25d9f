"""A table that grows by named columns, a step at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from compliance.rules.columns.engine import ibis
from compliance.rules.columns.translating import null_of
from compliance.rules.formulas import field_type
from compliance.vocabulary import FIELDS

if TYPE_CHECKING:
    import ibis.expr.types as ir


class Steps:
    """A table to which each step adds columns computed from those of the steps before.

    A step is one projection. What later steps need more than once is computed once and named: put into one another, the expressions of a
    rulebook cost three times as much. What nobody asks for in the end is left out when the steps are put together (`result`).
    """

    def __init__(self, table: ir.Table) -> None:
        self._source = table
        self._types = dict(table.schema().items())
        self._steps: list[_Step] = []
        self._stand_in()

    def __contains__(self, name: str) -> bool:
        return name in self._types

    def __getitem__(self, name: str) -> ir.Value:
        return self._table[name]

    def add(self, columns: Mapping[str, ir.Value]) -> None:
        """Add columns; one that exists already is replaced."""
        if columns:
            self._steps.append(_Step(self._table, columns))
            self._types |= {name: value.type() for name, value in columns.items()}
            self._stand_in()

    def filter(self, test: ir.Value) -> None:
        """Keep the rows for which a test is true."""
        self._steps.append(_Step(self._table, {}, test))
        self._stand_in()

    def drop(self, names: Iterable[str]) -> None:
        """Forget columns that no later step reads."""
        for name in names:
            self._types.pop(name, None)
        self._stand_in()

    def field(self, name: str) -> ir.Value:
        """Return the column of a planning field, or unknown where the table has none."""
        return self[name] if name in self else null_of(FIELDS[name].kind)

    def result(self, columns: Mapping[str, ir.Value]) -> ir.Table:
        """Return the table with some columns, computed from those of the last step; only what they need is computed."""
        steps = [*self._steps, _Step(self._table, columns)]
        live = set(columns)
        needed: list[tuple[_Step, list[str], list[str]]] = []
        for step in reversed(steps):
            passed, computed = sorted(live - step.columns.keys()), [name for name in step.columns if name in live]
            live = {*passed, *step.reads(computed)}
            needed.append((step, passed, computed))
        table = self._source
        for step, passed, computed in reversed(needed):
            if step.test is not None:
                table = table.filter(step.onto(table, step.test))
            elif computed:
                table = table.select(**{name: table[name] for name in passed}, **{name: step.onto(table, step.columns[name]) for name in computed})
        return table

    def _stand_in(self) -> None:
        """Begin a step on a table of its own: it is put upon the one before it when it is known which columns are asked for."""
        self._table = ibis.table(ibis.schema(self._types), name=f"step{len(self._steps)}")


@dataclass(frozen=True, slots=True)
class _Step:
    table: ir.Table
    columns: Mapping[str, ir.Value]
    test: ir.Value | None = None

    def reads(self, names: list[str]) -> set[str]:
        values = [self.columns[name] for name in names] if self.test is None else [self.test]
        return {field.name for value in values for field in value.op().find(ibis.expr.operations.Field)}

    def onto(self, table: ir.Table, value: ir.Value) -> ir.Value:
        return value.op().replace({self.table.op(): table.op()}).to_expr()


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

    def read(self, name: str) -> ir.Value:
        """Return the column of a field, a fact or an intermediate value in this view."""
        column = self.name(name)
        if column in self.steps:
            return self.steps[column]
        return null_of(field_type(name))
