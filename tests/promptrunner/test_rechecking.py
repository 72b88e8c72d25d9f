"""Stored runs come out again under their own release, and are superseded where the law changed their outcome."""

from __future__ import annotations

import copy
import datetime
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command

from compliance import rechecking
from compliance.models import Run
from compliance.rules import load
from compliance.services.releases import rulebook_load
from compliance.services.runs import runs_record
from promptrunner.pipeline import run_compliance_pipeline, run_proposal, run_wire
from telemetry.models import Event
from telemetry.services import EventShapeError, event_made
from tests.compliance.rules.conftest import PROPOSAL as SPEC
from tests.compliance.rules.conftest import SMALL
from tests.conftest import PROPOSAL

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 1, 15)
ROOT = Path(__file__).parents[2]
WRITES = "compliance.rechecking.reprocessing.runs_record"


def publish(**changes):
    content = copy.deepcopy(SMALL)
    for name, limits in changes.items():
        next(clause for clause in content["clauses"] if clause["id"] == name)["limits"] = limits
    return _published(content)


def _published(content):
    release = rulebook_load(rulebook=load(content), publish=True).release
    cache.clear()  # publishing does so when it commits, which a test's transaction never does
    return release


def check(**changes):
    spec = {name: value for name, value in {**SPEC, **changes}.items() if name != "city"}
    return run_proposal(city="Pune", spec=spec, as_of=DAY)[0]


@pytest.mark.usefixtures("rulebooks")
@pytest.mark.parametrize(
    "prompt",
    [
        PROPOSAL,
        "G+7 residential on a 30 x 40 m plot, 18 m road, Baner, Pune, FSI 2.5, side margins 4.5 m",  # sides unnamed, a storey height assumed
        "Residential building between 12 and 15 m high in Nashik",  # a question of the reader, and BLOCKED
        "a house somewhere",
        "",
    ],
)
def test_a_stored_run_comes_out_again(prompt, capsys):
    run, _ = run_proposal(prompt=prompt)
    assert rechecking.verify(run).holds
    call_command("verify_run", str(run.pk))
    assert "1 the same" in capsys.readouterr().out


def test_a_stored_run_comes_out_again_after_another_release_was_published():
    publish()
    run = check()
    publish(FRONT={"front_setback_m": {"min": 3.5}})
    assert rechecking.verify(run).holds


def test_a_verdict_that_was_tampered_with_is_found(capsys):
    publish()
    run = check()
    Run.objects.filter(pk=run.pk).update(digest="0" * 64)
    with pytest.raises(SystemExit) as left:
        call_command("verify_run", "--sample", "10")
    assert left.value.code == 1
    assert "1 different" in capsys.readouterr().out


def test_a_run_under_clauses_that_came_with_the_request_says_that_it_cannot_be_judged_again():
    clause = {"id": "X", "clause_no": "1", "title": "Height", "category": "height", "verification": "illustrative", "limits": {"height_m": 20}}
    answer = run_compliance_pipeline("Pune, 15 m high", rules=[clause])
    with pytest.raises(rechecking.UnverifiableRunError, match="sent with the request"):
        rechecking.verify(Run.objects.get(pk=answer["run_id"]))


def test_a_changed_law_makes_a_superseding_run_with_its_event(capsys):
    publish()
    good, wide = check(), check(front_setback_m=4.0)
    release = publish(FRONT={"front_setback_m": {"min": 3.5}})
    call_command("reprocess", "--city", "Pune")
    printed = capsys.readouterr().out
    assert "2 runs: 2 superseded" in printed  # the limit changed for both
    assert "COMPLIANT -> NON_COMPLIANT: 1" in printed
    assert "FRONT: SATISFIED -> VIOLATED: 1" in printed
    now = Run.objects.get(supersedes=good)
    assert (now.status, now.root_id, now.revision, now.release_id) == ("NON_COMPLIANT", good.pk, 2, release.pk)
    assert Event.objects.filter(run_id=now.pk).count() == 1
    assert run_wire(good)["latest"] is False
    assert run_wire(now)["supersedes"] == str(good.pk)
    assert "the rules changed: 2" in printed
    assert run_wire(now)["cause"] == json.loads(Event.objects.get(run_id=now.pk).payload)["metadata"]["cause"] == "rules"
    assert Run.objects.get(supersedes=wide).status == "COMPLIANT"


