"""Every proposal that a rulebook can meet, as the solver sees it: fields within their sane ranges, facts as their formulas, days.

A field inside a `first_known` may be absent; every other is known, and so are the fields without which nothing is judged and those
that the rulebook assumes. `required(...)` and `allowed(...)` are what the other clauses give; what is counted over the dwellings is any
number from 0 up.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from compliance.rules.formulas import Node
from compliance.rules.rulebook import Clause, Limit, Rulebook
from compliance.rules.soundness.solver import Answer, Formula, Quantity, ask, both, choose, either, no, z3
from compliance.rules.soundness.translating import Flag, Number, Term, Translator, Word
from compliance.rules.soundness.wording import write_node
from compliance.specs import Spec
from compliance.vocabulary import BLOCKING, BUILDING_TYPES, CITIES, FIELDS, SIDES, codes_of

End = Literal["minimum", "maximum"]
ENDS: tuple[End, End] = ("minimum", "maximum")

UNDATED = datetime.date(2020, 1, 1)
"""The day on which a rulebook is judged that does not say from when it holds."""
_LEAST = 1e-6
"""The least positive number that a proposal can have."""
_MOST = 1e12
"""More than any limit."""


class World:
    """The proposals that a rulebook can meet, and its clauses over them."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self.context = z3().Context()
        self.codes = {code: number for number, code in enumerate(sorted(_all_codes(rulebook)))}
        self.order = _as_written(rulebook)
        self.maybe_absent = _maybe_absent(rulebook)
        self.days = _days(rulebook)
        self._day = z3().Int("day", self.context)
        self._fields: dict[str, Term] = {}
        self._domains: dict[str, Formula] = {}
        self._facts: dict[str, Term] = {}
        self._free: dict[str, Quantity] = {}
        self._bindings: dict[str, Number] = {}
        self._reads: dict[str, frozenset[str]] = {}
        self._owners = {id(node): clause for clause in rulebook.clauses for node in nodes_of(clause) if node.op in ("required", "allowed")}
        self._applies: dict[str, Flag] = {}
        self.translator = Translator(self.context, self.codes, self.read, self.free)

    # Fields and facts

    def read(self, name: str) -> Term:
        """Return the term of a field or fact."""
        if name in self.rulebook.fact_by_name:
            if name not in self._facts:
                self._facts[name] = self.translator.term(self.rulebook.fact_by_name[name].node)
            return self._facts[name]
        if name not in self._fields:
            self._fields[name], self._domains[name] = self._field(name)
        return self._fields[name]

    def _field(self, name: str) -> tuple[Term, Formula]:
        field = FIELDS[name]
        known: Formula = z3().Bool(f"known {name}", self.context) if name in self.maybe_absent else True
        if field.kind == "flag":
            value = z3().Bool(name, self.context)
            return Flag(both(known, value), both(known, no(value))), True
        if field.kind == "code":
            word = z3().Int(name, self.context)
            return Word(word, known), self._codes_of(name, word)
        number = z3().Int(name, self.context) if field.kind == "count" else z3().Real(name, self.context)
        least = max(field.low, 1 if field.kind == "count" else _LEAST) if field.positive else field.low
        real = z3().ToReal(number) if field.kind == "count" else number
        return Number(real, known), both(real >= self.translator.real(least), real <= self.translator.real(field.high))

    def _codes_of(self, name: str, word: Quantity) -> Formula:
        def one_of(value: Quantity, codes: Iterable[str]) -> Formula:
            return either(*(value == self.codes[code] for code in codes))

        cities = self.rulebook.cities
        if name == "city":
            return one_of(word, cities)
        if name == "land_use_zone":
            city = self._value("city")
            return either(*(both(city == self.codes[known], one_of(word, codes_of(name, known))) for known in cities))
        if name == "building_type":
            use = self._value("building_use")
            fitting = (both(word == self.codes[code], use == self.codes[str(kind.use)]) for code, kind in BUILDING_TYPES.items())
            return either(both(one_of(word, BUILDING_TYPES), use == self.codes["mixed"]), *fitting)
        return one_of(word, codes_of(name, None))

    def _value(self, name: str) -> Quantity:
        term = self.read(name)
        assert not isinstance(term, Flag)  # noqa: S101 - only fields that are codes are asked for
        return term.value

    def free(self, node: Node) -> Number:
        """Return what a tree asks of other clauses, or a number that nothing is known of: the same one for the same formula."""
        if node.op in ("required", "allowed"):
            return self._binding(node.value, "minimum" if node.op == "required" else "maximum", self._owners[id(node)])
        return Number(self._unknown(write_node(node)))

    def _unknown(self, name: str) -> Quantity:
        return self._free.setdefault(name, z3().Real(name, self.context))

    def _binding(self, name: str, end: End, asking: Clause) -> Number:
        """Return the binding limit that other clauses give for a field.

        Where it is not known whether one of them applies, or all say `none`, it may be known or not and any number from 0 up: the engine has the last word.
        """
        involved = self.rulebook.involved.get(name, frozenset())
        key = f"{end} {name}" + (f" for {asking.id}" if asking.id in involved else "")
        if key not in self._bindings:
            others = [clause for clause in self.rulebook.limiting.get(name, ()) if clause.id != asking.id]
            ends = [(clause, found) for clause in others for limit in clause.limits if limit.field == name and (found := self.end(limit, end)) is not None]
            certain = both(*(self.applies(self.rulebook.by_id[other]).known for other in sorted(involved - {asking.id})))
            standing = [(self.stands(clause, name, asking), found) for clause, found in ends]
            settled = both(certain, either(*(both(stands, no(found.unlimited)) for stands, found in standing)))
            known = both(either(*(stands for stands, _ in standing)), *(either(no(stands), found.known) for stands, found in standing))
            anything, value = self._unknown(key), self.translator.real(0 if end == "minimum" else _MOST)
            for stands, found in standing:
                tighter = both(stands, no(found.unlimited), found.value > value if end == "minimum" else found.value < value)
                value = choose(tighter, found.value, value)
            maybe = z3().Bool(f"known {key}", self.context)
            self._bindings[key] = Number(choose(settled, value, anything), either(both(settled, known), both(no(settled), maybe)))
        return self._bindings[key]

    def reads(self, clause: Clause) -> frozenset[str]:
        """Return the fields that a clause's outcome depends on, those behind the limits that it asks other clauses for included."""
        if clause.id not in self._reads:
            self._reads[clause.id] = self._read_by(clause, frozenset())
        return self._reads[clause.id]

    def _read_by(self, clause: Clause, seen: frozenset[str]) -> frozenset[str]:
        involved = frozenset().union(*(self.rulebook.involved.get(name, frozenset()) for name in clause.required | clause.allowed))
        behind = seen | {clause.id}
        return clause.reads.union(*(self._read_by(self.rulebook.by_id[name], behind) for name in sorted(involved - behind)))

    # Clauses

    def applies(self, clause: Clause) -> Flag:
        """Return when a clause is in force and applies, and when it does not."""
        found = self._applies.get(clause.id)
        if found is None:
            flag, days = self.translator.flag(clause.applies), self.in_force(clause)
            found = self._applies[clause.id] = Flag(both(days, flag.yes), either(no(days), flag.no))
        return found

    def in_force(self, clause: Clause) -> Formula:
        """Return on which of the days a clause is in force."""
        places = [place for place, day in enumerate(self.days) if clause.in_force(day)]
        if len(places) == len(self.days):
            return True
        return either(*(self._day == place for place in places))

    def stands(self, clause: Clause, field: str, asking: Clause | None = None) -> Formula:
        """Return when a clause applies and nothing displaces its limits on a field; a clause that asks for them does not count as displacing."""
        displacing = [other for other in self.rulebook.replacing.get(field, ()) if clause.id in other.replaces and other is not asking]
        return both(self.applies(clause).yes, *(no(self.applies(other).yes) for other in displacing))

    def end(self, limit: Limit, end: End) -> Number | None:
        """Return one end of a limit, or None where it sets none."""
        if end == "minimum":
            return None if limit.minimum is None else self.translator.number(limit.minimum)
        if limit.maximum is not None:
            return self.translator.number(limit.maximum)
        if not limit.tiers:
            return None
        parts = [self.translator.number(node) for _, node in limit.tiers]
        value = parts[0].value
        for part in parts[1:]:
            value = value + part.value
        return Number(value, both(*(part.known for part in parts)), either(*(part.unlimited for part in parts)))

    # Questions

    def ask(self, parts: Iterable[Formula], names: Iterable[str]) -> Answer:
        """Return whether some proposal makes all formulas true; `names` are the fields behind them."""
        constraints = [self._domains[name] for name in self.closure(names) if name in self._domains]
        days = True if len(self.days) == 1 else both(self._day >= 0, self._day < len(self.days))
        return ask(self.context, (*parts, *constraints, days, *(value >= 0 for value in self._free.values())))

    def closure(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return fields with those that limit their codes, in the vocabulary's order."""
        wanted = set(names) | {"city"}
        if "building_type" in wanted:
            wanted.add("building_use")
        names = tuple(name for name in FIELDS if name in wanted)
        for name in names:
            if FIELDS[name].kind != "items":
                self.read(name)
        return names

    def spec(self, answer: Answer, names: Iterable[str]) -> Spec:
        """Return the case found as a proposal."""
        words = {number: code for code, number in self.codes.items()}
        spec: Spec = {}
        for name in self.closure(names):
            if FIELDS[name].kind == "items":
                continue
            term = self.read(name)
            if not answer.holds(term.known):
                continue
            if isinstance(term, Flag):
                spec[name] = answer.holds(term.yes)
            elif isinstance(term, Word):
                spec[name] = words[int(answer.number(term.value))]
            else:
                number = answer.number(term.value)
                spec[name] = int(number) if FIELDS[name].kind == "count" else number
        return spec

    def day(self, answer: Answer) -> datetime.date:
        """Return the day of the case found."""
        return self.days[0] if len(self.days) == 1 else self.days[int(answer.number(self._day))]

    def on(self, day: datetime.date) -> str:
        """Return a day in words, nothing where it is in the time that lasts until now."""
        return "" if day == self.days[-1] else f", on {day.isoformat()}"


def nodes_of(clause: Clause) -> Iterator[Node]:
    """Yield every node of a clause, facts left as names."""
    for root in (clause.applies, *(node for limit in clause.limits for node in limit.nodes()), *(each.test for each in clause.requirements)):
        yield from root.walk()


def _trees(rulebook: Rulebook) -> Iterator[Node]:
    for clause in rulebook.clauses:
        yield from nodes_of(clause)
    for node in (*(fact.node for fact in rulebook.facts), *(entry.where for entry in rulebook.intended)):
        yield from node.walk()


def _all_codes(rulebook: Rulebook) -> Iterator[str]:
    for field in FIELDS.values():
        if field.kind == "code":
            yield from {code for city in (None, *CITIES) for code in codes_of(field.name, city)}
    for node in _trees(rulebook):
        if node.op == "constant" and node.type == "code":
            yield node.value
        for match in [node.value] if node.op == "match" else node.value if node.op == "by" else ():
            yield from (code for code in (*(match.one_of or ()), *(match.none_of or ())) if isinstance(code, str))
        if node.op == "in":
            yield from node.value


def _as_written(rulebook: Rulebook) -> Mapping[str, int]:
    """Return the place of each clause in the file; the rulebook itself holds them in evaluation order."""
    return {str(raw["id"]): place for place, raw in enumerate(rulebook.content["clauses"])}


def _maybe_absent(rulebook: Rulebook) -> frozenset[str]:
    found: set[str] = set()
    waiting = [name for node in _trees(rulebook) if node.op == "first_known" for name in node.names()]
    while waiting:
        name = waiting.pop()
        fact = rulebook.fact_by_name.get(name)
        if fact is not None:
            waiting += fact.node.names()
        else:
            found.add(name)
    assumed = {default.field for default in rulebook.defaults}
    return frozenset(found - assumed - {*BLOCKING, *SIDES, "net_plot_area_sq_m"})


def _days(rulebook: Rulebook) -> tuple[datetime.date, ...]:
    """Return one day of each time in which the same clauses are in force."""
    first = rulebook.effective_from or min((clause.effective_from for clause in rulebook.clauses if clause.effective_from), default=UNDATED)
    starts = {first}
    for clause in rulebook.clauses:
        if clause.effective_from:
            starts.add(clause.effective_from)
        if clause.effective_to:
            starts.add(clause.effective_to + datetime.timedelta(days=1))
    last = rulebook.effective_to
    return tuple(sorted(day for day in starts if first <= day and (last is None or day <= last))) or (first,)


__all__ = ["ENDS", "End", "World", "nodes_of"]
