"""One cell of a sheet: what a column can hold, how a value is written into it, and how it is read back."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import yaml

from compliance.rules.loading import parse_yaml
from compliance.rules.writing import WIDTH, as_written

MOST_CHARACTERS = 32_767
"""What one cell of Excel holds, in UTF-16 units."""
MOST_LINE_BREAKS = 253
"""How many line breaks one cell of Excel holds."""
_DIGITS = 15
"""The digits of a number that Excel keeps."""

_NUMBER = re.compile(rf"-?\d{{1,{_DIGITS}}}(\.\d{{1,{_DIGITS}}})?", re.ASCII)

Kind = Literal["text", "number", "date", "mapping", "list"]
Cell = str | int | float


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, where its value stands in a clause, and what it holds."""

    name: str
    path: tuple[str, ...]
    kind: Kind
    example: str = ""

    @property
    def is_yaml(self) -> bool:
        """Whether it holds YAML, which may go on in further columns (`examples_2`)."""
        return self.kind in ("mapping", "list")


COLUMNS = (
    Column("id", ("id",), "text", "UD-M9"),
    Column("clause_no", ("clause_no",), "text", "6.2.3"),
    Column("title", ("title",), "text", "Side and rear margins by height"),
    Column("table", ("table",), "text", "Table 6-D"),
    Column("category", ("category",), "text", "setback"),
    Column("replaces", ("replaces",), "list", "[UD-M3, Table 6-D]"),
    Column("conditions", ("conditions",), "mapping", "{abutting_road_width_m: {min: 9, below: 18}}"),
    Column("limits", ("limits",), "mapping", "{height_m: 24}"),
    Column("require", ("require",), "list", '[{test: "side_setback_m >= 1", limits: [side_setback_m], says: "one side stays open"}]'),
    Column("source_document", ("source", "document"), "text", "UDCPR 2020"),
    Column("source_edition", ("source", "edition"), "text", "text of 2024"),
    Column("source_clause", ("source", "clause"), "text", "6.2.3"),
    Column("source_table", ("source", "table"), "text", "Table 6-D"),
    Column("source_page", ("source", "page"), "number", "116"),
    Column("verification", ("verification",), "text", "verified"),
    Column("interpretation", ("interpretation",), "text"),
    Column("effective_from", ("effective", "from"), "date", "2020-12-02"),
    Column("effective_to", ("effective", "to"), "date", "2024-04-02"),
    Column("examples", ("examples",), "list", "[{spec: {height_m: 24}, expect: {height_m: ok}}]"),
)
OTHER = Column("other", (), "mapping", "{some_key: 24}")
"""Whatever of a clause its own columns cannot hold exactly; in the sheet only where there is such a thing."""


@dataclass(frozen=True, slots=True)
class SheetProblem:
    """One fault: the row as the spreadsheet numbers it (None for the file as a whole), the heading (empty for the row), a full sentence."""

    row: int | None
    column: str
    sentence: str

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.row and f"row {self.row}", self.column and f"column {self.column}") if part)
        return f"{where}: {self.sentence}" if where else self.sentence


class SheetError(ValueError):
    """A sheet that cannot be used. `problems` lists every fault found, not just the first."""

    code = "invalid_sheet"

    def __init__(self, problems: list[SheetProblem]) -> None:
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))


class CellError(ValueError):
    """A cell that cannot be read; the message is the sentence of its problem."""


# Text that a spreadsheet would take for something else

_MONTH = "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
_MISTAKEN = re.compile(rf"'*(?:[=+\-@#＝＋－＠]|\(*\s*[$£€₹¥]?\s*[.,]?\d|(?:true|false)$|(?:{_MONTH})[\s./,'-]*\d)", re.IGNORECASE)
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that a sheet loses or refuses."""


def protected(text: str) -> str:
    """Return a text as it stands in a sheet: behind an apostrophe where Excel would make a formula, number, date or truth value of it.

    >>> protected("9.10"), protected("=A1"), protected("Side margin")
    ("'9.10", "'=A1", 'Side margin')
    """
    return f"'{text}" if _MISTAKEN.match(text) else text


def bare(text: str) -> str:
    """Return the text behind `protected`; what a curator typed without an apostrophe stays as it is.

    >>> bare("'9.10"), bare("9.10"), bare("'tis")
    ('9.10', '9.10', "'tis")
    """
    return text[1:] if text.startswith("'") and _MISTAKEN.match(text) else text


# Writing


def fits(text: str) -> bool:
    """Return whether one cell of Excel holds a text."""
    return _units(text) <= MOST_CHARACTERS and text.count("\n") <= MOST_LINE_BREAKS


def _units(text: str) -> int:
    """Return the length of a text in UTF-16 units; each `_x`, which a workbook may have to escape, counts as eight."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2 + 6 * text.count("_x")


def written(column: Column, value: Any) -> Cell | None:
    """Return the cell of a value, or None where the column cannot hold exactly this value."""
    match column.kind:
        case "number" if isinstance(value, (int, float)) and not isinstance(value, bool):
            kept = _NUMBER.fullmatch(str(value)) is not None and float(f"{value:.{_DIGITS}g}") == value
            return value if kept else None
        case "date":
            return "null" if value is None else protected(value) if _is_date(value) else None
        case "mapping":
            return flow_text(value) if isinstance(value, Mapping) else None
        case "list":
            return flow_text(value) if isinstance(value, list) else None
        case _:
            is_plain = isinstance(value, str) and value != "" and value == value.strip() and not _UNSAFE.search(value) and fits(f"'{value}")
            return protected(value) if is_plain else None


