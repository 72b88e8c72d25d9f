"""Cases of one kind together: most clauses are meant for some kinds of building only, and are left out for the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from compliance.auditing.engines import Engine
from compliance.rules import Rulebook
from compliance.rules.columns import Known, variants
from compliance.vocabulary import FIELDS

if TYPE_CHECKING:
    import ibis.expr.types as ir

LEAST_ROWS, LEAST_SHARE = 20_000, 0.025
"""How many cases, and which share of them, a group has at least: to put a rulebook into SQL takes as long as to judge some ten thousand cases."""
READ_BY = 1 / 3
"""The share of the clauses that read a field by which cases are told apart."""
MOST_KINDS = 20_000
"""How many combinations of codes are looked at: a file of more is judged as one group."""
EMPTY = "empty "
"""Begins the name of the column that says whether a field is empty."""


@dataclass(frozen=True)
class Group:
    """Cases that are judged together, and what is known of their columns."""

    table: ir.Table
    known: Mapping[str, Known]


@dataclass(frozen=True, slots=True)
class _Kind:
    """Cases with the same codes: the codes, how many cases, and in how many of them each other field stands."""

    codes: Mapping[str, Any]
    rows: int
    stated: Mapping[str, int]


Test = Callable[["ir.Table"], "ir.Value"]


def groups_of(engine: Engine, rulebook: Rulebook, table: ir.Table) -> Iterator[Group]:
    """Yield the cases in groups, each case in one of them.

    They are told apart by the codes that many clauses read, and by whether a field is empty that could rest on an assumption with a range.
    """
    codes = [name for name in table.columns if name in FIELDS and FIELDS[name].kind in ("code", "flag")]
    others = [name for name in table.columns if name in FIELDS and name not in codes]
    ranged = {name for variant in variants(rulebook) for name in variant.fields}
    empties = [name for name in others if name in ranged]
    kinds = _kinds(engine, table, codes, empties, others)
    if kinds is None:
        yield Group(table, {})
        return
    read_by = {name: sum(name in clause.reads for clause in rulebook.clauses) for name in codes}
    fields = sorted((name for name in codes if read_by[name] >= READ_BY * len(rulebook.clauses)), key=lambda name: -read_by[name])
    least = max(LEAST_ROWS, LEAST_SHARE * sum(kind.rows for kind in kinds))
    for tests, members in _split(kinds, [*fields, *(EMPTY + name for name in empties)], least):
        chosen = table
        for test in tests:
            chosen = chosen.filter(test(chosen))
        yield Group(chosen, _known(members, codes, others))


def _kinds(engine: Engine, table: ir.Table, codes: list[str], empties: list[str], others: list[str]) -> list[_Kind] | None:
    """Return the kinds of cases that there are; None where they are too many."""
    keys = {**{name: table[name] for name in codes}, **{EMPTY + name: table[name].isnull() for name in empties}}
    counts = {f"stated {name}": table[name].count() for name in others}
    counted = (table.group_by(**keys) if keys else table).aggregate(rows=table.count(), **counts).limit(MOST_KINDS + 1)
    found = engine.query(counted).to_pylist()
    if len(found) > MOST_KINDS:
        return None
    return [_Kind({name: row[name] for name in keys}, row["rows"], {name: row[f"stated {name}"] for name in others}) for row in found if row["rows"]]


def _split(kinds: list[_Kind], fields: list[str], least: float) -> Iterator[tuple[list[Test], list[_Kind]]]:
    """Yield the kinds in groups, each with the tests that its cases pass."""
    if not fields:
        yield [], kinds
        return
    name, *rest = fields
    by_code: dict[Any, list[_Kind]] = {}
    for kind in sorted(kinds, key=lambda kind: str(kind.codes[name])):
        by_code.setdefault(kind.codes[name], []).append(kind)
    large = {code: members for code, members in by_code.items() if sum(kind.rows for kind in members) >= least}
    small = [kind for code, members in by_code.items() if code not in large for kind in members]
    if small and large and sum(kind.rows for kind in small) < least:
        code = min(large, key=lambda code: sum(kind.rows for kind in large[code]))
        small += large.pop(code)
    parts: list[tuple[Test | None, list[_Kind]]] = [(_is(name, code), members) for code, members in large.items()]
    if small:
        parts.append((_is_none_of(name, list(large)) if large else None, small))
    for test, members in parts:
        for tests, found in _split(members, rest, least):
            yield ([test, *tests] if test is not None and len(parts) > 1 else tests), found


def _column(table: ir.Table, name: str) -> ir.Value:
    return table[name.removeprefix(EMPTY)].isnull() if name.startswith(EMPTY) else table[name]


def _is(name: str, code: Any) -> Test:
    def test(table: ir.Table) -> ir.Value:
        column = _column(table, name)
        return column.isnull() if code is None else _certainly(column if code is True else ~column if code is False else column == code)

    return test


def _is_none_of(name: str, codes: list[Any]) -> Test:
    def test(table: ir.Table) -> ir.Value:
        found = ~_is(name, codes[0])(table)
        for code in codes[1:]:
            found = found & ~_is(name, code)(table)
        return found

    return test


def _certainly(flag: ir.Value) -> ir.Value:
    import ibis  # noqa: PLC0415 - heavy

    return ibis.coalesce(flag, ibis.literal(False))


def _known(kinds: list[_Kind], codes: list[str], others: list[str]) -> dict[str, Known]:
    """Return what is known of the columns of some kinds of cases."""
    rows = sum(kind.rows for kind in kinds)
    known = {}
    for name in codes:
        found = {kind.codes[name] for kind in kinds}
        known[name] = Known(None in found, frozenset(found - {None}))
    for name in others:
        stated = sum(kind.stated[name] for kind in kinds)
        known[name] = Known(stated < rows, None if stated else frozenset())
    return known
