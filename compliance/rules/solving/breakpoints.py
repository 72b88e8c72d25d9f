"""Where the law changes along one field: the ends of bands, rows and conditions, and the constants of comparisons."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from compliance.rules.formulas import Node
from compliance.rules.rulebook import Matcher, Rulebook


def breakpoints(rulebook: Rulebook, env: dict[str, Any], field: str) -> list[float]:
    """Return the values of a field at which some clause may begin to say something else, in order, for one proposal.

    A key that is the field with something added (height less the stilt) has its ends moved accordingly.

    Args:
        rulebook: whose clauses are looked through.
        env: the proposal with the rulebook's facts (`Rulebook.environment`).
        field: a planning field that is a number.
    """
    at = env.get(field)
    found: set[float] = set()
    for key, ends in _thresholds(rulebook, field):
        value = key.run(env) if isinstance(at, (int, float)) else None
        shift = value - at if isinstance(value, (int, float)) and isinstance(at, (int, float)) and not isinstance(value, bool) else 0.0
        found.update(round(end - shift, 6) for end in ends)
        found.update(ends)
    return sorted(end for end in found if end > 0)


Thresholds = tuple[tuple[Node, tuple[float, ...]], ...]
_KEPT = 1024
_known: dict[tuple[str, str], Thresholds] = {}


def _thresholds(rulebook: Rulebook, field: str) -> Thresholds:
    """Return the keys that turn on a field, each with the values at which it is compared; found once per content of a rulebook."""
    key = (rulebook.sha256, field)
    if key not in _known:
        if len(_known) >= _KEPT:
            _known.clear()
        _known[key] = tuple(_found(rulebook, field))
    return _known[key]


def _found(rulebook: Rulebook, field: str) -> Iterator[tuple[Node, tuple[float, ...]]]:
    nodes = [node for clause in rulebook.clauses for node in (condition.node for condition in clause.conditions)]
    nodes += [node for clause in rulebook.clauses for limit in clause.limits for node in limit.nodes()]
    nodes += [fact.node for fact in rulebook.facts] + [requirement.test for clause in rulebook.clauses for requirement in clause.requirements]
    for clause in rulebook.clauses:
        for condition in clause.conditions:
            if condition.matcher is not None and condition.matcher.is_interval and field in _behind(rulebook, condition.key):
                yield _name(condition.key), _ends(condition.matcher)
    for node in nodes:
        for inner in node.walk():
            if inner.op == "by" and field in _fields(rulebook, inner.args[0]):
                yield inner.args[0], tuple(end for match in inner.value for end in _ends(match))
            elif inner.op == "compare" and len(inner.args) == 2:
                yield from _compared(rulebook, field, inner)


def _compared(rulebook: Rulebook, field: str, node: Node) -> Iterator[tuple[Node, tuple[float, ...]]]:
    for key, constant in (node.args, node.args[::-1]):
        if constant.op == "constant" and isinstance(constant.value, (int, float)) and field in _fields(rulebook, key):
            yield key, (float(constant.value),)


def _ends(match: Any) -> tuple[float, ...]:
    if not isinstance(match, Matcher):
        return ()
    return tuple(float(end) for end in (match.minimum, match.maximum, match.above, match.below) if end is not None)


def _name(name: str) -> Node:
    return Node("name", (), "number", lambda env: env.get(name), name)


def _fields(rulebook: Rulebook, node: Node) -> frozenset[str]:
    return frozenset().union(*(_behind(rulebook, name) for name in node.names())) if node.names() else frozenset()


def _behind(rulebook: Rulebook, name: str) -> frozenset[str]:
    fact = rulebook.fact_by_name.get(name)
    return fact.reads if fact is not None else frozenset({name})
