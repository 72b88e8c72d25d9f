"""Events in InsightFlow's shape."""

from __future__ import annotations

import datetime
import json
import uuid

import pytest

from telemetry.models import Event
from telemetry.services import event_id, event_made, event_record
from tests.factories import BEGAN

RUN = uuid.UUID("0b0e7a52-4a7c-4f0e-9a55-000000000001")


def record(**changes):
    return event_record(
        event_made(
            **{
                "event_type": "compliance_check",
                "record_id": RUN,
                "trace_id": "t-1",
                "run_id": RUN,
                "metadata": {"city": "Pune", "status": "COMPLIANT", "rules_evaluated": 3, "compliance_rate": 1.0},
                "performance": {"duration_ms": 1.5, "rules_filtered": 4, "rules_applicable": 3},
                "timestamp": BEGAN,
                **changes,
            }
        )
    )


def test_the_id_of_an_event_follows_from_its_type_and_record():
    assert event_id("compliance_check", RUN) == event_id("compliance_check", uuid.UUID(str(RUN)))
    assert event_id("compliance_check", RUN) != event_id("feedback", RUN)
    assert event_id("compliance_check", RUN).version == 5


@pytest.mark.django_db
def test_an_event_is_stored_in_the_contracts_shape_and_waits_for_delivery():
    event = Event.objects.get(pk=record().pk)
    assert json.loads(event.payload) == {
        "event_type": "compliance_check",
        "trace_id": "t-1",
        "run_id": str(RUN),
        "timestamp": "2026-01-05T09:30:00Z",
        "metadata": {"city": "Pune", "status": "COMPLIANT", "rules_evaluated": 3, "compliance_rate": 1.0},
        "performance": {"duration_ms": 1.5, "rules_filtered": 4, "rules_applicable": 3},
    }
    assert event.delivered_at is None


@pytest.mark.django_db
def test_times_of_other_zones_are_written_in_utc():
    india = datetime.timezone(datetime.timedelta(hours=5, minutes=30))
    assert json.loads(record(timestamp=BEGAN.astimezone(india)).payload)["timestamp"] == "2026-01-05T09:30:00Z"
