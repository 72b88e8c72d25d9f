"""Feedback on runs: checked against the run that it is about, with the dispute or the reading case that it opens."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.crypto import salted_hmac

from compliance.models import Run
from compliance.services.disputes import dispute_raise
from compliance.services.drafts import CurationError
from compliance.specs import SpecError, normalise_spec
from feedback.models import Feedback, Review, Suggestion
from feedback.services import feedback_record
from telemetry.transactions import atomic

Kind = Feedback.Kind
MOST_CORRECTIONS = 50


class RatingError(ValueError):
    """Feedback that cannot be taken; `errors` lists (JSON pointer, sentence) for everything that is wrong."""

    code = "invalid_feedback"

    def __init__(self, errors: list[tuple[str, str]]) -> None:
        self.errors = errors
        super().__init__("; ".join(f"{pointer}: {sentence}" for pointer, sentence in errors))


def feedback_give(
    *,
    run: Run,
    kind: str,
    vote: int | None,
    trace_id: str,
    clause_id: str = "",
    reason: str = "",
    comment: str = "",
    corrections: Sequence[Mapping[str, Any]] = (),
    readings: Sequence[Mapping[str, Any]] | None = None,
    session_id: str = "",
    voter: Any = None,
    source: str = "",
) -> Feedback:
    """Save feedback on a run, or on a clause of its verdict. A clause that is wrong opens a dispute with it, or nothing is saved.

    Args:
        run: the run.
        kind: one of `Feedback.Kind`.
        vote: 1 or -1; may be left out where something is wrong, which counts as -1.
        trace_id: never empty.
        clause_id: the `id` of a finding, for the kinds that are about a clause.
        reason: one of `Feedback.Reason`, or empty.
        comment: in the voter's own words; needed for a clause that is wrong.
        corrections: `field` and `value` of what was misread; null: it is not stated at all.
        readings: what was read, where it is not what the run's verdict says: the corrected values are given there already.
        session_id: the caller's session; the run's where it is empty, else the run's id.
        voter: the person whose token or log-in it is.
        source: see `source_of`.

    Raises:
        RatingError: what does not fit the run.
    """
    verdict = json.loads(run.verdict)
    errors = list(_faults(verdict, kind, vote, clause_id, comment, corrections))
    if errors:
        raise RatingError(errors)
    misread = [_misread(verdict["readings"] if readings is None else readings, correction, run.city) for correction in corrections]
    cast = vote if vote is not None else -1
    with atomic():
        if kind == Kind.CLAUSE_WRONG:
            try:
                dispute_raise(run=run, clause_id=clause_id, text=comment, by=voter)
            except CurationError as error:
                raise RatingError([("/clause_id", str(error))]) from None
        return feedback_record(
            run=run,
            session_id=session_id or run.session_id or str(run.pk),
            vote=cast,
            sent=cast,
            reward=cast,
            route=Feedback.Route.NATIVE,
            trace_id=trace_id,
            voter=voter,
            prompt=run.prompt,
            kind=kind,
            clause_id=clause_id,
            reason=reason,
            comment=comment,
            corrections=misread,
            source=source,
        )


def suggestion_rate(
    *, suggestion: Suggestion, vote: int, trace_id: str, reason: str = "", comment: str = "", session_id: str = "", voter: Any = None, source: str = ""
) -> Feedback:
    """Save a vote on a suggested design; see `feedback_give` for the arguments."""
    return feedback_record(
        run=None,
        suggestion=suggestion,
        session_id=session_id or suggestion.request_id,
        vote=vote,
        sent=vote,
        reward=vote,
        route=Feedback.Route.NATIVE,
        trace_id=trace_id,
        voter=voter,
        kind=Kind.SUGGESTION,
        reason=reason,
        comment=comment,
        source=source,
    )


def _faults(
    verdict: Mapping[str, Any], kind: str, vote: int | None, clause_id: str, comment: str, corrections: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[str, str]]:
    if kind == Kind.SUGGESTION:
        yield "/kind", "Feedback on a suggestion names the suggestion instead of a run."
    about_clause = kind in (Kind.CLAUSE, Kind.CLAUSE_WRONG)
    if vote is None and kind in (Kind.RESULT, Kind.CLAUSE):
        yield "/vote", "Vote 1 or -1."
    if vote == 1 and kind in (Kind.CLAUSE_WRONG, Kind.MISREAD):
        yield "/vote", "What is wrong cannot be voted up; leave the vote out."
    if about_clause and clause_id not in {finding["id"] for finding in verdict["findings"]}:
        yield "/clause_id", f"The run's verdict has no finding of a clause '{clause_id[:60]}'; take the `id` of one of its findings."
    if not about_clause and clause_id:
        yield "/clause_id", "A clause belongs to the kinds clause and clause_wrong."
    if kind == Kind.CLAUSE_WRONG and not comment.strip():
        yield "/comment", "Say what is wrong with the clause."
    if kind == Kind.MISREAD and not corrections:
        yield "/corrections", "Say which values were misread: field, and the value that is meant (null where it is not stated at all)."
    if kind != Kind.MISREAD and corrections:
        yield "/corrections", "Corrections belong to the kind misread."
    if len(corrections) > MOST_CORRECTIONS:
        yield "/corrections", f"At most {MOST_CORRECTIONS} corrections."


def _misread(readings: Sequence[Mapping[str, Any]], correction: Mapping[str, Any], city: str) -> dict[str, Any]:
    """Return a correction with what was read of which words.

    Raises:
        RatingError: the field is none of ours, or no proposal can have the value.
    """
    name, value = str(correction["field"]), correction.get("value")
    try:
        spec = normalise_spec({**({"city": city} if city and name != "city" else {}), name: value})
        known = name in spec or value is None
    except SpecError as error:
        raise RatingError([(f"/corrections{pointer}", sentence) for pointer, sentence in error.errors]) from None
    if not known:
        raise RatingError([(f"/corrections/{name}", "There is no such planning field.")])
    read: Mapping[str, Any] = next((entry for entry in readings if entry["field"] == name), {})
    return {
        "field": name,
        "value": spec.get(name),
        **({"read": read["value"]} if "value" in read else {}),
        **{key: read[key] for key in ("text", "start", "end") if key in read},
    }


def reading_cases() -> Iterator[dict[str, Any]]:
    """Yield the prompts that were misread and whose corrections a reviewer accepted, as `manage.py read --score` takes them."""
    accepted = Feedback.objects.filter(kind=Kind.MISREAD, review__status=Review.Status.ACCEPTED).order_by("created_at", "id")
    for feedback in accepted.iterator(chunk_size=500):
        corrections = json.loads(feedback.corrections)
        yield {
            "prompt": feedback.prompt,
            "expect": {entry["field"]: entry["value"] for entry in corrections if entry["value"] is not None},
            "absent": [entry["field"] for entry in corrections if entry["value"] is None],
        }


def source_of(address: str) -> str:
    """Return a network address as a keyed hash: two votes from one place can be told to be so, and the place cannot be read from it.

    >>> source_of("")
    ''
    """
    return salted_hmac("promptrunner.feedback.source", address, algorithm="sha256").hexdigest()[:32] if address else ""
