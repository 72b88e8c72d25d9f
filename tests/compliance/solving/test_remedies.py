"""What to change so that a proposal complies: numbers worked out from the regulations' tables."""

from __future__ import annotations

import pytest

from compliance.rules.solving import find_remedies
from tests.compliance.solving.conftest import trials

PUNE = "Residential, zone R2, 30 x 40 m plot, 18 m road, Baner, Pune"
AHMEDABAD = "Apartment building in Bopal, Ahmedabad, zone R1, plot 1000 sq m on a 12 m road"
MUMBAI = "Residential tower in Andheri, suburbs, plot 40 x 50 m, 18 m road, zone R"


def remedies(name, prompt):
    asked = trials(name, prompt)
    found = find_remedies(asked)
    for remedy in found.remedies:
        assert not asked.violated(remedy.changes), remedy
        assert asked.verdict(remedy.changes).status == remedy.status != "NON_COMPLIANT"
    return found


@pytest.mark.parametrize(
    ("name", "prompt", "sentences"),
    [
        # UDCPR 6.2.3 (b): side and rear margins H/5; 4.5 m allow 22.5 m.
        (
            "udcpr-2020",
            f"{PUNE}, height 24 m, FSI 2.5, front margin 6 m, side margins 4.5 m, rear margin 4.8 m",
            ["Lower the building by 1.5 m (to 22.5 m).", "Widen both side margins by 0.3 m (to 4.8 m)."],
        ),
        # CGDCR Table 6.23: 30 m of height on a road of 12 m.
        ("cgdcr-2017", f"{AHMEDABAD}, height 33 m, FSI 2.7, front margin 6 m, side margins 6 m, rear margin 6 m", ["Lower the building by 3 m (to 30 m)."]),
        # CGDCR 6.7.1 (3): the road-side margin is at least that of Table 6.26, 6.0 m above 25 m and 3.0 m to 16.5 m.
        (
            "cgdcr-2017",
            f"{AHMEDABAD}, height 30 m, FSI 2.7, front margin 3 m, side margins 6 m, rear margin 6 m",
            ["Lower the building by 13.5 m (to 16.5 m).", "Widen the front margin by 3 m (to 6 m)."],
        ),
        # UDCPR Table 6-G, 15 m road and more: 1.10 + 0.50 + 0.90.
        ("udcpr-2020", f"{PUNE}, height 15 m, FSI 5, front margin 6 m, side margins 4.5 m, rear margin 4.8 m", ["Reduce the FSI by 2.5 (to 2.5)."]),
    ],
)
def test_the_smallest_changes_come_first(name, prompt, sentences):
    assert [remedy.sentence for remedy in remedies(name, prompt).remedies][: len(sentences)] == sentences


def test_two_values_that_are_wrong_are_changed_together():
    found = remedies("udcpr-2020", f"{PUNE}, height 24 m, FSI 2.7, front margin 6 m, side margins 4.5 m, rear margin 4.8 m").remedies
    assert found[0].changes == {"fsi": 2.5, "height_m": 22.5}


def test_storeys_are_whole():
    found = remedies("udcpr-2020", f"G+7 {PUNE}, FSI 2.5, front margin 6 m, side margins 4.5 m, rear margin 4.8 m").remedies
    assert {"storeys": 7} in [dict(remedy.changes) for remedy in found]


def test_what_must_be_bought_is_said():
    [remedy] = remedies("cgdcr-2017", f"{AHMEDABAD}, height 33 m, FSI 2.7, front margin 6 m, side margins 6 m, rear margin 6 m").remedies
    assert [(part["tier"], part["amount"], part["area_sq_m"]) for part in remedy.buys] == [("chargeable", 0.9, 900)]


def test_an_fsi_that_holds_with_fungible_area_may_be_counted_so():
    prompt = f"{MUMBAI}, height 15 m, FSI 2.7, front margin 6 m, side margins 6 m, rear margin 6 m"  # 2.4, and 35 % fungible: 3.24
    found = remedies("dcpr-2034", prompt).remedies
    assert {"fsi": 2.4, "built_up_area_sq_m": 5400.0} in [dict(remedy.changes) for remedy in found]


def test_an_fsi_that_includes_fungible_area_is_brought_down_as_such():
    prompt = f"{MUMBAI}, height 15 m, FSI 3.5 including fungible, front margin 6 m, side margins 6 m, rear margin 6 m"  # 2.4 x 1.35 = 3.24
    assert [dict(remedy.changes) for remedy in remedies("dcpr-2034", prompt).remedies] == [{"fsi_with_ancillary": 3.24}]
    together = remedies("dcpr-2034", f"{MUMBAI}, height 15 m, FSI 3.5 including fungible, front margin 3 m, side margins 3 m, rear margin 6 m").remedies
    assert together[0].changes == {"fsi_with_ancillary": 3.24, "front_setback_m": 4.5, "side_setback_m": 3.75, "other_side_setback_m": 3.75}


def test_three_margins_that_are_short_belong_together():
    found = remedies("udcpr-2020", f"{PUNE}, height 26 m, FSI 2.9, front margin 3 m, side margins 4.5 m, rear margin 3 m")
    assert "belong together" in found.reason
    assert found.remedies[0].changes == {"fsi": 2.5, "front_setback_m": 6.0, "side_setback_m": 6.0, "other_side_setback_m": 6.0, "rear_setback_m": 6.0}


def test_nothing_helps_against_a_use_that_is_not_allowed():
    found = remedies("cgdcr-2017", "Steel factory in Bopal, Ahmedabad, zone R1, plot 1000 sq m on a 12 m road, height 10 m, FSI 1, front margin 5 m")
    assert not found.remedies
    assert "No change of the design helps against 6.1" in found.reason


def test_a_proposal_that_violates_nothing_needs_nothing():
    assert find_remedies(trials("udcpr-2020", f"{PUNE}, height 15 m, FSI 2, side margins 4.5 m")).reason == "Nothing is violated."
