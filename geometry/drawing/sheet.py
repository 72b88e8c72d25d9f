"""A sheet on which things are drawn in metres: shapes and words in pixels, written as SVG or drawn by others."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geometry.massing.margins import polygons
from geometry.model.materials import COLOURS

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

WIDTH_PX, HEIGHT_PX = 960, 640
BORDER_PX = 80
LEGEND_PX = 250
DRAWN_PX = WIDTH_PX - LEGEND_PX
"""How much of the width is drawn on; the legend stands beside it."""
FONT = "Helvetica, Arial, sans-serif"
INK, BREACH, ALLOWED = "#2b2724", "#c0211a", "#1f7a3d"
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Shape:
    """Rings that are filled together, or an open line; in pixels of the sheet, y downwards."""

    rings: tuple[tuple[Point, ...], ...]
    closed: bool
    fill: str = "none"
    stroke: str = "none"
    width: float = 1.0
    opacity: float = 1.0
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text: where its base line begins, is centred or ends."""

    at: Point
    text: str
    size: float
    fill: str = INK
    anchor: str = "middle"
    bold: bool = False
    turned: float = 0.0


@dataclass(frozen=True, slots=True)
class Remark:
    """An entry of the legend."""

    text: str
    fill: str = INK
    bold: bool = False


class Sheet:
    """A sheet of a fixed size onto which a window in metres is scaled; x to the right, y upwards."""

    def __init__(self, title: str, description: str, window: tuple[float, float, float, float]) -> None:
        left, bottom, right, top = window
        self.title, self.description = title, description
        self.scale = min((DRAWN_PX - 2 * BORDER_PX) / (right - left), (HEIGHT_PX - 2 * BORDER_PX) / (top - bottom))
        self._x0 = (DRAWN_PX - self.scale * (right - left)) / 2 - self.scale * left
        self._y0 = (HEIGHT_PX + self.scale * (top - bottom)) / 2 + self.scale * bottom
        self.drawn: list[Shape | Words] = []
        self.remarks: list[Remark] = []

    def at(self, point: Point) -> Point:
        """Return where a point in metres is on the sheet."""
        return round(self._x0 + self.scale * point[0], 2), round(self._y0 - self.scale * point[1], 2)

    def area(self, shape: BaseGeometry, *, fill: str, stroke: str = INK, width: float = 1.0, opacity: float = 1.0, dash: str | None = None) -> None:
        """Draw a polygon or several, with their holes."""
        rings = tuple(tuple(self.at(point) for point in ring.coords[:-1]) for part in polygons(shape) for ring in (part.exterior, *part.interiors))
        self.drawn.append(Shape(rings, True, fill, stroke, width, opacity, _dashes(dash)))

    def line(self, points: Sequence[Point], *, stroke: str = INK, width: float = 1.0, dash: str | None = None) -> None:
        """Draw a line through points in metres."""
        self.drawn.append(Shape((tuple(map(self.at, points)),), False, stroke=stroke, width=width, dash=_dashes(dash)))

    def lines(self, shape: BaseGeometry, **style: Any) -> None:
        """Draw the lines of a shape."""
        for part in getattr(shape, "geoms", [shape]):
            if part.geom_type in ("LineString", "LinearRing") and not part.is_empty:
                self.line(list(part.coords), **style)

    def words(
        self, x: float, y: float, text: str, *, size: float = 12, fill: str = INK, anchor: str = "middle", weight: str = "normal", turned: float = 0
    ) -> None:
        """Write at a place on the sheet, in pixels."""
        self.drawn.append(Words((round(x, 2), round(y, 2)), text, size, fill, anchor, weight == "bold", turned))

    def label(self, point: Point, text: str, *, dx: float = 0, dy: float = 0, **style: Any) -> None:
        """Write beside a point in metres."""
        x, y = self.at(point)
        self.words(x + dx, y + dy, text, **style)

    def dimension(self, begin: Point, end: Point, text: str, *, stroke: str = INK) -> None:
        """Draw a dimension line between two points in metres, with ticks and its text on a white ground."""
        (x0, y0), (x1, y1) = self.at(begin), self.at(end)
        length = math.hypot(x1 - x0, y1 - y0) or 1.0
        across = (-(y1 - y0) / length * 4, (x1 - x0) / length * 4)
        self._stroke((x0, y0), (x1, y1), stroke)
        for x, y in ((x0, y0), (x1, y1)):
            self._stroke((x - across[0], y - across[1]), (x + across[0], y + across[1]), stroke)
        upright = abs(x1 - x0) < abs(y1 - y0)
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        wide = 6.2 * len(text) + 6
        if length > wide or not upright:
            across_px, down_px = (16, wide) if upright else (wide, 16)
            self._rectangle(x - across_px / 2, y - down_px / 2, across_px, down_px, fill="#ffffff", opacity=0.85)
            self.words(x + (4 if upright else 0), y + (0 if upright else 4), text, size=11, fill=stroke, turned=-90 if upright else 0)
        else:
            self.words(x + 8, y + 4, text, size=11, fill=stroke, anchor="start")

    def legend(self, text: str, *, fill: str = INK, weight: str = "normal") -> None:
        """Write the next entry of the legend."""
        self.remarks.append(Remark(text, fill, weight == "bold"))

    def scale_bar(self) -> None:
        """Draw how long some metres are."""
        metres = next(size for size in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000) if size * self.scale >= 70)
        x, y, long = 24, HEIGHT_PX - 24, metres * self.scale
        self._rectangle(x, y, long / 2, 5, fill=INK)
        self._rectangle(x, y, long, 5, stroke=INK)
        self.words(x, y - 6, "0", size=11, anchor="start")
        self.words(x + long, y - 6, f"{metres} m", size=11)

    def north(self, degrees: float) -> None:
        """Draw the arrow to the north; `degrees` is the bearing of the sheet's upward direction."""
        x, y = DRAWN_PX - 40, 56
        turn = math.radians(-degrees)

        def turned(across: float, down: float) -> Point:
            return round(x + across * math.cos(turn) - down * math.sin(turn), 2), round(y + across * math.sin(turn) + down * math.cos(turn), 2)

        self.drawn.append(Shape((tuple(turned(*corner) for corner in ((0, -24), (8, 14), (0, 6), (-8, 14))),), True, fill=INK))
        self.drawn.append(Words(turned(0, -28), "N", 12, turned=round(-degrees, 2)))

    def _stroke(self, begin: Point, end: Point, stroke: str) -> None:
        self.drawn.append(Shape((((round(begin[0], 2), round(begin[1], 2)), (round(end[0], 2), round(end[1], 2))),), False, stroke=stroke))

    def _rectangle(self, x: float, y: float, wide: float, high: float, **style: Any) -> None:
        left, top, right, bottom = round(x, 2), round(y, 2), round(x + wide, 2), round(y + high, 2)
        self.drawn.append(Shape((((left, top), (right, top), (right, bottom), (left, bottom)),), True, **style))

    def items(self) -> list[Shape | Words]:
        """Return everything on the sheet in the order of drawing, its title first and its legend last."""
        return [Words((24, 32), self.title, 17, anchor="start", bold=True), *self.drawn, *self._legend()]

    def as_bytes(self) -> bytes:
        """Return the sheet as SVG, with its title above and its legend beside it."""
        import drawsvg  # noqa: PLC0415 - heavy imports stay out of serving

        drawing = drawsvg.Drawing(WIDTH_PX, HEIGHT_PX, role="img", font_family=FONT)
        # A drawing says what it shows to those who do not see it.
        drawing.append(drawsvg.Raw(f"<title>{_escaped(self.title)}</title><desc>{_escaped(self.description)}</desc>"))
        drawing.append(drawsvg.Rectangle(0, 0, WIDTH_PX, HEIGHT_PX, fill="#ffffff"))
        for item in self.items():
            drawing.append(_svg_words(drawsvg, item) if isinstance(item, Words) else _svg_shape(drawsvg, item))
        return str(drawing.as_svg()).encode()

    def _legend(self) -> Iterator[Words]:
        """Yield the lines of the legend, broken where they are long."""
        y = 96
        for remark in self.remarks:
            for line in textwrap.wrap(remark.text, 38):
                yield Words((DRAWN_PX, y), line, 12, remark.fill, "start", remark.bold)
                y += 16
            y += 5


