"""Models and drawings of runs: a run's verdict as a massing, built once and kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from compliance.models import Run
from compliance.rechecking import NothingToSolveError, trials_of_run
from geometry.massing import Massing, Plot, Proposal, Requirement, check_area, mass, of_area, plot_of_geojson, rectangular
from geometry.massing.solids import Solids, measured
from geometry.models import GeometryModel
from geometry.services import built_file, built_record, plot_of

SIDE_FIELDS = {"front": "front_setback_m", "side": "side_setback_m", "other_side": "other_side_setback_m", "rear": "rear_setback_m"}
Limits = Mapping[str, Mapping[str, Any]]


class NoModelError(ValueError):
    """There is nothing to build of a run; the message says what is missing."""

    code = "no_model"


@dataclass(frozen=True, slots=True)
class Product:
    """A kind of file that is built from a run."""

    file_format: str
    ending: str
    content_type: str
    write: Callable[[Massing, Run], bytes]

    def name_for(self, run: Run) -> str:
        """Return the name of a run's file."""
        return f"{run.pk}{self.ending}"


@dataclass(frozen=True, slots=True)
class BuiltFile:
    """A file that was built from a run."""

    data: bytes
    record: GeometryModel
    product: Product

    @property
    def cannot_fit(self) -> list[str]:
        """Return why the proposal's values cannot all be true of one building."""
        return list(json.loads(self.record.figures)["cannot_fit"])


def _glb(massing: Massing, run: Run) -> bytes:
    from geometry.model import model_glb  # noqa: PLC0415 - heavy imports stay out of serving

    return model_glb(massing, _about(run))


def _gltf(massing: Massing, run: Run) -> bytes:
    from geometry.model import model_gltf  # noqa: PLC0415

    return model_gltf(massing, _about(run))


def _site_plan(massing: Massing, run: Run) -> bytes:
    from geometry.drawing import site_plan_svg  # noqa: PLC0415

    return site_plan_svg(massing, f"Site plan, {run.city}")


def _section(massing: Massing, run: Run) -> bytes:
    from geometry.drawing import section_svg  # noqa: PLC0415

    return section_svg(massing, f"Section, {run.city}")


def _thumbnail(massing: Massing, _: Run) -> bytes:
    from geometry.drawing import thumbnail_png  # noqa: PLC0415

    return thumbnail_png(massing)


GLB = Product(GeometryModel.Format.GLB, ".glb", "model/gltf-binary", _glb)
THUMBNAIL = Product(GeometryModel.Format.THUMBNAIL, ".png", "image/png", _thumbnail)
PRODUCTS = {
    "model.glb": GLB,
    "model.gltf": Product(GeometryModel.Format.GLTF, ".gltf", "model/gltf+json", _gltf),
    "siteplan.svg": Product(GeometryModel.Format.SITE_PLAN, ".siteplan.svg", "image/svg+xml", _site_plan),
    "section.svg": Product(GeometryModel.Format.SECTION, ".section.svg", "image/svg+xml", _section),
    "thumbnail.png": THUMBNAIL,
}
"""Last part of the address -> what is there."""


def file_of(run: Run, product: Product) -> BuiltFile:
    """Return a run's file: as it was built, or built now where it is missing.

    Raises:
        NoModelError: the run does not say enough.
    """
    known = built_file(run=run, file_format=product.file_format)
    if known is not None:
        return BuiltFile(*known, product)
    massing = mass(proposal_of(run))
    data = product.write(massing, run)
    record = built_record(run=run, file_format=product.file_format, name=product.name_for(run), data=data, figures=_figures(massing))
    return BuiltFile(data, record, product)


def figures_of(run: Run) -> dict[str, Any]:
    """Return what is measured from a run's solids, what cannot fit (sentences) and what was drawn without having been stated (sentences).

    Raises:
        NoModelError: the run does not say enough.
    """
    return _figures(mass(proposal_of(run)))


def _figures(massing: Massing) -> dict[str, Any]:
    overshoots = [
        {
            "field": "height_m" if piece.field == "height" else SIDE_FIELDS[piece.field],
            "clause_no": piece.clause_no,
            "permissible_m": piece.permissible_m,
            "provided_m": piece.provided_m,
            "by_m": piece.by_m,
        }
        for piece in massing.overshoots
    ]
    return {
        "figures": measured(massing, Solids()),
        "overshoots": [piece for place, piece in enumerate(overshoots) if piece not in overshoots[:place]],
        "cannot_fit": list(massing.cannot_fit),
        "notes": list(massing.notes),
    }


