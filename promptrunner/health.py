"""Is the service alive, ready, healthy? Checks on django-health-check, each with its own time limit."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import platform
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import urllib3
from django.conf import settings
from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from health_check.base import HealthCheck, HealthCheckResult
from health_check.exceptions import ServiceUnavailable
from health_check.views import HealthCheckView

from promptrunner.errors import written
from telemetry.trace import current_trace_id

TIME_LIMIT = datetime.timedelta(seconds=2)


SERVICE, VERSION = "prompt-runner", "2.0.0"
"""The version is that of the frozen surfaces, which installed clients compare; `build` is the program's own."""


def answer(body: Mapping[str, Any], status: int = 200) -> JsonResponse:
    """Return a body with the time and the trace id that every answer carries."""
    return JsonResponse({**body, "timestamp": written(timezone.now()), "trace_id": current_trace_id()}, status=status)


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """Answer that the process runs; no dependency is touched."""
    return answer({"alive": True, "status": "alive"})


@require_safe
def ping(request: HttpRequest) -> HttpResponse:
    """Answer; no dependency is touched."""
    return answer({"ping": "pong", "status": "ok", "service": SERVICE})


@require_safe
def version(request: HttpRequest) -> HttpResponse:
    """Say what runs here."""
    return answer({"service": SERVICE, "version": VERSION, "build": settings.BUILD, "python_version": platform.python_version()})


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


@dataclasses.dataclass
class FeedbackStore(HealthCheck):
    """Feedback and runs can be read; `last_run` is when the newest run was made."""

    timeout = TIME_LIMIT
    last_run: str | None = None

    def run(self) -> None:
        """Read one row of each."""
        from compliance.models import Run  # noqa: PLC0415 - models are not loaded when URLs are
        from feedback.models import Feedback  # noqa: PLC0415 - as above

        try:
            Feedback.objects.exists()
            newest = Run.objects.order_by("-created_at").values_list("created_at", flat=True).first()
        except Exception as error:  # as above
            raise ServiceUnavailable("feedback cannot be read") from error
        finally:
            _done_with(connections[DEFAULT_DB_ALIAS])
        self.last_run = written(newest) if newest else None


@dataclasses.dataclass
class RulebookAge(HealthCheck):
    """The rulebooks in force were published within RULEBOOK_AGE_LIMIT_DAYS (0: any age)."""

    timeout = TIME_LIMIT

    def run(self) -> None:
        """Look at the newest of those in force."""
        from compliance.models import RulebookRelease  # noqa: PLC0415 - models are not loaded when URLs are
        from promptrunner.pipeline import today  # noqa: PLC0415 - as above

        if not settings.RULEBOOK_AGE_LIMIT_DAYS:
            return
        try:
            newest = RulebookRelease.objects.in_force(today()).order_by("-published_at").values_list("published_at", flat=True).first()
        except Exception as error:  # as above
            raise ServiceUnavailable("rulebooks cannot be read") from error
        finally:
            _done_with(connections[DEFAULT_DB_ALIAS])
        if newest and (age := (timezone.now() - newest).days) > settings.RULEBOOK_AGE_LIMIT_DAYS:
            raise ServiceUnavailable(f"no rulebook was published for {age} days; look whether the law was amended")


@dataclasses.dataclass
class OutboxLag(HealthCheck):
    """The oldest event that waits to be delivered is younger than OUTBOX_LAG_LIMIT_SECONDS (0, or no sink: any age)."""

    timeout = TIME_LIMIT

    def run(self) -> None:
        """Look at the oldest event that waits."""
        from telemetry.delivering import oldest_waiting  # noqa: PLC0415 - models are not loaded when URLs are

        if not settings.OUTBOX_LAG_LIMIT_SECONDS or not settings.EVENT_SINKS:
            return
        try:
            oldest = oldest_waiting()
        except Exception as error:  # as above
            raise ServiceUnavailable("events cannot be read") from error
        finally:
            _done_with(connections[DEFAULT_DB_ALIAS])
        if oldest and (lag := (timezone.now() - oldest).total_seconds()) > settings.OUTBOX_LAG_LIMIT_SECONDS:
            raise ServiceUnavailable(f"an event has waited for {lag:.0f} s; run manage.py deliver_events --follow")


@dataclasses.dataclass
class SelfCheck(HealthCheck):
    """Known proposals under the packaged rulebook prompt-runner-2.0 come to their known digests; no database is asked."""

    timeout = TIME_LIMIT

    def run(self) -> None:
        """Judge each and compare."""
        from promptrunner.selfcheck import failures  # noqa: PLC0415 - loads the rulebook

        if failed := failures():
            raise ServiceUnavailable(f"{len(failed)} of the known proposals come to another digest: {', '.join(failed)}")


@dataclasses.dataclass
class CacheReachable(HealthCheck):
    """The cache keeps what it is given."""

    timeout = TIME_LIMIT

    def run(self) -> None:
        """Write and read."""
        try:
            cache.set("health", "1", timeout=10)
            kept = cache.get("health")
        except Exception as error:  # as above
            raise ServiceUnavailable("cache not reachable") from error
        if kept != "1":
            raise ServiceUnavailable("the cache does not keep what it is given")


