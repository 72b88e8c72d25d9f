"""The verdicts of a table of cases: status, outcomes, limits, shortfalls and what is permissible, one row a case."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from compliance.rules.columns.completing import Variant, add_facts, complete, variants, vary
from compliance.rules.columns.engine import uncollected
from compliance.rules.columns.folding import FALSE, TRUE, Known, Value, all_of, any_of, as_value, cases, coalesce, constant, greatest, ifelse, least
from compliance.rules.columns.judging import ENDS, NONE, OUTCOMES, SATISFIED, UNDETERMINED, VIOLATED, CheckPlace, End, Judging, Layout, fixed, has_end, judge
from compliance.rules.columns.steps import Steps, View
from compliance.rules.columns.translating import UNKNOWN, Translator, asks, number, round_number
from compliance.rules.rulebook import Rulebook
from compliance.vocabulary import BLOCKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

NO_TEXT = constant(None, "string")


@dataclass(frozen=True)
class Verdicts:
    """Cases with their verdicts.

    Attributes:
        steps: the table, with every intermediate column.
        layout: the clauses and checks that the columns are of.
        base: the judgement as things are.
        others: the judgements at the ends of the ranges of assumptions.
    """

    steps: Steps
    layout: Layout
    base: Judging
    others: tuple[Judging, ...]

    def select(self, *keep: str, outcomes: bool = True, limits: bool = True, permissible: bool = True, empty: bool = True) -> ir.Table:
        """Return the verdicts in columns for people.

        `violations` is how many clauses are violated.

        Args:
            keep: the columns of the cases that are kept; planning fields as they were completed.
            outcomes: whether each clause has a column, named by its id: its outcome, empty where it does not apply.
            limits: whether each limit has columns `<clause> <field> min`, `max` and `short by`; `inf` is deliberately unlimited.
            permissible: whether each field has columns `<field> min` and `max`, each with the number of the binding clause.
            empty: whether columns are there that are known to hold nothing.
        """
        first = (*keep, "status", "missing_fields", "violations")
        columns: dict[str, Value] = {name: self.steps[name] for name in first}
        if outcomes:
            texts = [(place, text) for place, text in enumerate(OUTCOMES) if place != NONE]
            for clause in self.layout.clauses:
                code = self.steps[f"clause{self.layout.places[clause.id]}"]
                columns[clause.id] = cases(*((code == place, text) for place, text in texts), else_=NO_TEXT)
        if limits:
            for check in self.layout.checks:
                for end, word in (("least", "min"), ("most", "max")):
                    if has_end(check, end):
                        columns[f"{check.clause.id} {check.field} {word}"] = self.steps[f"stood {end}{check.number}"]
                if check.numeric:
                    columns[f"{check.clause.id} {check.field} short by"] = self.steps[f"short{check.number}"]
        if permissible:
            for name in self.layout.checks_on:
                for word in ("min", "max"):
                    if f"{name} {word}" in self.steps:
                        columns[f"{name} {word}"] = self.steps[f"{name} {word}"]
                        columns[f"{name} {word} clause"] = self.steps[f"{name} {word} clause"]
        return self.steps.result({name: value for name, value in columns.items() if empty or name in first or not value.is_unknown})


def evaluate(rulebook: Rulebook, table: ir.Table, as_of: datetime.date, known: Mapping[str, Known] | None = None) -> list[Verdicts]:
    """Return the verdicts on a table of cases, in parts: the cases whose outcome cannot hang on an assumption's range, and the others.

    The parts are disjoint and together are all cases. Trying every case at both ends of every range would cost several times as much.

    Args:
        rulebook: whose clauses judge.
        table: one row a case, its columns named as the planning fields, with values that a spec can have (`specs.normalise_spec`); other columns are
            kept. A column `asked` (a list of fields) names those on which there is a question: no default is filled for them.
        as_of: the day.
        known: what is known of the columns: never empty, holding only some codes. What cannot matter to such cases is left out.
    """
    return [evaluate_part(rulebook, table, as_of, ranged=ranged, known=known) for ranged in ((False, True) if variants(rulebook) else (False,))]


def evaluate_part(rulebook: Rulebook, table: ir.Table, as_of: datetime.date, *, ranged: bool, known: Mapping[str, Known] | None = None) -> Verdicts:
    """Return one part of `evaluate`: the cases whose outcome may hang on an assumption's range, or the others."""
    layout = Layout(rulebook, as_of)
    with uncollected():
        steps = Steps(table, known)
        views = _complete(layout, steps, ranged=ranged)
        judgings = judge(steps, layout, views)
        verdicts = Verdicts(steps, layout, judgings[0], tuple(judgings[1:]))
        _open_flips(verdicts)
        _conclude(verdicts)
        _permit(verdicts)
    return verdicts


