"""Fixtures for tests that meet Django: rulebooks in the database, an API client."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import pytest

from compliance.packaged import FOLDER
from compliance.rules import Rulebook, load_file


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """Each test begins without what an earlier one left in the process's cache: its database rows are gone."""
    from django.core.cache import cache

    cache.clear()


@pytest.fixture
def rulebooks(db: None) -> None:
    """The packaged rulebooks, loaded and published."""
    from compliance.services.releases import rulebook_load

    for rulebook in _packaged():
        rulebook_load(rulebook=rulebook)


@functools.cache
def _packaged() -> tuple[Rulebook, ...]:
    """Return the packaged rulebooks, read once for the whole test run: they never change."""
    return tuple(map(load_file, sorted(Path(FOLDER).glob("*.yaml"))))


@pytest.fixture
def api(settings: Any) -> Any:
    """An API client of an installation that allows anonymous use."""
    from rest_framework.test import APIClient

    settings.ALLOW_ANONYMOUS = True
    return APIClient()


PROPOSAL = (
    "Residential building in Baner, Pune, zone R2. Plot 25 m x 40 m on a 15 m road. Height 18 m. FSI 2.3. "
    "Front margin 3 m, side margins 3.6 m, rear margin 3.6 m."
)
"""A complete proposal in words that complies with the UDCPR: 2.50 FSI, front 3.0, sides 18/5 = 3.6."""


@pytest.fixture
def files(settings: Any, tmp_path: Path) -> Path:
    """The folder of the cases' files."""
    from django.core.files.storage import storages

    settings.STORAGES = {**settings.STORAGES, "cases": {"BACKEND": "promptrunner.storage.WholeFileStorage", "OPTIONS": {"location": tmp_path}}}
    assert storages["cases"].path("x") == str(tmp_path / "x")
    return tmp_path
