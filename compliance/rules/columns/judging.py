"""Every clause in force over columns, as `rules.judging`: which apply, which limits they give, what their checks come to.

An outcome is a whole number, the worse the greater, so that the worst of several is the greatest. Columns of a clause and of its checks
end with a number: the clause's place in evaluation order, and the check's place among all checks.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from compliance.rules.columns.folding import FALSE, Value, all_of, any_of, cases, coalesce, constant, greatest, ifelse, least
from compliance.rules.columns.steps import Steps, View
from compliance.rules.columns.translating import DTYPES, UNKNOWN, Translator, highest_met, lowest_met, number
from compliance.rules.formulas import Node, field_type
from compliance.rules.judging import STAND_INS, Outcome
from compliance.rules.rulebook import Clause, Limit, Requirement, Rulebook
from compliance.rules.values import TOLERANCE
from compliance.vocabulary import SIDES

OUTCOMES: tuple[Outcome, ...] = ("NOT_APPLICABLE", "SATISFIED", "REQUIRED", "UNDETERMINED", "VIOLATED")
"""The outcomes by their number."""
NONE, SATISFIED, REQUIRED, UNDETERMINED, VIOLATED = range(5)

End = Literal["least", "most"]
ENDS: tuple[End, ...] = ("least", "most")


@dataclass(frozen=True, slots=True)
class CheckPlace:
    """One limit of one clause on one field, and its place among all checks."""

    number: int
    clause: Clause
    clause_number: int
    field: str
    limit: Limit | Requirement

    @property
    def numeric(self) -> bool:
        """Whether it limits a number."""
        return isinstance(self.limit, Limit) and self.limit.one_of is None and self.limit.none_of is None

    @property
    def has_maximum(self) -> bool:
        """Whether it sets a greatest value, by itself or by tiers."""
        return isinstance(self.limit, Limit) and (self.limit.maximum is not None or bool(self.limit.tiers))

    @property
    def has_minimum(self) -> bool:
        """Whether it sets a least value."""
        return isinstance(self.limit, Limit) and self.limit.minimum is not None


@dataclass(frozen=True)
class Layout:
    """The clauses of a rulebook in force on a day, with the places of their checks."""

    rulebook: Rulebook
    day: datetime.date

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """The clauses in force, in evaluation order."""
        return self.rulebook.on(self.day).clauses

    @cached_property
    def places(self) -> Mapping[str, int]:
        """The place of each clause by its id."""
        return {clause.id: place for place, clause in enumerate(self.clauses)}

    @cached_property
    def checks(self) -> tuple[CheckPlace, ...]:
        """Every check: of each clause its limits, then its requirements."""
        found: list[CheckPlace] = []
        for place, clause in enumerate(self.clauses):
            pairs: list[tuple[str, Limit | Requirement]] = [(limit.field, limit) for limit in clause.limits]
            pairs += [(name, requirement) for requirement in clause.requirements for name in requirement.fields]
            for name, limit in pairs:
                found.append(CheckPlace(len(found), clause, place, name, limit))
        return tuple(found)

    @cached_property
    def checks_of(self) -> Mapping[str, tuple[CheckPlace, ...]]:
        """The checks by clause id."""
        found: dict[str, list[CheckPlace]] = {clause.id: [] for clause in self.clauses}
        for check in self.checks:
            found[check.clause.id].append(check)
        return {name: tuple(checks) for name, checks in found.items()}

    @cached_property
    def checks_on(self) -> Mapping[str, tuple[CheckPlace, ...]]:
        """The checks by the field that they limit."""
        found: dict[str, list[CheckPlace]] = {}
        for check in self.checks:
            found.setdefault(check.field, []).append(check)
        return {name: tuple(checks) for name, checks in found.items()}

    @cached_property
    def displacers(self) -> Mapping[int, tuple[Clause, ...]]:
        """The clauses that can displace each check, in evaluation order."""
        found: dict[int, list[Clause]] = {}
        for clause in self.clauses:
            for target in clause.replaces:
                for check in self.checks_of.get(target, ()):
                    if check.field in clause.limited_fields:
                        found.setdefault(check.number, []).append(clause)
        return {place: tuple(sorted(clauses, key=lambda clause: self.places[clause.id])) for place, clauses in found.items()}

    @cached_property
    def rivals(self) -> Mapping[int, tuple[CheckPlace, ...]]:
        """For each check of a replacing clause, the checks that it would displace."""
        return {
            check.number: tuple(rival for target in sorted(check.clause.replaces) for rival in self.checks_of.get(target, ()) if rival.field == check.field)
            for check in self.checks
            if check.clause.replaces
        }

    @cached_property
    def contesting(self) -> Mapping[int, tuple[CheckPlace, ...]]:
        """For each check, those of clauses that would displace it."""
        found: dict[int, list[CheckPlace]] = {}
        for place, rivals in self.rivals.items():
            for rival in rivals:
                found.setdefault(rival.number, []).append(self.checks[place])
        return {place: tuple(checks) for place, checks in found.items()}

    def applies(self, clause: Clause) -> str:
        """Return the name of the column that says whether a clause applies."""
        return f"applies{self.places[clause.id]}"

    def decides(self, name: str) -> bool:
        """Return whether a field that an applicable clause limits decides."""
        return self.rulebook.deciding == "limited" or name in self.rulebook.deciding

    def asked_by(self, clause: Clause) -> frozenset[str]:
        """Return the ids of the clauses whose limits a clause asks for."""
        return frozenset(other for name in clause.required | clause.allowed for other in self.rulebook.involved.get(name, ())) - {clause.id}

    def binding_names(self, clause: Clause) -> dict[tuple[str, str], str]:
        """Return the columns of the limits that a clause asks for, by field and word; a clause that gives such a limit itself has a column of its own."""
        found = {}
        for word, names in (("required", clause.required), ("allowed", clause.allowed)):
            for name in sorted(names):
                own = f" for {self.places[clause.id]}" if clause.id in self.rulebook.involved.get(name, ()) else ""
                found[name, word] = f"{word} {name}{own}"
        return found

    @cached_property
    def levels(self) -> tuple[list[Clause], ...]:
        """The clauses in levels, each of which asks only for limits of the levels before."""
        depths: dict[str, int] = {}
        found: dict[int, list[Clause]] = {}
        for clause in self.clauses:
            depths[clause.id] = 1 + max((depths[other] for other in self.asked_by(clause) if other in depths), default=-1)
            found.setdefault(depths[clause.id], []).append(clause)
        return tuple(found[depth] for depth in sorted(found))

    def last_checks(self, checks: Iterable[CheckPlace]) -> list[CheckPlace]:
        """Return of checks on one field the last one of each clause: by it the clause's outcome on the field is known."""
        return list({check.clause.id: check for check in checks}.values())


