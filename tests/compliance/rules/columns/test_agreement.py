"""By columns and one by one, every field of a verdict is the same, down to the digest."""

import copy

import pytest

from compliance.auditing import grouping
from compliance.auditing.grouping import Group, groups_of
from compliance.packaged import FOLDER
from compliance.rules import Rulebook, load, load_file
from compliance.rules.columns import evaluate, state
from tests.compliance.rules.columns.cases import DAY, as_arrow, differences, random_cases
from tests.compliance.rules.conftest import SMALL

pytestmark = pytest.mark.bulk

PACKAGED = sorted(path.stem for path in FOLDER.glob("*.yaml"))


ibis = pytest.importorskip("ibis", reason="requirements/bulk.txt is not installed")


def disagreements(engine, rulebook: Rulebook, number: int, seed: int, *, grouped: bool = False) -> list[str]:
    """What is not the same by columns; grouped: the cases of each kind judged apart, with what is known of them, columns of nothing left out."""
    cases = random_cases(rulebook, number, seed)
    arrow = as_arrow(rulebook, cases)
    engine.register("cases", arrow)
    table = ibis.table(ibis.schema(arrow.schema), name="cases")
    groups = list(groups_of(engine, rulebook, table)) if grouped else [Group(table, {})]
    assert (len(groups) > 1) == grouped
    found, seen = [], 0
    for group in groups:
        for verdicts in evaluate(rulebook, group.table, DAY, group.known):
            whole = dict.fromkeys(verdicts.select("row").columns)
            shown = {row["row"]: whole | row for row in engine.query(verdicts.select("row", empty=not grouped)).to_pylist()}
            for row in engine.query(state(verdicts, "row")).to_pylist():
                seen += 1
                case = cases[row["row"]]
                found += [f"{what} of {case.spec}, asked {case.asked}" for what in differences(verdicts, rulebook, case, row, shown[row["row"]])]
    assert seen == number
    return found


@pytest.fixture
def small_groups(monkeypatch):
    monkeypatch.setattr(grouping, "LEAST_ROWS", 100)
    monkeypatch.setattr(grouping, "LEAST_SHARE", 0)
    monkeypatch.setattr(grouping, "READ_BY", 0.1)


@pytest.fixture(params=["duckdb_engine", pytest.param("spark_engine", marks=pytest.mark.slow)])
def engine(request):
    return request.getfixturevalue(request.param)


@pytest.mark.slow
@pytest.mark.parametrize("name", PACKAGED)
def test_packaged_rulebooks_come_out_by_columns_as_one_by_one(engine, name):
    assert disagreements(engine, load_file(FOLDER / f"{name}.yaml"), 600, seed=8) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", PACKAGED)
def test_packaged_rulebooks_come_out_the_same_for_cases_of_one_kind_together(duckdb_engine, small_groups, name):
    assert disagreements(duckdb_engine, load_file(FOLDER / f"{name}.yaml"), 600, seed=9, grouped=True) == []


def _with(**changes):
    content = copy.deepcopy(SMALL)
    for key, value in changes.items():
        content[key] = (
            [*content[key], *value] if isinstance(value, list) and key == "clauses" else {**content[key], **value} if isinstance(value, dict) else value
        )
    return content


def _clause(name: str, **parts):
    return {"id": name, "clause_no": name.lower(), "title": name, "category": "setback", "verification": "verified", **parts}


