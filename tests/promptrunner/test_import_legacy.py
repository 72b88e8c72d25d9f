"""An installed 2.0, taken over: everything that can be, once, and every rejected record with its reason."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from compliance.models import Rule, Run, SubmittedClause
from feedback.models import Feedback
from geometry.models import GeometryModel
from promptrunner.cases import run_of
from promptrunner.legacy.reading import kind_of, plain, read_folder
from promptrunner.legacy.taking import Taker
from promptrunner.models import CaseDocument, OutputSummary, SessionEntry
from telemetry.models import Event
from tests.promptrunner.contract.conftest import glb

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rulebooks")]
OLD = Path(__file__).parents[1] / "data" / "legacy"
STORED = (SubmittedClause, Run, SessionEntry, Feedback, GeometryModel, CaseDocument, OutputSummary, Event)


@pytest.fixture
def old(tmp_path: Path, settings) -> Path:
    """A copy of the old installation, and a storage of cases beside it."""
    settings.STORAGES = {**settings.STORAGES, "cases": {"BACKEND": "promptrunner.storage.WholeFileStorage", "OPTIONS": {"location": tmp_path / "cases"}}}
    return Path(shutil.copytree(OLD, tmp_path / "old"))


def imported(old: Path, *options: str) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("import_legacy", str(old), *options)
    assert ended.value.code == 1  # this installation holds records that cannot be taken over


def counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in STORED}


def test_everything_that_can_be_is_taken_over(old, capsys):
    published = Rule.objects.count()
    imported(old)
    assert counts() == {
        "SubmittedClause": 3, "Run": 3, "SessionEntry": 2, "Feedback": 2, "GeometryModel": 0, "CaseDocument": 2, "OutputSummary": 0, "Event": 6,
    }  # fmt: skip
    assert Rule.objects.count() == published  # clauses wait for a curator
    run = run_of("case-001")
    assert (run.session_id, run.trace_id, run.created_at.isoformat(), run.status) == (
        "session-0001",
        "old-trace-1",
        "2025-03-01T10:00:00+00:00",
        "NON_COMPLIANT",
    )
    entry = SessionEntry.objects.get(run=run)
    assert json.loads(entry.metadata)["legacy"]["pipeline_status"] == "BLOCKED"
    assert run_of("case-009").plot_area_sq_m == 500
    assert {(vote.vote, vote.sent, vote.session_id) for vote in Feedback.objects.all()} == {(1, "1", "session-0001"), (-1, '"down"', "case-001")}
    assert {vote.run_id for vote in Feedback.objects.all()} == {run.pk}


def test_what_2_0_reported_is_not_reported_again(old):
    imported(old)
    assert not Event.objects.filter(delivered_at=None).exists()


def test_every_rejected_record_is_named_with_its_reason(old, tmp_path, capsys):
    report = tmp_path / "rejected.jsonl"
    imported(old, "--report", str(report))
    rejected = {(entry["source"], entry["place"]): entry["reason"] for entry in map(json.loads, report.read_text().splitlines())}
    says = {
        ("rules.json", "4"): 'its city is "Atlantis"',
        ("reports/insightflow_logs.json", "2"): "heartbeat",
        ("reports/insightflow_logs.json", "3"): "nothing that we know",
        ("reports/insightflow_logs.json", "4"): "no object",
        ("reports/feedback.json", "3"): "its feedback is 0",
        ("data/logs/core_logs.json", "2"): 'its city is "Delhi"',
        ("data/logs/core_logs.json", "3"): "neither a prompt nor values",
        ("data/logs/core_logs.json", "4"): "height_m is more than 0",
        ("data/logs/lines.json", "line 2"): "no JSON",
        ("data/logs/broken.json", "file"): "no JSON",
        ("data/logs/binary.json", "file"): "no text in UTF-8",
    }
    assert rejected.keys() == says.keys()
    for place, words in says.items():
        assert words in rejected[place]
    assert "rejected: rules.json, 4: its city is" in capsys.readouterr().out


def test_repeating_it_changes_nothing(old, capsys):
    imported(old)
    before, clause = counts(), SubmittedClause.objects.get(rule_id="MUM-1")
    SubmittedClause.objects.filter(pk=clause.pk).update(status="taken")
    capsys.readouterr()
    imported(old)
    assert counts() == before
    assert SubmittedClause.objects.get(pk=clause.pk).status == "taken"
    lines = {line.split()[0]: line.split()[1:] for line in capsys.readouterr().out.splitlines() if line.split()[0] in ("rule", "log", "feedback", "event")}
    assert {kind: numbers[0] for kind, numbers in lines.items()} == {"rule": "0", "log": "0", "feedback": "0", "event": "0"}


def test_an_import_that_was_interrupted_is_finished_by_repeating_it(old, monkeypatch):
    taken = 0
    whole = Taker.take

    def interrupted(self, found):
        nonlocal taken
        taken += 1
        if taken > 5:
            raise KeyboardInterrupt
        return whole(self, found)

    monkeypatch.setattr(Taker, "take", interrupted)
    with pytest.raises(KeyboardInterrupt):
        call_command("import_legacy", str(old))
    monkeypatch.undo()
    imported(old)
    assert counts()["Run"] == 3
    assert counts()["Event"] == 6


def test_a_dry_run_says_the_same_and_writes_nothing(old, capsys):
    imported(old, "--dry-run")
    said = capsys.readouterr().out
    assert not any(counts().values())
    assert not (old.parent / "cases").exists()
    assert "(nothing was written)" in said
    imported(old)
    assert said.replace("   (nothing was written)", "") == capsys.readouterr().out


def test_models_come_along_and_no_path_that_a_record_says_is_followed(old):
    (old / "data/outputs/geometry").mkdir(parents=True, exist_ok=True)
    (old / "data/outputs/geometry/case-001.glb").write_bytes(glb())
    (old / "data/outputs/geometry/case-005.glb").write_bytes(b"no model")
    secret = old.parent / "secret.glb"
    secret.write_bytes(glb())
    records = [{"case_id": "case-001", "file": "x.glb"}, {"case_id": "case-005", "file": "y.glb"}, {"case_id": "../../../secret", "file": str(secret)}]
    (old / "reports/geometry.json").write_text(json.dumps(records))
    imported(old)
    assert {model.case_id: model.size for model in GeometryModel.objects.all()} == {"case-001": len(glb()), "../../../secret": 0}
    assert [path.name for path in (old.parent / "cases").rglob("*.glb")] == ["case-001.glb"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "Name the old installation's folder"),
        (["/nowhere"], "There is no folder /nowhere"),
        (["--mongodb", "mongodb://user:secret@127.0.0.1:9/old"], "The old MongoDB cannot be read"),
    ],
)
def test_wrong_use_says_what_to_do_and_no_secret(arguments, says, monkeypatch):
    monkeypatch.setattr("promptrunner.legacy.reading.SECONDS", 0.2)
    with pytest.raises(CommandError, match=says) as raised:
        call_command("import_legacy", *arguments)
    assert "secret" not in str(raised.value)


def test_a_folder_without_an_installation_says_so(tmp_path):
    with pytest.raises(CommandError, match="holds none of"):
        call_command("import_legacy", str(tmp_path))


def test_records_are_told_apart_by_their_fields():
    assert {found.kind for found in read_folder(OLD)} == {"rule", "log", "spec", "feedback", "event", None}
    assert kind_of({"case_id": "c", "parsed_data": {}}) == "document"
    assert kind_of({"city": "Pune", "summary": "fine"}) == "summary"
    assert plain({"_id": {"$oid": "65f0"}, "n": {"$numberLong": "5"}, "at": {"$date": {"$numberLong": "5"}}}) == {"_id": "65f0", "n": 5, "at": 5}


@pytest.mark.mongodb
def test_the_collections_of_its_mongodb_are_taken_over(capsys):
    import datetime

    from bson import ObjectId

    client = connection.connection if hasattr(connection, "connection") and connection.connection else connection.database.client  # type: ignore[attr-defined]
    database = client["old_installation"]
    when = datetime.datetime(2025, 3, 1, 10, tzinfo=datetime.UTC)
    try:
        database["rules"].insert_one({"_id": ObjectId(), "city": "Pune", "clause_no": "17.1", "conditions": "roads", "parsed_fields": {"fsi": 1.1}})
        database["core_logs"].insert_one(
            {"_id": ObjectId(), "session_id": "session-0001", "case_id": "case-001", "prompt": "a house", "city": "Pune", "timestamp": when}
        )
        database["creator_feedback"].insert_one({"_id": ObjectId(), "session_id": "session-0001", "feedback": -1, "timestamp": when})
        database["documents"].insert_one({"_id": ObjectId(), "case_id": "case-001", "parsed_data": {"pages": 2}})
        database["output_summaries"].insert_one({"_id": ObjectId(), "city": "Pune", "summary": "fine"})
        for _ in range(2):
            call_command("import_legacy", "--mongodb", str(connection.settings_dict["HOST"]), "--database", "old_installation")
        assert {name: count for name, count in counts().items() if count} == {
            "SubmittedClause": 1, "Run": 1, "SessionEntry": 1, "Feedback": 1, "CaseDocument": 1, "OutputSummary": 1, "Event": 2,
        }  # fmt: skip
        assert run_of("case-001").created_at == when
    finally:
        client.drop_database("old_installation")
