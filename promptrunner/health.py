"""Is the service alive, ready, healthy? Checks on django-health-check, each with its own time limit."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from health_check.base import HealthCheck, HealthCheckResult
from health_check.exceptions import ServiceUnavailable
from health_check.views import HealthCheckView

TIME_LIMIT = datetime.timedelta(seconds=2)


def now() -> str:
    """Return the time as the contract writes it."""
    return timezone.now().astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")


def live(request: HttpRequest) -> HttpResponse:
    """Answer that the process runs; no dependency is touched."""
    return JsonResponse({"alive": True, "timestamp": now()})


@dataclasses.dataclass
class DatabaseReachable(HealthCheck):
    """The configured database answers, whatever its engine."""

    timeout = TIME_LIMIT
    alias: str = DEFAULT_DB_ALIAS

    def run(self) -> None:
        """Ask the database for one answer."""
        connection: Any = connections[self.alias]
        try:
            if connection.vendor == "mongodb":
                connection.database.command("ping")
            else:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1")
        except Exception as error:  # whatever a driver raises means the same to the caller, and its text may hold secrets
            raise ServiceUnavailable("database not reachable") from error
        finally:
            _done_with(connection)


@dataclasses.dataclass
class MigrationsApplied(HealthCheck):
    """Every migration is applied."""

    timeout = TIME_LIMIT
    alias: str = DEFAULT_DB_ALIAS

    def run(self) -> None:
        """Compare the migrations on disk with those in the database."""
        connection = connections[self.alias]
        try:
            executor = MigrationExecutor(connection)
            pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
        except Exception as error:  # as above
            raise ServiceUnavailable("migrations cannot be read") from error
        finally:
            _done_with(connection)
        if pending:
            raise ServiceUnavailable(f"{len(pending)} migrations are pending; run manage.py migrate")


@dataclasses.dataclass
class RulebookInForce(HealthCheck):
    """A rulebook is in force."""

    timeout = TIME_LIMIT

    def run(self) -> None:
        """Ask for one release that holds today."""
        from compliance.models import RulebookRelease  # noqa: PLC0415 - models are not loaded when URLs are
        from promptrunner.pipeline import today  # noqa: PLC0415 - as above

        try:
            found = RulebookRelease.objects.in_force(today()).exists()
        except Exception as error:  # as above
            raise ServiceUnavailable("rulebooks cannot be read") from error
        finally:
            _done_with(connections[DEFAULT_DB_ALIAS])
        if not found:
            raise ServiceUnavailable("no rulebook is in force; run manage.py load_rulebooks")


def _done_with(connection: Any) -> None:
    """Close a connection that a check's own thread opened; a pooled MongoDB client stays."""
    if connection.vendor != "mongodb":
        connection.close()


async def _results(view: HealthCheckView) -> dict[str, dict[str, Any]]:
    """Return {check: {status, latency_ms, error?}}; a check beyond its time limit counts as failed."""
    # Threads of our own, not waited for at the end: a dependency that hangs must not hang the answer.
    executor = ThreadPoolExecutor(max_workers=4)
    try:
        results = await asyncio.gather(*(check.get_result(executor) for check in view.get_checks()))
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
    return {type(result.check).__name__: _entry(result) for result in results}


def _entry(result: HealthCheckResult) -> dict[str, Any]:
    entry: dict[str, Any] = {"status": "error" if result.error else "ok", "latency_ms": round(result.time_taken * 1000, 2)}
    if result.error:
        entry["error"] = str(result.error)
    return entry


class Ready(HealthCheckView):
    """Ready to serve: database reachable, migrations applied, a rulebook in force."""

    checks = (DatabaseReachable, MigrationsApplied, RulebookInForce)

    async def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer 200 or 503 with the reason."""
        failing = [f"{name}: {entry['error']}" for name, entry in (await _results(self)).items() if "error" in entry]
        if failing:
            return JsonResponse({"ready": False, "status": "not_ready", "reason": "; ".join(sorted(failing)), "timestamp": now()}, status=503)
        return JsonResponse({"ready": True, "status": "ready", "timestamp": now()})


class Health(HealthCheckView):
    """Every dependency with its latency."""

    checks = (DatabaseReachable, MigrationsApplied, RulebookInForce)

    async def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer 200 with what is healthy and what is not."""
        results = await _results(self)
        database = results.pop("DatabaseReachable")
        degraded = any("error" in entry for entry in (database, *results.values()))
        dependencies = {"mongo": database, "database": database, "noopur": {"status": "disabled"}, **results}
        return JsonResponse({
            "status": "degraded" if degraded else "healthy",
            "integration_ready": not degraded,
            "dependencies": dependencies,
            "timestamp": now(),
        })  # fmt: skip
