"""A rulebook's content as a file that curators exchange, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast, get_args

from compliance.rules.loading import parse_content
from compliance.rules.sheets import SheetFormat, read_sheet, sheet_to_clauses, write_sheet
from compliance.rules.writing import write_yaml

FORMATS = {
    "yaml": "application/yaml",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
LARGEST = 5_000_000
"""Bytes of a file that is read."""


class FileFormatError(ValueError):
    """A file that cannot be read at all; the message says why."""


def content_to(content: Mapping[str, Any], name: str) -> bytes:
    """Return a rulebook's content as a file in one of `FORMATS`; a spreadsheet holds the clauses only.

    Raises:
        SheetError: a value that no cell of a spreadsheet holds.
    """
    return write_sheet(content, cast("SheetFormat", name)) if name in get_args(SheetFormat) else write_yaml(content).encode()


def content_from(data: bytes, filename: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content that a file holds; a spreadsheet holds the clauses only, the rest is taken from `content`.

    Raises:
        FileFormatError: it is too large, has no ending that we know, or is no text.
        RulebookError: it is no readable YAML.
        SheetError: it is no readable spreadsheet; every fault with its row and column.
    """
    ending = filename.rsplit(".", 1)[-1].lower().replace("yml", "yaml")
    if len(data) > LARGEST:
        raise FileFormatError(f"The file has more than {LARGEST:,} bytes, which is more than any rulebook has; at most that are read.")
    if ending not in FORMATS:
        raise FileFormatError(f"The file's name does not end in one of {', '.join('.' + name for name in FORMATS)}.")
    if ending in get_args(SheetFormat):
        return dict(sheet_to_clauses(read_sheet(data, cast("SheetFormat", ending)), content))
    try:
        return parse_content(data.decode("utf-8-sig"), filename)
    except UnicodeDecodeError:
        raise FileFormatError("The file is no text in UTF-8.") from None
