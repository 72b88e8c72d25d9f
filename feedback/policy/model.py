"""The policy: scores of strategies in a context, and exact probabilities of choosing them."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from feedback.policy.strategies import STRATEGIES, Context, Strategy

DIGITS = 9
FLOOR = 0.05
"""How much of the probability is spread evenly over all strategies, so that each is tried and every other policy can be judged by the log."""
WARM, COOL = 0.5, 0.06
"""Temperatures of the softmax: where nothing is known of a city and use, and where much is."""
KNOWN_AFTER = 60.0
"""Votes in a city and use after which the temperature has halved."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A frozen policy.

    Attributes:
        weights: level and feature -> what it adds to a strategy's score; the score is the expected vote, -1 to 1.
        votes: group (city and use) -> votes that it was trained on.
    """

    weights: Mapping[str, float] = field(default_factory=dict)
    votes: Mapping[str, int] = field(default_factory=dict)
    _known: dict[tuple[Context, Strategy], float] = field(default_factory=dict, compare=False, repr=False)

    def score(self, context: Context, strategy: Strategy) -> float:
        """Return the vote that is expected for a strategy in a context."""
        key = (context, strategy)
        if key not in self._known:
            self._known[key] = sum(self.weights.get(f"{level}|{feature}", 0.0) for level in context.levels for feature in strategy.features)
        return self._known[key]

    def temperature(self, context: Context) -> float:
        """Return how freely is tried: the more votes there are of a city and use, the less."""
        return max(COOL, WARM / (1 + self.votes.get(context.group, 0) / KNOWN_AFTER))

    def as_dict(self) -> dict[str, Any]:
        """Return it as data, numbers rounded so that it is the same on every machine."""
        return {
            "weights": {name: round(value, DIGITS) + 0.0 for name, value in sorted(self.weights.items()) if round(value, DIGITS)},
            "votes": dict(sorted(self.votes.items())),
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Policy:
        """Return the policy that was stored."""
        return cls({str(name): float(value) for name, value in stored["weights"].items()}, {str(name): int(count) for name, count in stored["votes"].items()})

    @property
    def digest(self) -> str:
        """Return the SHA-256 of its data."""
        return hashlib.sha256(json.dumps(self.as_dict(), sort_keys=True, separators=(",", ":")).encode()).hexdigest()


COLD_START = Policy(
    weights={"all|share=1": 0.25, "all|share=0.8": 0.1, "all|shape=0": 0.1, "all|shape=0.5": 0.05, "all|margins=1": 0.05},
)
"""What the rules suggest before anybody voted: use what is allowed, no higher than it takes."""


def choices(policy: Policy, context: Context, available: Iterable[str]) -> dict[str, float]:
    """Return strategy -> probability of being chosen, over those that are feasible: softmax of the scores, with a floor under each.

    >>> probabilities = choices(COLD_START, Context("Pune", "residential", "R2", "middle", "narrow"), STRATEGIES)
    >>> round(sum(probabilities.values()), 12), min(probabilities.values()) >= FLOOR / len(STRATEGIES)
    (1.0, True)
    """
    keys = [key for key in STRATEGIES if key in set(available)]
    if not keys:
        return {}
    scores = [policy.score(context, STRATEGIES[key]) for key in keys]
    top, temperature = max(scores), policy.temperature(context)
    powers = [math.exp((score - top) / temperature) for score in scores]
    total = sum(powers)
    return {key: (1 - FLOOR) * power / total + FLOOR / len(keys) for key, power in zip(keys, powers, strict=True)}


def draw(probabilities: Mapping[str, float], seed: str) -> str:
    """Return a strategy drawn by its probability; the same seed draws the same."""
    point = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big") / 2**64
    for key, probability in probabilities.items():
        point -= probability
        if point < 0:
            return key
    return list(probabilities)[-1]


def preferred(policy: Policy, context: Context, strategy: Strategy) -> str:
    """Return the reason for a strategy in words: what people are known to prefer there, or what the rules suggest."""
    votes = policy.votes.get(context.group, 0)
    where = f"in {context.city}" + (f", for {context.use} buildings" if context.use else "")
    if not votes:
        return f"Nobody voted {where} yet: {strategy.in_words()} are tried."
    score = policy.score(context, strategy)
    liked = "liked" if score > 0.15 else "disliked, and tried again now and then," if score < -0.15 else "neither liked nor disliked"
    words = strategy.in_words()
    return f"{words[:1].upper()}{words[1:]} are {liked} {where} ({votes} votes)."
