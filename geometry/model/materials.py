"""Materials of models: few, and shared by every model, so that viewers learn them once."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from geometry.massing.solids import load_trimesh

if TYPE_CHECKING:
    from trimesh.visual.material import PBRMaterial

COLOURS: dict[str, tuple[int, int, int, int]] = {
    "plot": (171, 189, 150, 255),
    "road": (92, 95, 99, 255),
    "margin": (240, 196, 64, 255),
    "residential": (233, 222, 203, 255),
    "commercial": (143, 178, 204, 255),
    "industrial": (186, 176, 190, 255),
    "institutional": (222, 186, 150, 255),
    "parking": (168, 168, 164, 255),
    "basement": (128, 118, 108, 255),
    "edge": (72, 66, 60, 255),
    "envelope": (74, 160, 96, 70),
    "overshoot": (214, 54, 46, 200),
}
"""Material -> red, green, blue and opacity as a screen shows them, 0 to 255. The drawings use the same."""
_SEEN_FROM_INSIDE = ("envelope",)


def colour_of(kind: str, use: str) -> str:
    """Return the material of a level."""
    if kind == "storey":
        return use if use in COLOURS else "residential"
    return "basement" if kind == "basement" else "parking"


@cache
def material(name: str) -> PBRMaterial:
    """Return a material."""
    load_trimesh()
    from trimesh.visual.material import PBRMaterial  # noqa: PLC0415

    red, green, blue, opacity = COLOURS[name]
    # glTF's factors are linear, screen colours are not: IEC 61966-2-1.
    factors = [round(_linear(part / 255), 4) for part in (red, green, blue)]
    return PBRMaterial(
        name=name,
        baseColorFactor=[*factors, round(opacity / 255, 4)],
        metallicFactor=0.0,
        roughnessFactor=0.9,
        alphaMode="BLEND" if opacity < 255 else "OPAQUE",
        doubleSided=name in _SEEN_FROM_INSIDE,
    )


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
