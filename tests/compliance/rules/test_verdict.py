"""What a proposal is told under a small rulebook."""

import datetime

import pytest

from tests.compliance.rules.conftest import outcomes


def test_a_proposal_exactly_at_every_limit_complies(judge, proposal):
    verdict = judge(proposal)
    assert verdict.status == "COMPLIANT"
    assert outcomes(verdict) == {"FSI": "SATISFIED", "FRONT": "SATISFIED", "SIDE": "SATISFIED", "HEIGHT": "SATISFIED", "PARKING": "UNDETERMINED"}


@pytest.mark.parametrize(("field", "value", "clause"), [("fsi", 1.51, "FSI"), ("front_setback_m", 2.99, "FRONT"), ("side_setback_m", 2.99, "SIDE")])
def test_one_value_beyond_its_limit_makes_the_proposal_non_compliant(judge, proposal, field, value, clause):
    verdict = judge({**proposal, field: value})
    assert verdict.status == "NON_COMPLIANT"
    assert outcomes(verdict)[clause] == "VIOLATED"


def test_a_limit_counts_as_kept_within_the_tolerance_and_not_beyond(judge, proposal):
    assert judge({**proposal, "height_m": 22.5 + 5e-8, "side_setback_m": 5}).status == "COMPLIANT"  # 1.5 x (12 + 3)
    assert judge({**proposal, "height_m": 22.50001, "side_setback_m": 5}).status == "NON_COMPLIANT"


def test_the_sentence_names_source_range_limit_and_shortfall(judge, proposal):
    finding = next(finding for finding in judge({**proposal, "front_setback_m": 2.5}).findings if finding.id == "FRONT")
    expected = "Small Rules, Table 2: the front margin on a road of 9 m to less than 18 m is at least 3.0 m; 2.5 m is proposed, 0.5 m short."
    assert finding.sentence == expected
    assert finding.checks["front_setback_m"] == {"outcome": "VIOLATED", "rule_min": 3.0, "subject": 2.5, "ok": False, "short_by": 0.5}


@pytest.mark.parametrize("field", ["city", "land_use_zone", "plot_area_sq_m", "abutting_road_width_m", "building_use"])
def test_without_a_key_fact_the_verdict_is_blocked_and_says_which(judge, proposal, field):
    proposal["building_use"] = "commercial"  # no default zone for commercial use
    del proposal[field]
    verdict = judge(proposal, asked=("net_plot_area_sq_m",) if field == "plot_area_sq_m" else ())
    assert verdict.status == "BLOCKED"
    assert verdict.missing_fields == (field,)


def test_a_missing_deciding_field_leaves_the_verdict_incomplete_and_is_asked_for(judge, proposal):
    del proposal["side_setback_m"]
    verdict = judge(proposal)
    assert verdict.status == "INCOMPLETE"
    assert "side_setback_m" in verdict.asks
    assert verdict.permissible["side_setback_m"] == {"min": 3.0, "clause_no": "3"}


def test_a_table_without_a_row_for_the_case_never_passes(judge, proposal):
    verdict = judge({**proposal, "abutting_road_width_m": 6.0})
    assert verdict.status == "INCOMPLETE"
    fsi = next(finding for finding in verdict.findings if finding.id == "FSI")
    assert "no row of the table covers abutting road width 6" in fsi.sentence


def test_a_deciding_field_that_no_clause_governs_is_reported(judge, proposal, small):
    small["clauses"] = [clause for clause in small["clauses"] if clause["id"] != "SIDE"]
    verdict = judge(proposal)
    assert verdict.status == "INCOMPLETE"
    assert "No clause of Small Rules governs side margin here." in [finding.sentence for finding in verdict.findings]


def test_a_limit_on_an_unstated_field_that_does_not_decide_is_required(judge, proposal):
    verdict = judge({**proposal, "dwelling_units": 5})
    assert outcomes(verdict)["PARKING"] == "REQUIRED"
    assert verdict.status == "COMPLIANT"
    assert [(entry["field"], entry["rule_min"]) for entry in verdict.must_also_provide] == [("parking_spaces", 3.0)]


def test_the_core_area_clause_displaces_the_table_and_its_own_limit_stands(judge, proposal):
    verdict = judge({**proposal, "is_core_area": True, "front_setback_m": 1.0})
    core = next(finding for finding in verdict.findings if finding.id == "CORE")
    assert core.outcome == "SATISFIED"
    assert core.displaced == ("FRONT:front_setback_m",)
    assert verdict.permissible["front_setback_m"] == {"min": 1.0, "clause_no": "5"}
    assert verdict.permissible["height_m"]["max"] == 19.5  # 1.5 x (12 + 1.0): the displaced 3.0 is left out


