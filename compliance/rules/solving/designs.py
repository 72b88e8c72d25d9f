"""Designs out of what is feasible: how much to build, how high, how far from the plot's sides. Each was judged; none violates a clause."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compliance.rules.solving.envelope import ACROSS, ALONG, Envelope, Point
from compliance.specs import Spec, round_number
from compliance.vocabulary import SIDES

HIGHEST_STOREYS = 60
TALLEST = 2.5
"""How many times the storeys that the floor area takes at the least a tall design has at the most."""


@dataclass(frozen=True, slots=True)
class Design:
    """A design that complies as far as it is decided."""

    spec: Mapping[str, float]
    storeys: int


class Designs:
    """The designs of one plot; what was solved for one serves the others."""

    def __init__(self, envelope: Envelope) -> None:
        self._envelope = envelope
        self._solving = envelope.solving
        self._points = [point for point in self._whole_storeys() if point.feasible]

    def design(self, share: float, tallness: float, margins: float) -> Design | None:
        """Return a design, or None where nothing of the kind is feasible.

        Args:
            share: of the greatest feasible FSI, 0 to 1.
            tallness: 0: as few storeys as the floor area takes; 1: `TALLEST` times as many, or as many as are feasible.
            margins: provided over required margins, 1 or more.
        """
        plot, largest = self._envelope.plot_sq_m, self._envelope.largest
        if plot is None or largest is None:
            return None
        most = self._most_fsi(largest, plot)
        fsi = math.floor(share * most * 100 + 1e-6) / 100
        if fsi <= 0:
            return None
        fitting = [found for point in self._points if (found := self._fitted(point, fsi, margins, plot)) is not None]
        if not fitting:
            return None
        tall = [found for found in fitting if found.storeys <= max(fitting[0].storeys + 1, TALLEST * fitting[0].storeys)]
        first = round(tallness * (len(tall) - 1))
        # The nearest one that holds when it is judged whole: a larger building can fall under other clauses.
        for place in sorted(range(len(tall)), key=lambda place: (abs(place - first), place)):
            if not self._envelope.trials.violated(dict(tall[place].spec)):
                return tall[place]
        return None

    def _whole_storeys(self) -> Iterator[Point]:
        solving = self._solving
        for count in range(1, HIGHEST_STOREYS + 1):
            height = round_number(solving.below + solving.floor * count)
            if not any(low <= height + 1e-9 and (high is None or height <= high + 1e-9) for low, high, _ in self._envelope.intervals):
                if height > (self._envelope.intervals[-1][1] or math.inf if self._envelope.intervals else 0):
                    return
                continue
            yield solving.point(height)

    def _most_fsi(self, largest: Point, plot: float) -> float:
        by_law = largest.fsi[0] if largest.fsi else None
        fits = largest.footprint_sq_m * largest.storeys / plot if largest.footprint_sq_m is not None else None
        known = [value for value in (by_law, fits) if value is not None]
        return min(known) if known else 1.0

    def _fitted(self, point: Point, fsi: float, factor: float, plot: float) -> Design | None:
        if point.fsi is not None and fsi > point.fsi[0] + 1e-9:
            return None
        provided = {side: math.ceil(limit * factor * 100 - 1e-6) / 100 for side, (limit, _) in point.margins.items()}
        floor = fsi * plot / point.storeys
        ground = self._ground(provided)
        most = min(ground if ground is not None else plot, (point.coverage[0] if point.coverage else 100.0) / 100 * plot)
        coverage = math.ceil(floor / plot * 10_000 - 1e-6) / 100
        if floor > most + 1e-9 or coverage / 100 * plot > most + 1e-6:
            return None
        spec: Spec = {"height_m": point.height_m, "storeys": point.storeys, "fsi": fsi, "ground_coverage_percent": coverage, **provided}
        return Design(spec, point.storeys)  # type: ignore[arg-type]

    def _ground(self, provided: Mapping[str, float]) -> float | None:
        width, depth = self._solving.width, self._solving.depth
        if width is None or depth is None:
            return None
        wide = width - sum(provided.get(side, 0.0) for side in ACROSS)
        deep = depth - sum(provided.get(side, 0.0) for side in ALONG)
        return max(0.0, wide) * max(0.0, deep)


def nearest(designs: Mapping[str, Design], spec: Mapping[str, object]) -> str | None:
    """Return the key of the design that a spec is most like, by FSI, storeys and margins; None where it says neither FSI nor storeys."""
    fsi, storeys = spec.get("fsi"), spec.get("storeys")
    if not isinstance(fsi, int | float) or not isinstance(storeys, int) or not designs:
        return None
    stated = {side: float(value) for side in SIDES if isinstance(value := spec.get(side), int | float)}

    def distance(key: str) -> tuple[float, str]:
        design = designs[key].spec
        apart = abs(design["fsi"] - fsi) / max(fsi, 0.1) + abs(design["storeys"] - storeys) / storeys
        apart += sum(abs(design.get(side, 0.0) - metres) / max(metres, 1.0) for side, metres in stated.items()) / max(1, len(stated))
        return apart, key

    return min(designs, key=distance)
