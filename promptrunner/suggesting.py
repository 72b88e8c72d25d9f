"""Suggestions: designs out of what is feasible, chosen by the live policy. Nothing else is ever suggested, so none can be illegal."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from compliance.rechecking import NothingToSolveError, trials_of_run
from compliance.rules.solving import Design, Envelope, Trials, find_envelope, nearest
from feedback.models import Feedback, PolicyVersion, Suggestion
from feedback.policies import context_data, live_policy, policy_of, suggestions_record
from feedback.policy import STRATEGIES, Context, Policy, choices, preferred
from feedback.policy.model import draw
from promptrunner.designs import designs_of
from promptrunner.pipeline import assess
from promptrunner.solving import trials_of
from telemetry.trace import current_trace_id

MOST = 6


class SuggestionConflictError(ValueError):
    """A request id that another request has used."""

    code = "request_id_conflict"


def suggest(*, count: int = 3, request_id: str = "", **proposal: Any) -> dict[str, Any]:
    """Return designs for a plot and a use, each drawn by itself, and keep what was shown with its probability.

    Args:
        count: how many, 1 to `MOST`.
        request_id: the same id with the same proposal is answered with the same designs; a new one where it is empty.
        proposal: see `assess`; what it says of its design is left aside.

    Raises:
        NothingToSolveError: no rulebook holds for the proposal.
        SuggestionConflictError: the id was used for another plot or use.
        SpecError, PlotError, UnknownRulebookError: see `assess`.
    """
    trials = trials_of(assess(**proposal))
    envelope = find_envelope(trials)
    designs = designs_of(envelope)
    name = request_id or str(uuid.uuid4())
    context = Context.of({**trials.spec, **trials.completed({}).spec})
    version, policy = live_policy()
    answer = {
        "request_id": name,
        "policy": {"number": version.number if version else 0, "digest": policy.digest},
        "rulebook": {"name": trials.rulebook.name, "edition": trials.rulebook.edition, "release": trials.rulebook.sha256},
        "as_of": trials.as_of.isoformat(),
        "suggestions": [],
        "reason": "",
    }
    if not designs:
        return {**answer, "reason": _why_nothing(envelope)}
    chances = choices(policy, context, designs)
    shown = [_shown(name, place, version, context, chances, draw(chances, f"{name}:{place}"), designs, trials.rulebook.sha256) for place in range(1, count + 1)]
    kept = suggestions_record(shown=shown)
    if (kept[0].context, kept[0].release_sha256) != (shown[0].context, shown[0].release_sha256) or not all(_is_one_of(entry, designs) for entry in kept):
        raise SuggestionConflictError(f"The request id '{name[:80]}' was used for another proposal; send a new one, or leave it out.")
    first = kept[0].policy
    drew = policy_of(first)
    policy_then = {"number": first.number if first else 0, "digest": drew.digest}
    return {**answer, "policy": policy_then, "suggestions": [_wire(suggestion, trials, context, drew) for suggestion in kept]}


def strategy_of_run(vote: Feedback) -> tuple[Context, str] | None:
    """Return where a rated run was wanted and which strategy its design is most like; None where that cannot be said."""
    run: Any = vote.run
    try:
        trials = trials_of_run(run)
    except NothingToSolveError:
        return None
    spec = json.loads(run.spec)
    key = nearest(designs_of(find_envelope(trials)), spec)
    return (Context.of(spec), key) if key else None


def _shown(
    name: str, place: int, version: PolicyVersion | None, context: Context, chances: Mapping[str, float], key: str, designs: Mapping[str, Design], release: str
) -> Suggestion:
    return Suggestion(
        request_id=name,
        place=place,
        policy=version,
        context=context_data(context),
        city=context.city,
        building_use=context.use,
        strategy=key,
        probability=chances[key],
        available=json.dumps(list(chances)),
        design=json.dumps(designs[key].spec, sort_keys=True),
        release_sha256=release,
        trace_id=current_trace_id(),
        created_at=timezone.now(),
    )


def _is_one_of(suggestion: Suggestion, designs: Mapping[str, Design]) -> bool:
    """Return whether what was shown is a design of this plot: a plot that is much like it can have the same context."""
    design = designs.get(suggestion.strategy)
    return design is not None and json.loads(suggestion.design) == dict(design.spec)


def _wire(suggestion: Suggestion, trials: Trials, context: Context, policy: Policy) -> dict[str, Any]:
    design = json.loads(suggestion.design)
    strategy = STRATEGIES[suggestion.strategy]
    return {
        "id": str(suggestion.pk),
        "design": design,
        "status": trials.verdict(design).status,
        "strategy": suggestion.strategy,
        "probability": round(suggestion.probability, 6),
        "reason": preferred(policy, context, strategy),
    }


def _why_nothing(envelope: Envelope) -> str:
    against = ", ".join(dict.fromkeys(f"{check.clause.clause_no} ({check.clause.title})" for check in envelope.against))
    if against:
        return f"Nothing may be built here for this use: {against}."
    if envelope.plot_sq_m is None:
        return "The proposal does not say how large the plot is."
    return "No design of the kinds that are suggested fits between the margins that are required."