def test_reprocessing_again_changes_nothing():
    publish()
    check()
    publish(FRONT={"front_setback_m": {"min": 3.5}})
    assert rechecking.reprocess(rechecking.runs_to_reprocess()).superseded == 1
    again = rechecking.reprocess(rechecking.runs_to_reprocess())
    assert (again.seen, again.superseded, again.unchanged) == (1, 0, 1)
    assert Run.objects.count() == 2


def test_a_third_revision_keeps_the_root():
    publish()
    first = check()
    for number in (3.5, 2.5):
        publish(FRONT={"front_setback_m": {"min": number}})
        rechecking.reprocess(rechecking.runs_to_reprocess())
    last = Run.objects.get(superseded_by=None)
    assert (last.root_id, last.revision, last.status) == (first.pk, 3, "COMPLIANT")


def test_a_dry_run_says_what_would_change_and_writes_nothing(capsys):
    publish()
    check()
    publish(FRONT={"front_setback_m": {"min": 3.5}})
    call_command("reprocess", "--dry-run")
    assert "1 would be superseded" in capsys.readouterr().out
    assert Run.objects.count() == 1


def test_only_the_runs_asked_for_are_seen():
    publish()
    check()
    check(front_setback_m=2.0)
    assert rechecking.runs_to_reprocess(status="NON_COMPLIANT").count() == 1
    assert rechecking.runs_to_reprocess(city="Nashik").count() == 0
    assert rechecking.runs_to_reprocess(rulebook="small-1").count() == 2
    assert rechecking.runs_to_reprocess(since=datetime.date(2999, 1, 1)).count() == 0


def test_a_run_keeps_its_own_day_unless_another_is_asked_for():
    publish()
    run = check()
    content = {**copy.deepcopy(SMALL), "effective": {"from": "2026-06-01"}, "edition": "second"}
    content["clauses"][1]["limits"] = {"front_setback_m": {"min": 3.5}}
    _published(content)
    assert rechecking.reprocess(rechecking.runs_to_reprocess()).unchanged == 1
    assert rechecking.reprocess(rechecking.runs_to_reprocess(), as_of=datetime.date(2026, 6, 1)).superseded == 1
    assert Run.objects.get(supersedes=run).as_of == datetime.date(2026, 6, 1)


def test_what_is_half_done_is_finished_by_doing_it_again():
    publish()
    runs = [check() for _ in range(4)]
    publish(FRONT={"front_setback_m": {"min": 3.5}})
    assert rechecking.reprocess_runs([run.pk for run in runs[:2]]).superseded == 2
    report = rechecking.reprocess(rechecking.runs_to_reprocess())
    assert (report.superseded, report.unchanged) == (2, 2)
    assert Run.objects.filter(superseded_by=None, revision=2).count() == 4


def test_all_supersedes_unchanged_runs_too_and_each_once_when_it_is_repeated(capsys):
    publish()
    check(), check()
    call_command("reprocess", "--all")
    told = capsys.readouterr()
    assert "2 runs: 2 superseded, 0 unchanged" in told.out
    assert "->" not in told.out
    assert "nothing came out otherwise: 2" in told.out
    again = told.err.split("--before ")[1].split()[0].rstrip(".")
    call_command("reprocess", "--all", "--before", again)
    assert "0 runs: 0 superseded" in capsys.readouterr().out
    assert Run.objects.filter(superseded_by=None, revision=2).count() == 2


@pytest.mark.parametrize(("rules_changed", "cause"), [(False, "engine"), (True, "rules_and_engine")])
def test_what_the_program_judges_otherwise_than_it_did_is_told_from_what_the_rules_changed(rules_changed, cause):
    publish()
    run = check()
    Run.objects.filter(pk=run.pk).update(outcome_digest="0" * 64, engine="0" * 64)  # as a program of earlier may have judged
    if rules_changed:
        publish(FRONT={"front_setback_m": {"min": 3.5}})
    rechecking.reprocess(rechecking.runs_to_reprocess(), unchanged_too=True)
    assert Run.objects.get(supersedes=run).cause == cause


