"""Gaps: proposals inside a table's domain that none of its rows fits, and proposals whose deciding field no clause limits."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from compliance.rules.formulas import Node
from compliance.rules.judging import Judged
from compliance.rules.rulebook import Clause, Condition, Intended, Matcher, Rulebook
from compliance.rules.soundness.faults import Fault
from compliance.rules.soundness.solver import Answer, Formula, both, either, no
from compliance.rules.soundness.translating import Number
from compliance.rules.soundness.witnesses import bear_out
from compliance.rules.soundness.wording import labels, write_key, write_node, write_spec
from compliance.rules.soundness.world import World
from compliance.vocabulary import BLOCKING, FIELDS

MOST = 10
"""How many gaps of one table and field are listed."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a clause does not apply: what is so of one field or fact, or a test that fails.

    `holds` says the same of a judged proposal.
    """

    key: str
    match: Matcher | None
    text: str
    formula: Formula = field(compare=False)
    holds: Callable[[Mapping[str, Any], datetime.date], bool] = field(compare=False)


@dataclass(frozen=True, slots=True)
class Place:
    """A place that rows should cover: a table and the fields that the same of its rows limit, or a deciding field over the whole rulebook."""

    fields: tuple[str, ...]
    table: str
    rows: tuple[Clause, ...]
    domains: tuple[tuple[Clause, tuple[Node, ...]], ...] = ()

    @property
    def what(self) -> str:
        """The place in words."""
        return f"{self.table} has no row for {labels(self.fields)}" if self.table else f"No clause limits {labels(self.fields)}"


def gaps(world: World) -> Iterator[Fault]:
    """Yield the gaps of a rulebook that are not declared, and the declared ones that it does not have."""
    declared = [entry for entry in world.rulebook.intended if entry.kind == "gap"]
    places = list(places_of(world.rulebook, world.order))
    for place in places:
        for fields, meant in _by_declarations(place, declared):
            yield from _gaps_of(world, Place(fields, place.table, place.rows, place.domains), meant)
    for entry in declared:
        for name in entry.fields:
            yield from _stale(world, entry, name, [place for place in places if name in place.fields and entry.table in ("", place.table)])


def places_of(rulebook: Rulebook, order: Mapping[str, int]) -> Iterator[Place]:
    """Yield the tables, each with the fields that the same of its rows limit, and then the deciding fields."""
    clauses = sorted(rulebook.clauses, key=lambda clause: order[clause.id])
    for table in dict.fromkeys(clause.table for clause in clauses if clause.table):
        rows = [clause for clause in clauses if clause.table == table]
        by_rows: dict[tuple[str, ...], list[str]] = {}
        for name in (name for name in FIELDS if any(name in row.limited_fields for row in rows)):
            by_rows.setdefault(tuple(row.id for row in rows if name in row.limited_fields), []).append(name)
        for ids, fields in by_rows.items():
            limiting = tuple(rulebook.by_id[name] for name in ids)
            yield Place(tuple(fields), table, limiting, tuple((row, tuple(_domain(rulebook, row, limiting))) for row in limiting))
    if rulebook.deciding != "limited":
        for name in dict.fromkeys(rulebook.deciding):
            yield Place((name,), "", tuple(clause for clause in clauses if name in clause.limited_fields))


def _domain(rulebook: Rulebook, row: Clause, rows: Sequence[Clause]) -> Iterator[Node]:
    """Yield what a row says of codes and flags: of fields, of facts that follow from such fields alone, and of facts where every row says it."""
    for condition in row.conditions:
        if condition.matcher is not None and condition.matcher.is_interval:
            continue
        if _of_kinds(rulebook, condition.node) or (condition.matcher is not None and all(_says(other, condition) for other in rows)):
            yield condition.node


def _says(row: Clause, condition: Condition) -> bool:
    return any(other.key == condition.key and other.matcher == condition.matcher for other in row.conditions)


def _of_kinds(rulebook: Rulebook, node: Node) -> bool:
    for inner in node.walk():
        if inner.op in ("required", "allowed", "count", "sum"):
            return False
        if inner.op == "name":
            fact = rulebook.fact_by_name.get(inner.value)
            if not (_of_kinds(rulebook, fact.node) if fact else FIELDS[inner.value].kind in ("code", "flag")):
                return False
    return True


def _by_declarations(place: Place, declared: list[Intended]) -> Iterator[tuple[tuple[str, ...], tuple[Intended, ...]]]:
    groups: dict[tuple[int, ...], list[str]] = {}
    for name in place.fields:
        key = tuple(number for number, entry in enumerate(declared) if name in entry.fields and entry.table in ("", place.table))
        groups.setdefault(key, []).append(name)
    for key, fields in groups.items():
        yield tuple(fields), tuple(declared[number] for number in key)


# Finding them


def _open(world: World, place: Place) -> list[Formula]:
    """Return what makes a proposal a gap of a place."""
    return [_domain_of(world, place), *(world.applies(row).no for row in place.rows)]


def _domain_of(world: World, place: Place) -> Formula:
    if not place.table:
        return True
    return either(*(both(world.in_force(row), *(world.translator.flag(node).yes for node in nodes)) for row, nodes in place.domains))


def _names(world: World, place: Place, meant: Iterable[Intended] = ()) -> set[str]:
    return set().union({"city"}, *(world.reads(row) for row in place.rows), *(entry.reads for entry in meant)) | (set() if place.table else set(BLOCKING))


def _gaps_of(world: World, place: Place, meant: tuple[Intended, ...]) -> Iterator[Fault]:
    base = [*_open(world, place), *(no(world.translator.flag(entry.where).yes) for entry in meant)]
    names = _names(world, place, meant)
    against = {row.id: tuple(_reasons(world, row)) for row in place.rows}
    name, ids = world.rulebook.name, tuple(row.id for row in place.rows)
    for number in range(MOST + 1):
        answer = world.ask(base, names)
        if answer.found == "no":
            return
        if answer.found == "unknown":
            sentence = f"it could not be decided whether {_lower(place.what)} in {'another' if number else 'some'} case."
            yield Fault("gap", name, sentence, ids, place.fields, place.table, decided=False)
            return
        if number == MOST:
            yield Fault("gap", name, f"{place.what} in more cases than the {MOST} listed.", ids, place.fields, place.table)
            return
        cell = _plainest(world, place, base, names, _cell(answer, against))
        base.append(no(both(*(reason.formula for reason in cell))))
        yield _gap(world, place, meant, answer, cell)


def _gap(world: World, place: Place, meant: tuple[Intended, ...], answer: Answer, cell: list[Reason]) -> Fault:
    rulebook, ids = world.rulebook, tuple(row.id for row in place.rows)

    def shows(judged: Judged, day: datetime.date) -> bool:
        env = judged.env
        return (
            all(_does_not_apply(judged, row) for row in place.rows)
            and all(reason.holds(env, day) for reason in cell)
            and not any(entry.where.run(env) for entry in meant)
            and (not place.table or any(row.in_force(day) and all(node.run(env) is True for node in nodes) for row, nodes in place.domains))
        )

    words = _write_cell(rulebook, cell) + (_elsewhere(world, place, meant, cell) if place.table else "")
    witness = bear_out(world, answer, _names(world, place, meant), shows, BLOCKING if not place.table else ("city",))
    if witness is None:
        sentence = f"it could not be decided whether {_lower(place.what)}{words}: the case found is not borne out by the engine."
        return Fault("gap", rulebook.name, sentence, ids, place.fields, place.table, decided=False)
    example = f"for example {write_spec(witness.spec)}"
    return Fault("gap", rulebook.name, f"{place.what}{words}; {example}{world.on(witness.day)}.", ids, place.fields, place.table, witness.spec, witness.day)


def _elsewhere(world: World, place: Place, meant: tuple[Intended, ...], cell: list[Reason]) -> str:
    """Return in words whether other clauses limit every field in all of a cell."""
    around = [*_open(world, place), *(no(world.translator.flag(entry.where).yes) for entry in meant), *(reason.formula for reason in cell)]
    for name in place.fields:
        others = [clause for clause in world.rulebook.clauses if name in clause.limited_fields and clause not in place.rows]
        names = _names(world, place, meant).union(*(world.reads(clause) for clause in others))
        if world.ask([*around, *(world.applies(clause).no for clause in others)], names).found != "no":
            return " (and no other clause limits some of these)"
    return " (other clauses limit it there)"


def _does_not_apply(judged: Judged, row: Clause) -> bool:
    judgement = judged.judgements.get(row.id)
    return judgement is None or judgement.applies is False


def _lower(text: str) -> str:
    return text if text.startswith("Table") else text[0].lower() + text[1:]


# Cells


def _reasons(world: World, row: Clause) -> Iterator[Reason]:
    """Yield every single reason why a row does not apply."""
    for condition in row.conditions:
        match, node = condition.matcher, condition.node
        if match is not None and match.is_interval:
            yield from _sides(world, condition, match)
        else:
            opposite = None if match is None else Matcher(none_of=match.one_of) if match.one_of is not None else Matcher(one_of=match.none_of)
            text = "" if condition.key else f"not ({write_node(node)})"
            yield Reason(condition.key, opposite, text, world.translator.flag(node).no, lambda env, day, node=node: node.run(env) is False)  # type: ignore[misc]
    days = no(world.in_force(row))
    if days is not False:
        yield Reason("", None, f"{row.id} not in force", days, lambda env, day: not row.in_force(day))


def _sides(world: World, condition: Condition, match: Matcher) -> Iterator[Reason]:
    """Yield the two sides on which a number can miss an interval."""
    term = world.read(condition.key)
    assert isinstance(term, Number)  # noqa: S101 - the loader checked the types
    sides = (
        Matcher(below=match.minimum) if match.minimum is not None else Matcher(maximum=match.above) if match.above is not None else None,
        Matcher(above=match.maximum) if match.maximum is not None else Matcher(minimum=match.below) if match.below is not None else None,
    )
    for side in sides:
        if side is not None:
            formula = both(term.known, world.translator.within(side, term.value))
            yield Reason(condition.key, side, "", formula, lambda env, day, side=side: env.get(condition.key) is not None and side(env[condition.key]))  # type: ignore[misc]


def _cell(answer: Answer, against: Mapping[str, tuple[Reason, ...]]) -> list[Reason]:
    """Return reasons that together rule out every row: the ones that rule out most first, so that the cell is large and plain."""
    left = {row: [reason for reason in reasons if answer.holds(reason.formula)] for row, reasons in against.items()}
    chosen: list[Reason] = []
    while left:
        counts: dict[Reason, int] = {}
        for reasons in left.values():
            for reason in reasons:
                counts[reason] = counts.get(reason, 0) + 1
        best = max(counts, key=lambda reason: counts[reason])
        chosen.append(best)
        left = {row: reasons for row, reasons in left.items() if best not in reasons}
    return chosen


def _plainest(world: World, place: Place, base: list[Formula], names: set[str], cell: list[Reason]) -> list[Reason]:
    """Return a cell without the reasons that the others imply: whole fields and facts first, those with the fewest reasons before others."""
    a_row_applies = either(*(no(world.applies(row).no) for row in place.rows))
    around = [base[0], *base[1 + len(place.rows) :]]  # the domain and what was told or declared, without the rows themselves

    def enough(kept: list[Reason]) -> bool:
        return world.ask([*around, a_row_applies, *(reason.formula for reason in kept)], names).found == "no"

    keys = sorted({reason.key for reason in cell}, key=lambda key: (sum(reason.key == key for reason in cell), key))
    for key in keys:
        kept = [reason for reason in cell if reason.key != key]
        cell = kept if len(keys) > 1 and enough(kept) else cell
    for reason in list(cell):
        kept = [other for other in cell if other is not reason]
        cell = kept if enough(kept) else cell
    return cell


def _write_cell(rulebook: Rulebook, cell: list[Reason]) -> str:
    by_key: dict[str, list[Matcher]] = {}
    for reason in cell:
        if reason.match is not None:
            by_key.setdefault(reason.key, []).append(reason.match)
    words = [write_key(rulebook, key, matches) for key, matches in by_key.items()]
    words += [reason.text for reason in cell if reason.text]
    return f" where {'; '.join(words)}" if words else ""


# Declared ones


def _stale(world: World, entry: Intended, name: str, places: list[Place]) -> Iterator[Fault]:
    where = world.translator.flag(entry.where).yes
    found = {world.ask([*_open(world, place), where], _names(world, place, [entry])).found for place in places}
    what = f"the gap of {FIELDS[name].label}{f' in {entry.table}' if entry.table else ''} declared where {write_node(entry.where)}"
    if "yes" not in found:
        decided = "unknown" not in found
        sentence = f"{what} was not found." if decided else f"it could not be decided whether {what} is there."
        yield Fault("stale", world.rulebook.name, sentence, (), (name,), entry.table, decided=decided)