def ranged_cases(rulebook: Rulebook, table: ir.Table, as_of: datetime.date, known: Mapping[str, Known] | None = None) -> ir.Table | None:
    """Return the cases whose outcome may hang on an assumption's range, as they came; None where none can.

    An engine works in batches of some thousand rows: the few cases of this kind are judged much faster where they have been put together before.
    """
    if not variants(rulebook):
        return None
    steps = Steps(table, known)
    given = {name: steps[name] for name in table.columns}
    _complete(Layout(rulebook, as_of), steps, ranged=True)
    return None if steps.empty else steps.result(given)


def _complete(layout: Layout, steps: Steps, *, ranged: bool) -> list[View]:
    """Complete the cases, add the facts, keep the cases of a part, and return the views in which they are judged."""
    rulebook = layout.rulebook
    complete(steps, rulebook)
    base = View(steps)
    ends = variants(rulebook)
    views = [vary(steps, rulebook, variant) for variant in ends]
    add_facts(rulebook, [base, *views])
    if ends:
        hangs = any_of([_hangs(layout, view, variant) for view, variant in zip(views, ends, strict=True)])
        steps.filter(hangs if ranged else ~hangs)
    return [base, *views] if ranged else [base]


# Assumptions with a range


def _hangs(layout: Layout, view: View, variant: Variant) -> Value:
    """Return whether a clause could come out otherwise at one end of an assumption's range: it may apply, and something that it names differs."""

    def differs(name: str) -> Value:
        return ~view.steps[name].identical_to(view.steps[name + view.suffix])

    found = [differs(name) for name in sorted((view.changed & layout.rulebook.read_by_clauses) - {variant.field})]
    # The assumed value itself differs in every case; the clauses that name it apply to few.
    translator = Translator(View(view.steps).read)
    for clause in layout.clauses:
        if variant.field in clause.mentions:
            others = [condition.node for condition in clause.conditions if view.changed.isdisjoint(condition.node.names()) and not asks(condition.node)]
            may_apply = [coalesce(translator.value(node), TRUE) for node in others]
            found.append(all_of([differs(variant.field), *may_apply]))
    return any_of(found)


def flips_of(verdicts: Verdicts, check: CheckPlace) -> list[tuple[int, str]]:
    """Return the ends of ranges at which a check may come out otherwise, each with the column that says where it makes a field's outcome differ."""
    columns = ((place, f"flips{check.number}{other.view.suffix}") for place, other in enumerate(verdicts.others))
    return [(place, column) for place, column in columns if column in verdicts.steps]


def _open_flips(verdicts: Verdicts) -> None:
    """Add what each check comes to (`code`): open where a field's outcome changes inside the range of an assumption, and so does the check's.

    A check of a clause that applies, or stands, only at an end of the range is taken from there: `taken` is the place of that end and 1.
    """
    steps, layout = verdicts.steps, verdicts.layout
    columns: dict[str, Value] = {}
    for other in verdicts.others:
        for name, checks in layout.checks_on.items():
            if not other.differs(f"worst {name}"):
                continue
            flips = verdicts.base.get(f"worst {name}") != other.get(f"worst {name}")
            last = {check.clause.id: check.number for check in layout.last_checks(checks)}
            for check in checks:
                counted = f"counts{last[check.clause.id]}"
                if other.differs(counted):
                    columns[f"flips{check.number}{other.view.suffix}"] = flips & (verdicts.base.get(counted) != other.get(counted))
    steps.add(columns)
    columns = {}
    for check in layout.checks:
        final, flipping = steps[f"final{check.number}"], flips_of(verdicts, check)
        if flipping:
            columns[f"code{check.number}"] = ifelse(any_of([steps[column] for _, column in flipping]), UNDETERMINED, final)
            columns[f"taken{check.number}"] = cases(*((steps[column] & (final == NONE), place + 1) for place, column in flipping), else_=0)
        else:
            columns[f"code{check.number}"] = final
    steps.add(columns)


