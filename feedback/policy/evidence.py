"""What a log says of a policy that did not make it: off-policy estimates with confidence intervals, effective sample size and overlap.

IPS: Horvitz and Thompson (1952). SNIPS: Swaminathan and Joachims (2015). Doubly robust: Dudik, Langford and Li (2011). Effective sample size: Kish (1965).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from feedback.policy.model import Policy, choices
from feedback.policy.strategies import STRATEGIES, Context
from feedback.policy.training import Example, shares_of_sources, train

Z = 1.959963984540054
"""97.5 % point of the normal distribution: intervals of 95 %."""
FOLDS = 5
LEAST_SAMPLE = 100.0
"""Effective votes under which a log says too little."""
HELD_BACK = 3
"""Of so many requests the votes on one are kept back from training."""


def held_back(request_id: str) -> bool:
    """Return whether the votes on a request's designs are kept back from training, to judge policies by.

    A policy fits the chance in the votes that it was trained on: by those it looks better than it is even where nobody prefers anything.

    >>> sum(held_back(f"request-{number}") for number in range(3000))
    957
    """
    return int.from_bytes(hashlib.sha256(f"held back: {request_id}".encode()).digest()[:8], "big") % HELD_BACK == 0


@dataclass(frozen=True, slots=True)
class Logged:
    """One design that was shown and voted on: where, which, with what probability, out of which."""

    context: Context
    strategy: str
    probability: float
    vote: float
    available: tuple[str, ...]
    source: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean vote with its interval of 95 %."""

    mean: float
    low: float
    high: float

    def as_dict(self) -> dict[str, float]:
        """Return it as data."""
        return {"mean": round(self.mean, 6), "low": round(self.low, 6), "high": round(self.high, 6)}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a log says of a candidate beside the present policy."""

    votes: int
    ips: Estimate
    snips: Estimate
    doubly_robust: Estimate
    present: Estimate
    """Of the present policy, doubly robust."""
    gain: Estimate
    """Candidate less present, doubly robust, vote by vote."""
    effective: float
    """Effective sample size."""
    largest_weight: float

    @property
    def against(self) -> list[str]:
        """Return what speaks against promoting the candidate."""
        told = []
        if self.effective < LEAST_SAMPLE:
            told.append(
                f"The log says too little of it: {self.effective:.0f} effective votes of {self.votes}, {LEAST_SAMPLE:.0f} are needed (lack of overlap)."
            )
        if self.gain.low <= 0:
            told.append(f"It is not shown to be better: the gain is {self.gain.mean:+.3f}, at least {self.gain.low:+.3f} with 97.5 % confidence.")
        return told

    def as_dict(self) -> dict[str, Any]:
        """Return it as data."""
        names = ("ips", "snips", "doubly_robust", "present", "gain")
        found = {name: getattr(self, name).as_dict() for name in names}
        return {"votes": self.votes, **found, "effective": round(self.effective, 3), "largest_weight": round(self.largest_weight, 3), "against": self.against}


def compare(candidate: Policy, present: Policy, log: Sequence[Logged]) -> Evidence:
    """Return what a log says of a candidate and of the present policy.

    Args:
        candidate: the policy that may be promoted.
        present: the live one.
        log: votes on which neither was trained (`held_back`). The votes of one source weigh no more than in training.

    Raises:
        ValueError: the log is empty.
    """
    if not log:
        raise ValueError("There is no vote on a suggestion to judge a policy by.")
    rewards, shares = _rewards(log), shares_of_sources(log)
    weights, new, old = [], [], []
    for place, entry in enumerate(log):
        expected = rewards[place]
        surprise = entry.vote - expected[entry.strategy]
        chances, before = choices(candidate, entry.context, entry.available), choices(present, entry.context, entry.available)
        weight = chances[entry.strategy] / entry.probability
        weights.append(weight)
        new.append(_mean_of(chances, expected) + weight * surprise)
        old.append(_mean_of(before, expected) + before[entry.strategy] / entry.probability * surprise)
    votes = [entry.vote for entry in log]
    counted = [share * weight for share, weight in zip(shares, weights, strict=True)]
    total = math.fsum(counted)
    ratio = math.fsum(weight * vote for weight, vote in zip(counted, votes, strict=True)) / total if total else 0.0
    mean_weight = total / math.fsum(shares)
    squares = math.fsum(weight * weight for weight in counted)
    effective = total * total / squares if squares else 0.0
    # What the ratio loses without each vote, by the jackknife: the delta method's figure, with the vote's own weight out of the divisor.
    spread = (
        [weight * (vote - ratio) / mean_weight * total / max(total - own, own) for weight, own, vote in zip(weights, counted, votes, strict=True)]
        if total
        else [0.0] * len(log)
    )
    return Evidence(
        votes=len(log),
        ips=_interval([weight * vote for weight, vote in zip(weights, votes, strict=True)], shares, effective),
        snips=_interval(spread, shares, effective, around=ratio),
        doubly_robust=_interval(new, shares, effective),
        present=_interval(old, shares, effective),
        gain=_interval([one - other for one, other in zip(new, old, strict=True)], shares, effective),
        effective=effective,
        largest_weight=max(weights),
    )


def _rewards(log: Sequence[Logged]) -> list[Mapping[str, float]]:
    """Return, for each entry, the vote that is expected of each strategy there, by a model of the other folds: no vote explains itself."""
    found: list[Mapping[str, float]] = [{}] * len(log)
    for fold in range(min(FOLDS, len(log))):
        model = train([Example(entry.context, entry.strategy, entry.vote, entry.source) for place, entry in enumerate(log) if place % FOLDS != fold])
        for place in range(fold, len(log), FOLDS):
            entry = log[place]
            found[place] = {key: max(-1.0, min(1.0, model.score(entry.context, STRATEGIES[key]))) for key in entry.available}
    return found


def _mean_of(chances: Mapping[str, float], expected: Mapping[str, float]) -> float:
    return sum(chance * expected[key] for key, chance in chances.items())


def _interval(values: Sequence[float], shares: Sequence[float], effective: float, around: float | None = None) -> Estimate:
    """Return the mean of values, each counted by its share, with its interval; where all shares are 1, the usual one."""
    total = math.fsum(shares)
    mean = math.fsum(share * value for share, value in zip(shares, values, strict=True)) / total
    squares = math.fsum((share * (value - mean)) ** 2 for share, value in zip(shares, values, strict=True))
    half = _quantile(effective - 1) * math.sqrt(squares * len(values) / max(1, len(values) - 1)) / total
    middle = mean if around is None else around
    return Estimate(middle, middle - half, middle + half)


def _quantile(freedom: float) -> float:
    """Return the 97.5 % point of Student's t: few effective votes know their own spread badly (Abramowitz and Stegun 26.7.5).

    >>> round(_quantile(10), 2), round(_quantile(100), 3), round(_quantile(1e9), 4)
    (2.23, 1.984, 1.96)
    """
    freedom = max(freedom, 1.0)
    return Z + (Z**3 + Z) / (4 * freedom) + (5 * Z**5 + 16 * Z**3 + 3 * Z) / (96 * freedom**2)
