"""Many proposals in one request: each gets its run once, whatever happens to the worker."""

from __future__ import annotations

import datetime
import html
import io
import json
import math
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from compliance.models import Batch, BatchPart, BatchResult, Run
from compliance.services import batches as writing
from promptrunner import batches
from promptrunner import results as tables
from promptrunner.pipeline import run_proposal as whole
from telemetry.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rulebooks")]

PUNE = "Residential building in Pune, zone R2, plot {} sq m, 18 m road, height 12 m, FSI 1, all margins 6 m"


@pytest.fixture(autouse=True)
def by_command(settings):
    settings.BATCH_WORKER = "command"


def send(api, body, **headers):
    return api.post("/api/v1/batches/", body, content_type="application/json", **headers)


def results(api, batch):
    answer = api.get(f"/api/v1/batches/{batch['id']}/results/")
    assert answer["Content-Type"] == "application/x-ndjson"
    return [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]


def progress(api, batch):
    answer = api.get(f"/api/v1/batches/{batch['id']}/").json()
    return answer["status"], answer["checked"], answer["failed"]


def test_a_list_of_proposals_is_taken_checked_and_answered_in_order(api):
    answer = send(api, {"proposals": [PUNE.format(1000), {"prompt": "a house", "city": "Nashik", "spec": {"height_m": 9}}, ""], "session_id": "desk 4"})
    assert answer.status_code == 202
    batch = answer.json()
    assert answer["Location"] == f"/api/v1/batches/{batch['id']}/"
    assert (batch["status"], batch["total"], batch["checked"]) == ("waiting", 3, 0)
    assert results(api, batch) == []
    call_command("work_batches")
    assert progress(api, batch) == ("done", 3, 0)
    lines = results(api, batch)
    assert [line["number"] for line in lines] == [1, 2, 3]
    # The same answer as one by one.
    assert lines[0]["run"]["digest"] == whole(prompt=PUNE.format(1000))[0].digest
    assert lines[1]["run"]["city"] == "Nashik"
    assert lines[2]["status"] == "BLOCKED"
    assert {line["run"]["session_id"] for line in lines} == {"desk 4"}
    assert len({line["run"]["trace_id"] for line in lines}) == 3
    assert Event.objects.filter(run_id__in=[line["run"]["id"] for line in lines]).count() == 3


@pytest.mark.parametrize("kind", ["text/plain", "application/x-ndjson"])
def test_a_file_has_a_proposal_a_line(api, kind):
    file = f"{PUNE.format(1000)}\n\n" + json.dumps({"prompt": "a house", "spec": {"height_m": 9}}) + '\n"shop"\n'
    answer = api.post("/api/v1/batches/?city=Nashik&as_of=2025-01-31", file.encode(), content_type=kind)
    assert answer.status_code == 202
    batches.work_off()
    lines = results(api, answer.json())
    assert [line["run"]["city"] for line in lines] == ["Nashik", "Nashik", "Nashik"]
    assert {line["run"]["as_of"] for line in lines} == {"2025-01-31"}


@pytest.mark.parametrize(
    ("body", "pointer", "says"),
    [
        ({}, "/proposals", "required"),
        ({"proposals": []}, "/proposals", "empty"),
        ({"proposals": ["x"] * 5_001}, "/proposals", "5000"),
        ({"proposals": [{"promt": "x"}]}, "/proposals/0/promt", "There is no such member"),
        ({"proposals": ["x", 7]}, "/proposals/1", "dictionary"),
        ({"proposals": ["x"], "rulebook": "none"}, "/rulebook", "none"),
        ({"proposals": ["x"], "as_of": "soon"}, "/as_of", "Date"),
    ],
)
def test_a_wrong_batch_is_refused_whole_and_says_where(api, body, pointer, says):
    answer = send(api, body)
    assert answer.status_code == 400
    assert any(error["pointer"] == pointer and says.lower() in error["detail"].lower() for error in answer.json()["errors"]), answer.json()
    assert not Batch.objects.exists()


@pytest.mark.parametrize(("file", "says"), [(b"a house\n{not json}\n", "Line 2 is not JSON"), (b"\xff\xfe", "not UTF-8")])
def test_a_wrong_file_says_what_is_wrong(api, file, says):
    answer = api.post("/api/v1/batches/", file, content_type="text/plain")
    assert (answer.status_code, says in answer.json()["detail"]) == (400, True)


def test_a_proposal_that_cannot_be_checked_does_not_stop_the_rest(api, monkeypatch):
    batch = send(api, {"proposals": [{"spec": {"height_m": -3}}, "x" * 10_001, PUNE.format(1000), "breaks"]}).json()
    monkeypatch.setattr(batches, "run_proposal", lambda **given: 1 / 0 if given.get("prompt") == "breaks" else whole(**given))
    batches.work_off()
    lines = results(api, batch)
    assert [line["status"] for line in lines] == ["FAILED", "FAILED", lines[2]["run"]["status"], "FAILED"]
    assert "/spec/height_m" in lines[0]["error"]
    assert "10,000" in lines[1]["error"]
    assert "trace id" in lines[3]["error"]
    assert progress(api, batch) == ("done", 4, 3)


