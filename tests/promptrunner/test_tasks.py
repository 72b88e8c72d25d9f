"""What Celery's tasks do, without a broker: tests/promptrunner/test_celery.py has workers and a Redis."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from compliance.models import Batch, Run
from compliance.rechecking import reprocess_runs
from compliance.services.batches import HELD_SECONDS, part_drop, part_take
from promptrunner import batches, workers
from promptrunner.pipeline import run_proposal
from telemetry.trace import begin_trace

PUNE = "Residential building in Pune, zone R2, plot {} sq m, 18 m road, height 12 m, FSI 1, all margins 6 m"
NOBODY = "redis://:hunter2@127.0.0.1:1/0"


@pytest.fixture
def broker_away(settings):
    """Celery with a broker that does not answer; its app keeps the first address that it is given."""
    settings.CELERY_BROKER_URL = NOBODY
    settings.BATCH_WORKER = "celery"


@pytest.mark.django_db
@pytest.mark.usefixtures("rulebooks", "broker_away")
def test_a_batch_is_taken_while_the_broker_is_away_and_the_command_works_it_off(api, caplog):
    sent = api.post("/api/v1/batches/", {"proposals": [PUNE.format(1000)]}, content_type="application/json")
    assert sent.status_code == 202
    assert "The broker cannot be reached, the batch waits" in caplog.text
    assert "hunter2" not in caplog.text
    asked = api.get(f"/api/v1/batches/{sent.json()['id']}/").json()
    assert (asked["status"], asked["checked"]) == ("waiting", 0)
    call_command("work_batches")
    assert Batch.objects.get().status == Batch.Status.DONE


@pytest.mark.django_db
@pytest.mark.usefixtures("rulebooks")
def test_a_part_is_worked_off_at_a_time_and_the_last_one_ends_the_batch(api, settings):
    settings.BATCH_WORKER = "command"
    sent = api.post("/api/v1/batches/", {"proposals": [PUNE.format(1000 + number) for number in range(60)]}, content_type="application/json")
    batch = Batch.objects.get(pk=sent.json()["id"])
    assert batches.work_one_part(batch) == 0  # there is another one
    assert batch.results.count() == 50
    held = part_take(holder="elsewhere", batch=batch)
    assert held is not None
    wait = batches.work_one_part(batch)
    assert wait is not None
    assert 0 < wait <= HELD_SECONDS  # when the hold of the other one has run out
    part_drop(part=held, holder="elsewhere")
    assert batches.work_one_part(batch) is None
    batch.refresh_from_db()
    assert (batch.results.count(), batch.status) == (60, Batch.Status.DONE)


@pytest.mark.django_db
@pytest.mark.usefixtures("rulebooks", "broker_away")
@pytest.mark.parametrize("unchanged_too", [True, False])
def test_a_chunk_begun_twice_is_reported_as_if_it_had_been_begun_once(unchanged_too):
    from promptrunner import tasks

    for number in range(6):
        run_proposal(prompt=PUNE.format(500 + number), as_of=datetime.date(2026, 1, 15))
    Run.objects.filter(plot_area_sq_m__lt=504).update(outcome_digest="x", status="NON_COMPLIANT")  # as if judged by an earlier program
    options = {"as_of": datetime.date(2026, 1, 16), "unchanged_too": unchanged_too}
    ids = list(Run.objects.order_by("plot_area_sq_m").values_list("pk", flat=True))
    begin_trace("the-command")
    whole = reprocess_runs(ids, dry_run=True, **options)
    assert whole.superseded == (6 if unchanged_too else 4)
    assert whole.statuses
    reprocess_runs(ids[:3], dry_run=False, **options)  # by a worker that was then killed
    assert tasks._report(tasks.reprocess.run(ids, dry_run=False, **options)) == whole
    assert Run.objects.filter(revision=2).count() == whole.superseded
    # What somebody else superseded meanwhile is not of this reprocessing.
    begin_trace("another")
    again = tasks._report(tasks.reprocess.run(ids, dry_run=False, **options))
    assert (again.superseded, again.unchanged) == (0, whole.unchanged)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("broker_away")
def test_health_names_the_broker_where_one_is_set_and_ready_does_not_ask_it(client):
    health = client.get("/system/health").json()
    assert health["dependencies"]["BrokerReachable"]["error"] == "Unavailable: broker not reachable"
    assert health["status"] == "degraded"
    assert "roker" not in client.get("/system/ready").content.decode()


@pytest.mark.django_db(transaction=True)
def test_health_without_a_broker_does_not_name_one(client):
    assert "BrokerReachable" not in client.get("/system/health").json()["dependencies"]


@pytest.mark.django_db
@pytest.mark.parametrize(("options", "says"), [({}, "CELERY_BROKER_URL does not say where"), ({"workers": 2}, "--celery and --workers exclude each other")])
def test_reprocessing_says_what_celery_lacks(options, says):
    with pytest.raises(CommandError, match=says):
        call_command("reprocess", celery=True, **options)


@pytest.mark.django_db
def test_reprocessing_says_where_celery_is_not_installed(monkeypatch):
    monkeypatch.setattr(workers, "find_spec", lambda name: None)
    with pytest.raises(CommandError, match="Celery is not installed: pip install"):
        call_command("reprocess", celery=True)


def test_without_celery_and_its_packages_everything_else_is_imported(tmp_path):
    script = """
import sys
sys.modules.update(dict.fromkeys(["celery", "kombu", "billiard", "amqp", "vine"]))
import django
django.setup()
from django.core.management import get_commands, load_command_class
import promptrunner.wsgi, promptrunner.urls
for name, app in get_commands().items():
    if app in ("promptrunner", "compliance", "geometry", "feedback", "telemetry"):
        load_command_class(app, name)
"""
    environment = {
        **os.environ,
        "DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "promptrunner.settings",
        "CELERY_BROKER_URL": "",
        "BATCH_WORKER": "thread",
    }
    done = subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).parents[2], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_broker_that_is_the_cache_is_warned_of(settings):
    from promptrunner.checks import broker_forgets_nothing

    settings.CELERY_BROKER_URL = settings.CACHE_URL = "redis://cache:6379/0"
    assert [warning.id for warning in broker_forgets_nothing()] == ["promptrunner.W002"]
    settings.CELERY_BROKER_URL = "redis://broker:6379/0"
    assert broker_forgets_nothing() == []
