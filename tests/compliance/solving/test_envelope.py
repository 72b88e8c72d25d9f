"""What may be built: what solving allows passes judging, and a step beyond a limit fails it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.rules.solving import Trials, find_envelope, find_questions
from compliance.vocabulary import SIDES
from tests.compliance.solving.conftest import DAY, rulebook, trials

CASES = [
    ("udcpr-2020", "Pune", ["R1", "R2", "C"], ["residential", "mixed", "commercial"]),
    ("udcpr-2020", "Nashik", ["R1", "R2"], ["residential"]),
    ("dcpr-2034", "Mumbai", ["R", "C"], ["residential", "commercial"]),
    ("cgdcr-2017", "Ahmedabad", ["R1", "R2", "C2"], ["residential", "commercial"]),
]


@st.composite
def plots(draw):
    name, city, zones, uses = draw(st.sampled_from(CASES))
    width, depth = draw(st.integers(6, 60)), draw(st.integers(8, 80))
    spec = {
        "city": city, "land_use_zone": draw(st.sampled_from(zones)), "building_use": draw(st.sampled_from(uses)),
        "plot_width_m": float(width), "plot_depth_m": float(depth), "plot_area_sq_m": float(width * depth),
        "abutting_road_width_m": float(draw(st.sampled_from([4, 6, 8, 9, 10, 12, 15, 18, 24, 30, 45]))),
    }  # fmt: skip
    if city == "Mumbai":
        spec["planning_division"] = draw(st.sampled_from(["island_city", "suburbs"]))
    return name, spec


@settings(max_examples=40)
@given(plots(), st.floats(0, 1))
def test_what_solving_allows_passes_judging_and_a_step_beyond_a_limit_fails_it(plot, share):
    name, spec = plot
    envelope = find_envelope(Trials(rulebook(name), spec, DAY))
    site = envelope.trials
    for low, high, _ in envelope.intervals:
        top = high if high is not None else low + 30
        point = envelope.at(round(low + share * (top - low), 2))
        assert point.feasible, (spec, point)
        assert not site.violated(point.spec()), (spec, point)
        if high is not None:
            assert not envelope.at(round(high + 0.02, 2)).feasible
        for side in SIDES:
            limit = point.margins.get(side, (0, ""))[0]
            if limit > 0.01:
                nearer = {**point.spec(), side: round(limit - 0.01, 6)}
                # Where a clause for another type of building may relax it, it stays open instead.
                outcomes = {check.outcome for check in site.judged(nearer).active() if check.field == side}
                assert site.violated(nearer) or "UNDETERMINED" in outcomes, (spec, point, side)
        if point.fsi:
            assert site.violated({**point.spec(), "fsi": point.fsi[0] + 0.01})


def test_margins_grow_with_the_height_as_6_2_3_says():
    envelope = find_envelope(trials("udcpr-2020", "Residential, zone R2, 30 x 40 m plot, 18 m road, Baner, Pune"))
    assert envelope.at(40).margins["side_setback_m"] == (8.0, "6.2.3 (b)")  # H / 5
    assert envelope.at(70).margins["side_setback_m"] == (12.0, "6.2.3 (b)")  # at most 12 m


def test_the_road_caps_the_height_in_ahmedabad():
    [(low, high, clause)] = find_envelope(trials("cgdcr-2017", "Apartment building in Bopal, Ahmedabad, zone R1, plot 1000 sq m on a 12 m road")).intervals
    assert (low, high) == (3.0, 30.0)  # Table 6.23: 12 m to less than 18 m: 30 m
    assert clause == "6.6"


def test_a_wider_front_margin_allows_more_height_in_mumbai():
    envelope = find_envelope(trials("dcpr-2034", "Residential tower in Andheri, suburbs, plot 60 x 80 m, 18 m road, zone R"))
    low, high = envelope.at(60), envelope.at(70)
    assert high.margins["front_setback_m"][1] == "43(1)"
    assert high.margins["front_setback_m"][0] > low.margins["front_setback_m"][0]


def test_the_largest_area_says_how_it_is_reached():
    wire = find_envelope(trials("udcpr-2020", "Residential, zone R2, 30 x 40 m plot, 18 m road, Baner, Pune")).as_dict()
    assert wire["largest"]["built_up_area_sq_m"] == 4800  # 2.50 x 1.60 (ancillary) x 1,200
    assert [tier["name"] for tier in wire["largest"]["tiers"]] == ["basic", "premium", "tdr"]
    assert wire["largest"]["storeys"] * wire["largest"]["footprint_sq_m"] >= 4800
    heights = [point["height_m"] for point in wire["by_height"]]
    assert all(one < other for one, other in pairwise(heights))


@pytest.mark.parametrize(
    ("name", "prompt", "clause"),
    [("cgdcr-2017", "Steel factory in Bopal, Ahmedabad, zone R1, plot 1000 sq m on a 12 m road", "6.1")],
)
def test_where_nothing_may_be_built_it_says_what_stands_against_it(name, prompt, clause):
    wire = find_envelope(trials(name, prompt)).as_dict()
    assert wire["feasible"] is False
    assert clause in [entry["clause_no"] for entry in wire["against"]]


def test_margins_that_leave_nothing_of_the_plot_are_told():
    envelope = find_envelope(trials("dcpr-2034", "Residential in Andheri, suburbs, plot 12 x 15 m, 9 m road, zone R"))
    assert envelope.intervals[-1][2] == "the margins leave nothing of the plot"


def test_the_fact_that_decides_is_asked_first_with_a_value_each_way():
    found = find_questions(trials("udcpr-2020", "Residential on a 30 x 40 m plot, zone R2, Baner, Pune, height 15 m, FSI 2.5"))
    first = found.questions[0]
    assert (first.field, set(first.can_be)) == ("abutting_road_width_m", {"COMPLIANT", "NON_COMPLIANT"})
    assert found.holds == ""


def test_a_violation_holds_whatever_the_rest():
    found = find_questions(trials("udcpr-2020", "Residential on a 30 x 40 m plot, 18 m road, zone R2, Baner, Pune, height 24 m, FSI 2.5, side margins 4.5 m"))
    assert (found.holds, found.because) == ("NON_COMPLIANT", ("6.2.3 (b)",))
    assert all(question.can_be == ("NON_COMPLIANT",) for question in found.questions)
