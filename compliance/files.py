"""A rulebook's content as a file that curators exchange, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compliance.rules.loading import parse_content
from compliance.rules.writing import write_yaml

FORMATS = {"yaml": "application/yaml"}
LARGEST = 5_000_000
"""Bytes of a file that is read."""


class FileFormatError(ValueError):
    """A file that cannot be read at all; the message says why."""


def content_to(content: Mapping[str, Any], name: str) -> bytes:
    """Return a rulebook's content as a file in one of `FORMATS`."""
    return write_yaml(content).encode()


def content_from(data: bytes, filename: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content that a file holds; a spreadsheet holds the clauses only, the rest is taken from `content`.

    Raises:
        FileFormatError: it is too large, has no ending that we know, or is no text.
        RulebookError: it is no readable YAML.
    """
    ending = filename.rsplit(".", 1)[-1].lower().replace("yml", "yaml")
    if len(data) > LARGEST:
        raise FileFormatError(f"The file has {len(data):,} bytes; at most {LARGEST:,} are read.")
    if ending not in FORMATS:
        raise FileFormatError(f"The file's name does not end in one of {', '.join('.' + name for name in FORMATS)}.")
    try:
        return parse_content(data.decode("utf-8-sig"), filename)
    except UnicodeDecodeError:
        raise FileFormatError("The file is no text in UTF-8.") from None
