"""One stored proposal judged again, under the release that it names or another one; nothing is written."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import orjson

from compliance.assessing import Assessment, judge_reading
from compliance.models import RulebookRelease, Run
from compliance.reading import Question, Reading, ReadResult
from compliance.rules.solving import Trials
from compliance.services.releases import release_compiled
from compliance.specs import normalise_spec

CHUNK = 200

T = TypeVar("T")


class UnverifiableRunError(ValueError):
    """A run was judged by clauses sent with the request, which are not stored."""

    code = "unverifiable_run"


def as_read(run: Run, verdict: Mapping[str, Any] | None = None) -> ReadResult:
    """Return what was read of a stored run's proposal, as it was before the rulebook's defaults; its stored verdict where that is at hand."""
    stored = orjson.loads(run.reading)
    verdict = verdict if verdict is not None else orjson.loads(run.verdict)
    readings = [entry for entry in verdict["readings"] if entry["field"] in stored["spec"]]
    return ReadResult(normalise_spec(stored["spec"]), tuple(Reading(**entry) for entry in readings), tuple(Question(**entry) for entry in stored["questions"]))


def recheck(run: Run, release: RulebookRelease | None, day: datetime.date) -> Assessment:
    """Return a stored proposal judged again under a release (None: no rulebook is in force) on a day; nothing is written."""
    return judge_reading(run.prompt, as_read(run), release_compiled(release) if release else None, release, day)


class NothingToSolveError(ValueError):
    """No rulebook can be chosen for a proposal; the message says what is missing."""

    code = "no_rulebook"


def trials_of_run(run: Run) -> Trials:
    """Return the variations of a stored run's proposal, under the release that judged it.

    Raises:
        NothingToSolveError: no release judged it.
    """
    if run.release is None:
        raise NothingToSolveError(f"Run {run.pk} was judged by no stored release.")
    reading = orjson.loads(run.reading)
    asked = frozenset(question["field"] for question in reading["questions"] if question.get("field"))
    return Trials(release_compiled(run.release), reading["spec"], run.as_of, asked)


def flips(before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """Yield (clause, outcome before, outcome after) for every clause whose finding comes out otherwise; one that is not listed does not apply."""
    old, new = ({finding["id"]: finding["outcome"] for finding in findings} for findings in (before, after))
    for clause in sorted(old.keys() | new.keys()):
        one, other = old.get(clause, "NOT_APPLICABLE"), new.get(clause, "NOT_APPLICABLE")
        if one != other:
            yield clause, one, other


def chunks(ids: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield ids, or what there is to do, a chunk at a time."""
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]
