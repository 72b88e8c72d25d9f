"""Variations of one proposal, judged: what solving is made of. Each costs some tenths of a millisecond, and each is judged once."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from typing import Any

from compliance.rules.completing import Completion, complete
from compliance.rules.evaluating import Evaluation, Verdict
from compliance.rules.judging import Check, Judged, judge
from compliance.rules.rulebook import Rulebook
from compliance.specs import Spec, Value
from compliance.vocabulary import FIELDS, SIDES

SITE = frozenset({
    "city", "planning_division", "land_use_zone", "building_use", "building_type", "is_core_area", "redevelopment_clause",
    "plot_area_sq_m", "net_plot_area_sq_m", "plot_width_m", "plot_depth_m", "plot_frontage_m", "average_plot_width_m",
    "abutting_road_width_m", "prescribed_road_width_m", "second_road_width_m", "road_class", "special_area", "access_length_m",
    "is_road_widening_proposed", "is_special_building", "existing_building_age_years", "existing_height_m", "is_rehab_building",
    "is_high_density_area", "is_tod_zone", "is_corner_plot", "is_away_from_road", "is_land_locked", "is_layout", "is_unauthorised_subdivision",
    "is_gunthewari_plot", "is_outside_town_planning_scheme", "is_converted_from_industrial", "is_government", "is_dead_wall_at_side",
    "distance_to_station_m", "distance_to_highway_m", "distance_to_railway_m", "distance_to_watercourse_m", "distance_to_open_space_m",
})  # fmt: skip
"""What the place and the purpose give: solving never changes it."""

Changes = Mapping[str, Value | None]


class Trials:
    """One proposal as it was read, under one rulebook on one day, with what other values would come to."""

    def __init__(self, rulebook: Rulebook, spec: Spec, as_of: datetime.date, asked: Collection[str] = ()) -> None:
        self.rulebook = rulebook
        self.spec = spec
        self.as_of = as_of
        self.asked = frozenset(asked)
        self._known: dict[tuple[tuple[str, Any], ...], Judged] = {}
        self._completed: dict[tuple[tuple[str, Any], ...], Completion] = {}

    def completed(self, changes: Changes) -> Completion:
        """Return the proposal with some values changed (None: not stated), completed."""
        key = _key(changes)
        if key not in self._completed:
            spec = {name: value for name, value in {**self.spec, **changes}.items() if value is not None}
            self._completed[key] = complete(self.rulebook, spec, self.asked - changes.keys())
        return self._completed[key]

    def judged(self, changes: Changes) -> Judged:
        """Return the changed proposal judged, before assumptions are varied."""
        key = _key(changes)
        if key not in self._known:
            self._known[key] = judge(self.rulebook, self.rulebook.environment(self.completed(changes).spec), self.as_of)
        return self._known[key]

    def violated(self, changes: Changes) -> list[Check]:
        """Return the checks that the changed proposal violates."""
        return [check for check in self.judged(changes).active() if check.outcome == "VIOLATED"]

    def verdict(self, changes: Changes) -> Verdict:
        """Return the whole verdict on the changed proposal."""
        return Evaluation(self.rulebook, self.completed(changes), self.as_of).verdict

    def open_fields(self, changes: Changes) -> frozenset[str]:
        """Return the deciding fields that the changed proposal leaves open."""
        judged = self.judged(changes)
        settled = {check.field for check in judged.active() if check.outcome == "SATISFIED"}
        return frozenset(
            check.field
            for check in judged.active()
            if check.outcome == "UNDETERMINED" and check.field in judged.deciding and not (check.holds_anyway and check.field in settled)
        )


def _key(changes: Changes) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted((name, repr(value)) for name, value in changes.items()))


def designed(name: str) -> bool:
    """Return whether a field is a number that a designer chooses."""
    return name not in SITE and FIELDS[name].kind in ("number", "count")


def is_margin(name: str) -> bool:
    """Return whether a field is a margin."""
    return name == "setback_m" or name in SIDES
