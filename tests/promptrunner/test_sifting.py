"""Reprocessing by columns finds and tells the same as judging run by run."""

from __future__ import annotations

import copy
import datetime
import json
import random
import re
import sys

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command

from compliance import rechecking
from compliance.models import Run
from compliance.rechecking import sifting, stored
from compliance.rules import load
from compliance.services.releases import rulebook_load
from promptrunner.pipeline import run_proposal
from tests.compliance.rules.columns.cases import random_cases
from tests.compliance.rules.conftest import SMALL

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 1, 15)


@pytest.fixture
def eager(monkeypatch):
    """Columns are taken to be worth while for a handful of runs, three at a time."""
    pytest.importorskip("ibis", reason="requirements/bulk.txt is not installed")
    for name, value in (("FEWEST", 1), ("FEWEST_BY_CLAUSE", 0), ("FEWEST_RANGED", 1)):
        monkeypatch.setattr(sifting, name, value)
    monkeypatch.setattr(stored, "ROWS", 30)


def publish(content):
    rulebook_load(rulebook=load(content), publish=True)
    cache.clear()  # publishing does so when it commits, which a test's transaction never does


def edited(clause, **parts):
    content = copy.deepcopy(SMALL)
    next(each for each in content["clauses"] if each["id"] == clause).update(parts)
    return content


def runs_of_every_kind():
    """Proposals near every threshold, and some that cannot be judged by columns: no city, no rulebook, a damaged reading, a value that is refused today."""
    publish(SMALL)
    for case in random_cases(load(SMALL), 60, seed=4):
        run_proposal(spec=case.spec, as_of=DAY)
    for prompt in ("a house somewhere", "Residential building between 12 and 15 m high in Pune on a 12 m road", "Flats in Nashik, 12 m high"):
        run_proposal(prompt=prompt, as_of=DAY)
    damaged, refused = Run.objects.filter(city="Pune", release__isnull=False).order_by("pk")[:2]
    Run.objects.filter(pk=damaged.pk).update(reading="{")
    Run.objects.filter(pk=refused.pk).update(reading=json.dumps({"questions": [], "spec": {**json.loads(refused.reading)["spec"], "height_m": -1}}))


EDITS = {
    "a limit": edited("FRONT", limits={"front_setback_m": {"min": 3.5}}),
    "a condition": edited("FRONT", conditions={"abutting_road_width_m": {"min": 9, "below": 15}}),
    "a formula that rests on an assumption's range": edited("SIDE", limits={"side_setback_m": {"min": "min(max(2.0, margin_height_m / 4), 12)"}}),
    "a clause that displaces others": edited("CORE", limits={"front_setback_m": {"min": 2.0}}),
    "a clause that is gone": {**SMALL, "clauses": [clause for clause in SMALL["clauses"] if clause["id"] != "PARKING"]},
    "a title": edited("FSI", title="Floor space index"),
    "an assumption": {**SMALL, "defaults": {**SMALL["defaults"], "floor_height_m": {"value": 3.1, "range": [2.9, 3.2]}}},
}


def reprocessed(capsys, *words):
    with pytest.raises(SystemExit):  # the two damaged runs
        call_command("reprocess", *words)
    told = capsys.readouterr()
    return sorted(told.out.splitlines()), told.err


@pytest.mark.bulk
@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("what", EDITS)
def test_a_dry_run_by_columns_tells_what_judging_run_by_run_tells(what, capsys, monkeypatch):
    runs_of_every_kind()
    publish(EDITS[what])
    by_columns, said = reprocessed(capsys, "--dry-run")
    assert re.search(r"By columns: 63 runs in .* left to judge one by one", said)
    monkeypatch.setattr(sifting, "FEWEST", 10**6)
    one_by_one, said = reprocessed(capsys, "--dry-run")
    assert "By columns" not in said
    assert by_columns == one_by_one
    assert "63 runs" in " ".join(by_columns)
    assert Run.objects.count() == 63


@pytest.mark.bulk
@pytest.mark.usefixtures("eager")
def test_what_is_found_by_columns_is_superseded_and_nothing_is_left(capsys):
    runs_of_every_kind()
    publish(EDITS["a limit"])
    expected = rechecking.reprocess(rechecking.runs_to_reprocess(), dry_run=True)
    assert expected.superseded > 5
    told, _ = reprocessed(capsys)
    assert any(f"{expected.superseded} superseded" in line for line in told)
    assert Run.objects.filter(revision=2, cause=Run.Cause.RULES).count() == expected.superseded
    again, _ = reprocessed(capsys)
    assert any("0 superseded" in line for line in again)


@pytest.mark.bulk
@pytest.mark.usefixtures("eager")
def test_most_runs_are_judged_by_columns():
    runs_of_every_kind()
    publish(EDITS["a limit"])
    sifted = sifting.sift(rechecking.runs_to_reprocess(), dry_run=True)
    assert len(sifted.rest) < 12
    assert sifted.report.seen + len(sifted.differing) + len(sifted.rest) == 63
    assert sifted.report.superseded > 5


def test_without_the_engines_runs_are_judged_one_by_one_and_it_is_said_what_to_install(capsys, monkeypatch):
    monkeypatch.setattr(sifting, "FEWEST", 1)
    for package in ("duckdb", "ibis", "pyarrow"):
        monkeypatch.setitem(sys.modules, package, None)
    publish(SMALL)
    for margin in (2.0, 3.2, 4.0):
        run_proposal(spec={**next(iter(random_cases(load(SMALL), 1, seed=1))).spec, "abutting_road_width_m": 12.0, "front_setback_m": margin}, as_of=DAY)
    publish(EDITS["a limit"])
    call_command("reprocess")
    told = capsys.readouterr()
    assert "pip install -r requirements/bulk.txt" in told.err
    assert "3 runs: 3 superseded" in told.out


def test_a_few_runs_do_not_wait_for_the_engines(capsys):
    publish(SMALL)
    run_proposal(spec=next(iter(random_cases(load(SMALL), 1, seed=1))).spec, as_of=DAY)
    call_command("reprocess", "--dry-run")
    told = capsys.readouterr()
    assert "By columns" not in told.err
    assert "bulk.txt" not in told.err


@pytest.mark.bulk
@pytest.mark.usefixtures("eager")
def test_an_interruption_while_columns_are_looked_through_ends_with_a_sentence(monkeypatch):
    publish(SMALL)
    run_proposal(spec=random_cases(load(SMALL), 1, seed=4)[0].spec, as_of=DAY)

    def interrupted(runs):
        raise KeyboardInterrupt

    monkeypatch.setattr(sifting, "read", interrupted)
    with pytest.raises(CommandError, match="Interrupted") as stopped:
        call_command("reprocess", "--dry-run")
    assert stopped.value.returncode == 130


@pytest.mark.bulk
@pytest.mark.usefixtures("eager")
def test_stored_numbers_come_to_columns_bit_by_bit():
    chance = random.Random(6)  # noqa: S311 - nothing secret
    numbers = [round(chance.uniform(0, 10 ** chance.randint(0, 5)), chance.randint(0, 6)) for _ in range(2000)]
    runs = [
        stored.Stored(str(place), None, DAY, "Pune", "COMPLIANT", json.dumps({"questions": [], "spec": {"city": "Pune", "plot_area_sq_m": number}}))
        for place, number in enumerate(numbers)
    ]
    with stored.Cases(1) as cases:
        cases.fill(runs, [0] * len(runs))
        found = dict(cases.engine.connection.execute("SELECT row, plot_area_sq_m FROM cases").fetchall())
    assert [found[place].hex() for place in range(len(numbers))] == [float(number).hex() for number in numbers]
