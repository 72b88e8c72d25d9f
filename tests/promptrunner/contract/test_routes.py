"""The contract's list of routes is served, whole; what is wrong is said in the contract's error body."""

from __future__ import annotations

import datetime

import pytest
from django.urls import Resolver404, resolve

from compliance.models import Run
from promptrunner.contract.home import endpoints
from tests.promptrunner.contract.conftest import LOG, ORCHESTRATE

pytestmark = pytest.mark.django_db
CONTRACT = """
POST /orchestrate/run
POST /core/log
POST /core/feedback
GET /core/context
GET /core/status
GET /api/mcp/
POST /api/mcp/save_rule
GET /api/mcp/list_rules
DELETE /api/mcp/delete_rule/<rule_id>
POST /api/mcp/geometry
GET /api/mcp/geometry/<case_id>
POST /api/mcp/feedback
GET /api/mcp/feedback/<case_id>
POST /api/mcp/creator_feedback
GET /api/mcp/creator_feedback/session/<session_id>
GET /api/mcp/creator_feedback/city/<city>
POST /api/mcp/upload_parsed_pdf
POST /api/mcp/output_summary
GET /api/mcp/output_summary/<city>
GET /api/mcp/output_explained/<city>
POST /api/compliance/check
GET /api/rules/<city>
GET /system/health
GET /system/ready
GET /system/live
GET /system/ping
GET /system/version
GET /creatorcore/health
GET /health
GET /docs
GET /openapi.json
GET /
""".split("\n")[1:-1]
"""The contract's routes, one by one, as its text lists them."""


@pytest.mark.parametrize("route", CONTRACT)
def test_every_route_of_the_contract_is_served(route):
    method, path = route.split(" ")
    try:
        view = resolve(path.replace("<", "").replace(">", "")).func
    except Resolver404:
        pytest.fail(f"{route} is not served")
    served = getattr(view, "view_class", None) or getattr(view, "cls", None)
    assert served is None or hasattr(served, method.lower())


def test_the_list_of_endpoints_is_that_of_the_contract(call):
    status, body = call("GET", "/api/mcp/")
    assert (status, body["service"], body["status"], body["version"]) == (200, "prompt-runner", "active", "2.0.0")
    assert set(body["endpoints"]) == {route for route in CONTRACT if " /api/mcp/" in route}
    assert set(endpoints()) <= set(CONTRACT)


def test_the_front_door_shows_a_browser_the_page_and_a_client_json(client):
    browser = client.get("/", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert browser.status_code in (200, 302)
    assert "json" not in browser.headers["Content-Type"]
    for accept in ("application/json", "*/*", ""):
        body = client.get("/", headers={"Accept": accept}).json()
        assert set(body) >= {"service", "message", "version", "docs", "health", "endpoints", "trace_id"}


def test_the_frozen_routes_stand_in_the_api_document_under_tags_of_their_own(client):
    paths = client.get("/openapi.json").json()["paths"]
    for endpoint in endpoints():
        method, path = endpoint.split(" ")
        [tag] = paths[path.replace("<", "{").replace(">", "}")][method.lower()]["tags"]
        assert tag.startswith("Frozen: ")


ERRORS = [
    ("POST", "/orchestrate/run", {"city": "Pune"}, 400, "INVALID_INPUT", "prompt"),
    ("POST", "/orchestrate/run", {"prompt": "a house", "city": "Delhi"}, 400, "INVALID_INPUT", "city"),
    ("POST", "/orchestrate/run", {"prompt": 5, "city": "Pune"}, 400, "INVALID_INPUT", "prompt"),
    ("POST", "/orchestrate/run", {**ORCHESTRATE, "subject": {"height_m": -5}}, 400, "INVALID_INPUT", "height_m"),
    ("POST", "/orchestrate/run", {**ORCHESTRATE, "trace_id": "a b"}, 400, "INVALID_INPUT", "trace_id"),
    ("POST", "/orchestrate/run", "{not json", 400, "INVALID_INPUT", ""),
    ("POST", "/orchestrate/run", "[]", 400, "INVALID_INPUT", ""),
    ("POST", "/api/compliance/check", {"city": "Pune"}, 400, "INVALID_INPUT", "spec"),
    ("POST", "/api/compliance/check", {"city": "Pune", "spec": {"fsi": "much"}}, 400, "INVALID_INPUT", "fsi"),
    ("POST", "/api/compliance/check", "{", 400, "INVALID_INPUT", ""),
    ("POST", "/core/log", {**LOG, "session_id": "short"}, 422, "UNPROCESSABLE", "session_id"),
    ("POST", "/core/log", {**LOG, "city": "Delhi"}, 422, "UNPROCESSABLE", "city"),
    ("POST", "/core/log", {**LOG, "output": "text"}, 422, "UNPROCESSABLE", "output"),
    ("POST", "/core/log", {**LOG, "prompt": "x" * 10_001}, 422, "UNPROCESSABLE", "prompt"),
    ("POST", "/core/log", {**LOG, "metadata": {"trace_id": "a\nb"}}, 422, "UNPROCESSABLE", "metadata.trace_id"),
    ("POST", "/core/log", "{not json", 422, "UNPROCESSABLE", ""),
    ("POST", "/core/feedback", {"session_id": "session-0001", "feedback": 2}, 422, "UNPROCESSABLE", "feedback"),
    ("POST", "/core/feedback", {"session_id": "session-0001", "feedback": True}, 422, "UNPROCESSABLE", "feedback"),
    ("POST", "/core/feedback", {"session_id": "session-0001", "feedback": "up"}, 422, "UNPROCESSABLE", "feedback"),
    ("POST", "/core/feedback", {"session_id": "short", "feedback": 1}, 422, "UNPROCESSABLE", "session_id"),
    ("GET", "/core/context", None, 422, "UNPROCESSABLE", "session_id"),
    ("GET", "/core/context?session_id=session-0001&limit=0", None, 422, "UNPROCESSABLE", "limit"),
    ("GET", "/core/context?session_id=session-0001&limit=101", None, 422, "UNPROCESSABLE", "limit"),
    ("POST", "/api/mcp/save_rule", {"city": "Pune", "rule_text": "no id"}, 422, "UNPROCESSABLE", "rule_id"),
    ("POST", "/api/mcp/save_rule", {"city": "Pune", "rule_id": "R-1"}, 422, "UNPROCESSABLE", "rule_text"),
    ("DELETE", "/api/mcp/delete_rule/unknown", None, 404, "NOT_FOUND", None),
    ("POST", "/api/mcp/geometry", {"case_id": "c"}, 422, "UNPROCESSABLE", "geometry_data"),
    ("POST", "/api/mcp/geometry", {"case_id": "c", "file": "a.glb", "file_data_b64": "?"}, 422, "UNPROCESSABLE", "file_data_b64"),
    ("GET", "/api/mcp/geometry/unknown", None, 404, "NOT_FOUND", None),
    ("POST", "/api/mcp/feedback", {"case_id": "c", "feedback": "sideways"}, 422, "UNPROCESSABLE", "feedback"),
    ("POST", "/api/mcp/creator_feedback", {"session_id": "s", "feedback": 0}, 422, "UNPROCESSABLE", "feedback"),
    ("POST", "/api/mcp/upload_parsed_pdf", {"case_id": "c"}, 422, "UNPROCESSABLE", "parsed_data"),
    ("POST", "/api/mcp/output_summary", {"city": "Pune"}, 422, "UNPROCESSABLE", "summary"),
    ("GET", "/api/mcp/output_summary/Delhi", None, 404, "NOT_FOUND", None),
    ("GET", "/api/rules/Delhi", None, 404, "NOT_FOUND", None),
    ("GET", "/core/nothing", None, 404, "NOT_FOUND", None),
    ("PUT", "/core/log", {}, 405, "INVALID_INPUT", None),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "code", "field"), ERRORS)
