"""POST and GET of runs over HTTP."""

from __future__ import annotations

import json
import uuid

import pytest

from compliance.models import Run
from telemetry.models import Event
from tests.conftest import PROPOSAL

pytestmark = pytest.mark.django_db
URL = "/api/v1/runs/"


@pytest.mark.usefixtures("rulebooks")
def test_a_proposal_in_words_gets_a_verdict_that_is_stored_with_its_event(api):
    answer = api.post(URL, {"prompt": PROPOSAL}, format="json")
    assert answer.status_code == 201
    body = answer.json()
    assert body["status"] == "COMPLIANT", body["reason"]
    assert body["city"] == "Pune"
    assert body["rulebook"]["name"] == "udcpr-2020"
    assert body["permissible"]["fsi"]["max"] == 2.5
    assert body["permissible"]["side_setback_m"]["min"] == 3.6
    run = Run.objects.get(pk=body["id"])
    assert run.digest == body["digest"]
    event = json.loads(Event.objects.get(run_id=run.pk).payload)
    assert event["trace_id"] == body["trace_id"] == answer["X-Trace-Id"]
    assert event["metadata"]["status"] == "COMPLIANT"


@pytest.mark.usefixtures("rulebooks")
def test_the_stored_run_reads_the_same_as_the_answer(api):
    made = api.post(URL, {"prompt": PROPOSAL, "session_id": "s1"}, format="json").json()
    read = api.get(f"{URL}{made['id']}/").json()
    made.pop("performance"), read.pop("performance")
    assert read == made
    assert list(_nulls(read, "")) == []


def _nulls(value, path):
    if value is None:
        yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from _nulls(inner, f"{path}/{key}")


@pytest.mark.usefixtures("rulebooks")
def test_a_blocked_proposal_is_stored_too_and_says_what_is_missing(api):
    body = api.post(URL, {"prompt": "What can I build?"}, format="json").json()
    assert body["status"] == "BLOCKED"
    assert body["missing_fields"] == ["city", "land_use_zone", "plot_area_sq_m", "abutting_road_width_m", "building_use"]
    assert [question["field"] for question in body["questions"]][:1] == ["city"]
    assert Run.objects.get(pk=body["id"]).status == "BLOCKED"


@pytest.mark.usefixtures("rulebooks")
def test_structured_values_beat_the_words(api):
    body = api.post(URL, {"prompt": PROPOSAL, "spec": {"fsi": 2.6}}, format="json").json()
    assert body["status"] == "NON_COMPLIANT"
    assert body["spec"]["fsi"] == 2.6


@pytest.mark.usefixtures("rulebooks")
def test_before_the_regulation_was_in_force_there_is_an_error_with_its_reason(api):
    body = api.post(URL, {"prompt": PROPOSAL, "as_of": "2019-01-01"}, format="json").json()
    assert body["status"] == "ERROR"
    assert body["reason"] == "No rulebook is in force for Pune on 2019-01-01."


@pytest.mark.usefixtures("rulebooks")
def test_another_rulebook_can_be_asked_for_by_name(api):
    spec = {"building_use": "residential", "land_use_zone": "R1", "plot_area_sq_m": 150, "abutting_road_width_m": 9, "height_m": 21, "fsi": 2.0}
    body = api.post(URL, {"city": "Pune", "spec": spec, "rulebook": "prompt-runner-2.0"}, format="json").json()
    assert (body["status"], body["rulebook"]["name"]) == ("COMPLIANT", "prompt-runner-2.0")
    higher = api.post(URL, {"city": "Pune", "spec": {**spec, "height_m": 21.1}, "rulebook": "prompt-runner-2.0"}, format="json").json()
    assert [finding["clause_no"] for finding in higher["findings"] if finding["outcome"] == "VIOLATED"] == ["PMC-5"]


# Idempotency


@pytest.mark.usefixtures("rulebooks")
def test_the_same_request_sent_twice_with_a_key_makes_one_run(api):
    first = api.post(URL, {"prompt": PROPOSAL}, format="json", headers={"Idempotency-Key": "k1"})
    second = api.post(URL, {"prompt": PROPOSAL}, format="json", headers={"Idempotency-Key": "k1"})
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    assert Run.objects.count() == 1


@pytest.mark.usefixtures("rulebooks")
def test_a_key_used_again_with_another_body_is_a_conflict(api):
    api.post(URL, {"prompt": PROPOSAL}, format="json", headers={"Idempotency-Key": "k1"})
    answer = api.post(URL, {"prompt": "Pune"}, format="json", headers={"Idempotency-Key": "k1"})
    assert answer.status_code == 409
    assert answer.json()["code"] == "idempotency_conflict"


# Lists


