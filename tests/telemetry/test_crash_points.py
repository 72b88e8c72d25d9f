"""kill -9 at the worst moments, one each: nothing is lost, each run stays in order, and the file holds each event once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

import pytest

from tests.telemetry.receiver import receiving
from tests.telemetry.test_crash import EACH, FILL, ROOT, RUNS

# Each dies at its line, by the signal that nothing can catch.
DIES = """
import os, signal
from django.core.management import call_command
from telemetry import delivering, sinks
from telemetry.models import Delivery, Event

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

{where}
call_command("deliver_events", "--limit", "60")
"""
MOMENTS = {
    "before the file is in its place": "os.fsync = die",
    "after the file, before HTTP": "sinks.HttpSink.send = die",
    "after HTTP, before it is recorded": "delivering.Deliverer._record = die",
    "in the middle of recording": "Event.objects.filter(pk=None).__class__.update = die",
    "when it says that it ends": "delivering.Lease.objects.none().__class__.delete = die",
}


class Place:
    """A database, a data folder and an endpoint of their own."""

    def __init__(self, folder: Path, url: str) -> None:
        self.reports = folder / "data" / "reports"
        self.environment = {
            **os.environ, "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}", "DATA_DIR": str(folder / "data"), "PROMPTRUNNER_ENV": "development",
            "EVENT_SINKS": "file,http", "INSIGHTFLOW_URL": url,
        }  # fmt: skip
        self.manage("migrate", "--verbosity", "0")
        self.manage("shell", "-c", FILL)

    def manage(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=self.environment, check=check, capture_output=True, text=True)

    def forget_the_lease(self) -> None:
        """Do as if its minute had passed."""
        self.manage("shell", "-c", "from telemetry.models import Lease; Lease.objects.all().delete()")

    def undelivered(self) -> int:
        return int(self.manage("shell", "-v", "0", "-c", "from telemetry.models import Event; print(Event.objects.filter(delivered_at=None).count())").stdout)


def in_order(bodies):
    """Return whether each run's events came all, and in order where repeated ones are left out."""
    came = defaultdict(list)
    for body in bodies:
        came[body["run_id"]].append(body["metadata"]["number"])
    return len(came) == RUNS and all(list(dict.fromkeys(numbers)) == list(range(EACH)) for numbers in came.values())


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
def test_whenever_it_is_killed_everything_arrives(tmp_path, moment):
    with receiving() as receiver:
        place = Place(tmp_path, receiver.url)
        died = place.manage("shell", "-c", DIES.format(where=MOMENTS[moment]), check=False)
        assert died.returncode == -signal.SIGKILL, died.stderr
        place.forget_the_lease()
        place.manage("deliver_events")
        assert place.undelivered() == 0
        assert in_order(receiver.taken)
        file = json.loads((place.reports / "insightflow_logs.json").read_text())
    assert in_order(file)
    assert len(file) == RUNS * EACH
    assert len(receiver.taken) <= RUNS * EACH + 60


def slowly(body):
    time.sleep(0.01)
    return 200


@pytest.mark.slow
def test_sigterm_ends_it_within_an_event_and_nothing_is_sent_twice(tmp_path):
    with receiving() as receiver:
        receiver.answer = slowly
        place = Place(tmp_path, receiver.url)
        worker = subprocess.Popen([sys.executable, "manage.py", "deliver_events", "--follow"], cwd=ROOT, env=place.environment)
        until = time.monotonic() + 60
        while len(receiver.received) < 20 and worker.poll() is None and time.monotonic() < until:
            time.sleep(0.005)
        worker.terminate()
        assert worker.wait(timeout=30) == 0
        assert 20 <= len(receiver.received) < RUNS * EACH
        place.manage("deliver_events")  # the lease was given back
        assert place.undelivered() == 0
        assert in_order(receiver.taken)
        assert len(receiver.taken) == RUNS * EACH
