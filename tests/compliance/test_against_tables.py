"""The packaged rulebooks against a second transcription of the same tables, written as plain code, over random proposals.

The tables below were typed from the regulations and not from the rulebooks, so that a slip in either shows.
"""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from compliance.packaged import packaged_rulebooks
from compliance.rules import complete, evaluate
from compliance.specs import normalise_spec

DAY = datetime.date(2026, 1, 15)
RULEBOOKS = {rulebook.name: rulebook for rulebook in packaged_rulebooks()}
EDGES = [3, 4.5, 6, 7.5, 9, 10, 12, 15, 16.5, 18, 24, 25, 27, 30, 32, 36, 45, 50, 70, 90, 120]
near_edges = st.builds(lambda edge, step: round(edge + step, 2), st.sampled_from(EDGES), st.sampled_from([-0.05, 0.0, 0.05]))
roads = near_edges.filter(lambda width: width <= 60)
heights = near_edges | st.floats(4, 140).map(lambda value: round(value, 1))
areas = st.sampled_from([60, 125, 249, 250, 400, 499, 500, 750, 751, 1000, 1001, 1500, 2500, 4000, 6000]) | st.floats(50, 9000).map(round)


def permissible(name: str, spec: dict[str, Any]) -> dict[str, Any]:
    """Return the limits under a rulebook as {field: {min, max}}."""
    rulebook = RULEBOOKS[name]
    given = normalise_spec({"city": rulebook.cities[0], **spec})
    return dict(evaluate(rulebook, complete(rulebook, given), DAY).permissible)


def row(value: float, *bands: tuple[float, float]) -> float:
    """Return the value of the last band (from, value) that begins at or below a number."""
    return [yields for start, yields in bands if start <= value][-1]


@settings(max_examples=150, deadline=None)
@given(division=st.sampled_from(["island_city", "suburbs"]), use=st.sampled_from(["residential", "commercial"]), road=roads.filter(lambda width: width >= 6),
       height=heights, width=st.sampled_from([20.5, 24, 30, 45]), depth=st.sampled_from([20.5, 28, 33, 60]))  # fmt: skip
def test_mumbai(division, use, road, height, width, depth):
    area = width * depth
    assume(area > 250 and height > 9)  # above the small plots of Table 17
    zone = "R" if use == "residential" else "Commercial"
    found = permissible("dcpr-2034", {
        "planning_division": division, "building_use": use, "land_use_zone": zone, "plot_area_sq_m": area, "plot_width_m": width, "plot_depth_m": depth,
        "abutting_road_width_m": road, "prescribed_road_width_m": road, "height_m": height, "is_special_building": False,
    })  # fmt: skip
    # Table 12: totals
    if division == "island_city":
        fsi = row(road, (0, 1.33), (9, 2.00), (12, 2.40), (18, 2.70), (27, 3.00))
    else:
        fsi = row(road, (0, 1.00), (9, 2.00), (12, 2.20), (18, 2.40), (27, 2.50))
    assert found["fsi"]["max"] == pytest.approx(fsi)
    assert found["built_up_area_sq_m"]["max"] == pytest.approx(fsi * area * 1.35)  # fungible 35 %, Regulation 31(3)
    # Table 18, or more where the road is wider than 52 m
    front = 6.0 if road > 52 else 3.0 if (division, use) == ("island_city", "residential") else 4.5
    assert found["front_setback_m"]["min"] >= front
    # Table A, side where rooms take light: small plots up to 1,000 m2 or less than 20 m wide or deep
    least = 3.6 if use == "residential" else 4.5
    small = area <= 1000
    if small and height > 70:
        assert "pending" in found["side_setback_m"]
    else:
        by_height = height / 5 if small else height / 4
        margin = max(least, by_height) if height <= 32 else min(by_height, 12) if height <= 70 else min(by_height, 16) if height <= 120 else 20
        if height <= 32:
            assert found["side_setback_m"]["min"] == pytest.approx(margin)
        assert found["rear_setback_m"]["min"] == pytest.approx(margin)
    # Table 6
    if height > 32:
        assert found["abutting_road_width_m"]["min"] == row(height, (0, 9), (70.001, 12), (120.001, 18))


