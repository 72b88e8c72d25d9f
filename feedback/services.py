"""Recording feedback with its event, and what a session's votes say together."""

from __future__ import annotations

import contextlib
import datetime
import functools
import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import DatabaseError
from django.db.models import Avg, Q, QuerySet
from django.utils import timezone

from feedback.models import Feedback, Review, Suggestion
from telemetry.clock import to_the_millisecond
from telemetry.services import event_made, event_record
from telemetry.transactions import atomic, on_commit

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
    kind: str = Feedback.Kind.RESULT,
    clause_id: str = "",
    reason: str = "",
    comment: str = "",
    corrections: Sequence[Mapping[str, Any]] = (),
    suggestion: Suggestion | None = None,
    source: str = "",
    duration_ms: float = 0.0,
    fixed: tuple[uuid.UUID, datetime.datetime] | None = None,
) -> Feedback:
    """Save one vote, its telemetry event and its place in the reviewers' queue in one transaction, and return it.

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
        kind: one of `Feedback.Kind`.
        clause_id: the clause of the run's verdict that is meant.
        reason: one of `Feedback.Reason`, or empty.
        comment: the reason in the voter's own words.
        corrections: values that were misread: `field`, `value` and what was read.
        suggestion: the suggested design that is meant.
        source: a hash of where it came from, by which bursts are seen.
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
        kind=kind,
        clause_id=clause_id,
        reason=reason,
        comment=comment,
        corrections=json.dumps(list(corrections)),
        suggestion=suggestion,
        voice=f"user:{voter.pk}" if voter else f"session:{session_id}",
        source=source,
        voter=voter,
        city=city or (run.city if run else suggestion.city if suggestion else ""),
        prompt=prompt,
        output=json.dumps(output or {}, sort_keys=True),
        metadata=json.dumps(metadata or {}, sort_keys=True),
        trace_id=trace_id,
        created_at=to_the_millisecond(now),
    )
    with atomic():
        feedback.save(force_insert=True)
        feedback_report(feedback=feedback, duration_ms=duration_ms)
        review_open(feedback=feedback)
    return feedback


def _flag(ids: Sequence[uuid.UUID], flag: str) -> None:
    # Found by their votes alone: with the status in the question, SQLite would look through all that wait.
    reviews = Review.objects.filter(feedback__in=ids).values_list("pk", "flag", "status")
    waiting = [pk for pk, flagged, status in reviews if not flagged and status == Review.Status.PENDING]
    if waiting:
        with contextlib.suppress(DatabaseError), atomic():
            Review.objects.filter(pk__in=waiting).update(flag=flag)


# A burst: so many of the same votes from one source, or of one voice, within so many minutes.
BURST, BURST_MINUTES = 20, 10


def review_open(*, feedback: Feedback) -> Review:
    """Put a vote into the reviewers' queue; where it is part of a burst of the same votes it is flagged, and so are those before it."""
    review = Review(
        feedback=feedback,
        disagreement=_disagreement(feedback),
        flag=_burst(feedback) if feedback.route != Feedback.Route.LEGACY else "",
        created_at=feedback.created_at,
        vote=feedback.vote,
        context=context_of(feedback),
    )
    review.save(force_insert=True)
    return review


def context_of(feedback: Feedback) -> str:
    """Return the city and the use that a vote would train; empty where it trains nothing."""
    target: Any = feedback.suggestion or feedback.run
    trains = feedback.kind in (Feedback.Kind.RESULT, Feedback.Kind.SUGGESTION)
    return f"{target.city}, {target.building_use}" if target is not None and trains else ""


def _disagreement(feedback: Feedback) -> float:
    """Return how far a vote is from the newest other votes on its target."""
    same = (
        Feedback.objects.filter(run=feedback.run_id, clause_id=feedback.clause_id)
        if feedback.run_id
        else Feedback.objects.filter(session_id=feedback.session_id)
    )
    others = list(same.exclude(pk=feedback.pk).order_by("-created_at").values_list("vote", flat=True)[:100])
    return round(abs(feedback.vote - sum(others) / len(others)), 4) if others else 0.0


def _burst(feedback: Feedback) -> str:
    since = feedback.created_at - datetime.timedelta(minutes=BURST_MINUTES)
    recent = Feedback.objects.filter(created_at__gte=since, vote=feedback.vote)
    for named, votes in (
        ("one source", recent.filter(source=feedback.source, city=feedback.city) if feedback.source else None),
        ("one voice", recent.filter(voice=feedback.voice)),  # in whatever city: its index alone says how recent, whatever the others do
    ):
        if votes is None:
            continue
        # No more are looked at than it takes, so that a vote costs the same whatever came before.
        ids = list(votes.order_by("-created_at").values_list("pk", flat=True)[: BURST + 1])
        if len(ids) > BURST:
            flag = f"More than {BURST} of the same votes from {named} within {BURST_MINUTES} minutes."
            # Once the vote is in: marking the others must not cost it where somebody decides on one of them at this moment.
            on_commit(functools.partial(_flag, [pk for pk in ids if pk != feedback.pk], flag))
            return flag
    return ""


def feedback_report(*, feedback: Feedback, duration_ms: float = 0.0) -> None:
    """Save the telemetry event of a vote; the reconciler calls it for one whose event is missing."""
    run: Any = feedback.run
    event_record(
        event_made(
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
    )


def votes_on(*, session_id: str, run: Any = None) -> QuerySet[Feedback]:
    """Return the votes on a session or case, newest first, those on its run among them."""
    named = Q(session_id=session_id)
    return Feedback.objects.filter(named | Q(run=run) if run else named).order_by("-created_at", "-id")


def confidence_score(votes: QuerySet[Feedback]) -> float:
    """Return the mean of votes, from -1 to 1 with two decimals; 0 where there is none."""
    mean = votes.order_by().aggregate(mean=Avg("vote"))["mean"]
    return round(float(mean or 0), 2)
