"""CreatorCore hears of runs and votes through the outbox, and is never in the caller's way; against a real HTTP server."""

from __future__ import annotations

import time

import pytest
from django.core.cache import cache

from promptrunner import creatorcore
from promptrunner.creatorcore import CreatorCoreSink, context_of, warm
from telemetry.delivering import Deliverer
from tests.telemetry.receiver import receiving

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rulebooks")]
LOG = {"session_id": "session-0001", "city": "Pune", "prompt": "a house in Baner", "event": "drawn", "metadata": {"trace_id": "trace-1"}}


@pytest.fixture
def core(settings):
    with receiving({"entries": ["earlier"]}) as receiver:
        settings.CREATORCORE_BASE_URL = receiver.url
        yield receiver


@pytest.fixture
def posted(api, settings, tmp_path):
    settings.STORAGES = {**settings.STORAGES, "cases": {"BACKEND": "promptrunner.storage.WholeFileStorage", "OPTIONS": {"location": tmp_path}}}
    return lambda path, body: api.post(path, body, format="json").json()


def test_a_run_and_a_vote_reach_it_in_its_own_shapes(core, posted):
    logged = posted("/core/log", LOG)
    posted("/core/feedback", {"session_id": "session-0001", "feedback": -1, "prompt": "a house", "output": {"parameters": {"fsi": 1}}})
    Deliverer({"creatorcore": CreatorCoreSink}).round()
    sent = [(path, body) for path, _, body in core.received if body is not None]
    assert [path for path, _ in sent] == ["/core/log", "/core/feedback"]
    run, vote = (body for _, body in sent)
    assert set(run) == {"case_id", "event", "prompt", "output", "timestamp", "metadata"}
    assert (run["case_id"], run["event"], run["prompt"], run["metadata"]["trace_id"]) == (logged["case_id"], "drawn", "a house in Baner", "trace-1")
    assert set(vote) == {"case_id", "feedback", "prompt", "output", "metadata"}
    assert (vote["case_id"], vote["feedback"], vote["output"]) == (logged["case_id"], -1, {"parameters": {"fsi": 1}})


def test_a_session_is_warmed_in_the_background(core):
    warm("session-0001")
    for _ in range(100):
        if context_of("session-0001") is not None:
            break
        time.sleep(0.02)
    assert context_of("session-0001") == {"entries": ["earlier"]}
    assert core.received[0][0] == "/core/context?session_id=session-0001"


def test_a_creatorcore_that_is_away_fails_nobody(settings, posted, caplog):
    settings.CREATORCORE_BASE_URL = "http://127.0.0.1:9"
    assert posted("/core/log", LOG)["success"] is True
    report = Deliverer({"creatorcore": CreatorCoreSink}).round()
    assert "cannot be reached" in report.down["creatorcore"]


def test_more_sessions_than_there_is_room_for_are_not_warmed(core, monkeypatch):
    class Full:
        def acquire(self, blocking):
            return False

    monkeypatch.setattr(creatorcore, "_room", Full())
    warm("session-0002")
    assert not core.received


def test_one_that_is_away_is_left_alone_for_a_while(core, settings):
    settings.CREATORCORE_BASE_URL, url = "http://127.0.0.1:9", core.url
    warm("session-0001")
    until_idle()
    settings.CREATORCORE_BASE_URL = url
    warm("session-0001")
    until_idle()
    assert not core.received
    cache.clear()
    warm("session-0001")
    until_idle()
    assert len(core.received) == 1


def until_idle():
    """Return once nothing is asked in the background any more."""
    for _ in range(500):
        if creatorcore._room._value == creatorcore.MOST_WAITING:
            return
        time.sleep(0.01)
    raise AssertionError("CreatorCore is still being asked.")
