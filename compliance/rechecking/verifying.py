"""Do stored verdicts come out again under the release and on the day that they name?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

import orjson

from compliance.assessing import judge_reading
from compliance.models import Run
from compliance.rechecking.again import UnverifiableRunError, as_read
from compliance.rechecking.outcomes import Otherwise, compare, in_words
from compliance.services.releases import release_compiled


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether a run's verdict comes out again: the digest now, beside the one stored, and what of the stored status and outcomes differs."""

    run: Run
    digest: str
    differences: tuple[Otherwise, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the digest is the same, and so are status and outcomes."""
        return self.digest == self.run.digest and not self.differences

    def says(self) -> str:
        """Return what differs in words; nothing where the run holds."""
        digest = "" if self.digest == self.run.digest else f"digest stored {self.run.digest}, now {self.digest}"
        if self.differences and not digest:
            digest = "the digest comes out as stored, so that it is what is stored beside it that does not fit"
        return "; ".join(filter(None, (in_words(self.differences), digest)))


def verify(run: Run) -> Verification:
    """Return whether a run comes out again under the release and on the day that it names.

    Raises:
        UnverifiableRunError: it was judged by clauses sent with the request.
    """
    stored = orjson.loads(run.verdict)
    if run.release is None and "rulebook" in stored:
        raise UnverifiableRunError(f"Run {run.pk} was judged by clauses sent with the request; they are not stored, so it cannot be judged again.")
    rulebook = release_compiled(run.release) if run.release else None
    assessment = judge_reading(run.prompt, as_read(run, stored), rulebook, run.release, run.as_of)
    return Verification(run, assessment.verdict.digest, tuple(compare(run.status, stored, assessment.verdict)))


@dataclass
class Verified:
    """What came of verifying many runs: how many came out the same, the sentences about those that did not, and about those that cannot be judged again."""

    same: int = 0
    different: list[str] = field(default_factory=list)
    unverifiable: list[str] = field(default_factory=list)

    @property
    def seen(self) -> int:
        """How many runs were looked at."""
        return self.same + len(self.different) + len(self.unverifiable)

    def add(self, other: Verified) -> None:
        """Take in what another process found."""
        self.same += other.same
        self.different += other.different
        self.unverifiable += other.unverifiable


class Doubt(NamedTuple):
    """A run of which columns say that something comes out otherwise than it is stored, and what."""

    key: UUID
    says: str


def verify_doubted(doubts: Sequence[Doubt]) -> Verified:
    """Return which of some runs come out again, as `verify_runs`, and name those of which it is not so that they differ as columns say."""
    return verify_runs([doubt.key for doubt in doubts], dict(doubts))


def verify_runs(ids: Sequence[UUID], doubts: Mapping[UUID, str] | None = None) -> Verified:
    """Return which of some runs come out again; one that is gone meanwhile is left out, and one that cannot be judged does not stop the rest.

    Args:
        ids: the runs.
        doubts: what columns say that differs. Where judging a run alone says anything else, one of both is at fault: that is a difference too.
    """
    found, doubts = Verified(), doubts or {}
    for run in Run.objects.filter(pk__in=ids).select_related("release").defer("release__content").order_by("pk"):
        try:
            verification = verify(run)
        except UnverifiableRunError as error:
            found.unverifiable.append(str(error))
        except Exception as error:  # whatever is wrong with one stored run, the rest is still looked at
            by_columns = f"; by columns: {doubts[run.pk]}" if run.pk in doubts else ""
            found.different.append(f"Run {run.pk} cannot be judged: {type(error).__name__}: {error}{by_columns}")
        else:
            says = [verification.says(), _disagreement(verification, doubts.get(run.pk))]
            if any(says):
                found.different.append(f"Run {run.pk}: {'. '.join(filter(None, says))}.")
            else:
                found.same += 1
    return found


def _disagreement(verification: Verification, doubt: str | None) -> str:
    if doubt is None or doubt == in_words(verification.differences):
        return ""
    return f"Judged by columns it comes out otherwise than judged alone, which is a fault of the program; please report it. By columns: {doubt}"
