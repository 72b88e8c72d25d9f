"""A rulebook's content as the YAML that a curator writes: what `load` reads back to the same content, and so to the same hash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

_ORDER = (
    "language", "rulebook", "title", "edition", "source", "not_included", "cities", "effective", "deciding", "not_checkable", "register", "intended",
    "defaults", "facts", "clauses",
    "id", "clause_no", "what", "table", "category", "replaces", "conditions", "limits", "require", "verification", "interpretation", "examples",
    "document", "clause", "page", "by", "min", "above", "max", "below", "in", "none_of", "is", "value", "range", "says", "label", "phrase", "spec", "expect",
)  # fmt: skip
_PLACE = {key: place for place, key in enumerate(_ORDER)}
WIDTH = 180


def write_yaml(content: Mapping[str, Any]) -> str:
    """Return a rulebook's content as YAML, in the order of the packaged files.

    Args:
        content: as `Rulebook.content` holds it, in plain JSON types.
    """
    return yaml.safe_dump(as_written(content), sort_keys=False, allow_unicode=True, width=WIDTH, default_flow_style=None)


def as_written(value: Any) -> Any:
    """Return a value of a rulebook's content as a curator writes it: keys in the order of the packaged files, tiers as a mapping."""
    if isinstance(value, Mapping):
        keys = sorted(value, key=lambda key: (_PLACE.get(key, len(_PLACE)), key))
        return {key: dict(map(_pair, value[key])) if key == "tiers" and _are_tiers(value[key]) else as_written(value[key]) for key in keys}
    if isinstance(value, list):
        return [as_written(entry) for entry in value]
    return value


def _are_tiers(value: Any) -> bool:
    if not isinstance(value, list) or not all(isinstance(entry, list) and len(entry) == 2 and isinstance(entry[0], str) for entry in value):
        return False
    return len({name for name, _ in value}) == len(value)


def _pair(tier: list[Any]) -> tuple[str, Any]:
    name, amount = tier
    return name, as_written(amount)
