"""/api/mcp/ and /core/feedback: clauses, models, votes, documents and summaries, as platforms exchange them."""

from __future__ import annotations

import json

import pytest
from django.core.management import call_command

from compliance.models import Rule, Run, SubmittedClause
from feedback.models import Feedback
from geometry.glb import check_glb
from telemetry.models import Event
from tests.promptrunner.contract.conftest import LOG, ORCHESTRATE, encoded, glb

pytestmark = pytest.mark.django_db

NEWER = {"city": "Mumbai", "rule_id": "R-12", "rule_text": "Buildings are at most 24 m high.", "category": "height", "parsed_data": {"height_m": 24}}
OLDER = {
    "city": "Pune", "authority": "PMC", "clause_no": "17.1", "page": 4, "rule_type": "fsi", "conditions": "on roads under 9 m",
    "entitlements": {"fsi": 1.1}, "notes": "", "parsed_fields": {"floors": 4, "setback_m": 3},
}  # fmt: skip


@pytest.mark.parametrize(("body", "rule_id"), [(NEWER, "R-12"), (OLDER, "17.1")])
def test_a_clause_waits_for_a_curator_and_is_brought_up_to_date_when_sent_again(call, body, rule_id):
    published = Rule.objects.count()
    status, first = call("POST", "/api/mcp/save_rule", body)
    assert (status, first["success"], first["rule_id"]) == (201, True, rule_id)
    status, again = call("POST", "/api/mcp/save_rule", {**body, "category": "setback"})
    assert (status, again["inserted_id"]) == (200, first["inserted_id"])
    assert SubmittedClause.objects.get().category == "setback"
    assert Rule.objects.count() == published


def test_both_shapes_are_listed_with_their_numbers(call):
    call("POST", "/api/mcp/save_rule", NEWER)
    call("POST", "/api/mcp/save_rule", OLDER)
    newer = next(rule for rule in call("GET", "/api/mcp/list_rules?city=Mumbai")[1]["rules"] if rule["rule_id"] == "R-12")
    assert (newer["rule_text"], newer["limits"], newer["status"]) == (NEWER["rule_text"], {"height_m": {"max": 24}}, "draft")
    body = call("GET", "/api/mcp/list_rules?city=pune")[1]
    older = next(rule for rule in body["rules"] if rule["rule_id"] == "17.1")
    assert older["rule"] == {"clause_no": "17.1", "parsed_fields": {"floors": 4, "fsi": 1.1, "setback_m": 3}}
    assert older["limits"] == {"storeys": {"max": 4}, "fsi": {"max": 1.1}, "setback_m": {"min": 3}}
    assert body["count"] == len(body["rules"])
    assert {rule["city"] for rule in body["rules"]} == {"Pune"}


def test_a_clause_that_waits_is_withdrawn_and_kept_in_history(call):
    call("POST", "/api/mcp/save_rule", NEWER)
    assert call("DELETE", "/api/mcp/delete_rule/R-12")[0] == 200
    assert "R-12" not in [rule["rule_id"] for rule in call("GET", "/api/mcp/list_rules?city=Mumbai")[1]["rules"]]
    assert call("DELETE", "/api/mcp/delete_rule/R-12")[0] == 404
    assert SubmittedClause.objects.get().history.order_by("-history_date")[0].status == "retired"
    assert call("POST", "/api/mcp/save_rule", NEWER)[0] == 201


def test_a_published_clause_is_retired_by_a_curator_only(call):
    status, body = call("DELETE", "/api/mcp/delete_rule/UD-M9")
    assert (status, body["success"]) == (200, True)
    assert "waits for a curator" in body["status"]
    assert Rule.objects.published().filter(clause_id="UD-M9").exists()
    assert SubmittedClause.objects.get().kind == "retirement"


def test_a_model_is_stored_and_sent_as_it_came(call, api, files):
    case_id = call("POST", "/orchestrate/run", ORCHESTRATE)[1]["case_id"]
    model = glb()
    status, body = call("POST", "/api/mcp/geometry", {"case_id": case_id, "file": "tower.glb", "metadata": {"by": "x"}, "file_data_b64": encoded(model)})
    assert (status, body["success"], body["file"]) == (200, True, f"data/outputs/geometry/{case_id}.glb")
    assert (files / "outputs/geometry" / f"{case_id}.glb").read_bytes() == model
    answer = api.get(f"/api/mcp/geometry/{case_id}?format=glb")
    assert (answer.content, answer["Content-Type"]) == (model, "model/gltf-binary")


