"""What is said at start, before it fails later."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.core.checks import Tags, run_checks

from promptrunner import checks


def ids(messages) -> set[str]:
    return {message.id for message in messages}


def test_a_data_folder_that_cannot_be_written_is_an_error_with_a_hint(settings, tmp_path, monkeypatch):
    settings.DATA_DIR = tmp_path
    assert checks.data_folder_is_writable() == []
    monkeypatch.setattr("os.access", lambda *_: False)
    [error] = checks.data_folder_is_writable()
    assert (error.id, bool(error.hint)) == ("promptrunner.E001", True)


def test_a_deployment_that_answers_everybody_is_warned_of(settings):
    assert "promptrunner.W001" not in ids(run_checks(include_deployment_checks=True))
    settings.ALLOW_ANONYMOUS = True
    assert "promptrunner.W001" in ids(run_checks(include_deployment_checks=True))


@pytest.mark.parametrize(
    ("hello", "errors"),
    [({"isWritablePrimary": True}, {"promptrunner.E002"}), ({"setName": "rs0"}, set()), ({"msg": "isdbgrid"}, set())],
)
def test_a_mongodb_without_transactions_is_an_error(monkeypatch, hello, errors):
    server = SimpleNamespace(vendor="mongodb", database=SimpleNamespace(command=lambda _: hello))
    monkeypatch.setattr(checks, "connections", {"default": server})
    assert ids(checks.mongodb_has_transactions(databases=["default"])) == errors


@pytest.mark.django_db
def test_the_configured_database_passes():
    assert "promptrunner.E002" not in ids(run_checks(tags=[Tags.database], databases=["default"]))
