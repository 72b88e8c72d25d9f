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
