"""Sheets as CSV and XLSX files. What is read may come from anyone: sizes are bounded before anything is unpacked or parsed."""

from __future__ import annotations

import csv
import io
import itertools
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from typing import IO, Any, Literal, get_args

import tablib

from compliance.rules.sheets.cells import COLUMNS, SheetError, SheetProblem, bare, is_blank, protected
from compliance.rules.sheets.clauses import FIRST_ROW, TITLE, clauses_to_sheet

SheetFormat = Literal["csv", "xlsx"]
FORMATS: tuple[SheetFormat, ...] = get_args(SheetFormat)

MEGABYTE = 1_000_000
LARGEST = 20 * MEGABYTE
LARGEST_UNPACKED = 100 * MEGABYTE
MOST_ROWS = 10_000
MOST_COLUMNS = 200
MOST_TAGS = 2_000_000
"""What a workbook's parts may hold together: 10,000 full rows have some 1.5 million; without a bound, 80 kB of them take all memory."""
EXCEL_ROWS = 1_048_576
_TEXT_COLUMNS = frozenset(column.name for column in COLUMNS if column.kind in ("text", "date"))
_WIDE = frozenset(("title", "conditions", "limits", "require", "interpretation", "examples"))
_LONGEST_TEXT = 255
"""Older Excels show more characters than this as ##### in a cell of the format Text."""
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_OLE = b"\xd0\xcf\x11\xe0"


def write_sheet(content: Mapping[str, Any], format: SheetFormat) -> bytes:
    """Return the clauses of a rulebook's content as a file; the same content always gives the same bytes.

    Args:
        content: as `Rulebook.content` holds it.
        format: "csv" (UTF-8 with the mark by which Excel knows it) or "xlsx".

    Raises:
        SheetError: a value that no cell of Excel holds, or another format.
    """
    _check_format(format)
    sheet = clauses_to_sheet(content)
    if format == "csv":
        text: str = sheet.export("csv")
        return text.encode("utf-8-sig")
    return _xlsx(sheet)


def read_sheet(raw: bytes, format: SheetFormat) -> tablib.Dataset:
    """Return the sheet of a file, with its headings and its rows in their places.

    Args:
        raw: the file's bytes, at most 20 MB.
        format: "csv" (UTF-8, with commas, semicolons or tabs) or "xlsx" (the sheet "clauses", else the first).

    Raises:
        SheetError: it is no such file, or larger than any rulebook.
    """
    _check_format(format)
    if len(raw) > LARGEST:
        raise _refused(f"The file has {len(raw) / MEGABYTE:.1f} MB; at most {LARGEST // MEGABYTE} MB are read. Remove pictures and other sheets.")
    if not raw.strip():
        raise _refused("The file is empty; export the rulebook and write in that file.")
    rows = _csv_rows(raw) if format == "csv" else _xlsx_rows(raw)
    while rows and all(map(is_blank, rows[-1])):
        rows.pop()
    width = max((_used(row) for row in rows), default=0)
    if width > MOST_COLUMNS:
        raise _too_wide(width)
    sheet = tablib.Dataset(title=TITLE)
    headings, *others = [[*row[:width], *[""] * (width - len(row))] for row in rows or [[]]]
    sheet.headers = [str(heading) for heading in headings]
    for row in others:
        sheet.append(row)
    return sheet


def _refused(sentence: str, row: int | None = None, column: str = "") -> SheetError:
    return SheetError([SheetProblem(row, column, sentence)])


def _check_format(format: str) -> None:
    if format not in FORMATS:
        raise _refused(f"'{format}' is no format of sheets; use {' or '.join(FORMATS)}.")


def _too_many() -> SheetError:
    return _refused(f"The sheet has more than {MOST_ROWS:,} rows; no rulebook has so many clauses. Delete what stands below the last one.")


def _too_wide(width: int) -> SheetError:
    return _refused(f"The sheet has {width} columns; at most {MOST_COLUMNS} are read. Delete those right of the last heading.")


def _used(row: list[Any]) -> int:
    return max((place for place, cell in enumerate(row, 1) if not is_blank(cell)), default=0)


# CSV


def _csv_rows(raw: bytes) -> list[list[Any]]:
    if raw.startswith(b"PK\x03\x04"):
        raise _refused("This is not a CSV file but an Excel workbook; give it as xlsx.")
    if raw.startswith(_OLE):
        raise _refused("This is not a CSV file but an old Excel workbook; save it as 'CSV UTF-8 (Comma delimited)'.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = raw.count(b"\n", 0, error.start) + 1
        raise _refused(f"The file is not in UTF-8 (line {row}); in Excel choose 'CSV UTF-8 (Comma delimited)' when saving.") from None
    if "\0" in text:
        raise _refused("This is not a CSV file: it holds bytes that are no text. In Excel choose 'CSV UTF-8 (Comma delimited)' when saving.")
    first_line = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first_line.count)
    rows: list[list[Any]] = []
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            rows.append(list(cells))
            if len(rows) > EXCEL_ROWS or (len(rows) > MOST_ROWS + 1 and not all(map(is_blank, cells))):
                raise _too_many()
    except csv.Error as error:
        raise _refused(
            f"From here on this is no CSV ({error}); put a text with a comma, a quote or a line break in double quotes, and double the quotes in it.",
            len(rows) + 1,
        ) from None
    return rows


# XLSX


