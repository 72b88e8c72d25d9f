"""A small rulebook of our own, so that the language can be tested apart from any city's law."""

import copy
import datetime
from collections.abc import Callable
from typing import Any

import pytest

from compliance.rules import Verdict, complete, evaluate, load

DAY = datetime.date(2026, 1, 15)

SMALL: dict[str, Any] = {
    "rulebook": "small-1",
    "title": "Small Rules",
    "edition": "test",
    "source": {"document": "Small Rules", "edition": "test"},
    "cities": ["Pune"],
    "effective": {"from": "2020-01-01"},
    "deciding": ["fsi", "height_m", "front_setback_m", "side_setback_m"],
    "defaults": {
        "is_core_area": False,
        "redevelopment_clause": "none",
        "floor_height_m": {"value": 3.0, "range": [2.9, 3.2]},
        "height_m": {"is": "storeys * floor_height_m"},
        "land_use_zone": {"by": "building_use", "rows": [{"in": ["residential"], "is": "R2"}]},
    },
    "facts": {"margin_height_m": {"is": "height_m - 3 * first_known(stilt_levels, 0)"}},
    "clauses": [
        {
            "id": "FSI", "clause_no": "1", "title": "FSI by road", "table": "Table 1", "category": "fsi", "verification": "verified",
            "limits": {"fsi": {"max": {"by": "abutting_road_width_m", "rows": [{"min": 9, "below": 18, "is": 1.5}, {"min": 18, "is": 2.5}]}}},
        },
        {
            "id": "FRONT", "clause_no": "2", "title": "Front margin", "table": "Table 2", "category": "setback", "verification": "verified",
            "conditions": {"abutting_road_width_m": {"min": 9, "below": 18}}, "limits": {"front_setback_m": {"min": 3.0}},
        },
        {
            "id": "FRONT-WIDE", "clause_no": "2", "title": "Front margin", "table": "Table 2", "category": "setback", "verification": "verified",
            "conditions": {"abutting_road_width_m": {"min": 18}}, "limits": {"front_setback_m": {"min": 4.5}},
        },
        {
            "id": "SIDE", "clause_no": "3", "title": "Side margin by height", "category": "setback", "verification": "verified",
            "limits": {"side_setback_m": {"min": "min(max(2.0, margin_height_m / 5), 12)"}},
        },
        {
            "id": "HEIGHT", "clause_no": "4", "title": "Height by road", "category": "height", "verification": "verified",
            "limits": {"height_m": {"max": "1.5 * (abutting_road_width_m + required(front_setback_m))"}},
        },
        {
            "id": "CORE", "clause_no": "5", "title": "Core area margins", "category": "setback", "verification": "verified", "replaces": ["Table 2"],
            "conditions": {"is_core_area": True}, "limits": {"front_setback_m": {"min": 1.0}},
        },
        {
            "id": "PARKING", "clause_no": "6", "title": "Parking", "category": "parking", "verification": "verified",
            "conditions": {"building_use": ["residential"]}, "limits": {"parking_spaces": {"min": "ceil(dwelling_units / 2)"}},
        },
    ],
}  # fmt: skip

PROPOSAL: dict[str, Any] = {
    "city": "Pune", "building_use": "residential", "land_use_zone": "R2", "plot_area_sq_m": 500.0, "abutting_road_width_m": 12.0,
    "height_m": 15.0, "fsi": 1.5, "front_setback_m": 3.0, "side_setback_m": 3.0,
}  # fmt: skip


@pytest.fixture
def small() -> dict[str, Any]:
    """The small rulebook's content, to change freely."""
    return copy.deepcopy(SMALL)


@pytest.fixture
def proposal() -> dict[str, Any]:
    """A proposal that complies with the small rulebook exactly at its limits."""
    return dict(PROPOSAL)


@pytest.fixture
def judge(small: dict[str, Any]) -> Callable[..., Verdict]:
    """Evaluate a spec under the small rulebook as it stands in the test."""

    def run(spec: dict[str, Any], asked: tuple[str, ...] = (), day: datetime.date = DAY) -> Verdict:
        rulebook = load(small)
        return evaluate(rulebook, complete(rulebook, spec, asked), day)

    return run


def outcomes(verdict: Verdict) -> dict[str, str]:
    """The outcome of every finding by clause id."""
    return {finding.id: finding.outcome for finding in verdict.findings}