def has_model(run: Run) -> bool:
    """Return whether a run says enough for a model."""
    return run.plot_area_sq_m is not None


def proposal_of(run: Run) -> Proposal:
    """Return a run's proposal as the massing takes it: its spec, and the limits that its verdict found.

    Raises:
        NoModelError: it has no plot.
    """
    verdict = json.loads(run.verdict)
    spec: dict[str, Any] = verdict["spec"]
    plot = _plot(run, spec)
    limits: Limits = verdict["permissible"]
    height_limit = _height_limit(limits)
    return Proposal(
        plot=plot,
        net_plot_area_sq_m=spec.get("net_plot_area_sq_m") or spec.get("plot_area_sq_m") or plot.area_sq_m,
        road_width_m=spec.get("abutting_road_width_m"),
        second_road_width_m=spec.get("second_road_width_m"),
        margins={side: spec[name] for side, name in SIDE_FIELDS.items() if name in spec},
        required=_required(_at_permissible_height(run, spec, limits, height_limit)),
        height_m=spec.get("height_m"),
        height_limit=height_limit,
        storeys=spec.get("storeys"),
        stilt_levels=spec.get("stilt_levels", 0),
        podium_levels=spec.get("podium_levels", 0),
        basement_levels=spec.get("basement_levels", 0),
        use=spec.get("building_use", ""),
        commercial_area_sq_m=spec.get("commercial_area_sq_m"),
        **{name: spec[name] for name in _AS_THEY_ARE if name in spec},
    )


_AS_THEY_ARE = (
    "floor_height_m", "stilt_height_m", "podium_height_m", "basement_height_m", "basement_setback_m", "fsi", "built_up_area_sq_m", "ground_coverage_percent",
    "width_m", "depth_m", "commercial_storeys",
)  # fmt: skip


def _plot(run: Run, spec: Mapping[str, Any]) -> Plot:
    sent = plot_of(run)
    if sent is not None:
        return plot_of_geojson(sent)
    area, width, depth = (spec.get(name) for name in ("plot_area_sq_m", "plot_width_m", "plot_depth_m"))
    if width and depth and (area is None or abs(width * depth - area) <= 0.001 * area):
        return rectangular(width, depth)
    if area is None:
        raise NoModelError("The proposal states no plot area and no sides of the plot, so there is nothing to draw.")
    return of_area(area, spec.get("plot_frontage_m") or width)


def _height_limit(limits: Limits) -> Requirement | None:
    limit = limits.get("height_m", {})
    if "max" not in limit and not limit.get("unlimited"):
        return None
    return Requirement(limit.get("max"), limit.get("clause_no", ""), bool(limit.get("pending")))


def _at_permissible_height(run: Run, spec: Mapping[str, Any], limits: Limits, height_limit: Requirement | None) -> Limits:
    """Return the limits at the lesser of the proposed and the permissible height: margins grow with the height, and the envelope is that of a lawful building."""
    allowed = height_limit.metres if height_limit is not None else None
    if allowed is None or spec.get("height_m", 0) <= allowed:
        return limits
    try:
        lowered: Limits = trials_of_run(run).verdict({"height_m": allowed}).permissible
    except NothingToSolveError:
        return limits
    return lowered


def _required(limits: Limits) -> dict[str, Requirement]:
    everywhere = _requirement(limits, "setback_m")
    found = {}
    for side, name in SIDE_FIELDS.items():
        known = [limit for limit in (_requirement(limits, name), everywhere) if limit is not None]
        if known:
            found[side] = max(known, key=lambda limit: limit.metres or 0.0)
    return found


def _requirement(limits: Limits, name: str) -> Requirement | None:
    limit = limits.get(name, {})
    return Requirement(limit["min"], limit.get("clause_no", ""), bool(limit.get("pending"))) if "min" in limit else None


def _about(run: Run) -> dict[str, Any]:
    return {"run_id": str(run.pk), "city": run.city, "status": run.status, "digest": run.digest}


def plot_values(sent: Mapping[str, Any], stated: Mapping[str, Any]) -> dict[str, float]:
    """Return what a polygon says of its plot that the proposal does not: its area, and its frontage.

    Args:
        sent: the GeoJSON object.
        stated: the proposal as it was read.

    Raises:
        PlotError: it is no plot, or its area is not the stated one.
    """
    plot = plot_of_geojson(sent)
    if "plot_area_sq_m" in stated:
        check_area(plot, stated["plot_area_sq_m"])
    found = {"plot_area_sq_m": round(plot.area_sq_m, 2), "plot_frontage_m": round(plot.frontage_m, 3)}
    return {name: value for name, value in found.items() if name not in stated}
