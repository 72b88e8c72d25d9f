"""Storeys, basements, stilts and podiums, and the mix of dwellings: what is counted in words beside the plain labels."""

from __future__ import annotations

import re

from compliance.reading.choosing import Candidate, Choices
from compliance.reading.codes import Page
from compliance.reading.marks import Mark
from compliance.reading.roles import Role
from compliance.reading.storeys import Notation
from compliance.reading.units import AREA
from compliance.specs import Item, round_number

_SINGLE = re.compile(r"\b(single|double|triple)[ -]?(?:stor(?:e?y|e?yed|ied)|floor(?:ed)?)\b")
_ABOVE_GROUND = re.compile(r"\b(?:upper|additional|more) floors?\b|\bfloors? above\b|\bfloors? (?:of )?\w+ above\b|\babove it\b")
_GROUND = re.compile(r"\bground floor\b|\bground\b")
_NOT = re.compile(r"(?:\bno|\bwithout(?: any| a)?|\bnot any|\bno need of|\bavoid)[ ]$")
_BARE = {
    "basement_levels": re.compile(r"(?:\b(?:a|one|single|with|has|and|including|the|full|1)[ ])?(?<![a-z0-9+-])basements?(?![a-z])"),
    "stilt_levels": re.compile(r"(?:\b(?:a|one|single|with|on|has|and|including|the|1)[ ])?(?<![a-z0-9+-])(?:stilts?|stilted|hollow plinth)(?![a-z])"),
}
_EXISTING = re.compile(
    r"(?:existing|old|present|neighbouring|neighboring|adjacent|adjoining|nearby|demolish(?:ing)?|neighbour'?s|opposite)(?: (?:a|the|building|structure|of|is|bungalow|house|chawl|has|society|residential|neighbour)){0,3} ?\(?$"
)
_WIDTH = 40


def collect_notations(page: Page, notations: list[Notation], choices: Choices) -> None:
    """Add the levels of every storey notation that is proposed."""
    for notation in notations:
        before = page.folded[max(0, notation.start - _WIDTH) : notation.start]
        after = page.folded[notation.end : notation.end + _WIDTH]
        if _EXISTING.search(before) or re.match(r"[ ]?(?:\w+ ){0,3}(?:to be |is |being )?(?:demolished|existing)", after):
            continue
        if re.search(r"(?:instead of|not|rather than)(?: a)? $", before):
            continue
        if re.search(r"\bfrom $", before) and re.match(r" to ", after):
            continue
        corrects = bool(
            re.search(
                r"(?:sorry|actually|but|make it|revised to|correction:?|now|changed? to|reduced? to|increased? to|rather|i mean|instead|to)[, ]{1,3}$", before
            )
        )
        if corrects and re.search(r"(?:^|[ ,.])to[, ]{1,3}$", before) and not re.search(r"chang|reduc|increas|revis|convert|from", before):
            corrects = False
        ranged = re.match(r"[ ]?(?:or|to|/)[ ]?(?:\d|[gspb]\+)", after)
        for name, number in notation.values:
            choices.add(name, Candidate(number, notation.start, notation.end, True, corrects, "range" if ranged else ""))


def collect_levels(page: Page, roles: list[Role], choices: Choices, taken: list[Notation]) -> None:
    """Add levels that are said without a number ("single storey", "with a basement", "no stilt")."""
    folded = page.folded
    for match in _SINGLE.finditer(folded):
        choices.add("storeys", Candidate({"single": 1, "double": 2, "triple": 3}[match[1]], *match.span()))
    above = _ABOVE_GROUND.search(folded)
    if above and _GROUND.search(folded):
        for candidate in choices.fields.get("storeys", []):
            if not any(notation.start <= candidate.start < notation.end for notation in taken) and not candidate.problem:
                words = folded[max(0, candidate.start - 2) : candidate.end + 30]
                if "upper" in words or "above" in words or "more" in words or "additional" in words:
                    candidate.value = float(candidate.value) + 1
                    candidate.note = "with the ground floor"
    used = {(role.anchor.first, role.anchor.last) for role in roles if role.anchor is not None and role.label is not None}
    for name, pattern in _BARE.items():
        if name in choices.fields:
            continue
        for match in pattern.finditer(folded):
            before = folded[max(0, match.start() - 16) : match.start()]
            after = folded[match.end() : match.end() + 24]
            word = re.search(r"(?:stilt|stilted|hollow|basement)", match[0])
            if word is None or any(notation.start <= match.start() < notation.end for notation in taken):
                continue
            if _NOT.search(before):
                choices.add(name, Candidate(0, match.start(), match.end()))
                break
            if re.match(r"[ ]?(?:floor )?(?:height|ht|area|depth|level height|of \d|clear)", after) or re.search(r"height of (?:the )?$", before):
                continue
            article = re.match(r"(?:a|one|single|with|has|including|full|1|on)[ ]", match[0])
            if name == "stilt_levels" or article or re.match(r"[ ]?(?:floor|level)?[ ]?[,.;]|$", after):
                if name == "basement_levels" and not article:
                    continue
                choices.add(name, Candidate(1, match.start(), match.end()))
                break
    del used


def dwelling_mix(page: Page, roles: list[Role]) -> tuple[list[Item], int, int] | None:
    """Return the dwelling mix that a prompt states with carpet or plinth areas, and its place, or None.

    Every group is a number of dwellings followed by the area of one of them ("10 flats of 60 sq m carpet").
    """
    items: list[Item] = []
    start = end = -1
    tokens = page.tokens
    for at, role in enumerate(roles):
        if role.label is None or role.label.field != "dwelling_units" or role.anchor is None or role.quantity.problem:
            continue
        for other in roles[at + 1 : at + 4]:
            if other.label is not None and other.label.field == "dwelling_units":
                break
            if other.quantity.measures != AREA or other.quantity.problem or other.quantity.first - role.anchor.last > 8:
                continue
            near = [token.text for token in tokens[max(0, other.quantity.first - 5) : other.quantity.first]] + [
                token.text for token in tokens[other.quantity.last : other.quantity.last + 3]
            ]
            kind = "carpet_sq_m" if "carpet" in near else "plinth_sq_m" if "plinth" in near else None
            if kind is None or (other.label is not None and other.label.field):
                continue
            items.append({"count": int(role.quantity.value), kind: round_number(other.quantity.value)})
            start = min(role.quantity.start, role.quantity.start if start < 0 else start)
            end = other.quantity.end
            break
    return (items, start, end) if items else None


def total_dwellings(items: list[Item]) -> int:
    """Return the number of dwellings of a mix."""
    return int(sum(item["count"] for item in items))


__all__ = ["Mark", "collect_levels", "collect_notations", "dwelling_mix", "total_dwellings"]
