"""Do stored verdicts come out again under the release and on the day that they name?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from compliance.models import Run
from compliance.rechecking.again import UnverifiableRunError, recheck


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether a run's verdict comes out again: the digest now, and the one stored."""

    run: Run
    digest: str

    @property
    def holds(self) -> bool:
        """Whether both are the same."""
        return self.digest == self.run.digest


def verify(run: Run) -> Verification:
    """Return whether a run comes out again under the release and on the day that it names.

    Raises:
        UnverifiableRunError: it was judged by clauses sent with the request.
    """
    if run.release is None and "rulebook" in json.loads(run.verdict):
        raise UnverifiableRunError(f"Run {run.pk} was judged by clauses sent with the request; they are not stored, so it cannot be judged again.")
    return Verification(run, recheck(run, run.release, run.as_of).verdict.digest)


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


def verify_runs(ids: Sequence[UUID]) -> Verified:
    """Return which of some runs come out again; one that is gone meanwhile is left out, and one that cannot be judged does not stop the rest."""
    found = Verified()
    for run in Run.objects.filter(pk__in=ids).select_related("release").defer("release__content").order_by("pk"):
        try:
            verification = verify(run)
        except UnverifiableRunError as error:
            found.unverifiable.append(str(error))
        except Exception as error:  # whatever is wrong with one stored run, the rest is still looked at
            found.different.append(f"Run {run.pk} cannot be judged: {type(error).__name__}: {error}")
        else:
            if verification.holds:
                found.same += 1
            else:
                found.different.append(f"Run {run.pk}: stored {run.digest}, now {verification.digest}.")
    return found
