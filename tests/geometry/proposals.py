"""Proposals to be drawn."""

from __future__ import annotations

import dataclasses
from typing import Any

from hypothesis import strategies as st

from geometry.massing import Proposal, Requirement, rectangular

MARGINS = {"front": 4.5, "side": 3.0, "other_side": 3.0, "rear": 4.0}


def proposal(**changes: Any) -> Proposal:
    """Return eight storeys on a stilt, 24 m high, on 30 x 40 m, FSI 2 and 40 % coverage; its side and rear margins fall short."""
    required = {"front": Requirement(3.0, "6.2.1"), **{side: Requirement(4.2, "6.2.3 (b)") for side in ("side", "other_side", "rear")}}
    values: dict[str, Any] = {
        "plot": rectangular(30, 40), "net_plot_area_sq_m": 1200.0, "road_width_m": 15.0, "margins": MARGINS, "required": required,
        "height_m": 24.0, "height_limit": Requirement(None, "6.10.1"), "storeys": 8, "stilt_levels": 1, "fsi": 2.0, "ground_coverage_percent": 40.0,
        "use": "residential",
    }  # fmt: skip
    return Proposal(**{**values, **changes})


def changed(given: Proposal, **changes: Any) -> Proposal:
    """Return a proposal with some values changed."""
    return dataclasses.replace(given, **changes)


def _number(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False).map(lambda value: round(value, 3))


@st.composite
def proposals(draw: st.DrawFn) -> Proposal:
    """Draw any proposal on a rectangular plot of 25 m² to 10 ha, sensible or not."""
    width, depth = draw(_number(5, 320)), draw(_number(5, 320))
    sides = ("front", "side", "other_side", "rear")
    margins = {side: draw(_number(0, 12)) for side in sides if draw(st.booleans())}
    required = {side: Requirement(draw(_number(0, 16)), f"clause {side}") for side in sides if draw(st.booleans())}
    storeys = draw(st.integers(1, 80))
    return Proposal(
        plot=rectangular(width, depth),
        net_plot_area_sq_m=width * depth,
        road_width_m=draw(st.none() | _number(3, 60)),
        margins=margins,
        required=required,
        height_m=round(storeys * draw(_number(1, 5)), 3) if draw(st.booleans()) else None,
        height_limit=draw(st.none() | st.builds(Requirement, st.none() | _number(5, 200), st.just("height clause"))),
        storeys=storeys,
        stilt_levels=draw(st.integers(0, 2)),
        podium_levels=draw(st.integers(0, 3)),
        basement_levels=draw(st.integers(0, 2)),
        fsi=draw(st.none() | _number(0.1, 8)),
        built_up_area_sq_m=draw(st.none() | _number(10, 50_000)),
        ground_coverage_percent=draw(st.none() | _number(1, 100)),
        use=draw(st.sampled_from(["residential", "commercial", "mixed", "industrial"])),
    )
