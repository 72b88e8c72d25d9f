"""Two clauses that apply together and do not agree: overlapping rows, limits that contradict each other, conflicts that `replaces` leaves open."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace

from compliance.rules.explaining import write_limit
from compliance.rules.judging import Check, Judged
from compliance.rules.rulebook import Clause, Intended, Limit, Requirement
from compliance.rules.soundness.faults import Fault
from compliance.rules.soundness.pairs import Pairs
from compliance.rules.soundness.questions import Question, crossing, questions
from compliance.rules.soundness.solver import Formula, no
from compliance.rules.soundness.witnesses import Witness, bear_out, judged_by
from compliance.rules.soundness.wording import labels, write_node, write_spec
from compliance.rules.soundness.world import World
from compliance.vocabulary import FIELDS

MOST = 10
"""How many pairs of rows of one table are listed."""

Told = dict[tuple[str, ...], list[Fault]]


def conflicts(world: World, pairs: Pairs) -> Iterator[Fault]:
    """Yield what two clauses disagree on and neither settles, and the declared overlaps that the rulebook does not have."""
    declared = [entry for entry in world.rulebook.intended if entry.kind == "overlap"]
    used: set[tuple[int, str]] = set()
    told: Told = {}
    for name in (name for name in FIELDS if name in world.rulebook.limiting):
        for first, one, second, two in pairs.of(name):
            for question in questions(world, first, one, second, two):
                meant = [number for number, entry in enumerate(declared) if _is_about(entry, first, second, name, question)]
                asking = _Asking(world, first, second, name, question, [declared[number] for number in meant])
                used |= {(number, name) for number in meant if (number, name) not in used and asking.is_found_where(declared[number])}
                fault = asking.fault()
                if fault is not None:
                    key = (question.unlimited, question.says) if question.unlimited else (first.id, second.id, question.says)
                    told.setdefault((*key, "" if fault.decided else "undecided"), []).append(fault)
    yield from _listed(world, told)
    for number, entry in enumerate(declared):
        for name in entry.fields:
            if (number, name) not in used:
                where = f"{FIELDS[name].label}{f' in {entry.table}' if entry.table else ''} declared where {write_node(entry.where)}"
                yield Fault("stale", world.rulebook.name, f"the overlap of {where} was not found.", (), (name,), entry.table)


def _is_about(entry: Intended, first: Clause, second: Clause, name: str, question: Question) -> bool:
    if name not in entry.fields or question.kind == "contradiction":
        return False
    return not entry.table or entry.table == first.table == second.table


def itself(world: World, clause: Clause, limit: Limit) -> Iterator[Fault]:
    """Yield where no value can satisfy a clause's limit on a field."""
    for question in list(crossing(world, limit, limit))[:1]:
        fault = _Asking(world, clause, clause, limit.field, question, []).fault()
        if fault is not None:
            what = f"no value satisfies the limits of {clause.id} on {FIELDS[limit.field].label}"
            yield replace(fault, sentence=_sentence(what, fault), clauses=(clause.id,))
    field = FIELDS[limit.field]
    lows, highs = ([node.value for node in (end,) if node is not None and node.op == "constant"] for end in (limit.minimum, limit.maximum))
    if any(value > field.high for value in lows) or any(value < field.low or (field.positive and value <= 0) for value in highs):
        sentence = f"the limit of {clause.id} on {field.label} lies outside what a proposal can have, so that none satisfies it."
        yield Fault("contradiction", world.rulebook.name, sentence, (clause.id,), (limit.field,))


