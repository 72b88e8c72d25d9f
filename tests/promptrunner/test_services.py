"""What is written together, and what is never changed."""

from __future__ import annotations

import copy
import datetime
import json

import pytest

from compliance.models import Rule, RulebookRelease, Run
from compliance.rules import load
from compliance.services import releases, runs
from promptrunner.pipeline import run_proposal
from telemetry.models import Event
from tests.compliance.rules.conftest import SMALL

DAY = datetime.date(2026, 1, 15)


@pytest.mark.django_db(transaction=True)
def test_a_run_whose_event_cannot_be_written_is_not_there_either(monkeypatch):
    def broken(_):
        raise RuntimeError("disk full")

    monkeypatch.setattr(runs, "event_record", broken)
    with pytest.raises(RuntimeError):
        run_proposal(prompt="Pune")
    assert Run.objects.count() == Event.objects.count() == 0


@pytest.mark.django_db
def test_a_changed_rulebook_becomes_a_draft_and_the_published_one_stays_in_force():
    first = releases.rulebook_load(rulebook=load(SMALL)).release
    changed = copy.deepcopy(SMALL)
    changed["clauses"][1]["limits"] = {"front_setback_m": {"min": 3.5}}
    second = releases.rulebook_load(rulebook=load(changed))
    assert (first.status, second.release.status, second.created) == ("published", "draft", True)
    assert releases.release_named(name="small-1", as_of=DAY).sha256 == first.sha256


@pytest.mark.django_db
def test_publishing_a_release_retires_the_earlier_one_and_keeps_its_content():
    first = releases.rulebook_load(rulebook=load(SMALL)).release
    changed = {**copy.deepcopy(SMALL), "edition": "second"}
    releases.rulebook_load(rulebook=load(changed), publish=True)
    kept = RulebookRelease.objects.get(pk=first.pk)
    assert kept.status == "retired"
    assert json.loads(kept.content)["edition"] == "test"
    assert Rule.objects.filter(release=first).count() == len(SMALL["clauses"])
    assert releases.release_compiled(kept).sha256 == first.sha256


@pytest.mark.django_db
def test_two_editions_stand_beside_each_other_and_the_day_picks_the_one_that_judges():
    old = {**copy.deepcopy(SMALL), "edition": "of 2018", "effective": {"from": "2018-11-13"}}
    new = {**copy.deepcopy(SMALL), "edition": "of 2024", "effective": {"from": "2024-09-01"}}
    releases.rulebook_load(rulebook=load(old))
    releases.rulebook_load(rulebook=load(new), publish=True)

    def edition(day, **by):
        return run_proposal(prompt="Pune", as_of=day, **by)[0].release.edition

    assert edition(datetime.date(2024, 8, 31)) == edition(datetime.date(2018, 11, 13)) == "of 2018"
    assert edition(datetime.date(2024, 9, 1)) == "of 2024"
    assert edition(datetime.date(2020, 1, 1), rulebook="small-1") == "of 2018"
    assert run_proposal(prompt="Pune", as_of=datetime.date(2018, 11, 12))[0].status == "ERROR"
