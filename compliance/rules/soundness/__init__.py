"""Proving a rulebook sound over every proposal it can meet: gaps, overlaps, dead rows, contradictions, open conflicts, missing sources.

Plain disjointness decides most pairs; the rest goes to a solver (z3). Nothing is sampled: what is not reported and not "undecided"
does not exist. Every case reported was tried on the engine that judges proposals.
"""

from __future__ import annotations

from collections.abc import Iterator

from compliance.rules.rulebook import Rulebook
from compliance.rules.soundness.clauses import circles, clause_faults
from compliance.rules.soundness.conflicts import conflicts
from compliance.rules.soundness.faults import Fault
from compliance.rules.soundness.gaps import gaps
from compliance.rules.soundness.pairs import Pairs
from compliance.rules.soundness.world import World

__all__ = ["Fault", "check_soundness"]


def check_soundness(rulebook: Rulebook) -> Iterator[Fault]:
    """Yield everything that is wrong with a rulebook as a whole, and what could not be decided, always in the same order.

    What the loader refuses (circles of facts and of required/allowed, possible divisions by zero, unknown codes) never gets here.

    Args:
        rulebook: a loaded rulebook.
    """
    world = World(rulebook)
    pairs = Pairs(world)
    yield from clause_faults(world)
    yield from circles(world, pairs)
    yield from gaps(world)
    yield from conflicts(world, pairs)
