"""A case that the solver found, tried on the engine and made as plain as it can be while it still shows the same."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from compliance.rules.completing import complete
from compliance.rules.judging import Judged, judge
from compliance.rules.rulebook import Rulebook
from compliance.rules.soundness.solver import Answer
from compliance.rules.soundness.world import World
from compliance.specs import Spec, SpecError, Value, normalise_spec
from compliance.vocabulary import BUILDING_TYPES, FIELDS, codes_of

Shows = Callable[[Judged, datetime.date], bool]
"""Whether a judged proposal shows what is wrong."""

_TYPICAL: dict[str, tuple[Value, ...]] = {
    "planning_division": ("suburbs",), "land_use_zone": ("R", "R1", "R2", "Commercial", "C2", "Industrial", "IZ1"),
    "building_use": ("residential", "mixed", "commercial"), "building_type": ("apartment", "office", "school", "factory"),
    "redevelopment_clause": ("none",), "special_area": ("none",), "plot_area_sq_m": (1000.0, 2000.0, 500.0), "net_plot_area_sq_m": (1000.0, 2000.0, 500.0),
    "plot_width_m": (25.0,), "plot_depth_m": (40.0,), "plot_frontage_m": (25.0,), "average_plot_width_m": (25.0,),
    "abutting_road_width_m": (12.0, 18.0, 9.0), "prescribed_road_width_m": (12.0, 18.0, 9.0), "height_m": (15.0, 24.0, 9.0), "storeys": (5, 8, 3),
    "floor_height_m": (3.0,), "stilt_height_m": (3.0,), "fsi": (1.0,), "built_up_area_sq_m": (1000.0,), "dwelling_units": (10,),
}  # fmt: skip
"""What a usual proposal has: tried first, so that what is unusual about a witness is what matters."""

_ROUND = (10.0, 20.0, 30.0, 50.0, 100.0, 200.0, 300.0, 500.0, 5.0, 3.0, 2.0, 1.0)


@dataclass(frozen=True, slots=True)
class Witness:
    """A proposal on a day that shows what is wrong."""

    spec: Spec
    day: datetime.date


def bear_out(world: World, answer: Answer, names: Iterable[str], shows: Shows, keep: Iterable[str] = ("city",)) -> Witness | None:
    """Return the case found as a plain proposal that the engine shows the same for, or None where the engine does not bear it out.

    Args:
        world: the rulebook's proposals.
        answer: the case.
        names: the fields that it is about.
        shows: what has to be seen in the judged proposal.
        keep: the fields that the proposal says in any case.
    """
    rulebook, kept = world.rulebook, tuple(keep)
    names = world.closure((*names, *kept))
    witness = Witness(world.spec(answer, names), world.day(answer))
    if not _borne_out(rulebook, witness, shows):
        return None
    for day in reversed(world.days):
        if _borne_out(rulebook, Witness(witness.spec, day), shows):
            witness = Witness(witness.spec, day)
            break
    for name in names:
        if name in witness.spec and name not in kept and _borne_out(rulebook, without := _without(witness, name), shows):
            witness = without
    for name in witness.spec:
        for value in _candidates(rulebook, name, witness.spec):
            if value == witness.spec[name]:
                break
            changed = Witness({**witness.spec, name: value}, witness.day)
            if _borne_out(rulebook, changed, shows):
                witness = changed
                break
    return witness


def _without(witness: Witness, name: str) -> Witness:
    return Witness({key: value for key, value in witness.spec.items() if key != name}, witness.day)


def _candidates(rulebook: Rulebook, name: str, spec: Spec) -> Iterator[Value]:
    if FIELDS[name].kind == "flag":
        yield False
        return
    typical = _TYPICAL.get(name, ())
    if FIELDS[name].kind == "code":
        city = spec.get("city")
        codes = rulebook.cities if name == "city" else codes_of(name, str(city) if city else None)
        yield from (code for code in typical if code in codes)
        yield from codes
        return
    yield from typical
    value = spec[name]
    if isinstance(value, (int, float)):
        yield from _ROUND
        yield from (float(round(value, digits)) for digits in (-3, -2, -1, 0, 1, 2))


def _borne_out(rulebook: Rulebook, witness: Witness, shows: Shows) -> bool:
    try:
        spec = normalise_spec(witness.spec)
    except SpecError:
        return False
    kind, use = BUILDING_TYPES.get(str(spec.get("building_type"))), spec.get("building_use")
    if kind is not None and use not in (None, "mixed", kind.use):
        return False
    return shows(judged_by(rulebook, Witness(spec, witness.day)), witness.day)


def judged_by(rulebook: Rulebook, witness: Witness) -> Judged:
    """Return a witness as the engine judges it, with everything filled in that the rulebook assumes."""
    return judge(rulebook, rulebook.environment(complete(rulebook, witness.spec).spec), witness.day)
