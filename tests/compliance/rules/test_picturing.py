"""A clause in words and tables, as a planner would write it."""

from __future__ import annotations

import re

import pytest

from compliance.packaged import packaged_rulebooks
from compliance.rules import load
from compliance.rules.picturing import picture


def pictured(**parts):
    facts = {"margin_height_m": {"is": "height_m - 3", "label": "height for margins"}}
    clause = {"id": "C", "clause_no": "1", "title": "A clause", "category": "setback", "verification": "illustrative", **parts}
    return picture(book := load({"rulebook": "one", "cities": ["Pune"], "deciding": "limited", "facts": facts, "clauses": [clause]}), book.by_id["C"])


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"limits": {"height_m": 24}}, "For every proposal: height at most 24.0 m."),
        (
            {
                "conditions": {"building_use": ["residential", "mixed"], "abutting_road_width_m": {"min": 9, "below": 18}},
                "limits": {"front_setback_m": {"min": 3}},
            },
            "Where use mixed or residential; abutting road width 9 m to less than 18 m: front margin at least 3.0 m.",
        ),
        (
            {"conditions": {"is_core_area": False}, "limits": {"side_setback_m": {"min": "min(margin_height_m / 5, 12)"}}},
            "Where congested (core) area: no: side margin at least the smaller of height for margins / 5 and 12.0 m.",
        ),
        (
            {"limits": {"height_m": {"max": "1.5 * (abutting_road_width_m + 3)"}}},
            "For every proposal: height at most 1.5 × (abutting road width + 3).",
        ),
        ({"limits": {"height_m": {"max": "none"}}}, "For every proposal: height without limit."),
        (
            {"limits": {"height_m": {"max": {"undecided": "the table is blank"}}}},
            "For every proposal: height left open by the law (the table is blank).",
        ),
        ({"limits": {"building_use": {"none_of": ["industrial"]}}}, "For every proposal: use never industrial."),
        (
            {"conditions": {"any": [{"is_core_area": True}, {"plot_area_sq_m": {"below": 250}}]}, "limits": {"height_m": 15}},
            "Where congested (core) area: yes or plot area less than 250 m²: height at most 15.0 m.",
        ),
        (
            {"conditions": {"test": "height_m > 3 * abutting_road_width_m"}, "limits": {"parking_spaces": {"min": "ceil(dwelling_units / 2)"}}},
            "Where height more than 3 × abutting road width: car parking spaces at least dwelling units / 2, rounded up.",
        ),
        (
            {"require": [{"test": "side_setback_m >= 1", "limits": ["side_setback_m"], "says": "one side is open"}]},
            "For every proposal: one side is open.",
        ),
    ],
)
def test_a_clause_is_one_plain_sentence(parts, sentence):
    assert pictured(**parts).sentence == sentence


def test_rows_tiers_and_tables_inside_tables_are_tables():
    rows = [{"below": 12, "is": {"by": "is_core_area", "rows": [{"in": [True], "is": 15}, {"in": [False], "is": 24}]}}, {"min": 12, "is": "none"}]
    [table] = pictured(limits={"height_m": {"max": {"by": "abutting_road_width_m", "rows": rows}}}).tables
    assert (table.title, table.header) == ("height, at most", ("abutting road width", "congested (core) area", "height"))
    assert table.rows == (("less than 12 m", "yes", "15.0 m"), ("less than 12 m", "no", "24.0 m"), ("12 m or more", "any", "no limit"))
    [tiers] = pictured(limits={"fsi": {"max": {"tiers": {"basic": 1.1, "tdr": 0.4}}}}).tables
    assert tiers.rows == (("basic", "1.1"), ("TDR", "0.4"))


@pytest.mark.parametrize("rulebook", list(packaged_rulebooks()), ids=lambda rulebook: rulebook.name)
def test_no_packaged_clause_shows_a_name_that_only_programs_use(rulebook):
    for clause in rulebook.clauses:
        shown = picture(rulebook, clause)
        texts = [shown.sentence, *(text for table in shown.tables for row in (table.header, *table.rows) for text in row)]
        assert all(texts), clause.id
        assert not re.search(r"\w_\w|first_known|\{|==", " ".join(texts)), clause.id
        assert all(len(row) == len(table.header) for table in shown.tables for row in table.rows)
