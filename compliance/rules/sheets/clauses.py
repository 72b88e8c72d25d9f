"""The clauses of a rulebook's content as rows of a sheet, and rows as clauses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import tablib

from compliance.rules.loading import plain
from compliance.rules.sheets.cells import COLUMNS, OTHER, Cell, CellError, Column, SheetError, SheetProblem, fits, is_blank, pieces, read, written

TITLE = "clauses"
FIRST_ROW = 2
_BY_NAME = {column.name: column for column in (*COLUMNS, OTHER)}
_FURTHER = re.compile(r"(.+)_([2-9]|[1-9]\d+)", re.ASCII)


# Clauses to rows


def clauses_to_sheet(content: Mapping[str, Any]) -> tablib.Dataset:
    """Return the clauses of a rulebook's content as a sheet, one row a clause, in the rulebook's order.

    A text that Excel would take for a formula, a number, a date or a truth value stands behind an apostrophe. What is too long for a cell
    goes on in further columns (`examples_2`); what no column holds exactly stands in the column `other`.

    Args:
        content: as `Rulebook.content` holds it.

    Raises:
        SheetError: a value that no cell of Excel holds.
    """
    rows = [_row(plain(dict(clause))) for clause in content.get("clauses") or ()]
    problems = [
        SheetProblem(number, name, "a value without a space is too long for a cell of Excel (32,767 characters); shorten it.")
        for number, row in enumerate(rows, FIRST_ROW)
        for name, cells in row.items()
        if any(isinstance(cell, str) and not fits(cell) for cell in cells)
    ]
    if problems:
        raise SheetError(problems)
    used = [*COLUMNS, *([OTHER] if any(OTHER.name in row for row in rows) else [])]
    width = {column.name: max((len(row.get(column.name, ())) for row in rows), default=0) or 1 for column in used}
    sheet = tablib.Dataset(title=TITLE)
    sheet.headers = [heading for column in used for heading in _headings(column.name, width[column.name])]
    for row in rows:
        sheet.append([cell for name, wide in width.items() for cell in _padded(row.get(name, []), wide)])
    return sheet


def _headings(name: str, width: int) -> list[str]:
    return [name, *(f"{name}_{number}" for number in range(2, width + 1))]


def _padded(cells: Sequence[Cell], width: int) -> list[Cell]:
    return [*cells, *[""] * (width - len(cells))]


def _row(clause: dict[str, Any]) -> dict[str, list[Cell]]:
    """Return the cells of a clause by the name of their column."""
    rest = {key: dict(value) if isinstance(value, dict) else value for key, value in clause.items()}
    row: dict[str, list[Cell]] = {}
    for column in COLUMNS:
        *above, key = column.path
        holder = rest.get(above[0]) if above else rest
        if not isinstance(holder, dict) or key not in holder:
            continue
        cell = written(column, holder[key])
        if cell is None:
            continue
        row[column.name] = [*pieces(cell)] if column.is_yaml and isinstance(cell, str) else [cell]
        del holder[key]
        if above and not holder:
            del rest[above[0]]
    if rest:
        row[OTHER.name] = [*pieces(str(written(OTHER, rest)))]
    return row


# Rows to clauses


def sheet_to_clauses(dataset: tablib.Dataset, content: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a rulebook's content with its clauses replaced by those of a sheet; everything else of the rulebook is kept.

    The sheet says all of a clause: nothing is taken from the clause that it replaces. Whether the clauses make sense is for `load` to say.

    Args:
        dataset: the sheet, with its headings.
        content: as `Rulebook.content` holds it.

    Raises:
        SheetError: `problems` names the row and column of every fault and says what to write.
    """
    headings = [str(heading or "").strip() for heading in dataset.headers or ()]
    places, problems = _places(headings)
    if not places:
        raise SheetError(problems)
    clauses: list[dict[str, Any]] = []
    first_row: dict[str, int] = {}
    for number, row in enumerate(dataset, FIRST_ROW):
        if all(map(is_blank, row)):
            continue
        problems += _without_heading(headings, row, number)
        clause, found = _clause(places, row, number)
        problems += found
        name = clause.get("id")
        if name is not None and name in first_row:
            problems.append(SheetProblem(number, "id", f"'{name}' stands in row {first_row[name]} too; give every clause an id of its own."))
        elif isinstance(name, str):
            first_row[name] = number
        clauses.append(clause)
    if not clauses:
        problems.append(SheetProblem(None, "", "There is no clause in the sheet; write one in each row below the headings."))
    if problems:
        raise SheetError(problems)
    return {**content, "clauses": clauses}


