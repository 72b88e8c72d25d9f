"""The packaged rulebooks: they load, their examples and the worked cases of the regulations come out, and what holds for any proposal holds."""

from __future__ import annotations

import copy
import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.accuracy import case_problems, worked_cases
from compliance.packaged import FOLDER, failing_examples
from compliance.rules import Rulebook, Verdict, complete, evaluate, load, load_file
from compliance.specs import normalise_spec
from compliance.vocabulary import zones_of

DAY = datetime.date(2026, 1, 15)
RULEBOOKS: dict[str, Rulebook] = {rulebook.name: rulebook for rulebook in (load_file(path) for path in sorted(FOLDER.glob("*.yaml")))}
CASES = worked_cases(Path(__file__).parents[1] / "data" / "cases")


def judge(rulebook: Rulebook, spec: dict[str, Any]) -> Verdict:
    return evaluate(rulebook, complete(rulebook, normalise_spec({"city": rulebook.cities[0], **spec})), DAY)


def test_the_four_rulebooks_are_here():
    assert set(RULEBOOKS) == {"prompt-runner-2.0", "dcpr-2034", "udcpr-2020", "cgdcr-2017"}


@pytest.mark.parametrize("name", sorted(RULEBOOKS))
def test_every_clauses_examples_come_out(name):
    assert list(failing_examples(RULEBOOKS[name])) == []


@pytest.mark.parametrize("name", sorted(RULEBOOKS))
def test_every_clause_has_examples_and_a_source(name):
    without = [clause.id for clause in RULEBOOKS[name].clauses if not clause.examples]
    assert without == []
    assert all(clause.source.get("document") for clause in RULEBOOKS[name].clauses)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['rulebook']}-{case['case']}")
def test_a_worked_case_comes_out(case):
    assert list(case_problems(RULEBOOKS[case["rulebook"]], case)) == []


def specs(rulebook: Rulebook) -> st.SearchStrategy[dict[str, Any]]:
    """Proposals for a rulebook's cities, with numbers at and around the edges of the tables."""
    edges = st.sampled_from([3, 6, 7.5, 9, 10, 12, 15, 16.5, 18, 24, 25, 27, 30, 32, 36, 45, 70, 120])
    near = st.builds(lambda edge, step: round(edge + step, 3), edges, st.sampled_from([-0.1, 0, 0.1]))
    length = near | st.floats(0.5, 130).map(lambda value: round(value, 2))
    area = st.sampled_from([25, 40, 125, 250, 300, 500, 750, 1000, 1500, 2000, 4000, 10000]) | st.floats(20, 20000).map(lambda value: round(value, 1))
    return st.fixed_dictionaries(
        {"city": st.sampled_from(rulebook.cities)},
        optional={
            "building_use": st.sampled_from(["residential", "commercial", "mixed", "industrial", "institutional"]),
            "land_use_zone": st.sampled_from(sorted({zone for city in rulebook.cities for zone in zones_of(city)})),
            "building_type": st.sampled_from(["apartment", "row_house", "detached_house", "shop", "hospital", "assembly", "warehouse"]),
            "planning_division": st.sampled_from(["island_city", "suburbs"]),
            "plot_area_sq_m": area, "net_plot_area_sq_m": area, "plot_width_m": length, "plot_depth_m": length,
            "abutting_road_width_m": near, "height_m": length, "storeys": st.integers(1, 40), "stilt_levels": st.integers(0, 1),
            "fsi": st.floats(0, 5).map(lambda value: round(value, 2)), "built_up_area_sq_m": area,
            "setback_m": st.floats(0, 20).map(lambda value: round(value, 1)), "front_setback_m": st.floats(0, 20).map(lambda value: round(value, 1)),
            "side_setback_m": st.floats(0, 20).map(lambda value: round(value, 1)), "rear_setback_m": st.floats(0, 20).map(lambda value: round(value, 1)),
            "is_core_area": st.booleans(),
        },
    ).map(lambda spec: {name: value for name, value in spec.items() if name != "land_use_zone" or value in zones_of(spec["city"])})  # fmt: skip


@pytest.mark.parametrize("name", sorted(RULEBOOKS))
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_proposal_gets_a_verdict_and_compliant_means_every_deciding_field_was_checked(name, data):
    rulebook = RULEBOOKS[name]
    verdict = judge(rulebook, data.draw(specs(rulebook)))
    assert verdict.counts["clauses"] == sum(clause.in_force(DAY) for clause in rulebook.clauses)
    if verdict.status == "COMPLIANT" and rulebook.deciding != "limited":
        for field in rulebook.deciding:
            assert "SATISFIED" in {finding.checks[field]["outcome"] for finding in verdict.findings if field in finding.checks}


@pytest.mark.parametrize("name", ["dcpr-2034", "udcpr-2020", "cgdcr-2017"])
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_with_rows_taken_out_a_missing_row_never_passes(name, data):
    content = copy.deepcopy(dict(RULEBOOKS[name].content))
    clauses = content["clauses"]
    gone = data.draw(st.sets(st.integers(0, len(clauses) - 1), max_size=len(clauses) // 2))
    content["clauses"] = kept = [clause for index, clause in enumerate(clauses) if index not in gone]
    names = {clause["id"] for clause in kept} | {clause.get("table") for clause in kept}
    for clause in kept:
        clause["replaces"] = [target for target in clause.get("replaces") or [] if target in names]
    content.pop("register", None)  # it speaks of the rows that are gone
    content.pop("intended", None)
    fewer = load(content)
    verdict = judge(fewer, data.draw(specs(fewer)))
    if verdict.status == "COMPLIANT":
        for field in fewer.deciding:
            assert "SATISFIED" in {finding.checks[field]["outcome"] for finding in verdict.findings if field in finding.checks}
