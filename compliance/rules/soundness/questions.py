"""The ways in which two limits on one field can disagree: as formulas of the solver, and as they are seen in two judged checks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from compliance.rules.expressions import is_number
from compliance.rules.judging import Check
from compliance.rules.rulebook import Clause, Limit
from compliance.rules.soundness.faults import Kind
from compliance.rules.soundness.solver import Formula, both, either, no
from compliance.rules.soundness.translating import Number
from compliance.rules.soundness.wording import write_node
from compliance.rules.soundness.world import ENDS, End, World
from compliance.rules.values import TOLERANCE, UNLIMITED
from compliance.vocabulary import codes_of

Seen = Callable[[Check, Check], bool]


@dataclass(frozen=True, slots=True)
class Question:
    """One way to disagree.

    Attributes:
        kind: what it is a fault of.
        says: what the two do, in words that the field follows.
        formula: when they do it, for two clauses that apply and are not displaced.
        seen: whether two judged checks do it.
        displaced: ids of the clauses of which one must apply too, where both displace it.
        unlimited: the id of the clause that says `none`, where that is the question: it is told once for all that limit the field.
    """

    kind: Kind
    says: str
    formula: Formula
    seen: Seen
    displaced: tuple[str, ...] = ()
    unlimited: str = ""


def questions(world: World, first: Clause, one: Limit, second: Clause, two: Limit) -> Iterator[Question]:
    """Yield what can be wrong between the limits of two clauses on one field, of which neither replaces the other."""
    if first.id in second.replaces or second.id in first.replaces:
        return
    if one.one_of is not None or one.none_of is not None:
        yield from _on_codes(world, first, one, second, two)
        return
    for end in ENDS:
        yield from _on_end(world, end, first, one, second, two)
    yield from crossing(world, one, two)


def _on_end(world: World, end: End, first: Clause, one: Limit, second: Clause, two: Limit) -> Iterator[Question]:
    a, b = world.end(one, end), world.end(two, end)
    if a is None or b is None or _written(one, end) == _written(two, end):
        return
    word = "least" if end == "minimum" else "greatest"
    known, numbers = both(a.known, b.known), both(no(a.unlimited), no(b.unlimited))
    differ = both(known, either(_lone(a, b), _lone(b, a), both(numbers, a.value != b.value)))
    if first.table and first.table == second.table:
        if _blank(one, end) or _blank(two, end):
            yield Question("overlap", f"of {first.table} apply together, and one leaves open the {word}", True, lambda x, y: True)
        else:
            yield Question("overlap", f"of {first.table} apply together and give another {word}", differ, _differing(end))
        return
    for clause, none, limited, turned in ((first, a, b, False), (second, b, a, True)):
        lone = both(known, _lone(none, limited), end == "maximum" or limited.value > 0)
        yield Question("conflict", f"says that there is no {word}", lone, _only_none(end, turned), unlimited=clause.id)
    targets = [world.rulebook.by_id[name] for name in sorted(first.replaces & second.replaces)]
    targets = [target for target in targets if one.field in target.limited_fields]
    if targets:
        displacing = both(differ, either(*(world.applies(target).yes for target in targets)))
        ids = tuple(target.id for target in targets)
        yield Question("conflict", f"displace the same limit and give another {word}", displacing, _differing(end), ids)


def _on_codes(world: World, first: Clause, one: Limit, second: Clause, two: Limit) -> Iterator[Question]:
    known = set(world.rulebook.cities) if one.field == "city" else {code for city in world.rulebook.cities for code in codes_of(one.field, city)}
    sets = [limit.one_of if limit.one_of is not None else known - (limit.none_of or frozenset()) for limit in (one, two)]
    if not sets[0] & sets[1]:
        yield Question("contradiction", "apply together, and no value satisfies both on", True, lambda x, y: True)
    elif sets[0] != sets[1] and first.table and first.table == second.table:
        yield Question("overlap", f"of {first.table} apply together and allow other values of", True, lambda x, y: True)


def crossing(world: World, one: Limit, two: Limit) -> Iterator[Question]:
    """Yield whether the least value of one limit lies above the greatest of the other."""
    for low, high, turned in ((one, two, False), (two, one, True)):
        a, b = world.end(low, "minimum"), world.end(high, "maximum")
        if a is not None and b is not None:
            above = both(a.known, b.known, no(a.unlimited), no(b.unlimited), a.value > b.value)
            yield Question("contradiction", "apply together, and no value satisfies both on", above, _min_above_max(turned))


def _lone(none: Number, limited: Number) -> Formula:
    return both(none.unlimited, no(limited.unlimited))


def _written(limit: Limit, end: End) -> Any:
    """Return how an end is written: two that are written alike cannot differ, unless they ask for what other clauses give."""
    nodes = [limit.minimum] if end == "minimum" else [limit.maximum, *(node for _, node in limit.tiers)]
    trees = [node for node in nodes if node is not None]
    return limit if any(node.fields_of("required") or node.fields_of("allowed") for node in trees) else tuple(map(write_node, trees))


def _blank(limit: Limit, end: End) -> bool:
    node = limit.minimum if end == "minimum" else limit.maximum
    return node is not None and node.op == "undecided"


def _at(check: Check, end: End) -> Any:
    return check.minimum if end == "minimum" else check.maximum


def _differing(end: End) -> Seen:
    def seen(first: Check, second: Check) -> bool:
        x, y = _at(first, end), _at(second, end)
        if x is None or y is None:
            return False
        return abs(x - y) >= TOLERANCE if is_number(x) and is_number(y) else x is not y

    return seen


def _only_none(end: End, turned: bool) -> Seen:
    def seen(first: Check, second: Check) -> bool:
        none, limited = (_at(second, end), _at(first, end)) if turned else (_at(first, end), _at(second, end))
        return none is UNLIMITED and is_number(limited) and (end == "maximum" or limited > 0)

    return seen


def _min_above_max(turned: bool) -> Seen:
    def seen(first: Check, second: Check) -> bool:
        low, high = (second.minimum, first.maximum) if turned else (first.minimum, second.maximum)
        return is_number(low) and is_number(high) and low - high >= TOLERANCE

    return seen
