"""Made-up plots of the four cities, the same for the same seed: for measuring and for showing, not for planning.

Plot sizes, roads and uses follow what these cities have many of: small residential plots on narrow roads, few large ones on wide roads. Most
proposals keep near the limits of their city, so that every outcome occurs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

BATCH = 250_000
USES = ("residential", "commercial", "mixed", "industrial", "institutional")


@dataclass(frozen=True, slots=True)
class Town:
    """What plots of a city are like.

    Attributes:
        zones: zone -> (use that it mostly has, share of the plots).
        plot_sq_m: the middle of the plots' areas.
        roads_m: road width -> share.
        fsi: what is mostly built.
        core_share: the share of plots in the congested part.
    """

    zones: Mapping[str, tuple[str, float]]
    plot_sq_m: float
    roads_m: Mapping[float, float]
    fsi: float
    core_share: float
    divisions: tuple[str, ...] = ()


TOWNS: Mapping[str, Town] = {
    "Mumbai": Town(
        {"R": ("residential", 0.7), "Commercial": ("commercial", 0.12), "Mixed": ("mixed", 0.1), "Industrial": ("industrial", 0.08)},
        700, {6.0: 0.12, 9.0: 0.28, 12.0: 0.2, 13.4: 0.12, 18.3: 0.15, 27.45: 0.08, 36.6: 0.05}, 2.4, 0.08, ("island_city", "suburbs"),
    ),
    "Pune": Town(
        {"R1": ("residential", 0.38), "R2": ("residential", 0.34), "Commercial": ("commercial", 0.12), "Mixed": ("mixed", 0.08), "Industrial": ("industrial", 0.05), "PSP": ("institutional", 0.03)},
        420, {6.0: 0.22, 7.5: 0.1, 9.0: 0.24, 12.0: 0.18, 15.0: 0.07, 18.0: 0.09, 24.0: 0.06, 30.0: 0.04}, 1.8, 0.12,
    ),
    "Nashik": Town(
        {"R1": ("residential", 0.42), "R2": ("residential", 0.34), "Commercial": ("commercial", 0.1), "Mixed": ("mixed", 0.06), "Industrial": ("industrial", 0.06), "PSP": ("institutional", 0.02)},
        320, {6.0: 0.22, 7.5: 0.16, 9.0: 0.26, 12.0: 0.17, 15.0: 0.07, 18.0: 0.07, 24.0: 0.03, 30.0: 0.02}, 1.4, 0.1,
    ),
    "Ahmedabad": Town(
        {"R1": ("residential", 0.5), "R2": ("residential", 0.22), "C1": ("commercial", 0.1), "C2": ("commercial", 0.05), "IZ1": ("industrial", 0.08), "KZ1": ("institutional", 0.05)},
        500, {6.0: 0.1, 7.5: 0.14, 9.0: 0.22, 12.0: 0.24, 18.0: 0.16, 24.0: 0.08, 30.0: 0.04, 36.0: 0.02}, 1.8, 0.06,
    ),
}  # fmt: skip


def write_plots(path: Path, city: str, number: int, seed: int = 1) -> None:
    """Write made-up plots with a proposal each as Parquet, a batch at a time.

    Args:
        path: the Parquet file.
        city: one of `TOWNS`.
        number: how many plots.
        seed: the same seed gives the same plots, whatever the number: more of them begin with the same ones.
    """
    import numpy as np  # noqa: PLC0415 - heavy
    import pyarrow as arrow  # noqa: PLC0415 - heavy
    import pyarrow.parquet as parquet  # noqa: PLC0415 - heavy

    writer: Any = None
    try:
        for place, start in enumerate(range(0, number, BATCH)):
            columns = _plots(np.random.default_rng([seed, place]), city, BATCH)
            columns = {"id": np.arange(start, start + BATCH), **columns}
            table = arrow.table({name: arrow.array(values, from_pandas=True) for name, values in columns.items()}).slice(0, min(BATCH, number - start))
            writer = writer or parquet.ParquetWriter(path, table.schema)
            writer.write_table(table)
    finally:
        if writer is not None:
            writer.close()


def _plots(rng: np.random.Generator, city: str, number: int) -> dict[str, Any]:
    import numpy as np  # noqa: PLC0415 - heavy

    town = TOWNS[city]

    def pick(shares: Mapping[Any, float]) -> Any:
        values, weights = np.array(list(shares)), np.array(list(shares.values()))
        return rng.choice(values, size=number, p=weights / weights.sum())

    road = pick(town.roads_m)
    area = np.round(np.clip(rng.lognormal(np.log(town.plot_sq_m), 0.75, number) * (1 + (road >= 18)), 30, 60_000), 1)
    zone = pick({zone: share for zone, (_, share) in town.zones.items()})
    uses = {zone: use for zone, (use, _) in town.zones.items()}
    use = np.where(rng.random(number) < 0.9, np.vectorize(uses.get, otypes=[object])(zone), rng.choice(np.array(USES[:3], dtype=object), number))
    storeys = np.clip(np.round(rng.gamma(3.0, 0.6 + road / 14)), 1, 40)
    height = np.round(storeys * rng.choice([2.9, 3.0, 3.0, 3.1, 3.3], number) + rng.choice([0.0, 0.6, 1.2], number), 2)
    depth = np.sqrt(area * rng.uniform(0.9, 1.9, number))
    margin = np.maximum(1.5, height / 5) * rng.uniform(0.7, 1.3, number)
    columns: dict[str, Any] = {
        "building_use": use,
        "land_use_zone": zone,
        "is_core_area": rng.random(number) < town.core_share,
        "plot_area_sq_m": area,
        "plot_width_m": np.round(area / depth, 2),
        "plot_depth_m": np.round(depth, 2),
        "abutting_road_width_m": road,
        "storeys": storeys,
        # One proposal in eight says its storeys and no height: the height is then assumed.
        "height_m": np.where(rng.random(number) < 0.125, np.nan, height),
        "fsi": np.round(np.clip(rng.normal(town.fsi, 0.45, number) * (0.8 + road / 60), 0.3, 8), 2),
        "ground_coverage_percent": np.round(rng.uniform(30, 65, number), 1),
        "front_setback_m": np.round(np.clip(rng.normal(1.2 + road / 6, 0.9, number), 0, 15), 1),
        "side_setback_m": np.round(margin, 1),
        "rear_setback_m": np.round(margin * rng.uniform(0.9, 1.2, number), 1),
        "parking_spaces": np.round(area / 55 * rng.uniform(0.6, 1.6, number)),
    }
    if town.divisions:
        columns["planning_division"] = rng.choice(np.array(town.divisions, dtype=object), number)
    return columns
