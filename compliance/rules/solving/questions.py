"""Which missing facts can still change the verdict, and the verdict that holds already whatever they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from compliance.rules.expressions import is_number
from compliance.rules.solving.breakpoints import breakpoints
from compliance.rules.solving.trials import Trials
from compliance.specs import Value
from compliance.vocabulary import BLOCKING, FIELDS, codes_of

MOST_SAMPLES = 8
_STEP = 0.01


@dataclass(frozen=True, slots=True)
class MissingFact:
    """A fact that the proposal does not state, or that was assumed, and what hangs on it.

    Attributes:
        field: the planning field.
        question: in words.
        can_be: the verdicts that its values can lead to, with the other missing facts as favourable as can be.
        settles: how many open deciding fields a value settles at best.
        breaks: a value that violates something and one that does not, where there are both.
    """

    field: str
    question: str
    can_be: tuple[str, ...]
    settles: int
    breaks: Mapping[str, Value]

    def as_dict(self) -> dict[str, Any]:
        """Return the wire form."""
        wire: dict[str, Any] = {"field": self.field, "question": self.question, "can_be": list(self.can_be), "settles": self.settles}
        return {**wire, "for_example": dict(self.breaks)} if self.breaks else wire


@dataclass(frozen=True, slots=True)
class OpenQuestions:
    """What would decide an incomplete proposal, most decisive first, and the verdict that holds already (empty: none does)."""

    questions: tuple[MissingFact, ...]
    holds: str
    because: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the wire form."""
        wire: dict[str, Any] = {"questions": [question.as_dict() for question in self.questions]}
        return {**wire, "holds": {"status": self.holds, "clauses": list(self.because)}} if self.holds else wire


def find_questions(trials: Trials) -> OpenQuestions:
    """Return the facts that can still change the verdict on a proposal, most decisive first.

    Each is tried with the values at which the law changes (every code of a closed list), and the other missing facts as favourable as can be.
    """
    asks = trials.verdict({}).asks
    judged = trials.judged({})
    wanted = [*asks, *(check.field for check in judged.active() if check.outcome == "UNDETERMINED" and check.field in judged.deciding)]
    values = {name: tried for name in dict.fromkeys(wanted) if name not in trials.spec and (tried := samples(trials, name))}
    open_now = _undecided(trials, {})
    always = {check.clause.clause_no for check in trials.violated({})}
    hopeful: dict[str, Value] = {}
    for name, tried in values.items():
        hopeful[name] = min(tried, key=lambda value: _rank(trials, {**hopeful, name: value}))
    found = []
    for name, tried in values.items():
        others = {other: value for other, value in hopeful.items() if other != name}
        outcomes: dict[str, Value] = {}
        settles = 0
        for value in tried:
            for changes in ({name: value}, {**others, name: value}):
                violated = {check.clause.clause_no for check in trials.violated(changes)}
                always &= violated
            outcomes.setdefault("NON_COMPLIANT" if violated else "INCOMPLETE" if _undecided(trials, changes) else "COMPLIANT", value)
            settles = max(settles, len(open_now - _undecided(trials, {name: value})))
        breaks = {status: outcomes[status] for status in sorted(outcomes)} if len(outcomes) > 1 else {}
        found.append(MissingFact(name, asks.get(name) or _question(name), tuple(sorted(outcomes)), settles, breaks))
    places = list(values)
    ordered = sorted(found, key=lambda fact: (-len(fact.can_be), -fact.settles, places.index(fact.field)))
    return OpenQuestions(tuple(ordered), "NON_COMPLIANT" if always else "", tuple(sorted(always)))


def _rank(trials: Trials, changes: Mapping[str, Value]) -> tuple[int, int]:
    return len(trials.violated(changes)), len(_undecided(trials, changes))


def samples(trials: Trials, name: str) -> list[Value]:
    """Return values of a field that stand for all others: every code, both flags, and numbers around where the law changes."""
    field = FIELDS[name]
    if field.kind == "flag":
        return [False, True]
    if field.kind == "code":
        city = trials.spec.get("city")
        codes: list[Value] = [*codes_of(name, city if isinstance(city, str) else None)]
        return codes[: 4 * MOST_SAMPLES]
    if field.kind == "items":
        return []
    judged = trials.judged({})
    limits = {float(bound) for check in judged.active() if check.field == name for bound in (check.minimum, check.maximum) if is_number(bound)}
    ends = limits | set(breakpoints(trials.rulebook, dict(judged.facts), name))
    if len(ends) > MOST_SAMPLES:
        spread = sorted(ends)
        ends = limits | {spread[place * (len(spread) - 1) // (MOST_SAMPLES - 1)] for place in range(MOST_SAMPLES)}
    step = 1.0 if field.kind == "count" else _STEP
    values = sorted({value for end in ends for value in (end - step, end, end + step)} | ({field.low or step} if ends else set()))
    inside = [value for value in values if field.low <= value <= field.high and not (field.positive and value <= 0)]
    return [int(value) if field.kind == "count" else round(value, 6) for value in inside]


def _undecided(trials: Trials, changes: Mapping[str, Value]) -> frozenset[str]:
    """Return what keeps a verdict open: blocking fields that are missing, deciding fields that are open or governed by no clause."""
    spec, judged = trials.completed(changes).spec, trials.judged(changes)
    limited = {check.field for check in judged.active()}
    missing = {name for name in BLOCKING if name not in spec}
    return trials.open_fields(changes) | missing | {name for name in judged.deciding if name not in limited}


def _question(name: str) -> str:
    return f"What is the {FIELDS[name].label}?"
