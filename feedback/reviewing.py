"""What reviewers do with votes: take, accept, reject, open again, undo. Every step is kept."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from feedback.models import Review, ReviewStep, SavedFilter
from telemetry.transactions import atomic

REVIEW = "feedback.review_feedback"
ASSIGNED_FOR = datetime.timedelta(minutes=30)
MOST_AT_ONCE = 500
Action, Status = ReviewStep.Action, Review.Status
_AFTER = {Action.ACCEPT: Status.ACCEPTED, Action.REJECT: Status.REJECTED, Action.REOPEN: Status.PENDING}


class ReviewError(ValueError):
    """A step that cannot be taken; the message says why and what to do."""

    code = "review_refused"


class NotAReviewerError(ReviewError):
    """The person's role does not allow it."""


def reviews_decide(*, ids: Sequence[UUID], action: str, by: Any, note: str = "", seen: dict[UUID, str] | None = None) -> UUID:
    """Accept, reject or open again some reviews in one transaction, all or none; return the batch by which it can be undone.

    Args:
        ids: the reviews.
        action: accept, reject or reopen.
        by: the reviewer.
        note: the reason; a rejection needs one.
        seen: the status that the reviewer saw, by review; where another reviewer was faster, nothing is done.

    Raises:
        ReviewError: nothing is chosen, the reason is missing, another reviewer has it or was faster.
    """
    _check(by, ids)
    if action == Action.REJECT and not note.strip():
        raise ReviewError("Say why: a rejection needs a reason.")
    after = _AFTER[Action(action)]
    now, batch = timezone.now(), uuid.uuid4()
    with atomic():
        reviews = _locked(ids)
        for review in reviews:
            _check_free(review, by, now)
            if seen is not None and seen.get(review.pk, review.status) != review.status:
                raise ReviewError(f"{review.by or 'Somebody'} was faster: one of these is {review.get_status_display()} now. Nothing was changed; look again.")
        _steps(((review, Status(after), note.strip()) for review in reviews if review.status != after), Action(action), batch, by, now)
    return batch


def reviews_undo(*, batch: UUID, by: Any) -> int:
    """Take a batch back: each review has the status that it had before; return how many.

    Raises:
        ReviewError: there is no such batch, it is undone already, or somebody decided on one of them since.
    """
    steps = list(ReviewStep.objects.filter(batch=batch).exclude(action=Action.UNDO))
    _check(by, [step.review_id for step in steps])
    now = timezone.now()
    with atomic():
        reviews = {review.pk: review for review in _locked([step.review_id for step in steps])}
        newest = {}
        for step in ReviewStep.objects.filter(review__in=list(reviews)).order_by("at", "id"):
            newest[step.review_id] = step
        if any(newest[step.review_id].pk != step.pk for step in steps):
            raise ReviewError("Some of these were decided on again, or it was undone before; decide on them one by one.")
        _steps(((reviews[step.review_id], Status(step.before), "") for step in steps), Action.UNDO, batch, by, now)
    return len(steps)


def reviews_take(*, ids: Sequence[UUID], by: Any) -> int:
    """Assign reviews to a reviewer for half an hour; return how many. What another reviewer has is left."""
    _check(by, ids)
    now = timezone.now()
    free = Q(assigned_to=None) | Q(assigned_until__lt=now) | Q(assigned_to=by)
    with atomic():
        return Review.objects.filter(free, pk__in=list(ids), status=Status.PENDING).update(assigned_to=by, assigned_until=now + ASSIGNED_FOR)


def reviews_release(*, ids: Sequence[UUID], by: Any) -> int:
    """Give back what a reviewer has taken; return how many."""
    _check(by, ids)
    with atomic():
        return Review.objects.filter(pk__in=list(ids), assigned_to=by).update(assigned_to=None, assigned_until=None)


def filter_save(*, person: Any, name: str, query: str) -> SavedFilter:
    """Keep a reviewer's view of the queue under a name; one of the same name is replaced.

    Raises:
        ReviewError: the name is missing or too long.
    """
    name = name.strip()
    if not name or len(name) > 60 or len(query) > 300:
        raise ReviewError("Give the filter a name of at most 60 characters.")
    with atomic():
        kept, _ = SavedFilter.objects.update_or_create(person=person, name=name, defaults={"query": query})
    return kept


def _check(by: Any, ids: Sequence[UUID]) -> None:
    if not by.has_perm(REVIEW):
        raise NotAReviewerError("Your role does not allow you to review feedback.")
    if not ids:
        raise ReviewError("Choose at least one item.")
    if len(ids) > MOST_AT_ONCE:
        raise ReviewError(f"At most {MOST_AT_ONCE} items at once.")


def _locked(ids: Sequence[UUID]) -> list[Review]:
    found = list(Review.objects.select_for_update(of=("self",)).filter(pk__in=list(ids)).order_by("pk"))
    if len(found) != len(set(ids)):
        raise ReviewError("One of these items is not there any more; look again.")
    return found


def _check_free(review: Review, by: Any, now: datetime.datetime) -> None:
    if review.assigned_to_id not in (None, by.pk) and review.assigned_until and review.assigned_until > now:
        raise ReviewError(f"{review.assigned_to} is at one of these until {review.assigned_until:%H:%M} UTC. Nothing was changed.")


def _steps(moves: Iterable[tuple[Review, str, str]], action: str, batch: UUID, by: Any, now: datetime.datetime) -> None:
    steps = []
    for review, after, note in moves:
        steps.append(ReviewStep(review=review, batch=batch, action=action, before=review.status, after=after, note=note[:500], by=by, at=now))
        review.status, review.note, review.by, review.at, review.assigned_to, review.assigned_until = after, note[:500], by, now, None, None
        review.save(update_fields=["status", "note", "by", "at", "assigned_to", "assigned_until"])
    ReviewStep.objects.bulk_create(steps)
