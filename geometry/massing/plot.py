"""The plot in plan: x to the right as one looks in from the road, y away from the road, metres."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Point = tuple[float, float]
SIDES = ("front", "side", "other_side", "rear")
"""The sides of a plot: the road's, the left and the right one as one looks in from the road, and the one that faces away from it."""
DRAWN_DEPTH = 1.5
"""Depth over width of the rectangle that is drawn where only the area is known."""


class PlotError(ValueError):
    """A plot that cannot be drawn; `pointer` is the place in what was sent."""

    def __init__(self, message: str, pointer: str = "") -> None:
        super().__init__(message)
        self.pointer = pointer


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot: its corners counter-clockwise, and the side that each edge (from a corner to the next one) belongs to."""

    corners: tuple[Point, ...]
    sides: tuple[str, ...]
    north_degrees: float | None = None
    """Clockwise from north to the direction away from the road; None where nobody said."""
    drawn_only: bool = False
    """Whether the shape is made up from the area: for drawing, never for judging."""
    notes: tuple[str, ...] = ()

    @property
    def edges(self) -> list[tuple[Point, Point, str]]:
        """Return the edges with their sides."""
        ends = (*self.corners[1:], self.corners[0])
        return list(zip(self.corners, ends, self.sides, strict=True))

    @property
    def area_sq_m(self) -> float:
        """Return the area."""
        return _signed_area(self.corners)

    @property
    def frontage_m(self) -> float:
        """Return the length of the road side."""
        return sum(math.dist(begin, end) for begin, end, side in self.edges if side == "front")

    @property
    def centre(self) -> Point:
        """Return the centre of the rectangle around the plot, which is the model's origin."""
        xs, ys = zip(*self.corners, strict=True)
        return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


def rectangular(width_m: float, depth_m: float) -> Plot:
    """Return a rectangular plot, its width along the road.

    >>> rectangular(30, 40).area_sq_m
    1200
    """
    return Plot(((0, 0), (width_m, 0), (width_m, depth_m), (0, depth_m)), ("front", "other_side", "rear", "side"))


def of_area(area_sq_m: float, frontage_m: float | None = None) -> Plot:
    """Return a rectangle of an area, to have something to draw; where the frontage is known it is the width."""
    width = frontage_m or math.sqrt(area_sq_m / DRAWN_DEPTH)
    drawn = rectangular(width, area_sq_m / width)
    stated = f"the area and a frontage of {frontage_m:g} m" if frontage_m else "the area alone"
    return Plot(
        drawn.corners, drawn.sides, drawn_only=True, notes=(f"The plot's shape is drawn from {stated}; its real sides may differ, so nothing is judged by it.",)
    )


def polygonal(ring: Sequence[Point], road_edges: Sequence[int], *, north_up: bool = True, notes: tuple[str, ...] = ()) -> Plot:
    """Return a plot of any shape, turned so that the road lies below.

    Args:
        ring: the corners in metres, x to the east and y to the north, the first one not repeated at the end.
        road_edges: the edges along the road, counted from 0: edge 0 goes from corner 0 to corner 1.
        north_up: whether y is north indeed.
        notes: what is to be said of it.
    """
    corners, roads = list(ring), set(road_edges)
    if _signed_area(corners) < 0:
        # Turned round, edge i goes between the corners that edge n - 2 - i went between.
        count = len(corners)
        corners.reverse()
        roads = {(count - 2 - edge) % count for edge in roads}
    first = min(roads, key=lambda edge: (-_length(corners, edge), edge))
    begin, end = corners[first], corners[(first + 1) % len(corners)]
    angle = math.atan2(end[1] - begin[1], end[0] - begin[0])
    turned = [_turned(point, begin, -angle) for point in corners]
    left = min(x for x, _ in turned)
    placed = [(x - left, y) for x, y in turned]
    middle = sum(x for x, _ in placed) / len(placed)
    sides = tuple("front" if edge in roads else _side(placed, edge, middle) for edge in range(len(placed)))
    # Away from the road is a quarter turn to the left of the road's edge, which has the plot on its left.
    bearing = (-math.degrees(angle)) % 360
    return Plot(tuple(placed), sides, north_degrees=round(bearing, 3) if north_up else None, notes=notes)


def _side(corners: Sequence[Point], edge: int, middle: float) -> str:
    (x0, y0), (x1, y1) = corners[edge], corners[(edge + 1) % len(corners)]
    length = math.hypot(x1 - x0, y1 - y0)
    outward_x, outward_y = (y1 - y0) / length, (x0 - x1) / length
    if outward_y >= math.cos(math.radians(45)) - 1e-9:
        return "rear"
    if abs(outward_x) < 1e-9:  # it faces the road from further back
        return "side" if (x0 + x1) / 2 < middle else "other_side"
    return "side" if outward_x < 0 else "other_side"


def _length(corners: Sequence[Point], edge: int) -> float:
    return math.dist(corners[edge], corners[(edge + 1) % len(corners)])


def _turned(point: Point, about: Point, angle: float) -> Point:
    x, y = point[0] - about[0], point[1] - about[1]
    return x * math.cos(angle) - y * math.sin(angle), x * math.sin(angle) + y * math.cos(angle)


def _signed_area(corners: Sequence[Point]) -> float:
    pairs = zip(corners, (*corners[1:], corners[0]), strict=True)
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs) / 2
