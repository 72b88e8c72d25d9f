"""From the columns that were given to those that can be judged, as `rules.completing`: identities, the rulebook's defaults, its facts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar

from compliance import specs
from compliance.rules.columns.folding import FALSE, Value, any_of, coalesce, ifelse
from compliance.rules.columns.steps import Steps, View
from compliance.rules.columns.translating import UNKNOWN, Translator, field_dtype, null_of, number, round_number
from compliance.rules.rulebook import Default, Fact, Rulebook
from compliance.vocabulary import BLOCKING, FIELDS, SIDES

ASKED = "asked"
"""The column, where there is one, with the names of the fields on which there is a question: no default is filled for them."""

Named = TypeVar("Named", Default, Fact)


@dataclass(frozen=True, slots=True)
class Variant:
    """One end of the documented range of an assumption.

    Attributes:
        field: the assumed field.
        value: the end of its range.
        suffix: what ends the names of the columns that differ there.
        fields: the fields that differ, or may.
    """

    field: str
    value: float
    suffix: str
    fields: frozenset[str]


def needed_fields(rulebook: Rulebook) -> list[str]:
    """Return the planning fields that a rulebook can read, in the vocabulary's order."""
    names = {*BLOCKING, *SIDES, "setback_m", "net_plot_area_sq_m", "building_use", "fsi_with_ancillary", "built_up_area_sq_m"}
    for default in rulebook.defaults:
        names |= {default.field, *default.reads}
    for clause in rulebook.clauses:
        names |= {*clause.reads, *clause.limited_fields}
    return [name for name in FIELDS if name in names]


def variants(rulebook: Rulebook) -> list[Variant]:
    """Return the ends of the ranges of a rulebook's assumptions, in the order in which they are tried."""
    found: list[Variant] = []
    for assumption in rulebook.defaults:
        behind = {assumption.field}
        for default in rulebook.defaults:
            if default.field not in behind and not behind.isdisjoint(default.reads):
                behind.add(default.field)
        found += [Variant(assumption.field, end, f"@{len(found) + place}", frozenset(behind)) for place, end in enumerate(assumption.range or ())]
    return found


def complete(steps: Steps, rulebook: Rulebook) -> None:
    """Add the completed fields; what was assumed is told by a column `assumed <field>` for each default."""
    given = needed_fields(rulebook)
    steps.add({name: steps.field(name).cast(field_dtype(name)) for name in given})
    _margins(steps)
    _areas(steps, {default.field for default in rulebook.defaults})
    _whole_area(steps)
    view = View(steps)
    for default in rulebook.defaults:
        name, value = default.field, _default(default, view)
        steps.add({f"assumed {name}": steps[name].isnull() & ~asked(steps, name) & value.notnull(), name: _filled(steps, name, value)})
    _whole_area(steps)


def vary(steps: Steps, rulebook: Rulebook, variant: Variant) -> View:
    """Add what the fields would be at one end of an assumption's range, and return the view of it.

    A default is computed again where it was filled and rests on that assumption.
    """
    view = View(steps, variant.suffix)
    rests = {variant.field: steps[f"assumed {variant.field}"]}
    _change(view, variant.field, ifelse(rests[variant.field], number(variant.value), steps[variant.field]))
    for default in rulebook.defaults:
        name = default.field
        if name in variant.fields and name != variant.field:
            rests[name] = steps[f"assumed {name}"] & any_of([rests[other] for other in sorted(default.reads) if other in rests])
            _change(view, name, ifelse(rests[name], _default(default, view), steps[name]))
    return view


def _change(view: View, name: str, value: Value) -> None:
    """Add what a field or a fact is in a view, unless it is the same there."""
    if view.steps[name] is not value:
        view.steps.add({name + view.suffix: value})
        view.changed.add(name)


def add_facts(rulebook: Rulebook, views: Sequence[View]) -> None:
    """Add the rulebook's facts, and for each view those that differ in it."""
    for view in views:
        for fact in rulebook.facts:
            if not view.suffix:
                view.steps.add({fact.name: Translator(view.read).value(fact.node)})
            elif not view.changed.isdisjoint(fact.reads):
                _change(view, fact.name, Translator(view.read).value(fact.node))


def asked(steps: Steps, name: str) -> Value:
    """Return whether there is a question on a field."""
    return coalesce(steps[ASKED].contains(name), FALSE) if ASKED in steps else FALSE


def _filled(steps: Steps, name: str, value: Value) -> Value:
    """Return a field, filled with a value where it is missing and nobody was asked for it."""
    if ASKED in steps:
        value = ifelse(asked(steps, name), null_of(FIELDS[name].kind), value)
    return coalesce(steps[name], value)


def _margins(steps: Steps) -> None:
    front, side, other, rear = SIDES
    steps.add({name: _filled(steps, name, steps["setback_m"]) for name in (front, side, rear)})
    # A sided value wins where given: `setback_m` fills the other side only where no side margin is known.
    steps.add({other: _filled(steps, other, steps[side].coalesce(steps["setback_m"]))})


def _areas(steps: Steps, otherwise: Collection[str]) -> None:
    for target, origin in (("net_plot_area_sq_m", "plot_area_sq_m"), ("plot_area_sq_m", "net_plot_area_sq_m")):
        if target not in otherwise:
            steps.add({target: _filled(steps, target, steps[origin])})


def _whole_area(steps: Steps) -> None:
    whole = round_number(steps["fsi_with_ancillary"] * steps["net_plot_area_sq_m"])
    steps.add({"built_up_area_sq_m": _filled(steps, "built_up_area_sq_m", whole)})


def _default(default: Default, view: View) -> Value:
    """Return a default's value as a spec holds it, unknown where it lies outside what a proposal can have."""
    definition = FIELDS[default.field]
    value = Translator(view.read).value(default.node)
    if definition.kind in ("flag", "code"):
        return value
    rounded = value if default.node.op == "constant" and default.node.value == specs.round_number(default.node.value) else round_number(value)
    fits = (rounded >= number(definition.low)) & (rounded <= number(definition.high))
    if definition.positive:
        fits = fits & (rounded > number(0))
    return ifelse(fits, rounded, UNKNOWN)
