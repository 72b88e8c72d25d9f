"""From the columns that were given to those that can be judged, as `rules.completing`: identities, the rulebook's defaults, its facts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from compliance import specs
from compliance.rules.columns.engine import ibis
from compliance.rules.columns.steps import Steps, View
from compliance.rules.columns.translating import Translator, any_of, field_dtype, null_of, number, round_number
from compliance.rules.rulebook import Default, Fact, Rulebook
from compliance.vocabulary import BLOCKING, FIELDS, SIDES

if TYPE_CHECKING:
    import ibis.expr.types as ir

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
    for layer in layers(rulebook.defaults, lambda default: default.field):
        view = View(steps)
        values = {default.field: _default(default, view) for default in layer}
        steps.add({f"default {name}": value for name, value in values.items()})
        steps.add(
            {
                **{f"assumed {name}": steps[name].isnull() & ~asked(steps, name) & steps[f"default {name}"].notnull() for name in values},
                **{name: _filled(steps, name, steps[f"default {name}"]) for name in values},
            }
        )
    _whole_area(steps)


def vary(steps: Steps, rulebook: Rulebook, variant: Variant) -> View:
    """Add what the fields would be at one end of an assumption's range, and return the view of it.

    A default is computed again where it was filled and rests on that assumption.
    """
    view = View(steps, variant.suffix)
    rests = {variant.field: f"assumed {variant.field}"}
    steps.add({variant.field + variant.suffix: ibis.ifelse(steps[rests[variant.field]], number(variant.value), steps[variant.field])})
    view.changed.add(variant.field)
    for default in rulebook.defaults:
        if default.field not in variant.fields or default.field == variant.field:
            continue
        name, behind = default.field, f"rests {default.field}{variant.suffix}"
        steps.add(
            {
                behind: steps[f"assumed {name}"] & any_of([steps[rests[other]] for other in sorted(default.reads) if other in rests]),
                f"default {name}{variant.suffix}": _default(default, view),
            }
        )
        rests[name] = behind
        steps.add({name + variant.suffix: ibis.ifelse(steps[behind], steps[f"default {name}{variant.suffix}"], steps[name])})
        view.changed.add(name)
    return view


def add_facts(steps: Steps, rulebook: Rulebook, views: Sequence[View]) -> None:
    """Add the rulebook's facts, and for each view those that differ in it."""
    for layer in layers(rulebook.facts, lambda fact: fact.name):
        columns = {}
        for view in views:
            for fact in layer:
                if view.suffix and view.changed.isdisjoint(fact.reads):
                    continue
                if view.suffix:
                    columns[fact.name + view.suffix] = Translator(view.read).value(fact.node)
                else:
                    columns[fact.name] = Translator(view.read).value(fact.node)
        steps.add(columns)
        for view in views:
            if view.suffix:
                view.changed |= {fact.name for fact in layer if fact.name + view.suffix in columns}


def layers(items: Iterable[Named], name_of: Callable[[Named], str]) -> Iterator[list[Named]]:
    """Yield defaults or facts so that each layer reads only those of the layers before."""
    depths: dict[str, int] = {}
    found: dict[int, list[Named]] = {}
    for item in items:
        depth = 1 + max((depths[name] for name in item.reads if name in depths), default=-1)
        depths[name_of(item)] = depth
        found.setdefault(depth, []).append(item)
    for depth in sorted(found):
        yield found[depth]


def asked(steps: Steps, name: str) -> ir.Value:
    """Return whether there is a question on a field."""
    return ibis.coalesce(steps[ASKED].contains(name), ibis.literal(False)) if ASKED in steps else ibis.literal(False)


def _filled(steps: Steps, name: str, value: ir.Value) -> ir.Value:
    """Return a field, filled with a value where it is missing and nobody was asked for it."""
    if ASKED in steps:
        value = ibis.ifelse(asked(steps, name), null_of(FIELDS[name].kind), value)
    return ibis.coalesce(steps[name], value)


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


def _default(default: Default, view: View) -> ir.Value:
    """Return a default's value as a spec holds it, unknown where it lies outside what a proposal can have."""
    definition = FIELDS[default.field]
    value = Translator(view.read).value(default.node)
    if definition.kind in ("flag", "code"):
        return value
    rounded = value if default.node.op == "constant" and default.node.value == specs.round_number(default.node.value) else round_number(value)
    fits = (rounded >= number(definition.low)) & (rounded <= number(definition.high))
    if definition.positive:
        fits = fits & (rounded > number(0))
    return ibis.ifelse(fits, rounded, ibis.null("float64"))
