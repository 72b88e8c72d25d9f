"""A plot as GeoJSON (RFC 7946): a Polygon, or a Feature of one, in longitude and latitude or in local metres."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from geometry.massing.plot import Plot, PlotError, Point, polygonal

LOCAL_METRES = "local_metres"
MOST_CORNERS = 500
LONGEST_M = 10_000
AREA_TOLERANCE = 0.01
"""How far a stated area may be from the polygon's: surveys and records differ by less than this."""
# WGS 84: equatorial radius in metres, first eccentricity squared (NIMA TR8350.2).
_A, _E2 = 6_378_137.0, 6.694379990141317e-3


def plot_of_geojson(sent: Any) -> Plot:
    """Return the plot that a GeoJSON object describes.

    `crs: "local_metres"` says that coordinates are metres, x east and y north; otherwise they are WGS 84 longitude and latitude, which are projected onto
    the plane that touches the ellipsoid at the plot. `road_edge` (a number or a list of numbers, beside `type` or in `properties`) marks the edges along
    the road: edge 0 goes from the first corner to the second. Where it is missing the longest edge is taken, and the plot's notes say so.

    Raises:
        PlotError: what is wrong, where, and what to write.
    """
    geometry, about = _geometry(sent)
    ring = _ring(geometry)
    local = about.get("crs") == LOCAL_METRES
    if not local and "crs" in about:
        raise PlotError(f"crs is '{LOCAL_METRES}', or is left out for WGS 84 longitude and latitude.", "/crs")
    metres = ring if local else _projected(ring)
    _check_shape(metres)
    edges, notes = _road_edges(about.get("road_edge"), metres)
    return polygonal(metres, edges, notes=notes)


def check_area(plot: Plot, stated_sq_m: float) -> None:
    """Check a polygon's area against the stated one.

    Raises:
        PlotError: they differ by more than 1 %.
    """
    found = plot.area_sq_m
    if abs(found - stated_sq_m) > AREA_TOLERANCE * stated_sq_m:
        off = abs(found - stated_sq_m) / stated_sq_m * 100
        raise PlotError(f"The polygon has {found:,.2f} m², but the stated plot area is {stated_sq_m:,.2f} m² ({off:.1f} % off): correct one of them.", "")


def _geometry(sent: Any) -> tuple[Mapping[str, Any], dict[str, Any]]:
    if not isinstance(sent, Mapping):
        raise PlotError("A plot is a GeoJSON object: a Polygon, or a Feature of one.")
    about = {key: sent[key] for key in ("crs", "road_edge") if key in sent}
    if sent.get("type") == "Feature":
        properties = sent.get("properties")
        if isinstance(properties, Mapping):
            about = {key: properties[key] for key in ("crs", "road_edge") if key in properties} | about
        geometry, place = sent.get("geometry"), "/geometry/type"
    else:
        geometry, place = sent, "/type"
    if not isinstance(geometry, Mapping) or geometry.get("type") != "Polygon":
        raise PlotError("The plot is one Polygon; several plots are several proposals.", place)
    return geometry, about


def _ring(geometry: Mapping[str, Any]) -> list[Point]:
    rings = geometry.get("coordinates")
    if not isinstance(rings, Sequence) or isinstance(rings, str) or len(rings) != 1:
        raise PlotError("coordinates is a list with one ring of positions; a plot has no holes.", "/coordinates")
    ring = rings[0]
    if not isinstance(ring, Sequence) or isinstance(ring, str) or not 4 <= len(ring) <= MOST_CORNERS + 1:
        raise PlotError(f"The ring has 3 to {MOST_CORNERS} corners, and ends with the first one again.", "/coordinates/0")
    points = [_point(position, f"/coordinates/0/{place}") for place, position in enumerate(ring)]
    if points[0] != points[-1]:
        raise PlotError("The ring does not end where it begins; repeat the first position at the end.", "/coordinates/0")
    return points[:-1]


def _point(position: Any, place: str) -> Point:
    numbers = position[:2] if isinstance(position, Sequence) and not isinstance(position, str) else ()
    if len(numbers) != 2 or not all(isinstance(n, int | float) and not isinstance(n, bool) and math.isfinite(n) for n in numbers):
        raise PlotError("A position is two numbers: [longitude, latitude], or [x, y] in metres.", place)
    return float(numbers[0]), float(numbers[1])


def _projected(ring: Sequence[Point]) -> list[Point]:
    for place, (longitude, latitude) in enumerate(ring):
        if not (-180 <= longitude <= 180 and -85 <= latitude <= 85):
            raise PlotError(f"Longitude {longitude:g}, latitude {latitude:g} is no place; write [longitude, latitude] in degrees.", f"/coordinates/0/{place}")
    longitude0 = sum(point[0] for point in ring) / len(ring)
    latitude0 = sum(point[1] for point in ring) / len(ring)
    sine = math.sin(math.radians(latitude0))
    # Radii of curvature of the ellipsoid, along the parallel and along the meridian.
    across = _A / math.sqrt(1 - _E2 * sine**2)
    along = _A * (1 - _E2) / (1 - _E2 * sine**2) ** 1.5
    scale = math.radians(1)
    east, north = scale * across * math.cos(math.radians(latitude0)), scale * along
    return [((longitude - longitude0) * east, (latitude - latitude0) * north) for longitude, latitude in ring]


def _check_shape(ring: Sequence[Point]) -> None:
    from shapely import Polygon  # noqa: PLC0415 - takes a quarter of a second
    from shapely.validation import explain_validity  # noqa: PLC0415

    for place, (point, after) in enumerate(zip(ring, (*ring[1:], ring[0]), strict=True)):
        if math.dist(point, after) < 0.001:
            raise PlotError("Two corners in a row are the same place; leave one out.", f"/coordinates/0/{place}")
    shape = Polygon(ring)
    if not shape.is_valid:
        raise PlotError(f"The ring is no simple outline ({explain_validity(shape).split('[')[0].strip()}); its edges must not cross.", "/coordinates/0")
    if shape.area < 1:
        raise PlotError(f"The plot has {shape.area:.3f} m²; are the coordinates [longitude, latitude], or metres with crs '{LOCAL_METRES}'?", "/coordinates/0")
    xs, ys = zip(*ring, strict=True)
    if max(max(xs) - min(xs), max(ys) - min(ys)) > LONGEST_M:
        raise PlotError(f"The plot is more than {LONGEST_M // 1000} km across; metres need crs '{LOCAL_METRES}'.", "/coordinates/0")


def _road_edges(sent: Any, ring: Sequence[Point]) -> tuple[list[int], tuple[str, ...]]:
    if sent is None:
        lengths = [math.dist(begin, end) for begin, end in zip(ring, (*ring[1:], ring[0]), strict=True)]
        longest = max(range(len(lengths)), key=lambda edge: (round(lengths[edge], 3), -edge))
        return [longest], (f"No road edge is marked (road_edge): the longest edge, number {longest}, is taken to lie along the road.",)
    edges = list(sent) if isinstance(sent, list | tuple) else [sent]
    if not edges or not all(isinstance(edge, int) and not isinstance(edge, bool) and 0 <= edge < len(ring) for edge in edges):
        raise PlotError(
            f"road_edge is the number of the edge along the road, or a list of them: 0 to {len(ring) - 1}, edge 0 from the first corner to the second.",
            "/road_edge",
        )
    return edges, ()
