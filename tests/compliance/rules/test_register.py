"""The register of a rulebook: every row of the regulation stands somewhere, and what is left out says why."""

from __future__ import annotations

import copy

import pytest

from compliance.rules import RulebookError, coverage, load
from tests.compliance.rules.conftest import SMALL

IDS = [clause["id"] for clause in SMALL["clauses"]]


def with_register(*tables):
    return {**copy.deepcopy(SMALL), "register": list(tables)}


def table(**more):
    return {"clause": "6.1", "table": "Table 1", "what": "everything", "encoded": IDS, **more}


def test_coverage_counts_rows_of_the_regulation_and_names_what_is_left_out():
    left_out = {"not_checkable": {"N5": "who owns the strip"}, "not_included": {"N6": "schemes of Chapter 7", "N7": "schemes of Chapter 7"}}
    found = coverage(load(with_register(table(**left_out))))
    assert found["totals"]["rows"] == len(IDS) + 3
    assert found["totals"]["encoded"] == found["totals"]["clauses"] == len(IDS)
    assert found["totals"]["not_included"] == 2
    assert found["tables"][0]["left_out"][0] == {"row": "N5", "state": "not_checkable", "why": "who owns the strip"}


def test_a_row_may_be_held_by_several_clauses():
    found = coverage(load(with_register(table(encoded=IDS[2:], encoded_in={"row 1": IDS[:2]}))))
    assert found["totals"]["rows"] == len(IDS) - 1
    assert found["totals"]["clauses"] == len(IDS)


@pytest.mark.parametrize(
    ("tables", "says"),
    [
        ([table(encoded=IDS[1:])], f"the clause '{IDS[0]}' stands in no row of the register"),
        ([table(encoded=[*IDS, "X9"])], "'X9' is no clause of this rulebook"),
        ([table(), {"clause": "6.2", "what": "again", "encoded": [IDS[0]]}], f"the row '{IDS[0]}' stands twice"),
        ([table(rows=4)], "'rows' is no part of the register"),
        ([table(clause=6.1)], "write `clause:` with a text"),
        ([table(not_included={"N6": ""})], "say the reason for each row under `not_included`"),
        ([table(not_checkable=["N6"])], "`not_checkable` maps a row to the reason"),
        (["Table 1"], "an entry is a mapping"),
        ([table(encoded="all")], "`encoded` is a list of rows"),
    ],
)
def test_a_mistake_in_the_register_says_what_to_write(tables, says):
    with pytest.raises(RulebookError) as error:
        load(with_register(*tables))
    assert any(says in str(problem) for problem in error.value.problems), error.value.problems


def test_a_register_that_is_no_list_says_so():
    with pytest.raises(RulebookError, match="list the tables that were read"):
        load({**copy.deepcopy(SMALL), "register": "all of it"})
