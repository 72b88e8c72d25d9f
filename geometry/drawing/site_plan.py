"""The site plan: plot, road, margins provided against those required, and the building in plan."""

from __future__ import annotations

from geometry.drawing.sheet import ALLOWED, BREACH, INK, Sheet, colour, metres
from geometry.massing.building import NAMES, Massing
from geometry.massing.margins import outline
from geometry.massing.plot import SIDES
from geometry.model.materials import colour_of
from geometry.model.scene import ROAD_BEYOND_M, margin_line, road_plan, second_road_plan

ROAD_SHOWN = 0.35
"""How much of a wide road is drawn, against the plot's depth: the plan is about the plot."""


def site_plan_svg(massing: Massing, title: str = "Site plan") -> bytes:
    """Return the site plan as SVG."""
    return site_plan(massing, title).as_bytes()


def site_plan(massing: Massing, title: str = "Site plan") -> Sheet:
    """Return the site plan, the road below."""
    plot, proposal = massing.plot, massing.proposal
    area = outline(plot)
    left, front, right, rear = area.bounds
    road = min(proposal.road_width_m or 0.0, ROAD_SHOWN * (rear - front))
    second = min(proposal.second_road_width_m or 0.0, ROAD_SHOWN * (right - left))
    sheet = Sheet(title, _description(massing), (left, front - road, right + second, rear))
    _roads(sheet, massing, (left, front - road, right + second, rear))
    sheet.area(area, fill=colour("plot"), width=2, opacity=0.55)
    above = massing.above_ground()
    if above:
        sheet.area(massing.footprint, fill=colour(colour_of(above[0].kind, above[0].use)), width=1.5)
        upper = above[-1].plan
        if upper.area < massing.footprint.area * 0.999:
            sheet.area(upper, fill=colour(colour_of(above[-1].kind, above[-1].use)), width=1)
    for piece in massing.overshoots:
        if piece.field != "height":
            sheet.area(piece.plan, fill=BREACH, stroke=BREACH, width=0.8, opacity=0.45)
    for side in SIDES:
        _margin(sheet, massing, side)
    sheet.dimension((left, rear + 26 / sheet.scale), (right, rear + 26 / sheet.scale), metres(right - left))
    sheet.dimension((left - 30 / sheet.scale, front), (left - 30 / sheet.scale, rear), metres(rear - front))
    if plot.north_degrees is not None:
        sheet.north(plot.north_degrees)
    sheet.scale_bar()
    _legend(sheet, massing)
    return sheet


def _roads(sheet: Sheet, massing: Massing, window: tuple[float, float, float, float]) -> None:
    from shapely import box  # noqa: PLC0415 - takes a quarter of a second

    left, front, right, rear = window
    seen = box(left - ROAD_BEYOND_M, front, right + ROAD_BEYOND_M, rear + ROAD_BEYOND_M)
    width = massing.proposal.road_width_m
    if width:
        road = road_plan(massing).intersection(seen)
        sheet.area(road, fill=colour("road"), stroke="none", opacity=0.8)
        x, y = sheet.at(((left + right) / 2, front))
        sheet.words(x, y - 6, f"Road, {metres(width)} wide", fill="#ffffff", weight="bold")
    if second := massing.proposal.second_road_width_m:
        sheet.area(second_road_plan(massing).intersection(seen), fill=colour("road"), stroke="none", opacity=0.8)
        x, y = sheet.at((right, (front + rear) / 2))
        sheet.words(x - 8, y, f"Second road, {metres(second)} wide", fill="#ffffff", weight="bold", turned=-90)


def _margin(sheet: Sheet, massing: Massing, side: str) -> None:
    """Draw the line of the required margin, and the provided margin with its figure; the breach in red."""
    provided, wanted = _provided(massing, side), _wanted(massing, side)
    breached = _breached(provided, wanted)
    line = margin_line(massing, side, wanted or 0.0)
    if line is not None:
        sheet.lines(line, stroke=BREACH if breached else ALLOWED, width=1.4, dash="7 4")
    ends = _across(massing, side, provided or 0.0)
    if ends is not None:
        sheet.dimension(*ends, metres(provided or 0.0), stroke=BREACH if breached else INK)


def _legend(sheet: Sheet, massing: Massing) -> None:
    """Write the margins provided against those required, with their clauses, and what is to be said of the drawing."""
    sheet.legend("Margins", weight="bold")
    for side in SIDES:
        provided, wanted, required = _provided(massing, side), _wanted(massing, side), massing.proposal.required.get(side)
        if provided is None and wanted is None:
            continue
        told = NAMES[side].capitalize() + (f" {metres(provided)}" if provided is not None else "")
        if wanted is not None and required is not None:
            told += (
                f"; at least {metres(wanted)}" + (f" by {required.clause_no}" if required.clause_no else "") + (", not decided yet" if required.pending else "")
            )
        sheet.legend(told, fill=BREACH if _breached(provided, wanted) else INK)
    if massing.levels:
        sheet.legend(f"Building {massing.footprint.area:,.1f} m², plot {massing.plot.area_sq_m:,.1f} m²")
    for text in massing.cannot_fit:
        sheet.legend(text, fill=BREACH)
    for text in massing.notes:
        sheet.legend(text, fill="#5a524c")


def _provided(massing: Massing, side: str) -> float | None:
    return massing.proposal.margins.get(side, massing.margins_drawn().get(side) if massing.levels else None)


def _wanted(massing: Massing, side: str) -> float | None:
    required = massing.proposal.required.get(side)
    return required.metres if required is not None else None


def _breached(provided: float | None, wanted: float | None) -> bool:
    return provided is not None and wanted is not None and provided < wanted - 1e-7


def _across(massing: Massing, side: str, provided: float) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Return where a margin is measured: from the middle of the side's longest edge inwards."""
    edges = [(begin, end) for begin, end, of in massing.plot.edges if of == side]
    if not edges or provided <= 0:
        return None
    (x0, y0), (x1, y1) = max(edges, key=lambda edge: (round((edge[1][0] - edge[0][0]) ** 2 + (edge[1][1] - edge[0][1]) ** 2, 6), edge))
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    share = 0.3 if side in ("front", "other_side") else 0.7
    x, y = x0 + share * (x1 - x0), y0 + share * (y1 - y0)
    # The plot lies to the left of its edges.
    return (x, y), (x - (y1 - y0) / length * provided, y + (x1 - x0) / length * provided)


def _description(massing: Massing) -> str:
    proposal = massing.proposal
    told = [f"A plot of {massing.plot.area_sq_m:,.0f} square metres" + (f" on a road of {metres(proposal.road_width_m)}." if proposal.road_width_m else ".")]
    for side in SIDES:
        required = proposal.required.get(side)
        if side in proposal.margins:
            asked = f", required {metres(required.metres)}" if required is not None and required.metres is not None else ""
            told.append(f"{NAMES[side].capitalize()} {metres(proposal.margins[side])}{asked}.")
    return " ".join([*told, *massing.cannot_fit, *massing.notes])
