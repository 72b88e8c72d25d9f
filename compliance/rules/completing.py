"""From what was read to what can be judged: identities between fields, then the rulebook's own defaults, each listed as an assumption."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from compliance.rules.rulebook import Rulebook
from compliance.specs import Spec, Value, round_number
from compliance.vocabulary import FIELDS, SIDES

Origin = Literal["derived", "assumed"]


@dataclass(frozen=True, slots=True)
class Completed:
    """One value that the proposal does not state: derived by an exact identity or assumed by the rulebook."""

    field: str
    value: Value
    origin: Origin
    says: str
    range: tuple[float, float] | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the wire form."""
        return {"field": self.field, "value": self.value, "origin": self.origin, "says": self.says, **({"range": list(self.range)} if self.range else {})}


@dataclass(frozen=True, slots=True)
class Completion:
    """A completed spec.

    Attributes:
        stated: the spec before completion.
        spec: every value that judging uses.
        added: what was derived or assumed, in order.
        behind: for each assumed field the assumed fields that its value was computed from, itself included.
        asked: the fields on which there is a question; no default was filled for them.
    """

    stated: Spec
    spec: Spec
    added: tuple[Completed, ...] = ()
    behind: Mapping[str, frozenset[str]] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()

    @property
    def assumptions(self) -> tuple[Completed, ...]:
        """The assumed values."""
        return tuple(entry for entry in self.added if entry.origin == "assumed")


def complete(rulebook: Rulebook, spec: Spec, asked: Collection[str] = ()) -> Completion:
    """Return a spec with everything filled in that may be filled in.

    Args:
        rulebook: whose defaults hold.
        spec: the values given, stated and derived by the reader.
        asked: fields on which the reader has a question; they stay missing.
    """
    work = _Completing(dict(spec), frozenset(asked))
    work.margins()
    work.areas(frozenset(default.field for default in rulebook.defaults))
    work.whole_area()
    work.defaults(rulebook)
    work.whole_area()
    return Completion(spec, work.spec, tuple(work.added), work.behind, work.asked)


def vary(rulebook: Rulebook, completion: Completion, name: str, value: float) -> dict[str, Value | None]:
    """Return another value for one assumption, with everything that was assumed from it recomputed (None: no longer known)."""
    resting = [default for default in rulebook.defaults if default.field != name and name in completion.behind.get(default.field, ())]
    varied: dict[str, Value | None] = {name: value, **dict.fromkeys((default.field for default in resting), None)}
    for default in resting:
        found = default.node.run({**completion.spec, **varied})
        varied[default.field] = None if found is None else _as_value(default.field, found)
    return varied


class _Completing:
    def __init__(self, spec: Spec, asked: frozenset[str]) -> None:
        self.spec = spec
        self.asked = asked
        self.added: list[Completed] = []
        self.behind: dict[str, frozenset[str]] = {}

    def margins(self) -> None:
        """Derive the sided margins from one margin for all sides, and the other side from the side."""
        for target, origin in (*((side, "setback_m") for side in SIDES), ("other_side_setback_m", "side_setback_m")):
            # A sided value wins where given: `setback_m` fills the other side only where no side margin was stated.
            if target == "other_side_setback_m" and origin == "setback_m" and "side_setback_m" in self.spec:
                continue
            if target not in self.spec and target not in self.asked and origin in self.spec:
                self._add(target, self.spec[origin], "derived", f"{target} = {origin}")

    def areas(self, otherwise: Collection[str]) -> None:
        """Assume the net plot equal to the plot where only one of the two is known; not where the rulebook has a default of its own."""
        for target, origin in (("net_plot_area_sq_m", "plot_area_sq_m"), ("plot_area_sq_m", "net_plot_area_sq_m")):
            if target not in otherwise and target not in self.spec and target not in self.asked and origin in self.spec:
                self._add(target, self.spec[origin], "assumed", f"{FIELDS[target].label} taken equal to the {FIELDS[origin].label}")

    def whole_area(self) -> None:
        """Derive the built-up area from an FSI that is stated with fungible or ancillary area."""
        whole, area = self.spec.get("fsi_with_ancillary"), self.spec.get("net_plot_area_sq_m")
        if "built_up_area_sq_m" in self.spec or "built_up_area_sq_m" in self.asked or not isinstance(whole, (int, float)) or not isinstance(area, (int, float)):
            return
        self._add("built_up_area_sq_m", round_number(whole * area), "derived", "built_up_area_sq_m = fsi_with_ancillary * net_plot_area_sq_m")
        if "net_plot_area_sq_m" in self.behind:
            self.behind["built_up_area_sq_m"] = self.behind["net_plot_area_sq_m"]

    def defaults(self, rulebook: Rulebook) -> None:
        """Fill the rulebook's defaults in their order; what cannot be computed stays missing."""
        for default in rulebook.defaults:
            if default.field in self.spec or default.field in self.asked:
                continue
            value = default.node.run(self.spec)
            if value is None:
                continue
            known = _as_value(default.field, value)
            if known is None:
                continue
            self._add(default.field, known, "assumed", default.says or f"{FIELDS[default.field].label} taken as the rulebook's default", default.range)
            inputs = [name for name in default.reads if name in self.behind]
            self.behind[default.field] = frozenset({default.field}).union(*(self.behind[name] for name in inputs))

    def _add(self, target: str, value: Value, origin: Origin, says: str, span: tuple[float, float] | None = None) -> None:
        self.spec[target] = value
        self.added.append(Completed(target, value, origin, says, span))
        if origin == "assumed":
            self.behind[target] = frozenset({target})


def _as_value(name: str, value: Any) -> Value | None:
    """Return a default's value as a spec holds it, or None where it lies outside what a proposal can have."""
    definition = FIELDS[name]
    if definition.kind == "flag" or definition.kind == "code":
        return value  # type: ignore[no-any-return]
    number = round_number(float(value))
    if not definition.low <= number <= definition.high or (definition.positive and number <= 0):
        return None
    return int(number) if definition.kind == "count" and number == int(number) else number
