"""What of the difference between two runs came from the proposal, the rules, or the engine."""

from __future__ import annotations

import copy
import json

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command

from compliance.differing import differ
from compliance.models import Run
from compliance.rules import load
from compliance.services.releases import rulebook_load
from promptrunner.pipeline import run_proposal
from tests.compliance.rules.conftest import PROPOSAL as SPEC
from tests.compliance.rules.conftest import SMALL

pytestmark = pytest.mark.django_db


@pytest.fixture
def compared(capsys):
    def ask(first, second, *options):
        with pytest.raises(SystemExit) as ended:
            call_command("diff_runs", str(first.pk), str(second.pk), *options)
        return ended.value.code, capsys.readouterr().out

    return ask


@pytest.mark.usefixtures("rulebooks")
class TestTheProposal:
    # UDCPR 2020, Table 6-D: on a road of 15 m to less than 18 m the front margin is at least 3.0 m.
    FRONT = "Residential building in Pune, zone R2, plot 1000 sq m, 15 m road, height 12 m, front margin {} m, side and rear margins 4 m"

    def test_a_wider_margin_is_from_the_proposal_alone(self, compared):
        first, second = (run_proposal(prompt=self.FRONT.format(margin))[0] for margin in (2.5, 3))
        code, said = compared(first, second)
        assert code == 1
        assert "front margin: 2.5 -> 3" in said
        assert "From the proposal" in said
        assert "VIOLATED -> SATISFIED" in said
        assert "From the rules" not in said
        assert "From the engine" not in said

    def test_the_same_proposal_twice_is_the_same(self, capsys):
        first, second = (run_proposal(prompt=self.FRONT.format(3))[0] for _ in range(2))
        call_command("diff_runs", str(first.pk), str(second.pk))
        assert "come out the same" in capsys.readouterr().out

    def test_the_same_words_read_otherwise_are_from_the_reader(self, compared):
        first, second = (run_proposal(prompt=self.FRONT.format(3))[0] for _ in range(2))
        reading = json.loads(first.reading)
        reading["spec"]["front_setback_m"] = 2.5  # as an earlier reader would have read it
        Run.objects.filter(pk=first.pk).update(reading=json.dumps(reading))
        code, said = compared(first, second)
        assert code == 1
        assert "From the reader" in said

    def test_a_stored_outcome_that_no_longer_comes_out_is_from_the_engine(self, compared):
        first, second = (run_proposal(prompt=self.FRONT.format(3))[0] for _ in range(2))
        verdict = json.loads(first.verdict)
        finding = next(entry for entry in verdict["findings"] if "front_setback_m" in entry["checks"] and entry["outcome"] == "SATISFIED")
        finding["outcome"] = "VIOLATED"
        Run.objects.filter(pk=first.pk).update(verdict=json.dumps(verdict))
        code, said = compared(first, second)
        assert code == 1
        assert "From the engine" in said
        assert f"{finding['id']}: VIOLATED -> SATISFIED" in said
        assert "From the proposal" not in said

    def test_json_says_the_same(self, compared):
        first, second = (run_proposal(prompt=self.FRONT.format(margin))[0] for margin in (2.5, 3))
        told = json.loads(compared(first, second, "--json")[1])
        assert told["same"] is False
        assert ["front_setback_m", 2.5, 3] in told["fields"]
        assert [step["cause"] for step in told["steps"]] == ["engine", "rules", "proposal", "engine"]

    def test_what_is_no_run_is_refused(self):
        run = run_proposal(prompt=self.FRONT.format(3))[0]
        for wrong in ("x", "00000000-0000-0000-0000-000000000000"):
            with pytest.raises(CommandError, match="There is no run"):
                call_command("diff_runs", str(run.pk), wrong)

    def test_a_run_judged_by_clauses_of_its_request_cannot_be_compared(self):
        rules = [{"id": "X-1", "city": "Pune", "conditions": {"land_use_zone": ["R2"]}, "limits": {"height_m": 10}}]
        run = run_proposal(prompt=self.FRONT.format(3), rules=rules)[0]
        with pytest.raises(CommandError, match="clauses sent with the request"):
            call_command("diff_runs", str(run.pk), str(run.pk))


def test_a_changed_limit_is_from_the_rules_and_the_rest_from_the_proposal(compared):
    def publish(height):
        content = copy.deepcopy(SMALL)
        clause = next(entry for entry in content["clauses"] if "height_m" in entry.get("limits", {}))
        clause["limits"]["height_m"] = {"max": height}
        rulebook_load(rulebook=load(content), publish=True)
        cache.clear()
        return clause["id"]

    spec = {name: value for name, value in SPEC.items() if name != "city"}
    clause = publish(70)
    first = run_proposal(city="Pune", spec={**spec, "height_m": 20})[0]
    publish(15)
    second = run_proposal(city="Pune", spec={**spec, "height_m": 14})[0]
    found = differ(first, second)
    steps = {step.cause: step for step in found.steps if step.changed}
    assert set(steps) == {"rules", "proposal"}
    assert (clause, "SATISFIED", "VIOLATED") in steps["rules"].outcomes
    assert (clause, "VIOLATED", "SATISFIED") in steps["proposal"].outcomes
    assert ("height_m", 20, 14) in found.fields
    code, said = compared(first, second)
    assert code == 1
    assert "max 70" in said
    assert "max 15" in said
