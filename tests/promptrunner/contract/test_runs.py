"""/orchestrate/run, /core/log and /api/compliance/check: proposals in, verdicts out; files for those who build from them."""

from __future__ import annotations

import datetime
import json

import pytest

from compliance.models import Run
from promptrunner.models import SessionEntry
from telemetry.models import Event
from tests.promptrunner.contract.conftest import LOG, ORCHESTRATE, PROMPT

pytestmark = pytest.mark.django_db


def test_a_proposal_is_answered_in_the_platforms_shape(call):
    status, body = call("POST", "/orchestrate/run", {**ORCHESTRATE, "trace_id": "platform-1", "metadata": {"run_id": "theirs-1", "source": "platform"}})
    assert status == 200
    assert (body["success"], body["trace_id"], body["session_id"], body["city"], body["prompt"]) == (True, "platform-1", "session-0001", "Pune", PROMPT)
    assert body["case_id"] == body["run_id"] == str(Run.objects.get().pk)
    assert body["metadata"] == {"run_id": "theirs-1", "source": "platform"}
    assert body["spec"].items() >= {"height_m": 24, "fsi": 2.5, "plot_width_m": 30, "plot_depth_m": 40, "land_use_zone": "R2"}.items()
    verdict = body["compliance_status"]
    assert verdict["verdict"] == Run.objects.get().status
    assert verdict["rules_passed"] == len([entry for entry in verdict["evaluations"] if entry["passed"]])
    assert verdict["rules_failed"] == len([entry for entry in verdict["evaluations"] if not entry["passed"]])
    assert all(set(entry) == {"rule_id", "rule_name", "passed", "details"} for entry in verdict["evaluations"])
    assert body["geometry"].keys() == {"generated", "path", "url", "format"}
    assert body["telemetry"]["trace_id"] == "platform-1"
    assert isinstance(body["telemetry"]["duration_ms"], float)
    assert body["timestamp"].endswith("Z")
    datetime.datetime.fromisoformat(body["timestamp"])
    assert {"outcomes", "summary_id", "warnings", "errors"} <= body.keys()
    assert Event.objects.get().trace_id == "platform-1"


@pytest.mark.parametrize(
    ("subject", "verdict", "status"),
    [
        ({"side_setback_m": 4.5}, "NON_COMPLIANT", "non_compliant"),  # 24 / 5 = 4.8 m is asked for by UDCPR 6.2.3 (b)
        ({"height_m": None}, "COMPLIANT", "compliant"),
    ],
)
def test_values_of_the_subject_override_the_prompt(call, subject, verdict, status):
    body = call("POST", "/orchestrate/run", {**ORCHESTRATE, "subject": subject})[1]
    assert (body["compliance_status"]["verdict"], body["compliance_status"]["status"]) == (verdict, status)


def test_a_verdict_that_misses_something_is_partial_and_says_what_as_warnings(call):
    status, body = call("POST", "/orchestrate/run", {"prompt": "a house", "city": "Pune"})
    assert (status, body["success"]) == (200, True)
    assert (body["compliance_status"]["status"], body["compliance_status"]["verdict"]) == ("partial", "BLOCKED")
    missing = [error["message"] for error in body["errors"] if error["code"] == "MISSING_FIELD"]
    assert any("plot_area_sq_m" in message for message in missing)
    assert {error["severity"] for error in body["errors"]} == {"warning"}


def test_a_session_is_made_where_none_was_sent(call):
    body = call("POST", "/orchestrate/run", {"prompt": PROMPT, "city": "Pune"})[1]
    assert call("GET", f"/core/context?session_id={body['session_id']}")[1]["count"] == 1


@pytest.mark.parametrize(
    ("city", "prompt"),
    [
        ("Mumbai", "Residential tower in Andheri, suburbs, plot 1200 sq m, 18 m road, zone R, height 30 m"),
        ("Pune", "Shops and offices, C zone, 800 sqm plot, 24 m wide road"),
        ("Nashik", "G+4 apartments, R1 zone, plot 500 sq.m., 12 m road"),
        ("Ahmedabad", "Apartment building in Bopal, zone R1, plot 1000 sq m on a 12 m road, height 30 m"),
    ],
)
def test_a_logged_prompt_that_says_plot_road_zone_use_and_city_is_never_blocked(call, city, prompt):
    status, body = call("POST", "/core/log", {"session_id": "session-0001", "city": city, "prompt": prompt})
    assert (status, body["success"], body["logged"]) == (200, True, True)
    assert body["status"] not in ("BLOCKED", "ERROR")
    assert set(body) == {"success", "session_id", "case_id", "run_id", "trace_id", "logged", "status", "timestamp"}


