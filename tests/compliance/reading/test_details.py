"""The plot's surroundings and the parts of a building: read where a prompt says them of the proposal, and left alone where it does not."""

from __future__ import annotations

import pytest

from compliance.reading import read_prompt
from compliance.reading.native import english


def _read(prompt: str) -> dict[str, object]:
    return dict(read_prompt(prompt).spec)


@pytest.mark.parametrize(
    ("prompt", "field", "value"),
    [
        ("2 lifts and 1 fire lift, Pune", "lifts", 2), ("2 lifts and 1 fire lift, Pune", "fire_lifts", 1), ("a stretcher lift, Pune", "fire_lifts", 1), ("no lift, Pune", "lifts", 0),
        ("lift 1 and fire lift 1", "lifts", 1), ("3 staircases each 1.5 m wide", "staircases", 3), ("staircases: 2 nos 1.2 m wide", "staircase_width_m", 1.2),
        ("A 45 room guest house in Nashik", "guest_rooms", 45), ("hotel of 60 keys, Pune", "guest_rooms", 60), ("120 bedded hospital", "beds", 120), ("School with 15 classrooms each of 30 students", "classrooms", 15),
        ("2 loading/unloading bays, warehouse", "loading_spaces", 2), ("parking for 5 trucks and 20 cars", "loading_spaces", 5), ("parking for 40 cars and 2 ambulances", "ambulance_spaces", 2),
        ("land between two roads 18 m and 12 m wide, Pune", "second_road_width_m", 12), ("corner plot, road 9 m, second road 12 m, Pune", "abutting_road_width_m", 12),
        ("corner plot, road 9 m, second road 12 m, Pune", "second_road_width_m", 9), ("DP road 24 m, internal road 9 m", "internal_road_width_m", 9), ("a plot on a 7.5 m internal road", "abutting_road_width_m", 7.5),
        ("access 6 m wide 40 m long, Mumbai", "access_length_m", 40), ("6 m wide internal road serving 3000 sq m, DP road 12 m", "internal_road_served_area_sq_m", 3000),
        ("8 m from the nallah, Pune", "distance_to_watercourse_m", 8), ("the river is 50 m away, Pune", "distance_to_watercourse_m", 50), ("setback from river 15 m", "distance_to_watercourse_m", 15),
        ("200 m away from Western Express Highway, Andheri", "distance_to_highway_m", 200), ("12 m from railway boundary", "distance_to_railway_m", 12), ("3 m from the common plot", "distance_to_open_space_m", 3),
        ("distance between two wings is 12 m", "building_gap_m", 12), ("6 m gap between buildings", "building_gap_m", 6), ("plinth 60 cm", "plinth_height_m", 0.6), ("ceiling height 3 m", "room_height_m", 3),
        ("clear height of basement 2.75 m", "basement_height_m", 2.75), ("basement margin 3 m", "basement_setback_m", 3), ("podium 24 m high, tower 100 m high", "podium_height_m", 24),
        ("boundary wall 1.5 m high", "compound_wall_height_m", 1.5), ("inclusive housing 800 sq m", "inclusive_housing_area_sq_m", 800), ("office carpet area 1200 sq m", "carpet_area_sq_m", 1200),
        ("Commercial area 500 sq m, residential 2000 sq m, Pune", "commercial_area_sq_m", 500), ("visitor parking 50 sq m", "visitor_parking_area_sq_m", 50), ("slenderness ratio 9", "slenderness", 9),
        ("Not a corner plot, Pune", "is_corner_plot", False), ("layout of 24 plots", "is_layout", True), ("unauthorised layout, Pune", "is_unauthorised_subdivision", True),
        ("The building is away from the road", "is_away_from_road", True), ("Dead walls on both sides", "is_dead_wall_at_side", True), ("fully sprinklered office", "has_sprinklers", True),
        ("sprinklers: no", "has_sprinklers", False), ("government school", "is_government", True), ("within TP scheme, Ahmedabad", "is_outside_town_planning_scheme", False),
        ("plot touches Eastern Express Highway 45 m wide, Mulund", "road_class", "express_highway"), ("plot fronts NH-60, 60 m wide, Nashik", "road_class", "highway"),
        ("Dr. Ambedkar Road, Byculla, Mumbai", "special_area", "named_island_road"), ("Erangal, CRZ affected land, Mumbai", "special_area", "akse_marve_erangal"),
        ("Flats in the TOD zone, Kothrud, Pune", "is_tod_zone", True), ("Flats (TOD zone), Pune", "is_tod_zone", True), ("outside the TOD zone, Pune", "is_tod_zone", False),
        ("special_area: koregaon_park, city: Pune", "special_area", "koregaon_park"), ("2 floors of shops and 8 floors of flats", "storeys", 10), ("2 floors of shops and 8 floors of flats", "commercial_storeys", 2),
        ("shops on ground and first floor, flats above, G+7", "commercial_storeys", 2), ("10 1BHK, 20 2BHK flats", "dwelling_units", 30), ("tower of 40 storeys, 130 m", "height_m", 130),
        ("40 units: 20 of 45 sq m carpet, 20 of 60 sq m carpet", "dwelling_mix", [{"count": 20, "carpet_sq_m": 45}, {"count": 20, "carpet_sq_m": 60}]),
        ("12 flats of 600 sq ft carpet and 6 of 900", "dwelling_mix", [{"count": 12, "carpet_sq_m": 55.741824}, {"count": 6, "carpet_sq_m": 83.612736}]),
    ],
)  # fmt: skip
def test_it_is_read_where_it_is_said(prompt, field, value):
    assert _read(prompt).get(field) == value