# The verdict


def _conclude(verdicts: Verdicts) -> None:
    """Add the outcome of each clause, the status, the missing fields, and the limits that stand with what they are missed by."""
    steps, layout = verdicts.steps, verdicts.layout
    code = {check.number: steps[f"code{check.number}"] for check in layout.checks}
    columns: dict[str, Value] = {}
    for clause in layout.clauses:
        columns[f"clause{layout.places[clause.id]}"] = _greatest([code[check.number] for check in layout.checks_of[clause.id]])
    for name, checks in layout.checks_on.items():
        if not layout.decides(name):
            continue
        stands = _greatest([code[check.number] for check in checks])
        columns[f"stands {name}"] = stands
    for check in layout.checks:
        if check.numeric:
            columns |= _standing_limits(verdicts, check)
    steps.add(columns)
    steps.add({f"open {name}": _holds_up(verdicts, name, checks) for name, checks in layout.checks_on.items() if layout.decides(name)})
    _add_status(verdicts)


def _holds_up(verdicts: Verdicts, name: str, checks: Iterable[CheckPlace]) -> Value:
    """Return whether a deciding field of which nothing is violated keeps the verdict open.

    A check that holds even if its clause applies does not, where another clause decides the field.
    """
    steps, layout = verdicts.steps, verdicts.layout
    held = {check.number: steps[f"holds{check.number}"] & ~any_of([steps[column] for _, column in flips_of(verdicts, check)]) for check in checks}
    undetermined = any_of([(steps[f"code{check.number}"] == UNDETERMINED) & ~held[check.number] for check in checks])
    satisfied = any_of([steps[f"code{check.number}"] == SATISFIED for check in checks])
    stands = steps[f"stands {name}"]
    never, always = FALSE, TRUE
    # A CASE works its branches out for the rows that come there only.
    found = cases((stands == NONE, always), (stands != UNDETERMINED, never), (undetermined, always), else_=any_of(list(held.values())) & ~satisfied)
    if layout.rulebook.deciding == "limited":
        found = found & any_of([coalesce(steps[layout.applies(check.clause)], always) for check in checks])
    return found


def _add_status(verdicts: Verdicts) -> None:
    steps, layout = verdicts.steps, verdicts.layout
    worst = _greatest([steps[f"clause{place}"] for place in layout.places.values()])
    applicable = any_of([coalesce(steps[layout.applies(clause)], TRUE) for clause in layout.clauses]) | (worst > NONE)
    ungoverned = layout.rulebook.deciding != "limited" and any(name not in layout.checks_on for name in layout.rulebook.deciding)
    undecided = any_of([steps[f"open {name}"] for name in layout.checks_on if layout.decides(name)]) | as_value(ungoverned)
    missing = {name: steps[name].isnull() for name in BLOCKING}
    texts = [ifelse(absent, f"{name} ", "") for name, absent in missing.items()]
    text = texts[0]
    for other in texts[1:]:
        text = text + other
    violations = [(steps[f"clause{place}"] == VIOLATED).cast("int32") for place in layout.places.values()]
    steps.add(
        {
            "violations": sum(violations[1:], violations[0]),
            "missing_fields": text.strip().nullif(""),
            "status": cases(
                (any_of(list(missing.values())), "BLOCKED"),
                (~applicable, "ERROR"),
                (worst == VIOLATED, "NON_COMPLIANT"),
                (undecided, "INCOMPLETE"),
                else_="COMPLIANT",
            ),
        }
    )


