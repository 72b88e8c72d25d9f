"""A rulebook as loaded: clauses with checked conditions and limits, ready to be evaluated."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from compliance.canonical import canonical
from compliance.rules.formulas import Environment, Node
from compliance.rules.register import TableRows
from compliance.rules.values import at_least, more_than

LANGUAGE_VERSION = 1

Categories = ("use", "access", "fsi", "height", "setback", "coverage", "open_space", "parking")


@dataclass(frozen=True, slots=True)
class Matcher:
    """What a condition or a row asks of its key: one of codes, none of codes, or an interval of numbers."""

    one_of: frozenset[str | bool] | None = None
    none_of: frozenset[str | bool] | None = None
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    below: float | None = None

    def __call__(self, value: Any) -> bool:
        """Return whether a known value matches; `min`/`max` include their end, `above`/`below` do not."""
        if self.one_of is not None:
            return value in self.one_of
        if self.none_of is not None:
            return value not in self.none_of
        return (
            (self.minimum is None or at_least(value, self.minimum))
            and (self.maximum is None or at_least(self.maximum, value))
            and (self.above is None or more_than(value, self.above))
            and (self.below is None or more_than(self.below, value))
        )

    @property
    def is_interval(self) -> bool:
        """Whether it asks for a range of numbers."""
        return self.one_of is None and self.none_of is None


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a clause; `key` is the field or fact it reads, empty for `test` and `any`."""

    key: str
    node: Node
    matcher: Matcher | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """What a clause allows for one field.

    Attributes:
        field: the planning field that is limited.
        minimum: node of the least allowed value, or None where the clause sets none.
        maximum: node of the greatest allowed value (without tiers), or None.
        tiers: (name, node of the increment), in order; the last sum is the greatest allowed value.
        one_of: the allowed codes of a code field.
        none_of: its forbidden codes.
    """

    field: str
    minimum: Node | None = None
    maximum: Node | None = None
    tiers: tuple[tuple[str, Node], ...] = ()
    one_of: frozenset[str] | None = None
    none_of: frozenset[str] | None = None

    def nodes(self) -> tuple[Node, ...]:
        """Return every node that the limit evaluates."""
        ends = tuple(node for node in (self.minimum, self.maximum) if node is not None)
        return ends + tuple(node for _, node in self.tiers)


@dataclass(frozen=True, slots=True)
class Requirement:
    """A test over several fields; it counts as a limit on each of them."""

    test: Node
    fields: tuple[str, ...]
    says: str


FallBack = tuple[tuple[Node, frozenset[str]], ...]
"""The arguments of one `first_known`, each with the names that it reads."""


@dataclass(frozen=True)
class Clause:
    """One row of the law.

    Attributes:
        id: unique in the rulebook.
        clause_no: the authority's own number.
        version: SHA-256 of the clause's canonical content.
        position: its place in evaluation order (clauses whose limits others ask for come first).
        reads: every field and fact that its outcome can depend on, facts resolved to the fields behind them.
        limited_fields: the fields that its limits and requirements limit.
        mentions: every field and fact that it names itself.
        replaces: ids of the clauses whose limits it displaces on the fields that it limits too.
        falls_back: the `first_known`s behind its outcome.
        source: document, edition, clause, table, page (where known).
    """

    id: str
    clause_no: str
    title: str
    category: str
    table: str
    version: str
    applies: Node
    conditions: tuple[Condition, ...]
    limits: tuple[Limit, ...]
    requirements: tuple[Requirement, ...]
    limited_fields: tuple[str, ...]
    replaces: frozenset[str]
    reads: frozenset[str]
    mentions: frozenset[str]
    required: frozenset[str]
    allowed: frozenset[str]
    falls_back: tuple[FallBack, ...]
    source: Mapping[str, Any]
    verification: str
    interpretation: str
    effective_from: datetime.date | None
    effective_to: datetime.date | None
    examples: tuple[Mapping[str, Any], ...]

    @cached_property
    def on_kinds(self) -> tuple[Node, ...]:
        """The conditions on codes and flags."""
        return tuple(condition.node for condition in self.conditions if condition.matcher is not None and not condition.matcher.is_interval)

    def in_force(self, day: datetime.date) -> bool:
        """Return whether the clause is in force on a day; both ends of `effective` are included."""
        return (self.effective_from is None or self.effective_from <= day) and (self.effective_to is None or day <= self.effective_to)


@dataclass(frozen=True, slots=True)
class Default:
    """What the rulebook assumes where a proposal is silent, with the documented range of the assumption where it has one."""

    field: str
    node: Node
    reads: frozenset[str]
    says: str
    range: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """A named formula with its source, computed once, before the clauses."""

    name: str
    node: Node
    reads: frozenset[str]
    label: str
    phrase: str
    source: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Intended:
    """A gap or an overlap that the law itself has: declared with its reason, so that checking the rulebook does not report it.

    Attributes:
        kind: "gap" or "overlap".
        fields: the planning fields that it is about.
        table: the table that has it; empty for any table and for the rulebook as a whole.
        where: the conditions under which it is meant; true where none are written.
        reads: the planning fields behind these conditions, facts resolved.
        because: the reason.
    """

    kind: Literal["gap", "overlap"]
    fields: tuple[str, ...]
    table: str
    where: Node
    reads: frozenset[str]
    because: str


