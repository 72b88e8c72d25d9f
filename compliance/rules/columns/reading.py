"""Rows of a table of verdicts as the objects that `rules.judging` makes of one case, so that the two can be held against each other."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from compliance.rules.columns.completing import needed_fields, variants
from compliance.rules.columns.judging import OUTCOMES, CheckPlace, Judging, fixed, has_end
from compliance.rules.columns.verdicts import Verdicts, flips_of
from compliance.rules.judging import Bound, Check, Judged, Judgement, subject_of
from compliance.rules.rulebook import Limit
from compliance.rules.values import UNLIMITED
from compliance.specs import Spec
from compliance.vocabulary import FIELDS

if TYPE_CHECKING:
    import ibis.expr.types as ir

Row = Mapping[str, Any]


def state(verdicts: Verdicts, *keep: str) -> ir.Table:
    """Return what the verdicts consist of: the completed fields, and what was worked out of every clause and check.

    Args:
        verdicts: the verdicts.
        keep: the columns of the cases that are kept.
    """
    layout, steps = verdicts.layout, verdicts.steps
    names = [*keep, *needed_fields(layout.rulebook), *map(layout.applies, layout.clauses)]
    for check in layout.checks:
        names += [f"{kind}{check.number}" for kind in ("code", "plain", "holds", "displaced", "taken")]
        names += [column for _, column in flips_of(verdicts, check)]
        for judging in (verdicts.base, *verdicts.others):
            names += [judging.view.name(name) for name in _parts(check)]
    return steps.result({name: steps[name] for name in names if name in steps})


def read_spec(verdicts: Verdicts, row: Row) -> Spec:
    """Return the completed spec of a row of `state`."""
    spec: Spec = {}
    for name in needed_fields(verdicts.layout.rulebook):
        value = row[name]
        if value is None:
            continue
        kind = FIELDS[name].kind
        if kind == "items":
            spec[name] = [{key: number for key, number in item.items() if number is not None} for item in value]
        else:
            spec[name] = int(value) if kind == "count" and value == int(value) else value
    return spec


def read_judged(verdicts: Verdicts, row: Row) -> Judged:
    """Return the judgement that a row of `state` holds."""
    layout = verdicts.layout
    spec = read_spec(verdicts, row)
    judged = Judged(spec, layout.rulebook.environment(spec), {})
    deciding = layout.rulebook.deciding
    for clause in layout.clauses:
        judgement = judged.judgements[clause.id] = Judgement(clause, row[layout.applies(clause)])
        places = layout.checks_of[clause.id]
        if judgement.applies is not False:
            judgement.checks = [_check(verdicts, row, place, judged.env) for place in places]
        taken = [_taken_check(verdicts, row, place, judged.env) for place in places if row.get(f"taken{place.number}")]
        if taken and judgement.applies is False:
            judgement.applies = None
        judgement.checks += taken
    if deciding == "limited":
        limited = {check.field for check in layout.checks if row[layout.applies(check.clause)] is not False}
        judged.deciding = tuple(sorted(limited))
    else:
        judged.deciding = deciding
    return judged


def _parts(check: CheckPlace) -> list[str]:
    """Return the columns that a check may have in each view."""
    tiers = check.limit.tiers if isinstance(check.limit, Limit) else ()
    return [f"least{check.number}", f"most{check.number}", f"settled{check.number}", *(f"tier{check.number}.{place}" for place in range(len(tiers)))]


def _check(verdicts: Verdicts, row: Row, place: CheckPlace, env: Mapping[str, Any]) -> Check:
    """Return a check of a clause that applies or may apply."""
    check = _limits(verdicts.base, row, place, env)
    displaced = row.get(f"displaced{place.number}") or 0
    if displaced:
        check.displaced_by = verdicts.layout.clauses[displaced - 1].id
        check.outcome = OUTCOMES[row[f"plain{place.number}"]]
        return check
    check.outcome = OUTCOMES[row[f"code{place.number}"]]
    check.flips = _flips(verdicts, row, place)
    check.holds_anyway = row[f"holds{place.number}"] and not check.flips
    return check


def _taken_check(verdicts: Verdicts, row: Row, place: CheckPlace, env: Mapping[str, Any]) -> Check:
    """Return a check that stands only at an end of an assumption's range."""
    check = _limits(verdicts.others[row[f"taken{place.number}"] - 1], row, place, env)
    check.flips = _flips(verdicts, row, place)
    return check


def _flips(verdicts: Verdicts, row: Row, check: CheckPlace) -> tuple[str, ...]:
    ends = variants(verdicts.layout.rulebook)
    return tuple(dict.fromkeys(ends[place].field for place, column in flips_of(verdicts, check) if row[column]))


def _limits(judging: Judging, row: Row, place: CheckPlace, env: Mapping[str, Any]) -> Check:
    limit = place.limit
    check = Check(place.clause, place.field, limit, subject=subject_of(place.field, env))
    if not isinstance(limit, Limit):
        return check
    if has_end(place, "least"):
        check.minimum = _bound(judging, row, place, "least")
        check.open_minimum = check.minimum is None
    if has_end(place, "most"):
        check.maximum = _bound(judging, row, place, "most")
        check.open_maximum = check.maximum is None
    check.tiers = tuple((name, _number(row[judging.view.name(f"tier{place.number}.{index}")])) for index, (name, _) in enumerate(limit.tiers))
    settled = judging.view.name(f"settled{place.number}")
    check.settled_by = "built_up_area_sq_m" if row.get(settled) else ""
    return check


def _bound(judging: Judging, row: Row, place: CheckPlace, end: str) -> Bound:
    constant = fixed(place, end)
    return _number(constant if constant is not None else row[judging.view.name(f"{end}{place.number}")])


def _number(value: float | None) -> Bound:
    return UNLIMITED if value is not None and math.isinf(value) else value
