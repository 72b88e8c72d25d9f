"""Distances told the other way round ("the lake is 100 m away"), and those that are said of a neighbour and not of the plot."""

from __future__ import annotations

import bisect

from compliance.reading.choosing import Candidate, Choices
from compliance.reading.detail_words import DISTANT
from compliance.reading.page import Page
from compliance.reading.quantities import Quantity
from compliance.reading.units import LENGTH, OTHER

_AWAY = frozenset({"away", "distance", "distant", "far"})
_OURS = frozenset({"plot", "site", "building", "boundary", "property", "land", "our", "my"})
_BETWEEN = frozenset(
    {
        "is",
        "at",
        "a",
        "an",
        "the",
        "about",
        "approx",
        "approximately",
        "distance",
        "of",
        "only",
        "just",
        "lies",
        "located",
        "runs",
        "flows",
        "flowing",
        "passes",
    }
)
_LONGEST = max(len(words) for words in DISTANT)
_REACH = 6
_LONGEST_NAME = 4


def claim_distances(page: Page, quantities: list[Quantity], choices: Choices) -> None:
    """Add every length that says how far a highway, a railway or a watercourse is, where the thing stands first."""
    tokens = page.tokens
    for quantity in quantities:
        if quantity.measures != LENGTH or quantity.replaced or quantity.problem:
            continue
        first = quantity.first
        while first and quantity.first - first < _REACH and tokens[first - 1].text in _BETWEEN:
            first -= 1
        field = _thing_before(page, first)
        if field is None:
            continue
        between = {token.text for token in tokens[first : quantity.first]}
        after = [token.text for token in tokens[quantity.last : quantity.last + 4]]
        away = after[:1] != [] and after[0] in _AWAY
        from_plot = after[:1] == ["from"] and not _OURS.isdisjoint(after[1:])
        if away or from_plot or ({"at", "distance"} & between and after[:1] not in (["wide"], ["deep"], ["high"])):
            quantity.measures = OTHER
            choices.add(field, Candidate(quantity.value, quantity.start, quantity.end))


def _thing_before(page: Page, at: int) -> str | None:
    for size in range(min(_LONGEST, at), 0, -1):
        field = DISTANT.get(tuple(token.text for token in page.tokens[at - size : at]))
        if field is not None:
            return field
    return None


def is_of_neighbour(page: Page, first: int) -> bool:
    """Return whether the words right before a distance name a thing beside the plot ("the temple is 30 m from the railway line")."""
    at = first
    while at and first - at < _REACH and page.tokens[at - 1].text in _BETWEEN:
        at -= 1
    low = bisect.bisect_left(page.marks, at - _LONGEST_NAME, key=lambda mark: mark.first)
    high = bisect.bisect_left(page.marks, at, key=lambda mark: mark.first)
    return any(mark.last == at and mark.kind == "subject" and mark.value == "noise" for mark in page.marks[low:high])
