"""Alive, ready, healthy: and what it says when it is not."""

from __future__ import annotations

import datetime
import time

import pytest
from health_check.exceptions import ServiceUnavailable

from compliance.models import RulebookRelease
from promptrunner import health
from tests.factories import ReleaseFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_alive_needs_no_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/system/live")
    assert answer.json()["alive"] is True
    assert answer.json()["timestamp"].endswith("Z")


def test_ready_with_a_rulebook_in_force(client):
    ReleaseFactory.create()
    answer = client.get("/system/ready")
    assert (answer.status_code, answer.json()["ready"], answer.json()["status"]) == (200, True, "ready")


@pytest.mark.parametrize(
    "release",
    [
        {"status": RulebookRelease.Status.DRAFT},
        {"status": RulebookRelease.Status.RETIRED},
        {"effective_from": None},
        {"effective_from": datetime.date(2999, 1, 1)},
        {"effective_to": datetime.date(2020, 12, 31)},
    ],
)
def test_not_ready_with_a_rulebook_that_is_not_in_force(client, release):
    ReleaseFactory.create(**release)
    answer = client.get("/system/ready")
    assert (answer.status_code, answer.json()["ready"], answer.json()["status"]) == (503, False, "not_ready")
    assert "no rulebook is in force; run manage.py load_rulebooks" in answer.json()["reason"]


def test_not_ready_before_the_migrations(client, monkeypatch):
    ReleaseFactory.create()
    monkeypatch.setattr("django.db.migrations.executor.MigrationExecutor.migration_plan", lambda *_: [("one", False), ("two", False)])
    answer = client.get("/system/ready")
    assert answer.status_code == 503
    assert "2 migrations are pending; run manage.py migrate" in answer.json()["reason"]


def test_not_ready_without_the_database_and_no_secret_is_said(client, monkeypatch):
    def refused(self):
        raise OSError("password=hunter2")

    def run(self):
        try:
            refused(self)
        except OSError as error:
            raise ServiceUnavailable("database not reachable") from error

    monkeypatch.setattr(health.DatabaseReachable, "run", run)
    answer = client.get("/system/ready")
    assert answer.status_code == 503
    assert "database not reachable" in answer.json()["reason"]
    assert "hunter2" not in answer.content.decode()


def test_a_dependency_that_hangs_does_not_hang_the_answer(client, monkeypatch):
    monkeypatch.setattr(health.DatabaseReachable, "run", lambda self: time.sleep(3))
    monkeypatch.setattr(health.DatabaseReachable, "timeout", datetime.timedelta(seconds=-0.8))
    began = time.monotonic()
    answer = client.get("/system/ready")
    assert answer.status_code == 503
    assert "Timed out" in answer.json()["reason"]
    assert time.monotonic() - began < 2


def test_health_is_200_and_says_what_is_degraded(client):
    answer = client.get("/system/health")
    body = answer.json()
    assert (answer.status_code, body["status"], body["integration_ready"]) == (200, "degraded", False)
    assert body["dependencies"]["mongo"] == body["dependencies"]["database"]
    assert body["dependencies"]["database"]["status"] == "ok"
    assert body["dependencies"]["database"]["latency_ms"] >= 0
    assert body["dependencies"]["noopur"]["status"] == "disabled"
    assert "no rulebook is in force" in body["dependencies"]["RulebookInForce"]["error"]
    ReleaseFactory.create()
    assert client.get("/system/health").json()["status"] == "healthy"


CONTRACT = {"status", "core_bridge", "feedback_store", "tests_passed", "integration_ready", "dependencies", "last_run", "timestamp", "trace_id"}


@pytest.fixture
def hanging():
    """A real server that takes connections and never says a word."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(health, "TIME_LIMIT", datetime.timedelta(seconds=0.3))


def test_healthy_in_the_contracts_shape(client, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    ReleaseFactory.create()
    for path in ("/system/health", "/creatorcore/health", "/health"):
        body = client.get(path).json()
        assert set(body) == CONTRACT
        assert (body["status"], body["integration_ready"], body["tests_passed"], body["core_bridge"], body["feedback_store"]) == (
            "healthy",
            True,
            True,
            True,
            True,
        )
        assert {"mongo", "database", "noopur"} <= body["dependencies"].keys()
        assert body["dependencies"]["mongo"]["status"] == "ok"
        assert isinstance(body["dependencies"]["mongo"]["latency_ms"], float)
        assert body["dependencies"]["noopur"] == {"status": "disabled"}


def test_a_neighbour_that_hangs_degrades_within_its_limit(client, settings, hanging, quick, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.NOOPUR_HEALTH_URL = f"http://user:secret@127.0.0.1:{hanging}/health"
    settings.CREATORCORE_BASE_URL = f"http://127.0.0.1:{hanging}"
    ReleaseFactory.create()
    began = time.monotonic()
    answer = client.get("/system/health")
    assert time.monotonic() - began < 2
    body = answer.json()
    assert (answer.status_code, body["status"], body["core_bridge"], body["integration_ready"]) == (200, "degraded", False, False)
    assert body["dependencies"]["noopur"]["error"].endswith("noopur not reachable")
    assert "secret" not in answer.content.decode()


def test_a_neighbour_that_answers_an_error_is_named(client, settings, tmp_path):
    from tests.telemetry.receiver import receiving

    settings.DATA_DIR = tmp_path
    ReleaseFactory.create()
    with receiving() as neighbour:
        settings.NOOPUR_HEALTH_URL = neighbour.url
        assert client.get("/system/health").json()["dependencies"]["noopur"]["status"] == "ok"
        neighbour.answer = lambda body: 500
        assert "noopur answers 500" in client.get("/system/health").json()["dependencies"]["noopur"]["error"]


def test_another_digest_than_the_known_one_is_told(client, monkeypatch, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr("promptrunner.selfcheck.digest_of", lambda prompt: "0" * 64)
    body = client.get("/system/health").json()
    assert (body["status"], body["tests_passed"], body["integration_ready"]) == ("degraded", False, False)


def test_an_event_that_waits_too_long_and_a_rulebook_that_is_old_are_told(client, settings, tmp_path):
    from telemetry.models import Event
    from tests.factories import EventFactory

    settings.DATA_DIR, settings.RULEBOOK_AGE_LIMIT_DAYS, settings.OUTBOX_LAG_LIMIT_SECONDS = tmp_path, 30, 60
    ReleaseFactory.create(published_at=datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC))
    event = EventFactory.create()
    Event.objects.filter(pk=event.pk).update(created_at=datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC))
    dependencies = client.get("/system/health").json()["dependencies"]
    assert "run manage.py deliver_events --follow" in dependencies["OutboxLag"]["error"]
    assert "look whether the law was amended" in dependencies["RulebookAge"]["error"]
    assert client.get("/system/ready").status_code == 200


def test_what_runs_here_is_told(client):
    body = client.get("/system/version").json()
    assert (body["service"], body["version"]) == ("prompt-runner", "2.0.0")
    assert {"build", "python_version", "timestamp", "trace_id"} <= body.keys()
    assert client.get("/system/ping").json()["status"] == "ok"