def test_runs_are_written_together_and_one_that_another_reprocessing_took_meanwhile_is_left_out(monkeypatch):
    publish()
    runs = [check() for _ in range(3)]
    publish(FRONT={"front_setback_m": {"min": 3.5}})

    def after_another(several):
        monkeypatch.setattr(WRITES, runs_record)
        assert len(several) == 3
        assert rechecking.reprocess_runs([runs[1].pk]).superseded == 1
        runs_record(several)

    monkeypatch.setattr(WRITES, after_another)
    report = rechecking.reprocess_runs([run.pk for run in runs])
    assert (report.superseded, report.skipped, report.failed) == (2, 1, [])
    assert {run.supersedes_id for run in Run.objects.filter(revision=2)} == {run.pk for run in runs}
    assert Event.objects.count() == 6


def test_a_run_that_cannot_be_written_is_named_and_does_not_stop_those_written_with_it(monkeypatch):
    publish()
    runs = [check() for _ in range(3)]
    publish(FRONT={"front_setback_m": {"min": 3.5}})

    def broken(**values):
        if values["metadata"].get("supersedes") == str(runs[1].pk):
            raise EventShapeError("it does not fit the schema")
        return event_made(**values)

    monkeypatch.setattr("compliance.services.runs.event_made", broken)
    report = rechecking.reprocess_runs([run.pk for run in runs])
    assert report.superseded == 2
    assert report.failed == [f"Run {runs[1].pk} cannot be judged: EventShapeError: it does not fit the schema"]
    assert not Run.objects.filter(supersedes=runs[1]).exists()


def test_a_run_that_cannot_be_judged_is_named_and_does_not_stop_the_rest(capsys):
    publish()
    runs = [check() for _ in range(3)]
    Run.objects.filter(pk=runs[1].pk).update(reading="{")
    publish(FRONT={"front_setback_m": {"min": 3.5}})
    with pytest.raises(SystemExit) as ended:
        call_command("reprocess")
    told = capsys.readouterr()
    assert ended.value.code == 1
    assert "3 runs: 2 superseded, 0 unchanged, 0 skipped, 1 failed" in told.out
    assert f"Run {runs[1].pk} cannot be judged" in told.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(["no-such-run"], "There is no run"), ([], "Give a run's id"), (["--sample", "0"], "1 or more")],
)
def test_wrong_use_of_verify_run_says_what_to_give(arguments, says):
    with pytest.raises(CommandError, match=says):
        call_command("verify_run", *arguments)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(["--as-of", "tomorrow"], "is no date"), (["--before", "noon"], "is no time"), (["--workers", "0"], "--workers takes 1 to 64")],
)
def test_wrong_use_of_reprocess_says_what_to_give(arguments, says):
    with pytest.raises(CommandError, match=says):
        call_command("reprocess", *arguments)


@pytest.mark.usefixtures("rulebooks")
def test_all_runs_are_verified_and_a_damaged_one_does_not_stop_the_rest(capsys):
    runs = [run_proposal(prompt=PROPOSAL)[0] for _ in range(3)]
    call_command("verify_run", "--all")
    assert "3 runs: 3 the same, 0 different" in capsys.readouterr().out
    Run.objects.filter(pk=runs[1].pk).update(reading="{")
    with pytest.raises(SystemExit) as ended:
        call_command("verify_run", "--all")
    told = capsys.readouterr()
    assert ended.value.code == 1
    assert "3 runs: 2 the same, 1 different" in told.out
    assert f"Run {runs[1].pk} cannot be judged" in told.err


@pytest.mark.slow
def test_workers_share_the_verifying_of_all_runs(tmp_path):
    environment = {**os.environ, "PROMPTRUNNER_ENV": "development", "DATA_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path / 'runs.sqlite3'}"}

    def manage(*arguments):
        return subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert manage("migrate").returncode == 0
    assert manage("load_rulebooks").returncode == 0
    for prompt in (PROPOSAL, "", "a house somewhere"):
        manage("evaluate", prompt)
    whole = manage("verify_run", "--all", "--workers", "2")
    assert (whole.returncode, whole.stdout.strip()) == (0, "3 runs: 3 the same, 0 different, 0 cannot be judged again.")
    with sqlite3.connect(tmp_path / "runs.sqlite3") as database:
        database.execute("UPDATE compliance_run SET digest = 'f' || substr(digest, 2) WHERE city = 'Pune' OR city <> ''")
    damaged = manage("verify_run", "--all", "--workers", "2")
    assert damaged.returncode == 1
    assert "2 the same, 1 different" in damaged.stdout
