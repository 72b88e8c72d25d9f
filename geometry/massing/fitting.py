"""Laying floor areas out inside the margins."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from geometry.massing.margins import tidy

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

STEPS = 60


def laid_out(region: BaseGeometry, area_sq_m: float, kept: Collection[str]) -> BaseGeometry:
    """Return a part of a region that has an area and reaches the margin lines of the kept sides; the whole region where it is no larger than the area.

    The part is cut off along one line at a side that need not be kept: the rear, else the front, else a side. Where all four are kept, a corner at the rear
    is left open, so that an L remains, which still reaches every margin line. Smaller areas lie inside larger ones.
    """
    if area_sq_m >= region.area * (1 - 1e-9):
        return region
    if area_sq_m <= 0:
        return tidy(region.difference(region))
    left, front, right, rear = region.bounds
    if "rear" not in kept:
        return _cut(lambda share: _clipped(region, left, front, right, front + share * (rear - front)), area_sq_m)
    if "front" not in kept:
        return _cut(lambda share: _clipped(region, left, rear - share * (rear - front), right, rear), area_sq_m)
    if "other_side" not in kept:
        return _cut(lambda share: _clipped(region, left, front, left + share * (right - left), rear), area_sq_m)
    if "side" not in kept:
        return _cut(lambda share: _clipped(region, right - share * (right - left), front, right, rear), area_sq_m)
    return _cut(lambda share: _notched(region, left, front, right, rear, 1 - share), area_sq_m)


def _notched(region: BaseGeometry, left: float, front: float, right: float, rear: float, share: float) -> BaseGeometry:
    from shapely import box  # noqa: PLC0415 - takes a quarter of a second

    return region.difference(box(right - share * (right - left), rear - share * (rear - front), right, rear))


def _clipped(region: BaseGeometry, left: float, front: float, right: float, rear: float) -> BaseGeometry:
    from shapely import box  # noqa: PLC0415

    return region.intersection(box(left, front, right, rear))


def _cut(part: Callable[[float], BaseGeometry], area_sq_m: float) -> BaseGeometry:
    """Return the part whose area is the given one; it grows with its share, from nothing to the region."""
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        share = (low + high) / 2
        if part(share).area < area_sq_m:
            low = share
        else:
            high = share
    return tidy(part(high))