@dataclasses.dataclass
class BrokerReachable(HealthCheck):
    """The broker of Celery's workers takes tasks."""

    timeout = TIME_LIMIT

    def run(self) -> None:
        """Connect to it."""
        try:
            from promptrunner.celery import app  # noqa: PLC0415 - Celery is not installed everywhere

            with app.connection_for_write() as connection:
                connection.ensure_connection(max_retries=1, interval_start=0)
        except Exception as error:  # as above
            raise ServiceUnavailable("broker not reachable") from error


@dataclasses.dataclass
class FilesWritable(HealthCheck):
    """The folder of files can be written and has room."""

    timeout = TIME_LIMIT
    least_bytes: int = 50_000_000

    def run(self) -> None:
        """Write an empty file and look at the room."""
        try:
            settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=settings.DATA_DIR):
                room = shutil.disk_usage(settings.DATA_DIR).free
        except OSError as error:
            raise ServiceUnavailable("DATA_DIR cannot be written") from error
        if room < self.least_bytes:
            raise ServiceUnavailable(f"DATA_DIR has {room // 1_000_000} MB left")


@dataclasses.dataclass
class Noopur(HealthCheck):
    """The service at NOOPUR_HEALTH_URL answers."""

    timeout = TIME_LIMIT

    def run(self) -> None:
        """Ask it."""
        _answers(settings.NOOPUR_HEALTH_URL, "noopur")


@dataclasses.dataclass
class CoreBridge(HealthCheck):
    """CreatorCore answers, where one is set."""

    timeout = TIME_LIMIT

    def run(self) -> None:
        """Ask it for its status."""
        if settings.CREATORCORE_BASE_URL:
            _answers(f"{settings.CREATORCORE_BASE_URL}/core/status", "creatorcore")


def _answers(url: str, name: str) -> None:
    try:
        status = urllib3.request("GET", url, timeout=TIME_LIMIT.total_seconds(), retries=False, redirect=False).status
    except Exception as error:  # whatever a connection raises means the same, and its text holds the address
        raise ServiceUnavailable(f"{name} not reachable") from error
    if status >= 400:
        raise ServiceUnavailable(f"{name} answers {status}")


def _done_with(connection: Any) -> None:
    """Close a connection that a check's own thread opened; a pooled MongoDB client stays."""
    if connection.vendor != "mongodb":
        connection.close()


async def _results(view: HealthCheckView) -> list[HealthCheckResult]:
    """Return each check's result; one beyond its time limit counts as failed."""
    # Threads of our own, not waited for at the end: a dependency that hangs must not hang the answer.
    checks = list(view.get_checks())
    executor = ThreadPoolExecutor(max_workers=len(checks))
    try:
        return list(await asyncio.gather(*(check.get_result(executor) for check in checks)))
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


def _entry(result: HealthCheckResult) -> dict[str, Any]:
    entry: dict[str, Any] = {"status": "error" if result.error else "ok", "latency_ms": round(result.time_taken * 1000, 2)}
    if result.error:
        entry["error"] = str(result.error)
    return entry


class Ready(HealthCheckView):
    """Ready to serve: database reachable, migrations applied, a rulebook in force."""

    checks = (DatabaseReachable, MigrationsApplied, RulebookInForce)
    http_method_names = ("get", "head")

    async def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer 200 or 503 with the reason."""
        failing = [f"{type(result.check).__name__}: {result.error}" for result in await _results(self) if result.error]
        if failing:
            return answer({"ready": False, "status": "not_ready", "reason": "; ".join(sorted(failing))}, status=503)
        return answer({"ready": True, "status": "ready"})


class Health(HealthCheckView):
    """Every dependency with its latency, in the shape that the old dashboards read."""

    checks = (
        DatabaseReachable,
        MigrationsApplied,
        RulebookInForce,
        FeedbackStore,
        SelfCheck,
        CacheReachable,
        FilesWritable,
        OutboxLag,
        RulebookAge,
        CoreBridge,
    )
    http_method_names = ("get", "head")

    def get_checks(self) -> Iterator[HealthCheck]:
        """Yield the checks, those of noopur and of the broker only where they are set."""
        yield from super().get_checks()
        if settings.CELERY_BROKER_URL:
            yield BrokerReachable()
        if settings.NOOPUR_HEALTH_URL:
            yield Noopur()

    async def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer 200 with what is healthy and what is not."""
        found = {type(result.check).__name__: result for result in await _results(self)}
        entries = {name: _entry(result) for name, result in found.items()}
        well = {name: "error" not in entry for name, entry in entries.items()}
        database = entries.pop("DatabaseReachable")
        return answer({
            "status": "healthy" if all(well.values()) else "degraded",
            "core_bridge": well["CoreBridge"],
            "feedback_store": well["FeedbackStore"],
            "tests_passed": well["SelfCheck"],
            "integration_ready": all(well[name] for name in _NEEDED),
            "dependencies": {"mongo": database, "database": database, "noopur": entries.pop("Noopur", {"status": "disabled"}), **entries},
            "last_run": getattr(found["FeedbackStore"].check, "last_run", None),
        })  # fmt: skip


_NEEDED = ("DatabaseReachable", "MigrationsApplied", "RulebookInForce", "FeedbackStore", "SelfCheck", "CoreBridge")
"""What the frozen surfaces cannot do without."""
