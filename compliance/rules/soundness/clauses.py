"""What can be wrong with one clause: it can never apply, others always displace it, a table inside it leaves values out, its source is missing."""

from __future__ import annotations

import datetime
import graphlib
from collections.abc import Iterator
from itertools import pairwise

from compliance.rules.formulas import Node
from compliance.rules.judging import Judged
from compliance.rules.rulebook import Clause
from compliance.rules.soundness.conflicts import itself
from compliance.rules.soundness.faults import Fault
from compliance.rules.soundness.pairs import Pairs
from compliance.rules.soundness.solver import Formula, both, either, no
from compliance.rules.soundness.translating import Word
from compliance.rules.soundness.witnesses import bear_out
from compliance.rules.soundness.wording import labels, write_node, write_spec
from compliance.rules.soundness.world import World

MOST_CODES = 40


def clause_faults(world: World) -> Iterator[Fault]:
    """Yield what is wrong with each clause by itself, in the order of the file."""
    for clause in sorted(world.rulebook.clauses, key=lambda clause: world.order[clause.id]):
        yield from _source(world, clause)
        dead = list(_never_applies(world, clause))
        yield from dead
        if not dead:
            yield from _always_displaced(world, clause)
            for limit in clause.limits:
                yield from itself(world, clause, limit)
            yield from _tables_inside(world, clause)


def _source(world: World, clause: Clause) -> Iterator[Fault]:
    for part in ("document", "edition", "clause"):
        if not str(clause.source.get(part) or "").strip():
            yield Fault("source", world.rulebook.name, f"{clause.id} does not say the {part} of its source.", (clause.id,))
    if clause.table and clause.clause_no.strip().lower() == clause.table.strip().lower():
        sentence = f"{clause.id} gives the name of its table as its clause number; write the number of the clause."
        yield Fault("source", world.rulebook.name, sentence, (clause.id,))
    if not clause.verification:
        yield Fault("source", world.rulebook.name, f"{clause.id} does not say how its transcription was checked.", (clause.id,))


def _never_applies(world: World, clause: Clause) -> Iterator[Fault]:
    if world.in_force(clause) is False:
        sentence = f"{clause.id} is never in force: its effective dates are empty or lie outside those of the rulebook."
        yield Fault("never applies", world.rulebook.name, sentence, (clause.id,))
        return
    found = world.ask([world.applies(clause).yes], world.reads(clause)).found
    if found == "no":
        sentence = f"{clause.id} can never apply: its conditions contradict each other, the facts or what a proposal can have."
        yield Fault("never applies", world.rulebook.name, sentence, (clause.id,))
    elif found == "unknown":
        yield Fault("never applies", world.rulebook.name, f"it could not be decided whether {clause.id} can ever apply.", (clause.id,), decided=False)


def _always_displaced(world: World, clause: Clause) -> Iterator[Fault]:
    rulebook, names, standing = world.rulebook, set(world.reads(clause)), []
    for name in clause.limited_fields:
        displacing = [other for other in rulebook.replacing.get(name, ()) if clause.id in other.replaces]
        if not displacing:
            return
        standing.append(both(*(no(world.applies(other).yes) for other in displacing)))
        names = names.union(*(world.reads(other) for other in displacing))
    if world.ask([world.applies(clause).yes, either(*standing)], names).found == "no":
        sentence = f"{clause.id} never has a say: wherever it applies, clauses that replace it displace all its limits."
        yield Fault("always displaced", rulebook.name, sentence, (clause.id,), clause.limited_fields)


# Tables inside a clause


def _tables_inside(world: World, clause: Clause) -> Iterator[Fault]:
    seen: set[str] = set()
    for root, applying, certain in _roots(world, clause):
        for node, guard in _inside(world, root, True):
            text = write_node(node)
            if text not in seen:
                seen.add(text)
                yield from _left_out(world, clause, node, both(applying, guard), certain)


def _roots(world: World, clause: Clause) -> Iterator[tuple[Node, Formula, bool]]:
    """Yield the trees of a clause, with when they matter, and whether the clause applies then for certain."""
    applies = world.applies(clause)
    for root in (*(node for limit in clause.limits for node in limit.nodes()), *(each.test for each in clause.requirements)):
        yield root, applies.yes, True
    # A condition matters unless another one already rules the clause out.
    for condition in clause.conditions:
        others = (world.translator.flag(other.node).no for other in clause.conditions if other is not condition)
        yield condition.node, both(world.in_force(clause), no(either(*others))), False