@pytest.mark.usefixtures("rulebooks")
def test_runs_are_listed_newest_first_and_filtered(api, django_assert_num_queries):
    for city in ("Pune", "Nashik", "Pune"):
        api.post(URL, {"city": city, "session_id": f"in-{city}"}, format="json")
    with django_assert_num_queries(1):
        rows = api.get(URL).json()["results"]
    assert [row["city"] for row in rows] == ["Pune", "Nashik", "Pune"]
    assert [row["created_at"] for row in rows] == sorted((row["created_at"] for row in rows), reverse=True)
    assert len(api.get(URL, {"city": "Nashik"}).json()["results"]) == 1
    assert len(api.get(URL, {"session": "in-Pune"}).json()["results"]) == 2
    assert len(api.get(URL, {"status": "BLOCKED"}).json()["results"]) == 3
    assert api.get(URL, {"date_to": "2020-01-01"}).json()["results"] == []


@pytest.mark.usefixtures("rulebooks")
def test_cursor_pages_show_every_run_once(api):
    for _ in range(5):
        api.post(URL, {"city": "Pune"}, format="json")
    seen, url = [], f"{URL}?page_size=2"
    while url:
        page = api.get(url).json()
        seen += [row["id"] for row in page["results"]]
        url = page.get("next")
    assert len(seen) == len(set(seen)) == 5


# Bad input


@pytest.mark.parametrize(
    ("body", "pointer", "words"),
    [
        ({"prompt": "x" * 10_001}, "/prompt", "10,000"),
        ({"spec": {"height": 3}}, "/spec/height", "There is no planning field 'height'"),
        ({"spec": {"height_m": "tall"}}, "/spec/height_m", "is a number in metres, not 'tall'"),
        ({"spec": {"height_m": -3}}, "/spec/height_m", "is more than 0"),
        ({"spec": {"land_use_zone": "ZZ"}, "city": "Pune"}, "/spec/land_use_zone", "is not a known zone in Pune"),
        ({"spec": {"city": "Thane"}}, "/spec/city", "'Thane' is not a known city"),
        ({"spec": {"dwelling_mix": [{"count": 1, "size": 3}]}}, "/spec/dwelling_mix/0/size", "'size' is none of them"),
        ({"spec": 3}, "/spec", "dictionary"),
        ({"as_of": "tomorrow"}, "/as_of", "format"),
        ({"rulebook": "dcr-1991"}, "/rulebook", "no published rulebook 'dcr-1991'"),
        ({"promt": "x"}, "/promt", "There is no such member"),
        ({"prompt": "a\x00b"}, "/prompt", "Null characters"),
        ([1], "", "dictionary"),
    ],
)
@pytest.mark.usefixtures("rulebooks")
def test_bad_input_is_answered_with_what_is_wrong_and_where(api, body, pointer, words):
    answer = api.post(URL, body, format="json")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["trace_id"] == answer["X-Trace-Id"]
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert words in problem["errors"][0]["detail"]
    assert Run.objects.count() == 0


def test_json_that_cannot_be_read_is_a_clear_400(api):
    answer = api.post(URL, '{"prompt": ', content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["code"] == "parse_error"


def test_half_a_character_in_a_value_is_a_400_and_not_a_fault(api):
    answer = api.post(URL, '{"spec": {"city": "\\ud800"}}', content_type="application/json")
    assert answer.status_code == 400


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_numbers_that_are_none_are_refused(api, number):
    assert api.post(URL, f'{{"spec": {{"height_m": {number}}}}}', content_type="application/json").status_code == 400


def test_a_body_that_is_no_json_is_415_and_one_that_is_too_large_413(api):
    assert api.post(URL, "prompt=x", content_type="text/plain").status_code == 415
    large = api.post(URL, json.dumps({"prompt": "x" * 1_100_000}), content_type="application/json")
    assert (large.status_code, large.json()["code"]) == (413, "too_large")


def test_unknown_runs_wrong_methods_and_wrong_filters_are_said(api):
    assert api.get(f"{URL}{uuid.uuid4()}/").status_code == 404
    assert api.delete(URL).status_code == 405
    assert api.get(URL, {"status": "FINE"}).status_code == 400
    assert api.get("/api/v1/nothing/").json()["code"] == "not_found"


# Access and trace


def test_without_a_token_the_api_is_closed(client):
    answer = client.get(URL)
    assert answer.status_code == 401
    assert answer.json()["code"] == "not_authenticated"
    assert answer["X-Trace-Id"] == answer.json()["trace_id"]


def test_a_token_opens_it(client, capsys):
    from django.core.management import call_command

    call_command("create_token", "architect")
    token = capsys.readouterr().out.strip()
    assert client.get(URL, headers={"Authorization": f"Token {token}"}).status_code == 200
    assert client.get(URL, headers={"Authorization": "Token wrong"}).status_code == 401


@pytest.mark.usefixtures("rulebooks")
def test_the_callers_traceparent_is_the_trace_id_everywhere(api):
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    answer = api.post(URL, {"city": "Pune"}, format="json", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    assert answer["X-Trace-Id"] == answer.json()["trace_id"] == trace
    assert Run.objects.get().trace_id == trace
