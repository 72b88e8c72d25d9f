"""A reprocessing is killed again and again, as by kill -9, on a database of its own; afterwards the books are balanced."""

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
KILLS, RUNS = 20, 2_400
MAKE = """
import datetime
import django
django.setup()
from promptrunner.pipeline import run_proposal
prompt = "Residential building in Pune, zone R2, plot %%d sq m, 18 m road, height 12 m, FSI 1, all margins 6 m"
for number in range(%d):
    run_proposal(prompt=prompt %% (500 + number), as_of=datetime.date(2026, 1, 15))
"""


@pytest.mark.slow
def test_a_reprocessing_killed_twenty_times_loses_and_doubles_nothing(tmp_path):
    file = tmp_path / "runs.sqlite3"
    environment = {
        **os.environ, "PROMPTRUNNER_ENV": "development", "DATA_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{file}", "DJANGO_SETTINGS_MODULE": "promptrunner.settings",
    }  # fmt: skip

    def start(*command):
        return subprocess.Popen([sys.executable, *command], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def ask(question):
        with sqlite3.connect(file, timeout=30) as database:
            return database.execute(question).fetchall()

    def superseding():
        return ask("SELECT count(*) FROM compliance_run WHERE revision > 1")[0][0]

    for command in (("manage.py", "migrate"), ("manage.py", "load_rulebooks"), ("-c", MAKE % RUNS)):
        assert start(*command).wait(timeout=120) == 0
    # The time before which the runs were made is what a reprocessing says when it begins.
    said = subprocess.run(
        [sys.executable, "manage.py", "reprocess", "--all", "--city", "Nashik"], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    going_on = ("manage.py", "reprocess", "--all", "--before", said.stderr.split("--before ")[1].split()[0].rstrip("."))
    chance, cut = random.Random(7), 0  # noqa: S311 - moments, not secrets
    for _ in range(KILLS):
        before, worker = superseding(), start(*going_on)
        # Killed at work, not while it starts: some time after its first run.
        ends = time.monotonic() + 60
        while superseding() == before and worker.poll() is None and time.monotonic() < ends:
            time.sleep(0.005)
        time.sleep(chance.uniform(0, 0.08))
        cut += worker.poll() is None
        worker.kill()
        worker.wait()
    assert cut == KILLS, f"{superseding()} of {RUNS} were done too soon"
    assert superseding() < RUNS
    assert start(*going_on, "--workers", "2").wait(timeout=120) == 0
    # Each run is superseded once, by one of the same proposal, and each has its event.
    assert ask("SELECT count(*), count(supersedes_id), count(DISTINCT supersedes_id), max(revision) FROM compliance_run") == [(2 * RUNS, RUNS, RUNS, 2)]
    assert ask("SELECT count(*) FROM compliance_run a JOIN compliance_run b ON b.supersedes_id = a._id WHERE a.prompt = b.prompt AND a.digest = b.digest") == [
        (RUNS,)
    ]
    assert ask("SELECT count(*), count(DISTINCT run_id) FROM telemetry_event") == [(2 * RUNS, 2 * RUNS)]
