"""Massing: floors, heights, margins, and what cannot be so."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geometry.massing import Massing, Proposal, Requirement, mass, of_area, plot_of_geojson, rectangular
from geometry.massing.solids import Solids, measured
from tests.geometry.proposals import MARGINS, changed, proposal, proposals
from tests.geometry.test_plots import L_SHAPE


def of_kind(massing: Massing, kind: str) -> list[float]:
    return [round(level.plan.area, 1) for level in massing.levels if level.kind == kind]


def test_floors_coverage_and_margins_are_those_that_the_proposal_states() -> None:
    massing = mass(proposal())
    assert massing.cannot_fit == ()
    assert of_kind(massing, "stilt") == [480.0]  # 40 % of 1,200 m²
    assert of_kind(massing, "storey") == [300.0] * 8  # FSI 2 on 1,200 m² in 8 storeys
    assert massing.margins_drawn() == MARGINS
    assert massing.top_m == 24.0
    figures = measured(massing, Solids())
    assert figures["fsi"] == pytest.approx(2.0, rel=0.001)
    assert figures["ground_coverage_percent"] == pytest.approx(40.0, rel=0.001)


def test_without_a_stilt_the_lowest_storey_covers_the_ground() -> None:
    massing = mass(proposal(stilt_levels=0))
    assert of_kind(massing, "storey") == [480.0, *[round(1920 / 7, 1)] * 7]


def test_the_heights_are_those_of_stilt_podium_and_equal_storeys() -> None:
    massing = mass(proposal(podium_levels=2, podium_height_m=6.4, height_m=33.4, basement_levels=2, basement_height_m=3.5))
    heights = {level.name: (round(level.bottom_m, 6), round(level.top_m, 6)) for level in massing.levels}
    assert heights["basement-02"] == (-7.0, -3.5)
    assert heights["stilt-01"] == (0.0, 3.0)
    assert heights["podium-02"] == (6.2, 9.4)
    assert heights["storey-01"] == (9.4, 12.4)
    assert heights["storey-08"] == (30.4, 33.4)


def test_what_oversteps_is_named_by_limit_clause_and_amount() -> None:
    found = {(piece.field, piece.clause_no, piece.permissible_m, piece.provided_m, piece.by_m) for piece in mass(proposal()).overshoots}
    assert found == {("side", "6.2.3 (b)", 4.2, 3.0, 1.2), ("other_side", "6.2.3 (b)", 4.2, 3.0, 1.2), ("rear", "6.2.3 (b)", 4.2, 4.0, 0.2)}


def test_a_building_that_is_too_high_oversteps_above_the_permissible_height_only() -> None:
    given = proposal(margins=dict.fromkeys(MARGINS, 6.0), height_limit=Requirement(18.0, "19"))
    pieces = mass(given).overshoots
    assert {piece.field for piece in pieces} == {"height"}
    assert min(piece.bottom_m for piece in pieces) == 18.0
    assert max(piece.top_m for piece in pieces) == 24.0
    assert {piece.by_m for piece in pieces} == {6.0}


def test_the_envelope_is_the_plot_less_the_required_margins_up_to_the_permissible_height() -> None:
    massing = mass(proposal(height_limit=Requirement(36.0, "19")))
    assert massing.envelope is not None
    assert massing.envelope.bounds == pytest.approx((4.2, 3.0, 25.8, 35.8))
    assert massing.envelope_top_m == 36.0


def test_a_complying_building_oversteps_nothing() -> None:
    assert mass(proposal(margins={"front": 4.5, "side": 4.2, "other_side": 4.2, "rear": 4.2})).overshoots == ()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"storeys": 4, "stilt_levels": 0}, r"FSI 2 on 1,200\.0 m².* needs at least 5 storeys of 480\.0 m².*the proposal has 4 in 24 m"),
        ({"ground_coverage_percent": 70.0}, r"coverage of 840\.0 m² does not fit between the margins, which leave 756\.0 m²"),
        ({"storeys": 12}, r"12 storeys do not fit into 24 m less 3 m of stilt and podium: each would be 1\.75 m high"),
        ({"margins": dict.fromkeys(MARGINS, 15.0)}, r"margins .* leave nothing of the plot to build on"),
        ({"width_m": 26.0, "depth_m": 30.0, "ground_coverage_percent": None}, r"26 x 30 m does not fit between the margins"),
        ({"width_m": 20.0, "depth_m": 20.0}, r"20 x 20 m covers 400\.0 m², but 40 % of the plot are 480\.0 m²"),
        ({"stilt_levels": 0, "fsi": 0.3}, r"FSI 0\.3 .* no more than the 480\.0 m² that the building covers"),
        ({"basement_levels": 1, "basement_setback_m": 20.0}, r"20 m all round leaves nothing of the plot for a basement"),
    ],
)
def test_values_that_cannot_all_be_true_of_one_building_are_said(changes: dict[str, object], says: str) -> None:
    import re

    told = mass(proposal(**changes)).cannot_fit
    assert any(re.search(says, sentence) for sentence in told), told


@pytest.mark.parametrize("lower", [{"stilt_levels": 0}, {"stilt_levels": 1, "podium_levels": 1}])
def test_floors_too_small_to_be_drawn_are_said_and_nothing_is_drawn(lower: dict[str, int]) -> None:
    tiny = proposal(plot=rectangular(313, 5), net_plot_area_sq_m=1565.0, margins={}, required={}, ground_coverage_percent=None, fsi=None,
                    built_up_area_sq_m=10.0, storeys=64, height_m=200.0, **lower)  # fmt: skip
    massing = mass(tiny)
    assert massing.levels == ()
    assert massing.cannot_fit == ("A built-up area of 10.0 m² makes floors that are too small to be drawn, in 64 storeys.",)


def test_what_is_not_stated_and_drawn_all_the_same_is_noted() -> None:
    notes = " ".join(mass(proposal(margins={"front": 4.5}, storeys=None, use="mixed")).notes)
    assert "The rear margin is not stated: the building is drawn at the 4.2 m that clause 6.2.3 (b) asks for." in notes
    assert "The number of storeys is not stated: 7 of about 3 m are drawn." in notes
    assert "Which storeys are commercial is not stated: the lowest one is drawn so." in notes


def test_a_shape_made_up_from_the_area_is_judged_by_area_only() -> None:
    fits = mass(proposal(plot=of_area(1200), margins=MARGINS, ground_coverage_percent=None, fsi=8.0))
    assert fits.cannot_fit == ()
    assert any("on its real shape it may" in note for note in fits.notes)


def test_a_mixed_building_has_the_storeys_of_shops_that_it_states() -> None:
    uses = [level.use for level in mass(proposal(use="mixed", commercial_storeys=2)).levels if level.kind == "storey"]
    assert uses == ["commercial"] * 2 + ["residential"] * 6
    figures = measured(mass(proposal(use="mixed", commercial_area_sq_m=500.0)), Solids())
    assert figures["floor_area_by_use_sq_m"] == pytest.approx({"commercial": 600.0, "residential": 1800.0}, rel=0.001)


def test_an_l_shaped_plot_keeps_its_margins_on_every_edge() -> None:
    given = proposal(plot=plot_of_geojson(L_SHAPE), net_plot_area_sq_m=1400.0, margins={"front": 3.0, "side": 2.0, "other_side": 2.5, "rear": 4.0},
                     fsi=None, ground_coverage_percent=None)  # fmt: skip
    massing = mass(given)
    assert massing.margins_drawn() == {"front": 3.0, "side": 2.0, "other_side": 2.5, "rear": 4.0}
    # Before the notch: 35.5 x 13 m; behind it: 15.5 x 30 m, cut back by the rear margin at the notch (square at its corner).
    assert massing.footprint.area == pytest.approx(35.5 * 13 + 15.5 * 30 - 0, rel=0.03)


@settings(max_examples=150, deadline=None)
@given(proposals())
def test_whatever_is_proposed_floors_and_coverage_agree_or_it_is_said_why_not(given: Proposal) -> None:
    massing = mass(given)
    if massing.cannot_fit or not massing.levels:
        return
    figures = measured(massing, Solids())
    if given.built_up_area_sq_m:
        assert figures["floor_area_sq_m"] == pytest.approx(given.built_up_area_sq_m, rel=0.001)
    elif given.fsi:
        assert figures["fsi"] == pytest.approx(given.fsi, rel=0.001)
    if given.ground_coverage_percent:
        assert figures["ground_coverage_percent"] == pytest.approx(given.ground_coverage_percent, rel=0.001)
    if given.height_m is not None:
        assert massing.top_m == pytest.approx(given.height_m, abs=0.0005)
    for side, drawn in massing.margins_drawn().items():
        assert drawn >= given.margins.get(side, 0.0) - 0.001


@settings(max_examples=60, deadline=None)
@given(proposals(), st.data())
def test_the_building_less_its_overshoots_lies_in_the_envelope(given: Proposal, data: st.DataObject) -> None:
    massing = mass(given)
    if massing.envelope is None or not massing.levels:
        return
    level = data.draw(st.sampled_from(massing.levels))
    ceiling = massing.envelope_top_m or 0.0
    if level.kind == "basement" or level.bottom_m > ceiling:
        return
    height = (level.bottom_m + min(level.top_m, ceiling)) / 2
    left = level.plan
    for piece in massing.overshoots:
        if piece.bottom_m <= height <= piece.top_m:
            left = left.difference(piece.plan)
    assert left.difference(massing.envelope.buffer(0.002)).area <= 0.002 * left.length + 1e-6


def test_extremes_are_drawn_or_answered() -> None:
    one = mass(
        proposal(
            plot=rectangular(5, 5),
            net_plot_area_sq_m=25.0,
            storeys=1,
            height_m=3.0,
            stilt_levels=0,
            margins={},
            required={},
            fsi=1.0,
            ground_coverage_percent=None,
        )
    )
    assert of_kind(one, "storey") == [25.0]
    tall = mass(changed(proposal(), plot=rectangular(250, 400), net_plot_area_sq_m=100_000.0, storeys=80, height_m=250.0))
    assert len(of_kind(tall, "storey")) == 80
    assert tall.top_m == 250.0
