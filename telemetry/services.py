"""Writing events. Call inside the transaction of the record that the event reports."""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
from django.utils import timezone

from telemetry.models import Event

EVENT_SPACE = uuid.UUID("6d6f1c1e-0f43-5a6b-9a57-5b1f0a3c7d11")


def event_id(event_type: str, record_id: uuid.UUID) -> uuid.UUID:
    """Return the id of the event of a record: the same for the same type and record, so that it can be recreated."""
    return uuid.uuid5(EVENT_SPACE, f"{event_type}:{record_id}")


class EventShapeError(ValueError):
    """An event that InsightFlow would not understand: a fault of ours."""


@cache
def _validator() -> Any:
    return jsonschema_rs.validator_for(json.loads(Path(__file__).with_name("schema.json").read_text(encoding="utf-8")))


def schema_fault(body: Mapping[str, Any]) -> str:
    """Return what is wrong with an event by InsightFlow's schema (`telemetry/schema.json`); empty where nothing is."""
    error = next(_validator().iter_errors(body), None)
    return f"it does not fit the schema: /{'/'.join(map(str, error.instance_path))} {error.message}"[:200] if error else ""


def event_made(
    *,
    event_type: str,
    record_id: uuid.UUID,
    trace_id: str,
    run_id: uuid.UUID,
    metadata: Mapping[str, Any],
    performance: Mapping[str, float],
    timestamp: datetime.datetime,
    feedback: Mapping[str, Any] | None = None,
) -> Event:
    """Return the event of a record in InsightFlow's shape, not yet saved.

    Raises:
        EventShapeError: what was given does not fit the schema.
    """
    payload = {
        "event_type": event_type,
        "trace_id": trace_id,
        "run_id": str(run_id),
        "timestamp": timestamp.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z"),
        "metadata": dict(metadata),
        "performance": dict(performance),
        **({"feedback": dict(feedback)} if feedback is not None else {}),
    }
    if fault := schema_fault(payload):
        raise EventShapeError(f"The event of {event_type} {record_id} cannot be written: {fault}.")
    return Event(
        id=event_id(event_type, record_id),
        event_type=event_type,
        trace_id=trace_id,
        run_id=run_id,
        timestamp=timestamp,
        payload=json.dumps(payload, sort_keys=True),
    )


def event_record(event: Event) -> Event:
    """Save the event of a record; the caller's transaction makes both or neither."""
    event.save(force_insert=True)
    return event


def events_record(events: Sequence[Event]) -> None:
    """Save the events of several records at once; the caller's transaction makes all or none."""
    Event.objects.bulk_create(events)


def event_take(*, event: uuid.UUID, event_type: str, trace_id: str, run_id: uuid.UUID, timestamp: datetime.datetime, payload: Mapping[str, Any]) -> Event:
    """Save an event that an earlier installation wrote and sent; it is not sent again."""
    taken = Event(
        id=event,
        event_type=event_type,
        trace_id=trace_id,
        run_id=run_id,
        timestamp=timestamp,
        payload=json.dumps(dict(payload), sort_keys=True),
        delivered_at=timestamp,
    )
    taken.save(force_insert=True)
    return taken


def event_delivered(*, event: uuid.UUID) -> None:
    """Mark an event as delivered: an earlier installation reported its record. Call inside the record's transaction."""
    Event.objects.filter(pk=event).update(delivered_at=timezone.now())
