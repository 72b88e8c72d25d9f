"""One `atomic` for every database. Django's own does not roll back on MongoDB, so it is banned everywhere else by lint."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction


def atomic(using: str = DEFAULT_DB_ALIAS) -> AbstractContextManager[Any]:
    """Return a context in which everything is written or nothing is, whatever the database."""
    if connections[using].vendor == "mongodb":
        from django_mongodb_backend import transaction as mongodb  # noqa: PLC0415 - heavy, and only where MongoDB is used

        context: AbstractContextManager[Any] = mongodb.atomic(using=using)
        return context
    return transaction.atomic(using=using)


def on_commit(do: Callable[[], object], using: str = DEFAULT_DB_ALIAS) -> None:
    """Call something once the surrounding `atomic` has committed, at once where there is none, and never after a rollback."""
    transaction.on_commit(do, using=using)
