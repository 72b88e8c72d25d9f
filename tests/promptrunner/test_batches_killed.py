"""A worker of batches is killed again and again, as by kill -9, on a database of its own; afterwards the books are balanced."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KILLS, PROPOSALS = 20, 600
MAKE = """
import datetime
import django
django.setup()
from compliance.services.batches import batch_make
proposals = [{"prompt": f"Residential building in Pune, zone R2, plot {500 + number} sq m, 18 m road, height 12 m, FSI 1, all margins 6 m"} for number in range(%d)]
batch_make(proposals=proposals, rulebook="", as_of=datetime.date(2026, 1, 15), owner="", session_id="", trace_id="killed")
"""


@pytest.mark.slow
def test_a_worker_killed_twenty_times_loses_and_doubles_nothing(tmp_path):
    file = tmp_path / "batches.sqlite3"
    environment = {
        **os.environ, "PROMPTRUNNER_ENV": "development", "DATA_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{file}", "DJANGO_SETTINGS_MODULE": "promptrunner.settings",
    }  # fmt: skip

    def start(*command):
        return subprocess.Popen([sys.executable, *command], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def ask(question):
        with sqlite3.connect(file, timeout=30) as database:
            return database.execute(question).fetchall()

    def results():
        return ask("SELECT count(*) FROM compliance_batchresult")[0][0]

    for command in (("manage.py", "migrate"), ("manage.py", "load_rulebooks"), ("-c", MAKE % PROPOSALS)):
        assert start(*command).wait(timeout=120) == 0
    chance, cut = random.Random(7), 0  # noqa: S311 - moments, not secrets
    for _ in range(KILLS):
        before, worker = results(), start("manage.py", "work_batches")
        # Killed at work, not while it starts: some time after its first result.
        ends = time.monotonic() + 60
        while results() == before and worker.poll() is None and time.monotonic() < ends:
            time.sleep(0.005)
        time.sleep(chance.uniform(0, 0.08))
        cut += worker.poll() is None
        worker.kill()
        worker.wait()
        ask("UPDATE compliance_batchpart SET until = '2020-01-01' WHERE until IS NOT NULL")  # instead of waiting for a minute
    assert cut == KILLS, f"{results()} of {PROPOSALS} were done too soon"
    assert results() < PROPOSALS
    assert start("manage.py", "work_batches").wait(timeout=120) == 0
    assert ask("SELECT status FROM compliance_batch") == [("done",)]
    assert ask("SELECT count(*) FROM compliance_batchpart") == [(0,)]
    assert ask("SELECT count(*), count(DISTINCT number), count(DISTINCT run_id) FROM compliance_batchresult") == [(PROPOSALS, PROPOSALS, PROPOSALS)]
    assert ask("SELECT count(*), count(DISTINCT plot_area_sq_m) FROM compliance_run") == [(PROPOSALS, PROPOSALS)]
    assert ask("SELECT count(*), count(DISTINCT run_id) FROM telemetry_event") == [(PROPOSALS, PROPOSALS)]
