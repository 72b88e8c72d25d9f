"""What Celery's workers do: parts of batches and chunks of stored runs, by the functions that also work without it."""

from __future__ import annotations

import functools
import json
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

import kombu.exceptions
from django.conf import settings
from django.core.cache import cache
from django.db import InterfaceError, OperationalError

from compliance.models import Batch, Run
from compliance.rechecking import Reprocessed, flips, reprocess_runs
from compliance.services.batches import PART
from promptrunner.batches import work_one_part
from promptrunner.celery import app
from promptrunner.spreading import each_by_celery
from telemetry.trace import adopt_trace, current_trace_id

logger = logging.getLogger(__name__)

SPREAD = 16
"""How many tasks a new batch has at most: so many workers can share it."""
DATABASE_PAUSE = 10
ASKED_SECONDS, AWAY_SECONDS = 60, 10
"""How long a batch that was asked about is not sent again, where the broker took it and where it was away."""


# Batches


@app.task(ignore_result=True)
def check_part(batch: str) -> None:
    """Check one part of a batch that nobody holds. While some are left the task sends itself again, so that parts whose worker was killed are taken up too."""
    try:
        found = Batch.objects.filter(pk=UUID(batch), status=Batch.Status.WAITING).first()
        if found is None:
            return
        adopt_trace(found.trace_id)
        wait = work_one_part(found)
    except (OperationalError, InterfaceError) as error:
        logger.error("The database does not answer (%s); the batch is taken up again", type(error).__name__, extra={"batch": batch})
        wait = DATABASE_PAUSE
    if wait is not None:
        check_part.apply_async((batch,), countdown=wait)


@app.task(ignore_result=True)
def look() -> None:
    """Send a task for each batch that waits."""
    if settings.BATCH_WORKER == "celery":
        for batch in Batch.objects.filter(status=Batch.Status.WAITING).order_by("created_at"):
            check_part.apply_async((str(batch.pk),))


def send_batch(batch: Batch, *, new: bool) -> None:
    """See to it that workers check a batch: send several tasks for a new one, and one now and then where somebody asks how far it is.

    Where the broker is away nothing is lost: the batch waits in the database for the next request about it, for a worker that starts or reaches its broker
    again, or for `manage.py work_batches`.
    """
    key = f"batch-sent:{batch.pk}"
    if not new and _remembered(key):
        return
    try:
        for _ in range(min(SPREAD, -(-batch.total // PART)) if new else 1):
            check_part.apply_async((str(batch.pk),), retry_policy={"max_retries": 1, "interval_start": 0, "interval_step": 0})
    except kombu.exceptions.OperationalError as error:
        logger.warning("The broker cannot be reached, the batch waits (%s)", type(error.__cause__ or error).__name__, extra={"batch": str(batch.pk)})
        _remember(key, AWAY_SECONDS)
    else:
        _remember(key, ASKED_SECONDS)


def _remembered(key: str) -> bool:
    try:
        return bool(cache.get(key))
    except Exception:  # whatever a cache raises: one task too many does no harm
        return False


def _remember(key: str, seconds: int) -> None:
    try:
        cache.set(key, True, seconds)
    except Exception as error:  # as above
        logger.warning("The cache cannot be reached (%s)", type(error).__name__)


# Reprocessing


@app.task
def reprocess(ids: Sequence[UUID], **options: Any) -> dict[str, Any]:
    """Judge a chunk of stored runs again; return the report in plain JSON."""
    report = reprocess_runs(ids, **options)
    if not options["dry_run"]:
        _count_earlier_attempts(report, ids)
    return {name: list(value.items()) if isinstance(value, Counter) else value for name, value in vars(report).items()}


def _count_earlier_attempts(report: Reprocessed, ids: Sequence[UUID]) -> None:
    """Count also what was superseded under the same trace by a worker that was killed at this chunk, or is still at it: it was not there to be seen again."""
    made = Run.objects.filter(supersedes__in=ids, trace_id=current_trace_id())
    if made.count() == report.superseded:
        return
    report.superseded = 0
    for counter in (report.causes, report.statuses, report.flips):
        counter.clear()
    for run in made.select_related("supersedes"):
        before = run.supersedes
        assert before is not None  # noqa: S101 - by the filter
        report.count(before, run, flips(json.loads(before.verdict)["findings"], json.loads(run.verdict)["findings"]))
    report.skipped = len(ids) - report.superseded - report.unchanged - len(report.failed)


def by_celery(work: functools.partial[Reprocessed], chunks: Iterable[Sequence[UUID]]) -> Iterator[Reprocessed]:
    """Yield what a reprocessing of each chunk of stored runs reports, done by Celery's workers.

    Raises:
        SpreadingError: no worker listens, the broker is away, or a chunk fails again and again.
    """
    assert work.func is reprocess_runs  # noqa: S101 - the one that workers have a task for
    yield from map(_report, each_by_celery(reprocess, chunks, work.keywords))


def _report(wire: dict[str, Any]) -> Reprocessed:
    """Return a report as it was before it went through JSON."""
    report = Reprocessed()
    for name, value in wire.items():
        setattr(report, name, Counter(dict(map(_counted, value))) if isinstance(getattr(report, name), Counter) else value)
    return report


def _counted(pair: Sequence[Any]) -> tuple[Any, int]:
    key, number = pair
    return (Run.Cause(key) if isinstance(key, str) else tuple(key)), number