class _Asking:
    """One question about two clauses' limits on one field."""

    def __init__(self, world: World, first: Clause, second: Clause, name: str, question: Question, meant: list[Intended]) -> None:
        self.world, self.first, self.second, self.name, self.question, self.meant = world, first, second, name, question, meant
        self.parts: list[Formula] = [world.stands(first, name), world.stands(second, name), question.formula]
        others = [other for other in world.rulebook.replacing.get(name, ()) if other.replaces & {first.id, second.id}]
        others += [world.rulebook.by_id[target] for target in question.displaced]
        self.names = frozenset().union(*(world.reads(clause) for clause in (first, second, *others)))

    def is_found_where(self, entry: Intended) -> bool:
        """Return whether they disagree where it is declared, or may."""
        return self.world.ask([*self.parts, self.world.translator.flag(entry.where).yes], self.names | entry.reads).found != "no"

    def fault(self) -> Fault | None:
        """Return how they disagree where that is not declared; its sentence holds the two limits, or why it is undecided."""
        world, question = self.world, self.question
        names = self.names.union(*(entry.reads for entry in self.meant))
        parts = [*self.parts, *(no(world.translator.flag(entry.where).yes) for entry in self.meant)]
        answer = world.ask(parts, names)
        if answer.found == "no":
            return None
        table = self.first.table if question.kind == "overlap" else ""
        fault = Fault(question.kind, world.rulebook.name, "", (self.first.id, self.second.id), (self.name,), table, decided=False)
        if answer.found == "unknown":
            return fault
        witness = bear_out(world, answer, names, self._shows)
        if witness is None:
            return replace(fault, sentence="the case found is not borne out by the engine")
        return replace(fault, sentence=self._limits(witness) + world.on(witness.day), witness=witness.spec, day=witness.day, decided=True)

    def _shows(self, judged: Judged, day: datetime.date) -> bool:
        one, two = _check_of(judged, self.first, self.name), _check_of(judged, self.second, self.name)
        if one is None or two is None or not self.question.seen(one, two):
            return False
        targets = [judged.judgements.get(target) for target in self.question.displaced]
        if targets and not any(target is not None and target.applies for target in targets):
            return False
        return not any(entry.where.run(judged.env) for entry in self.meant)

    def _limits(self, witness: Witness) -> str:
        judged = judged_by(self.world.rulebook, witness)
        checks = {clause.id: _check_of(judged, clause, self.name) for clause in (self.first, self.second)}
        label = FIELDS[self.name].label
        return "; ".join(f"{name}: {label} {write_limit(check).removeprefix('is ')}" for name, check in checks.items() if check is not None)


def _check_of(judged: Judged, clause: Clause, name: str) -> Check | None:
    """Return the check of an applying clause's own limit on a field, where nothing displaced it."""
    judgement = judged.judgements.get(clause.id)
    if judgement is None or not judgement.applies:
        return None
    return next((check for check in judgement.checks if check.field == name and not check.displaced_by and not isinstance(check.limit, Requirement)), None)


# Telling them


def _listed(world: World, told: Told) -> Iterator[Fault]:
    """Yield one fault for each pair and disagreement with all the fields it is about, one for each `none`, and only some of each table."""
    counts: dict[str, int] = {}
    for key, faults in told.items():
        head = faults[0]
        if head.kind == "overlap":
            counts[head.table] = counts.get(head.table, 0) + 1
            if counts[head.table] > MOST:
                continue
        fields = tuple(dict.fromkeys(name for fault in faults for name in fault.fields))
        clauses = head.clauses
        if len(key) == 3:  # a clause that says `none`, what it says, and whether it is decided
            others = dict.fromkeys(name for fault in faults for name in fault.clauses if name != key[0])
            clauses = (key[0], *others)
            what = f"{key[0]} {key[1]} {labels(fields)} where {', '.join(others)} limit{'s' if len(others) == 1 else ''} it, and neither replaces the other"
        else:
            what = f"{key[0]} and {key[1]} {key[2]} {labels(fields)}"
        yield replace(head, sentence=_sentence(what, head), clauses=clauses, fields=fields)
    for table, count in counts.items():
        if count > MOST:
            yield Fault("overlap", world.rulebook.name, f"{count - MOST} more pairs of rows of {table} overlap.", table=table)


def _sentence(what: str, fault: Fault) -> str:
    if not fault.decided:
        return f"it could not be decided whether {what}{': ' + fault.sentence if fault.sentence else ''}."
    return f"{what}: for example {write_spec(fault.witness)} ({fault.sentence})."
