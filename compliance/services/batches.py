"""Writing batches: made whole, taken by workers a part at a time, cancelled, finished."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q

from compliance.models import Batch, BatchPart, BatchResult
from telemetry import clock
from telemetry.transactions import atomic

PART = 50
HELD_SECONDS = 60
"""A worker renews its hold with every proposal; one that was killed is taken over after this time."""


def batch_make(*, proposals: Sequence[Mapping[str, Any]], rulebook: str, as_of: datetime.date, owner: str, session_id: str, trace_id: str) -> Batch:
    """Save a batch with all its proposals, or nothing."""
    batch = Batch(owner=owner, rulebook=rulebook, as_of=as_of, total=len(proposals), session_id=session_id, trace_id=trace_id, created_at=clock.now())
    parts = [
        BatchPart(batch=batch, first=start + 1, proposals=json.dumps(proposals[start : start + PART], ensure_ascii=False))
        for start in range(0, len(proposals), PART)
    ]
    with atomic():
        batch.save(force_insert=True)
        BatchPart.objects.bulk_create(parts)
    return batch


def part_take(*, holder: str, batch: Batch | None = None) -> BatchPart | None:
    """Take the first part that nobody holds, of one batch or of the oldest, and return it; None where there is none."""
    free = Q(until=None) | Q(until__lt=clock.now())
    batches = [batch.pk] if batch else list(Batch.objects.filter(status=Batch.Status.WAITING).order_by("created_at").values_list("pk", flat=True))
    for waiting in batches:
        for part in BatchPart.objects.filter(free, batch=waiting).order_by("first").only("pk"):
            # Only one of several workers changes the row.
            if BatchPart.objects.filter(free, pk=part.pk).update(holder=holder, until=_until()):
                return BatchPart.objects.select_related("batch").get(pk=part.pk)
    return None


def part_free_in(*, batch: Batch) -> float | None:
    """Return in how many seconds a part of a batch can be taken: 0 where one can be now, else when the first hold runs out; None where no part is left."""
    now = clock.now()
    return min(
        (max(0.0, (until - now).total_seconds()) if until else 0.0 for until in BatchPart.objects.filter(batch=batch).values_list("until", flat=True)),
        default=None,
    )


def part_keep(*, part: BatchPart, holder: str) -> bool:
    """Renew the hold of a part; return False where the batch was cancelled meanwhile or somebody else took the part over."""
    return bool(BatchPart.objects.filter(pk=part.pk, holder=holder).update(until=_until()))


def part_drop(*, part: BatchPart, holder: str) -> None:
    """Give a part back that could not be finished now."""
    BatchPart.objects.filter(pk=part.pk, holder=holder).update(until=None, holder="")


def part_finish(*, part: BatchPart) -> None:
    """Delete a part all of whose proposals have a result, and end the batch with its last part."""
    with atomic():
        BatchPart.objects.filter(pk=part.pk).delete()
    batch_finish(batch=part.batch)


def batch_finish(*, batch: Batch) -> None:
    """End a batch that has no parts left."""
    if not BatchPart.objects.filter(batch=batch).exists():
        Batch.objects.filter(pk=batch.pk, status=Batch.Status.WAITING).update(status=Batch.Status.DONE, finished_at=clock.now())


def result_fail(*, batch: Batch, number: int, error: str) -> None:
    """Record why a proposal has no run."""
    with atomic():
        BatchResult(batch=batch, number=number, error=error).save(force_insert=True)


def batch_cancel(*, batch: Batch) -> bool:
    """Cancel a batch and return whether there was something to cancel; what was checked before stays."""
    with atomic():
        cancelled = Batch.objects.filter(pk=batch.pk, status=Batch.Status.WAITING).update(status=Batch.Status.CANCELLED, finished_at=clock.now())
        if cancelled:
            BatchPart.objects.filter(batch=batch).delete()
    return bool(cancelled)


def _until() -> datetime.datetime:
    return clock.now() + datetime.timedelta(seconds=HELD_SECONDS)
