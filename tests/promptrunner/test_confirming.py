"""Status and outcomes of stored runs come out by columns as they were judged; what was changed afterwards is named with its clause."""

from __future__ import annotations

import copy
import datetime
import json
import random
import re
import sys
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command

from compliance.assessing import judge_reading
from compliance.models import RulebookRelease, Run
from compliance.reading import Question, ReadResult
from compliance.rechecking import confirming
from compliance.rechecking.confirming import confirm
from compliance.rechecking.outcomes import Otherwise, in_words, outcomes_of
from compliance.rules import load
from compliance.services.releases import release_compiled, release_in_force, release_named, rulebook_load
from compliance.services.runs import run_made, runs_record
from promptrunner.pipeline import run_proposal
from tests.compliance.rules.columns.cases import random_cases
from tests.compliance.rules.conftest import SMALL

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 1, 15)
LATER = datetime.date(2026, 7, 1)
AMENDED = {
    **copy.deepcopy(SMALL),
    "clauses": [
        {
            **clause,
            **({"effective": {"from": "2026-03-01"}} if clause["id"] == "FRONT" else {"effective": {"to": "2026-02-28"}} if clause["id"] == "FSI" else {}),
        }
        for clause in SMALL["clauses"]
    ],
}
SECOND = {**copy.deepcopy(SMALL), "edition": "second", "effective": {"from": "2026-06-01"}, "deciding": ["fsi", "ground_coverage_percent", "front_setback_m"]}


@pytest.fixture
def eager(monkeypatch):
    """Columns are taken to be worth while for a handful of runs, some at a time."""
    pytest.importorskip("ibis", reason="requirements/bulk.txt is not installed")
    for name, value in (("FEWEST", 1), ("FEWEST_RANGED", 1), ("VERDICTS", 20), ("BATCH", 130)):
        monkeypatch.setattr(confirming, name, value)


def publish(content):
    release = rulebook_load(rulebook=load(content), publish=True).release
    cache.clear()  # publishing does so when it commits, which a test's transaction never does
    return release


def store(release, number, seed, day=DAY):
    """Store proposals near every threshold of a release, some with questions for which no default is filled."""
    rulebook = release_compiled(release)

    def judged(case):
        read = ReadResult(case.spec, (), tuple(Question(name, "Which?") for name in case.asked))
        assessment = judge_reading("", read, rulebook, release, day)
        return run_made(
            prompt="", spec=assessment.completion.spec, reading=assessment.reading(), verdict=assessment.wire(), release=release, as_of=day, session_id="",
            trace_id="none", performance={"total_ms": 0.0},
        )  # fmt: skip

    runs_record([judged(case) for case in random_cases(rulebook, number, seed)])


def small_runs(number=60):
    release = publish(SMALL)
    store(release, number, seed=4)
    return list(Run.objects.order_by("pk"))


def tamper(run, **parts):
    """Change what is stored of a run's verdict."""
    Run.objects.filter(pk=run.pk).update(verdict=json.dumps({**json.loads(run.verdict), **parts}))


def outcome_changed(verdict, chance):
    finding = chance.choice(verdict["findings"])
    was = finding["outcome"]
    finding["outcome"] = chance.choice([outcome for outcome in ("SATISFIED", "VIOLATED", "UNDETERMINED", "REQUIRED", "NOT_APPLICABLE") if outcome != was])
    return Otherwise(finding["id"], finding["outcome"], was)


def finding_gone(verdict, chance):
    gone = verdict["findings"].pop(chance.randrange(len(verdict["findings"])))
    return Otherwise(gone["id"], None, gone["outcome"])


def finding_twice(verdict, chance):
    finding = chance.choice(verdict["findings"])
    verdict["findings"].append(finding)
    return Otherwise(finding["id"], f"{finding['outcome']} and {finding['outcome']}", finding["outcome"])


def finding_of_no_clause(verdict, chance):
    name = chance.choice(["NO-SUCH", "none:parking_spaces", "none:"])
    verdict["findings"].append({"id": name, "outcome": "UNDETERMINED"})
    return Otherwise(name, "UNDETERMINED", None)