def test_an_undecided_replacement_is_judged_under_both(judge, proposal):
    agreed = judge(proposal, asked=("is_core_area",))
    assert outcomes(agreed)["FRONT"] == outcomes(agreed)["CORE"] == "SATISFIED"  # 3.0 keeps 3.0 and 1.0
    split = judge({**proposal, "front_setback_m": 2.0}, asked=("is_core_area",))
    assert outcomes(split)["FRONT"] == outcomes(split)["CORE"] == "UNDETERMINED"
    assert "is_core_area" in split.asks
    failed = judge({**proposal, "front_setback_m": 0.5}, asked=("is_core_area",))
    assert outcomes(failed)["FRONT"] == outcomes(failed)["CORE"] == "VIOLATED"


def test_a_verdict_that_hangs_on_an_assumed_floor_height_asks_for_it(judge, proposal):
    del proposal["height_m"]
    verdict = judge({**proposal, "storeys": 7, "side_setback_m": 6.0})  # 21.0 m; 20.3 to 22.4 m inside the range: 22.5 holds
    assert verdict.status == "COMPLIANT"
    verdict = judge({**proposal, "storeys": 5})  # 15.0 m asks 3.0; at 3.2 m a storey 16.0 m asks 3.2
    side = next(finding for finding in verdict.findings if finding.id == "SIDE")
    assert side.outcome == "UNDETERMINED"
    assert "floor_height_m" in side.rests_on
    assert verdict.status == "INCOMPLETE"
    assert "floor_height_m" in verdict.asks


def test_a_question_on_a_field_keeps_its_default_away(judge, proposal, small):
    small["clauses"][0]["conditions"] = {"redevelopment_clause": "none"}
    assert judge(proposal).status == "COMPLIANT"
    assert judge(proposal, asked=("redevelopment_clause",)).status == "INCOMPLETE"


def test_one_margin_for_all_sides_fills_the_sides_and_a_sided_value_wins(judge, proposal):
    del proposal["front_setback_m"], proposal["side_setback_m"]
    assert judge({**proposal, "setback_m": 3.0}).status == "COMPLIANT"
    assert judge({**proposal, "setback_m": 3.0, "front_setback_m": 2.0}).status == "NON_COMPLIANT"


def test_a_limit_on_the_margin_of_all_sides_is_tested_against_the_least(judge, proposal, small):
    small["clauses"].append(
        {"id": "ALL", "clause_no": "7", "title": "All sides", "category": "setback", "verification": "verified", "limits": {"setback_m": {"min": 3.0}}}
    )
    assert outcomes(judge({**proposal, "rear_setback_m": 3.0}))["ALL"] == "SATISFIED"
    assert outcomes(judge({**proposal, "rear_setback_m": 2.0}))["ALL"] == "VIOLATED"
    assert outcomes(judge({**proposal, "rear_setback_m": 3.0, "setback_m": 9.0}))["ALL"] == "SATISFIED"
    assert outcomes(judge(proposal))["ALL"] == "REQUIRED" or outcomes(judge(proposal))["ALL"] == "UNDETERMINED"


def test_a_stated_built_up_area_within_its_limit_settles_the_fsi(judge, proposal, small):
    small["clauses"].append({
        "id": "BUA", "clause_no": "8", "title": "BUA", "category": "fsi", "verification": "verified",
        "limits": {"built_up_area_sq_m": {"max": {"tiers": {"basic": "1.5 * net_plot_area_sq_m", "ancillary": "0.9 * net_plot_area_sq_m"}}}},
    })  # fmt: skip
    del proposal["fsi"]
    assert judge({**proposal, "built_up_area_sq_m": 1200.0}).status == "COMPLIANT"
    assert judge({**proposal, "built_up_area_sq_m": 1200.1}).status == "NON_COMPLIANT"
    assert judge(proposal).status == "INCOMPLETE"


def test_an_fsi_with_ancillary_area_is_judged_as_the_whole_built_up_area(judge, proposal, small):
    small["clauses"].append({
        "id": "BUA", "clause_no": "8", "title": "BUA", "category": "fsi", "verification": "verified",
        "limits": {"built_up_area_sq_m": {"max": {"tiers": {"basic": "1.5 * net_plot_area_sq_m", "ancillary": "0.9 * net_plot_area_sq_m"}}}},
    })  # fmt: skip
    del proposal["fsi"]
    holds = judge({**proposal, "fsi_with_ancillary": 2.4})  # of 500 m2: 1,200 m2
    assert holds.status == "COMPLIANT"
    finding = next(finding for finding in holds.findings if finding.id == "BUA")
    assert finding.checks["built_up_area_sq_m"]["subject"] == 1200
    assert "net_plot_area_sq_m" in finding.rests_on
    assert judge({**proposal, "fsi_with_ancillary": 2.41}).status == "NON_COMPLIANT"
    assert judge({**proposal, "fsi_with_ancillary": 2.41, "built_up_area_sq_m": 1200.0}).status == "COMPLIANT"


