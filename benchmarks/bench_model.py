"""What a model costs: a tower of 30 storeys massed and written as GLB, warm, beside trimesh's plain export of a box per storey; and the drawings.

python -m benchmarks.bench_model [--rounds N]
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

from geometry.drawing import section_svg, site_plan_svg, thumbnail_png
from geometry.massing import Massing, Proposal, Requirement, mass, rectangular
from geometry.model import model_glb

SIDES = ("front", "side", "other_side", "rear")
WIDTH, DEPTH, STOREY = 42.0, 42.0, 3.1


def tower(storeys: int = 30) -> Proposal:
    """Return a tower on two levels of podium and one of stilt that breaches its side margins."""
    margins = {"front": 9.0, "side": 9.0, "other_side": 9.0, "rear": 12.0}
    return Proposal(
        plot=rectangular(60, 60), net_plot_area_sq_m=3600.0, road_width_m=24.0, margins=margins, required={side: Requirement(12.0, "6.2.3") for side in SIDES},
        height_m=storeys * STOREY + 9, height_limit=Requirement(None, "6.10"), storeys=storeys, stilt_levels=1, podium_levels=2, basement_levels=2, fsi=4.0,
        use="residential",
    )  # fmt: skip


def plain_boxes(storeys: int = 30) -> bytes:
    """Return what trimesh makes of a box per storey: no plot, no envelope, nothing shared by hand."""
    import trimesh  # noqa: PLC0415 - only where it is measured

    scene = trimesh.Scene()
    for storey in range(storeys):
        box = trimesh.creation.box((WIDTH, STOREY, DEPTH))
        box.apply_translation((0, (storey + 0.5) * STOREY, 0))
        scene.add_geometry(box, node_name=f"storey-{storey + 1:02}")
    return bytes(scene.export(file_type="glb"))


def timed(rounds: int, work: Callable[[], object]) -> tuple[float, float]:
    """Return the median and the 95th percentile in milliseconds, after one round to warm up."""
    work()
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken), sorted(taken)[int(0.95 * len(taken))]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=100)
    rounds = parser.parse_args().rounds
    massing: Massing = mass(tower())
    measured: list[tuple[str, Callable[[], object]]] = [
        ("massed and written as GLB, 30 storeys", lambda: model_glb(mass(tower()))),
        ("the same, 80 storeys", lambda: model_glb(mass(tower(80)))),
        ("trimesh, 30 plain boxes", plain_boxes),
        ("site plan", lambda: site_plan_svg(massing)),
        ("section", lambda: section_svg(massing)),
        ("picture", lambda: thumbnail_png(massing)),
    ]
    for name, work in measured:
        median, high = timed(rounds, work)
        print(f"{name:40} median {median:7.1f} ms, 95 % {high:7.1f} ms")
    print(f"{'size of the tower':40} {len(model_glb(massing)):,} bytes; plain boxes {len(plain_boxes()):,} bytes")


if __name__ == "__main__":
    main()
