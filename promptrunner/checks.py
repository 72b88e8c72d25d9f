"""System checks of our own: what would fail later is said at start, with what to do."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections


@register()
def data_folder_is_writable(**kwargs: Any) -> list[CheckMessage]:
    """Return an error where DATA_DIR exists and cannot be written."""
    folder = settings.DATA_DIR
    if folder.exists() and not os.access(folder, os.W_OK):
        return [
            Error(
                f"DATA_DIR {folder} cannot be written.", hint="Give the service's user write access or set DATA_DIR to another folder.", id="promptrunner.E001"
            )
        ]
    return []


@register(deploy=True)
def anonymous_use_is_deliberate(**kwargs: Any) -> list[CheckMessage]:
    """Return a warning where a deployment answers everybody."""
    if settings.ALLOW_ANONYMOUS:
        return [
            Warning(
                "ALLOW_ANONYMOUS is on: the API answers without a token.", hint="Unset it and hand out tokens (manage.py create_token).", id="promptrunner.W001"
            )
        ]
    return []


@register(deploy=True)
def broker_forgets_nothing(**kwargs: Any) -> list[CheckMessage]:
    """Return a warning where tasks wait in the Redis of the cache."""
    if settings.CELERY_BROKER_URL and settings.CELERY_BROKER_URL == settings.CACHE_URL:
        return [
            Warning(
                "CELERY_BROKER_URL is the same as CACHE_URL: a cache that is full throws out tasks.",
                hint="Give the broker a Redis of its own with --maxmemory-policy noeviction.",
                id="promptrunner.W002",
            )
        ]
    return []


@register(Tags.database)
def mongodb_has_transactions(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Return an error for each MongoDB that is not a replica set: a run and its event could not commit together.

    `migrate` asks this too; `check` only with `--database default`, since it talks to the server.
    """
    errors: list[CheckMessage] = []
    for alias in databases or ():
        connection: Any = connections[alias]
        if connection.vendor == "mongodb" and not has_transactions(connection.database.command("hello")):
            hint = "Start mongod with --replSet and run rs.initiate()."
            errors.append(Error(f"The MongoDB of '{alias}' is no replica set, so it has no transactions.", hint=hint, id="promptrunner.E002"))
    return errors


def has_transactions(hello: Mapping[str, Any]) -> bool:
    """Return whether a server's answer to `hello` is that of a replica set or of a sharded cluster's router."""
    return "setName" in hello or hello.get("msg") == "isdbgrid"
