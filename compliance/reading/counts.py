"""Counted things where the number stands first: "2 lifts and 1 fire lift", "100-bed hospital", "12 class rooms", "a loading bay"."""

from __future__ import annotations

import re

from compliance.reading.amounts import number_at
from compliance.reading.choosing import Candidate, Choices
from compliance.reading.page import Page
from compliance.reading.quantities import Quantity
from compliance.reading.units import OTHER, PLAIN
from compliance.reading.uses import NEAR

_NAMES: dict[str, str] = {
    "fire_lifts": "fire lift|fire lifts|stretcher lift|stretcher lifts|freight lift|freight lifts|fireman lift|fireman lifts|firemen lift|firemen lifts|fire elevator|fire elevators|goods lift|goods lifts|fireman s lift|fireman s lifts|fire fighting lift|fire fighting lifts",
    "lifts": "lift|lifts|elevator|elevators",
    "staircases": "staircase|staircases|stair cases|stair case",
    "seats": "seat|seats|seater|seated",
    "beds": "bed|beds|bedded",
    "guest_rooms": "room|rooms|guest room|guest rooms|key|keys|roomed",
    "students": "student|students|pupils",
    "classrooms": "classroom|classrooms|class room|class rooms",
    "loading_spaces": "loading bay|loading bays|loading space|loading spaces|loading dock|loading docks|loading unloading bay|loading unloading bays|loading unloading space|loading unloading spaces|loading and unloading bays|loading and unloading spaces|truck parking|truck parkings|truck bays|truck spaces|transport vehicle spaces|trucks|truck|lorries|tempos",
    "ambulance_spaces": "ambulance parking|ambulance parkings|ambulance space|ambulance spaces|ambulance bay|ambulance bays|ambulances parking|ambulances|ambulance",
    "trees": "tree|trees|saplings",
    "refuge_areas": "refuge area|refuge areas|refuge floor|refuge floors",
}  # fmt: skip
_PHRASES: dict[tuple[str, ...], str] = {tuple(name.split()): field for field, names in _NAMES.items() for name in names.split("|")}
_LONGEST = max(len(words) for words in _PHRASES)
_PASSED = frozenset(
    "-|nos|no|.|numbers|of|passenger|passengers|main|fire|escape|internal|enclosed|high|speed|hotel|indoor|deluxe|separate|capsule|hospital|/|&".split("|")
)
_SHARES = frozenset({"per", "each", "every", "in", "on"})
_VEHICLES = frozenset({"bus", "buses", "van", "car", "vehicle", "sofa", "tempo"})
_UNITS = frozenset({"count of things", "bhk"})

# Words without which a count is of something else: "3 rooms" of a flat, "2 bed" flats, trees that stand there.
_CONTEXT: dict[str, frozenset[str]] = {
    "beds": frozenset("hospital|hospitals|dawakhana|davakhana|rugnalaya|nursing|clinic|maternity|dispensary|sanatorium|medical|healthcare".split("|")),
    "guest_rooms": frozenset("hotel|hotels|lodge|lodging|resort|guest|guesthouse|motel|hospitality".split("|")),
    "loading_spaces": frozenset({"loading", "parking", "parked", "bays"}),
    "ambulance_spaces": frozenset({"parking", "parked", "bay", "bays", "space", "spaces"}),
    "trees": frozenset("planted|plant|planting|plantation|proposed|provided".split("|")),
    "internal_road_served_area_sq_m": frozenset({"internal", "layout"}),
    "open_space_least_side_m": frozenset({"open", "rg", "los", "ros", "recreational", "recreation", "common"}),
}  # fmt: skip
_SINGLE = re.compile(
    r"\b(?:an?|single|the) (?P<what>fire lift|stretcher lift|freight lift|lift|elevator|loading bay|refuge area|refuge floor)\b(?! (?:machine|shaft|well|lobby|room))"
)
_NONE = re.compile(r"\b(?:no|without(?: any| a)?) (?P<what>lifts?|elevators?|fire lifts?|refuge areas?|loading bays?)\b(?! (?:machine|shaft|well|lobby|room))")