@pytest.mark.parametrize(
    ("prompt", "field"),
    [
        ("200 m from the railway station, Andheri", "distance_to_railway_m"), ("2 km from the highway", "distance_to_highway_m"), ("the tank is 30 m from the river", "distance_to_watercourse_m"),
        ("near Koregaon Park, Pune", "special_area"), ("Off Pedder Road, Mumbai", "special_area"), ("Marve Road, Malad, Mumbai", "special_area"), ("Marve gaothan, Mumbai", "special_area"),
        ("Barc colony se 2 km, Chembur, Mumbai", "special_area"), ("Senapati Bapat Marg, Pune", "special_area"), ("Dr Ambedkar Road, Khar, Mumbai", "special_area"),
        ("200 m from the national highway, road 12 m", "road_class"), ("near a government hospital, bungalow in Nashik", "is_government"), ("site near 200 bed government hospital", "beds"),
        ("opposite a 300 seat auditorium, bungalow", "seats"), ("3 bed flats in Pune", "beds"), ("40 seater bus parking", "seats"), ("2 BHK flat with 3 rooms", "guest_rooms"), ("hospital with 20 rooms", "guest_rooms"),
        ("2 wings with 2 lifts each", "lifts"), ("5 trees to be cut", "trees"), ("garden with lawn sprinklers", "has_sprinklers"), ("School with 15 classrooms each of 30 students", "students"),
        ("in commercial area 300 sq m plot", "commercial_area_sq_m"), ("10 shops of 20 sq m each", "commercial_area_sq_m"), ("2 shops on ground floor, 600 sqm, Pune", "commercial_area_sq_m"),
        ("open space 10%: 1000 sq m, Pune", "plot_area_sq_m"), ("industrial plot, factory", "is_converted_from_industrial"),
    ],
)  # fmt: skip
def test_what_is_not_said_of_the_proposal_is_not_read(prompt, field):
    assert field not in _read(prompt)


@pytest.mark.parametrize(
    ("prompt", "value"),
    [
        ("FSI 1.1 + TDR 0.4", 1.5),
        ("basic FSI 1.1 + premium 0.5 + TDR 0.65", 2.25),
        ("FSI 2.0 + 0.6 fungible", 2.0),
        ("FSI 1.1 + 0.3 ancillary + 0.4 TDR", 1.5),
        ("FSI 1.33 + 35% fungible", 1.33),
    ],
)
def test_an_fsi_in_parts_is_added_up_without_what_stands_outside_it(prompt, value):
    assert _read(prompt)["fsi"] == value


@pytest.mark.parametrize(
    "prompt",
    [
        "FSI 2.6 including fungible", "FSI of 2.6 (incl. 35% fungible area)", "2.6 FSI (fungible included)", "FSI including fungible: 2.6", "FSI 2.6, which includes ancillary area",
        "FSI 2.6 inclusive of premium, TDR and fungible", "FSI with fungible 2.6", "FSI 2.0 + 0.6 fungible = 2.6",
    ],
)  # fmt: skip
def test_an_fsi_that_includes_fungible_or_ancillary_area_is_not_the_counted_one(prompt):
    spec = _read(prompt)
    assert spec["fsi_with_ancillary"] == 2.6
    assert spec.get("fsi", 2.0) == 2.0


