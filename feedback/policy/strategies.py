"""Strategies of design, and the contexts in which people prefer one or the other."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SHARES, SHAPES, MARGINS = (0.6, 0.8, 1.0), (0.0, 0.5, 1.0), (1.0, 1.5)
_SHAPE_WORDS = {0.0: "low and wide", 0.5: "of middle height", 1.0: "tall and slim"}


@dataclass(frozen=True, slots=True)
class Strategy:
    """How to use what the law allows.

    Attributes:
        share: how much of the greatest feasible FSI is used, 0 to 1.
        tallness: 0 is as low as the floor area fits, 1 as tall as is sensible.
        margins: provided over required margins, 1 or more.
    """

    share: float
    tallness: float
    margins: float

    @property
    def key(self) -> str:
        """Return its name, as it is stored.

        >>> Strategy(0.8, 1.0, 1.5).key
        'fsi80-tall100-margins150'
        """
        return f"fsi{self.share * 100:.0f}-tall{self.tallness * 100:.0f}-margins{self.margins * 100:.0f}"

    @property
    def features(self) -> tuple[str, ...]:
        """Return what is learnt about: each choice by itself, how much goes with which shape, and the whole."""
        share, shape, margins = f"share={self.share:g}", f"shape={self.tallness:g}", f"margins={self.margins:g}"
        return (share, shape, margins, f"{share},{shape}", self.key)

    def in_words(self) -> str:
        """Return it in words.

        >>> Strategy(0.8, 0.0, 1.5).in_words()
        'low and wide buildings with 80 % of the FSI that is feasible and wider margins than required'
        """
        margins = " and wider margins than required" if self.margins > 1 else ""
        return f"{_SHAPE_WORDS[self.tallness]} buildings with {self.share * 100:.0f} % of the FSI that is feasible{margins}"


STRATEGIES: Mapping[str, Strategy] = {strategy.key: strategy for strategy in itertools.starmap(Strategy, itertools.product(SHARES, SHAPES, MARGINS))}
"""Key -> strategy, in a fixed order."""


@dataclass(frozen=True, slots=True)
class Context:
    """Where a design is wanted."""

    city: str
    use: str
    zone: str
    size: str
    """Of the plot: small (less than 500 m²), middle, large (2,000 m² and more)."""
    road: str
    """narrow (less than 12 m), middle, wide (24 m and more)."""

    @classmethod
    def of(cls, spec: Mapping[str, Any]) -> Context:
        """Return the context of a proposal.

        >>> Context.of({"city": "Pune", "building_use": "residential", "land_use_zone": "R2", "plot_area_sq_m": 1200, "abutting_road_width_m": 9})
        Context(city='Pune', use='residential', zone='R2', size='middle', road='narrow')
        """
        area, road = float(spec.get("plot_area_sq_m") or 0.0), float(spec.get("abutting_road_width_m") or 0.0)
        return cls(
            city=str(spec.get("city", "")),
            use=str(spec.get("building_use", "")),
            zone=str(spec.get("land_use_zone", "")),
            size="small" if area < 500 else "middle" if area < 2_000 else "large",
            road="narrow" if road < 12 else "middle" if road < 24 else "wide",
        )

    @property
    def levels(self) -> tuple[str, ...]:
        """Return the groups that it belongs to, the widest first: what is learnt in one lends its strength to those inside it."""
        return ("all", f"use={self.use}", f"city={self.city}", f"size={self.size}", f"road={self.road}", self.group, f"{self.group},zone={self.zone}")

    @property
    def group(self) -> str:
        """Return its city and use."""
        return f"city={self.city},use={self.use}"
