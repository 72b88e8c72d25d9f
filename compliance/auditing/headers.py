"""Which planning field a column of a file holds, by its name, and in which unit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from compliance.auditing.errors import AuditError
from compliance.reading.units import AREA, LENGTH, PERCENT, unit_at
from compliance.vocabulary import FIELDS, Field

PROMPT = "prompt"
"""The column with a proposal in plain words."""

_MEASURES = {"m": LENGTH, "m2": AREA, "%": PERCENT}
_UNIT_ENDINGS = ("_sq_m", "_m", "_percent", "_years")
_OTHER_WORDS: Mapping[str, tuple[str, ...]] = {
    "abutting_road_width_m": ("road", "road wd", "rd width"),
    "land_use_zone": ("zone", "zoning", "land use"),
    "building_use": ("use", "usage"),
    "building_type": ("type", "typology"),
    "plot_area_sq_m": ("area",),
    "storeys": ("no of floors", "no of storeys", "number of floors", "number of storeys"),
    "dwelling_units": ("no of units", "no of flats"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file that is a planning field.

    Attributes:
        name: as it stands in the file.
        field: the planning field, or `PROMPT`.
        factor: from the column's unit to the field's.
        unit: the unit that the name says, empty where it says none.
    """

    name: str
    field: str
    factor: float = 1.0
    unit: str = ""


def match_columns(names: Iterable[str], chosen: Mapping[str, str] | None = None) -> list[Column]:
    """Return the columns that are planning fields.

    Args:
        names: the columns of the file.
        chosen: column -> field, for names that say nothing; a column mapped to nothing is left alone.

    Raises:
        AuditError: two columns say the same field, or a chosen column or field does not exist.

    >>> [(column.field, column.unit) for column in match_columns(["Plot Area (sq ft)", "road_width", "Owner"])]
    [('plot_area_sq_m', 'sq ft'), ('abutting_road_width_m', '')]
    """
    chosen = chosen or {}
    known = list(names)
    for name, field in chosen.items():
        if name not in known:
            raise AuditError(f"There is no column '{name}' in the file; its columns are: {', '.join(known[:40])}.")
        if field and field != PROMPT and field not in FIELDS:
            raise AuditError(f"'{field}' is no planning field; docs/bulk.md says where they are listed.")
    found = [column for name in known if (column := match_column(name, chosen.get(name))) is not None]
    seen: dict[str, Column] = {}
    for column in found:
        if column.field in seen:
            first = seen[column.field].name
            raise AuditError(
                f"The columns '{first}' and '{column.name}' both say {column.field}; name one of them with --map, such as --map '{first}={column.field}' --map '{column.name}='."
            )
        seen[column.field] = column
    return found


def match_column(name: str, chosen: str | None = None) -> Column | None:
    """Return the planning field that a column's name says, with its unit; None where it says none."""
    if chosen == "":
        return None
    words = _words(name)
    if chosen == PROMPT or (chosen is None and words in ("prompt", "proposal", "description of proposal")):
        return Column(name, PROMPT)
    if chosen is None and name.strip().lower() in FIELDS:
        return Column(name, name.strip().lower())
    fields = [FIELDS[chosen]] if chosen else FIELDS.values()
    best: tuple[int, Column] | None = None
    for field in fields:
        for label in _labels(field):
            at = re.search(rf"(?:^|(?<= )){re.escape(label)}(?= |$)", words) if chosen else re.match(rf"{re.escape(label)}(?= |$)", words)
            if at is None:
                continue
            column = _with_unit(name, field, words[at.end() :])
            if column is not None and (best is None or len(label) > best[0]):
                best = len(label), column
    if best is None and chosen:
        return _with_unit(name, FIELDS[chosen], words.rpartition(" ")[2]) or Column(name, chosen)
    return best[1] if best else None


def _with_unit(name: str, field: Field, rest: str) -> Column | None:
    rest = re.sub(r"^(?:in|of)\b", "", rest.strip()).strip()
    if not rest:
        return Column(name, field.name)
    found = unit_at(rest, 0, rest)
    if found is None or found[1] < len(rest) or found[0].measures != _MEASURES.get(field.unit):
        return None
    return Column(name, field.name, found[0].factor, found[0].name)


def _labels(field: Field) -> set[str]:
    bare = field.name
    for ending in _UNIT_ENDINGS:
        bare = bare.removesuffix(ending)
    return {_words(text) for text in (field.name, bare, field.label, *field.synonyms, *_OTHER_WORDS.get(field.name, ()))}


def _words(name: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9%²']+", " ", name.lower()).split())
