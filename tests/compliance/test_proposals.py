"""Whole proposals in words, twenty for each city, read and judged as a user would have them judged.

What is expected was worked out by hand from the regulations' tables; the arithmetic stands beside each proposal in tests/data/proposals.
"""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
import yaml

from compliance.packaged import packaged_rulebooks
from compliance.reading import read_prompt
from compliance.rules import complete, evaluate

DAY = datetime.date(2026, 1, 15)
IN_FORCE = {city: rulebook for rulebook in packaged_rulebooks() if rulebook.in_force(DAY) for city in rulebook.cities}
FOLDER = Path(__file__).parents[1] / "data" / "proposals"
PROPOSALS = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.yaml"))}


@pytest.mark.parametrize(("city", "number"), [(city, number) for city, proposals in PROPOSALS.items() for number in range(len(proposals))])
def test_a_proposal_comes_out_as_the_regulation_says(city, number):
    proposal = PROPOSALS[city][number]
    read = read_prompt(proposal["prompt"])
    assert read.spec["city"] == city.title()
    rulebook = IN_FORCE[city.title()]
    verdict = evaluate(rulebook, complete(rulebook, read.spec, frozenset(question.field for question in read.questions if question.field)), DAY)
    missed = {
        name: check.get("short_by", check.get("over_by")) for finding in verdict.findings for name, check in finding.checks.items() if check.get("ok") is False
    }
    missed.pop("other_side_setback_m", None)  # the same side margin, once more
    assert verdict.status == proposal["status"], f"{verdict.reason} {read.spec}"
    assert missed == pytest.approx(proposal.get("violates", {}))


@pytest.mark.parametrize("city", sorted(PROPOSALS))
def test_each_city_has_twenty_proposals_and_a_good_one_complies(city):
    statuses = [proposal["status"] for proposal in PROPOSALS[city]]
    assert len(statuses) == 20
    assert statuses.count("COMPLIANT") >= 8
    assert statuses.count("NON_COMPLIANT") >= 8
