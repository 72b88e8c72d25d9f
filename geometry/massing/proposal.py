"""What a massing is made of: the values of one proposal and the limits that its verdict found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from geometry.massing.plot import Plot


@dataclass(frozen=True, slots=True)
class Requirement:
    """A limit on one value and the clause that it follows from."""

    metres: float | None
    """None: unlimited."""
    clause_no: str = ""
    pending: bool = False
    """Whether another clause that is not decided yet could tighten it."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal, in metres and square metres; what is None or missing was not stated. Levels and uses as in the native spec."""

    plot: Plot
    net_plot_area_sq_m: float
    road_width_m: float | None = None
    second_road_width_m: float | None = None
    margins: Mapping[str, float] = field(default_factory=dict)
    """Side of the plot -> the margin that is provided."""
    required: Mapping[str, Requirement] = field(default_factory=dict)
    """Side of the plot -> the margin required at the lesser of the proposed and the permissible height."""
    height_m: float | None = None
    height_limit: Requirement | None = None
    storeys: int | None = None
    floor_height_m: float = 3.0
    stilt_levels: int = 0
    stilt_height_m: float = 3.0
    podium_levels: int = 0
    podium_height_m: float | None = None
    """Of all podium levels together."""
    basement_levels: int = 0
    basement_height_m: float | None = None
    basement_setback_m: float | None = None
    fsi: float | None = None
    built_up_area_sq_m: float | None = None
    ground_coverage_percent: float | None = None
    width_m: float | None = None
    depth_m: float | None = None
    use: str = ""
    commercial_storeys: int | None = None
    commercial_area_sq_m: float | None = None
