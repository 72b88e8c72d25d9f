"""Events that are missing, made again: each has the id of its record, so none is made twice."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Q, QuerySet
from django.utils import timezone

from compliance.models import Run
from compliance.services.runs import run_report
from feedback.models import Feedback
from feedback.services import feedback_report
from telemetry.models import Event, Pruning
from telemetry.services import event_id
from telemetry.transactions import atomic

PAGE = 200


def reconcile(*, since: datetime.datetime | None = None) -> tuple[int, int]:
    """Make the missing events of runs and feedback; return how many records were looked at and how many events made.

    An event that was pruned is not missing: records from before the last pruning, or older than EVENT_RETENTION_DAYS, are left alone.
    """
    kept = timezone.now() - datetime.timedelta(days=settings.EVENT_RETENTION_DAYS)
    pruned = Pruning.objects.order_by("-before").values_list("before", flat=True).first()
    begin = max(moment for moment in (since, kept, pruned) if moment)
    runs = _reconciled(Run.objects.defer("spec", "reading"), "compliance_check", lambda run: run_report(run), begin)
    votes = _reconciled(Feedback.objects.select_related("run"), "feedback", lambda vote: feedback_report(feedback=vote), begin)
    return runs[0] + votes[0], runs[1] + votes[1]


def _reconciled(records: QuerySet[Any], kind: str, report: Callable[[Any], None], begin: datetime.datetime) -> tuple[int, int]:
    seen = made = 0
    for page in _pages(records.filter(created_at__gte=begin)):
        ids = {event_id(kind, record.pk): record for record in page}
        there = set(Event.objects.filter(pk__in=list(ids)).values_list("pk", flat=True))
        for name, record in ids.items():
            if name not in there:
                made += _made(report, record, name)
        seen += len(page)
    return seen, made


def _made(report: Callable[[Any], None], record: Any, event: UUID) -> bool:
    """Make a record's event; return False where another process made it at the same moment."""
    try:
        with atomic():
            report(record)
            # As old as its record, so that it goes out before later events of the run.
            Event.objects.filter(pk=event).update(created_at=record.created_at)
    except DatabaseError:
        if not Event.objects.filter(pk=event).exists():
            raise
        return False
    return True


def _pages(records: QuerySet[Any]) -> Iterator[list[Any]]:
    """Yield pages in the order of making, each from where the one before ended."""
    page = list(records.order_by("created_at", "pk")[:PAGE])
    while page:
        yield page
        last = page[-1]
        page = list(records.filter(Q(created_at__gt=last.created_at) | Q(created_at=last.created_at, pk__gt=last.pk)).order_by("created_at", "pk")[:PAGE])
