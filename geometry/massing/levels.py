"""The levels of a building, and what of them the law does not allow."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geometry.massing.margins import distance_to_side, strip, tidy
from geometry.massing.plot import SIDES
from geometry.massing.proposal import Proposal

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True, slots=True)
class Level:
    """One level of the building: its plan between two heights above the ground, in metres."""

    kind: str
    """basement, stilt, podium or storey."""
    number: int
    """From 1: basements downwards, the others upwards; storey 1 is the lowest one."""
    bottom_m: float
    top_m: float
    plan: BaseGeometry
    use: str = ""

    @property
    def name(self) -> str:
        """Return the name of its node."""
        return f"{self.kind}-{self.number:02}"


@dataclass(frozen=True, slots=True)
class Overshoot:
    """What of the building lies outside the legal envelope, by the limit that it breaches."""

    field: str
    """The limit: front, side, other_side or rear margin, or height."""
    plan: BaseGeometry
    bottom_m: float
    top_m: float
    clause_no: str
    permissible_m: float
    provided_m: float

    @property
    def by_m(self) -> float:
        """Return by how much the limit is breached."""
        return round(abs(self.provided_m - self.permissible_m), 6)


def overshoots_of(proposal: Proposal, levels: Sequence[Level]) -> list[Overshoot]:
    """Return what oversteps, a piece for each limit and plan; no piece lies in another: what is too high is not counted at its sides again."""
    found: list[Overshoot] = []
    limit = proposal.height_limit
    ceiling = limit.metres if limit is not None and limit.metres is not None else math.inf
    for bottom, top, plan in _bands(level for level in levels if level.kind != "basement"):
        if top > ceiling + 1e-7 and limit is not None:
            height = max(level.top_m for level in levels)
            found.append(Overshoot("height", plan, max(bottom, ceiling), top, limit.clause_no, ceiling, height))
        if bottom < ceiling - 1e-7:
            found += _at_the_sides(proposal, plan, bottom, min(top, ceiling))
    return found


def _at_the_sides(proposal: Proposal, plan: BaseGeometry, bottom: float, top: float) -> list[Overshoot]:
    found, left = [], plan
    for side in SIDES:
        required = proposal.required.get(side)
        if required is None or not required.metres:
            continue
        piece = tidy(left.intersection(strip(proposal.plot, side, required.metres)))
        provided = distance_to_side(proposal.plot, side, plan)
        if not piece.is_empty and provided is not None and provided < required.metres - 0.0005:
            found.append(Overshoot(side, piece, bottom, top, required.clause_no, required.metres, min(provided, proposal.margins.get(side, provided))))
            left = left.difference(piece)
    return found


def _bands(levels: Iterable[Level]) -> list[tuple[float, float, BaseGeometry]]:
    """Return the heights between which the plan is the same, from the ground up."""
    bands: list[tuple[float, float, BaseGeometry]] = []
    for level in levels:
        if bands and bands[-1][2] is level.plan:
            bands[-1] = (bands[-1][0], level.top_m, level.plan)
        else:
            bands.append((level.bottom_m, level.top_m, level.plan))
    return bands
