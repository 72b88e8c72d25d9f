"""A dispute settled by the release that mends the clause, and the cases in which it was disputed checked again."""

from __future__ import annotations

from compliance.models import Dispute, RulebookRelease, Run
from compliance.rechecking.reprocessing import Reprocessed, reprocess
from compliance.services.disputes import dispute_settle
from compliance.services.drafts import Person


def settle(*, dispute: Dispute, release: RulebookRelease, by: Person, answer: str) -> Reprocessed:
    """Settle a dispute by the release that mends it, check again every case in which the clause was disputed, and return what that changed."""
    dispute_settle(dispute=dispute, release=release, by=by, answer=answer)
    disputed = Dispute.objects.filter(rulebook=dispute.rulebook_id, clause_id=dispute.clause_id).values_list("run", flat=True)
    return reprocess(Run.objects.filter(pk__in=[latest.pk for latest in map(_latest, Run.objects.filter(pk__in=list(disputed)))]))


def _latest(run: Run) -> Run:
    return Run.objects.filter(root=run.root_id or run.pk).order_by("-revision").first() or run