@pytest.mark.parametrize(
    "prompt",
    ["FSI 2.6 excluding fungible", "FSI 2.6 including TDR, fungible extra", "FSI 2.6 plus fungible", "FSI 2.6 with 35% fungible", "FSI 2.6 without fungible"],
)
def test_an_fsi_beside_its_fungible_area_is_the_counted_one(prompt):
    spec = _read(prompt)
    assert (spec.get("fsi"), "fsi_with_ancillary" in spec) == (2.6, False)


def test_an_fsi_with_fungible_that_may_be_in_it_or_on_top_is_asked():
    result = read_prompt("FSI 2.7 with fungible, Andheri, Mumbai")
    assert "fsi" not in result.spec
    assert [question.field for question in result.questions] == ["fsi"]


def test_a_sum_says_how_it_was_read():
    reading = next(reading for reading in read_prompt("FSI 1.1 + TDR 0.4, Pune").readings if reading.field == "fsi")
    assert (reading.text, reading.note) == ("1.1 + TDR 0.4", "the sum of its parts (1.1 + 0.4)")


def test_a_sum_that_does_not_make_its_stated_total_is_asked():
    result = read_prompt("FSI 1.1 + premium 0.5 = 2.0, Pune")
    assert "fsi" not in result.spec
    assert "fsi" in [question.field for question in result.questions]


def test_a_flag_said_both_ways_is_asked():
    result = read_prompt("sprinklers provided in the basement, no sprinklers above, Pune")
    assert "has_sprinklers" not in result.spec
    assert "has_sprinklers" in [question.field for question in result.questions]


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("रस्त्याची", "road"),
        ("भूखंडावर", "plot"),
        ("पुण्यातील", "pune"),
        ("इमारतीची", "building"),
        ("પ્લોટમાં", "plot"),
        ("सड़क", "road"),
        ("plot", "plot"),
        ("अननस", "अननस"),
    ],
)
def test_words_are_known_whatever_their_ending(word, meaning):
    assert english(word) == meaning


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("पुण्यातील कोथरूड भागात ३००० चौ. फूट प्लॉट आहे. समोर १२ मीटरचा रस्ता आहे. तळमजला अधिक ४ मजले निवासी इमारत. उंची १५ मीटर, बाजूचे मार्जिन २ मीटर, मागील मार्जिन २.५ मीटर.",
         {"city": "Pune", "plot_area_sq_m": 278.70912, "abutting_road_width_m": 12, "storeys": 5, "building_use": "residential", "height_m": 15, "side_setback_m": 2, "rear_setback_m": 2.5}),
        ("मुंबई में बोरीवली में 800 वर्ग मीटर का भूखंड है, सड़क की चौड़ाई 13.4 मीटर, आवासीय भवन की ऊंचाई 32 मीटर, एफएसआई 2.2",
         {"city": "Mumbai", "planning_division": "suburbs", "plot_area_sq_m": 800, "abutting_road_width_m": 13.4, "building_use": "residential", "height_m": 32, "fsi": 2.2}),
        ("અમદાવાદના વસ્ત્રાપુરમાં ૨૦૦૦ ચો.મી.ના પ્લોટમાં ૨૪ મીટરના રોડ પર કોમર્શિયલ બિલ્ડીંગ, ઊંચાઈ ૪૫ મીટર, ૧૨ માળ",
         {"city": "Ahmedabad", "plot_area_sq_m": 2000, "abutting_road_width_m": 24, "building_use": "commercial", "height_m": 45, "storeys": 12}),
    ],
)  # fmt: skip
def test_whole_sentences_of_three_languages_are_read(prompt, expected):
    spec = _read(prompt)
    assert {name: spec.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    ("prompt", "margins"),
    [
        ("Residential, 500 sq m plot, 18 m road, front 4.5, sides 3, rear 3", (4.5, 3.0, 3.0)),
        ("12 m road; front margin 3, side 2.25 and back 2", (3.0, 2.25, 2.0)),
        ("road 40 ft, front 15, sides 10, rear 10", (None, None, None)),  # feet or metres is not said
        ("18 m road, front 4.5 m, sides 3, rear 3", (4.5, 3.0, 3.0)),
        ("18 m road, front 4.5 m, sides 3 m", (4.5, 3.0, None)),
        ("18 m road, side 12", (None, None, None)),
        ("18 m road, front 3, one side 2, other side 4", (None, None, None)),
    ],
)
def test_margins_listed_by_their_sides_are_read_where_the_other_lengths_are_metres(prompt, margins):
    spec = read_prompt(prompt).spec
    assert tuple(spec.get(f"{side}_setback_m") for side in ("front", "side", "rear")) == margins
