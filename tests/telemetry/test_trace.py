"""Whose trace id a request has."""

from __future__ import annotations

import logging
import re
import threading

import pytest

from telemetry.trace import TraceFilter, begin_trace, current_trace_id, end_trace, new_trace_id, trace_id_of

W3C = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize(
    ("traceparent", "own", "expected"),
    [
        (f"00-{W3C}-00f067aa0ba902b7-01", "", W3C),
        (f" 00-{W3C.upper()}-00F067AA0BA902B7-01 ", "", W3C),
        (f"01-{W3C}-00f067aa0ba902b7-01-later-versions-say-more", "", W3C),
        (f"00-{W3C}-00f067aa0ba902b7-01", "callers-own", W3C),
        ("", "callers-own", "callers-own"),
        ("broken", "callers-own", "callers-own"),
    ],
)
def test_the_callers_trace_id_is_taken(traceparent, own, expected):
    assert trace_id_of(traceparent, own) == expected


@pytest.mark.parametrize(
    "traceparent",
    [
        "",
        "broken",
        f"00-{'0' * 32}-00f067aa0ba902b7-01",
        f"00-{W3C}-{'0' * 16}-01",
        f"ff-{W3C}-00f067aa0ba902b7-01",
        f"00-{W3C}-00f067aa0ba902b7-01-more",
        f"00-{W3C[:-1]}-00f067aa0ba902b7-01",
    ],
)
def test_what_the_standard_calls_invalid_is_replaced_by_a_new_id(traceparent):
    made = trace_id_of(traceparent)
    assert re.fullmatch("[0-9a-f]{32}", made)
    assert made != W3C


@pytest.mark.parametrize("own", ["a b", "a\nSet-Cookie: x", "x" * 101, "<script>", "é"])
def test_an_id_that_could_not_be_written_into_a_header_is_replaced(own):
    assert re.fullmatch("[0-9a-f]{32}", trace_id_of("", own))


def test_new_ids_differ():
    assert len({new_trace_id() for _ in range(1000)}) == 1000


def test_threads_do_not_share_a_trace():
    seen: list[str] = []
    token = begin_trace("outer")
    try:
        thread = threading.Thread(target=lambda: seen.append(current_trace_id()))
        thread.start()
        thread.join()
        assert current_trace_id() == "outer"
    finally:
        end_trace(token)
    assert seen != ["outer"]


def test_a_log_record_carries_the_trace():
    record = logging.LogRecord("x", logging.INFO, "", 0, "hello", None, None)
    token = begin_trace("t-1")
    try:
        assert TraceFilter().filter(record)
    finally:
        end_trace(token)
    assert record.__dict__["trace_id"] == "t-1"


def test_two_requests_at_once_never_share_a_trace():
    from concurrent.futures import ThreadPoolExecutor

    from django.test import Client

    def ask(number):
        answer = Client().get("/system/live", headers={"X-Trace-Id": f"mine-{number}"})
        return number, answer.headers["X-Trace-Id"], answer.json()["trace_id"]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(400)))
    assert answers == [(number, f"mine-{number}", f"mine-{number}") for number in range(400)]


def test_the_answer_says_the_trace_as_the_standard_writes_it(client):
    from telemetry.trace import traceparent_of

    headers = client.get("/system/live", headers={"traceparent": f"00-{W3C}-00f067aa0ba902b7-01"}).headers
    assert re.fullmatch(f"00-{W3C}-[0-9a-f]{{16}}-01", headers["traceparent"])
    assert re.fullmatch("00-[0-9a-f]{32}-[0-9a-f]{16}-01", traceparent_of("of another form"))


@pytest.mark.django_db
def test_once_a_run_is_recorded_every_line_of_the_log_names_it(api, rulebooks, monkeypatch):
    import promptrunner.contract.inputs as inputs
    import promptrunner.contract.runs as runs
    from compliance.models import Run

    lines = []

    class Keep(logging.Handler):
        def emit(self, record):
            lines.append((record.trace_id, record.run_id))

    handler = Keep()
    handler.addFilter(TraceFilter())
    logger = logging.getLogger("promptrunner.test")
    logger.addHandler(handler)
    before = inputs.planning_values

    def reads(values):
        logger.warning("before")
        return before(values)

    def writes(run):
        logger.warning("after")
        return []

    monkeypatch.setattr(runs, "planning_values", reads)
    monkeypatch.setattr(runs, "files_write", writes)
    api.post("/core/log", {"session_id": "session-0001", "city": "Pune", "prompt": "a house", "metadata": {"trace_id": "t-9"}}, format="json")
    logger.removeHandler(handler)
    assert lines == [("t-9", "-"), ("t-9", str(Run.objects.get().pk))]


@pytest.mark.django_db
def test_a_line_that_is_logged_when_the_request_has_ended_names_its_trace_and_run(api, rulebooks, monkeypatch, caplog):
    import promptrunner.contract.runs as runs
    from compliance.models import Run

    def breaks(run):
        raise RuntimeError("after the run is recorded")

    monkeypatch.setattr(runs, "files_write", breaks)
    caplog.handler.addFilter(TraceFilter())
    api.raise_request_exception = False
    answer = api.post("/core/log", {"session_id": "session-0001", "city": "Pune", "prompt": "a house", "metadata": {"trace_id": "t-9"}}, format="json")
    assert answer.status_code == 500
    lines = {record.name: (record.__dict__["trace_id"], record.__dict__["run_id"]) for record in caplog.records}
    assert lines["django.request"] == ("t-9", str(Run.objects.get().pk))