def _inside(world: World, node: Node, guard: Formula) -> Iterator[tuple[Node, Formula]]:
    """Yield every `by` of a tree, facts included, with what must hold for it to be read.

    A `first_known` has its own answer to what is unknown, and inside `count` and `sum` no table can stand.
    """
    flag = world.translator.flag
    if node.op in ("first_known", "count", "sum") or guard is False:
        return
    if node.op == "name" and node.value in world.rulebook.fact_by_name:
        yield from _inside(world, world.rulebook.fact_by_name[node.value].node, guard)
    elif node.op == "where":
        test, first, second = node.args
        yield from _inside(world, test, guard)
        yield from _inside(world, first, both(guard, flag(test).yes))
        yield from _inside(world, second, both(guard, flag(test).no))
    elif node.op in ("all", "any"):
        for arg in node.args:
            settled = (flag(other).no if node.op == "all" else flag(other).yes for other in node.args if other is not arg)
            yield from _inside(world, arg, both(guard, no(either(*settled))))
    elif node.op == "by":
        yield node, guard
        key = world.translator.term(node.args[0])
        yield from _inside(world, node.args[0], guard)
        for match, arg in zip(node.value, node.args[1:], strict=True):
            yield from _inside(world, arg, both(guard, key.known, world.translator.matching(match, key)))
    else:
        for arg in node.args:
            yield from _inside(world, arg, guard)


def _left_out(world: World, clause: Clause, node: Node, guard: Formula, certain: bool) -> Iterator[Fault]:
    key = world.translator.term(node.args[0])
    missing = both(guard, key.known, no(either(*(world.translator.matching(match, key) for match in node.value))))
    blocked: list[Formula] = []
    codes: list[str] = []
    first = None
    words = {number: code for code, number in world.codes.items()}
    while len(codes) < MOST_CODES:
        answer = world.ask([missing, *blocked], world.reads(clause))
        if answer.found != "yes":
            break
        first = first or answer
        if not isinstance(key, Word):
            break
        codes.append(words[int(answer.number(key.value))])
        blocked.append(key.value != world.codes[codes[-1]])
    what = f"the table by {write_node(node.args[0])} in {clause.id}"
    about = ((clause.id,), clause.limited_fields)
    if first is None:
        if answer.found == "unknown":
            yield Fault("by", world.rulebook.name, f"it could not be decided whether {what} leaves values out.", *about, decided=False)
        return

    def shows(judged: Judged, day: datetime.date) -> bool:
        judgement = judged.judgements.get(clause.id)
        value = node.args[0].run(judged.env)
        if judgement is None or judgement.applies is False or (certain and judgement.applies is None):
            return False
        return value is not None and not any(match(value) for match in node.value)

    witness = bear_out(world, first, world.reads(clause), shows)
    if witness is None:
        sentence = f"it could not be decided whether {what} leaves values out: the case found is not borne out by the engine."
        yield Fault("by", world.rulebook.name, sentence, *about, decided=False)
        return
    values = f" ({', '.join(sorted(codes))})" if codes else ""
    sentence = f"{what} leaves out values that can occur{values}: for example {write_spec(witness.spec)}."
    yield Fault("by", world.rulebook.name, sentence, *about, "", witness.spec, witness.day)


# Circles


def circles(world: World, pairs: Pairs) -> Iterator[Fault]:
    """Yield the circles of clauses that displace each other and can apply together: none of their limits would stand."""
    rulebook = world.rulebook
    fields = sorted({name for clause in rulebook.clauses if clause.replaces for name in clause.limited_fields})
    told: dict[tuple[str, ...], list[str]] = {}
    for name in fields:
        kept = {clause.id: clause for clause in rulebook.clauses if name in clause.limited_fields}
        for circle in _circles({key: sorted(kept.keys() & clause.replaces) for key, clause in kept.items()}):
            told.setdefault(circle, []).append(name)
    for circle, names in told.items():
        clauses = [rulebook.by_id[key] for key in circle]
        if any(pairs.apart(one, other) for one, other in pairwise(clauses)):
            continue
        reads = frozenset().union(*(world.reads(clause) for clause in clauses))
        answer = world.ask([world.applies(clause).yes for clause in clauses], reads)
        if answer.found == "no":
            continue

        def shows(judged: Judged, day: datetime.date, circle: tuple[str, ...] = circle) -> bool:
            return all((found := judged.judgements.get(key)) is not None and found.applies for key in circle)

        witness = bear_out(world, answer, reads, shows) if answer.found == "yes" else None
        what = f"{' -> '.join((*circle, circle[0]))} replace each other, so that no limit on {labels(names)} stands"
        if witness is None:
            yield Fault("circle", rulebook.name, f"it could not be decided whether they apply together: {what}.", circle, tuple(names), decided=False)
        else:
            yield Fault("circle", rulebook.name, f"{what}: for example {write_spec(witness.spec)}.", circle, tuple(names), "", witness.spec, witness.day)


def _circles(graph: dict[str, list[str]]) -> Iterator[tuple[str, ...]]:
    """Yield circles, each pair first, then longer ones until none is left that does not hold one already told."""
    told: list[tuple[str, ...]] = []
    for one in sorted(graph):
        for other in graph[one]:
            if one < other and one in graph.get(other, ()):
                told.append((one, other))
    yield from told
    cut = {key: [other for other in targets if (min(key, other), max(key, other)) not in told] for key, targets in graph.items()}
    while True:
        try:
            graphlib.TopologicalSorter(cut).prepare()
        except graphlib.CycleError as error:
            circle = tuple(reversed(error.args[1][1:]))
            yield circle
            cut[circle[0]] = [other for other in cut[circle[0]] if other != circle[1]]
        else:
            return
