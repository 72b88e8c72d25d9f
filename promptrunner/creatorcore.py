"""CreatorCore: told of runs and feedback through the same outbox, asked for a session's context in the background."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import cache as once
from threading import BoundedSemaphore
from typing import Any
from uuid import UUID

import urllib3
from django.conf import settings
from django.core.cache import cache

from compliance.models import Run
from feedback.models import Feedback
from promptrunner.models import SessionEntry
from telemetry.models import Event
from telemetry.sinks import HttpSink
from telemetry.trace import current_trace_id, traceparent_of

logger = logging.getLogger(__name__)
WARM_SECONDS = 2.0
KEPT_SECONDS = 3600
LEFT_ALONE_SECONDS = 30
"""How long nobody asks again after it could not be reached: what waits in the background then ends at once."""
MOST_WAITING = 64
_AWAY = "creatorcore:away"
_room = BoundedSemaphore(MOST_WAITING)


class CreatorCoreSink(HttpSink):
    """POST {base}/core/log after a run, {base}/core/feedback after feedback."""

    def requests_of(self, event: Event) -> tuple[str, Mapping[str, Any]]:
        """Return where an event goes to, and the body that CreatorCore reads."""
        payload = json.loads(event.payload)
        if event.event_type == "feedback":
            return f"{settings.CREATORCORE_BASE_URL}/core/feedback", _feedback_body(payload)
        return f"{settings.CREATORCORE_BASE_URL}/core/log", _run_body(event, payload)


def _run_body(event: Event, payload: Mapping[str, Any]) -> dict[str, Any]:
    run = Run.objects.filter(pk=event.run_id).first()
    entry = SessionEntry.objects.filter(run=event.run_id).first()
    verdict = json.loads(run.verdict) if run else {}
    return {
        "case_id": str(event.run_id),
        "event": entry.event if entry else event.event_type,
        "prompt": run.prompt if run else "",
        "output": {"status": payload["metadata"]["status"], "summary": verdict.get("summary", {}), "spec": verdict.get("spec", {})},
        "timestamp": payload["timestamp"],
        "metadata": {**payload["metadata"], "trace_id": event.trace_id, "session_id": run.session_id if run else ""},
    }


def _feedback_body(payload: Mapping[str, Any]) -> dict[str, Any]:
    vote = Feedback.objects.filter(pk=UUID(payload["metadata"]["feedback_id"])).first()
    return {
        "case_id": payload["run_id"],
        "feedback": vote.vote if vote else (1 if payload["feedback"]["reward"] > 0 else -1),
        "prompt": vote.prompt if vote else "",
        "output": json.loads(vote.output) if vote else {},
        "metadata": {**payload["metadata"], "trace_id": payload["trace_id"]},
    }


def context_of(session_id: str) -> Any:
    """Return what CreatorCore said of a session when it was warmed, or None."""
    return cache.get(_key(session_id))


def warm(session_id: str) -> None:
    """Ask CreatorCore for a session's context in the background; the caller never waits and never fails by it."""
    if not settings.CREATORCORE_BASE_URL or not session_id or not _room.acquire(blocking=False):
        return
    try:
        copied = copy_context()
        _pool().submit(copied.run, _warm, session_id)
    except RuntimeError:  # the process ends
        _room.release()


@once
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=2, thread_name_prefix="creatorcore")


def _warm(session_id: str) -> None:
    try:
        if cache.get(_key(session_id)) is not None or cache.get(_AWAY):
            return
        headers = {"traceparent": traceparent_of(current_trace_id())}
        answer = urllib3.request(
            "GET", f"{settings.CREATORCORE_BASE_URL}/core/context", fields={"session_id": session_id}, timeout=WARM_SECONDS, retries=False, headers=headers
        )
        if answer.status == 200:
            cache.set(_key(session_id), answer.json(), timeout=KEPT_SECONDS)
    except urllib3.exceptions.HTTPError as error:
        cache.set(_AWAY, True, timeout=LEFT_ALONE_SECONDS)
        logger.warning("CreatorCore cannot be reached (%s)", type(error).__name__)
    except Exception as error:  # whatever goes wrong with it is not the caller's
        logger.warning("CreatorCore's context of a session could not be had (%s)", type(error).__name__)
    finally:
        _room.release()


def _key(session_id: str) -> str:
    return f"creatorcore:context:{hashlib.sha256(session_id.encode()).hexdigest()}"
