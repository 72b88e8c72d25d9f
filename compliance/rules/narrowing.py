"""What of two rulebooks can make a verdict differ: the clauses that changed, and those whose checks hang on them or on which theirs hang.

Most edits touch a few clauses. A proposal that comes out the same under the narrowed rulebooks comes out the same under the whole ones, so that many
stored proposals can be looked through at the cost of a few clauses.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from compliance.canonical import canonical
from compliance.rules.rulebook import Rulebook

Pair = tuple[Rulebook, Rulebook]


def narrow(old: Rulebook, new: Rulebook) -> Pair:
    """Return two rulebooks with only the clauses that can make a difference between them; both whole where a default, the cities or the deciding fields changed.

    Facts stay; a fact that changed changes the clauses that read it.
    """
    if not complete_alike(old, new):
        return old, new
    wanted = changed_clauses(old, new)
    for rulebook in (old, new, old):  # the second may bring in clauses on which the first has others hanging
        wanted = hanging_together(rulebook, wanted)
    return _only(old, wanted), _only(new, wanted)


def complete_alike(old: Rulebook, new: Rulebook) -> bool:
    """Return whether what every verdict rests on, however few the clauses, is the same: what is assumed, the cities, and which fields decide."""
    before, after = (canonical({key: rulebook.content.get(key) for key in ("defaults", "cities", "deciding")}) for rulebook in (old, new))
    return before == after


def changed_clauses(old: Rulebook, new: Rulebook) -> frozenset[str]:
    """Return the ids of the clauses that only one of two rulebooks has, that are written otherwise, or that name a fact which is."""
    facts = _changed_facts(old, new)
    before, after = ({str(clause["id"]): canonical(clause) for clause in rulebook.content.get("clauses") or ()} for rulebook in (old, new))
    written = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    naming = {clause.id for rulebook in (old, new) for clause in rulebook.clauses if not facts.isdisjoint(clause.mentions)}
    loaded = {clause.id for rulebook in (old, new) for clause in rulebook.clauses}
    return frozenset((written | naming) & loaded)


def hanging_together(rulebook: Rulebook, ids: Collection[str]) -> frozenset[str]:
    """Return the ids of some clauses, of all whose checks can hang on theirs, and of all on which the checks of those hang.

    A clause that displaces another and the one displaced hang on each other: while it is unknown which of them applies, each counts for both.
    """
    beside: dict[str, set[str]] = {clause.id: set() for clause in rulebook.clauses}
    asked: dict[str, set[str]] = {name: set() for name in beside}
    asking: dict[str, set[str]] = {name: set() for name in beside}
    for clause in rulebook.clauses:
        for other in clause.replaces & beside.keys():
            if set(clause.limited_fields).isdisjoint(rulebook.by_id[other].limited_fields):
                continue
            beside[clause.id].add(other)
            beside[other].add(clause.id)
        for other in {other for name in clause.required | clause.allowed for other in rulebook.involved.get(name, ())}:
            asked[clause.id].add(other)
            asking[other].add(clause.id)
    affected = _reached(ids, lambda name: beside.get(name, set()) | asking.get(name, set()))
    return _reached(affected, lambda name: beside.get(name, set()) | asked.get(name, set()))


def _reached(ids: Collection[str], step: Callable[[str], Collection[str]]) -> frozenset[str]:
    found, waiting = set(ids), list(ids)
    while waiting:
        for other in step(waiting.pop()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return frozenset(found)


def _changed_facts(old: Rulebook, new: Rulebook) -> frozenset[str]:
    before, after = ({fact.name: fact for fact in rulebook.facts} for rulebook in (old, new))
    written = [rulebook.content.get("facts") or {} for rulebook in (old, new)]
    changed = {name for name in before.keys() | after.keys() if written[0].get(name) != written[1].get(name)}
    for rulebook in (old, new):
        for fact in rulebook.facts:  # each reads only those before it
            if not changed.isdisjoint(fact.node.names()):
                changed.add(fact.name)
    return frozenset(changed)


def _only(rulebook: Rulebook, ids: Collection[str]) -> Rulebook:
    return replace(rulebook, clauses=tuple(clause for clause in rulebook.clauses if clause.id in ids))
