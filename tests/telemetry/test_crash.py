"""kill -9 while events are delivered: everything arrives, in order per run; a real process, database file and HTTP server."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

import pytest

from tests.telemetry.receiver import receiving

ROOT = Path(__file__).parents[2]
RUNS, EACH = 40, 5
FILL = f"""
import uuid
from django.utils import timezone
from telemetry.services import event_made, event_record
from telemetry.transactions import atomic
with atomic():
    for number in range({EACH}):
        for run in range({RUNS}):
            event_record(event_made(event_type="compliance_check", record_id=uuid.uuid4(), trace_id="t", run_id=uuid.UUID(int=run), timestamp=timezone.now(),
                metadata={{"city": "Pune", "status": "COMPLIANT", "rules_evaluated": 1, "compliance_rate": 1.0, "number": number}},
                performance={{"duration_ms": 1.0, "rules_filtered": 0, "rules_applicable": 1}}))
"""


def slowly(body):
    time.sleep(0.004)
    return 200


@pytest.mark.slow
def test_nothing_is_lost_when_the_deliverer_is_killed_again_and_again(tmp_path):
    with receiving() as receiver:
        receiver.answer = slowly
        environment = {
            **os.environ, "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}", "DATA_DIR": str(tmp_path / "data"), "PROMPTRUNNER_ENV": "development",
            "EVENT_SINKS": "file,http", "INSIGHTFLOW_URL": receiver.url,
        }  # fmt: skip

        def manage(*words, **options):
            return subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=environment, check=True, capture_output=True, text=True, **options)

        manage("migrate", "--verbosity", "0")
        manage("shell", "-c", FILL)
        kills = 0
        for after in (3, 25, 60, 90, 130):
            process = subprocess.Popen([sys.executable, "manage.py", "deliver_events", "--follow", "--limit", "7"], cwd=ROOT, env=environment)
            until = time.monotonic() + 60
            while len(receiver.received) < after and process.poll() is None and time.monotonic() < until:
                time.sleep(0.002)
            process.kill()
            process.wait()
            kills += 1
            manage("shell", "-c", "from telemetry.models import Lease; Lease.objects.all().delete()")  # else the next one waits for a minute
        manage("deliver_events")
        waiting = manage("shell", "-c", "from telemetry.models import Event; print('waiting', Event.objects.filter(delivered_at=None).count())").stdout
    arrived = defaultdict(list)
    for body in receiver.taken:
        arrived[body["run_id"]].append(body["metadata"]["number"])
    assert kills == 5
    assert "waiting 0" in waiting
    assert len(arrived) == RUNS
    assert all(list(dict.fromkeys(found)) == list(range(EACH)) for found in arrived.values())
    assert len(receiver.taken) < RUNS * EACH + 5 * 8  # a kill repeats a batch at most
