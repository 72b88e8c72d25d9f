"""Solids over plans, and what is measured back from them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from geometry.massing.building import Massing
from geometry.massing.margins import polygons

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry
    from trimesh import Trimesh


_LOADING = threading.Lock()


def load_trimesh() -> None:
    """Import trimesh, which takes seconds, when it is first needed.

    One thread at a time and from its door: where two threads begin with different parts of it, each finds the other's half.
    """
    with _LOADING:
        import trimesh  # noqa: F401, PLC0415


class Solids:
    """The solids of one massing. Equal plans of equal height are one solid, made once."""

    def __init__(self) -> None:
        self._made: dict[tuple[bytes, float], Trimesh] = {}

    def over(self, plan: BaseGeometry, height_m: float) -> Trimesh:
        """Return the watertight solid over a plan, from 0 up: x and y as in the plan, z upwards."""
        load_trimesh()
        from trimesh.creation import extrude_polygon  # noqa: PLC0415
        from trimesh.util import concatenate  # noqa: PLC0415

        key = (plan.wkb, round(height_m, 6))
        if key not in self._made:
            parts = [extrude_polygon(part, key[1], engine="earcut") for part in polygons(plan)]
            self._made[key] = parts[0] if len(parts) == 1 else concatenate(parts)
        return self._made[key]


def measured(massing: Massing, solids: Solids) -> dict[str, Any]:
    """Return what the solids come to: areas from their volumes, in metres and square metres, to 4 decimals."""
    proposal = massing.proposal
    storeys = [level for level in massing.levels if level.kind == "storey"]
    areas = [area_of(solids, level.plan, level.top_m - level.bottom_m) for level in storeys]
    floors = sum(areas)
    covered = area_of(solids, massing.footprint, 1.0) if massing.levels and not massing.footprint.is_empty else 0.0
    counted = proposal.fsi * proposal.net_plot_area_sq_m if proposal.fsi else None
    # A built-up area holds more than what FSI counts: the counted share is the stated one.
    share = min(1.0, counted / proposal.built_up_area_sq_m) if counted and proposal.built_up_area_sq_m else 1.0
    by_use: dict[str, float] = {}
    for level, area in zip(storeys, areas, strict=True):
        by_use[level.use] = by_use.get(level.use, 0.0) + area
    found = {
        "plot_area_sq_m": proposal.plot.area_sq_m,
        "floor_area_sq_m": floors,
        "fsi": floors * share / proposal.net_plot_area_sq_m,
        "ground_coverage_percent": covered / proposal.net_plot_area_sq_m * 100,
        "height_m": massing.top_m,
        "overshoot_volume_m3": sum(solids.over(piece.plan, piece.top_m - piece.bottom_m).volume for piece in massing.overshoots),
    }
    if massing.envelope is not None and massing.envelope_top_m:
        found["envelope_area_sq_m"] = massing.envelope.area
        found["envelope_volume_m3"] = solids.over(massing.envelope, massing.envelope_top_m).volume
    return {
        **{name: round(float(value), 4) for name, value in found.items()},
        "storeys": len(storeys),
        "floor_area_by_use_sq_m": {use: round(float(area), 4) for use, area in sorted(by_use.items()) if use},
        "margins_m": massing.margins_drawn() if massing.levels else {},
    }


def area_of(solids: Solids, plan: BaseGeometry, height_m: float) -> float:
    """Return the floor area of a level as its solid has it."""
    key_height = round(height_m, 6)
    return float(solids.over(plan, key_height).volume / key_height)