def status_changed(verdict, chance):
    was = verdict["status"]
    verdict["status"] = "COMPLIANT" if was != "COMPLIANT" else "INCOMPLETE"
    return Otherwise("status in the verdict", verdict["status"], was)


# What was judged comes out the same


@pytest.mark.bulk
@pytest.mark.usefixtures("eager")
def test_no_run_is_taken_to_differ_under_hard_cases_of_the_language_and_several_editions():
    from tests.compliance.rules.columns.test_agreement import TRICKY

    for seed, content in enumerate(TRICKY.values()):
        store(publish(content), 60, seed)
    amended, second = publish(AMENDED), publish(SECOND)
    for place, day in enumerate((DAY, datetime.date(2026, 3, 1), LATER)):
        store(amended, 40, 10 + place, day)
        store(second, 40, 20 + place, day)
    found = confirm(Run.objects.all())
    assert [doubt.says for doubt in found.doubted] == []
    assert found.rest == []
    assert len(found.same) == Run.objects.count() == 60 * len(TRICKY) + 240


@pytest.mark.bulk
@pytest.mark.slow
@pytest.mark.usefixtures("eager", "rulebooks")
def test_no_run_is_taken_to_differ_in_any_city_on_any_day(monkeypatch):
    monkeypatch.setattr(confirming, "BATCH", 100_000)
    for seed, (city, day) in enumerate(
        [("Pune", DAY), ("Nashik", datetime.date(2021, 6, 1)), ("Pune", datetime.date(2024, 2, 1)), ("Mumbai", DAY), ("Ahmedabad", DAY), ("Ahmedabad", datetime.date(2019, 1, 1))]
    ):  # fmt: skip
        store(release_in_force(city=city, as_of=day), 250, seed, day)
    store(release_named(name="prompt-runner-2.0", as_of=DAY), 250, 9)
    found = confirm(Run.objects.all(), threads=2)
    assert [doubt.says for doubt in found.doubted] == []
    assert found.rest == []
    assert len(found.same) == 7 * 250


# What was changed afterwards is found


@pytest.mark.bulk
@pytest.mark.usefixtures("eager")
def test_whatever_one_thing_is_changed_in_each_verdict_exactly_that_is_found():
    chance = random.Random(5)  # noqa: S311 - nothing secret
    ways = [outcome_changed, outcome_changed, finding_gone, finding_twice, finding_of_no_clause, status_changed]
    expected = {}
    for place, run in enumerate(small_runs(130)):
        verdict = json.loads(run.verdict)
        way = ways[place % len(ways)]
        if verdict["findings"]:
            expected[run.pk] = str(way(verdict, chance))
            tamper(run, findings=verdict["findings"], status=verdict["status"])
    found = confirm(Run.objects.all())
    assert {doubt.key: doubt.says for doubt in found.doubted} == expected
    assert len(expected) > 120
    assert len(found.same) == 130 - len(expected)


@pytest.mark.bulk
@pytest.mark.usefixtures("eager")
def test_that_a_field_without_a_clause_is_left_open_is_looked_at_too():
    ungoverned = next(run for run in small_runs() if "none:" in run.verdict)
    findings = json.loads(ungoverned.verdict)["findings"]
    name = next(finding["id"] for finding in findings if finding["id"].startswith("none:"))
    tamper(ungoverned, findings=[finding for finding in findings if finding["id"] != name])
    assert [tuple(doubt) for doubt in confirm(Run.objects.all()).doubted] == [(ungoverned.pk, f"{name} stored not listed, now UNDETERMINED")]


@pytest.mark.bulk
@pytest.mark.usefixtures("eager")
def test_a_finding_of_a_clause_that_is_not_in_force_on_the_day_is_a_difference():
    store(publish(AMENDED), 30, seed=4)  # FRONT comes into force later
    run = Run.objects.order_by("pk")[7]
    tamper(run, findings=[*json.loads(run.verdict)["findings"], {"id": "FRONT", "outcome": "NOT_APPLICABLE"}])
    assert [tuple(doubt) for doubt in confirm(Run.objects.all()).doubted] == [(run.pk, "FRONT stored NOT_APPLICABLE, now not listed")]


