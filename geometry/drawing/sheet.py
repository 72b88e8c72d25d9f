"""A sheet in SVG on which things are drawn in metres."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from geometry.massing.margins import polygons
from geometry.model.materials import COLOURS

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

WIDTH_PX, HEIGHT_PX = 960, 640
BORDER_PX = 80
LEGEND_PX = 250
FONT = "Helvetica, Arial, sans-serif"
INK, BREACH, ALLOWED = "#2b2724", "#c0211a", "#1f7a3d"
Point = tuple[float, float]


class Sheet:
    """A sheet of a fixed size onto which a window in metres is scaled; x to the right, y upwards."""

    def __init__(self, title: str, description: str, window: tuple[float, float, float, float]) -> None:
        import drawsvg  # noqa: PLC0415 - heavy imports stay out of serving

        left, bottom, right, top = window
        self.svg = drawsvg
        wide = WIDTH_PX - LEGEND_PX
        self.scale = min((wide - 2 * BORDER_PX) / (right - left), (HEIGHT_PX - 2 * BORDER_PX) / (top - bottom))
        self._x0 = (wide - self.scale * (right - left)) / 2 - self.scale * left
        self._y0 = (HEIGHT_PX + self.scale * (top - bottom)) / 2 + self.scale * bottom
        self.drawing = drawsvg.Drawing(WIDTH_PX, HEIGHT_PX, role="img", font_family=FONT)
        # A drawing says what it shows to those who do not see it.
        self.drawing.append(drawsvg.Raw(f"<title>{_escaped(title)}</title><desc>{_escaped(description)}</desc>"))
        self.drawing.append(drawsvg.Rectangle(0, 0, WIDTH_PX, HEIGHT_PX, fill="#ffffff"))
        self.words(24, 32, title, size=17, anchor="start", weight="bold")
        self._legend_y = 96

    def at(self, point: Point) -> Point:
        """Return where a point in metres is on the sheet."""
        return round(self._x0 + self.scale * point[0], 2), round(self._y0 - self.scale * point[1], 2)

    def area(self, shape: BaseGeometry, *, fill: str, stroke: str = INK, width: float = 1.0, opacity: float = 1.0, dash: str | None = None) -> None:
        """Draw a polygon or several, with their holes."""
        path = self.svg.Path(fill=fill, stroke=stroke, stroke_width=width, fill_opacity=opacity, fill_rule="evenodd", **_dashed(dash))
        for part in polygons(shape):
            for ring in (part.exterior, *part.interiors):
                points = [self.at(point) for point in ring.coords[:-1]]
                path.M(*points[0])
                for point in points[1:]:
                    path.L(*point)
                path.Z()
        self.drawing.append(path)

    def line(self, points: Sequence[Point], *, stroke: str = INK, width: float = 1.0, dash: str | None = None) -> None:
        """Draw a line through points in metres."""
        flat = [number for point in points for number in self.at(point)]
        self.drawing.append(self.svg.Lines(*flat, fill="none", stroke=stroke, stroke_width=width, **_dashed(dash)))

    def lines(self, shape: BaseGeometry, **style: Any) -> None:
        """Draw the lines of a shape."""
        for part in getattr(shape, "geoms", [shape]):
            if part.geom_type in ("LineString", "LinearRing") and not part.is_empty:
                self.line(list(part.coords), **style)

    def words(
        self, x: float, y: float, text: str, *, size: float = 12, fill: str = INK, anchor: str = "middle", weight: str = "normal", turned: float = 0
    ) -> None:
        """Write at a place on the sheet, in pixels."""
        where = {"transform": f"rotate({turned:g} {x:.2f} {y:.2f})"} if turned else {}
        self.drawing.append(self.svg.Text(text, size, round(x, 2), round(y, 2), fill=fill, text_anchor=anchor, font_weight=weight, **where))

    def label(self, point: Point, text: str, *, dx: float = 0, dy: float = 0, **style: Any) -> None:
        """Write beside a point in metres."""
        x, y = self.at(point)
        self.words(x + dx, y + dy, text, **style)

    def dimension(self, begin: Point, end: Point, text: str, *, stroke: str = INK) -> None:
        """Draw a dimension line between two points in metres, with ticks and its text on a white ground."""
        (x0, y0), (x1, y1) = self.at(begin), self.at(end)
        length = math.hypot(x1 - x0, y1 - y0) or 1.0
        across = (-(y1 - y0) / length * 4, (x1 - x0) / length * 4)
        self.drawing.append(self.svg.Line(x0, y0, x1, y1, stroke=stroke, stroke_width=1))
        for x, y in ((x0, y0), (x1, y1)):
            self.drawing.append(self.svg.Line(*_rounded(x - across[0], y - across[1], x + across[0], y + across[1]), stroke=stroke, stroke_width=1))
        upright = abs(x1 - x0) < abs(y1 - y0)
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        wide = 6.2 * len(text) + 6
        if length > wide or not upright:
            turned = -90 if upright else 0
            self.drawing.append(
                self.svg.Rectangle(*_rounded(x - (8 if upright else wide / 2), y - (wide / 2 if upright else 8)), 16 if upright else wide, wide if upright else 16,
                                   fill="#ffffff", fill_opacity=0.85)
            )  # fmt: skip
            self.words(x + (4 if upright else 0), y + (0 if upright else 4), text, size=11, fill=stroke, turned=turned)
        else:
            self.words(x + 8, y + 4, text, size=11, fill=stroke, anchor="start")

    def legend(self, text: str, *, fill: str = INK, weight: str = "normal") -> None:
        """Write the next line of the legend, broken where it is long."""
        import textwrap  # noqa: PLC0415 - used nowhere else

        for line in textwrap.wrap(text, 38):
            self.words(WIDTH_PX - LEGEND_PX, self._legend_y, line, size=12, fill=fill, anchor="start", weight=weight)
            self._legend_y += 16
        self._legend_y += 5

    def scale_bar(self) -> None:
        """Draw how long some metres are."""
        metres = next(size for size in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000) if size * self.scale >= 70)
        x, y, long = 24, HEIGHT_PX - 24, round(metres * self.scale, 2)
        self.drawing.append(self.svg.Rectangle(x, y, long / 2, 5, fill=INK))
        self.drawing.append(self.svg.Rectangle(x, y, long, 5, fill="none", stroke=INK))
        self.words(x, y - 6, "0", size=11, anchor="start")
        self.words(x + long, y - 6, f"{metres} m", size=11)

    def north(self, degrees: float) -> None:
        """Draw the arrow to the north; `degrees` is the bearing of the sheet's upward direction."""
        x, y = WIDTH_PX - 40, 56
        turn = round(-degrees, 2)
        self.drawing.append(self.svg.Raw(f'<g transform="rotate({turn:g} {x} {y})"><path d="M{x},{y - 24} L{x + 8},{y + 14} L{x},{y + 6} L{x - 8},{y + 14} Z" fill="{INK}"/>'
                                         f'<text x="{x}" y="{y - 28}" font-size="12" text-anchor="middle" fill="{INK}">N</text></g>'))  # fmt: skip

    def as_bytes(self) -> bytes:
        """Return the sheet as SVG."""
        return str(self.drawing.as_svg()).encode()


def colour(name: str) -> str:
    """Return a material's colour as SVG writes it."""
    red, green, blue, _ = COLOURS[name]
    return f"#{red:02x}{green:02x}{blue:02x}"


def metres(value: float) -> str:
    """Return a length as the drawings write it."""
    return f"{value:.2f}".rstrip("0").rstrip(".") + " m"


def _dashed(dash: str | None) -> dict[str, str]:
    return {"stroke_dasharray": dash} if dash else {}


def _rounded(*numbers: float) -> list[float]:
    return [round(number, 2) for number in numbers]


def _escaped(text: str) -> str:
    from xml.sax.saxutils import escape  # noqa: PLC0415 - used nowhere else

    return escape(text)
