"""How much of a regulation a rulebook covers, counted row by row from its register."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from compliance.rules.register import TableRows
from compliance.rules.rulebook import Clause, Rulebook

COUNTS = ("rows", "encoded", "not_checkable", "not_included", "clauses", "verified", "tested", "interpreted", "undecided")


def coverage(rulebook: Rulebook) -> dict[str, Any]:
    """Return what of the regulation is encoded, verified, tested, interpreted, not checkable and not included.

    Returns:
        `totals` (the counts of COUNTS over the whole register), `tables` (the same for each table, with the rows that are not encoded and why),
        `not_checkable` (what a real check covers and a proposal in words cannot decide) and `not_included` (amendments and schemes that were not
        read). Rows count the regulation's rows; clauses, verified (transcription checked against the text), tested (with examples), interpreted
        (with a reading of ours) and undecided (where the law is blank) count clauses of the rulebook.
    """
    tables = rulebook.register
    return {
        "totals": _counts(tables, rulebook.clauses),
        "tables": [_table(rulebook, table) for table in tables],
        "not_checkable": [dict(entry) for entry in rulebook.not_checkable],
        "not_included": list(rulebook.not_included),
    }


def _table(rulebook: Rulebook, table: TableRows) -> dict[str, Any]:
    held = [clause for clause in rulebook.clauses if clause.id in table.clauses]
    left_out = [
        {"row": row, "state": state, "why": why} for state, rows in (("not_checkable", table.not_checkable), ("not_included", table.not_included)) for row, why in rows.items()
    ]  # fmt: skip
    entry = {"table": table.table, "clause": table.clause, "what": table.what, **_counts([table], held), "left_out": left_out}
    return entry if table.table else {key: value for key, value in entry.items() if key != "table"}


def _counts(tables: Iterable[TableRows], clauses: Iterable[Clause]) -> dict[str, int]:
    tables, clauses = list(tables), list(clauses)
    numbers = (
        sum(len(table.rows) for table in tables),
        sum(len(table.encoded) for table in tables),
        sum(len(table.not_checkable) for table in tables),
        sum(len(table.not_included) for table in tables),
        len(clauses),
        sum(clause.verification == "verified" for clause in clauses),
        sum(bool(clause.examples) for clause in clauses),
        sum(bool(clause.interpretation) for clause in clauses),
        sum(any(node.op == "undecided" for limit in clause.limits for end in limit.nodes() for node in end.walk()) for clause in clauses),
    )
    return dict(zip(COUNTS, numbers, strict=True))