@settings(max_examples=200, deadline=None)
@given(road=roads, height=heights, area=areas.filter(lambda area: area >= 250), stilt=st.sampled_from([0, 1]), city=st.sampled_from(["Pune", "Nashik"]))
def test_pune_and_nashik_outside_the_congested_area(road, height, area, stilt, city):
    assume(height > 3 + 3 * stilt)
    found = permissible("udcpr-2020", {
        "city": city, "building_use": "residential", "building_type": "apartment", "land_use_zone": "R2", "plot_area_sq_m": area, "abutting_road_width_m": road,
        "height_m": height, "stilt_levels": stilt, "stilt_height_m": 3, "storeys": max(1, round((height - 3 * stilt) / 3)), "floor_height_m": 3,
        "largest_floor_area_sq_m": 200, "is_tod_zone": False, "is_core_area": False,
    })  # fmt: skip
    # Table 6-G, municipal corporations; ancillary 60 % of residential
    fsi = row(road, (0, 1.10), (9, 2.00), (12, 2.25), (15, 2.50), (24, 2.75), (30, 3.00))
    assert found["fsi"]["max"] == pytest.approx(fsi)
    assert found["built_up_area_sq_m"]["max"] == pytest.approx(fsi * area * 1.6)
    # Table 6-D; a special building (above 24 m from the ground) has 6 m on all sides
    special = height > 24
    front = row(road, (0, 3.0), (18, 4.5), (30, 6.0))
    assert found["front_setback_m"]["min"] == pytest.approx(max(front, 6.0) if special else front)
    table = row(road, (0, 1.5), (18, 2.0), (30, 3.0))
    without_parking = height - 3 * stilt
    storeys = max(1, round(without_parking / 3))
    low = without_parking <= 15 if road >= 30 else without_parking <= 10 if road >= 18 else storeys <= 3
    margin = table if low else min(max(table, without_parking / 5), 12)
    assert found["side_setback_m"]["min"] == pytest.approx(max(margin, 6.0) if special else margin)
    # 6.10.1
    if road < 12:
        assert found["height_m"]["max"] == 24
    if special:
        assert found["abutting_road_width_m"]["min"] == 12


@settings(max_examples=150, deadline=None)
@given(road=roads, area=areas, height=near_edges.filter(lambda height: height < 15), mixed=st.booleans())
def test_pune_in_the_congested_area(road, area, height, mixed):
    assume(road >= 4.5)
    found = permissible("udcpr-2020", {
        "building_use": "mixed" if mixed else "residential", "land_use_zone": "R1", "plot_area_sq_m": area, "abutting_road_width_m": road, "height_m": height,
        "is_core_area": True, "is_tod_zone": False, "plot_width_m": 20, "largest_floor_area_sq_m": 100, "stilt_levels": 0,
    })  # fmt: skip
    assert found["fsi"]["max"] == pytest.approx(row(road, (0, 1.50), (9, 2.60), (18, 2.80), (30, 3.00)))  # Table 6-A
    if area <= 4000:
        front = row(road, (0, 0), (4.5, 1.5), (6, 2.0), (12, 2.5)) if mixed else row(road, (0, 0), (6, 1.0), (12, 2.0))  # Table 6-B
        assert found.get("front_setback_m", {}).get("min", 0) == pytest.approx(front)
        side = 0.0 if area <= 1000 else 1.0  # Table 6-C
        assert found.get("side_setback_m", {}).get("min", 0) == pytest.approx(side)


@settings(max_examples=200, deadline=None)
@given(road=roads, height=heights.filter(lambda height: height <= 100), area=areas, zone=st.sampled_from(["R1", "R2", "C2"]))
def test_ahmedabad(road, height, area, zone):
    use = "commercial" if zone == "C2" else "residential"
    found = permissible("cgdcr-2017", {
        "building_use": use, "building_type": "office" if use == "commercial" else "apartment", "land_use_zone": zone, "plot_area_sq_m": area,
        "abutting_road_width_m": road, "height_m": height, "is_high_density_area": False, "is_special_building": False,
    })  # fmt: skip
    assert found["fsi"]["max"] == pytest.approx({"R1": 2.7, "R2": 1.8, "C2": 2.7}[zone])  # Table 6.5
    assert found["height_m"]["max"] == row(road, (0, 10), (9, 16.5), (12, 30), (18, 45), (36, 70))  # Table 6.23
    # Table 6.26: the upper end of a band belongs to it
    side = 3.0 if height <= 16.5 else (3.0 if area <= 750 else 4.0) if height <= 25 else 6.0 if height <= 45 else 8.0
    assert found["side_setback_m"]["min"] == found["rear_setback_m"]["min"] == side
    # Table 6.24 by road, never less than the margin by height (6.7.1(3))
    by_road = 2.5 if road <= 9 else 3.0 if road <= 15 else 4.5 if road < 18 else 6.0 if road < 30 else 7.5 if road < 45 else 9.0
    assert found["front_setback_m"]["min"] == max(by_road, side)
