"""Margins listed by their sides alone: "front 4.5, sides 3, rear 3", with or without the unit."""

from __future__ import annotations

import re

from compliance.reading.choosing import Candidate, Choices
from compliance.reading.page import Page

_FIELDS = {"front": "front_setback_m", "side": "side_setback_m", "sides": "side_setback_m", "rear": "rear_setback_m", "back": "rear_setback_m"}
_SIDE = re.compile(
    r"(?<![\w-])(front|sides?|rear|back)(?: margins?| setbacks?)?(?:[ ]?[:=-])? ?(\d{1,2}(?:\.\d{1,2})?)(?: ?(?:m|mtrs?|met(?:er|re)s?))?(?=[ ]?(?:[,;)&/\n]|\.(?!\d)|$|and\b))"
)
_ONE_OF_TWO = re.compile(r"(?:one|other|left|right|east|west|north|south|each) $")
WIDEST = 25
ENOUGH = 2
"""How many different sides have to stand so: one alone ("side 12") may be anything."""


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
