"""What the buttons of the form do: entries are added, removed and moved, and a value changes its kind."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from compliance.rules.editing.writing import Form, clause_form, group_form, limit_form, match_form, requirement_form, value_form

_NEW: dict[str, Callable[[], Form]] = {
    "conditions": lambda: {"field": "", **match_form([])},
    "tests": lambda: {"text": ""},
    "any": lambda: group_form({"test": [""]}),
    "limits": lambda: limit_form("", {"max": 0}) | {"max": value_form("")},
    "rows": lambda: {**match_form({"min": ""}), "is": value_form("")},
    "bands": lambda: {"from": "", "is": value_form("")},
    "tiers": lambda: {"name": "", "is": value_form("")},
    "require": lambda: requirement_form({}),
    "examples": lambda: {"spec": "", "expect": "", "asked": ""},
}


def new_clause() -> Form:
    """Return the form of a clause that is to be written."""
    form = clause_form({"verification": "verified"})
    return {**form, "limits": [_NEW["limits"]()], "examples": [_NEW["examples"]()]}


def filled(form: Form) -> Form:
    """Return a form as it was sent, with the fields that its kinds have and that were not sent (a value whose kind was just changed has others)."""
    blank = clause_form({})
    lists = {name: _entries(form, name) for name in ("limits", "require", "examples")}
    limits = [{**limit_form("", {"max": 0}), **entry} for entry in lists["limits"]]
    return {
        **blank,
        **form,
        **lists,
        **_group(form),
        "source": {**blank["source"], **_inner(form, "source")},
        "effective": {**blank["effective"], **_inner(form, "effective")},
        "limits": [{**limit, "min": filled_value(limit["min"]), "max": filled_value(limit["max"])} for limit in limits],
    }


def _group(form: Form) -> Form:
    conditions = [{"field": "", **match_form([]), **entry} for entry in _entries(form, "conditions")]
    return {**form, "conditions": conditions, "tests": _entries(form, "tests"), "any": [_group(entry) for entry in _entries(form, "any")]}


def filled_value(form: Any) -> Form:
    """Return the form of a value with the fields of its kind. See `filled`."""
    found = {**value_form(None), **(form if isinstance(form, dict) else {})}
    rows = [{**match_form({"min": ""}), **entry, "is": filled_value(entry.get("is"))} for entry in _entries(found, "rows")]
    others = {name: [{**entry, "is": filled_value(entry.get("is"))} for entry in _entries(found, name)] for name in ("bands", "tiers")}
    return {**found, "rows": rows, **others}


def _entries(form: Form, name: str) -> list[Form]:
    value = form.get(name)
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _inner(form: Form, name: str) -> Form:
    value = form.get(name)
    return value if isinstance(value, dict) else {}


def act(form: Form, action: str) -> Form:
    """Return the form after a button was pressed; a button that it does not have changes nothing.

    Args:
        form: see `clause_form`.
        action: "add:path of a list", "remove:path of an entry", or "up:path of an entry".
    """
    what, _, path = action.partition(":")
    form = copy.deepcopy(form)
    *parents, last = path.split(".")
    if what == "add":
        here = _at(form, parents)
        if isinstance(here, dict) and last in _NEW:
            here[last] = [*(here.get(last) or []), _NEW[last]()]
        return form
    entries = _at(form, parents)
    if not (isinstance(entries, list) and last.isdigit() and int(last) < len(entries)):
        return form
    place = int(last)
    if what == "remove":
        del entries[place]
    elif what == "up" and place:
        entries[place - 1], entries[place] = entries[place], entries[place - 1]
    return form


def _at(form: Any, path: list[str]) -> Any:
    for step in path:
        if isinstance(form, dict):
            form = form.get(step)
        elif isinstance(form, list) and step.isdigit() and int(step) < len(form):
            form = form[int(step)]
        else:
            return None
    return form
