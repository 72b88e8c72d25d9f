"""Log lines: JSON for machines, words for people, both with the trace id and the run id."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOG = """
import django, logging
django.setup()
from telemetry.trace import adopt_run, begin_trace
logging.getLogger("x").info("outside")
begin_trace("t-1")
logging.getLogger("x").info("before the run")
adopt_run("r-1")
try:
    1 / 0
except ZeroDivisionError:
    logging.getLogger("x").exception("inside")
"""


def lines_of(folder: Path, **variables: str) -> list[str]:
    environment = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "promptrunner.settings", "PROMPTRUNNER_ENV": "development", "DATA_DIR": str(folder)}
    return subprocess.run(
        [sys.executable, "-c", LOG], cwd=ROOT, env={**environment, **variables}, capture_output=True, text=True, check=True
    ).stderr.splitlines()


def test_json_lines_carry_the_trace_the_run_and_the_whole_traceback(tmp_path):
    outside, before, inside = (json.loads(line) for line in lines_of(tmp_path, LOG_JSON="true"))
    assert (outside["levelname"], outside["name"], outside["message"]) == ("INFO", "x", "outside")
    assert [(line["trace_id"], line["run_id"]) for line in (outside, before, inside)] == [("-", "-"), ("t-1", "-"), ("t-1", "r-1")]
    assert "ZeroDivisionError" in inside["exc_info"]


def test_plain_lines_carry_the_trace_and_the_run(tmp_path):
    lines = lines_of(tmp_path)
    assert "INFO x [- -] outside" in lines
    assert "ERROR x [t-1 r-1] inside" in lines