def _is_date(value: Any) -> bool:
    try:
        return isinstance(value, str) and value == datetime.date.fromisoformat(value).isoformat()
    except ValueError:
        return False


class _Dumper(yaml.CSafeDumper):
    """Flow text without anchors, which no curator reads."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write a value out each time that it occurs."""
        return True


def flow_text(value: Mapping[str, Any] | list[Any]) -> str:
    """Return a mapping or a list as YAML in brackets, each entry on a line of its own.

    >>> print(flow_text({"fsi": {"max": 2.5}, "height_m": 24}))
    {fsi: {max: 2.5},
     height_m: 24}
    """
    ordered = as_written(value)
    if isinstance(ordered, dict):
        return "{" + ",\n ".join(_inside({key: inner}) for key, inner in ordered.items()) + "}"
    return "[" + ",\n ".join(_inside([inner]) for inner in ordered) + "]"


def _inside(value: Any) -> str:
    text: str = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH, default_flow_style=True)
    return text.strip()[1:-1]


def pieces(text: str) -> list[str]:
    """Return a text cut at line breaks into pieces that each fit a cell; a single line may still be too long."""
    found: list[str] = []
    lines: list[str] = []
    length = 0
    for line in text.split("\n"):
        units = _units(line) + 1
        if lines and (length + units > MOST_CHARACTERS or len(lines) > MOST_LINE_BREAKS):
            found.append("\n".join(lines))
            lines, length = [], 0
        lines.append(line)
        length += units
    return [*found, "\n".join(lines)]


# Reading


def is_blank(cell: Any) -> bool:
    """Return whether nothing stands in a cell."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def read(column: Column, cells: list[Any]) -> Any:
    """Return the value of a column's cells, of which at least one is not blank.

    Args:
        column: what the cells should hold.
        cells: the cell, and those of the further columns in which it goes on.

    Raises:
        CellError: what is wrong and what to write.
    """
    if any(isinstance(cell, str) and len(cell) > MOST_CHARACTERS for cell in cells):
        further = f"go on in a column {column.name}_{len(cells) + 1}" if column.is_yaml else "shorten it"
        raise CellError(f"this is longer than the {MOST_CHARACTERS:,} characters that a cell of Excel holds; {further}.")
    if column.is_yaml:
        return _read_yaml(column, "\n".join(str(cell) for cell in cells if not is_blank(cell)))
    cell = cells[0]
    if isinstance(cell, str):
        cell = cell.strip()
    match column.kind:
        case "date":
            return _read_date(cell)
        case "number":
            return _read_number(cell)
        case _:
            return _read_text(column, cell)


def _read_text(column: Column, cell: Any) -> str:
    if isinstance(cell, str):
        return bare(cell)
    if isinstance(cell, int) and not isinstance(cell, bool):
        return str(cell)
    made = "a truth value" if isinstance(cell, bool) else "a number" if isinstance(cell, float) else "a date"
    raise CellError(f"Excel made {made} of what was typed ({cell}); format the cell as Text and write it again, such as {column.example or 'a sentence'}.")


def _read_number(cell: Any) -> int | float | str:
    if isinstance(cell, str):
        number = _NUMBER.fullmatch(cell)
        return bare(cell) if number is None else float(cell) if number[1] else int(cell)
    if isinstance(cell, bool) or not isinstance(cell, (int, float)):
        raise CellError(f"Excel made '{cell}' of what was typed; write a number, such as 116.")
    return cell


def _read_date(cell: Any) -> str | None:
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        return cell.date().isoformat()
    if isinstance(cell, datetime.date) and not isinstance(cell, datetime.datetime):
        return cell.isoformat()
    text = bare(cell) if isinstance(cell, str) else cell
    if text == "null":
        return None
    if not _is_date(text):
        raise CellError(f"'{text}' is no date; write year-month-day as text, such as 2020-12-02 (`null`: no end).")
    return str(text)


def _read_yaml(column: Column, text: str) -> Any:
    example = f"write it like {column.example}"
    try:
        value = parse_yaml(text, aliases=False)
    except yaml.MarkedYAMLError as error:
        place = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise CellError(f"this is not readable YAML ({error.problem}{place}); close every bracket and quote, and {example}.") from None
    except (yaml.YAMLError, ValueError) as error:
        raise CellError(f"this is not readable YAML ({' '.join(str(error).split())}); {example}.") from None
    if not isinstance(value, dict if column.kind == "mapping" else list):
        raise CellError(f"a {column.kind} stands here; {example}.")
    _refuse_odd_numbers(value)
    return value


def _refuse_odd_numbers(value: Any) -> None:
    if isinstance(value, dict):
        for inner in value.values():
            _refuse_odd_numbers(inner)
    elif isinstance(value, list):
        for inner in value:
            _refuse_odd_numbers(inner)
    elif isinstance(value, (int, float)) and not (math.isfinite(value) and abs(value) < 2**53):
        raise CellError(f"{value} is no number that can be reckoned with; write a smaller one.")
