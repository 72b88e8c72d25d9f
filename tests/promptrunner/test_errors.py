"""Every kind of error is a problem document with the request's trace id, and a fault of ours says nothing else."""

from __future__ import annotations

import base64
import json
import logging

import pytest
from django.test import Client
from rest_framework.exceptions import Throttled
from rest_framework.test import APIClient

from promptrunner.api import views
from telemetry.models import Event
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
RUNS = "/api/v1/runs/"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}


def problem(answer, status, code):
    """Return the body of an answer that must be a problem of this status and code."""
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert {"type", "title", "status", "detail", "code", "trace_id"} <= set(body)
    assert (body["status"], body["code"]) == (status, code)
    assert body["trace_id"] == answer["X-Trace-Id"]
    return body


def post(api, text, **headers):
    return api.post(RUNS, text, content_type="application/json", headers=headers)


def test_json_that_cannot_be_read_is_400_with_its_position(api):
    assert "line 2 column 1" in problem(post(api, '{"prompt": \n}'), 400, "parse_error")["detail"]


def test_a_long_prompt_is_400_and_points_to_it(api):
    body = problem(post(api, json.dumps({"prompt": "x" * 10_001})), 400, "prompt_too_long")
    assert [error["pointer"] for error in body["errors"]] == ["/prompt"]


def test_wrong_values_are_400_and_each_is_pointed_to(api):
    body = problem(post(api, json.dumps({"spec": {"height_m": -3, "fsi": "high"}})), 400, "invalid_spec")
    assert {error["pointer"] for error in body["errors"]} == {"/spec/height_m", "/spec/fsi"}


def test_without_a_token_it_is_401_and_says_what_to_send():
    answer = APIClient().get(RUNS)
    assert "Token" in problem(answer, 401, "not_authenticated")["detail"]
    assert answer["WWW-Authenticate"].startswith("Token")


def test_a_token_that_is_none_is_401():
    problem(APIClient().get(RUNS, headers={"Authorization": "Token none-such"}), 401, "authentication_failed")


def test_a_session_without_its_csrf_token_is_403():
    browser = APIClient(enforce_csrf_checks=True)
    browser.force_login(UserFactory.create())
    problem(post(browser, "{}"), 403, "permission_denied")


@pytest.mark.parametrize("path", ["/api/v1/runs/0b0e7a52-4a7c-4f0e-9a55-000000000001/", "/api/v1/runs/7/", "/api/v1/none/", "/none"])
def test_what_does_not_exist_is_404(api, path):
    problem(api.get(path), 404, "not_found")


def test_a_wrong_method_is_405(api):
    answer = api.delete(RUNS)
    problem(answer, 405, "method_not_allowed")
    assert set(answer["Allow"].split(", ")) >= {"GET", "POST"}


def test_a_client_that_takes_no_json_is_406(api):
    problem(api.get(RUNS, headers={"Accept": "text/csv"}), 406, "not_acceptable")


def test_a_key_with_another_body_is_409(api):
    assert post(api, '{"city": "Pune"}', **{"Idempotency-Key": "k"}).status_code == 201
    problem(post(api, '{"city": "Nashik"}', **{"Idempotency-Key": "k"}), 409, "idempotency_conflict")


def test_a_body_over_a_megabyte_is_413(api):
    problem(post(api, json.dumps({"prompt": "x" * 1_000_001})), 413, "too_large")


def test_a_body_that_is_no_json_is_415(api):
    problem(api.post(RUNS, "a,b", content_type="text/csv"), 415, "unsupported_media_type")


def test_too_many_requests_are_429_and_say_when_to_come_back(api, monkeypatch):
    def throttled(*_, **__):
        raise Throttled(wait=2.5)

    monkeypatch.setattr(views, "run_proposal", throttled)
    answer = post(api, "{}")
    problem(answer, 429, "throttled")
    assert int(answer["Retry-After"]) >= 3


@pytest.mark.parametrize("path", [RUNS, "/api/v1/rules/"])
@pytest.mark.parametrize("position", ["", "p=yesterday", "o=-1", "p=%00", "p=2026-01-05T09%3A30%3A00Z&o=x"])
def test_a_cursor_that_is_none_of_ours_is_400(api, path, position):
    cursor = base64.b64encode(position.encode()).decode() if position else "CONTENT_LENGTH"
    body = problem(api.get(path, {"cursor": cursor}), 400, "invalid_cursor")
    assert body["errors"][0]["pointer"] == "/cursor"


# Faults of ours


def break_(monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("password=hunter2 in /srv/secret.py")

    monkeypatch.setattr(views, "run_proposal", broken)


def test_a_fault_in_the_api_tells_the_caller_its_trace_id_only_and_the_log_everything(api, monkeypatch, caplog):
    break_(monkeypatch)
    with caplog.at_level(logging.ERROR):
        answer = post(api, "{}", **TRACEPARENT)
    body = problem(answer, 500, "internal_error")
    assert body["trace_id"] == TRACE
    assert "hunter2" not in answer.content.decode()
    assert "RuntimeError" not in answer.content.decode()
    assert "hunter2" in caplog.text


def test_a_fault_outside_the_api_is_answered_alike(monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("hunter2")

    monkeypatch.setattr("promptrunner.health.written", broken)
    answer = Client(raise_request_exception=False).get("/system/live")
    problem(answer, 500, "internal_error")
    assert "hunter2" not in answer.content.decode()


def test_a_host_that_is_not_ours_is_400(client):
    problem(client.get("/system/live", headers={"Host": "evil.example"}), 400, "bad_request")


# Traces


@pytest.mark.parametrize(
    ("path", "status"), [("/system/live", 200), ("/docs", 200), ("/openapi.json", 200), ("/api/v1/cities/", 401), ("/none", 404), ("/admin/", 302)]
)
def test_every_answer_names_the_trace_the_caller_began(client, path, status):
    answer = client.get(path, headers=TRACEPARENT)
    assert (answer.status_code, answer["X-Trace-Id"]) == (status, TRACE)


def test_two_requests_have_two_traces(client):
    assert client.get("/system/live")["X-Trace-Id"] != client.get("/system/live")["X-Trace-Id"]


def test_the_trace_id_in_the_body_beats_the_one_in_the_header(api):
    answer = post(api, '{"trace_id": "caller-7"}', **TRACEPARENT)
    assert (answer.status_code, answer["X-Trace-Id"], answer.json()["trace_id"]) == (201, "caller-7", "caller-7")
    assert Event.objects.get().trace_id == "caller-7"
    assert post(api, "{}")["X-Trace-Id"] != "caller-7"


def test_a_trace_id_that_could_not_stand_in_a_header_is_400(api):
    body = problem(post(api, json.dumps({"trace_id": "a\nb"})), 400, "invalid")
    assert body["errors"][0]["pointer"] == "/trace_id"
