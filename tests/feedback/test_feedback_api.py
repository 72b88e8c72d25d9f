"""Feedback over the native API."""

from __future__ import annotations

import json
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import call_command
from django.db import connection

from compliance.models import Dispute
from feedback.models import Feedback, Review
from feedback.services import BURST
from telemetry.models import Event
from tests.conftest import PROPOSAL

URL = "/api/v1/feedback/"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rulebooks")]


@pytest.fixture
def run(api):
    return api.post("/api/v1/runs/", {"prompt": PROPOSAL}, format="json").json()


def give(api, run, **body):
    return api.post(URL, {"run": run["id"], **body}, format="json")


def test_a_vote_is_kept_with_its_event_and_waits_for_a_reviewer(api, run):
    answer = give(api, run, vote=-1, reason="too_tall", comment="It shades the school.", session_id="s-1")
    assert answer.status_code == 201
    body = answer.json()
    assert (body["vote"], body["kind"], body["reason"], body["comment"], body["city"], body["review"]) == (
        -1,
        "result",
        "too_tall",
        "It shades the school.",
        "Pune",
        "pending",
    )
    assert body["confidence_score"] == -1.0
    event = json.loads(Event.objects.get(event_type="feedback").payload)
    assert (event["feedback"]["reward"], event["run_id"]) == (-1, run["id"])
    stored = Feedback.objects.get(pk=body["id"])
    assert (stored.voice, stored.review.status) == ("session:s-1", "pending")
    assert stored.source
    assert "127.0.0.1" not in stored.source


def test_a_vote_on_one_clause_names_it(api, run):
    clause = run["findings"][0]["id"]
    assert give(api, run, kind="clause", clause_id=clause, vote=1).json()["clause_id"] == clause


def test_a_clause_that_is_wrong_opens_its_dispute(api, run):
    clause = run["findings"][0]["id"]
    body = give(api, run, kind="clause_wrong", clause_id=clause, comment="Notification 7 of 2026 changed it.").json()
    assert body["vote"] == -1
    dispute = Dispute.objects.get()
    assert (dispute.clause_id, dispute.text, str(dispute.run_id)) == (clause, "Notification 7 of 2026 changed it.", run["id"])


def test_a_misread_prompt_keeps_the_words_what_was_read_and_what_is_meant(api, run):
    body = give(api, run, kind="misread", corrections=[{"field": "height_m", "value": "21"}, {"field": "fsi", "value": None}]).json()
    height, fsi = body["corrections"]
    start = PROPOSAL.index("Height 18 m")
    assert (height["field"], height["value"], height["read"], PROPOSAL[height["start"] : height["end"]]) == ("height_m", 21, 18, height["text"])
    assert start <= height["start"] < start + len("Height 18 m")
    assert (fsi["value"], fsi["read"]) == (None, 2.3)


def test_accepted_corrections_are_cases_for_the_readers_score(api, run, tmp_path, capsys):
    give(api, run, kind="misread", corrections=[{"field": "height_m", "value": 18}, {"field": "storeys", "value": None}])
    call_command("export_reading_cases")
    assert capsys.readouterr().out == ""
    Review.objects.update(status="accepted")
    call_command("export_reading_cases")
    line = capsys.readouterr().out
    assert json.loads(line) == {"prompt": PROPOSAL, "expect": {"height_m": 18}, "absent": ["storeys"]}
    (tmp_path / "cases.jsonl").write_text(line)
    call_command("read", "--score", str(tmp_path / "cases.jsonl"))
    assert "1.0" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("body", "pointer", "says"),
    [
        ({}, "/vote", "Vote 1 or -1"),
        ({"vote": 2}, "/vote", "not a valid choice"),
        ({"kind": "praise", "vote": 1}, "/kind", "not a valid choice"),
        ({"kind": "clause", "vote": 1}, "/clause_id", "no finding of a clause ''"),
        ({"vote": 1, "clause_id": "UD-M9"}, "/clause_id", "belongs to the kinds clause"),
        ({"kind": "clause_wrong", "clause_id": "nothing", "comment": "x"}, "/clause_id", "no finding"),
        ({"kind": "misread"}, "/corrections", "which values were misread"),
        ({"kind": "misread", "vote": 1, "corrections": [{"field": "fsi"}]}, "/vote", "cannot be voted up"),
        ({"kind": "misread", "corrections": [{"field": "colour", "value": 1}]}, "/corrections/colour", ""),
        ({"kind": "misread", "corrections": [{"field": "height_m", "value": "tall"}]}, "/corrections/height_m", ""),
        ({"vote": 1, "corrections": [{"field": "fsi", "value": 1}]}, "/corrections", "belong to the kind misread"),
        ({"vote": 1, "mood": "good"}, "/mood", "no such member"),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_nothing_is_kept(api, run, body, pointer, says):
    answer = give(api, run, **body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert says in answer.json()["detail"]
    assert not Feedback.objects.exists()
    assert not Dispute.objects.exists()


def test_feedback_on_no_run_of_ours_is_404(api):
    assert give(api, {"id": str(uuid.uuid4())}, vote=1).status_code == 404


def test_operators_list_and_narrow_feedback(api, run):
    give(api, run, vote=1)
    give(api, run, vote=-1)
    Review.objects.filter(vote=1).update(status="accepted")
    assert [entry["vote"] for entry in api.get(URL).json()["results"]] == [-1, 1]
    assert [entry["vote"] for entry in api.get(URL, {"review": "accepted"}).json()["results"]] == [1]
    assert api.get(URL, {"run": str(uuid.uuid4())}).json()["results"] == []
    first = api.get(URL).json()["results"][0]
    assert api.get(f"{URL}{first['id']}/").json() == first


def test_a_burst_of_the_same_votes_from_one_source_is_flagged(api, run, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        for number in range(BURST + 1):
            give(api, run, vote=1, session_id=f"session-{number}")
    assert set(Review.objects.values_list("flag", flat=True)) == {f"More than {BURST} of the same votes from one source within 10 minutes."}
    give(api, run, vote=-1, session_id="another")
    assert Review.objects.get(vote=-1).flag == ""


def test_a_vote_knows_how_far_it_is_from_the_others(api, run):
    for vote in (1, 1, -1):
        give(api, run, vote=vote, session_id="s")
    assert list(Review.objects.order_by("created_at", "-vote").values_list("disagreement", flat=True)) == [0.0, 0.0, 2.0]


@pytest.mark.django_db(transaction=True)
def test_no_vote_of_sixteen_clients_at_once_is_lost_or_counted_twice(api, run):
    from rest_framework.test import APIClient

    if connection.vendor == "sqlite":
        pytest.skip("the tests' SQLite is in memory, where threads lock each other out; benchmarks/bench_feedback.py does it with a file")

    def vote(number):
        try:
            return APIClient().post(URL, {"run": run["id"], "vote": 1 if number % 2 else -1, "session_id": f"s-{number}"}, format="json").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as clients:
        assert set(clients.map(vote, range(64))) == {201}
    assert Feedback.objects.count() == Review.objects.count() == Event.objects.filter(event_type="feedback").count() == 64
    assert Feedback.objects.filter(vote=1).count() == 32
