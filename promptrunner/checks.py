"""System checks of our own: what would fail later is said at start, with what to do."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register


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


@register("database", deploy=True)
def mongodb_has_transactions(**kwargs: Any) -> list[CheckMessage]:
    """Return an error where MongoDB is not a replica set: a run and its event could not commit together."""
    from django.db import connection  # noqa: PLC0415 - not before the apps are ready

    if connection.vendor != "mongodb":
        return []
    hello = connection.database.command("hello")
    if "setName" not in hello and hello.get("msg") != "isdbgrid":
        return [
            Error(
                "This MongoDB is no replica set, so it has no transactions.", hint="Start mongod with --replSet and run rs.initiate().", id="promptrunner.E002"
            )
        ]
    return []