@pytest.mark.bulk
@pytest.mark.usefixtures("eager")
def test_what_columns_cannot_say_is_left_to_be_judged_one_by_one():
    runs = small_runs()
    damaged: dict[Any, dict[str, Any]] = {
        runs[3].pk: {"verdict": "{"},
        runs[4].pk: {"verdict": "[]"},
        runs[5].pk: {"reading": "{"},
        runs[6].pk: {"city": "Nashik"},
        runs[7].pk: {"release": None},
    }
    for key, parts in damaged.items():
        Run.objects.filter(pk=key).update(**parts)
    no_rulebook, no_city = run_proposal(prompt="Flats in Nashik, 12 m high", as_of=DAY)[0], run_proposal(prompt="a house somewhere", as_of=DAY)[0]
    found = confirm(Run.objects.all())
    assert set(found.rest) == {*damaged, no_rulebook.pk, no_city.pk}
    assert found.doubted == []
    assert len(found.same) == 55


@pytest.mark.bulk
@pytest.mark.usefixtures("eager")
def test_runs_of_a_release_that_cannot_be_read_are_left_too(monkeypatch):
    small_runs(5)
    RulebookRelease.objects.update(sha256="0" * 64, content="{}")
    assert len(confirm(Run.objects.all()).rest) == 5


@pytest.mark.bulk
@pytest.mark.usefixtures("eager")
def test_too_few_runs_under_the_same_clauses_are_left(monkeypatch):
    small_runs(30)
    store(publish(SECOND), 10, 5, LATER)
    monkeypatch.setattr(confirming, "FEWEST", 20)
    assert set(confirm(Run.objects.all()).rest) == set(Run.objects.filter(as_of=LATER).values_list("pk", flat=True))
    monkeypatch.setattr(confirming, "FEWEST_RANGED", 1000)
    found = confirm(Run.objects.all())
    assert len(found.rest) > 10
    assert found.doubted == []
    assert len(found.same) + len(found.rest) == 40


# The command


def command(capsys, *words, exits=0):
    if exits:
        with pytest.raises(SystemExit) as left:
            call_command("verify_run", "--all", *words)
        assert left.value.code == exits
    else:
        call_command("verify_run", "--all", *words)
    told = capsys.readouterr()
    return told.out.splitlines(), told.err


@pytest.mark.bulk
@pytest.mark.usefixtures("eager")
def test_all_runs_are_verified_by_columns_first_and_then_by_their_digests(capsys):
    runs = small_runs()
    out, err = command(capsys)
    assert re.fullmatch(r"60 runs: status and outcomes of 60 come out the same, by columns, in .* s to make statements of the rules; 0 are left .*", out[0])
    assert out[1:] == ["60 runs: 60 the same, 0 different, 0 cannot be judged again."]
    assert "60 of 60 runs" in err
    Run.objects.filter(pk=runs[9].pk).update(digest="0" * 64)
    out, err = command(capsys, exits=1)
    assert "outcomes of 60 come out the same" in out[0]
    assert out[1] == "60 runs: 59 the same, 1 different, 0 cannot be judged again."
    assert f"Run {runs[9].pk}: digest stored {'0' * 64}, now {runs[9].digest}." in err


@pytest.mark.bulk
@pytest.mark.usefixtures("eager")
def test_outcomes_only_leaves_the_digests_out(capsys):
    runs = small_runs()
    Run.objects.filter(pk=runs[9].pk).update(digest="0" * 64)
    out, _ = command(capsys, "--outcomes")
    assert out[1] == "60 runs: 60 the same, 0 different, 0 cannot be judged again."