def _standing_limits(verdicts: Verdicts, check: CheckPlace) -> dict[str, Value]:
    """Return the ends of a limit where its check stands, and by how much a violated one is missed."""
    steps, layout, columns = verdicts.steps, verdicts.layout, {}
    code = steps[f"code{check.number}"]
    subject = verdicts.base.subject(check.field)
    missed: list[tuple[Value, Value]] = []
    for end in ENDS:
        if not has_end(check, end):
            continue
        bound = _bound(verdicts, check, end)
        known = fixed(check, end) is None and check.number not in layout.displacers and not flips_of(verdicts, check)
        columns[f"stood {end}{check.number}"] = bound if known else ifelse(code > NONE, bound, UNKNOWN)
        missed.append((subject < bound, bound - subject) if end == "least" else (subject > bound, subject - bound))
    if missed:
        by = cases(*missed, else_=UNKNOWN)
        columns[f"short{check.number}"] = ifelse(code == VIOLATED, by, UNKNOWN)
    return columns


def _bound(verdicts: Verdicts, check: CheckPlace, end: End) -> Value:
    bound = verdicts.base.bound(check, end)
    flipping = flips_of(verdicts, check)
    if not flipping or fixed(check, end) is not None:
        return bound
    taken = verdicts.steps[f"taken{check.number}"]
    return cases(*((taken == place + 1, verdicts.others[place].bound(check, end)) for place, _ in flipping), else_=bound)


# What is permissible


def _permit(verdicts: Verdicts) -> None:
    """Add for each field the tightest limits of the clauses that apply, and which clause binds: the first one, by id, that gives the tightest.

    A field has a greatest value, or is unlimited where the clauses that apply say so and none gives a number; `inf` stands for that.
    """
    steps, layout = verdicts.steps, verdicts.layout
    ends: dict[tuple[str, End], list[CheckPlace]] = {}
    for name, checks in layout.checks_on.items():
        for end in ENDS:
            limiting = sorted((check for check in checks if check.numeric and has_end(check, end)), key=lambda check: check.clause.id)
            if limiting:
                ends[name, end] = limiting
    columns: dict[str, Value] = {}
    for (_, end), limiting in ends.items():
        for check in limiting:
            applies = coalesce(steps[layout.applies(check.clause)], FALSE)
            bound = steps[f"stood {end}{check.number}"]
            if end == "least":
                applies = applies & (bound > number(-math.inf))
            columns[f"permits {end}{check.number}"] = ifelse(applies, bound, UNKNOWN)
    steps.add(columns)
    columns = {}
    for (name, end), limiting in ends.items():
        permits = [steps[f"permits {end}{check.number}"] for check in limiting]
        best = permits[0] if len(permits) == 1 else greatest(*permits) if end == "least" else least(*permits)
        columns[f"tightest {name} {end}"] = best
    steps.add(columns)
    steps.add({f"{name} {'min' if end == 'least' else 'max'}": round_number(steps[f"tightest {name} {end}"]) for name, end in ends})
    # Deliberately unlimited is said only where no number is: a least value is one.
    both = [name for name, end in ends if end == "most" and (name, "least") in ends]
    steps.add(
        {f"{name} max": ifelse((steps[f"{name} max"] == number(math.inf)) & steps[f"{name} min"].notnull(), UNKNOWN, steps[f"{name} max"]) for name in both}
    )
    columns = {}
    for (name, end), limiting in ends.items():
        word = "min" if end == "least" else "max"
        rows = [(_binds(verdicts, name, end, check), check.clause.clause_no) for check in limiting]
        columns[f"{name} {word} clause"] = cases(*rows, else_=NO_TEXT)
    steps.add(columns)


def _binds(verdicts: Verdicts, name: str, end: str, check: CheckPlace) -> Value:
    """Return whether a check gives the tightest limit: compared as they go over the wire, which is worked out for those that come near."""
    steps = verdicts.steps
    own, best, tightest = steps[f"permits {end}{check.number}"], steps[f"{name} {'min' if end == 'least' else 'max'}"], steps[f"tightest {name} {end}"]
    constant = fixed(check, end)
    if constant is not None and constant == _rounded(constant):
        return own == best
    near = own >= tightest - number(1e-5) if end == "least" else own <= tightest + number(1e-5)
    return ifelse(near, round_number(own) == best, FALSE)


def _rounded(value: float) -> float:
    return round(value, 6) if math.isfinite(value) else value


def _greatest(codes: list[Value]) -> Value:
    return codes[0] if len(codes) == 1 else greatest(*codes)
