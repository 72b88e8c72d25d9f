"""What a designer can move to make a proposal comply: one value, or several that move together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from compliance.rules.judging import Check
from compliance.rules.solving.trials import Trials, designed, is_margin
from compliance.specs import Value, round_number
from compliance.vocabulary import FIELDS, SIDES

BOTH_SIDES = ("side_setback_m", "other_side_setback_m")


@dataclass(frozen=True, slots=True)
class Lever:
    """One thing that can be moved.

    Attributes:
        fields: the planning fields that move together, all to the same value.
        present: their value now.
        with_storeys: storeys per metre of height, where the storeys are stated beside the height and follow it.
        leads: the field that is worked out from this one ("height_m" from the storeys), "" for none.
        leads_by: how much of that field one unit makes, where it is a plain multiple; else 0.
    """

    fields: tuple[str, ...]
    present: float
    with_storeys: float = 0.0
    leads: str = ""
    leads_by: float = 0.0

    @property
    def name(self) -> str:
        """The first field."""
        return self.fields[0]

    @property
    def moved(self) -> frozenset[str]:
        """The fields that change when it moves."""
        return frozenset((*self.fields, self.leads)) - {""}

    @property
    def whole(self) -> bool:
        """Whether it moves by whole numbers."""
        return FIELDS[self.name].kind == "count"

    @property
    def step(self) -> float:
        """By how much a person would move it at the least."""
        return 1.0 if self.whole else 0.01

    def to(self, value: float) -> dict[str, Value]:
        """Return the changes that move it to a value."""
        number = int(value) if self.whole else round_number(value)
        changes: dict[str, Value] = dict.fromkeys(self.fields, number)
        if self.with_storeys:
            changes["storeys"] = max(1, int(value * self.with_storeys + 1e-9))
        return changes

    def size(self, value: float) -> float:
        """Return how large a move is: |change| over the present value (over 1 where that is less than 1)."""
        return abs(value - self.present) / max(self.present, 1.0)


def levers(trials: Trials, violated: list[Check]) -> list[Lever]:
    """Return what can be moved to mend some violations: their own fields, and what their clauses turn on."""
    names = dict.fromkeys(check.field for check in violated)
    for check in violated:
        names |= dict.fromkeys(sorted(check.clause.reads))
        if check.clause.required or check.clause.allowed:
            names |= dict.fromkeys(sorted(check.clause.required | check.clause.allowed))
    if "setback_m" in names:
        names |= dict.fromkeys(SIDES)
    return list(_levers(trials, [name for name in names if designed(name)]))


def _levers(trials: Trials, names: list[str]) -> Iterator[Lever]:
    spec, stated = trials.completed({}).spec, trials.spec
    seen: set[str] = set()
    for name in names:
        value = spec.get(name)
        if name in seen or name == "setback_m" or not isinstance(value, (int, float)) or isinstance(value, bool):
            continue
        if name not in stated and not is_margin(name):
            if name == "height_m" and "storeys" in stated and "storeys" not in seen:
                seen.add("storeys")
                yield Lever(("storeys",), float(stated["storeys"]), leads="height_m")  # type: ignore[arg-type]
            whole, area = stated.get("fsi_with_ancillary"), spec.get("net_plot_area_sq_m")
            if name == "built_up_area_sq_m" and isinstance(whole, (int, float)) and isinstance(area, (int, float)):
                yield Lever(("fsi_with_ancillary",), float(whole), leads=name, leads_by=float(area))
            continue
        if name in BOTH_SIDES and spec.get(BOTH_SIDES[0]) == spec.get(BOTH_SIDES[1]):
            seen.update(BOTH_SIDES)
            yield Lever(BOTH_SIDES, float(value))
            continue
        if name == "storeys" and "height_m" in stated:
            continue  # the height moves, and the storeys follow
        seen.add(name)
        storeys = stated.get("storeys") if name == "height_m" else None
        yield Lever((name,), float(value), storeys / value if isinstance(storeys, int) and value else 0.0)