def _svg_shape(svg: Any, shape: Shape) -> Any:
    style = {"stroke": shape.stroke, "stroke_width": shape.width, **({"stroke_dasharray": " ".join(f"{part:g}" for part in shape.dash)} if shape.dash else {})}
    if not shape.closed:
        return svg.Lines(*(number for point in shape.rings[0] for number in point), fill="none", **style)
    path = svg.Path(fill=shape.fill, fill_opacity=shape.opacity, fill_rule="evenodd", **style)
    for ring in shape.rings:
        path.M(*ring[0])
        for point in ring[1:]:
            path.L(*point)
        path.Z()
    return path


def _svg_words(svg: Any, words: Words) -> Any:
    x, y = words.at
    where = {"transform": f"rotate({words.turned:g} {x:.2f} {y:.2f})"} if words.turned else {}
    return svg.Text(words.text, words.size, x, y, fill=words.fill, text_anchor=words.anchor, font_weight="bold" if words.bold else "normal", **where)


def colour(name: str) -> str:
    """Return a material's colour as SVG writes it."""
    red, green, blue, _ = COLOURS[name]
    return f"#{red:02x}{green:02x}{blue:02x}"


def metres(value: float) -> str:
    """Return a length as the drawings write it."""
    return f"{value:.2f}".rstrip("0").rstrip(".") + " m"


def _dashes(dash: str | None) -> tuple[float, ...]:
    return tuple(map(float, dash.split())) if dash else ()


def _escaped(text: str) -> str:
    from xml.sax.saxutils import escape  # noqa: PLC0415 - used nowhere else

    return escape(text)
