"""Training: a linear model with a hierarchical normal prior, so that contexts with few votes lean on those around them.

The score of strategy a in context x is the sum over x's levels l and a's features f of w(l, f), each w ~ N(mean, variance(l)) before any vote. The votes are
taken as score + N(0, 1). The weights are the mean of the posterior, which is ridge regression: (X'X + D^-1)(w - m) = X'(y - Xm), D the variances (Gelman and others,
Bayesian Data Analysis, 3rd edition, section 14.8 and chapter 15).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from feedback.policy.model import COLD_START, Policy
from feedback.policy.strategies import STRATEGIES, Context

VARIANCES = {"all": 0.5, "use": 0.15, "city": 0.15, "size": 0.05, "road": 0.05, "group": 0.5, "zone": 0.05}
"""How much the weights of a level differ from 0 (from the cold start's), before any vote."""
SOURCE_MOST = 20.0
"""How much all votes of one source in one city and use weigh together at the most: no one place swings the policy alone."""


@dataclass(frozen=True, slots=True)
class Example:
    """One vote that trains: of each voice and target the last."""

    context: Context
    strategy: str
    vote: float
    source: str = ""


class Sourced(Protocol):
    """A vote in a context, from a source."""

    @property
    def context(self) -> Context:
        """Return where it was cast."""

    @property
    def source(self) -> str:
        """Return where it came from; empty where that is not known."""


def shares_of_sources(votes: Sequence[Sourced]) -> list[float]:
    """Return how much each vote counts: all of one source in one city and use together at most as much as `SOURCE_MOST`."""
    sent = Counter((vote.context.group, vote.source) for vote in votes if vote.source)
    return [min(1.0, SOURCE_MOST / sent[vote.context.group, vote.source]) if vote.source else 1.0 for vote in votes]


def train(examples: Sequence[Example], prior: Policy = COLD_START) -> Policy:
    """Return the policy that some votes make of a prior one; the same votes in any order make the same."""
    import numpy as np  # noqa: PLC0415 - heavy imports stay out of serving

    if not examples:
        return prior
    votes = Counter(example.context.group for example in examples)
    cells = _cells(examples)
    names = sorted({name for context, strategy in cells for name in _names(context, strategy)})
    place = {name: index for index, name in enumerate(names)}
    columns = np.array([[place[name] for name in _names(context, strategy)] for context, strategy in cells])
    totals = np.array([weight for weight, _ in cells.values()])
    left = np.array([voted - weight * prior.score(context, STRATEGIES[strategy]) for (context, strategy), (weight, voted) in cells.items()])
    size, each = len(names), columns.shape[1]
    pairs = (np.repeat(columns, each, axis=1) * size + np.tile(columns, each)).ravel()
    gram = np.bincount(pairs, weights=np.repeat(totals, each * each), minlength=size * size).reshape(size, size)
    target = np.bincount(columns.ravel(), weights=np.repeat(left, each), minlength=size)
    gram[np.diag_indices(size)] += np.array([1 / _variance(name) for name in names])
    found = np.linalg.solve(gram, target)
    kept = {**prior.weights, **{name: prior.weights.get(name, 0.0) + float(value) for name, value in zip(names, found, strict=True)}}
    return Policy.from_dict(Policy(kept, dict(votes)).as_dict())


def _cells(examples: Sequence[Example]) -> dict[tuple[Context, str], tuple[float, float]]:
    """Return the weight and the weighted sum of the votes on each strategy in each context, in an order of their own."""
    found: dict[tuple[Context, str], list[tuple[float, float]]] = {}
    for example, weight in zip(examples, shares_of_sources(examples), strict=True):
        found.setdefault((example.context, example.strategy), []).append((weight, weight * example.vote))
    keys = sorted(found, key=lambda key: (key[0].levels, key[1]))
    # fsum is exact, so that the order in which the votes came makes no difference.
    return {key: (math.fsum(weight for weight, _ in found[key]), math.fsum(voted for _, voted in found[key])) for key in keys}


def _names(context: Context, strategy: str) -> list[str]:
    return [f"{level}|{feature}" for level in context.levels for feature in STRATEGIES[strategy].features]


def _variance(name: str) -> float:
    level = name.split("|", 1)[0]
    kind = "zone" if ",zone=" in level else "group" if "," in level else level.split("=", 1)[0]
    return VARIANCES[kind]