class Judging:
    """The clauses judged in one view. Each method returns the columns of one step; `judge` takes all views through the steps together."""

    def __init__(self, steps: Steps, layout: Layout, view: View) -> None:
        self.steps = steps
        self.layout = layout
        self.view = view
        self._translator = Translator(view.read, self._binding)
        self._unguarded: dict[str, Value] = {}

    # Names of columns

    def get(self, name: str) -> Value:
        """Return a column as it is in this view."""
        return self.steps[self.view.name(name)]

    def differs(self, *names: str) -> bool:
        """Return whether what is computed from some columns has to be computed in this view."""
        return not self.view.suffix or not self.view.changed.isdisjoint(names)

    def _put(self, columns: dict[str, Value], name: str, value: Value) -> None:
        """Put a value among the columns of a step, unless it is the same as without this view's assumption."""
        if not self.view.suffix:
            columns[name] = value
        elif self.steps[name] is not value:
            self.view.changed.add(name)
            columns[name + self.view.suffix] = value

    @cached_property
    def again(self) -> frozenset[str]:
        """The ids of the clauses whose applying, limits or outcomes may differ in this view: all of them in the view as things are."""
        if not self.view.suffix:
            return frozenset(self.layout.places)
        found: set[str] = set()
        for clause in self.layout.clauses:
            if not self.view.changed.isdisjoint(clause.mentions) or not found.isdisjoint(self.layout.asked_by(clause)):
                found.add(clause.id)
        return frozenset(found)

    # Whether a clause applies, and its limits

    def _binding(self, word: str, name: str) -> Value:
        return self.get(self._asked[name, word])

    def applying(self, level: list[Clause]) -> dict[str, Value]:
        """Return whether each clause of a level applies, after the limits that it asks for."""
        columns: dict[str, Value] = {}
        for clause in level:
            if clause.id in self.again:
                self._asked = self.layout.binding_names(clause)
                self._put(columns, self.layout.applies(clause), self._translator.value(clause.applies))
        return columns

    def limits(self, level: list[Clause]) -> dict[str, Value]:
        """Return the limits of each clause of a level, unknown where it does not apply."""
        columns: dict[str, Value] = {}
        for clause in level:
            if clause.id not in self.again:
                continue
            self._asked = self.layout.binding_names(clause)
            unlimited = any_of([self.get(self._asked[name, "allowed"]) == number(math.inf) for name in sorted(clause.allowed)])
            rules_out = ~self.get(self.layout.applies(clause))
            for check in self.layout.checks_of[clause.id]:
                for end, node, none in self._ends(check):
                    value = self._translator.value(node, none)
                    if clause.allowed:
                        value = ifelse(unlimited & value.notnull(), number(none), value)
                    self._put(columns, f"{end}{check.number}", self._guarded(f"{end}{check.number}", rules_out, value))
                if isinstance(check.limit, Limit) and check.limit.tiers:
                    tiers = [self._translator.value(node) for _, node in check.limit.tiers]
                    for place, value in enumerate(tiers):
                        self._put(columns, f"tier{check.number}.{place}", ifelse(rules_out, UNKNOWN, value))
                    self._put(columns, f"most{check.number}", self._guarded(f"most{check.number}", rules_out, self._total(check, tiers)))
        return columns

    def _guarded(self, name: str, rules_out: Value, value: Value) -> Value:
        """Return a limit, unknown where its clause does not apply; where that is asked first, the limit itself is simpler."""
        self._unguarded[name] = value
        return ifelse(rules_out, UNKNOWN, value)

    def _ends(self, check: CheckPlace) -> Iterator[tuple[str, Node, float]]:
        """Yield the ends of a limit that have a column: (name, tree, what stands for `none`)."""
        limit = check.limit
        if isinstance(limit, Limit):
            if limit.minimum is not None and fixed(check, "least") is None:
                yield "least", limit.minimum, -math.inf
            if limit.maximum is not None and fixed(check, "most") is None:
                yield "most", limit.maximum, math.inf

    def _total(self, check: CheckPlace, tiers: list[Value]) -> Value:
        """Return the sum of the tiers; the first one that is unknown or `none` is what the sum is."""
        assert isinstance(check.limit, Limit)  # noqa: S101 - only limits have tiers
        total = tiers[0]
        for place, tier in enumerate(tiers[1:], 1):
            before = check.limit.tiers[:place]
            may_be_none = any(inner.op in ("none", "allowed") for _, node in before for inner in node.walk())
            total = ifelse(total == number(math.inf), total, total + tier) if may_be_none else total + tier
        return total

    # required() and allowed()

    def standing_limits(self, level: list[Clause]) -> dict[str, Value]:
        """Return which of the limits that the clauses of a level ask for certainly stand: their clause applies and none that applies displaces it."""
        columns: dict[str, Value] = {}
        for asking, name, _, column in self._asked_for(level):
            for check in self._asked_checks(asking, name, column):
                applies = self._applies(check.clause)
                self._put(columns, f"{column} stands{check.number}", _true(applies) & ~self._certainly_displaced(asking, name, check))
        return columns

    def first_answers(self, level: list[Clause]) -> dict[str, Value]:
        """Return the tightest of the limits that certainly stand; infinite where all are `none`, unknown where one is or there is none."""
        columns: dict[str, Value] = {}
        for asking, name, end, column in self._asked_for(level):
            checks = self._asked_checks(asking, name, column)
            stands = {check.number: self.get(f"{column} stands{check.number}") for check in checks}
            self._put(columns, f"{column} first", self._tightest(checks, stands, end))
        return columns

    def bindings(self, level: list[Clause]) -> dict[str, Value]:
        """Return the limits that the clauses of a level ask for: infinity where it is `none`, unknown where it is not settled.

        A clause of unknown applicability counts both ways: where the answer is the same it is the answer.
        """
        columns: dict[str, Value] = {}
        for asking, name, end, column in self._asked_for(level):
            checks = self._asked_checks(asking, name, column)
            answer = self.get(f"{column} first")
            settled = [
                self._applies(check.clause).notnull() | (self._with_present(asking, name, end, column, check) == _plain_bound(answer, end)) for check in checks
            ]
            same = coalesce(all_of(settled), FALSE)
            self._put(columns, column, ifelse(same, _plain_bound(answer, end), UNKNOWN))
        return columns

    def _with_present(self, asking: Clause, name: str, end: End, column: str, present: CheckPlace) -> Value:
        """Return the answer if a clause of unknown applicability applied."""
        checks = self._asked_checks(asking, name, column)
        outright = self._certainly_displaced(asking, name, present)
        bound = self.bound(present, end)
        if not present.clause.replaces:
            first = self.get(f"{column} first")
            both = greatest(first, bound) if end == "least" else least(first, bound)
            return _plain_bound(ifelse(outright, first, ifelse(first.isnull() | bound.isnull(), UNKNOWN, both)), end)
        stands = {
            check.number: ~outright
            if check.number == present.number
            else FALSE
            if check.clause.id in present.clause.replaces
            else self.get(f"{column} stands{check.number}")
            for check in checks
        }
        return _plain_bound(self._tightest(checks, stands, end), end)

    def _asked_for(self, level: list[Clause]) -> Iterator[tuple[Clause, str, End, str]]:
        """Yield what the clauses of a level ask for and may differ in this view: (a clause that asks, field, end, column), each column once."""
        seen = set()
        for clause in level:
            for (name, word), column in self.layout.binding_names(clause).items():
                involved = self.layout.rulebook.involved.get(name, frozenset())
                if column not in seen and (not self.view.suffix or not self.again.isdisjoint(involved)):
                    seen.add(column)
                    yield clause, name, "least" if word == "required" else "most", column

    def _asked_checks(self, asking: Clause, name: str, column: str) -> list[CheckPlace]:
        end = "least" if column.startswith("required") else "most"
        return [check for check in self.layout.checks_on.get(name, ()) if check.clause.id != asking.id and has_end(check, end)]

    def _certainly_displaced(self, asking: Clause, name: str, check: CheckPlace) -> Value:
        replacing = (clause for clause in self.layout.clauses if check.clause.id in clause.replaces and name in clause.limited_fields)
        return any_of([_true(self._applies(clause)) for clause in replacing if clause.id != asking.id])

    def _tightest(self, checks: list[CheckPlace], stands: Mapping[int, Value], end: End) -> Value:
        if not checks:
            return UNKNOWN
        bounds = {check.number: self.bound(check, end) for check in checks}
        present = [ifelse(stands[place], bound, UNKNOWN) for place, bound in bounds.items()]
        unknown = any_of([stands[place] & bound.isnull() for place, bound in bounds.items()])
        found = present[0] if len(present) == 1 else greatest(*present) if end == "least" else least(*present)
        return ifelse(unknown, UNKNOWN, found)

    def bound(self, check: CheckPlace, end: End) -> Value:
        """Return one end of a limit: a number, infinite where it is `none`, unknown where it is open or its clause does not apply."""
        constant = fixed(check, end)
        return self.get(f"{end}{check.number}") if constant is None else number(constant)

    # Outcomes

    def outcomes(self) -> dict[str, Value]:
        """Return what each check comes to by itself, before clauses displace each other; 0 where its clause does not apply."""
        columns: dict[str, Value] = {}
        for check in self.layout.checks:
            if check.clause.id in self.again:
                self._asked = self.layout.binding_names(check.clause)
                rows, otherwise = self._cases(check)
                self._put(columns, f"plain{check.number}", cases((~self._applies(check.clause), NONE), *rows, else_=otherwise))
        return columns

    def _applies(self, clause: Clause) -> Value:
        return self.get(self.layout.applies(clause))

    def subject(self, name: str) -> Value:
        """Return the proposed value of a field; a margin for all sides is the least of the four that are known."""
        if name != "setback_m":
            return self.view.read(name)
        return coalesce(least(*(self.view.read(side) for side in SIDES)), self.view.read(name))

    def _cases(self, check: CheckPlace) -> tuple[list[tuple[Value, Value | int]], Value | int]:
        limit = check.limit
        if isinstance(limit, Requirement):
            return self._cases_of_requirement(check, limit)
        subject = self.subject(check.field)
        if not check.numeric:
            codes = sorted(limit.one_of if limit.one_of is not None else limit.none_of or ())
            within = subject.isin(codes)
            return [(subject.isnull(), self._waiting(check)), (within, SATISFIED if limit.one_of is not None else VIOLATED)], (
                VIOLATED if limit.one_of is not None else SATISFIED
            )
        return self._cases_of_limit(check, limit, subject)

    def _waiting(self, check: CheckPlace) -> int:
        return UNDETERMINED if self.layout.decides(check.field) else REQUIRED

    def _cases_of_limit(self, check: CheckPlace, limit: Limit, subject: Value) -> tuple[list[tuple[Value, Value | int]], int]:
        missing = subject.isnull()
        violated: list[Value] = []
        open_ends: list[Value] = []
        waiting: list[Value] = []
        least, most = (fixed(check, end) for end in ("least", "most"))
        if limit.minimum is not None:
            unseen = missing if check.field != "setback_m" else any_of([self.view.read(side).isnull() for side in SIDES])
            if least is None:
                bound = self._unguarded[f"least{check.number}"]
                violated.append((bound > number(0)) & (bound - subject >= number(TOLERANCE)))
                open_ends.append(bound.isnull())
                waiting.append((bound > number(0)) & unseen)
            elif least > 0:
                violated.append(subject < number(lowest_met(least)))
                waiting.append(unseen)
        if check.has_maximum:
            if most is None:
                bound = self._unguarded[f"most{check.number}"]
                violated.append(subject - bound >= number(TOLERANCE))
                enough = coalesce(subject - self._known_tiers(limit) < number(TOLERANCE), FALSE) if limit.tiers else FALSE
                open_ends.append(ifelse(bound.isnull(), ~enough, FALSE) if limit.tiers else bound.isnull())
                waiting.append((bound < number(math.inf)) & missing)
            elif most < math.inf:
                violated.append(subject > number(highest_met(most)))
                waiting.append(missing)
        rows: list[tuple[Value, Value | int]] = [(test, VIOLATED) for test in violated]
        rows += [(test, UNDETERMINED) for test in open_ends]
        if waiting:
            waits = self._waiting(check)
            # A margin for all sides may be known of some sides only: then it is not the proposal that does not state it.
            code = ifelse(missing, waits, UNDETERMINED) if check.field == "setback_m" and waits == REQUIRED else waits
            rows.append((any_of(waiting), code))
        return rows, SATISFIED

    def _known_tiers(self, limit: Limit) -> Value:
        """Return the sum of the tiers before the first unknown one."""
        total = number(0)
        rows = []
        for _, node in limit.tiers:
            tier = self._translator.value(node)
            rows.append((tier.isnull() | (tier == number(math.inf)), total))
            total = total + tier
        return cases(*rows, else_=total)

    def _cases_of_requirement(self, check: CheckPlace, requirement: Requirement) -> tuple[list[tuple[Value, Value | int]], int]:
        holds = self._translator.value(requirement.test)
        rows: list[tuple[Value, Value | int]] = [(holds, SATISFIED), (~holds, VIOLATED)]
        if not self.layout.decides(check.field):
            stand_in = {kind: constant(() if kind == "items" else value, DTYPES[kind]) for kind, value in STAND_INS.items()}

            def read(name: str) -> Value:
                value = self.view.read(name)
                return coalesce(value, stand_in[field_type(name)]) if name in requirement.fields else value

            alone = Translator(read, self._binding, careful=True).value(requirement.test)
            rows.append((self.view.read(check.field).isnull() & alone.notnull(), REQUIRED))
        return rows, UNDETERMINED

    # Displacement

    def displacing(self) -> dict[str, Value]:
        """Return for each check that can be displaced by which clause it is (its place and 1; 0: by none), and what stands of it."""
        columns: dict[str, Value] = {}
        for check in self.layout.checks:
            displacers = self.layout.displacers.get(check.number, ())
            reads = [self.layout.applies(clause) for clause in displacers]
            if not displacers or not self.differs(*reads, f"plain{check.number}"):
                continue
            last_first = [(self._applies(clause), self.layout.places[clause.id] + 1) for clause in reversed(displacers)]
            self._put(columns, f"displaced{check.number}", cases(*last_first, else_=0))
            certain = any_of([self._applies(clause) for clause in displacers])
            self._put(columns, f"standing{check.number}", ifelse(certain, NONE, self.get(f"plain{check.number}")))
        return columns

    def _standing(self, check: CheckPlace) -> str:
        return f"standing{check.number}" if check.number in self.layout.displacers else f"plain{check.number}"

    def opening(self) -> dict[str, Value]:
        """Return which checks stay open because their clause may or may not apply, where it would displace others."""
        columns: dict[str, Value] = {}
        for check in self.layout.checks:
            rivals = self.layout.rivals.get(check.number, ())
            reads = [name for each in (check, *rivals) for name in (self._standing(each), self.layout.applies(each.clause))]
            if not rivals or not self.differs(*reads):
                continue
            own = self.get(self._standing(check))
            certain = [_true(self._applies(rival.clause)) & (self.get(self._standing(rival)) > NONE) for rival in rivals]
            same = [~known | (self.get(self._standing(rival)) == own) for known, rival in zip(certain, rivals, strict=True)]
            agrees = any_of(certain) & all_of(same) & own.isin([SATISFIED, VIOLATED])
            # A CASE works its branches out for the rows that come there only, and few do.
            self._put(columns, f"open{check.number}", cases((self._applies(check.clause).notnull(), FALSE), (own == NONE, FALSE), else_=~agrees))
        return columns

    def settling(self) -> dict[str, Value]:
        """Return what each check comes to after displacement, and which hold anyway: their clause may or may not apply, and they would hold if it did."""
        columns: dict[str, Value] = {}
        for check in self.layout.checks:
            applies = self.layout.applies(check.clause)
            own_open = f"open{check.number}"
            contesting = self.layout.contesting.get(check.number, ())
            if not self.differs(applies, f"plain{check.number}", self._standing(check), own_open, *(f"open{other.number}" for other in contesting)):
                continue
            standing = self.get(self._standing(check))
            if self.layout.rivals.get(check.number):
                opens = self.get(own_open)
            else:
                opens = self.get(applies).isnull()
                opens = opens & (standing > NONE) if check.number in self.layout.displacers else opens
            self._put(columns, f"holds{check.number}", opens & (standing == SATISFIED))
            rows: list[tuple[Value, Value | int]] = [(opens, UNDETERMINED)]
            if contesting:
                contested = any_of([self.get(f"open{other.number}") for other in contesting])
                rows.append((contested, ifelse(_true(self.get(applies)) & (standing > NONE), UNDETERMINED, standing)))
            self._put(columns, f"outcome{check.number}", cases(*rows, else_=standing))
        return columns

    def settling_fsi(self) -> dict[str, Value]:
        """Return where a stated built-up area whose own limit holds settles an unstated FSI."""
        areas = [f"outcome{check.number}" for check in self.layout.checks_on.get("built_up_area_sq_m", ())]
        if not areas or not self.differs(*areas, "built_up_area_sq_m", "fsi"):
            return {}
        worst = [self.get(name) for name in areas]
        holds = (worst[0] if len(worst) == 1 else greatest(*worst)) == SATISFIED
        settled = holds & self.view.read("built_up_area_sq_m").notnull() & self.view.read("fsi").isnull()
        columns: dict[str, Value] = {}
        self._put(columns, "settles", settled)
        return columns

    def by_field(self) -> dict[str, Value]:
        """Return what each check comes to in the end, and what it counts as when a field's outcomes are compared: one that holds anyway holds."""
        columns: dict[str, Value] = {}
        may_settle = "built_up_area_sq_m" in self.layout.checks_on
        for check in self.layout.checks:
            outcome = f"outcome{check.number}"
            settles = ["settles", self.layout.applies(check.clause)] if check.field == "fsi" and may_settle else []
            if not self.differs(outcome, f"holds{check.number}", *settles):
                continue
            found = self.get(outcome)
            if settles:
                settled = self.get("settles") & (found == UNDETERMINED) & _true(self._applies(check.clause))
                self._put(columns, f"settled{check.number}", settled)
                found = ifelse(settled, SATISFIED, found)
            self._put(columns, f"final{check.number}", found)
            self._put(columns, f"counts{check.number}", ifelse(self.get(f"holds{check.number}"), SATISFIED, found))
        return columns

    def worst(self) -> dict[str, Value]:
        """Return the worst outcome of each field."""
        columns: dict[str, Value] = {}
        for name, checks in self.layout.checks_on.items():
            counted = [f"counts{check.number}" for check in self.layout.last_checks(checks)]
            if self.differs(*counted):
                self._put(columns, f"worst {name}", greatest(*(self.get(each) for each in counted), NONE))
        return columns


