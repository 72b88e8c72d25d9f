"""The texts that a web form sends under their paths, as the tree that they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DEEPEST = 24
"""Steps of a path; no clause needs half as many."""
LONGEST = 400
"""Entries of one list."""


class FormNameError(ValueError):
    """A name that no field of the form has."""


def from_names(texts: Mapping[str, str]) -> dict[str, Any]:
    """Return the tree of texts sent under names such as "limits.0.max.rows.1.low".

    Raises:
        FormNameError: two names that cannot stand together, or one that is too deep.
    """
    root: dict[str, Any] = {}
    for name, text in texts.items():
        *parents, last = name.split(".")
        if len(parents) > DEEPEST:
            raise FormNameError(f"The field '{name[:60]}' lies too deep.")
        here = root
        for parent in parents:
            here = here.setdefault(parent, {})
            if not isinstance(here, dict):
                raise FormNameError(f"The field '{name[:60]}' lies inside a text.")
        if isinstance(here.get(last), dict):
            raise FormNameError(f"The field '{name[:60]}' has fields of its own.")
        here[last] = text
    tree = _lists(root)
    if not isinstance(tree, dict):
        raise FormNameError("The form has fields without names.")
    return tree


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    entries = {name: _lists(inner) for name, inner in value.items()}
    if entries and all(name.isdigit() for name in entries):
        if len(entries) > LONGEST:
            raise FormNameError(f"A list has more than {LONGEST} entries.")
        return [entries[name] for name in sorted(entries, key=int)]
    return entries
