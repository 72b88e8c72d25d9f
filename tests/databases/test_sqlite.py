"""SQLite as it is used outside tests: a file, several processes."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
WRITE = """
from telemetry.transactions import atomic
from compliance.models import City, Run
from tests.factories import RunFactory
for _ in range(25):
    with atomic():
        Run.objects.count()
        RunFactory.create()
"""


def manage(folder: Path, *words: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PROMPTRUNNER_ENV": "development", "DATABASE_URL": f"sqlite:///{folder / 'runs.sqlite3'}", "DATA_DIR": str(folder)}
    return subprocess.Popen([sys.executable, "manage.py", *words], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_processes_that_write_at_once_queue_up_instead_of_failing(tmp_path):
    """A block that reads first and writes then fails at once with SQLite's own deferred locks, whatever its busy timeout."""
    migrating = manage(tmp_path, "migrate", "--verbosity", "0")
    assert migrating.wait() == 0, migrating.stdout and migrating.stdout.read()
    writers = [manage(tmp_path, "shell", "--no-imports", "-c", WRITE) for _ in range(3)]
    for writer in writers:
        said, _ = writer.communicate()
        assert writer.returncode == 0, said
    database = sqlite3.connect(tmp_path / "runs.sqlite3")
    assert database.execute("SELECT COUNT(*) FROM compliance_run").fetchone() == (75,)
    assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    database.close()