def test_a_model_is_built_for_every_run_of_a_frozen_route(call, api, files):
    body = call("POST", "/orchestrate/run", ORCHESTRATE)[1]
    case_id = body["case_id"]
    assert body["geometry"] == {
        "generated": True, "path": f"data/outputs/geometry/{case_id}.glb", "url": f"/api/mcp/geometry/{case_id}", "format": "glb",
    }  # fmt: skip
    stored = (files / "outputs/geometry" / f"{case_id}.glb").read_bytes()
    check_glb(stored)
    assert api.get(body["geometry"]["url"]).content == stored


def test_a_model_that_cannot_be_built_is_a_warning(call):
    body = call("POST", "/orchestrate/run", {**ORCHESTRATE, "prompt": "make a building"})[1]
    assert body["geometry"] == {"generated": False, "path": None, "url": None, "format": "glb"}
    assert "no plot area" in body["warnings"][0]


def test_a_model_that_a_client_sends_takes_the_place_of_ours_and_keeps_it(call, api, files):
    case_id = call("POST", "/orchestrate/run", ORCHESTRATE)[1]["case_id"]
    call("POST", "/api/mcp/geometry", {"case_id": case_id, "file": "a.glb", "file_data_b64": encoded(glb())})
    ours = api.get(f"/api/v1/runs/{case_id}/model.glb").content
    assert ours != glb()
    assert api.get(f"/api/mcp/geometry/{case_id}").content == (files / "outputs/geometry" / f"{case_id}.glb").read_bytes() == glb()


def test_a_model_is_found_by_the_callers_id_and_by_ours(call, api):
    case_id = call("POST", "/orchestrate/run", {**ORCHESTRATE, "metadata": {"run_id": "theirs-1"}})[1]["case_id"]
    call("POST", "/api/mcp/geometry", {"case_id": "theirs-1", "file": "a.glb", "file_data_b64": encoded(glb())})
    assert api.get(f"/api/mcp/geometry/{case_id}").status_code == api.get("/api/mcp/geometry/theirs-1").status_code == 200


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"hello", "too short"),
        (b"PK\x03\x04" + b"0" * 40, "does not begin with 'glTF'"),
        (glb() + b"tail", "appended"),
        (glb()[:-4], "was cut"),
        (glb(b"{}"), "does not name its version"),
        (glb(b'{"asset":{"version":"1.0"}}'), "names version 1.0"),
        (glb(b"[" * 20_000), "cannot be read"),
    ],
)
def test_what_is_no_glb_is_refused_and_nothing_is_written(call, files, data, says):
    status, body = call("POST", "/api/mcp/geometry", {"case_id": "c-1", "file": "x.glb", "file_data_b64": encoded(data)})
    assert status == 422
    assert says in body["errors"][0]["message"]
    assert not list(files.rglob("*"))


@pytest.mark.parametrize("case_id", ["../../etc/passwd", "/etc/passwd", "a/../../b", "..", ".hidden", "C:\\x", "a\x00b", "é"])
def test_no_path_that_a_caller_gives_is_ever_written(call, files, case_id):
    status, _ = call("POST", "/api/mcp/geometry", {"case_id": case_id, "file": "../../../tmp/x.glb", "file_data_b64": encoded(glb())})
    assert status in (200, 422)
    written = [path for path in files.rglob("*") if path.is_file()]
    assert all(path.parent == files / "outputs/geometry" for path in written)
    assert not any(part in str(written) for part in ("passwd", "hidden", ".."))


def test_geometry_data_and_a_named_file_are_kept_too(call, files):
    data = call("POST", "/api/mcp/geometry", {"case_id": "c-1", "city": "Pune", "geometry_data": {"floors": 4}})[1]
    assert json.loads((files / data["file"].removeprefix("data/")).read_text()) == {"floors": 4}
    named = call("POST", "/api/mcp/geometry", {"case_id": "c-2", "file": "/srv/old/c-2.glb"})[1]
    assert (named["success"], named["file"]) == (True, "/srv/old/c-2.glb")
    status, body = call("GET", "/api/mcp/geometry/c-2")
    assert (status, body["success"], body["case_id"]) == (404, False, "c-2")


