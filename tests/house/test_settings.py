"""Production refuses to start without what it needs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAFE = {"SECRET_KEY": "x" * 60 + "abcdefgh", "ALLOWED_HOSTS": "example.org"}


def _check(*options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "VIRTUAL_ENV")}
    return subprocess.run(
        [sys.executable, "manage.py", "check", *options],
        cwd=ROOT,
        env={**environment, "PROMPTRUNNER_ENV": "production", **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_with_its_secrets_production_starts(tmp_path):
    assert _check(**SAFE, DATA_DIR=str(tmp_path)).returncode == 0


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": SAFE["SECRET_KEY"]}, "ALLOWED_HOSTS is not set"),
        ({**SAFE, "DEBUG": "maybe"}, "DEBUG is 'maybe'; write true or false"),
        ({**SAFE, "DEBUG": "true"}, "DEBUG is on in production"),
        ({**SAFE, "ALLOWED_HOSTS": " , "}, "ALLOWED_HOSTS is not set"),
        ({**SAFE, "SECURE_HSTS_SECONDS": "a year"}, "SECURE_HSTS_SECONDS is 'a year'; write a whole number"),
        ({**SAFE, "TRUSTED_CLIENTS": "10.0.0.1/8"}, "TRUSTED_CLIENTS holds '10.0.0.1/8'"),
        ({**SAFE, "DATABASE_URL": "sqlite:////dev/null/x/runs.sqlite3"}, "DATABASE_URL: the folder /dev/null/x cannot be made"),
        ({**SAFE, "DATABASE_URL": "mysql://x/y"}, "use sqlite:///, postgres:// or mongodb://"),
        ({**SAFE, "DATABASE_URL": "mongodb://x/"}, "names the database in its path"),
        ({"PROMPTRUNNER_ENV": "staging"}, "write production or development"),
        ({**SAFE, "EVENT_SINKS": "file,post"}, "EVENT_SINKS names post; the sinks are file, http, stdout, creatorcore."),
        ({**SAFE, "EVENT_SINKS": "http"}, "EVENT_SINKS names http, but INSIGHTFLOW_URL does not say where to."),
        ({**SAFE, "EVENT_SINKS": "creatorcore"}, "EVENT_SINKS names creatorcore, but CREATORCORE_BASE_URL does not say where it is."),
        ({**SAFE, "BATCH_WORKER": "someone"}, "BATCH_WORKER is 'someone'; write thread, command or celery."),
        ({**SAFE, "BATCH_WORKER": "celery"}, "BATCH_WORKER is celery, but CELERY_BROKER_URL does not say where the broker is."),
        ({**SAFE, "CELERY_BROKER_URL": "sqs://key:secret@"}, "CELERY_BROKER_URL begins with 'sqs'; use redis://, rediss://, amqp:// or amqps://."),
        ({**SAFE, "INSIGHTFLOW_URL": "insight.example"}, "INSIGHTFLOW_URL is no web address"),
    ],
)
def test_a_wrong_environment_is_refused_with_what_to_do(variables, words, tmp_path):
    refused = _check(**variables, DATA_DIR=str(tmp_path))
    assert refused.returncode != 0
    assert words in refused.stderr


def test_a_deployment_passes_djangos_own_deployment_checks(tmp_path):
    passed = _check("--deploy", "--fail-level", "WARNING", **SAFE, DATA_DIR=str(tmp_path))
    assert passed.returncode == 0, passed.stderr


def test_a_key_that_is_too_short_to_be_a_secret_fails_the_deployment_checks(tmp_path):
    failed = _check("--deploy", "--fail-level", "WARNING", **{**SAFE, "SECRET_KEY": "short"}, DATA_DIR=str(tmp_path))
    assert failed.returncode == 1
    assert "security.W009" in failed.stderr


@pytest.mark.parametrize(
    ("url", "engine"),
    [
        ("", "django.db.backends.sqlite3"),
        ("postgres://u:p@h:5432/n", "django.db.backends.postgresql"),
        ("mongodb://u:p@h/n?replicaSet=rs0", "django_mongodb_backend"),
        ("mongodb+srv://u:p@cluster.example/n", "django_mongodb_backend"),
    ],
)
def test_the_database_follows_from_its_url_without_asking_any_server(url, engine, tmp_path):
    printing = "from django.conf import settings; print(settings.DATABASES['default']['ENGINE'])"
    environment = {
        **SAFE,
        "PATH": os.environ["PATH"],
        "DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "promptrunner.settings",
        **({"DATABASE_URL": url} if url else {}),
    }
    shown = subprocess.run([sys.executable, "-c", printing], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == engine
