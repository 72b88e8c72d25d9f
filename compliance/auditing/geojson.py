"""GeoJSON, feature by feature, so that a file of a whole city needs no more memory than one plot."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from compliance.auditing.errors import AuditError

AREA = "plot_area_sq_m"
BATCH = 20_000

_EQUATOR_M = 6_378_137.0
_FLATTENING = 1 / 298.257223563


def features(path: Path, into: Path) -> list[tuple[int, str]]:
    """Write the properties of every feature as a row of text, and return the rows that are no features, each with the reason.

    Where no property says the plot's area it is that of the polygon on the WGS 84 ellipsoid.

    Raises:
        AuditError: the file is no GeoJSON.
    """
    import pyarrow as arrow  # noqa: PLC0415 - heavy
    import pyarrow.parquet as parquet  # noqa: PLC0415 - heavy

    from compliance.auditing.headers import match_column  # noqa: PLC0415 - kept beside its only use

    names = sorted({name for _, feature in _numbered(path) for name in _properties(feature)})
    states_area = any((column := match_column(name)) is not None and column.field == AREA for name in names)
    columns = [*names, *([] if states_area else [AREA])]
    if "__row" in columns:
        raise AuditError(f"A property of '{path.name}' is called __row; rename it.")
    schema = arrow.schema([*((name, arrow.string()) for name in columns), ("__row", arrow.int64())])
    bad: list[tuple[int, str]] = []
    rows: list[dict[str, Any]] = []
    with parquet.ParquetWriter(into, schema) as writer:
        for row, feature in _numbered(path):
            if not isinstance(feature, dict) or feature.get("type") != "Feature":
                bad.append((row, "This is no GeoJSON feature."))
                continue
            values = {name: _as_text(value) for name, value in _properties(feature).items()}
            if not states_area:
                area = area_of(feature.get("geometry"))
                values[AREA] = None if area is None else repr(round(area, 2))
            rows.append({**values, "__row": row})
            if len(rows) >= BATCH:
                writer.write_table(arrow.Table.from_pylist(rows, schema=schema))
                rows = []
        writer.write_table(arrow.Table.from_pylist(rows, schema=schema))
    return bad


def area_of(geometry: Any) -> float | None:
    """Return the area of a polygon or of several in square metres; None for any other geometry.

    Longitudes and latitudes are laid flat about the middle of the plot, which for a plot of a kilometre is right to a millionth.

    >>> round(area_of({"type": "Polygon", "coordinates": [[[73, 18], [73.001, 18], [73.001, 18.001], [73, 18.001], [73, 18]]]}))
    11722
    """
    if not isinstance(geometry, dict):
        return None
    places: Any = geometry.get("coordinates")
    parts = {"Polygon": [places], "MultiPolygon": places}.get(str(geometry.get("type")))
    try:
        return sum(_ring_area(rings[0]) - sum(_ring_area(ring) for ring in rings[1:]) for rings in parts) if parts else None
    except (TypeError, ValueError, IndexError):
        return None


def _ring_area(ring: list[Any]) -> float:
    points = [(float(point[0]), float(point[1])) for point in ring]
    middle = math.radians(sum(latitude for _, latitude in points) / len(points))
    squared = _FLATTENING * (2 - _FLATTENING)
    curve = 1 - squared * math.sin(middle) ** 2
    east = math.radians(1) * _EQUATOR_M / math.sqrt(curve) * math.cos(middle)
    north = math.radians(1) * _EQUATOR_M * (1 - squared) / curve**1.5
    x0, y0 = points[0]
    flat = [((x - x0) * east, (y - y0) * north) for x, y in points]
    doubled: float = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(flat, [*flat[1:], flat[0]], strict=True))
    return abs(doubled) / 2


def _numbered(path: Path) -> Iterator[tuple[int, Any]]:
    import ijson  # noqa: PLC0415 - heavy

    with path.open("rb") as file:
        try:
            yield from enumerate(ijson.items(file, "features.item"), 1)
        except ijson.JSONError as error:
            raise AuditError(f"'{path.name}' is no readable GeoJSON: {error}.") from None


def _properties(feature: Any) -> dict[str, Any]:
    found = feature.get("properties") if isinstance(feature, dict) else None
    return found if isinstance(found, dict) else {}


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (int, Decimal)) else json.dumps(value, default=float)