def test_tiers_say_which_one_is_reached_and_what_must_be_bought(judge, proposal, small):
    small["clauses"][0]["limits"] = {"fsi": {"max": {"tiers": {"basic": 1.1, "premium": 0.5, "tdr": 0.9}}}}
    finding = next(finding for finding in judge({**proposal, "fsi": 2.0}).findings if finding.id == "FSI")
    check = finding.checks["fsi"]
    assert check["rule_max"] == 2.5
    assert check["tier"] == "tdr"
    assert check["buys"] == [{"tier": "premium", "amount": 0.5, "area_sq_m": 250}, {"tier": "tdr", "amount": 0.4, "area_sq_m": 200}]  # of 500 m2
    assert "it takes premium 0.5 (250 m²) and TDR 0.4 (200 m²)" in finding.sentence


def test_none_is_a_determined_limit_and_undecided_is_not(judge, proposal, small):
    small["clauses"][4]["limits"] = {"height_m": "none"}
    assert judge({**proposal, "height_m": 24.0, "side_setback_m": 4.8}).status == "COMPLIANT"
    small["clauses"][4]["limits"] = {"height_m": {"undecided": "the table is blank above 70 m"}}
    verdict = judge(proposal)
    assert verdict.status == "INCOMPLETE"
    assert any("the table is blank above 70 m" in finding.sentence for finding in verdict.findings)


def test_nothing_that_applies_is_an_error_with_its_reason(judge, proposal, small):
    small["clauses"] = [{**clause, "conditions": {"city": "Nashik"}} for clause in small["clauses"] if clause["id"] in ("FSI", "SIDE")]
    verdict = judge(proposal)
    assert verdict.status == "ERROR"
    assert verdict.reason == "None of the clauses of Small Rules applies to this proposal."


def test_a_clause_counts_only_while_it_is_in_force(judge, proposal, small):
    small["clauses"][0]["effective"] = {"from": "2021-01-01", "to": "2021-12-31"}
    assert "FSI" in outcomes(judge(proposal, day=datetime.date(2021, 12, 31)))
    assert "FSI" not in outcomes(judge(proposal, day=datetime.date(2022, 1, 1)))


def test_the_wider_meaning_of_required_is_refused_nowhere_but_in_a_circle(judge, proposal, small):
    small["clauses"][1]["limits"] = {"front_setback_m": {"min": "height_m / 5"}}
    assert judge({**proposal, "height_m": 15.0}).permissible["height_m"]["max"] == 22.5


def corner(minimum):
    return {
        "id": "CORNER", "clause_no": "7", "title": "Corner plots", "category": "setback", "verification": "verified",
        "conditions": {"is_corner_plot": True}, "limits": {"front_setback_m": {"min": minimum}},
    }  # fmt: skip


def test_a_clause_that_would_hold_even_if_it_applied_does_not_hold_up_the_verdict(judge, proposal, small):
    small["clauses"].append(corner(3.0))
    verdict = judge(proposal)  # whether it is a corner plot is not known; 3.0 m are proposed
    finding = next(finding for finding in verdict.findings if finding.id == "CORNER")
    assert (verdict.status, finding.outcome, finding.needs) == ("COMPLIANT", "UNDETERMINED", ("is_corner_plot",))
    assert "holds even if the clause applies" in finding.sentence
    assert "is_corner_plot" not in verdict.asks


def test_a_clause_that_would_fail_if_it_applied_holds_up_the_verdict(judge, proposal, small):
    small["clauses"].append(corner(3.1))
    verdict = judge(proposal)
    assert verdict.status == "INCOMPLETE"
    assert "is_corner_plot" in verdict.asks
    assert judge({**proposal, "is_corner_plot": False}).status == "COMPLIANT"
    assert judge({**proposal, "is_corner_plot": True}).status == "NON_COMPLIANT"


def test_a_clause_that_may_apply_settles_no_field_by_itself(judge, proposal, small):
    small["clauses"] = [clause for clause in small["clauses"] if not clause["id"].startswith("FRONT") and clause["id"] not in ("HEIGHT", "CORE")]
    small["clauses"].append(corner(3.0))
    assert judge(proposal).status == "INCOMPLETE"


def test_a_clause_that_would_fail_at_the_end_of_an_assumptions_range_holds_up_the_verdict(judge, proposal, small):
    clause = corner(3.0)
    clause["limits"] = {"front_setback_m": {"min": "height_m / 5"}}
    small["clauses"].append(clause)
    del proposal["height_m"]
    verdict = judge({**proposal, "storeys": 5})  # 15.0 m, between 14.5 and 16.0: 3.0 m would do for the first only
    assert verdict.status == "INCOMPLETE"