def test_routing_puts_the_model_beside_its_spec_for_unreal(call, files, capsys):
    case_id = call("POST", "/orchestrate/run", {**ORCHESTRATE, "metadata": {"run_id": "theirs-1"}})[1]["case_id"]
    without = call("POST", "/orchestrate/run", {**ORCHESTRATE, "prompt": "make a building"})[1]["case_id"]
    call("POST", "/api/mcp/geometry", {"case_id": case_id, "file": "a.glb", "file_data_b64": encoded(glb())})
    call_command("route_geometry", "theirs-1")
    assert (files / "send_to_unreal" / f"{case_id}.glb").read_bytes() == glb()
    assert json.loads((files / "send_to_unreal" / f"{case_id}.json").read_text())["case_id"] == case_id
    with pytest.raises(SystemExit):
        call_command("route_geometry", without)
    assert "there is no model yet" in capsys.readouterr().out


def test_the_score_of_a_session_is_the_mean_of_all_its_votes_as_sent(call):
    run = call("POST", "/core/log", LOG)[1]["run_id"]
    scores = [call("POST", "/core/feedback", {"session_id": "session-0001", "feedback": vote})[1] for vote in (1, 1, -1)]
    assert [score["confidence_score"] for score in scores] == [1.0, 1.0, 0.33]
    assert (scores[2]["success"], scores[2]["reward"]) == (True, -1)
    assert scores[2]["rl_learning_active"] is False  # no policy was learnt yet
    assert {str(vote.run_id) for vote in Feedback.objects.all()} == {run}
    assert call("POST", "/core/feedback", {"case_id": "session-0001", "feedback": 1, "output": {"parameters": {"fsi": 1}}})[1]["confidence_score"] == 0.5


def test_a_vote_is_reported_as_an_event_in_the_same_transaction(call):
    call("POST", "/core/log", LOG)
    call("POST", "/core/feedback", {"session_id": "session-0001", "feedback": -1})
    event = json.loads(Event.objects.get(event_type="feedback").payload)
    assert event["feedback"]["reward"] == -1
    assert event["feedback"]["action"] == "down"
    assert event["feedback"]["state"]["city"] == "Pune"
    assert event["run_id"] == str(Run.objects.get().pk)


def test_a_case_keeps_each_vote_as_the_client_sent_it(call):
    case_id = call("POST", "/core/log", LOG)[1]["case_id"]
    rewards = [call("POST", "/api/mcp/feedback", {"case_id": case_id, "feedback": vote})[1]["reward"] for vote in ("up", -1, "down", 1)]
    assert rewards == [2, -2, -2, 2]
    body = call("GET", f"/api/mcp/feedback/{case_id}")[1]
    assert ([vote["feedback"] for vote in body["feedback"]], body["count"], body["latest_reward"]) == ([1, "down", -1, "up"], 4, 2)
    assert call("GET", "/api/mcp/feedback/nobody")[1].items() >= {"success": True, "feedback": [], "count": 0, "latest_reward": None}.items()


def test_a_creators_votes_are_listed_by_session_and_by_city(call):
    status, body = call("POST", "/api/mcp/creator_feedback", {"session_id": "s-1", "feedback": 1, "prompt": "a", "output": {"x": 1}, "city": "Pune"})
    assert (status, body["success"]) == (201, True)
    assert body["feedback_id"]
    for path in ("session/s-1", "city/Pune"):
        listed = call("GET", f"/api/mcp/creator_feedback/{path}")[1]
        assert (listed["count"], listed["feedback"][0]["feedback"], listed["feedback"][0]["city"]) == (1, 1, "Pune")
    assert call("GET", "/api/mcp/creator_feedback/city/Nashik")[1]["count"] == 0


def test_documents_and_summaries_are_kept_and_explained(call):
    case_id = call("POST", "/orchestrate/run", {**ORCHESTRATE, "subject": {"side_setback_m": 4.5}})[1]["case_id"]
    status, document = call("POST", "/api/mcp/upload_parsed_pdf", {"case_id": case_id, "parsed_data": {"pages": 3}})
    assert (status, document["success"], document["case_id"]) == (201, True, case_id)
    status, summary = call("POST", "/api/mcp/output_summary", {"city": "Pune", "summary": {"text": "too near"}, "case_id": case_id, "file_path": "/srv/x"})
    assert (status, summary["success"]) == (201, True)
    listed = call("GET", "/api/mcp/output_summary/Pune")[1]["summaries"]
    assert listed[0]["summary"] == {"text": "too near"}
    explained = call("GET", "/api/mcp/output_explained/Pune")[1]["explained_summaries"][0]
    assert any("the side margin is at least 4.8 m; 4.5 m is proposed" in sentence for sentence in explained["explanation"])
    assert explained["technical"]["status"] == "NON_COMPLIANT"
