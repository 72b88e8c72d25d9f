"""Disputes: "this clause is wrong", raised at a finding, settled by the release that mends it or dismissed with a reason."""

from __future__ import annotations

import json
from typing import Any

from django.utils import timezone

from compliance.models import Dispute, RulebookRelease, Run
from compliance.services.drafts import CurationError, NotAllowedError, Person
from telemetry.transactions import atomic

SETTLE = "compliance.settle_dispute"
LONGEST = 5000


def dispute_raise(*, run: Run, clause_id: str, text: str, by: Any = None) -> Dispute:
    """Save and return a dispute about a clause, with the run in which it shows.

    Raises:
        CurationError: the run's verdict has no finding of this clause, it was judged by no stored release, or nothing is said.
    """
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise CurationError(f"Say what is wrong with the clause, in at most {LONGEST:,} characters.")
    finding = next((finding for finding in json.loads(run.verdict)["findings"] if finding["id"] == clause_id), None)
    if run.release is None or finding is None:
        raise CurationError(f"Run {run.pk} has no finding of a clause '{clause_id[:60]}'; take the `id` of one of its findings.")
    with atomic():
        return Dispute.objects.create(
            run=run, rulebook=run.release.rulebook, clause_id=clause_id, clause_no=str(finding["clause_no"])[:100], text=text, raised_by=by, raised_at=timezone.now()
        )  # fmt: skip


def dispute_settle(*, dispute: Dispute, release: RulebookRelease, by: Person, answer: str) -> None:
    """Settle a dispute by the published release that mends it. Checking the case again is `rechecking.settle`'s."""
    if release.status != RulebookRelease.Status.PUBLISHED or release.rulebook_id != dispute.rulebook_id:
        raise CurationError(f"Name a published release of {dispute.rulebook.name}; publish the draft that mends the clause first.")
    _close(dispute, Dispute.Status.SETTLED, by, answer, release)


def dispute_dismiss(*, dispute: Dispute, by: Person, answer: str) -> None:
    """Dismiss a dispute, saying why the clause stands as it is."""
    _close(dispute, Dispute.Status.DISMISSED, by, answer, None)


def _close(dispute: Dispute, status: str, by: Person, answer: str, release: RulebookRelease | None) -> None:
    if not by.has_perm(SETTLE):
        raise NotAllowedError("Your role does not allow you to settle disputes.")
    if not answer.strip():
        raise CurationError("Write an answer: what was wrong, or why the clause stands.")
    with atomic():
        now = Dispute.objects.select_for_update(of=("self",)).get(pk=dispute.pk)
        if now.status != Dispute.Status.OPEN:
            raise CurationError(f"This dispute is {now.get_status_display()} already.")
        now.status, now.answer, now.settled_in, now.settled_by, now.settled_at = status, answer.strip(), release, by, timezone.now()  # type: ignore[assignment]
        now.save(update_fields=["status", "answer", "settled_in", "settled_by", "settled_at"])
    dispute.refresh_from_db()
