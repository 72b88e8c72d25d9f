"""Recording runs: with their events, once per idempotency key, and superseding what was checked again."""

from __future__ import annotations

import datetime
import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from compliance.canonical import canonical
from compliance.engine import engine
from compliance.models import IdempotencyKey, RulebookRelease, Run
from telemetry import clock
from telemetry.models import Event
from telemetry.services import event_made, event_record, events_record
from telemetry.trace import adopt_run
from telemetry.transactions import atomic


class IdempotencyConflictError(Exception):
    """The same idempotency key came with another body."""

    code = "idempotency_conflict"


class BesideRun(Protocol):
    """A record that names a run and is saved with it."""

    run: Any

    def save(self, *, force_insert: bool) -> None:
        """Write it."""


class Made(NamedTuple):
    """A run that is not yet saved, with the counts of its verdict."""

    run: Run
    summary: Mapping[str, Any]


def run_made(
    *,
    prompt: str,
    spec: Mapping[str, Any],
    reading: Mapping[str, Any],
    verdict: Mapping[str, Any],
    release: RulebookRelease | None,
    as_of: datetime.date,
    session_id: str,
    trace_id: str,
    performance: Mapping[str, float],
    external_id: str = "",
    supersedes: Run | None = None,
    cause: str = "",
    fixed: tuple[uuid.UUID, datetime.datetime] | None = None,
) -> Made:
    """Return a run to be saved.

    Args:
        prompt: the proposal as it was written.
        spec: the completed spec.
        reading: what was read (`spec`) before the rulebook's defaults, and the reader's `questions`: all that checking again needs.
        verdict: the deterministic part of the wire form.
        release: the release that judged it, None where none could.
        as_of: the day whose law was asked for.
        session_id: the caller's session, may be empty.
        trace_id: never empty.
        performance: milliseconds per stage.
        external_id: the caller's own id, may be empty.
        supersedes: the run of the same proposal that this one takes the place of.
        cause: why it does so, one of `Run.Cause`.
        fixed: the run's id and time where they are not to be new ones (DEMO_MODE).
    """
    summary = verdict["summary"]
    run = Run(
        id=fixed[0] if fixed else uuid.uuid4(),
        external_id=external_id,
        prompt=prompt,
        city=spec.get("city", ""),
        status=verdict["status"],
        digest=verdict["digest"],
        outcome_digest=verdict["outcome_digest"],
        engine=engine(),
        release=release,
        as_of=as_of,
        spec=canonical(verdict["spec"]).decode(),
        reading=canonical(reading).decode(),
        verdict=canonical(verdict).decode(),
        session_id=session_id,
        trace_id=trace_id,
        land_use_zone=spec.get("land_use_zone", ""),
        building_use=spec.get("building_use", ""),
        plot_area_sq_m=spec.get("plot_area_sq_m"),
        abutting_road_width_m=spec.get("abutting_road_width_m"),
        height_m=spec.get("height_m"),
        fsi=spec.get("fsi"),
        rules_evaluated=summary["clauses"] - summary["not_applicable"],
        duration_ms=performance["total_ms"],
        supersedes=supersedes,
        root_id=(supersedes.root_id or supersedes.pk) if supersedes else None,
        revision=supersedes.revision + 1 if supersedes else 1,
        cause=cause,
        created_at=fixed[1] if fixed else clock.now(),
    )
    return Made(run, summary)


def run_record(made: Made, beside: Iterable[BesideRun] = ()) -> Run:
    """Save a run, its telemetry event and the records that belong beside it, in one transaction.

    Args:
        made: the run.
        beside: unsaved records that name the run, such as an idempotency key; with it they are saved, or nothing is.

    Raises:
        IntegrityError: the idempotency key was used, or the run superseded, at the same moment by another request.
    """
    run = made.run
    with atomic():
        run.save(force_insert=True)
        event_record(_event(run, made.summary))
        for record in beside:
            record.run = run
            record.save(force_insert=True)
    adopt_run(run.pk)
    return run


def runs_record(several: Sequence[Made]) -> None:
    """Save several runs and their telemetry events in one transaction.

    Raises:
        IntegrityError: one of those that they supersede was superseded at the same moment; nothing is saved.
    """
    events = [_event(run, summary) for run, summary in several]
    with atomic():
        Run.objects.bulk_create([made.run for made in several])
        events_record(events)


def run_report(run: Run) -> None:
    """Save the telemetry event of a run where it is missing."""
    event_record(_event(run, json.loads(run.verdict)["summary"]))


def _event(run: Run, counts: Mapping[str, Any]) -> Event:
    """Return the event of a run with the counts of its verdict."""
    decided = counts["satisfied"] + counts["violated"]
    return event_made(
        event_type="compliance_check",
        record_id=run.pk,
        trace_id=run.trace_id,
        run_id=run.pk,
        metadata={
            "city": run.city,
            "status": run.status,
            "rules_evaluated": run.rules_evaluated,
            "compliance_rate": round(counts["satisfied"] / decided, 4) if decided else 0.0,
            **({"supersedes": str(run.supersedes_id)} if run.supersedes_id else {}),
            **({"cause": run.cause} if run.cause else {}),
        },
        performance={"duration_ms": run.duration_ms, "rules_filtered": counts["not_applicable"], "rules_applicable": run.rules_evaluated},
        timestamp=run.created_at,
    )


def body_sha256(body: object) -> str:
    """Return the hash by which two requests with the same idempotency key are compared."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()


def idempotent_run(*, owner: str, key: str, body_hash: str) -> Run | None:
    """Return the run that an idempotency key already made, or None.

    Raises:
        IdempotencyConflictError: the key came with another body before.
    """
    known = IdempotencyKey.objects.select_related("run").filter(owner=owner, key=key).first()
    if known is None:
        return None
    if known.body_sha256 != body_hash:
        raise IdempotencyConflictError(f"The idempotency key '{key[:80]}' was used before with another body; send a new key or the same body.")
    return known.run
