"""What differs between two contents of a rulebook, clause by clause and value by value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["added", "removed", "changed"]
ABSENT = None


@dataclass(frozen=True, slots=True)
class Change:
    """One value that differs: `path` as in "limits.height_m.max", the value before and after (None where there is none)."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Difference:
    """A clause that was added, removed or changed; `clause_id` is empty for what belongs to the rulebook itself (facts, defaults ...)."""

    clause_id: str
    kind: Kind
    clause_no: str
    title: str
    changes: tuple[Change, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it in plain JSON types."""
        changes = [{"path": change.path, "before": change.before, "after": change.after} for change in self.changes]
        return {"clause": self.clause_id, "kind": self.kind, "clause_no": self.clause_no, "title": self.title, "changes": changes}


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Return what differs between two contents of a rulebook (as `Rulebook.content` holds them): the rulebook's own values, then clauses by id.

    The order of clauses is no difference; nor are added or removed clauses listed value by value.
    """
    found = []
    own = tuple(_changes("", _without_clauses(old), _without_clauses(new)))
    if own:
        found.append(Difference("", "changed", "", str(new.get("title") or new.get("rulebook") or ""), own))
    before, after = _by_id(old), _by_id(new)
    for name in sorted(before.keys() | after.keys()):
        clause = after.get(name) or before[name]
        changes = tuple(_changes("", before[name], after[name])) if name in before and name in after else ()
        kind: Kind = "added" if name not in before else "removed" if name not in after else "changed"
        if changes or kind != "changed":
            found.append(Difference(name, kind, str(clause.get("clause_no") or ""), str(clause.get("title") or ""), changes))
    return tuple(found)


def _without_clauses(content: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in content.items() if key != "clauses"}


def _by_id(content: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {str(clause["id"]): clause for clause in content.get("clauses") or ()}


def _changes(path: str, before: Any, after: Any) -> Iterator[Change]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted(before.keys() | after.keys()):
            yield from _changes(f"{path}.{key}" if path else str(key), before.get(key, ABSENT), after.get(key, ABSENT))
    elif _is_pairs(before) and _is_pairs(after) and [name for name, _ in before] == [name for name, _ in after]:  # tiers, in the order they are bought
        for (name, one), (_, other) in zip(before, after, strict=True):
            yield from _changes(f"{path}.{name}", one, other)
    elif _is_items(before) and _is_items(after) and len(before) == len(after):
        for number, (one, other) in enumerate(zip(before, after, strict=True), 1):
            yield from _changes(f"{path}[{number}]", one, other)
    else:
        yield Change(path, before, after)


def _is_pairs(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(entry, list) and len(entry) == 2 and isinstance(entry[0], str) for entry in value)


def _is_items(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(entry, (Mapping, list)) for entry in value)
