"""Recording feedback with its event, and what a session's votes say together."""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Mapping
from typing import Any

from django.db.models import Avg, Q, QuerySet
from django.utils import timezone

from feedback.models import Feedback
from telemetry.services import event_record
from telemetry.transactions import atomic

STATE = ("city", "land_use_zone", "building_use", "plot_area_sq_m", "abutting_road_width_m", "height_m", "fsi")
"""What of a rated run its feedback's event says."""


def feedback_record(
    *,
    run: Any,
    session_id: str,
    vote: int,
    sent: Any,
    reward: int,
    route: str,
    trace_id: str,
    voter: Any = None,
    city: str = "",
    prompt: str = "",
    output: Mapping[str, Any] | None = None,
    metadata: Mapping[str, Any] | None = None,
    duration_ms: float = 0.0,
    fixed: tuple[uuid.UUID, datetime.datetime] | None = None,
) -> Feedback:
    """Save one vote and its telemetry event in one transaction, and return it.

    Args:
        run: the rated run, None where the client named none of ours; its event then stands for itself.
        session_id: the session or case as the client named it.
        vote: 1 or -1.
        sent: the vote as the client wrote it.
        reward: what is answered.
        route: one of `Feedback.Route`.
        trace_id: never empty.
        voter: the person whose token it was.
        city: where the client named one; else the run's.
        prompt: as sent.
        output: as sent.
        metadata: as sent.
        duration_ms: since the request came in.
        fixed: the id and the time of one that is taken over from an earlier installation.
    """
    name, now = fixed or (uuid.uuid4(), timezone.now())
    feedback = Feedback(
        id=name,
        run=run,
        session_id=session_id,
        vote=vote,
        sent=json.dumps(sent),
        reward=reward,
        route=route,
        voter=voter,
        city=city or (run.city if run else ""),
        prompt=prompt,
        output=json.dumps(output or {}, sort_keys=True),
        metadata=json.dumps(metadata or {}, sort_keys=True),
        trace_id=trace_id,
        created_at=now.replace(microsecond=now.microsecond // 1000 * 1000),
    )
    with atomic():
        feedback.save(force_insert=True)
        feedback_report(feedback=feedback, duration_ms=duration_ms)
    return feedback


def feedback_report(*, feedback: Feedback, duration_ms: float = 0.0) -> None:
    """Save the telemetry event of a vote; the reconciler calls it for one whose event is missing."""
    run: Any = feedback.run
    event_record(
        event_type="feedback",
        record_id=feedback.pk,
        trace_id=feedback.trace_id,
        run_id=run.pk if run else feedback.pk,
        metadata={
            "city": feedback.city,
            "status": run.status if run else "",
            "rules_evaluated": run.rules_evaluated if run else 0,
            "compliance_rate": 0.0,
            "session_id": feedback.session_id,
            "feedback_id": str(feedback.pk),
        },
        performance={"duration_ms": duration_ms, "rules_filtered": 0, "rules_applicable": 0},
        timestamp=feedback.created_at,
        feedback={
            "action": feedback.get_vote_display(),
            "reward": feedback.reward,
            "state": {name: value for name in STATE if (value := getattr(run, name)) not in ("", None)} if run else {},
        },
    )


def votes_on(*, session_id: str, run: Any = None) -> QuerySet[Feedback]:
    """Return the votes on a session or case, newest first, those on its run among them."""
    named = Q(session_id=session_id)
    return Feedback.objects.filter(named | Q(run=run) if run else named).order_by("-created_at", "-id")


def confidence_score(votes: QuerySet[Feedback]) -> float:
    """Return the mean of votes, from -1 to 1 with two decimals; 0 where there is none."""
    mean = votes.order_by().aggregate(mean=Avg("vote"))["mean"]
    return round(float(mean or 0), 2)