def _xlsx(sheet: tablib.Dataset) -> bytes:
    from openpyxl import Workbook  # noqa: PLC0415 - half a second, and only spreadsheets need it
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415 - as above
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - as above

    book = Workbook()
    page = book.active
    page.title = TITLE
    for place, heading in enumerate(sheet.headers, 1):
        page.cell(1, place, heading).font = Font(bold=True)
        column = page.column_dimensions[get_column_letter(place)]
        column.width = 60 if heading.rpartition("_")[0] in _WIDE or heading in _WIDE else 18
        if heading in _TEXT_COLUMNS:
            column.number_format = "@"
    page.freeze_panes = "B2"
    page.auto_filter.ref = page.dimensions
    top = Alignment(vertical="top", wrap_text=True)
    for number, row in enumerate(sheet, FIRST_ROW):
        page.row_dimensions[number].height = 75
        for place, (heading, value) in enumerate(zip(sheet.headers, row, strict=True), 1):
            cell = page.cell(number, place)
            cell.alignment = top
            if isinstance(value, str):
                _put_text(cell, heading, value)
            else:
                cell.value = value
    packed = io.BytesIO()
    book.save(packed)
    return _timeless(packed)


def _put_text(cell: Any, heading: str, value: str) -> None:
    """Write a text so that Excel keeps it a text, also when its cell is edited; only where it could not tell is the apostrophe written out."""
    text = bare(value) if heading in _TEXT_COLUMNS and not value.startswith("''") else value
    if heading in _TEXT_COLUMNS and len(text) <= _LONGEST_TEXT:
        cell.number_format = "@"
    if not text:
        return
    cell.value = _ESCAPE.sub("_x005F_", text)
    cell.data_type = "s"
    cell.quotePrefix = protected(text) != text


def _timeless(packed: io.BytesIO) -> bytes:
    """Return a workbook without the time at which it was written."""
    out = io.BytesIO()
    with zipfile.ZipFile(packed) as written, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as timeless:
        for name in written.namelist():
            part = written.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb">\d{4}-\d\d-\d\dT[\d:.]+Z?<", b">2000-01-01T00:00:00Z<", part)
            timeless.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _xlsx_rows(raw: bytes) -> list[list[Any]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - half a second, and only spreadsheets need it

    _check_package(raw)
    try:
        book = load_workbook(io.BytesIO(raw), read_only=True, keep_links=False)
        page = book[TITLE] if TITLE in book.sheetnames else book.worksheets[0]
        page.reset_dimensions()  # what the file says of its own size need not be true
        return _page_rows(page.iter_rows(min_row=1))
    except SheetError:
        raise
    except Exception as error:  # a broken part can raise anything: KeyError, ParseError, TypeError ...
        raise _refused(f"The workbook cannot be read ({type(error).__name__}: {error}); open it in Excel and save it as xlsx again.") from None


def _check_package(raw: bytes) -> None:
    if raw.startswith(_OLE):
        raise _refused("This is an old Excel workbook or one with a password; save it as 'Excel Workbook (.xlsx)' without a password.")
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            unpacked = sum(part.file_size for part in package.infolist())
            is_workbook = "[Content_Types].xml" in package.namelist()
            tags = sum(map(_tags, map(package.open, package.infolist()))) if unpacked <= LARGEST_UNPACKED else 0
    except (zipfile.BadZipFile, zlib.error, ValueError, EOFError, NotImplementedError, RuntimeError):
        is_workbook, unpacked, tags = False, 0, 0
    if not is_workbook:
        raise _refused("This is not an Excel workbook; save it as 'Excel Workbook (.xlsx)', or give it as csv.")
    if unpacked > LARGEST_UNPACKED:
        raise _refused(f"The workbook unpacks to {unpacked / MEGABYTE:,.0f} MB; at most {LARGEST_UNPACKED // MEGABYTE} MB are read. No rulebook is that large.")
    if tags > MOST_TAGS:
        raise _refused("The workbook holds far more cells than any rulebook; delete other sheets, and what stands below and right of the clauses.")


def _tags(part: IO[bytes]) -> int:
    with part:
        return sum(chunk.count(b"<") for chunk in iter(lambda: part.read(MEGABYTE), b""))


def _page_rows(cells: Iterable[tuple[Any, ...]]) -> list[list[Any]]:
    rows: list[list[Any]] = []
    problems: list[SheetProblem] = []
    for number, row in enumerate(itertools.islice(cells, EXCEL_ROWS + 1), 1):
        if len(row) > MOST_COLUMNS:  # also of empty cells: a million such rows would take minutes
            raise _too_wide(len(row))
        if number <= MOST_ROWS + 1:
            problems += [
                SheetProblem(number, str(rows[0][place]) if rows and place < len(rows[0]) else f"number {place + 1}", _why_not(cell))
                for place, cell in enumerate(row)
                if cell.data_type in ("f", "e")
            ]
            rows.append([_value(cell) for cell in row])
        elif row or number > EXCEL_ROWS:
            raise _too_many()
    if problems:
        raise SheetError(problems)
    return rows


def _value(cell: Any) -> Any:
    value = cell.value
    if isinstance(value, str) and "_x" in value:
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
    return "" if value is None else value


def _why_not(cell: Any) -> str:
    if cell.data_type == "f":
        return f"this is a formula ({str(cell.value)[:60]}); write the text itself, with an apostrophe before it or in a cell of the format Text."
    return f"this is an error of Excel ({cell.value}); write the value again."
