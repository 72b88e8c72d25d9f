"""Production refuses to start without what it needs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAFE = {"SECRET_KEY": "x" * 60 + "abcdefgh", "ALLOWED_HOSTS": "example.org"}


def _check(**variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "VIRTUAL_ENV", "DATA_DIR")}
    return subprocess.run([sys.executable, "manage.py", "check"], cwd=ROOT, env={**environment, **variables}, capture_output=True, text=True, check=False)


def test_with_its_secrets_production_starts(tmp_path):
    assert _check(**SAFE, DATA_DIR=str(tmp_path)).returncode == 0


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": SAFE["SECRET_KEY"]}, "ALLOWED_HOSTS is not set"),
        ({**SAFE, "DEBUG": "maybe"}, "DEBUG is 'maybe'; write true or false"),
        ({**SAFE, "DATABASE_URL": "mysql://x/y"}, "use sqlite:///, postgres:// or mongodb://"),
        ({**SAFE, "DATABASE_URL": "mongodb://x/"}, "names the database in its path"),
        ({"PROMPTRUNNER_ENV": "staging"}, "write production or development"),
    ],
)
def test_a_wrong_environment_is_refused_with_what_to_do(variables, words, tmp_path):
    refused = _check(**variables, DATA_DIR=str(tmp_path))
    assert refused.returncode != 0
    assert words in refused.stderr
