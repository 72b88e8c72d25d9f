"""Which cases come out otherwise under two rulebooks, by columns: exactly those whose `outcome_digest` differs.

Both rulebooks fill in the same (`narrowing.narrow` says whether they do), so that two verdicts on a case differ where a clause does. What was worked out
of every clause is put beside each other: where nothing at all differs, the digests are the same; where something differs that a digest is taken over,
they are not. What lies between the two, such as limits that differ beyond the sixth decimal, has to be judged alone.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from compliance.rules.columns.engine import uncollected
from compliance.rules.columns.folding import FALSE, TRUE, Value, any_of, as_value, cases, coalesce, ifelse
from compliance.rules.columns.judging import NONE, OUTCOMES, UNDETERMINED, CheckPlace, Judging, Layout, has_end
from compliance.rules.columns.steps import Steps
from compliance.rules.columns.translating import UNKNOWN, null_of, number, round_number
from compliance.rules.columns.verdicts import Verdicts, evaluate_part
from compliance.rules.concluding import State
from compliance.rules.rulebook import Limit, Requirement, Rulebook

if TYPE_CHECKING:
    import ibis.expr.types as ir

SAME, LIMITS_DIFFER, OUTCOMES_DIFFER, UNSURE = range(4)
"""How a case comes out under the second rulebook: the same digest; another one with the same status and outcomes; another one; perhaps another one."""

STATES = ("applies", "plain", "final", "holds", "displaced", "settled")
"""What is worked out of a check beside its limits; where all of it is the same in every view, so are the outcomes and the status."""


@dataclass(frozen=True)
class Pair:
    """Two rulebooks on a day, for cases that both complete alike.

    Attributes:
        ranged: whether it is for the cases whose outcome may hang on an assumption's range. A field's checks are then opened by what other clauses come to,
            which narrowed rulebooks do not know; for these cases fewer differences are certain.
    """

    old: Rulebook
    new: Rulebook
    day: datetime.date
    ranged: bool = False

    @cached_property
    def layouts(self) -> tuple[Layout, Layout]:
        """The clauses in force."""
        return Layout(self.old, self.day), Layout(self.new, self.day)

    @cached_property
    def shared(self) -> tuple[str, ...]:
        """The ids of the clauses that both have."""
        old, new = (layout.places.keys() for layout in self.layouts)
        return tuple(sorted(old & new))

    def states(self, table: ir.Table) -> tuple[ir.Table, ir.Table]:
        """Return for a table of cases (with a column `row`) what each rulebook works out of its clauses and checks."""
        with uncollected():
            old, new = (self._states(rulebook, layout, table) for rulebook, layout in zip((self.old, self.new), self.layouts, strict=True))
            return old, new

    def _states(self, rulebook: Rulebook, layout: Layout, table: ir.Table) -> ir.Table:
        if not layout.clauses:  # nothing hangs on anything: such a side goes with every case of the other one
            return table.select("row")
        return _states(evaluate_part(rulebook, table, self.day, ranged=self.ranged))

    def compared(self, old: ir.Table, new: ir.Table) -> ir.Table:
        """Return `row` and `differs` (one of the numbers above) for the cases that both tables of states have."""
        with uncollected():
            renamed = new.rename(lambda name: f"new {name}")
            both = Steps(old.join(renamed, old["row"] == renamed["new row"]))
            unlike = [_Compared(self, both, name) for name in self.shared]
            alone = [_listed(both, name, side) for side, name in self._alone()]
            outcomes_differ = any_of([*(clause.outcomes_differ for clause in unlike), *alone])
            anything = any_of([*(clause.limits_differ for clause in unlike), outcomes_differ]) | as_value(bool(alone))
            certain = any_of([clause.told_differently for clause in unlike]) | as_value(bool(alone))
            found = cases((~anything, SAME), (~certain, UNSURE), (~outcomes_differ, LIMITS_DIFFER), else_=UNSURE if self.ranged else OUTCOMES_DIFFER)
            return both.result({"row": both["row"], "differs": found})

    def _alone(self) -> Iterator[tuple[str, str]]:
        """Yield the clauses that only one of both has, with what begins the names of its columns."""
        for layout, side in zip(self.layouts, ("", "new "), strict=True):
            yield from ((side, name) for name in sorted(layout.places.keys() - set(self.shared)))


def read_states(layout: Layout, row: Mapping[str, Any]) -> dict[str, State]:
    """Return the clauses of a row of `Pair.states`."""
    found = {}
    for name in layout.places:
        codes = [(check.field, row[f"final {name} {place}"], row[f"holds {name} {place}"]) for place, check in enumerate(_in_digest(layout, name))]
        found[name] = State(row[f"applies {name}"] is not False, tuple((subject, OUTCOMES[code], holds) for subject, code, holds in codes if code > NONE))
    return found


def _in_digest(layout: Layout, name: str) -> list[CheckPlace]:
    """Return a clause's checks in the order of the digest."""
    return sorted(layout.checks_of[name], key=lambda check: (check.field, check.limit.says if isinstance(check.limit, Requirement) else ""))


def _states(verdicts: Verdicts) -> ir.Table:
    layout, columns = verdicts.layout, {"row": verdicts.steps["row"]}
    for judging in (verdicts.base, *verdicts.others):
        end = judging.view.suffix
        for clause in layout.clauses:
            applies = judging.get(layout.applies(clause))
            columns[f"applies {clause.id}{end}"] = applies
            for place, check in enumerate(_in_digest(layout, clause.id)):
                columns |= {f"{kind} {clause.id} {place}{end}": value for kind, value in _state(layout, judging, check, applies).items()}
    return verdicts.steps.result(columns)