class Killed(BaseException):
    """The process ends here, as by kill -9."""


@pytest.mark.parametrize("after", [0, 1, 49, 50, 51, 99])
def test_a_worker_killed_at_any_proposal_loses_and_doubles_nothing(api, monkeypatch, after):
    batch = send(api, {"proposals": [PUNE.format(1000 + number) for number in range(100)]}).json()
    left = iter(range(after))

    def until_killed(**given):
        if next(left, None) is None:
            raise Killed
        return whole(**given)

    monkeypatch.setattr(batches, "run_proposal", until_killed)
    with pytest.raises(Killed):
        batches.work_off()
    monkeypatch.setattr(batches, "run_proposal", whole)
    assert progress(api, batch)[:2] == ("waiting", after)
    # Another worker takes it over when the hold has run out.
    BatchPart.objects.exclude(until=None).update(until=timezone.now() - datetime.timedelta(seconds=1))
    batches.work_off()
    assert progress(api, batch) == ("done", 100, 0)
    lines = results(api, batch)
    assert [line["run"]["spec"]["plot_area_sq_m"] for line in lines] == [1000 + number for number in range(100)]
    assert Run.objects.count() == Event.objects.count() == 100


def test_a_part_that_somebody_holds_is_left_alone_and_one_proposal_never_makes_two_runs(api):
    batch = Batch.objects.get(pk=send(api, {"proposals": [PUNE.format(1000)]}).json()["id"])
    part = writing.part_take(holder="first")
    assert part is not None
    assert writing.part_take(holder="second") is None
    assert batches.work_off() == 0
    # The first was away longer than it may, and both check the same proposal.
    batches._check(batch, 1, {"prompt": PUNE.format(1000)})
    batches._check(batch, 1, {"prompt": PUNE.format(1000)})
    assert Run.objects.count() == BatchResult.objects.count() == Event.objects.count() == 1
    BatchPart.objects.update(until=timezone.now() - datetime.timedelta(seconds=1))
    assert writing.part_take(holder="second").pk == part.pk
    assert not writing.part_keep(part=part, holder="first")


def test_a_cancelled_batch_keeps_what_was_checked_and_checks_no_more(api):
    batch = send(api, {"proposals": [PUNE.format(1000 + number) for number in range(60)]}).json()
    steps = iter([True] * 4)
    assert batches.work_off(go_on=lambda: next(steps, False)) == 3
    assert api.delete(f"/api/v1/batches/{batch['id']}/").json()["status"] == "cancelled"
    assert batches.work_off() == 0
    assert progress(api, batch) == ("cancelled", 3, 0)
    again = api.delete(f"/api/v1/batches/{batch['id']}/")
    assert (again.status_code, "cancelled" in again.json()["detail"]) == (409, True)


def test_batches_are_listed_newest_first_and_an_unknown_one_is_said_so(api):
    made = [send(api, {"proposals": ["a house"]}).json()["id"] for _ in range(2)]
    assert {row["id"] for row in api.get("/api/v1/batches/").json()["results"]} == set(made)
    for path in ("", "results/"):
        assert api.get(f"/api/v1/batches/{uuid.uuid4()}/{path}").status_code == 404


def importorskip_parquet():
    return pytest.importorskip("pyarrow.parquet", reason="requirements/bulk.txt is not installed")


@pytest.mark.bulk
@pytest.mark.parametrize("asked", [{"query": "?format=parquet"}, {"headers": {"Accept": "application/vnd.apache.parquet"}}])
def test_results_come_as_a_parquet_table_too(api, monkeypatch, asked):
    parquet = importorskip_parquet()
    monkeypatch.setattr(tables, "GROUP", 2)
    sent = send(api, {"proposals": [PUNE.format(1000), {"spec": {"height_m": -3}}, "a house", {"prompt": PUNE.format(2000), "city": "Nashik"}, ""]}).json()
    batches.work_off()
    lines = results(api, sent)
    answer = api.get(f"/api/v1/batches/{sent['id']}/results/{asked.get('query', '')}", headers=asked.get("headers", {}))
    assert answer["Content-Type"] == "application/vnd.apache.parquet"
    assert f'filename="batch-{sent["id"]}.parquet"' in answer["Content-Disposition"]
    file = parquet.ParquetFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert file.num_row_groups == 3  # never more than a group in memory
    rows = file.read().to_pylist()
    assert [(row["number"], row["status"]) for row in rows] == [(line["number"], line["status"]) for line in lines]
    assert (rows[1]["error"], rows[1]["run"]) == (lines[1]["error"], None)
    for row, line in zip(rows, lines, strict=True):
        if run := line.get("run"):
            assert [row[name] for name in ("run", "digest", "outcome_digest", "trace_id", "reason")] == [
                run[name] for name in ("id", "digest", "outcome_digest", "trace_id", "reason")
            ]
            assert row["as_of"].isoformat() == run["as_of"]
            assert dict(row["outcomes"]) == {finding["id"]: finding["outcome"] for finding in run["findings"]}
            assert row["violated"] == run["summary"].get("violated")
            assert json.loads(row["spec"]) == run["spec"]
            assert (row["city"], row["plot_area_sq_m"]) == (run.get("city"), run["spec"].get("plot_area_sq_m"))
    permissible = dict(rows[0]["permissible"])
    assert permissible["fsi"]["max"] == lines[0]["run"]["permissible"]["fsi"]["max"]
    assert permissible["height_m"]["max"] == math.inf  # deliberately unlimited
    assert rows[2]["missing_fields"] == lines[2]["run"]["missing_fields"] != []