def judge(steps: Steps, layout: Layout, views: list[View]) -> list[Judging]:
    """Add the columns of every clause in force for all views, and return the judgements of each."""
    judgings = [Judging(steps, layout, view) for view in views]
    compare = len(views) > 1

    def step(columns: Iterable[Mapping[str, Value]]) -> None:
        for found in columns:  # those of the cases as they are first: the others are held against them
            steps.add(found)

    for level in layout.levels:
        step(judging.standing_limits(level) for judging in judgings)
        step(judging.first_answers(level) for judging in judgings)
        step(judging.bindings(level) for judging in judgings)
        step(judging.applying(level) for judging in judgings)
        step(judging.limits(level) for judging in judgings)
    step(judging.outcomes() for judging in judgings)
    step(judging.displacing() for judging in judgings)
    step(judging.opening() for judging in judgings)
    step(judging.settling() for judging in judgings)
    step(judging.settling_fsi() for judging in judgings)
    step(judging.by_field() for judging in judgings)
    if compare:
        step(judging.worst() for judging in judgings)
    return judgings


def fixed(check: CheckPlace, end: str) -> float | None:
    """Return an end of a limit that is the same for every case, infinite where it is `none`; None where it has to be computed or is not set."""
    limit = check.limit
    if not isinstance(limit, Limit) or check.clause.allowed:
        return None
    node = limit.minimum if end == "least" else limit.maximum
    if node is None:
        return None
    if node.op == "none":
        return -math.inf if end == "least" else math.inf
    return float(node.value) if node.op == "constant" else None


def has_end(check: CheckPlace, end: str) -> bool:
    """Return whether a check limits a field at one end."""
    return check.has_minimum if end == "least" else check.has_maximum


def _plain_bound(answer: Value, end: End) -> Value:
    """Return a binding limit as formulas read it: a least value that is `none` is 0."""
    return ifelse(answer == number(-math.inf), number(0), answer) if end == "least" else answer


def _true(flag: Value) -> Value:
    """Return whether a flag is known and true."""
    return coalesce(flag, FALSE)
