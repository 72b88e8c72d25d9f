"""The designs that the strategies come to on a plot. Pure."""

from __future__ import annotations

from compliance.rules.solving import Design, Designs, Envelope
from feedback.policy import STRATEGIES


def designs_of(envelope: Envelope) -> dict[str, Design]:
    """Return strategy -> design for what is feasible; of strategies that come to the same design the first."""
    solved = Designs(envelope)
    found: dict[str, Design] = {}
    known: set[tuple[tuple[str, float], ...]] = set()
    for key, strategy in STRATEGIES.items():
        design = solved.design(strategy.share, strategy.tallness, strategy.margins)
        values = tuple(sorted(design.spec.items())) if design else ()
        if design is not None and values not in known:
            known.add(values)
            found[key] = design
    return found