@pytest.mark.parametrize(
    "values",
    [
        {"output": {"parameters": {"plot_area_sq_m": 1200, "abutting_road_width_m": 18, "land_use_zone": "R2", "building_use": "residential"}}},
        {"metadata": {"subject": {"plot_area_sq_m": 1200, "abutting_road_width_m": 18, "land_use_zone": "R2", "building_use": "residential"}}},
        {"output": {"parameters": {"plot_area": 1200, "road_width": 18, "land_use_zone": "R2", "building_use": "residential"}}},
    ],
)
def test_structured_values_of_either_place_and_of_earlier_names_are_read(call, values):
    body = call("POST", "/core/log", {"session_id": "session-0001", "city": "Pune", "prompt": "design it", **values})[1]
    assert body["status"] != "BLOCKED"
    assert Run.objects.get().plot_area_sq_m == 1200


def test_the_context_of_a_session_holds_what_was_sent_and_what_came_of_it_newest_first(call):
    for number in range(3):
        call("POST", "/core/log", {**LOG, "event": f"step {number}", "output": {"n": number}, "metadata": {"run_id": f"theirs-{number}"}})
    call("POST", "/core/log", {**LOG, "session_id": "another-one"})
    status, body = call("GET", "/core/context?user_id=session-0001&limit=2")
    assert (status, body["count"], body["context"]) == (200, 2, body["entries"])
    assert [entry["event"] for entry in body["entries"]] == ["step 2", "step 1"]
    entry = body["entries"][0]
    assert {"session_id", "case_id", "prompt", "city", "pipeline_status", "pipeline_output", "timestamp", "trace_id", "run_id"} <= entry.keys()
    assert (entry["output"], entry["metadata"]) == ({"n": 2}, {"run_id": "theirs-2"})


def test_the_status_says_what_was_logged_last(call):
    assert call("GET", "/core/status")[1].items() >= {"status": "active", "core_sync": False, "last_run": None, "last_case_id": None}.items()
    logged = call("POST", "/core/log", LOG)[1]
    body = call("GET", "/core/status")[1]
    assert (body["core_sync"], body["last_case_id"], body["last_run"]) == (True, logged["case_id"], logged["timestamp"])


def test_values_alone_get_the_native_verdict(call):
    spec = {"plot_area_sq_m": 1200, "abutting_road_width_m": 18, "land_use_zone": "R2", "building_use": "residential", "height_m": 24, "side_setback_m": 4.5}
    status, body = call("POST", "/api/compliance/check", {"city": "Pune", "spec": spec})
    assert (status, body["status"]) == (200, "NON_COMPLIANT")
    assert body["trace_id"]
    check = next(finding for finding in body["findings"] if finding["id"] == "UD-M9")["checks"]["side_setback_m"]
    assert (check["rule_min"], check["ok"]) == (4.8, False)


def test_the_published_clauses_of_a_city_are_listed(call):
    body = call("GET", "/api/rules/Pune")[1]
    assert body["count"] == len(body["rules"]) > 100
    clause = next(rule for rule in body["rules"] if rule["rule_id"] == "UD-M9")
    assert {"city", "clause_no", "rule_text", "category", "conditions", "limits", "required_fields", "rule"} <= clause.keys()
    assert clause["clause_no"] == "6.2.3 (b)"


def test_the_spec_is_written_for_those_who_build_from_it(call, files):
    body = call("POST", "/orchestrate/run", {**ORCHESTRATE, "subject": {"side_setback_m": 4.5}})[1]
    spec = json.loads((files / "specs" / f"{body['case_id']}.json").read_text())
    assert (spec["case_id"], spec["status"], spec["spec"]["side_setback_m"]) == (body["case_id"], "NON_COMPLIANT", 4.5)
    assert [violation["id"] for violation in spec["violations"]] == ["UD-M9"]
    assert list((files / "specs").iterdir()) == [files / "specs" / f"{body['case_id']}.json"]


def test_a_file_that_cannot_be_written_is_a_warning_and_the_run_stands(call, files):
    (files / "specs").write_text("a file where a folder should be")
    status, body = call("POST", "/orchestrate/run", ORCHESTRATE)
    assert (status, body["success"]) == (200, True)
    assert "could not be written" in body["warnings"][0]
    assert Run.objects.count() == SessionEntry.objects.count() == 1


def test_an_entry_that_cannot_be_kept_leaves_no_run(call, monkeypatch):
    def fails(*arguments, **named):
        raise RuntimeError

    monkeypatch.setattr(SessionEntry, "save", fails)
    assert call("POST", "/core/log", LOG)[0] == 500
    assert not Run.objects.exists()
    assert not Event.objects.exists()