def _state(layout: Layout, judging: Judging, check: CheckPlace, applies: Value) -> dict[str, Value]:
    found = {kind: judging.get(f"{kind}{check.number}") for kind in ("plain", "final", "holds")}
    displacers = layout.displacers.get(check.number, ())
    if displacers:
        by = judging.get(f"displaced{check.number}")
        names = ((by == layout.places[clause.id] + 1, clause.id) for clause in displacers)
        found["displaced"] = cases((~applies, null_of("code")), *names, else_=null_of("code"))
    if f"settled{check.number}" in judging.steps:
        found["settled"] = judging.get(f"settled{check.number}")
    for end in ("least", "most"):
        if has_end(check, end):
            found[end] = ifelse(~applies, UNKNOWN, judging.bound(check, "least" if end == "least" else "most"))
    for place in range(len(_tiers(check))):
        found[f"tier{place}"] = judging.get(f"tier{check.number}.{place}")
    return found


def _tiers(check: CheckPlace) -> tuple[str, ...]:
    return tuple(name for name, _ in check.limit.tiers) if isinstance(check.limit, Limit) else ()


class _Compared:
    """One clause that both rulebooks have, for the cases of two tables of states."""

    def __init__(self, pair: Pair, both: Steps, name: str) -> None:
        self.both = both
        self.name = name
        self.ranged = pair.ranged
        old, new = (_in_digest(layout, name) for layout in pair.layouts)
        clauses = [layout.clauses[layout.places[name]] for layout in pair.layouts]
        self.checks = range(len(old)) if [check.field for check in old] == [check.field for check in new] else None
        self.limits = ("least", "most", *(f"tier{place}" for place in range(max((len(_tiers(check)) for check in (*old, *new)), default=0))))
        self.same_words = [_told(check) for check in old] == [_told(check) for check in new]
        self.same_aside = clauses[0].clause_no == clauses[1].clause_no and [_ends(check) for check in old] == [_ends(check) for check in new]
        self.views = [column.removeprefix(f"applies {name}") for column in both if column.startswith(f"applies {name}@")]

    @property
    def outcomes_differ(self) -> Value:
        """Whether anything differs on which an outcome or the status may hang."""
        if self.checks is None:
            return self._listed_in_a_view()
        return any_of([self._differs(f"applies {self.name}{end}") for end in ("", *self.views)] + [self._differs(name) for name in self._columns(STATES)])

    @property
    def limits_differ(self) -> Value:
        """Whether a limit differs, or what is said of it."""
        differ = [] if self.checks is None else [self._differs(name) for name in self._columns(self.limits)]
        return any_of(differ if self.same_words and self.same_aside else [*differ, self._listed_in_a_view()])

    @property
    def told_differently(self) -> Value:
        """Whether what the digest says of the clause certainly differs."""
        old, new = (_listed(self.both, self.name, side) for side in ("", "new "))
        if self.ranged and self.checks is None:
            return FALSE
        differ = [] if self.same_words and self.checks is not None else [TRUE]
        if self.checks is not None:
            differ += [self._differs(name, _as_told) for name in self._columns(self.limits, views=False)]
            if not self.ranged:
                differ += [self._differs(name) for name in self._columns(("displaced",))]
                differ += [self._outcome("", place) != self._outcome("new ", place) for place in self.checks]
        return (old & new & any_of(differ)) if self.ranged else (old != new) | (old & new & any_of(differ))

    def _outcome(self, side: str, place: int) -> Value:
        """Return what the digest says that a check comes to: by itself where it is displaced, and open where clauses that may not be here settle it."""
        plain, found = (self.both[f"{side}{kind} {self.name} {place}"] for kind in ("plain", "final"))
        displaced, settled = (f"{side}{kind} {self.name} {place}" for kind in ("displaced", "settled"))
        if displaced in self.both:
            found = ifelse(self.both[displaced].notnull(), plain, found)
        return ifelse(self.both[settled], UNDETERMINED, found) if settled in self.both else found

    def _columns(self, kinds: Sequence[str], *, views: bool = True) -> list[str]:
        """Return the columns of the clause's checks of some kinds, by their names on the first side, that either side has."""
        ends = ("", *self.views) if views else ("",)
        wanted = [f"{kind} {self.name} {place}{end}" for end in ends for place in self.checks or () for kind in kinds]
        return [name for name in wanted if name in self.both or f"new {name}" in self.both]

    def _differs(self, name: str, form: Callable[[Value], Value] = lambda value: value) -> Value:
        here, there = (self.both.get(column) for column in (name, f"new {name}"))
        if here is None or there is None:
            present = there if here is None else here
            assert present is not None  # noqa: S101 - one of both has it
            return coalesce(present, FALSE) if present.kind == "boolean" else form(present).notnull()
        return ~form(here).identical_to(form(there))

    def _listed_in_a_view(self) -> Value:
        return any_of([_listed(self.both, f"{self.name}{end}", side) for end in ("", *self.views) for side in ("", "new ")])


def _listed(both: Steps, name: str, side: str) -> Value:
    """Return whether a clause applies or may apply."""
    return coalesce(both[f"{side}applies {name}"], TRUE)


def _told(check: CheckPlace) -> tuple[Any, ...]:
    """Return what the digest says of a check whatever the case."""
    if isinstance(check.limit, Requirement):
        return (check.limit.says,)
    return (check.limit.one_of, check.limit.none_of, _tiers(check))


def _ends(check: CheckPlace) -> tuple[bool, bool]:
    return has_end(check, "least"), has_end(check, "most")


def _as_told(value: Value) -> Value:
    """Return a limit as the digest has it: to six decimals, and nothing where it is `none`."""
    return ifelse(value.abs() == number(math.inf), UNKNOWN, round_number(value))
