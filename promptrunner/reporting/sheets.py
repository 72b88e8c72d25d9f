"""A drawing of geometry as ReportLab's shapes: lines stay lines."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geometry.drawing import Sheet


def drawing_of(sheet: Sheet, width: float, font: str, bold: str) -> Any:
    """Return a sheet as a flowable of a width in points."""
    from reportlab.graphics.shapes import Drawing, Group, Rect  # noqa: PLC0415 - heavy imports stay out of serving
    from reportlab.lib.colors import white  # noqa: PLC0415

    from geometry.drawing.sheet import HEIGHT_PX, WIDTH_PX, Words  # noqa: PLC0415

    scale = width / WIDTH_PX
    drawing = Drawing(width, HEIGHT_PX * scale)
    # Pixels count downwards, points upwards.
    group = Group(transform=(scale, 0, 0, -scale, 0, HEIGHT_PX * scale))
    group.add(Rect(0, 0, WIDTH_PX, HEIGHT_PX, fillColor=white, strokeColor=None))
    for item in sheet.items():
        group.add(_words(item, font, bold) if isinstance(item, Words) else _shape(item))
    drawing.add(group)
    return drawing


def _shape(shape: Any) -> Any:
    from reportlab.graphics.shapes import FILL_EVEN_ODD, Path  # noqa: PLC0415

    path = Path(
        fillColor=_colour(shape.fill), fillOpacity=shape.opacity, strokeColor=_colour(shape.stroke), strokeWidth=shape.width, strokeDashArray=list(shape.dash) or None, fillMode=FILL_EVEN_ODD
    )  # fmt: skip
    for ring in shape.rings:
        path.moveTo(*ring[0])
        for point in ring[1:]:
            path.lineTo(*point)
        if shape.closed:
            path.closePath()
    return path


def _words(words: Any, font: str, bold: str) -> Any:
    from reportlab.graphics.shapes import Group, String  # noqa: PLC0415

    x, y = words.at
    turn = math.radians(words.turned)
    cos, sin = math.cos(turn), math.sin(turn)
    text = String(0, 0, words.text, fontName=bold if words.bold else font, fontSize=words.size, fillColor=_colour(words.fill), textAnchor=words.anchor)
    # Turned about its place, and back upright: the sheet around it is upside down.
    return Group(text, transform=(cos, sin, sin, -cos, x, y))


def _colour(name: str) -> Any:
    from reportlab.lib.colors import HexColor  # noqa: PLC0415

    return None if name == "none" else HexColor(name)
