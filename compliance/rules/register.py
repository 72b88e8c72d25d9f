"""The register of a rulebook: every row of the regulation's tables that was read, and where it stands.

Without it a reader could not tell a rule that the regulation does not have from one that nobody encoded.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_KEYS = {"table", "clause", "what", "encoded", "encoded_in", "not_checkable", "not_included"}
_EXAMPLE = '{clause: "30(A)", table: Table 12, what: FSI by road, encoded: [MUM-F1], not_included: {MUM-F18: schemes of Regulation 33}}'


@dataclass(frozen=True, slots=True)
class TableRows:
    """The rows of one table (or of one regulation without a table) that were read.

    Attributes:
        table: the table's name, empty where the regulation has none.
        clause: the authority's number.
        what: what it is about.
        encoded: row -> ids of the clauses that hold it.
        not_checkable: row -> why a proposal in words cannot decide it.
        not_included: row -> why it was left out.
    """

    table: str
    clause: str
    what: str
    encoded: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    not_checkable: Mapping[str, str] = field(default_factory=dict)
    not_included: Mapping[str, str] = field(default_factory=dict)

    @property
    def rows(self) -> tuple[str, ...]:
        """Every row, in the order: encoded, not checkable, not included."""
        return (*self.encoded, *self.not_checkable, *self.not_included)

    @property
    def clauses(self) -> frozenset[str]:
        """The ids of the clauses that hold its rows."""
        return frozenset(name for names in self.encoded.values() for name in names)


def read_register(raw: Any) -> tuple[TableRows, ...]:
    """Return the register as written in a rulebook; what is malformed is left out (`register_problems` says it)."""
    return tuple(_table(entry) for entry in raw or () if isinstance(entry, Mapping)) if isinstance(raw, list) else ()


def _table(raw: Mapping[str, Any]) -> TableRows:
    encoded: dict[str, tuple[str, ...]] = {str(row): (str(row),) for row in raw.get("encoded") or ()}
    for row, clauses in (raw.get("encoded_in") or {}).items():
        encoded[str(row)] = tuple(map(str, clauses)) if isinstance(clauses, list) else (str(clauses),)
    reasons = {key: {str(row): str(why) for row, why in (raw.get(key) or {}).items()} for key in ("not_checkable", "not_included")}
    return TableRows(str(raw.get("table") or ""), str(raw.get("clause") or ""), str(raw.get("what") or ""), encoded, **reasons)


def register_problems(raw: Any, clauses: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield (path, what is wrong and what to write instead) for a register as written.

    Args:
        raw: the value of `register` in a rulebook.
        clauses: the ids of the rulebook's clauses; once there is a register, each of them stands in it.
    """
    if raw is None:
        return
    if not isinstance(raw, list):
        yield "register", f"list the tables that were read, such as {_EXAMPLE}."
        return
    shaped = True
    for number, entry in enumerate(raw, 1):
        for sentence in _shape_problems(entry):
            shaped = False
            yield f"register, entry {number}", sentence
    if not shaped:
        return
    tables = read_register(raw)
    rows = [row for table in tables for row in table.rows]
    for row in sorted({row for row in rows if rows.count(row) > 1}):
        yield "register", f"the row '{row}' stands twice; each row of the regulation stands once."
    held = frozenset().union(*(table.clauses for table in tables))
    for name in sorted(held - set(clauses)):
        yield "register", f"'{name}' is no clause of this rulebook; write the id of the clause that holds the row, or say why there is none."
    for name in sorted(set(clauses) - held):
        yield "register", f"the clause '{name}' stands in no row of the register; name the row of the regulation that it holds."


def _shape_problems(entry: Any) -> Iterator[str]:
    if not isinstance(entry, Mapping):
        yield f"an entry is a mapping, such as {_EXAMPLE}."
        return
    for key in sorted(set(entry) - _KEYS):
        yield f"'{key}' is no part of the register; use one of {', '.join(sorted(_KEYS))}."
    for key in ("clause", "what"):
        if not isinstance(entry.get(key), str) or not entry[key]:
            yield f"write `{key}:` with a text."
    if not isinstance(entry.get("encoded") or [], list):
        yield "`encoded` is a list of rows that the clauses of the same ids hold."
    for key in ("encoded_in", "not_checkable", "not_included"):
        if not isinstance(entry.get(key) or {}, Mapping):
            yield f"`{key}` maps a row to {'the ids of its clauses' if key == 'encoded_in' else 'the reason'}."
        elif key != "encoded_in" and not all(isinstance(why, str) and why for why in (entry.get(key) or {}).values()):
            yield f"say the reason for each row under `{key}`."


def register_clause(content: Mapping[str, Any], table: int, row: str, clause: str) -> None:
    """Enter a clause in the register of a rulebook's content, which is changed: under one row of one table, counted from 0.

    A table that is not there is left to the loader, which says that the clause stands in no row.
    """
    tables = content.get("register") or []
    if not 0 <= table < len(tables):
        return
    entry, row = tables[table], row.strip() or clause
    for key in ("not_checkable", "not_included"):
        (entry.get(key) or {}).pop(row, None)
    known = list(map(str, entry.get("encoded") or ()))
    if row == clause:
        entry["encoded"] = [*known, clause]
    else:
        several = entry.setdefault("encoded_in", {})
        if row in known:
            entry["encoded"] = [name for name in known if name != row]
            several[row] = [row]
        several[row] = [*several.get(row, []), clause]
    _without_empty(entry)


def unregister_clause(content: Mapping[str, Any], clause: str) -> None:
    """Take a clause out of the register of a rulebook's content, which is changed; a row that it alone held is then not included."""
    for entry in content.get("register") or ():
        known, several = list(map(str, entry.get("encoded") or ())), entry.get("encoded_in") or {}
        if clause in known:
            entry["encoded"] = [name for name in known if name != clause]
            entry.setdefault("not_included", {})[clause] = _TAKEN_OUT
        for row, names in list(several.items()):
            several[row] = [name for name in names if name != clause]
            if not several[row]:
                del several[row]
                entry.setdefault("not_included", {})[row] = _TAKEN_OUT
        _without_empty(entry)


_TAKEN_OUT = "its clause was taken out"


def _without_empty(entry: dict[str, Any]) -> None:
    for key in ("encoded", "encoded_in", "not_checkable", "not_included"):
        if key in entry and not entry[key]:
            del entry[key]
