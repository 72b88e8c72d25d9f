"""A building in levels, as its proposal states it: nothing is corrected, and what cannot be so is said."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geometry.massing.fitting import laid_out
from geometry.massing.levels import Level, Overshoot, overshoots_of
from geometry.massing.margins import distance_to_side, inside, outline, tidy
from geometry.massing.plot import SIDES, Plot
from geometry.massing.proposal import Proposal, Requirement

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

TOLERANCE = 0.001
"""How far measured areas may be from stated ones: 0.1 %."""
LOWEST_STOREY_M = 1.8
"""Less between two floors is no storey: the least floor height that a proposal may state."""
PODIUM_LEVEL_M = 3.0
"""A podium floor, as the rulebooks count it where its height is not stated."""
NAMES = {"front": "front margin", "side": "side margin", "other_side": "other side margin", "rear": "rear margin"}


@dataclass(frozen=True, slots=True)
class Massing:
    """A building on its plot, the legal envelope and what oversteps it."""

    proposal: Proposal
    levels: tuple[Level, ...]
    envelope: BaseGeometry | None
    """In plan; None where no margin is known to be required, or where those required leave nothing."""
    envelope_top_m: float | None
    overshoots: tuple[Overshoot, ...]
    cannot_fit: tuple[str, ...]
    """Why the proposal's values cannot all be true of one building."""
    notes: tuple[str, ...]
    """What was drawn without having been stated."""

    @property
    def plot(self) -> Plot:
        """Return the plot."""
        return self.proposal.plot

    def above_ground(self) -> list[Level]:
        """Return the levels above the ground, the lowest first."""
        return [level for level in self.levels if level.kind != "basement"]

    @property
    def footprint(self) -> BaseGeometry:
        """Return what the building covers of the ground, in plan."""
        from shapely import Polygon, union_all  # noqa: PLC0415 - takes a quarter of a second

        plans = {id(level.plan): level.plan for level in self.above_ground()}
        return union_all(list(plans.values())) if plans else Polygon()

    @property
    def top_m(self) -> float:
        """Return the height of the building."""
        return max((level.top_m for level in self.levels), default=0.0)

    def margins_drawn(self) -> dict[str, float]:
        """Return the margin between the building and each side of the plot."""
        measured = {side: distance_to_side(self.plot, side, self.footprint) for side in SIDES}
        return {side: metres for side, metres in measured.items() if metres is not None}


def mass(proposal: Proposal) -> Massing:
    """Return the massing of a proposal."""
    return _Builder(proposal).massing()


