"""Margins listed by their sides alone: "front 4.5, sides 3, rear 3", with or without the unit."""

from __future__ import annotations

import re

from compliance.reading.choosing import Candidate, Choices
from compliance.reading.page import Page
from compliance.reading.quantities import Quantity
from compliance.reading.units import LENGTH, PLAIN

_FIELDS = {"front": "front_setback_m", "side": "side_setback_m", "sides": "side_setback_m", "rear": "rear_setback_m", "back": "rear_setback_m"}
_SIDE = re.compile(
    r"(?<![\w-])(front|sides?|rear|back)(?: margins?| setbacks?)?(?:[ ]?[:=-])? ?(\d{1,2}(?:\.\d{1,2})?)(?: ?(?:m|mtrs?|mts?|met(?:er|re)s?))?(?=[ ]?(?:[,;)&/\n]|\.(?!\d)|$|and\b))"
)
_ONE_OF_TWO = re.compile(r"(?:one|other|left|right|east|west|north|south|each) $")
_BEFORE_ITS_SIDE = r"(\d{1,2}(?:\.\d{1,2})?) (?:on |in |at )?(?:the )?(front|sides?|rear|back)(?: margins?| setbacks?)?"
_ITEM = re.compile(_BEFORE_ITS_SIDE)
_LISTED = re.compile(rf"(?<![\w.]){_BEFORE_ITS_SIDE}(?:[ ]?[,&/]?[ ]?(?:and )?{_BEFORE_ITS_SIDE}){{1,3}}(?![ ]?[:=-]?[ ]?\d|\w)")
_DENIED = re.compile(
    r"\b(?:no|without(?: any| a)?) (front|sides?|rear|back)(?: (?:and|or|&) (front|sides?|rear|back))? (?:margins?|setbacks?|open spaces?)\b(?! (?:is |are )?(?:required|needed|violat|relax|condition|issue))"
)
_LETTER = re.compile(r"(?<![a-z])([fsrb])[ ]?[:=-]?[ ]?(\d{1,2}(?:\.\d{1,2})?)")
_LETTERED = re.compile(
    r"\b(?:margins?|setbacks?|set backs?|open spaces?|mos)[ ]?[:=(-]{0,2}[ ]?"
    r"((?:(?<![a-z])[fsrb][ ]?[:=-]?[ ]?\d{1,2}(?:\.\d{1,2})?[ ]?(?:m|mtrs?|mts?|ft|feet)?\.?(?: \([a-z ]{1,12}\))?[ ]?[,;/&|]?[ ]?(?:and )?){2,4})"
)
WIDEST = 25
ENOUGH = 2
"""How many different sides have to stand so: one alone ("side 12") may be anything."""


def claim_denied_margins(page: Page, choices: Choices) -> list[tuple[int, int]]:
    """Add a margin of 0 for every side that is said to have none ("no side margin"); return the places of the words, which label no number."""
    spans = []
    for match in _DENIED.finditer(page.folded):
        for side in (match[1], match[2]):
            if side:
                choices.add(_FIELDS[side], Candidate(0.0, *match.span()))
        spans.append(match.span())
    return spans


def settle_listed_margins(page: Page, quantities: list[Quantity]) -> None:
    """Settle numbers without units that stand before their side ("3 front, 2 sides, 2 rear"), and sides by their letter ("margins F 3 m, S 2 m, R 2 m")."""
    by_start = {quantity.start: quantity for quantity in quantities if quantity.measures == PLAIN}
    for match in _LISTED.finditer(page.folded):
        for item in _ITEM.finditer(page.folded, *match.span()):
            quantity = by_start.get(item.start())
            if quantity is not None and float(item[1]) <= WIDEST and not quantity.replaced:
                quantity.forced = _FIELDS[item[2]]
    by_start = {quantity.start: quantity for quantity in quantities if quantity.measures in (LENGTH, PLAIN)}
    for match in _LETTERED.finditer(page.folded):
        for item in _LETTER.finditer(page.folded, *match.span(1)):
            quantity = by_start.get(item.start(2))
            if quantity is not None and not quantity.replaced:
                quantity.forced = _FIELDS[{"f": "front", "s": "side", "r": "rear", "b": "back"}[item[1]]]


def collect_bare_margins(page: Page, choices: Choices) -> None:
    """Add the sides that nothing else read, in metres, where the prompt's other lengths are."""
    found = [match for match in _SIDE.finditer(page.folded) if not _ONE_OF_TWO.search(page.folded[max(0, match.start() - 6) : match.start()])]
    names = [_FIELDS[match[1]] for match in found]
    if not page.metric or len(set(names)) < ENOUGH or len(names) > len(set(names)) or "setback_m" in choices.fields:
        return
    for name, match in zip(names, found, strict=True):
        if name not in choices.fields and float(match[2]) <= WIDEST:
            note = None if match[0].endswith(("m", "s")) else "no unit is written; read in metres like the other lengths"
            choices.add(name, Candidate(float(match[2]), *match.span(), note=note))
