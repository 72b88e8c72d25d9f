"""The reviewers' queue: which reviews, in which order, with what a reviewer needs to see."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from feedback.models import Feedback, Review

PAGE = 20
WEIGHED = 500
"""How many of the newest that wait are weighed where the order is by influence."""
ORDERS = {
    "newest": "newest first",
    "oldest": "oldest first",
    "disagreement": "what disagrees most with others on the same result",
    "influence": "what would move the mean of its city and use most",
}
_COLUMNS = {"newest": ("-created_at", "-id"), "oldest": ("created_at", "id"), "disagreement": ("-disagreement", "-created_at")}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reviewer asked to see."""

    status: str = Review.Status.PENDING
    kind: str = ""
    city: str = ""
    vote: str = ""
    mine: bool = False
    flagged: bool = False
    order: str = "newest"
    page: int = 1

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Asked:
        """Return what an address's query asks for; what it does not know is left out.

        >>> Asked.of({"status": "accepted", "order": "by magic", "page": "x"})
        Asked(status='accepted', kind='', city='', vote='', mine=False, flagged=False, order='newest', page=1)
        """
        number = query.get("page", "1")
        return cls(
            status=query["status"] if query.get("status") in (*Review.Status.values, "all") else Review.Status.PENDING,
            kind=query["kind"] if query.get("kind") in Feedback.Kind.values else "",
            city=query.get("city", "")[:40],
            vote=query["vote"] if query.get("vote") in ("1", "-1") else "",
            mine=bool(query.get("mine")),
            flagged=bool(query.get("flagged")),
            order=query["order"] if query.get("order") in ORDERS else "newest",
            page=max(1, int(number)) if number.isdecimal() and len(number) < 6 else 1,
        )


@dataclass(frozen=True, slots=True)
class Item:
    """One review as the queue shows it."""

    review: Review
    taken_by: Any
    reason: str
    corrections: list[dict[str, Any]]
    clause: str
    influence: float | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """A page of the queue."""

    items: list[Item]
    more: bool
    waiting: int
    flagged: int


def queue(asked: Asked, person: Any) -> Queue:
    """Return the page that a reviewer asked for; what somebody else is at is shown as such."""
    now = timezone.now()
    reviews = (
        _asked(asked, person, now)
        .select_related("feedback__run", "feedback__voter", "assigned_to", "by")
        .defer("feedback__output", "feedback__run__reading", "feedback__run__spec")
    )
    start = (asked.page - 1) * PAGE
    influence: dict[Any, float] = {}
    if asked.order == "influence":
        weighed = list(reviews.order_by("-created_at")[:WEIGHED])
        influence = _influence(weighed)
        found = sorted(weighed, key=lambda review: -influence[review.pk])[start : start + PAGE + 1]
    else:
        found = list(reviews.order_by(*_COLUMNS[asked.order])[start : start + PAGE + 1])
    pending = Review.objects.filter(status=Review.Status.PENDING)
    items = [_item(review, now, influence.get(review.pk)) for review in found[:PAGE]]
    return Queue(items, len(found) > PAGE, pending.count(), pending.exclude(flag="").count())


def _asked(asked: Asked, person: Any, now: datetime.datetime) -> QuerySet[Review]:
    reviews = Review.objects.all()
    if asked.status != "all":
        reviews = reviews.filter(status=asked.status)
    if asked.kind:
        reviews = reviews.filter(feedback__kind=asked.kind)
    if asked.city:
        reviews = reviews.filter(feedback__city=asked.city)
    if asked.vote:
        reviews = reviews.filter(feedback__vote=int(asked.vote))
    if asked.flagged:
        reviews = reviews.exclude(flag="")
    return reviews.filter(Q(assigned_to=person, assigned_until__gt=now)) if asked.mine else reviews


def _influence(reviews: list[Review]) -> dict[Any, float]:
    """Return by how much the mean of the accepted votes of its city and use would move with each vote."""
    accepted = Review.objects.filter(status=Review.Status.ACCEPTED).exclude(context="")
    groups = accepted.values("context").annotate(votes=Count("id"), total=Sum("vote"))
    known = {group["context"]: (group["votes"], group["total"]) for group in groups}
    moved = {}
    for review in reviews:
        votes, total = known.get(review.context, (0, 0))
        now, after = (total / votes if votes else 0.0), (total + review.vote) / (votes + 1)
        moved[review.pk] = round(abs(after - now), 4) if review.context else 0.0
    return moved


def _item(review: Review, now: datetime.datetime, influence: float | None) -> Item:
    feedback: Any = review.feedback
    verdict = json.loads(feedback.run.verdict) if feedback.run else {}
    clause = next((finding["sentence"] for finding in verdict.get("findings", ()) if finding["id"] == feedback.clause_id), "") if feedback.clause_id else ""
    taken = review.assigned_to if review.assigned_until and review.assigned_until > now else None
    return Item(review, taken, str(verdict.get("reason", "")), json.loads(feedback.corrections), clause, influence)
