"""Policies: trained on what reviewers accepted, judged by the log, promoted by a person, taken back with one step."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from typing import Any

from django.db import DatabaseError
from django.db.models import Count, Max, QuerySet, Sum
from django.utils import timezone

from feedback.models import Feedback, PolicyVersion, Review, Suggestion
from feedback.policy import COLD_START, STRATEGIES, Context, Evidence, Example, Logged, Policy, compare, held_back, train
from telemetry.transactions import atomic

PROMOTE = "feedback.promote_policy"
Status = PolicyVersion.Status
StrategyOf = Callable[[Feedback], tuple[Context, str] | None]


class PolicyError(ValueError):
    """A step that cannot be taken; the message says why and what to do."""

    code = "policy_refused"


def live_policy() -> tuple[PolicyVersion | None, Policy]:
    """Return the live version and its policy; where none is live, the cold start."""
    version = PolicyVersion.objects.filter(status=Status.LIVE).order_by("-live_since").first()
    return version, policy_of(version)


def learning_active() -> bool:
    """Return whether a policy that was learnt from feedback is live."""
    return PolicyVersion.objects.filter(status=Status.LIVE).exists()


def policy_of(version: PolicyVersion | None) -> Policy:
    """Return a version's policy; the cold start for none."""
    return Policy.from_dict(json.loads(version.content)) if version else COLD_START


def training_votes(*, until: datetime.datetime | None = None) -> QuerySet[Feedback]:
    """Return the votes that may train: accepted, on a result or a suggestion, oldest first."""
    votes = Feedback.objects.filter(review__status=Review.Status.ACCEPTED, kind__in=[Feedback.Kind.RESULT, Feedback.Kind.SUGGESTION])
    return (votes.filter(created_at__lte=until) if until else votes).select_related("run", "suggestion").order_by("created_at", "id")


def last_words(votes: Iterable[Feedback]) -> list[Feedback]:
    """Return the last vote of each voice on each target, in the order of the votes."""
    last = {(vote.voice, vote.suggestion_id or vote.run_id or vote.session_id): vote for vote in votes}
    return sorted(last.values(), key=lambda vote: (vote.created_at, vote.pk))


def examples_of(votes: Iterable[Feedback], strategy_of_run: StrategyOf) -> list[Example]:
    """Return votes as examples; one on a run that is like no strategy, or on nothing of ours, trains nothing.

    Args:
        votes: what trains.
        strategy_of_run: where a run was wanted, and the strategy that its design is most like.
    """
    found = []
    for vote in votes:
        suggestion: Suggestion | None = vote.suggestion
        known = (Context(**json.loads(suggestion.context)), suggestion.strategy) if suggestion is not None else strategy_of_run(vote) if vote.run_id else None
        if known is not None:
            found.append(Example(*known, vote.vote, vote.source))
    return found


def log_of(votes: Iterable[Feedback]) -> list[Logged]:
    """Return the votes on suggestions with the probabilities with which those were shown."""
    return [
        Logged(Context(**json.loads(shown.context)), shown.strategy, shown.probability, vote.vote, tuple(json.loads(shown.available)), vote.source)
        for vote in votes
        if (shown := vote.suggestion) is not None
    ]


def policy_train(*, strategy_of_run: StrategyOf, until: datetime.datetime | None = None) -> PolicyVersion:
    """Train a candidate on the accepted votes that are not held back, and return it; the live policy is left as it is.

    Raises:
        PolicyError: no accepted vote trains.
    """
    moment = until or timezone.now()
    votes = last_words(training_votes(until=moment))
    examples = examples_of((vote for vote in votes if not _held_back(vote)), strategy_of_run)
    if not examples:
        held = f" The {len(votes)} that were accepted are held back to judge policies by." if votes else ""
        raise PolicyError(f"No accepted vote trains yet: accept feedback on results or suggestions in the admin first.{held}")
    policy = train(examples)
    return policy_record(policy=policy, votes=len(examples), until=moment)


def _held_back(vote: Feedback) -> bool:
    return vote.suggestion is not None and held_back(vote.suggestion.request_id)


def policy_record(*, policy: Policy, votes: int, until: datetime.datetime) -> PolicyVersion:
    """Save a policy as the next candidate."""
    with atomic():
        number = (PolicyVersion.objects.aggregate(last=Max("number"))["last"] or 0) + 1
        return PolicyVersion.objects.create(
            number=number,
            content=json.dumps(policy.as_dict(), sort_keys=True),
            digest=policy.digest,
            votes=votes,
            trained_until=until,
            created_at=timezone.now(),
        )


def policy_evaluate(*, version: PolicyVersion) -> Evidence:
    """Judge a version beside the live policy by votes on which neither was trained, keep what was found with it, and return it.

    Raises:
        PolicyError: there is no such vote.
    """
    live, present = live_policy()
    trained_until = max(known.trained_until for known in (version, live) if known is not None)
    log = log_of(vote for vote in last_words(training_votes()) if _held_back(vote) or vote.created_at > trained_until)
    if not log:
        raise PolicyError(
            "No vote on a suggestion that is held back from training, or is newer than the policy, was accepted yet: there is no log to judge by."
        )
    evidence = compare(policy_of(version), present, log)
    with atomic():
        PolicyVersion.objects.filter(pk=version.pk).update(evidence=json.dumps(evidence.as_dict(), sort_keys=True))
    version.evidence = json.dumps(evidence.as_dict(), sort_keys=True)
    return evidence