@pytest.mark.bulk
def test_a_batch_without_results_is_an_empty_table(api):
    parquet = importorskip_parquet()
    sent = send(api, {"proposals": ["a house"]}).json()
    answer = api.get(f"/api/v1/batches/{sent['id']}/results/?format=parquet")
    assert parquet.ParquetFile(io.BytesIO(b"".join(answer.streaming_content))).read().num_rows == 0


def test_parquet_where_its_package_is_missing_says_so(api, monkeypatch):
    monkeypatch.setattr(tables, "PARQUET_INSTALLED", False)
    sent = send(api, {"proposals": ["a house"]}).json()
    answer = api.get(f"/api/v1/batches/{sent['id']}/results/?format=parquet")
    assert (answer.status_code, answer["Content-Type"]) == (501, "application/problem+json")
    assert answer.json()["code"] == "parquet_not_installed"
    assert "pyarrow" in answer.json()["detail"]


def test_other_formats_of_results_are_refused_with_those_that_there_are(api):
    address = f"/api/v1/batches/{send(api, {'proposals': ['a house']}).json()['id']}/results/"
    wrong = api.get(f"{address}?format=xml")
    assert (wrong.status_code, wrong["Content-Type"], wrong.json()["errors"][0]["pointer"]) == (400, "application/problem+json", "/format")
    assert "jsonl and parquet" in wrong.json()["detail"]
    refused = api.get(address, headers={"Accept": "text/csv"})
    assert (refused.status_code, refused["Content-Type"]) == (406, "application/problem+json")
    for accepted in ("application/x-ndjson", "application/json", "*/*"):
        assert api.get(address, headers={"Accept": accepted})["Content-Type"] == "application/x-ndjson"
    missing = api.get(f"/api/v1/batches/{uuid.uuid4()}/results/?format=parquet")
    assert (missing.status_code, missing["Content-Type"]) == (404, "application/problem+json")


class TestPages:
    @pytest.fixture
    def browser(self, settings):
        settings.ALLOW_ANONYMOUS = True
        return Client(headers={"Accept": "text/html"})

    def test_lines_in_the_box_become_a_batch_whose_page_shows_how_far_it_is(self, browser):
        answer = browser.post("/batches/", {"proposals": f"{PUNE.format(1000)}\n\na house\n", "city": "Nashik"})
        assert answer.status_code == 302
        page = browser.get(answer["Location"]).content.decode()
        assert "Checked: 0 / 2" in page
        assert 'hx-trigger="every 1s"' in page
        batches.work_off()
        page = browser.get(answer["Location"], headers={"HX-Request": "true"}).content.decode()
        assert "Checked: 2 / 2" in page
        assert "hx-trigger" not in page
        assert "<html" not in page
        runs = Run.objects.values_list("pk", flat=True)
        assert all(f'href="/runs/{run}/"' in page for run in runs)
        assert "2 / 2" in browser.get("/batches/").content.decode()

    @pytest.mark.parametrize("installed", [True, False])
    def test_parquet_is_offered_where_it_can_be_made(self, browser, monkeypatch, installed):
        monkeypatch.setattr("promptrunner.pages.batches.PARQUET_INSTALLED", installed)
        address = browser.post("/batches/", {"proposals": "a house"})["Location"]
        batches.work_off()
        assert ("/results/?format=parquet" in browser.get(address).content.decode()) == installed

    def test_a_file_is_taken_too(self, browser):
        answer = browser.post("/batches/", {"file": SimpleUploadedFile("proposals.jsonl", b'{"prompt": "a house in Pune"}\n')})
        batches.work_off()
        assert "a house in Pune" in browser.get(answer["Location"]).content.decode()

    @pytest.mark.parametrize(
        ("typed", "says"), [("", ">Write a proposal on each line"), ('a house\n{"no": 1}', "There is no such member"), ("{", "Line 1 is not JSON")]
    )
    def test_what_cannot_be_taken_is_said_and_what_was_typed_stays(self, browser, typed, says):
        answer = browser.post("/batches/", {"proposals": typed})
        page = html.unescape(answer.content.decode())
        assert answer.status_code == 400
        assert says in page
        assert typed in page
        assert not Batch.objects.exists()

    def test_the_rest_is_cancelled(self, browser):
        address = browser.post("/batches/", {"proposals": "a house\na shop"})["Location"]
        page = browser.post(f"{address}cancel/", follow=True).content.decode()
        assert "cancelled; what was checked before stays" in page
        assert batches.work_off() == 0