@pytest.mark.bulk
@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("words", [(), ("--outcomes",)])
def test_a_run_that_was_tampered_with_is_named_with_the_clause_and_a_damaged_one_does_not_stop_the_rest(words, capsys):
    runs = small_runs()
    changed, status, damaged = runs[2], runs[20], runs[40]
    verdict = json.loads(changed.verdict)
    what = outcome_changed(verdict, random.Random(1))  # noqa: S311 - nothing secret
    tamper(changed, findings=verdict["findings"])
    other = "ERROR"
    Run.objects.filter(pk=status.pk).update(status=other, digest="0" * 64)
    Run.objects.filter(pk=damaged.pk).update(verdict="{")
    out, err = command(capsys, *words, exits=1)
    assert "status and outcomes of 57 come out the same" in out[0]
    assert out[1] == "60 runs: 57 the same, 3 different, 0 cannot be judged again."
    assert f"Run {changed.pk}: {what}; the digest comes out as stored" in err
    assert f"Run {status.pk}: status stored {other}, now {status.status}; digest stored {'0' * 64}, now {status.digest}." in err
    assert f"Run {damaged.pk} cannot be judged: JSONDecodeError" in err
    assert "fault of the program" not in err


@pytest.mark.bulk
@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("words", [(), ("--outcomes",)])
def test_a_fault_of_the_columns_is_told_as_a_difference(words, capsys, monkeypatch):
    run = small_runs()[2]
    mistaken = json.loads(run.verdict)["findings"]
    monkeypatch.setattr(confirming, "outcomes_of", lambda findings: outcomes_of(findings) | ({"NEW": "VIOLATED"} if findings == mistaken else {}))
    out, err = command(capsys, *words, exits=1)
    alike = Run.objects.filter(verdict=run.verdict).count()
    assert f"60 runs: {60 - alike} the same, {alike} different" in out[1]
    assert re.search(f"Run {run.pk}: Judged by columns it comes out otherwise than judged alone, .*By columns: NEW stored VIOLATED, now not listed", err)


@pytest.mark.usefixtures("rulebooks")
def test_a_few_runs_do_not_wait_for_the_engines(capsys):
    run, _ = run_proposal(spec={"height_m": 12}, city="Pune", as_of=DAY)
    out, _ = command(capsys)
    assert out == ["1 runs: 1 the same, 0 different, 0 cannot be judged again."]
    verdict = json.loads(run.verdict)
    tamper(run, findings=verdict["findings"], status="COMPLIANT")
    _, err = command(capsys, exits=1)
    assert f"status in the verdict stored COMPLIANT, now {run.status}" in err


def test_without_the_engines_outcomes_says_what_to_install_and_all_judges_one_by_one(capsys, monkeypatch):
    monkeypatch.setattr(confirming, "FEWEST", 1)
    for package in ("duckdb", "ibis", "pyarrow"):
        monkeypatch.setitem(sys.modules, package, None)
    publish(SMALL)
    run_proposal(spec={"height_m": 12}, city="Pune", as_of=DAY)
    out, _ = command(capsys)
    assert out == ["1 runs: 1 the same, 0 different, 0 cannot be judged again."]
    with pytest.raises(CommandError, match=r"requirements/bulk\.txt") as refused:
        call_command("verify_run", "--all", "--outcomes")
    assert refused.value.returncode == 2


@pytest.mark.parametrize(
    ("words", "says"),
    [(("--sample", "3", "--outcomes"), "goes with --all"), (("--all", "--workers", "0"), "takes 1 to"), (("--all", "--sample", "3"), "Give a run's id")],
)
def test_wrong_use_says_what_goes(words, says):
    with pytest.raises(CommandError, match=says) as refused:
        call_command("verify_run", *words)
    assert refused.value.returncode == 2


@pytest.mark.bulk
@pytest.mark.usefixtures("eager")
def test_an_interruption_ends_with_a_sentence(monkeypatch):
    small_runs(3)

    def interrupted(kind, runs, rows):
        raise KeyboardInterrupt

    monkeypatch.setattr(confirming, "read_as", interrupted)
    with pytest.raises(CommandError, match="Interrupted") as stopped:
        call_command("verify_run", "--all")
    assert stopped.value.returncode == 130


def test_differences_are_told_in_one_order():
    entries = [Otherwise("status", "COMPLIANT", "ERROR"), Otherwise("B", None, "VIOLATED"), Otherwise("A", "SATISFIED", None)]
    assert (
        in_words(entries)
        == in_words(reversed(entries))
        == "A stored SATISFIED, now not listed; B stored not listed, now VIOLATED; status stored COMPLIANT, now ERROR"
    )