class _Builder:
    def __init__(self, proposal: Proposal) -> None:
        self.proposal = proposal
        self.plot = proposal.plot
        self.cannot_fit: list[str] = []
        self.notes: list[str] = list(proposal.plot.notes)

    def massing(self) -> Massing:
        levels = self._levels()
        self._note_margins(levels)
        envelope = self._envelope()
        top = self._envelope_top(levels)
        return Massing(
            proposal=self.proposal,
            levels=tuple(levels),
            envelope=envelope if top is not None else None,
            envelope_top_m=top if envelope is not None else None,
            overshoots=tuple(overshoots_of(self.proposal, levels)),
            cannot_fit=tuple(self.cannot_fit),
            notes=tuple(self.notes),
        )

    # Heights

    def _levels(self) -> list[Level]:
        proposal = self.proposal
        if proposal.height_m is None and proposal.storeys is None:
            self.notes.append("Neither height nor storeys are stated: no building is drawn.")
            return []
        region = self._region()
        if region is None:
            return []
        podium_m = proposal.podium_height_m if proposal.podium_height_m else proposal.podium_levels * PODIUM_LEVEL_M
        podium_m = podium_m if proposal.podium_levels else 0.0
        stilt_m = proposal.stilt_levels * proposal.stilt_height_m
        below = stilt_m + podium_m
        storeys, height = self._storeys_and_height(below)
        if (height - below) / storeys < LOWEST_STOREY_M:
            left = f"{_m(height)} m" + (f" less {_m(below)} m of stilt and podium" if below else "")
            self.cannot_fit.append(f"{storeys} storeys do not fit into {left}: each would be {max(0.0, height - below) / storeys:.2f} m high.")
            share = height / (storeys + proposal.stilt_levels + proposal.podium_levels)
            stilt_m, podium_m = share * proposal.stilt_levels, share * proposal.podium_levels
            below = stilt_m + podium_m
        footprint, plates = self._plates(region, storeys)
        if any(plan.is_empty for plan in (footprint, *plates)):
            total = self._total()
            stated = self._stated_area(total) if total else "The building as stated"
            self.cannot_fit.append(f"{stated} makes floors that are too small to be drawn, in {storeys} storeys.")
            return []
        levels = _stack("stilt", proposal.stilt_levels, 0.0, stilt_m, [footprint] * proposal.stilt_levels, ["parking"] * proposal.stilt_levels)
        levels += _stack("podium", proposal.podium_levels, stilt_m, below, [footprint] * proposal.podium_levels, ["parking"] * proposal.podium_levels)
        levels += _stack("storey", storeys, below, height, plates, self._uses(plates))
        self._check_areas(levels)
        return self._basements(footprint) + levels

    def _storeys_and_height(self, below: float) -> tuple[int, float]:
        proposal = self.proposal
        if proposal.height_m is None:
            storeys = proposal.storeys or 1
            self.notes.append(f"No height is stated: storeys are drawn {_m(proposal.floor_height_m)} m high.")
            return storeys, below + storeys * proposal.floor_height_m
        if proposal.storeys is None:
            storeys = max(1, math.floor((proposal.height_m - below) / proposal.floor_height_m + 1e-7))
            self.notes.append(f"The number of storeys is not stated: {storeys} of about {_m(proposal.floor_height_m)} m are drawn.")
            return storeys, proposal.height_m
        return proposal.storeys, proposal.height_m

    def _basements(self, footprint: BaseGeometry) -> list[Level]:
        proposal = self.proposal
        if not proposal.basement_levels:
            return []
        each = proposal.basement_height_m or PODIUM_LEVEL_M
        margin = proposal.basement_setback_m
        plan = inside(self.plot, dict.fromkeys(SIDES, margin)) if margin is not None else footprint
        if plan.is_empty:
            self.cannot_fit.append(f"A margin of {_m(margin or 0)} m all round leaves nothing of the plot for a basement.")
            return []
        return [Level("basement", number, -number * each, -(number - 1) * each, plan, "parking") for number in range(1, proposal.basement_levels + 1)]

    # Areas

    def _region(self) -> BaseGeometry | None:
        """Return where the building stands: inside the margins stated, or required where none is stated; None where they leave nothing."""
        margins = dict(self.proposal.margins)
        for side in SIDES:
            required = self.proposal.required.get(side)
            if side not in margins and required is not None and required.metres:
                margins[side] = required.metres
                self.notes.append(f"The {NAMES[side]} is not stated: the building is drawn at the {_m(required.metres)} m that {_by(required)} asks for.")
        region = inside(self.plot, margins)
        if not region.is_empty:
            return region
        stated = ", ".join(f"{NAMES[side]} {_m(metres)} m" for side, metres in margins.items())
        self.cannot_fit.append(f"The margins ({stated}) leave nothing of the plot to build on.")
        return None

    def _plates(self, region: BaseGeometry, storeys: int) -> tuple[BaseGeometry, list[BaseGeometry]]:
        """Return the footprint and the plan of each storey."""
        proposal = self.proposal
        kept = self.proposal.margins.keys()
        total = self._total()
        covered = self._covered(region)
        lower = bool(proposal.stilt_levels or proposal.podium_levels)
        each = total / storeys if total else None
        wanted = covered if covered is not None else each if each is not None else region.area
        footprint = self._rectangle(region) if proposal.width_m and proposal.depth_m else laid_out(region, wanted, kept)
        if footprint.is_empty:
            return footprint, []
        self._check_footprint(region, footprint, wanted, covered)
        # Plates of one shape lie in each other; a stated rectangle is cut itself.
        base = footprint if proposal.width_m and proposal.depth_m else region
        if total is None or each is None:
            return footprint, [footprint] * storeys
        if each > footprint.area * (1 + TOLERANCE):
            self._too_much(total, footprint.area, storeys)
            return footprint, [footprint] * storeys
        if footprint.area <= each * (1 + TOLERANCE / 10):
            return footprint, [footprint] * storeys
        if lower:
            return footprint, [laid_out(base, each, kept)] * storeys
        if total <= footprint.area * (1 + TOLERANCE):
            self.cannot_fit.append(
                f"{self._stated_area(total)} is no more than the {_area(footprint.area)} that the building covers: "
                "nothing is left for the storeys over the lowest."
            )
            return footprint, [footprint] * storeys
        upper = laid_out(base, (total - footprint.area) / (storeys - 1), kept) if storeys > 1 else footprint
        return footprint, [footprint, *[upper] * (storeys - 1)]

    def _check_areas(self, levels: list[Level]) -> None:
        """Say where the floors that were drawn are not those that were stated, for a reason that nothing above has named."""
        total, drawn = self._total(), sum(level.plan.area for level in levels if level.kind == "storey")
        if not self.cannot_fit and total and abs(drawn - total) > TOLERANCE * total and not self.plot.drawn_only:
            self.cannot_fit.append(f"{self._stated_area(total)} cannot be laid out on this plot: {_area(drawn)} are drawn.")

    def _total(self) -> float | None:
        """Return the floor area of all storeys, as stated."""
        proposal = self.proposal
        return proposal.built_up_area_sq_m or (proposal.fsi * proposal.net_plot_area_sq_m if proposal.fsi else None)

    def _covered(self, region: BaseGeometry) -> float | None:
        proposal = self.proposal
        by_sides = proposal.width_m * proposal.depth_m if proposal.width_m and proposal.depth_m else None
        if proposal.ground_coverage_percent is None:
            return by_sides
        covered = proposal.ground_coverage_percent / 100 * proposal.net_plot_area_sq_m
        if by_sides is not None and abs(by_sides - covered) > TOLERANCE * covered:
            self.cannot_fit.append(
                f"A building of {_m(proposal.width_m or 0)} x {_m(proposal.depth_m or 0)} m covers {_area(by_sides)}, "
                f"but {_m(proposal.ground_coverage_percent)} % of the plot are {_area(covered)}."
            )
        return by_sides if by_sides is not None else covered

    def _rectangle(self, region: BaseGeometry) -> BaseGeometry:
        """Return the stated footprint at its front margin: at the stated side margin, else in the middle."""
        from shapely import box  # noqa: PLC0415 - takes a quarter of a second

        width, depth = self.proposal.width_m or 0.0, self.proposal.depth_m or 0.0
        left, front, right, rear = region.bounds
        margins = self.proposal.margins
        if "rear" in margins and "front" not in margins:
            front = rear - depth
        if "side" in margins and "other_side" not in margins:
            right = left + width
        elif "other_side" in margins and "side" not in margins:
            left = right - width
        else:
            left, right = (left + right - width) / 2, (left + right + width) / 2
        return tidy(box(left, front, right, front + depth).intersection(outline(self.plot)))

    def _check_footprint(self, region: BaseGeometry, footprint: BaseGeometry, wanted: float, covered: float | None) -> None:
        if self.plot.drawn_only:
            if wanted > self.plot.area_sq_m * (1 + TOLERANCE):
                self.cannot_fit.append(f"A floor of {_area(wanted)} is larger than the plot of {_area(self.plot.area_sq_m)}.")
            return
        outside = footprint.difference(region).area
        if self.proposal.width_m and self.proposal.depth_m:
            if outside > TOLERANCE * footprint.area or footprint.area < wanted * (1 - TOLERANCE):
                size = f"{_m(self.proposal.width_m)} x {_m(self.proposal.depth_m)} m"
                self.cannot_fit.append(f"A building of {size} does not fit between the margins, which leave {_area(region.area)}.")
        elif wanted > region.area * (1 + TOLERANCE) and covered is not None:
            self.cannot_fit.append(f"A ground coverage of {_area(covered)} does not fit between the margins, which leave {_area(region.area)}.")

    def _too_much(self, total: float, footprint: float, storeys: int) -> None:
        needed = math.ceil(total / footprint * (1 - TOLERANCE))
        if self.plot.drawn_only and self.proposal.ground_coverage_percent is None and not self.proposal.width_m:
            self.notes.append(f"{self._stated_area(total)} does not fit into {storeys} storeys on the plot as it is drawn; on its real shape it may.")
            return
        self.cannot_fit.append(
            f"{self._stated_area(total)} needs at least {needed} storeys of {_area(footprint)}, the most that margins and coverage leave; "
            f"the proposal has {storeys}" + (f" in {_m(self.proposal.height_m)} m." if self.proposal.height_m else ".")
        )

    def _stated_area(self, total: float) -> str:
        proposal = self.proposal
        if proposal.built_up_area_sq_m:
            return f"A built-up area of {_area(total)}"
        return f"FSI {_m(proposal.fsi or 0)} on {_area(proposal.net_plot_area_sq_m)}, {_area(total)} of floors,"

    def _note_margins(self, levels: list[Level]) -> None:
        """Say where the building is drawn further from a side than its stated margin: its floor areas do not fill what the margins leave."""
        from shapely import union_all  # noqa: PLC0415 - takes a quarter of a second

        plans = {id(level.plan): level.plan for level in levels if level.kind != "basement"}
        if not plans:
            return
        footprint = union_all(list(plans.values()))
        for side, stated in self.proposal.margins.items():
            drawn = distance_to_side(self.plot, side, footprint)
            if drawn is not None and drawn > stated + 0.01:
                self.notes.append(f"The {NAMES[side]} is drawn {_m(drawn)} m: the floors as stated do not reach the stated {_m(stated)} m.")

    def _uses(self, plates: list[BaseGeometry]) -> list[str]:
        proposal = self.proposal
        if proposal.use != "mixed":
            return [proposal.use] * len(plates)
        commercial = proposal.commercial_storeys
        if commercial is None and proposal.commercial_area_sq_m:
            area, commercial = 0.0, 0
            while commercial < len(plates) and area < proposal.commercial_area_sq_m * (1 - TOLERANCE):
                area += plates[commercial].area
                commercial += 1
            self.notes.append(f"Which storeys are commercial is not stated: the lowest {commercial} hold the {_area(proposal.commercial_area_sq_m)}.")
        elif commercial is None:
            commercial = 1
            self.notes.append("Which storeys are commercial is not stated: the lowest one is drawn so.")
        return ["commercial" if place < commercial else "residential" for place in range(len(plates))]

    def _envelope(self) -> BaseGeometry | None:
        if not self.proposal.required:
            return None
        plan = inside(self.plot, {side: required.metres or 0.0 for side, required in self.proposal.required.items()})
        if plan.is_empty:
            self.notes.append("The margins that are required leave nothing of this plot to build on.")
            return None
        return plan

    def _envelope_top(self, levels: list[Level]) -> float | None:
        limit = self.proposal.height_limit
        if limit is not None and limit.metres is not None:
            return limit.metres
        top = max((level.top_m for level in levels), default=self.proposal.height_m)
        if top is not None:
            why = "is unlimited here" if limit is not None else "is not known"
            self.notes.append(f"The permissible height {why}: the envelope is drawn up to the building's.")
        return top


def _stack(kind: str, count: int, bottom: float, top: float, plans: list[BaseGeometry], uses: list[str]) -> list[Level]:
    """Return levels of the same height one over the other; the last one ends at the top exactly."""
    heights = [bottom + (top - bottom) * place / count for place in range(count)] + [top] if count else []
    return [Level(kind, place + 1, heights[place], heights[place + 1], plans[place], uses[place]) for place in range(count)]


def _by(required: Requirement) -> str:
    return f"clause {required.clause_no}" if required.clause_no else "the rulebook"


def _m(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")


def _area(value: float) -> str:
    return f"{value:,.1f} m²"
