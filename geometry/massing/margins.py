"""Margins of a plot as areas in plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from geometry.massing.plot import SIDES, Plot

if TYPE_CHECKING:
    from shapely import Polygon
    from shapely.geometry.base import BaseGeometry

GRID = 1e-6
"""Coordinates are whole micrometres, so that the last bits of two machines' arithmetic make no difference."""


def outline(plot: Plot) -> Polygon:
    """Return the plot."""
    from shapely import Polygon  # noqa: PLC0415 - takes a quarter of a second

    return Polygon(plot.corners)


def strip(plot: Plot, side: str, metres: float) -> BaseGeometry:
    """Return the part of the plot that lies within a distance of one of its sides; empty for no distance."""
    from shapely import LineString, Polygon, union_all  # noqa: PLC0415

    if metres <= 0:
        return Polygon()
    # Square ends: at an obtuse corner the margin goes on past the end of the edge.
    bands = [LineString([begin, end]).buffer(metres, cap_style="square") for begin, end, of in plot.edges if of == side]
    return outline(plot).intersection(union_all(bands))


def inside(plot: Plot, margins: Mapping[str, float]) -> BaseGeometry:
    """Return what margins by side leave of the plot: a polygon, several, or an empty one."""
    left: BaseGeometry = outline(plot)
    for side in SIDES:
        left = left.difference(strip(plot, side, margins.get(side, 0.0)))
    return tidy(left)


def tidy(shape: BaseGeometry) -> BaseGeometry:
    """Return the areas of a shape, on the grid and without slivers thinner than half a millimetre."""
    from shapely import MultiPolygon, set_precision  # noqa: PLC0415

    shape = set_precision(shape, GRID)
    parts = [part for part in getattr(shape, "geoms", [shape]) if part.geom_type == "Polygon" and part.area > 0.00025 * part.length]
    parts.sort(key=lambda part: (-part.area, part.bounds))
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def polygons(shape: BaseGeometry) -> list[Polygon]:
    """Return the polygons of an area in one piece or in several."""
    return [part for part in getattr(shape, "geoms", [shape]) if not part.is_empty]


def distance_to_side(plot: Plot, side: str, shape: BaseGeometry) -> float | None:
    """Return the margin between a shape and a side of the plot, in metres to the millimetre; None where the plot has no such side."""
    from shapely import LineString  # noqa: PLC0415

    distances = [LineString([begin, end]).distance(shape) for begin, end, of in plot.edges if of == side]
    return round(min(distances), 3) if distances and not shape.is_empty else None