@dataclass(frozen=True)
class Day:
    """What of a rulebook is in force on one day.

    Attributes:
        clauses: in evaluation order.
        versions: the canonical JSON of their versions by id.
    """

    clauses: tuple[Clause, ...]
    versions: bytes

    @cached_property
    def _kinds(self) -> tuple[tuple[str, ...], dict[tuple[Any, ...], tuple[Clause, ...]]]:
        """The names that conditions on codes and flags read, and the candidates for the values seen so far."""
        names = {name for clause in self.clauses for node in clause.on_kinds for name in node.names()}
        return tuple(sorted({"building_use", *names})), {}  # a condition on types is false for another use

    def candidates(self, env: Environment) -> tuple[Clause, ...]:
        """Return the clauses, in evaluation order, that no condition on a code or a flag rules out: most are meant for other kinds of buildings.

        Proposals of one kind have the same candidates, so they are kept by the values of those codes and flags.
        """
        names, known = self._kinds
        kind = tuple(map(env.get, names))
        found = known.get(kind)
        if found is None:
            found = tuple(clause for clause in self.clauses if all(node.run(env) is not False for node in clause.on_kinds))
            if len(known) >= KINDS_KEPT:
                known.clear()
            known[kind] = found
        return found


KINDS_KEPT = 4096
DAYS_KEPT = 64


@dataclass(frozen=True)
class Rulebook:
    """A loaded rulebook.

    Attributes:
        content: the rulebook as written, in plain JSON types; `sha256` is over its canonical form.
        deciding: the fields that must be checked for a proposal to comply, or "limited": those that an applicable clause limits.
        defaults, facts: in the order in which they are computed.
        clauses: in evaluation order.
        register: the rows of the regulation's tables that were read, with the clauses that hold them.
        intended: the gaps and overlaps that the law itself has.
    """

    name: str
    title: str
    edition: str
    cities: tuple[str, ...]
    deciding: tuple[str, ...] | Literal["limited"]
    effective_from: datetime.date | None
    effective_to: datetime.date | None
    not_included: tuple[str, ...]
    not_checkable: tuple[Mapping[str, Any], ...]
    defaults: tuple[Default, ...]
    facts: tuple[Fact, ...]
    clauses: tuple[Clause, ...]
    register: tuple[TableRows, ...]
    content: Mapping[str, Any]
    sha256: str
    intended: tuple[Intended, ...] = ()

    @cached_property
    def by_id(self) -> Mapping[str, Clause]:
        """The clauses by id."""
        return {clause.id: clause for clause in self.clauses}

    @cached_property
    def fact_by_name(self) -> Mapping[str, Fact]:
        """The facts by name."""
        return {fact.name: fact for fact in self.facts}

    @cached_property
    def _days(self) -> dict[datetime.date, Day]:
        return {}

    def on(self, day: datetime.date) -> Day:
        """Return the clauses in force on a day, in evaluation order, and their versions; a few days are kept, since most ask for today."""
        found = self._days.get(day)
        if found is None:
            clauses = tuple(clause for clause in self.clauses if clause.in_force(day))
            found = Day(clauses, canonical({clause.id: clause.version for clause in clauses}))
            if len(self._days) >= DAYS_KEPT:
                self._days.clear()
            self._days[day] = found
        return found

    @cached_property
    def read_by_clauses(self) -> frozenset[str]:
        """Every field and fact that some clause names."""
        return frozenset().union(*(clause.mentions for clause in self.clauses))

    @cached_property
    def limiting(self) -> Mapping[str, tuple[Clause, ...]]:
        """The clauses that limit each field by a limit of its own (requirements left out)."""
        found: dict[str, list[Clause]] = {}
        for clause in self.clauses:
            for limit in clause.limits:
                found.setdefault(limit.field, []).append(clause)
        return {field: tuple(clauses) for field, clauses in found.items()}

    @cached_property
    def replacing(self) -> Mapping[str, tuple[Clause, ...]]:
        """The clauses that can displace limits on each field."""
        found: dict[str, list[Clause]] = {}
        for clause in self.clauses:
            for name in clause.limited_fields if clause.replaces else ():
                found.setdefault(name, []).append(clause)
        return {name: tuple(clauses) for name, clauses in found.items()}

    @cached_property
    def involved(self) -> Mapping[str, frozenset[str]]:
        """The ids of the clauses that limit each field or can displace its limits."""
        return {name: frozenset(clause.id for clause in (*clauses, *self.replacing.get(name, ()))) for name, clauses in self.limiting.items()}

    def in_force(self, day: datetime.date) -> bool:
        """Return whether the rulebook is in force on a day; one without an effective date never is by itself, only by name."""
        return self.effective_from is not None and self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)

    def environment(self, spec: Environment) -> dict[str, Any]:
        """Return a completed spec with the facts computed."""
        env = dict(spec)
        for fact in self.facts:
            env[fact.name] = fact.node.run(env)
        return env

    def environment_with(self, facts: Environment, values: Mapping[str, Any]) -> tuple[dict[str, Any], frozenset[str]]:
        """Return an environment with other values for some fields (None: missing), and every name that differs by them, facts included."""
        env = dict(facts)
        changed = {name for name, value in values.items() if env.get(name) != value}
        env.update(values)
        for fact in self.facts:
            if not changed.isdisjoint(fact.reads):
                value = fact.node.run(env)
                if value != env[fact.name]:
                    env[fact.name] = value
                    changed.add(fact.name)
        return env, frozenset(changed)