def policy_promote(*, version: PolicyVersion, by: Any, reason: str) -> None:
    """Make a candidate live. The first that ever goes live needs a signature alone; a later one also has to be shown better than what is live.

    Raises:
        PolicyError: it is not the person's to do, no reason is given, it is no candidate, or the evidence does not carry it.
    """
    _check(by, reason)
    if version.status != Status.CANDIDATE:
        raise PolicyError(f"Policy {version.number} is {version.get_status_display()}; only a candidate is promoted.")
    if PolicyVersion.objects.exclude(signed_by=None).exists():  # one that was taken back keeps its signature
        against = policy_evaluate(version=version).against
        if against:
            raise PolicyError(f"Policy {version.number} is not promoted. " + " ".join(against))
    _make_live(version, by, reason)


def policy_back(*, by: Any, reason: str) -> PolicyVersion | None:
    """Take the live policy back and return the one that is live now: the one before it, or None: the cold start.

    Raises:
        PolicyError: it is not the person's to do, no reason is given, or nothing is live.
    """
    _check(by, reason)
    live, _ = live_policy()
    if live is None:
        raise PolicyError("No policy is live; suggestions come from the cold start already.")
    before = PolicyVersion.objects.filter(status=Status.RETIRED, live_since__lt=live.live_since).order_by("-live_since").first()
    with atomic():
        if _locked().get(live.pk) != Status.LIVE:
            raise PolicyError(f"Somebody was faster: policy {live.number} is not live any more. Nothing was changed; look again.")
        PolicyVersion.objects.filter(pk=live.pk).update(status=Status.CANDIDATE, live_since=None)
        if before is not None:
            PolicyVersion.objects.filter(pk=before.pk).update(status=Status.LIVE, reason=reason[:500], signed_by=by)
    if before is not None:
        before.refresh_from_db()
    return before


def _check(by: Any, reason: str) -> None:
    if not by.has_perm(PROMOTE):
        raise PolicyError("Your role does not allow you to promote a policy.")
    if not reason.strip():
        raise PolicyError("Say why: the reason is kept with the policy.")


def _locked() -> dict[Any, str]:
    """Return key -> status of all versions, locked until the transaction ends: of two people who change what is live, one comes second."""
    return dict(PolicyVersion.objects.select_for_update().order_by("pk").values_list("pk", "status"))


def _make_live(version: PolicyVersion, by: Any, reason: str) -> None:
    with atomic():
        statuses = _locked()
        if statuses.get(version.pk) != Status.CANDIDATE:
            raise PolicyError(f"Somebody was faster: policy {version.number} is no candidate any more. Nothing was changed; look again.")
        PolicyVersion.objects.filter(status=Status.LIVE).update(status=Status.RETIRED)
        PolicyVersion.objects.filter(pk=version.pk).update(status=Status.LIVE, reason=reason.strip()[:500], signed_by=by, live_since=timezone.now())
    version.refresh_from_db()


def suggestions_record(*, shown: Sequence[Suggestion]) -> list[Suggestion]:
    """Save the designs of a request, or return those that the same request was shown before."""
    earlier = Suggestion.objects.filter(request_id=shown[0].request_id).select_related("policy").order_by("place")
    if known := list(earlier):
        return known
    try:
        with atomic():
            Suggestion.objects.bulk_create(shown)
    except DatabaseError:  # the same request came twice at the same moment
        if known := list(earlier.all()):
            return known
        raise
    return list(shown)


def context_data(context: Context) -> str:
    """Return a context as it is stored."""
    return json.dumps(asdict(context), sort_keys=True)


def stats() -> list[dict[str, Any]]:
    """Return, for each city and use: rounds (designs shown), votes, acceptance rate, and what is preferred and disliked most."""
    _, policy = live_policy()
    shown = {(row["city"], row["building_use"]): row["shown"] for row in Suggestion.objects.values("city", "building_use").annotate(shown=Count("id"))}
    voted = {
        row["context"]: row
        for row in Review.objects.filter(status=Review.Status.ACCEPTED).exclude(context="").values("context").annotate(votes=Count("id"), total=Sum("vote"))
    }
    groups = sorted({*shown, *(tuple(name.split(", ", 1)) for name in voted)})
    found = []
    for city, use in groups:
        row = voted.get(f"{city}, {use}", {"votes": 0, "total": 0})
        context = Context(city, use, "", "middle", "middle")
        found.append({
            "city": city,
            "building_use": use,
            "rounds": shown.get((city, use), 0),
            "votes": row["votes"],
            "acceptance_rate": round((row["votes"] + row["total"]) / (2 * row["votes"]), 4) if row["votes"] else None,
            "trained_on": policy.votes.get(context.group, 0),
            "preferences": _preferences(policy, context),
        })  # fmt: skip
    return found


def preferences_of(version: PolicyVersion) -> list[tuple[str, int, list[tuple[str, float]]]]:
    """Return, for each city and use that a version was trained on: its votes, and the strategies it prefers in words with the vote expected, the most wanted first."""
    policy, found = policy_of(version), []
    for group, votes in sorted(policy.votes.items()):
        city, use = (part.split("=", 1)[1] for part in group.split(",", 1))
        wanted = _preferences(policy, Context(city, use, "", "middle", "middle"))
        found.append((f"{city}, {use}", votes, [(STRATEGIES[key].in_words(), score) for key, score in wanted.items()]))
    return found


def _preferences(policy: Policy, context: Context) -> dict[str, float]:
    """Return the expected vote of every strategy in a city and use, the most wanted first."""
    scores = {key: round(policy.score(context, strategy), 3) for key, strategy in STRATEGIES.items()}
    return dict(sorted(scores.items(), key=lambda item: (-item[1], item[0])))
