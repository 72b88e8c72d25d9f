"""What stands in a model: named nodes with their solids and what is known of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geometry.massing.building import NAMES, Massing
from geometry.massing.levels import Level
from geometry.massing.margins import outline, strip
from geometry.massing.plot import SIDES
from geometry.massing.solids import Solids, area_of
from geometry.model.materials import colour_of

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

SLAB_M = 0.05
"""Thickness of the plot and the road, whose tops are the ground."""
LINE_M = 0.12
"""Width of a margin line."""
ROAD_BEYOND_M = 5.0
"""How far the road is drawn past the plot."""
GROWN = 0.0003
"""By how much of the site's size the nodes of overshoots are grown on every side, and the envelope's shrunk: faces in one place would flicker in viewers.
The solids themselves are exact; the node's scale does it."""


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the model: a solid over a plan, raised to a height."""

    name: str
    group: str
    """The node that it belongs to; a viewer switches groups."""
    plan: BaseGeometry
    bottom_m: float
    top_m: float
    material: str
    extras: dict[str, Any]
    grown_m: float = 0.0
    """How far its faces are moved outwards, by the node's scale."""
    outlined: bool = False


GROUPS = ("site", "margins", "building", "envelope", "overshoot")


def nodes_of(massing: Massing, solids: Solids) -> Iterator[Node]:
    """Yield the nodes of a massing, the same ones in the same order for the same massing."""
    yield from _site(massing)
    yield from _margins(massing)
    for level in massing.levels:
        yield _level(massing, solids, level)
    yield from _law(massing)


def _site(massing: Massing) -> Iterator[Node]:
    plot, proposal = massing.plot, massing.proposal
    about: dict[str, Any] = {"area_sq_m": _round(plot.area_sq_m), "frontage_m": _round(plot.frontage_m), "drawn_only": plot.drawn_only}
    if plot.north_degrees is not None:
        about["north_degrees"] = plot.north_degrees
    yield Node("plot", "site", outline(plot), -SLAB_M, 0.0, "plot", about)
    if proposal.road_width_m:
        yield Node("road", "site", road_plan(massing), -SLAB_M, 0.0, "road", {"width_m": _round(proposal.road_width_m), "side": "front"})
    if proposal.second_road_width_m:
        second = second_road_plan(massing)
        yield Node("road-2", "site", second, -SLAB_M, 0.0, "road", {"width_m": _round(proposal.second_road_width_m), "side": "other_side"})


def road_plan(massing: Massing) -> BaseGeometry:
    """Return the road in front of the plot, in plan."""
    from shapely import box  # noqa: PLC0415 - takes a quarter of a second

    left, _, right, _ = outline(massing.plot).bounds
    second = massing.proposal.second_road_width_m or 0.0
    front = min(y for (_, y), _, side in massing.plot.edges if side == "front")
    road = box(left - ROAD_BEYOND_M, front - (massing.proposal.road_width_m or 0.0), right + max(second, ROAD_BEYOND_M), front)
    return road.difference(outline(massing.plot))


def second_road_plan(massing: Massing) -> BaseGeometry:
    """Return the second road of a corner plot, which is drawn at the right, in plan."""
    from shapely import box  # noqa: PLC0415

    _, front, right, rear = outline(massing.plot).bounds
    return box(right, front, right + (massing.proposal.second_road_width_m or 0.0), rear + ROAD_BEYOND_M)


def _margins(massing: Massing) -> Iterator[Node]:
    proposal = massing.proposal
    for side in SIDES:
        required = proposal.required.get(side)
        provided = proposal.margins.get(side)
        extras: dict[str, Any] = {"side": side}
        if provided is not None:
            extras["provided_m"] = _round(provided)
        if required is not None and required.metres is not None:
            extras |= {"required_m": _round(required.metres), "clause_no": required.clause_no}
        metres = provided if provided is not None else extras.get("required_m")
        line = margin_line(massing, side, metres or 0.0)
        if line is not None and not line.is_empty:
            yield Node(
                f"margin-{side.replace('_', '-')}", "margins", line.buffer(LINE_M / 2, cap_style="flat", join_style="mitre"), 0.0, 0.02, "margin", extras
            )


def margin_line(massing: Massing, side: str, metres: float) -> BaseGeometry | None:
    """Return the line that is a margin away from a side, inside the plot; None where the margin is nothing."""
    if metres <= 0:
        return None
    area = outline(massing.plot)
    return strip(massing.plot, side, metres).boundary.difference(area.boundary.buffer(0.001))


def _level(massing: Massing, solids: Solids, level: Level) -> Node:
    extras: dict[str, Any] = {
        "kind": level.kind,
        level.kind: level.number,
        "use": level.use,
        "area_sq_m": _round(area_of(solids, level.plan, level.top_m - level.bottom_m)),
        "bottom_m": _round(level.bottom_m),
        "top_m": _round(level.top_m),
    }
    return Node(level.name, "building", level.plan, level.bottom_m, level.top_m, colour_of(level.kind, level.use), extras, outlined=level.kind != "basement")


def _law(massing: Massing) -> Iterator[Node]:
    limit = massing.proposal.height_limit
    if massing.envelope is not None and massing.envelope_top_m:
        extras: dict[str, Any] = {
            "area_sq_m": _round(massing.envelope.area),
            "top_m": _round(massing.envelope_top_m),
            "height_unlimited": limit is not None and limit.metres is None,
            "required_m": {side: _round(required.metres) for side, required in massing.proposal.required.items() if required.metres is not None},
            "clauses": {side: required.clause_no for side, required in massing.proposal.required.items()} | ({"height": limit.clause_no} if limit else {}),
            "pending": sorted(side for side, required in massing.proposal.required.items() if required.pending),
        }
        yield Node("envelope-solid", "envelope", massing.envelope, 0.0, massing.envelope_top_m, "envelope", extras, grown_m=-_grown(massing))
    for number, piece in enumerate(massing.overshoots, start=1):
        extras = {
            "field": "height_m" if piece.field == "height" else f"{piece.field}_setback_m",
            "what": "height" if piece.field == "height" else NAMES[piece.field],
            "clause_no": piece.clause_no,
            "permissible_m": _round(piece.permissible_m),
            "provided_m": _round(piece.provided_m),
            "by_m": _round(piece.by_m),
        }
        name = f"overshoot-{number:02}-{piece.field.replace('_', '-')}"
        yield Node(name, "overshoot", piece.plan, piece.bottom_m, piece.top_m, "overshoot", extras, grown_m=_grown(massing))


def _grown(massing: Massing) -> float:
    left, front, right, rear = outline(massing.plot).bounds
    return GROWN * (right - left + rear - front + massing.top_m)


def _round(value: float) -> float:
    return round(float(value), 4)