TRICKY = {
    "as it stands": SMALL,
    "a replacing clause that may or may not apply": _with(
        clauses=[
            _clause("SIDE-A", replaces=["SIDE"], conditions={"is_corner_plot": True}, limits={"side_setback_m": {"min": "max(1.5, height_m / 10)"}}),
            _clause("SIDE-B", replaces=["SIDE", "SIDE-A"], conditions={"is_land_locked": True}, limits={"side_setback_m": {"min": 2}}),
            _clause(
                "FRONT-C", replaces=["Table 2", "CORE"], conditions={"is_corner_plot": True, "is_land_locked": False}, limits={"front_setback_m": {"min": 2}}
            ),
        ]
    ),
    "limits that are none or undecided, and tiers": _with(
        clauses=[
            _clause(
                "TIERS",
                limits={
                    "built_up_area_sq_m": {
                        "max": {
                            "tiers": [
                                ["basic", "1.1 * plot_area_sq_m"],
                                [
                                    "premium",
                                    {
                                        "by": "abutting_road_width_m",
                                        "rows": [{"below": 12, "is": 0}, {"min": 12, "below": 18, "is": {"undecided": "blank"}}, {"min": 24, "is": "none"}],
                                    },
                                ],
                                ["tdr", "0.5 * net_plot_area_sq_m"],
                            ]
                        }
                    }
                },
            ),
            _clause(
                "PODIUM",
                limits={
                    "podium_height_m": {
                        "min": "none",
                        "max": {"by": "building_use", "rows": [{"in": ["residential"], "is": 24}, {"in": ["mixed"], "is": "none"}]},
                    }
                },
            ),
            _clause("PLINTH", limits={"plinth_height_m": {"min": 0.3, "max": {"undecided": "blank"}}}),
        ]
    ),
    "limits that rest on other limits": _with(
        clauses=[
            _clause("FSI-MORE", category="fsi", conditions={"is_tod_zone": True}, limits={"fsi": {"max": "1.5 * allowed(fsi)"}}, replaces=["FSI-FREE"]),
            _clause("FSI-FREE", category="fsi", conditions={"is_government": True}, limits={"fsi": {"max": "none"}}, replaces=["FSI"]),
            _clause("COVER", category="coverage", limits={"ground_coverage_percent": {"max": "min(allowed(fsi) * 20, 60)"}}),
            _clause("REAR", limits={"rear_setback_m": {"min": "required(front_setback_m) - 1"}}),
            _clause("TALL", category="height", conditions={"test": "height_m > 2 * required(front_setback_m)"}, limits={"staircases": {"min": 2}}),
        ]
    ),
    "lists, tests over several fields and a margin for all sides": _with(
        clauses=[
            _clause("CARS", limits={"parking_spaces": {"min": "ceil(sum(dwelling_mix, where(carpet_sq_m >= 80, 1, carpet_sq_m / 160)))"}}),
            _clause("BIG", limits={"two_wheeler_spaces": {"min": "count(dwelling_mix, carpet_sq_m > 45)"}}),
            _clause("ONE-SIDE", require=[{"test": "side_setback_m >= 1 or rear_setback_m >= 1", "limits": ["side_setback_m", "rear_setback_m"]}]),
            _clause("ROOM", require=[{"test": "room_height_m / floor_height_m >= 0.9 and lifts >= 1", "limits": ["room_height_m", "lifts", "dwelling_mix"]}]),
            _clause("ALL", limits={"setback_m": {"min": "round_half_down(height_m / 7)"}}),
            _clause("SHOPS", category="use", limits={"building_type": {"none_of": ["shop", "mall"]}, "building_use": {"one_of": ["residential", "mixed"]}}),
            _clause("HALL", conditions={"building_type": ["assembly", "hotel"]}, limits={"abutting_road_width_m": {"min": 12}}),
        ]
    ),
    "what is limited decides": {**_with(), "deciding": "limited"},
}


@pytest.mark.parametrize("what", TRICKY)
def test_hard_cases_of_the_language_come_out_by_columns_as_one_by_one(engine, what):
    assert disagreements(engine, load(TRICKY[what]), 500, seed=1) == []


@pytest.mark.parametrize("what", TRICKY)
def test_hard_cases_come_out_the_same_for_cases_of_one_kind_together(engine, small_groups, what):
    assert disagreements(engine, load(TRICKY[what]), 500, seed=2, grouped=True) == []
