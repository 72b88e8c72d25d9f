"""A spec: planning field -> value, checked and rounded once on entry, so that everything after it can trust it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from compliance.vocabulary import BUILDING_TYPES, CITIES, FIELDS, ITEM_FIELDS, Field, codes_of, zones_of

Item = dict[str, float]
Value = float | int | str | bool | list[Item]
Spec = dict[str, Value]

MAX_ITEMS = 500


class SpecError(ValueError):
    """Values that no proposal can have. `errors` lists (JSON pointer, sentence) for every one of them."""

    code = "invalid_spec"

    def __init__(self, errors: list[tuple[str, str]]) -> None:
        self.errors = errors
        super().__init__("; ".join(f"{pointer}: {sentence}" for pointer, sentence in errors))


def round_number(value: float) -> float:
    """Return a number as stored in a spec: half-even to 6 decimals, never -0.

    >>> round_number(0.1 + 0.2)
    0.3
    """
    return round(float(value), 6) + 0.0


def normalise_spec(raw: Mapping[str, Any]) -> Spec:
    """Return the checked spec of structured input; null values count as absent.

    Raises:
        SpecError: an unknown field, a wrong type, NaN or infinity, a value outside the sane range, an unknown code.

    >>> normalise_spec({"city": "pune", "height_m": "24", "storeys": 8.0})
    {'city': 'Pune', 'height_m': 24.0, 'storeys': 8}
    """
    errors: list[tuple[str, str]] = []
    spec: Spec = {}
    names = sorted(raw, key=lambda name: name != "city")  # the city first: zones depend on it
    for name in names:
        value = raw[name]
        if value is None:
            continue
        field = FIELDS.get(name)
        try:
            if field is None:
                raise ValueError(f"There is no planning field '{_shown(name)}'; see the list of fields in the API document.")
            city = spec.get("city")
            spec[name] = _value(field, value, city if isinstance(city, str) else None)
        except _ItemError as error:
            errors.append((f"/{name}{error.pointer}", str(error)))
        except ValueError as error:
            errors.append((f"/{_escape(name)}", str(error)))
    if errors:
        raise SpecError(errors)
    return {name: spec[name] for name in raw if name in spec}


def find_code(field: str, text: str, city: str | None = None) -> str | None:
    """Return the code of a closed list that a text names (as the code or an alias, in any case), or None.

    >>> find_code("land_use_zone", "r-1", "Pune")
    'R1'
    """
    wanted = " ".join(text.strip().lower().split())
    if field == "city":
        return next((name for name, city_ in CITIES.items() if wanted == name.lower() or wanted in city_.aliases), None)
    if field in ("land_use_zone", "building_type"):
        known = zones_of(city) if field == "land_use_zone" else BUILDING_TYPES
        return next((code for code, entry in known.items() if wanted == code.lower() or wanted in entry.aliases), None)
    flat = wanted.replace(" ", "").replace("_", "")
    return next((code for code in codes_of(field, city) if code.lower().replace("_", "") == flat), None)


class _ItemError(ValueError):
    def __init__(self, pointer: str, sentence: str) -> None:
        self.pointer = pointer
        super().__init__(sentence)


def _escape(name: object) -> str:
    return _shown(name).replace("~", "~0").replace("/", "~1")


def _shown(text: object) -> str:
    """Return a caller's text short enough and clean enough to be quoted in an error (half characters replaced)."""
    return str(text)[:60].encode("utf-8", "replace").decode()


def _value(field: Field, value: Any, city: str | None) -> Value:
    if field.kind == "flag":
        return _flag(field, value)
    if field.kind == "code":
        if not isinstance(value, str):
            raise ValueError(f"{field.name} is a word, such as {_some(codes_of(field.name, city))}.")
        code = find_code(field.name, value, city)
        if code is None:
            where = f" in {city}" if city and field.name == "land_use_zone" else ""
            raise ValueError(f"'{_shown(value)}' is not a known {field.label}{where}; use one of {_some(codes_of(field.name, city))}.")
        return code
    if field.kind == "items":
        return _items(field, value)
    return _number(field, value)


def _flag(field: Field, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in ("true", "yes", "false", "no"):
        return value.strip().lower() in ("true", "yes")
    raise ValueError(f"{field.name} is true or false.")


def _number(field: Field, value: Any) -> float | int:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            raise ValueError(f"{field.name} is a number{_in_unit(field)}, not '{_shown(value)}'.") from None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{field.name} is a number{_in_unit(field)}.")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{field.name} is a finite number{_in_unit(field)}.")
    if not field.low <= value <= field.high or (field.positive and value <= 0):
        above = "more than 0" if field.positive and field.low == 0 else f"at least {field.low:g}"
        raise ValueError(f"{field.name} is {above} and at most {field.high:g}{_in_unit(field)}; {value:g} was given.")
    number = round_number(value)
    if field.positive and number == 0:
        raise ValueError(f"{field.name} is more than 0; {value:g} rounds to 0 at six decimals.")
    if field.kind == "count":
        if number != int(number):
            raise ValueError(f"{field.name} is a whole number; {value:g} was given.")
        return int(number)
    return number


def _items(field: Field, value: Any) -> list[Item]:
    if not isinstance(value, list) or len(value) > MAX_ITEMS:
        raise ValueError(f"{field.name} is a list of at most {MAX_ITEMS} entries like {{'count': 10, 'carpet_sq_m': 55}}.")
    items: list[Item] = []
    for index, entry in enumerate(value):
        if not isinstance(entry, Mapping):
            raise _ItemError(f"/{index}", f"An entry of {field.name} is an object with {', '.join(ITEM_FIELDS)}.")
        item: Item = {}
        for name, inner in entry.items():
            if name not in ITEM_FIELDS:
                raise _ItemError(f"/{index}/{_escape(name)}", f"An entry of {field.name} has {', '.join(ITEM_FIELDS)}; '{_shown(name)}' is none of them.")
            try:
                item[name] = _number(ITEM_FIELDS[name], inner)
            except ValueError as error:
                raise _ItemError(f"/{index}/{name}", str(error)) from None
        if "count" not in item:
            raise _ItemError(f"/{index}", f"An entry of {field.name} says its count.")
        items.append(item)
    return items


def _in_unit(field: Field) -> str:
    return {"m": " in metres", "m2": " in square metres", "%": " in per cent"}.get(field.unit, "")


def _some(codes: tuple[str, ...], most: int = 12) -> str:
    return ", ".join(codes[:most]) + (" ..." if len(codes) > most else "")
