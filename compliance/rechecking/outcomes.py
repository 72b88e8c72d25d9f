"""Status and outcomes of a stored run beside those that come out now: what differs, and the words for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from compliance.rules import Verdict


class Otherwise(NamedTuple):
    """One thing that is stored otherwise than it comes out: a finding by its id, or a status; None where it is not listed."""

    what: str
    stored: str | None
    now: str | None

    def __str__(self) -> str:
        return f"{self.what} stored {self.stored or 'not listed'}, now {self.now or 'not listed'}"


STATUS, VERDICT_STATUS = "status", "status in the verdict"
"""A run's own status, and the one in its verdict."""


def outcomes_of(findings: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the outcome of each finding by its id; of one that stands several times all that it is said to come to."""
    found: dict[str, str] = {}
    for finding in findings:
        name, outcome = str(finding["id"]), str(finding["outcome"])
        found[name] = f"{found[name]} and {outcome}" if name in found else outcome
    return found


def compare(status: str, stored: Mapping[str, Any], verdict: Verdict) -> list[Otherwise]:
    """Return what differs between a run as it is stored, by its status and the wire form of its verdict, and the verdict that comes out now."""
    before, after = outcomes_of(stored["findings"]), {finding.id: finding.outcome for finding in verdict.findings}
    found = [Otherwise(name, before.get(name), after.get(name)) for name in before.keys() | after.keys()]
    found += [Otherwise(STATUS, status, verdict.status), Otherwise(VERDICT_STATUS, str(stored["status"]), verdict.status)]
    return [entry for entry in found if entry.stored != entry.now]


def in_words(differences: Iterable[Otherwise]) -> str:
    """Return differences as one text, always in the same order: the findings by their ids, then the statuses."""
    return "; ".join(map(str, sorted(differences, key=lambda entry: (entry.what in (STATUS, VERDICT_STATUS), entry.what))))
