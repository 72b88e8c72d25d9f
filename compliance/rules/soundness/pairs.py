"""Which two clauses can meet at all: plain disjointness of their conditions first, the solver for what is left."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from compliance.rules.rulebook import Clause, Limit, Matcher
from compliance.rules.soundness.world import World
from compliance.vocabulary import FIELDS, codes_of


class Pairs:
    """The pairs of clauses that limit one field and can apply together; each pair is asked about once."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._apart: dict[tuple[str, str], bool] = {}

    def of(self, name: str) -> Iterator[tuple[Clause, Limit, Clause, Limit]]:
        """Yield the pairs of limits on a field whose clauses may apply together, in the order of the file."""
        order = self.world.order
        clauses = sorted(self.world.rulebook.limiting.get(name, ()), key=lambda clause: order[clause.id])
        for first, second in combinations(clauses, 2):
            if not self.apart(first, second):
                yield first, limit_on(first, name), second, limit_on(second, name)

    def apart(self, first: Clause, second: Clause) -> bool:
        """Return whether two clauses certainly never apply together."""
        key = (first.id, second.id)
        if key not in self._apart:
            self._apart[key] = _plainly_apart(self.world, first, second) or self._never_together(first, second)
        return self._apart[key]

    def _never_together(self, first: Clause, second: Clause) -> bool:
        world = self.world
        return world.ask([world.applies(first).yes, world.applies(second).yes], world.reads(first) | world.reads(second)).found == "no"


def limit_on(clause: Clause, name: str) -> Limit:
    """Return a clause's limit on a field."""
    return next(limit for limit in clause.limits if limit.field == name)


def _plainly_apart(world: World, first: Clause, second: Clause) -> bool:
    asked = {condition.key: condition.matcher for condition in first.conditions if condition.matcher is not None}
    for condition in second.conditions:
        other = asked.get(condition.key)
        if other is not None and condition.matcher is not None and not _meet(world, condition.key, other, condition.matcher):
            return True
    return False


def _meet(world: World, key: str, first: Matcher, second: Matcher) -> bool:
    if first.is_interval:
        return _below(first, second) and _below(second, first)
    if first.one_of is not None and second.one_of is not None:
        return not first.one_of.isdisjoint(second.one_of)
    if key not in FIELDS or FIELDS[key].kind != "code":
        return True
    codes = {code for city in world.rulebook.cities for code in codes_of(key, city)} if key != "city" else set(world.rulebook.cities)
    return any(first(code) and second(code) for code in codes)


def _below(first: Matcher, second: Matcher) -> bool:
    """Return whether the lower end of one interval lies below the upper end of another."""
    low = first.minimum if first.minimum is not None else first.above
    high = second.maximum if second.maximum is not None else second.below
    if low is None or high is None or low < high:
        return True
    return low == high and first.above is None and second.below is None
