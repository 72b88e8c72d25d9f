"""What the reader promises for any prompt: provenance, given over stated over derived, questions instead of guesses, linear work."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.reading import MAX_PROMPT_CHARACTERS, PromptTooLongError, read_prompt
from compliance.reading.units import ACRE, FOOT, GUNTHA, SQUARE_FOOT, SQUARE_YARD
from compliance.specs import normalise_spec, round_number
from compliance.vocabulary import FIELDS

WORDS = [
    "12",
    "m",
    "road",
    "18",
    "ft",
    "height",
    "plot",
    "500",
    "sq",
    "m",
    "sqft",
    "acre",
    "guntha",
    "G+7",
    "stilt",
    "+",
    "4",
    "Pune",
    "Mumbai",
    "Baner",
    "not",
    "from",
    "to",
    "between",
    "and",
    "or",
    "30x40",
    "m",
    "FSI",
    "2.5",
    "front",
    "side",
    "rear",
    "margin",
    "setback",
    "3",
    "zone",
    "R1",
    "C2",
    "commercial",
    "flats",
    "10",
    "carpet",
    "60",
    "corner",
    ",",
    ".",
    ":",
    "=",
    "|",
    "\n",
    "(",
    ")",
    "-",
    "'",
    '"',
    "{",
    "}",
    "[",
    "]",
    "instead",
    "of",
    "sorry",
    "actually",
    "river",
    "metro",
    "tank",
    "high",
    "wide",
    "deep",
    "33(7)",
    "redevelopment",
    "%",
    "coverage",
    "half",
    "two",
    "basement",
    "पुणे",
    "½",
    "é",
    "9999999999999999999",
    "no",
    "without",
    "existing",
]
prompts = st.one_of(
    st.text(max_size=300), st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join), st.lists(st.sampled_from(WORDS), max_size=40).map("".join)
)


@given(prompts)
@settings(max_examples=250, deadline=None)
def test_any_text_is_read_without_an_error_and_spans_match_it(text):
    result = read_prompt(text)
    assert normalise_spec(result.spec) == result.spec
    assert {reading.field for reading in result.readings} == set(result.spec)
    for reading in result.readings:
        if reading.origin == "stated":
            assert reading.text == text[reading.start : reading.end]
            assert reading.text
        else:
            assert (reading.text, reading.start, reading.end) == (None, None, None)
            assert reading.note or reading.origin == "given"
    for question in result.questions:
        assert question.text is None or question.text in text


@given(prompts)
@settings(max_examples=60, deadline=None)
def test_the_same_prompt_reads_the_same(text):
    assert read_prompt(text) == read_prompt(text)


@given(prompts, st.floats(1, 100), st.sampled_from(["Mumbai", "Pune", "Nashik", "Ahmedabad"]))
@settings(max_examples=80, deadline=None)
def test_given_values_always_win(text, height, city):
    result = read_prompt(text, {"height_m": height}, city)
    assert result.spec["height_m"] == round_number(height)
    assert result.spec["city"] == city
    assert {reading.origin for reading in result.readings if reading.field in ("height_m", "city")} == {"given"}


@pytest.mark.parametrize(
    ("unit", "factor"),
    [("sq m", 1), ("sqm", 1), ("sq.mt.", 1), ("m2", 1), ("m²", 1), ("square metres", 1), ("sq ft", SQUARE_FOOT), ("sft", SQUARE_FOOT), ("sq. ft.", SQUARE_FOOT),
     ("sq yd", SQUARE_YARD), ("gaj", SQUARE_YARD), ("var", SQUARE_YARD), ("guntha", GUNTHA), ("acre", ACRE), ("hectare", 10_000), ("are", 100)],
)  # fmt: skip
@given(number=st.integers(1, 9_999))
@settings(max_examples=10, deadline=None)
def test_areas_in_every_unit_convert_exactly(unit, factor, number):
    assert read_prompt(f"plot of {number} {unit} in Pune").spec["plot_area_sq_m"] == round_number(number * factor)


@pytest.mark.parametrize(("unit", "factor"), [("m", 1), ("mtr", 1), ("metres", 1), ("ft", FOOT), ("feet", FOOT), ("'", FOOT), ("foot", FOOT), (" mt.", 1)])
@given(number=st.integers(3, 90))
@settings(max_examples=10, deadline=None)
def test_lengths_in_every_unit_convert_exactly(unit, factor, number):
    joint = "" if unit in ("'", " mt.") else " "
    assert read_prompt(f"{number}{joint}{unit} road in Pune").spec["abutting_road_width_m"] == round_number(number * factor)


def test_a_city_that_contradicts_the_given_one_is_asked_and_the_given_one_used():
    result = read_prompt("a bungalow in Nashik", city="Pune")
    assert result.spec["city"] == "Pune"
    assert [question.field for question in result.questions] == ["city"]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("plot between 400 and 500 sq m in Pune", "plot_area_sq_m"), ("height 20 or 24 m", "height_m"), ("height -5 m", "height_m"), ("FSI 250", "fsi"), ("road 900 m wide road", "abutting_road_width_m"),
        ("tower A is 24 m high, tower B is 18 m high", "height_m"), ("2 vigha of land", "plot_area_sq_m"), ("plot in Navi Mumbai", "city"), ("plot in Nagpur", "city"), ("redevelopment in Dadar", "redevelopment_clause"),
        ("zone R9, Pune", "land_use_zone"), ("zone R1 and zone R2", "land_use_zone"), ("plot 30x40", "plot_width_m"), ("height more than 24 m", "height_m"), ("2.5 floors", "storeys"), ("in Pune or in Nashik", "city"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_a_question_and_no_value(text, field):
    result = read_prompt(text)
    assert field not in result.spec
    assert field in [question.field for question in result.questions]


def test_derived_values_carry_their_formula():
    reading = next(reading for reading in read_prompt("30 x 40 m plot").readings if reading.field == "plot_area_sq_m")
    assert (reading.origin, reading.note) == ("derived", "plot_area_sq_m = plot_width_m * plot_depth_m")


def test_the_wire_form_leaves_out_what_is_absent():
    assert all(value is not None for reading in read_prompt("30 x 40 m plot, 12 m road").as_dict()["readings"] for value in reading.values())


def test_a_prompt_that_is_too_long_is_refused_with_a_sentence():
    with pytest.raises(PromptTooLongError, match="10,000"):
        read_prompt("x" * (MAX_PROMPT_CHARACTERS + 1))


@pytest.mark.parametrize(
    "piece",
    [
        "1",
        " ",
        "(",
        "x1 ",
        "1,",
        "12,",
        "11,111,",
        "12 m road ",
        "b and ",
        "not ",
        "half a ",
        "G+7 ",
        "'",
        "ा",
        "margin ",
        "Pune Mumbai ",
        "33(",
        '{"a":',
        "30x40x",
        "zone: Ab ",
        "2-",
        "8 m from the river ",
        "lake is 9 m away ",
        "1.1 + ",
        "10 of 95 ",
        "10 beds hospital ",
        "corner,",
        "रस्त्यावर ",
        "on the 30 m national highway ",
    ],
)
def test_any_ten_thousand_characters_are_read(piece):
    text = (piece * MAX_PROMPT_CHARACTERS)[:MAX_PROMPT_CHARACTERS]
    assert set(read_prompt(text).spec) <= set(FIELDS)  # how fast: benchmarks.bench_pipeline


PARTS = (
    "Residential",
    "Pune",
    "R2",
    "plot 900 sq m",
    "12 m DP road",
    "G+6",
    "height 21 m",
    "FSI 2.1",
    "front margin 4.5 m",
    "20 flats",
    "24 cars",
    "1 basement",
)


@pytest.mark.parametrize("between", [", ", "; ", "\n", " / ", " - ", " | ", ". "])
def test_what_parts_the_statements_of_a_proposal_changes_nothing(between):
    assert read_prompt(between.join(PARTS)).spec == read_prompt(", ".join(PARTS)).spec


@pytest.mark.parametrize("metres", ["m", "M", "mt", "mtr", "mts.", "metres", "Mtr."])
def test_how_metres_are_written_changes_nothing(metres):
    written = "a tower 45 m high on a plot 30 m wide and 50 m deep, 18 m wide DP road, front margin 6 m, stilt 2.7 m high, Nashik"
    assert read_prompt(written.replace(" m ", f" {metres} ").replace(" m,", f" {metres},")).spec == read_prompt(written).spec