def test_what_is_wrong_is_said_in_the_contracts_words_and_nothing_is_stored(call, method, path, body, status, code, field):
    got, answer = call(method, path, body)
    assert (got, answer["success"], answer["error"]["code"]) == (status, False, code)
    assert answer["trace_id"]
    assert set(answer["error"]) == {"code", "message", "agent", "timestamp"}
    assert answer["error"]["timestamp"].endswith("Z")
    datetime.datetime.fromisoformat(answer["error"]["timestamp"])
    if field is not None:
        assert field in [error["field"] for error in answer["errors"]]
    assert not Run.objects.exists()


def test_a_body_that_is_too_large_is_told_so(call, settings):
    status, answer = call("POST", "/core/log", {**LOG, "output": {"x": "y" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE}})
    assert (status, answer["error"]["code"]) == (413, "TOO_LARGE")


def test_without_a_token_the_frozen_routes_are_closed(client, settings):
    settings.ALLOW_ANONYMOUS = False
    answer = client.post("/core/log", LOG, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "UNAUTHENTICATED")


def test_a_fault_of_ours_shows_no_message_of_its_own(call, monkeypatch):
    from promptrunner.contract import runs

    def broken(**arguments):
        raise RuntimeError("password=secret")

    monkeypatch.setattr(runs, "run_proposal", broken)
    status, answer = call("POST", "/core/log", LOG)
    assert (status, answer["error"]["code"]) == (500, "PIPELINE_ERROR")
    assert "secret" not in str(answer)


@pytest.mark.parametrize("path", ["/core/log", "/api/v1/runs/"])
def test_a_database_that_is_away_is_told_as_such_and_without_its_address(api, files, monkeypatch, path):
    from django.db import OperationalError

    import promptrunner.api.views as native
    from promptrunner.contract import runs

    def away(**arguments):
        raise OperationalError("connection to postgres://user:secret@host failed")

    for module in (native, runs):
        monkeypatch.setattr(module, "run_proposal", away)
    answer = api.post(path, LOG if path == "/core/log" else {"prompt": "a house"}, format="json")
    assert answer.status_code == 503
    assert "secret" not in answer.content.decode()
    assert "Send it again" in answer.content.decode()


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "*/*"])
def test_installed_clients_get_json_whatever_they_accept(api, rulebooks, files, accept):
    assert api.post("/core/log", LOG, format="json", headers={"Accept": accept}).json()["success"] is True


def test_unknown_fields_are_ignored(call):
    assert call("POST", "/core/log", {**LOG, "colour": "red", "output": {"parameters": {"colour": "red"}}})[0] == 200
