"""What the whole test run shares: which tests belong to which database."""

from __future__ import annotations

import os

import hypothesis
import pytest

# On a shared machine a slow example is not a wrong one. CI tries the same examples each time; people's runs look for new ones.
hypothesis.settings.register_profile("local", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "local")

# A test that opens the API says so itself; the shell or the .env of whoever runs them does not.
os.environ["ALLOW_ANONYMOUS"] = "false"

DATABASE_FIXTURES = {"db", "transactional_db", "django_db_reset_sequences", "django_db_serialized_rollback", "live_server"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database-only", action="store_true", help="only the tests that use the database (for the runs on PostgreSQL and MongoDB)")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the pure tests where asked, and mark what needs another engine than the configured one as skipped."""
    if config.getoption("--database-only"):
        pure = [item for item in items if not uses_database(item)]
        items[:] = [item for item in items if uses_database(item)]
        config.hook.pytest_deselected(items=pure)
    marked = {vendor: [item for item in items if item.get_closest_marker(marker)] for vendor, marker in (("postgresql", "postgres"), ("mongodb", "mongodb"))}
    if any(marked.values()):
        from django.db import connection  # noqa: PLC0415 - only where a test depends on the engine

        for vendor, tests in marked.items():
            for item in tests if connection.vendor != vendor else []:
                item.add_marker(pytest.mark.skip(reason=f"needs {vendor}; this run is on {connection.vendor}"))


def uses_database(item: pytest.Item) -> bool:
    """Return whether a test reads or writes the database."""
    return item.get_closest_marker("django_db") is not None or bool(DATABASE_FIXTURES & set(getattr(item, "fixturenames", ())))
