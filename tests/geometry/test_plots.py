"""Plots: rectangles, areas alone, and polygons as GeoJSON."""

from __future__ import annotations

import math
from typing import Any

import pytest

from geometry.massing import PlotError, check_area, of_area, plot_of_geojson, rectangular


def polygon(*corners: tuple[Any, float], **about: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[*map(list, corners), list(corners[0])]], **about}


L_SHAPE = polygon((0, 0), (40, 0), (40, 20), (20, 20), (20, 50), (0, 50), crs="local_metres", road_edge=0)


def test_a_plot_from_its_sides_has_the_road_in_front_and_its_area() -> None:
    plot = rectangular(30, 40)
    assert plot.area_sq_m == 1200
    assert plot.frontage_m == 30
    assert plot.sides == ("front", "other_side", "rear", "side")


def test_a_plot_of_which_only_the_area_is_known_is_for_drawing_only_and_says_so() -> None:
    plot = of_area(1000)
    assert plot.area_sq_m == pytest.approx(1000)
    assert plot.drawn_only
    assert "drawn from the area alone" in plot.notes[0]
    assert of_area(1000, 20).frontage_m == pytest.approx(20)


def test_sides_of_an_l_shaped_plot_edges_that_face_away_from_the_road_are_the_rear() -> None:
    plot = plot_of_geojson(L_SHAPE)
    assert plot.area_sq_m == pytest.approx(40 * 20 + 20 * 30)
    assert plot.sides == ("front", "other_side", "rear", "other_side", "rear", "side")


@pytest.mark.parametrize(("degrees", "side"), [(44, "rear"), (46, "other_side")])
def test_an_edge_is_the_rear_up_to_45_degrees(degrees: float, side: str) -> None:
    drop = 20 * math.tan(math.radians(degrees))
    plot = plot_of_geojson(polygon((0, 0), (20, 0), (20, 40 - drop), (0, 40), crs="local_metres", road_edge=0))
    assert plot.sides[2] == side


def test_a_ring_written_clockwise_or_begun_elsewhere_is_the_same_plot() -> None:
    corners = [(0, 0), (40, 0), (40, 20), (20, 20), (20, 50), (0, 50)]
    clockwise = plot_of_geojson(polygon(*reversed(corners), crs="local_metres", road_edge=4))
    later = plot_of_geojson(polygon(*corners[2:], *corners[:2], crs="local_metres", road_edge=4))
    for plot in (clockwise, later):
        assert plot.area_sq_m == pytest.approx(1400)
        assert plot.frontage_m == pytest.approx(40)
        assert sorted(plot.sides) == sorted(plot_of_geojson(L_SHAPE).sides)


def test_longitude_and_latitude_are_measured_on_the_ellipsoid() -> None:
    # At 18.52 N a second of latitude is 30.741 m and a second of longitude 29.332 m (WGS 84; radii of curvature 6,341,895 m and 6,380,294 m).
    second = 1 / 3600
    plot = plot_of_geojson(polygon((73.85, 18.52), (73.85 + second, 18.52), (73.85 + second, 18.52 + second), (73.85, 18.52 + second), road_edge=0))
    assert plot.frontage_m == pytest.approx(29.332, abs=0.002)
    assert plot.area_sq_m == pytest.approx(29.332 * 30.741, rel=2e-4)
    assert plot.north_degrees == pytest.approx(0, abs=0.01)


def test_the_north_turns_with_the_road() -> None:
    east = plot_of_geojson(polygon((0, 0), (30, 0), (30, 40), (0, 40), crs="local_metres", road_edge=1))
    assert east.north_degrees == pytest.approx(270)  # the road lies in the east, so away from it is west
    assert east.frontage_m == pytest.approx(40)


def test_a_feature_with_properties_is_taken_and_a_missing_road_edge_is_said() -> None:
    feature = {"type": "Feature", "geometry": polygon((0, 0), (30, 0), (30, 40), (0, 40)), "properties": {"crs": "local_metres"}}
    plot = plot_of_geojson(feature)
    assert plot.frontage_m == pytest.approx(40)
    assert "No road edge is marked" in plot.notes[0]


@pytest.mark.parametrize(
    ("sent", "says", "pointer"),
    [
        ("POLYGON ((0 0, 1 1))", "GeoJSON object", ""),
        ({"type": "MultiPolygon", "coordinates": []}, "one Polygon", "/type"),
        ({"type": "Polygon", "coordinates": []}, "one ring", "/coordinates"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]}, "3 to 500 corners", "/coordinates/0"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [30, 0], [30, 40], [0, 40]]], "crs": "local_metres"}, "does not end where it begins", "/coordinates/0"),
        (polygon((0, 0), (30, 0), ("x", 40), crs="local_metres"), "two numbers", "/coordinates/0/2"),
        (polygon((0, 0), (30, 0), (float("nan"), 40), crs="local_metres"), "two numbers", "/coordinates/0/2"),
        (polygon((0, 0), (30, 40), (30, 0), (0, 40), crs="local_metres"), "must not cross", "/coordinates/0"),
        (polygon((0, 0), (30, 0), (30, 0), (0, 40), crs="local_metres"), "same place", "/coordinates/0/1"),
        (polygon((0, 0), (300, 0), (300, 40), (0, 40)), "is no place", "/coordinates/0/1"),
        (polygon((73.85, 18.52), (74.85, 18.52), (74.85, 18.62)), "more than 10 km", "/coordinates/0"),
        (polygon((0, 0), (0.1, 0), (0.1, 0.1), crs="local_metres"), "the coordinates", "/coordinates/0"),
        (polygon((0, 0), (30, 0), (30, 40), crs="EPSG:4326"), "crs is 'local_metres'", "/crs"),
        (polygon((0, 0), (30, 0), (30, 40), crs="local_metres", road_edge=3), "0 to 2", "/road_edge"),
        (polygon((0, 0), (30, 0), (30, 40), crs="local_metres", road_edge=True), "0 to 2", "/road_edge"),
        (polygon((0, 0), (30, 0), (30, 40), crs="local_metres", road_edge=[]), "0 to 2", "/road_edge"),
    ],
)
def test_what_is_no_plot_is_refused_with_the_place_and_what_to_write(sent: Any, says: str, pointer: str) -> None:
    with pytest.raises(PlotError, match=says) as refused:
        plot_of_geojson(sent)
    assert refused.value.pointer == pointer


def test_a_polygon_agrees_with_the_stated_area_to_one_per_cent() -> None:
    plot = plot_of_geojson(L_SHAPE)
    check_area(plot, 1400)
    check_area(plot, 1388)
    with pytest.raises(PlotError, match=r"1,400\.00 m².*1,380\.00 m².*1\.4 % off"):
        check_area(plot, 1380)
