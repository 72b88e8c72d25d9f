"""What a curator sees of a change: which clauses, which values, before and after; and a rulebook written out and read back."""

from __future__ import annotations

import copy
import json

import pytest

from compliance.packaged import packaged_rulebooks
from compliance.rules import compare, load, write_yaml
from tests.compliance.rules.conftest import SMALL


@pytest.fixture
def changed():
    return copy.deepcopy(SMALL)


def differences(changed):
    return compare(load(SMALL).content, load(changed).content)


def test_the_same_content_has_no_difference(changed):
    assert differences(changed) == ()
    changed["clauses"].reverse()
    assert differences(changed) == ()


def test_a_changed_number_is_named_with_what_it_was(changed):
    changed["clauses"][1]["limits"]["front_setback_m"]["min"] = 3.5
    (difference,) = differences(changed)
    assert (difference.clause_id, difference.kind, difference.clause_no) == ("FRONT", "changed", "2")
    assert [(change.path, change.before, change.after) for change in difference.changes] == [("limits.front_setback_m.min", 3.0, 3.5)]


def test_a_row_of_a_table_inside_a_clause_is_named(changed):
    changed["clauses"][0]["limits"]["fsi"]["max"]["rows"][1]["is"] = 2.75
    (change,) = differences(changed)[0].changes
    assert (change.path, change.before, change.after) == ("limits.fsi.max.rows[2].is", 2.5, 2.75)


def test_a_tier_is_named(changed):
    before = copy.deepcopy(changed)
    before["clauses"][0]["limits"] = {"fsi": {"max": {"tiers": {"basic": 1.1, "premium": 0.5}}}}
    changed["clauses"][0]["limits"] = {"fsi": {"max": {"tiers": {"basic": 1.1, "premium": 0.6}}}}
    (change,) = compare(load(before).content, load(changed).content)[0].changes
    assert (change.path, change.before, change.after) == ("limits.fsi.max.tiers.premium", 0.5, 0.6)


def test_added_and_removed_clauses_and_the_rulebooks_own_values_are_named(changed):
    gone = changed["clauses"].pop()
    changed["clauses"].append({**gone, "id": "PARKING-2"})
    changed["defaults"]["is_core_area"] = True
    found = {(difference.clause_id, difference.kind) for difference in differences(changed)}
    assert found == {("", "changed"), ("PARKING", "removed"), ("PARKING-2", "added")}


@pytest.mark.parametrize("rulebook", list(packaged_rulebooks()), ids=lambda rulebook: rulebook.name)
def test_a_rulebook_written_out_reads_back_to_the_same_hash(rulebook):
    stored = json.loads(json.dumps(rulebook.content))
    assert load(write_yaml(stored)).sha256 == rulebook.sha256
