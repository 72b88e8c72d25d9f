"""Clauses against one completed spec: which apply, which limits they give, and whether the proposal keeps them.

This module holds the logic alone; `evaluating` makes the verdict of it and `explaining` the sentences.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from compliance.rules.expressions import is_number
from compliance.rules.formulas import field_type
from compliance.rules.rulebook import Clause, Limit, Requirement, Rulebook
from compliance.rules.values import UNLIMITED, Unlimited, at_least
from compliance.specs import round_number
from compliance.vocabulary import SIDES

Outcome = Literal["NOT_APPLICABLE", "SATISFIED", "VIOLATED", "UNDETERMINED", "REQUIRED"]
Bound = float | Unlimited | None

DOES_NOT_APPLY: tuple[bool, tuple[Outcome, ...]] = (False, ())
STAND_INS: Mapping[str, Any] = {"number": 0.0, "code": "", "flag": False, "items": []}
"""A known value of each type, of no meaning."""
WORST_FIRST: tuple[Outcome, ...] = ("VIOLATED", "UNDETERMINED", "REQUIRED", "SATISFIED")


@dataclass(slots=True)
class Check:
    """One limit of one clause on one field, judged.

    Attributes:
        minimum, maximum: the limit: a number, UNLIMITED (`none`), or None where there is none or it is unknown.
        open_minimum, open_maximum: whether that end exists and is unknown.
        subject: the proposed value, None where the proposal states none.
        tiers: (name, increment or None where unknown), in order.
        displaced_by: the clause that displaced this limit, empty where none did.
        settled_by: the field whose own limit settles this one (`fsi` by a stated built-up area).
        flips: ranged assumptions inside whose range the outcome changes.
        contested_by: the clauses that may displace this limit and come to another outcome.
        holds_anyway: whether its clause may or may not apply, and it would hold if it did.
    """

    clause: Clause
    field: str
    limit: Limit | Requirement
    outcome: Outcome = "UNDETERMINED"
    minimum: Bound = None
    maximum: Bound = None
    open_minimum: bool = False
    open_maximum: bool = False
    subject: Any = None
    tiers: tuple[tuple[str, Bound], ...] = ()
    displaced_by: str = ""
    settled_by: str = ""
    flips: tuple[str, ...] = ()
    contested_by: tuple[str, ...] = ()
    holds_anyway: bool = False

    @property
    def is_open(self) -> bool:
        """Whether an end of the limit is unknown."""
        return self.open_minimum or self.open_maximum


@dataclass(slots=True)
class Judgement:
    """One clause for one spec: whether it applies (None: unknown) and its checks.

    `plain` is whether it applies and what its checks come to by themselves, before clauses displace each other.
    """

    clause: Clause
    applies: bool | None
    checks: list[Check] = field(default_factory=list)
    displaced: list[tuple[str, str]] = field(default_factory=list)
    plain: tuple[bool | None, tuple[Outcome, ...]] = (None, ())

    @property
    def outcome(self) -> Outcome:
        """The first of VIOLATED, UNDETERMINED, REQUIRED, SATISFIED among its checks that were not displaced."""
        if self.applies is False:
            return "NOT_APPLICABLE"
        outcomes = {check.outcome for check in self.checks if not check.displaced_by}
        return next((outcome for outcome in WORST_FIRST if outcome in outcomes), "NOT_APPLICABLE")


@dataclass(slots=True)
class Judged:
    """The clauses in force that may apply to one spec, with the values that they read: the facts, and the bindings that clauses asked for.

    A clause in force without a judgement does not apply: a condition on a code or a flag rules it out.
    """

    facts: Mapping[str, Any]
    env: dict[str, Any]
    judgements: dict[str, Judgement]
    bindings: dict[tuple[str, str], float | None] = field(default_factory=dict)
    deciding: tuple[str, ...] = ()

    def active(self) -> list[Check]:
        """Return the checks that stand: their clause applies or may apply, and nothing displaced them."""
        return [check for judgement in self.judgements.values() if judgement.applies is not False for check in judgement.checks if not check.displaced_by]


def judge(rulebook: Rulebook, facts: Mapping[str, Any], as_of: datetime.date) -> Judged:
    """Return every clause in force on a day, judged against a completed spec.

    Args:
        rulebook: whose clauses are judged.
        facts: the completed spec with the rulebook's facts (`Rulebook.environment`).
        as_of: the day.
    """
    judged = Judged(facts, dict(facts), {})
    for clause in rulebook.on(as_of).candidates(facts):
        judged.judgements[clause.id] = _judge_clause(rulebook, judged, clause)
    judged.deciding = deciding_fields(rulebook, judged)
    for judgement in judged.judgements.values():
        _set_outcomes(judgement, judged.env, judged.deciding)
    _settle(judged)
    return judged


def rejudge(rulebook: Rulebook, facts: Mapping[str, Any], as_of: datetime.date, like: Judged, changed: frozenset[str]) -> Judged | None:
    """Return a judgement for facts that differ from another one's only in some names, or None where no clause comes out otherwise.

    Args:
        rulebook: whose clauses are judged.
        facts: the completed spec with the rulebook's facts.
        as_of: the day.
        like: the other judgement.
        changed: the names that differ; only the clauses that name one of them, or ask for other clauses' limits, are judged again.
    """
    judged = Judged(facts, dict(facts), dict(like.judgements), deciding=like.deciding)
    candidates = rulebook.on(as_of).candidates(facts)
    again = {clause.id for clause in candidates if clause.required or clause.allowed or not changed.isdisjoint(clause.mentions)}
    same = True
    for clause in candidates:
        if clause.id in again:
            judgement = _judge_clause(rulebook, judged, clause)
            _set_outcomes(judgement, judged.env, judged.deciding)
            before = like.judgements.get(clause.id)
            same = same and judgement.plain == (before.plain if before else DOES_NOT_APPLY)
            judged.judgements[clause.id] = judgement
    kept = {clause.id for clause in candidates}
    if same and all(judgement.plain == DOES_NOT_APPLY for name, judgement in like.judgements.items() if name not in kept):
        return None
    judged.judgements = {clause.id: judged.judgements[clause.id] if clause.id in again else _afresh(like.judgements[clause.id]) for clause in candidates}
    if rulebook.deciding == "limited":
        judged.deciding = deciding_fields(rulebook, judged)
    for judgement in judged.judgements.values():
        _set_outcomes(judgement, judged.env, judged.deciding)
    _settle(judged)
    return judged


def _judge_clause(rulebook: Rulebook, judged: Judged, clause: Clause) -> Judgement:
    """Return a clause with its limits worked out; the clauses whose limits it asks for were judged before."""
    env = judged.env
    for name in clause.required:
        env[f"required:{name}"] = _binding(rulebook, judged, clause, name, "minimum")
    for name in clause.allowed:
        env[f"allowed:{name}"] = _binding(rulebook, judged, clause, name, "maximum")
    judgement = Judgement(clause, clause.applies.run(env))
    if judgement.applies is not False:
        judgement.checks = [_check(clause, limit, env) for limit in clause.limits]
        judgement.checks += [_requirement(clause, requirement, name, env) for requirement in clause.requirements for name in requirement.fields]
    return judgement


def _set_outcomes(judgement: Judgement, env: Mapping[str, Any], deciding: tuple[str, ...]) -> None:
    """Judge each check by itself, before clauses displace each other."""
    for check in judgement.checks:
        check.outcome = _outcome(check, env, deciding)
    judgement.plain = (judgement.applies, tuple(check.outcome for check in judgement.checks))


def _settle(judged: Judged) -> None:
    _displace(judged)
    _settle_fsi(judged)


def _afresh(judgement: Judgement) -> Judgement:
    """Return a judgement as it was before anything displaced, settled or opened its checks."""
    applies, outcomes = judgement.plain
    if applies is False:
        return Judgement(judgement.clause, False, plain=judgement.plain)
    return Judgement(judgement.clause, applies, [_check_afresh(check) for check in judgement.checks[: len(outcomes)]])


def _check_afresh(check: Check) -> Check:
    bounds = (check.minimum, check.maximum, check.open_minimum, check.open_maximum)
    return Check(check.clause, check.field, check.limit, "UNDETERMINED", *bounds, check.subject, check.tiers)


def deciding_fields(rulebook: Rulebook, judged: Judged) -> tuple[str, ...]:
    """Return the fields that must be checked for this spec to comply."""
    if rulebook.deciding != "limited":
        return rulebook.deciding
    return tuple(sorted({check.field for check in judged.active()}))


# Limits


def _check(clause: Clause, limit: Limit, env: Mapping[str, Any]) -> Check:
    check = Check(clause, limit.field, limit, subject=subject_of(limit.field, env))
    if limit.minimum is not None:
        check.minimum = _bound(limit.minimum.run(env), clause, env)
        check.open_minimum = check.minimum is None
    if limit.maximum is not None:
        check.maximum = _bound(limit.maximum.run(env), clause, env)
        check.open_maximum = check.maximum is None
    elif limit.tiers:
        check.tiers = tuple((name, node.run(env)) for name, node in limit.tiers)
        check.maximum = _total(check.tiers)
        check.open_maximum = check.maximum is None
    return check


def _bound(value: Bound, clause: Clause, env: Mapping[str, Any]) -> Bound:
    """Return a limit; one that rests on an unlimited `allowed(...)` is unlimited too."""
    if value is None or isinstance(value, Unlimited):
        return value
    return UNLIMITED if any(env.get(f"allowed:{name}") == float("inf") for name in clause.allowed) else value


def _total(tiers: tuple[tuple[str, Bound], ...]) -> Bound:
    total = 0.0
    for _, increment in tiers:
        if increment is None or isinstance(increment, Unlimited):
            return increment
        total += increment
    return total


def subject_of(name: str, env: Mapping[str, Any]) -> Any:
    """Return the proposed value of a field; a margin for all sides is the least of the four sides that are known."""
    if name != "setback_m":
        return env.get(name)
    known = [env[side] for side in SIDES if env.get(side) is not None]
    return min(known) if known else env.get(name)


def _requirement(clause: Clause, requirement: Requirement, name: str, env: Mapping[str, Any]) -> Check:
    return Check(clause, name, requirement, subject=subject_of(name, env))


# Outcomes


def _outcome(check: Check, env: Mapping[str, Any], deciding: tuple[str, ...]) -> Outcome:
    limit = check.limit
    if isinstance(limit, Requirement):
        return _requirement_outcome(limit, check.field, env, deciding)
    if limit.one_of is not None or limit.none_of is not None:
        return _code_outcome(limit, check, deciding)
    ends = (_minimum_outcome(check, env), _maximum_outcome(check))
    for wanted in (False, None):
        if wanted in ends:
            if wanted is False:
                return "VIOLATED"
            if check.subject is None and not check.is_open and check.field not in deciding:
                return "REQUIRED"
            return "UNDETERMINED"
    return "SATISFIED"


def _minimum_outcome(check: Check, env: Mapping[str, Any]) -> bool | None:
    if check.open_minimum:
        return None
    if not is_number(check.minimum) or check.minimum <= 0:
        return True
    if check.subject is None:
        return None
    if not at_least(check.subject, check.minimum):
        return False
    # The least of the four margins is known only when all four are; one that is too small violates whatever the others are.
    return None if check.field == "setback_m" and any(env.get(side) is None for side in SIDES) else True


def _maximum_outcome(check: Check) -> bool | None:
    if check.maximum is UNLIMITED or (check.maximum is None and not check.open_maximum):
        return True
    if check.subject is None:
        return None
    if check.maximum is None:
        return True if check.tiers and at_least(known_tiers(check.tiers), check.subject) else None
    return at_least(check.maximum, check.subject)


def known_tiers(tiers: tuple[tuple[str, Bound], ...]) -> float:
    """Return the sum of the tiers before the first one that is unknown: what is allowed in any case."""
    total = 0.0
    for _, increment in tiers:
        if not is_number(increment):
            break
        total += increment
    return total


def tiers_taken(check: Check) -> tuple[str, list[tuple[str, float]]]:
    """Return the tier that the proposal reaches, and how much of each tier beyond the first it takes, in the unit of the field."""
    reached, taken = "", []
    rest = float(check.subject) if is_number(check.subject) else 0.0
    for position, (name, value) in enumerate(check.tiers):
        if not is_number(value) or not is_number(check.subject) or (rest <= 0 and position):
            break
        reached = name
        if position and value > 0:
            taken.append((name, round_number(min(rest, value))))
        rest = round_number(rest - value)
    return reached, taken


def _code_outcome(limit: Limit, check: Check, deciding: tuple[str, ...]) -> Outcome:
    if check.subject is None:
        return "UNDETERMINED" if check.field in deciding else "REQUIRED"
    allowed = check.subject in limit.one_of if limit.one_of is not None else check.subject not in (limit.none_of or ())
    return "SATISFIED" if allowed else "VIOLATED"


def _requirement_outcome(requirement: Requirement, name: str, env: Mapping[str, Any], deciding: tuple[str, ...]) -> Outcome:
    holds = requirement.test.run(env)
    if holds is None:
        waits = env.get(name) is None and name not in deciding and requirement.test.run({**env, **_anything(requirement, env)}) is not None
        return "REQUIRED" if waits else "UNDETERMINED"
    return "SATISFIED" if holds else "VIOLATED"


def _anything(requirement: Requirement, env: Mapping[str, Any]) -> dict[str, Any]:
    """Return stand-in values for the missing fields of a requirement, to see whether anything else is missing."""
    return {name: STAND_INS[field_type(name)] for name in requirement.fields if env.get(name) is None}


# Displacement


def _displace(judged: Judged) -> None:
    """Let replacing clauses displace: outright where they apply, judged under both where that is unknown."""
    for replacing in judged.judgements.values():
        if replacing.applies is False or not replacing.clause.replaces:
            continue
        for target_id in sorted(replacing.clause.replaces):
            target = judged.judgements.get(target_id)
            if target is None or target.applies is False:
                continue
            for check in target.checks:
                if replacing.applies and any(own.field == check.field for own in replacing.checks):
                    check.displaced_by = replacing.clause.id
                    replacing.displaced.append((target_id, check.field))
    undecided = [check for judgement in judged.judgements.values() if judgement.applies is None for check in _disagreeing(judged, judgement)]
    for check, contested_by in undecided:
        check.holds_anyway = check.outcome == "SATISFIED" and not contested_by
        check.outcome = "UNDETERMINED"
        check.contested_by += contested_by


def _disagreeing(judged: Judged, maybe: Judgement) -> list[tuple[Check, tuple[str, ...]]]:
    """Return the checks that stay open because a clause may or may not apply: its own, and (with its id) those that it would displace.

    Where the clause and all that it would displace come to the same outcome, that is the outcome and nothing stays open.
    """
    open_checks: list[tuple[Check, tuple[str, ...]]] = []
    for own in maybe.checks:
        if own.displaced_by:
            continue
        rivals = [
            check
            for target_id in maybe.clause.replaces
            if (target := judged.judgements.get(target_id)) is not None and target.applies
            for check in target.checks
            if check.field == own.field and not check.displaced_by
        ]
        if not (rivals and own.outcome in ("SATISFIED", "VIOLATED") and all(rival.outcome == own.outcome for rival in rivals)):
            open_checks += [(own, ()), *((rival, (maybe.clause.id,)) for rival in rivals)]
    return open_checks


def _settle_fsi(judged: Judged) -> None:
    """Settle an unstated FSI by a stated built-up area whose own limit holds."""
    areas = [check for check in judged.active() if check.field == "built_up_area_sq_m" and check.subject is not None]
    if not areas or any(check.outcome != "SATISFIED" for check in areas):
        return
    for check in judged.active():
        if check.field == "fsi" and check.subject is None and check.outcome == "UNDETERMINED" and judged.judgements[check.clause.id].applies:
            check.outcome, check.settled_by = "SATISFIED", "built_up_area_sq_m"


# Bindings: required() and allowed()


def _binding(rulebook: Rulebook, judged: Judged, asking: Clause, name: str, end: Literal["minimum", "maximum"]) -> float | None:
    """Return the binding limit that other clauses give for a field; infinity where it is `none`, None where it is unknown.

    Clauses of unknown applicability count both ways: where the answer is the same it is the answer.
    """
    involved = rulebook.involved.get(name, frozenset())
    key = (name, end)
    if asking.id not in involved and key in judged.bindings:
        return judged.bindings[key]
    limits: list[tuple[Judgement, Bound]] = []
    for clause in rulebook.limiting.get(name, ()):
        judgement = judged.judgements.get(clause.id)
        if clause.id == asking.id or judgement is None or judgement.applies is False:
            continue
        for check in judgement.checks:
            if check.field == name and _has_end(check, end):
                limits.append((judgement, check.minimum if end == "minimum" else check.maximum))
    replacing = (judged.judgements.get(clause.id) for clause in rulebook.replacing.get(name, ()) if clause.id != asking.id)
    certain = [judgement for judgement in replacing if judgement is not None and judgement.applies]
    unsure = [judgement for judgement, _ in limits if judgement.applies is None]
    answers = {_binding_under(limits, name, certain, present, end) for present in (None, *unsure)}
    answer = answers.pop() if len(answers) == 1 else None
    if asking.id not in involved:  # the loader's order has all of them judged by now, so that everyone else gets the same answer
        judged.bindings[key] = answer
    return answer


def _has_end(check: Check, end: Literal["minimum", "maximum"]) -> bool:
    limit = check.limit
    if isinstance(limit, Requirement):
        return False
    return limit.minimum is not None if end == "minimum" else limit.maximum is not None or bool(limit.tiers)


def _binding_under(
    limits: list[tuple[Judgement, Bound]], name: str, certain: list[Judgement], present: Judgement | None, end: Literal["minimum", "maximum"]
) -> float | None:
    replacing = [*certain, present] if present is not None else certain
    displaced = {target for judgement in replacing for target in judgement.clause.replaces}
    standing = [bound for judgement, bound in limits if (judgement.applies or judgement is present) and judgement.clause.id not in displaced]
    if not standing or any(bound is None for bound in standing):
        return None
    numbers = [bound for bound in standing if not isinstance(bound, Unlimited) and bound is not None]
    if end == "minimum":
        return max(numbers, default=0.0)
    return min(numbers, default=float("inf"))
