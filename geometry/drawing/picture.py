"""A small picture of a massing, seen from above the road's corner, made without a display."""

from __future__ import annotations

import io
import itertools
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from geometry.massing.building import Massing
from geometry.massing.levels import Level
from geometry.massing.margins import outline, polygons
from geometry.model.materials import COLOURS, colour_of
from geometry.model.scene import road_plan

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from shapely import Polygon
    from shapely.geometry.base import BaseGeometry

WIDTH_PX, HEIGHT_PX = 480, 360
FINER = 3
"""Drawn so much larger and then reduced, which smooths edges."""
TURN, TILT = math.radians(32), math.radians(28)
LIGHT = {"x": 0.82, "y": 0.94}
Colour = tuple[int, int, int, int]
Point = tuple[float, float]


def thumbnail_png(massing: Massing, times: int = 1) -> bytes:
    """Return the picture as PNG, the same bytes for the same massing; `times` larger than the screen's for print."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 - heavy imports stay out of serving

    view = _View(massing, FINER * times)
    image = Image.new("RGB", (WIDTH_PX * FINER * times, HEIGHT_PX * FINER * times), (244, 244, 242))
    draw = ImageDraw.Draw(image, "RGBA")
    if massing.proposal.road_width_m:
        view.flat(draw, road_plan(massing), 0.0, COLOURS["road"])
    view.flat(draw, outline(massing.plot), 0.0, COLOURS["plot"])
    for level in massing.above_ground():
        for bottom, top, outside in _bands(massing, level):
            view.prism(draw, level.plan, bottom, top, COLOURS[colour_of(level.kind, level.use)], outside)
    file = io.BytesIO()
    image.resize((WIDTH_PX * times, HEIGHT_PX * times), Image.Resampling.LANCZOS).save(file, "PNG", optimize=True)
    return file.getvalue()


def _bands(massing: Massing, level: Level) -> Iterator[tuple[float, float, BaseGeometry | None]]:
    """Yield the heights of a level between which the same of it lies outside the envelope, and what does."""
    from shapely import union_all  # noqa: PLC0415 - takes a quarter of a second

    cuts = {level.bottom_m, level.top_m, *(z for piece in massing.overshoots for z in (piece.bottom_m, piece.top_m) if level.bottom_m < z < level.top_m)}
    heights = sorted(cuts)
    for bottom, top in itertools.pairwise(heights):
        outside = [piece.plan for piece in massing.overshoots if piece.bottom_m < top - 1e-9 and piece.top_m > bottom + 1e-9]
        yield bottom, top, union_all(outside) if outside else None


def _away(x: float, y: float) -> float:
    return -x * math.sin(TURN) + y * math.cos(TURN)


class _View:
    """Parallel projection, scaled so that everything is seen."""

    def __init__(self, massing: Massing, finer: int) -> None:
        self._finer = finer
        self._scale, self._shift = 1.0, (0.0, 0.0)
        shapes = [outline(massing.plot)] + ([road_plan(massing)] if massing.proposal.road_width_m else [])
        corners = [(x, y, 0.0) for shape in shapes for x, y in _box(shape)]
        corners += [(x, y, level.top_m) for level in massing.above_ground() for x, y in _box(level.plan)]
        flat = [self.at(*corner) for corner in corners]
        (left, right), (top, bottom) = [(min(axis), max(axis)) for axis in zip(*flat, strict=True)]
        room = 0.9 * finer
        self._scale = min(WIDTH_PX * room / (right - left), HEIGHT_PX * room / (bottom - top))
        middle = self._scale * (left + right) / 2, self._scale * (top + bottom) / 2
        self._shift = WIDTH_PX * finer / 2 - middle[0], HEIGHT_PX * finer / 2 - middle[1]

    def at(self, x: float, y: float, z: float) -> Point:
        """Return where a point is in the picture."""
        across = x * math.cos(TURN) + y * math.sin(TURN)
        away = _away(x, y)
        down = -away * math.sin(TILT) - z * math.cos(TILT)
        return self._scale * across + self._shift[0], self._scale * down + self._shift[1]

    def flat(self, draw: ImageDraw, plan: BaseGeometry, z: float, colour: Colour) -> None:
        """Fill a plan at a height; holes show what is drawn before."""
        for part in polygons(plan):
            for piece in _without_holes(part):
                draw.polygon([self.at(x, y, z) for x, y in piece.exterior.coords], fill=colour[:3])
            for ring in (part.exterior, *part.interiors):
                draw.line([self.at(x, y, z) for x, y in ring.coords], fill=_darker(colour, 0.6), width=self._finer)

    def prism(self, draw: ImageDraw, plan: BaseGeometry, bottom: float, top: float, colour: Colour, outside: BaseGeometry | None) -> None:
        """Draw the walls that are seen, the furthest first, and the roof; what lies outside the envelope in its own colour."""
        from shapely import LineString  # noqa: PLC0415 - takes a quarter of a second

        walls = []
        for part in polygons(plan):
            for ring, turn in ((part.exterior, 1 if part.exterior.is_ccw else -1), *((ring, -1 if ring.is_ccw else 1) for ring in part.interiors)):
                for (x0, y0), (x1, y1) in zip(ring.coords[:-1], ring.coords[1:], strict=True):
                    outward = (turn * (y1 - y0), turn * (x0 - x1))
                    if outward[0] * math.sin(TURN) - outward[1] * math.cos(TURN) > 1e-9:
                        walls.append((-_away(x0 + x1, y0 + y1), (x0, y0), (x1, y1), LIGHT["x"] if abs(outward[0]) > abs(outward[1]) else LIGHT["y"]))
        near = outside.buffer(0.001) if outside is not None else None
        for _, begin, end, light in sorted(walls):
            self._wall(draw, begin, end, bottom, top, _darker(colour, light))
            beyond = LineString([begin, end]).intersection(near) if near is not None else None
            for piece in getattr(beyond, "geoms", [beyond]) if beyond is not None else ():
                if piece.length > 0.01:
                    self._wall(draw, piece.coords[0], piece.coords[-1], bottom, top, _darker(COLOURS["overshoot"], light))
        self.flat(draw, plan, top, colour)
        if outside is not None:
            self.flat(draw, outside, top, COLOURS["overshoot"])

    def _wall(self, draw: ImageDraw, begin: Point, end: Point, bottom: float, top: float, colour: Colour) -> None:
        corners = [self.at(*begin, bottom), self.at(*end, bottom), self.at(*end, top), self.at(*begin, top)]
        draw.polygon(corners, fill=colour)
        draw.line([*corners, corners[0]], fill=_darker(colour, 0.7), width=self._finer)


def _box(shape: BaseGeometry) -> list[Point]:
    left, bottom, right, top = shape.bounds
    return [(left, bottom), (right, bottom), (right, top), (left, top)]


def _without_holes(part: Polygon) -> list[Polygon]:
    """Return a polygon cut into pieces without holes."""
    from shapely import constrained_delaunay_triangles  # noqa: PLC0415 - takes a quarter of a second

    return polygons(constrained_delaunay_triangles(part)) if part.interiors else [part]


def _darker(colour: Colour, light: float) -> Colour:
    red, green, blue, _ = colour
    return round(red * light), round(green * light), round(blue * light), 255
