"""The section, from the road to the rear: levels, heights and the limits on them."""

from __future__ import annotations

from geometry.drawing.sheet import ALLOWED, BREACH, INK, Sheet, colour, metres
from geometry.massing.building import Massing
from geometry.massing.levels import Level
from geometry.massing.margins import outline
from geometry.model.materials import colour_of

LABELLED_PX = 11
"""Least height of a level that has its name in it."""


def section_svg(massing: Massing, title: str = "Section") -> bytes:
    """Return the section as SVG."""
    return section(massing, title).as_bytes()


def section(massing: Massing, title: str = "Section") -> Sheet:
    """Return the section, the road at the left."""
    proposal = massing.proposal
    _, front, _, rear = outline(massing.plot).bounds
    road = min(proposal.road_width_m or 0.0, 0.35 * (rear - front))
    limit = proposal.height_limit.metres if proposal.height_limit is not None else None
    top = max(massing.top_m, limit if limit is not None and limit < 3 * max(massing.top_m, 1.0) else 0.0, massing.envelope_top_m or 0.0, 3.0)
    bottom = min((level.bottom_m for level in massing.levels), default=0.0)
    sheet = Sheet(title, _description(massing), (front - road, min(bottom, -1.0), rear, top))
    if massing.envelope is not None and massing.envelope_top_m:
        _, near, _, far = massing.envelope.bounds
        _box(sheet, near, far, 0, min(massing.envelope_top_m, top), fill=colour("envelope"), opacity=0.22, stroke=ALLOWED, dash="7 4")
    for level in massing.levels:
        _level(sheet, level)
    for piece in massing.overshoots:
        _, near, _, far = piece.plan.bounds
        if piece.field in ("height", "front", "rear"):
            _box(sheet, near, far, piece.bottom_m, piece.top_m, fill=BREACH, opacity=0.4, stroke=BREACH)
    sheet.line([(front - road, 0), (rear, 0)], width=2.5)
    sheet.line([(front, 0), (front, -1)], width=2)
    sheet.line([(rear, 0), (rear, -1)], width=2)
    if road:
        sheet.label((front - road / 2, 0), f"Road, {metres(proposal.road_width_m or 0)}", dy=16, size=11)
    _heights(sheet, massing, front, rear, top)
    sheet.scale_bar()
    _legend(sheet, massing)
    return sheet


def _level(sheet: Sheet, level: Level) -> None:
    _, near, _, far = level.plan.bounds
    _box(sheet, near, far, level.bottom_m, level.top_m, fill=colour(colour_of(level.kind, level.use)), stroke=INK)
    if (level.top_m - level.bottom_m) * sheet.scale >= LABELLED_PX and (far - near) * sheet.scale > 90:
        use = f", {level.use}" if level.use and level.kind == "storey" else ""
        sheet.label(((near + far) / 2, (level.bottom_m + level.top_m) / 2), f"{level.kind} {level.number}{use}", dy=4, size=10)


def _heights(sheet: Sheet, massing: Massing, front: float, rear: float, top: float) -> None:
    limit = massing.proposal.height_limit
    beside = rear + 26 / sheet.scale
    if massing.levels:
        breached = limit is not None and limit.metres is not None and massing.top_m > limit.metres + 1e-7
        sheet.dimension((beside, 0), (beside, massing.top_m), metres(massing.top_m), stroke=BREACH if breached else INK)
    if limit is not None and limit.metres is not None and limit.metres <= top + 1e-7:
        exceeded = massing.top_m > limit.metres + 1e-7
        sheet.line([(front, limit.metres), (rear, limit.metres)], stroke=BREACH if exceeded else ALLOWED, width=1.6, dash="7 4")
        by = f" by {limit.clause_no}" if limit.clause_no else ""
        sheet.label((front, limit.metres), f"at most {metres(limit.metres)}{by}", dx=6, dy=-6, size=11, anchor="start", fill=BREACH if exceeded else ALLOWED)
    elif limit is not None and limit.metres is not None:
        sheet.label((front, top), f"at most {metres(limit.metres)}, above this sheet", dx=6, dy=-6, size=11, anchor="start", fill=ALLOWED)


def _legend(sheet: Sheet, massing: Massing) -> None:
    """Write the heights, the limit on them with its clause, and what cannot be so."""
    limit = massing.proposal.height_limit
    sheet.legend("Heights", weight="bold")
    if massing.levels:
        breached = limit is not None and limit.metres is not None and massing.top_m > limit.metres + 1e-7
        sheet.legend(f"Building {metres(massing.top_m)}", fill=BREACH if breached else INK)
    if limit is not None:
        allowed = "not limited" if limit.metres is None else f"at most {metres(limit.metres)}"
        sheet.legend(f"Permissible: {allowed}" + (f" by {limit.clause_no}" if limit.clause_no else ""), fill=ALLOWED)
    for kind in ("storey", "podium", "stilt", "basement"):
        levels = [level for level in massing.levels if level.kind == kind]
        if levels:
            each = levels[0].top_m - levels[0].bottom_m
            sheet.legend(f"{len(levels)} {_PLURAL[kind] if len(levels) > 1 else kind}, {metres(each)} high{' each' if len(levels) > 1 else ''}")
    for text in massing.cannot_fit:
        sheet.legend(text, fill=BREACH)


_PLURAL = {"storey": "storeys", "podium": "podium levels", "stilt": "stilt levels", "basement": "basements"}


def _box(sheet: Sheet, near: float, far: float, bottom: float, top: float, *, fill: str, stroke: str, opacity: float = 1.0, dash: str | None = None) -> None:
    from shapely import box  # noqa: PLC0415 - takes a quarter of a second

    sheet.area(box(near, bottom, far, top), fill=fill, stroke=stroke, opacity=opacity, dash=dash)


def _description(massing: Massing) -> str:
    levels = massing.above_ground()
    storeys = sum(level.kind == "storey" for level in levels)
    told = [f"A building of {storeys} storeys, {metres(massing.top_m)} high." if levels else "No building is drawn."]
    limit = massing.proposal.height_limit
    if limit is not None:
        told.append("Its height is not limited." if limit.metres is None else f"At most {metres(limit.metres)} is allowed.")
    return " ".join([*told, *massing.cannot_fit, *massing.notes])
