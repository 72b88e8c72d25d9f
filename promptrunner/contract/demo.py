"""DEMO_MODE: one proposal with fixed ids and a fixed clock, answered byte for byte the same each time."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.conf import settings
from django.db import DatabaseError

from compliance.models import Run
from promptrunner.cases import SUMMARIES, files_of, files_write
from promptrunner.contract import answers
from promptrunner.pipeline import INDIA, run_proposal
from telemetry.trace import adopt_trace

PROMPT, CITY = "make a building", "Mumbai"
TRACE_ID, CASE_ID, SESSION_ID = "demo-trace-id-fixed-12345", "demo-case-001", "demo-session-001"
RUN_ID = uuid.UUID("d0d0d0d0-0000-5000-8000-000000000001")
CLOCK = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def on() -> bool:
    """Return whether DEMO_MODE is on."""
    return bool(settings.DEMO_MODE)


def answer() -> dict[str, Any]:
    """Return the answer of POST /orchestrate/run; the first call records the run."""
    adopt_trace(TRACE_ID)
    run = Run.objects.filter(pk=RUN_ID).first() or _recorded()
    return answers.orchestrated(run, case_id=CASE_ID, summary_id=str(uuid.uuid5(SUMMARIES, str(RUN_ID))), metadata={}, files=files_of(run))


def _recorded() -> Run:
    try:
        run, _ = run_proposal(
            prompt=PROMPT, city=CITY, as_of=CLOCK.astimezone(INDIA).date(), session_id=SESSION_ID, trace_id=TRACE_ID, external_id=CASE_ID, fixed=(RUN_ID, CLOCK)
        )
    except DatabaseError:
        # Two first calls at once: the other one recorded it.
        if (known := Run.objects.filter(pk=RUN_ID).first()) is None:
            raise
        return known
    files_write(run)
    return run