def _places(headings: list[str]) -> tuple[dict[str, list[int]], list[SheetProblem]]:
    """Return where the cells of each column stand, in their order, and what is wrong with the headings."""
    at: dict[str, int] = {}
    problems = []
    for place, heading in enumerate(headings):
        if heading in at:
            problems.append(SheetProblem(1, heading, "this column stands twice; delete one of the two."))
        elif heading:
            at[heading] = place
            if heading not in _BY_NAME and not _goes_on(heading):
                problems.append(SheetProblem(1, heading, f"there is no such column; use {', '.join(_BY_NAME)}, or delete it."))
    if not at.keys() & _BY_NAME.keys():
        expected = ", ".join(column.name for column in COLUMNS)
        return {}, [SheetProblem(1, "", f"the first row has none of the headings of a rulebook's sheet; write {expected}.")]
    problems += [
        SheetProblem(1, column.name, "this column is missing; add it, with empty cells where a clause has no such value.")
        for column in COLUMNS
        if column.name not in at
    ]
    places = {}
    for name in _BY_NAME:
        numbers = sorted(int(found[2]) for heading in at if (found := _goes_on(heading)) and found[1] == name)
        missing = sorted(set(range(2, numbers[-1])) - set(numbers)) if numbers else []
        problems += [SheetProblem(1, f"{name}_{number}", f"this column is missing, but {name}_{numbers[-1]} goes on with it; add it.") for number in missing]
        if name in at:
            places[name] = [at[name], *(at[f"{name}_{number}"] for number in numbers)]
    return places, problems


def _goes_on(heading: str) -> re.Match[str] | None:
    found = _FURTHER.fullmatch(heading)
    return found if found and found[1] in _BY_NAME and _BY_NAME[found[1]].is_yaml else None


def _without_heading(headings: list[str], row: Sequence[Any], number: int) -> Iterator[SheetProblem]:
    for place, (heading, cell) in enumerate(zip(headings, row, strict=True), 1):
        if not heading and not is_blank(cell):
            yield SheetProblem(number, f"number {place}", "a value stands here without a heading in the first row; give it one of the headings or delete it.")


def _clause(places: Mapping[str, list[int]], row: Sequence[Any], number: int) -> tuple[dict[str, Any], list[SheetProblem]]:
    """Return the clause of a row as far as it can be read, and what is wrong with it."""
    clause: dict[str, Any] = {}
    problems = []
    id_cells = [row[place] for place in places.get("id", ())]
    for column in (*COLUMNS, OTHER):
        cells = [row[place] for place in places.get(column.name, ())]
        if all(map(is_blank, cells)):
            continue
        try:
            value = read(column, cells)
            if column is OTHER:
                _merge(clause, value)
            else:
                _put(clause, column, value)
        except CellError as error:
            problems.append(SheetProblem(number, column.name, str(error)))
    if "id" in places and "id" not in clause and all(map(is_blank, id_cells)):
        problems.append(SheetProblem(number, "id", "this is empty; give the clause an id of its own, such as UD-M9, or delete the row."))
    return clause, problems


def _put(clause: dict[str, Any], column: Column, value: Any) -> None:
    *above, key = column.path
    holder = clause.setdefault(above[0], {}) if above else clause
    holder[key] = value


def _merge(clause: dict[str, Any], other: Mapping[str, Any]) -> None:
    for key, value in other.items():
        own = clause.get(key)
        if isinstance(own, dict) and isinstance(value, dict) and not own.keys() & value.keys():
            own.update(value)
        elif key in clause:
            raise CellError(f"'{key}' stands in a column of its own too; delete it in one of the two.")
        else:
            clause[key] = value