def claim_counts(page: Page, quantities: list[Quantity], choices: Choices) -> list[tuple[int, int]]:
    """Add every number that counts a thing, and keep it from all other labels; return the tokens of the things, which name nothing else."""
    claimed: list[tuple[int, int]] = []
    for quantity in quantities:
        if quantity.replaced or quantity.problem or not (quantity.measures == PLAIN or (quantity.unit is not None and quantity.unit.name in _UNITS)):
            continue
        number = number_at(page.tokens, quantity.first)
        found = _thing(page, number[1]) if number is not None else None
        if number is None or found is None:
            continue
        field, last = found
        if not fits(page, field):
            continue
        quantity.measures = OTHER
        if field != "staircases":  # a staircase has a width too
            claimed.append((number[1], last))
        if not _is_share(page, quantity.first, last) and not _is_beside(page, quantity.first):
            end = page.tokens[last - 1].end
            choices.add(field, Candidate(number[0], quantity.start, end, corrects=quantity.corrects))
    _add_bare(page, choices)
    return claimed


def fits(page: Page, field: str) -> bool:
    """Return whether a prompt speaks of what a count or measure belongs to (beds of a hospital, rooms of a hotel)."""
    context = _CONTEXT.get(field)
    return context is None or not page.words.isdisjoint(context)


def _thing(page: Page, at: int) -> tuple[str, int] | None:
    """Return the field of the counted thing that stands at a token, over up to three words, and the index after it."""
    tokens = page.tokens
    for _ in range(3):
        words = tuple(token.text for token in tokens[at : at + 2 * _LONGEST] if token.text not in "/&-'")
        for size in range(min(_LONGEST, len(words)), 0, -1):
            field = _PHRASES.get(words[:size])
            if field is None:
                continue
            last = _after(page, at, size)
            keyed = last < len(tokens) and tokens[last].text in (":", "=")  # the next thing of a list: "students: 600, classrooms: 20"
            keyed = keyed or (field == "seats" and last < len(tokens) and tokens[last].text in _VEHICLES)
            return None if keyed or any(token.line for token in tokens[at:last]) else (field, last)
        if at >= len(tokens) or tokens[at].text not in _PASSED or tokens[at].line:
            return None
        at += 1
    return None


def _after(page: Page, at: int, size: int) -> int:
    while size:
        size -= page.tokens[at].text not in "/&-'"
        at += 1
    return at


def _is_share(page: Page, first: int, last: int) -> bool:
    """Return whether a count is of a part only ("2 lifts per wing", "15 classrooms each of 30 students")."""
    tokens = page.tokens
    after = [token.text for token in tokens[last : last + 2]]
    before = [token.text for token in tokens[max(0, first - 2) : first]]
    if after[:1] == ["each"] and len(after) > 1 and (after[1] in ("of", "with", "having", "for") or tokens[last + 1].value is not None):
        return False  # "3 staircases each 1.5 m wide"
    return (
        "each" in before
        or "every" in before
        or after[:1] in (["per"], ["each"], ["every"])
        or (len(after) > 1 and after[0] in _SHARES and after[1] in ("each", "every"))
    )


def _is_beside(page: Page, first: int) -> bool:
    """Return whether what is counted stands beside the plot or stands there now."""
    while first and page.tokens[first - 1].text in ("a", "an", "the", "with", "has", "having", "of"):
        first -= 1
    return bool(first) and page.tokens[first - 1].text in NEAR and page.tokens[first - 1].text != "from"


def _add_bare(page: Page, choices: Choices) -> None:
    """Add things that are said without a number ("a fire lift", "no lift")."""
    for pattern, number in ((_SINGLE, 1), (_NONE, 0)):
        for match in pattern.finditer(page.folded):
            name = match["what"]
            field = _PHRASES[tuple(name.split())]
            if field not in choices.fields:
                choices.add(field, Candidate(number, match.start("what") if number else match.start(), match.end()))
