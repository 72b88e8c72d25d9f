"""Storeys, basements, stilts and podiums: what is counted in words beside the plain labels."""

from __future__ import annotations

import re

from compliance.reading.amounts import SMALL
from compliance.reading.choosing import Candidate, Choices
from compliance.reading.page import Page
from compliance.reading.roles import Role
from compliance.reading.storeys import Notation

_SINGLE = re.compile(
    r"\b(single|double|twin|triple)[ -]?(?:stor(?:e?y|e?yed|ied)|floor(?:ed)?)\b|\b(do)[ ](?:manzil|manjil|manzila|majla|majle|mala|mazla|maliya)\b"
)
_GROUND_ONLY = re.compile(
    r"(?<!on )(?<!at )(?<!in )(?<!for )(?<!the )\b(?:ground (?:floor|storey) only|only (?:a |the )?ground (?:floor|storey))\b(?! (?:for|is|as|has|will|with)\b)"
)
_ABOVE_GROUND = re.compile(
    r"\b(?:upper|additional|more) floors?\b|\bfloors? above\b|\bfloors? (?:of )?\w+ above\b|\babove it\b|\bupper (?:\d{1,2}|[a-z]{3,6}) floors\b|\bupar (?:\d{1,2}|ek|do|teen|tin|char) (?:floors?|manzil|majle|mala)\b"
)
_GROUND = re.compile(r"\bground floor\b|\bground\b|\bnee?che\b|\bniche\b")
_NOT = re.compile(r"(?:\bno|\bwithout(?: any| a)?|\bnot any|\bno need of|\bavoid)[ ]$")
_NIL = re.compile(r"(?: (?:floors?|levels?|parking))?[ ]?[:=-]?[ ]?(?:nil|none|not (?:proposed|provided|required|there)|nahi|no(?=[ ]?(?:[,.;|\n]|$)))")
_BARE = {
    "basement_levels": re.compile(r"(?:\b(?:a|one|single|with|has|and|including|the|full|1)[ ])?(?<![a-z0-9+-])basements?(?![a-z])"),
    "stilt_levels": re.compile(r"(?:\b(?:a|one|single|with|on|has|and|including|the|1)[ ])?(?<![a-z0-9+-])(?:stilts?|stilted|hollow plinth)(?![a-z])"),
}
_STILT_HEIGHT = re.compile(
    r"\b(?:stilts?|hollow plinth)(?: floor| parking| level)?[ ](?:of |is |: )?(\d(?:\.\d+)?) ?(?:m|mtrs?|mts?|met(?:er|re)s?)\b(?:[ ]{1,2}(?:high|height|in height))?(?=[ ]{0,2}(?:[,.;)]|$|and\b|below\b))"
)
_HIGH_STILT = re.compile(r"(?<![\d.])(\d(?:\.\d+)?) ?(?:m|mtrs?|mts?|met(?:er|re)s?)[ ]{1,2}(?:high )?stilts?\b(?! (?:margin|from))")
_SEVERAL = {
    "basement_levels": re.compile(r"\b(double|twin|triple)[ -](?:level )?basements?\b"),
    "podium_levels": re.compile(r"\b(double|twin|triple)[ -](?:level )?podiums?\b"),
}
_FLOORS_OF = re.compile(
    r"\b(?:floors|storeys|stories|levels)[ ]?(?:(?:of|@|at|,)?[ ](?:height )?(\d(?:\.\d+)?) ?(?:m|mtrs?|mts?|met(?:er|re)s?)[ ]{1,2}(?:each|per floor|every floor)\b|@[ ]?(\d(?:\.\d+)?) ?(?:m|mtrs?|mts?|met(?:er|re)s?)\b)"
)
_FLOOR_NUMBERS = re.compile(r"\b(?:1st|2nd|first|second) (?:floor )?(?:to|till|upto|-) (\d{1,2})(?:st|nd|rd|th) floors?\b")
_EXISTING = re.compile(
    r"(?:existing|old|present|previous(?:ly)?|earlier|former(?:ly)?|original(?:ly)?|initially|neighbouring|neighboring|adjacent|adjoining|nearby|demolish(?:ing)?|neighbour'?s|opposite)(?: (?:a|the|building|structure|of|is|bungalow|house|chawl|has|society|residential|neighbour|plan|plans|proposal|scheme|design|was|had|planned|proposed|approved)){0,3} ?\(?$"
)
_WIDTH = 40
_COUNT = r"(?P<count>\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_TRADE = r"(?:shops?|showrooms?|offices?|commercial|retail|shopping)"
_HOMES = r"(?:flats|apartments|residential|homes|residences|dwellings|tenements)"
_DWELLINGS = re.compile(rf"\b{_HOMES}\b")
_SHOP_FLOORS = re.compile(rf"(?<![\d.+]){_COUNT} (?:(?:floors?|storeys?|levels?) of {_TRADE}|{_TRADE} (?:floors|storeys|levels))\b")
_FLAT_FLOORS = re.compile(rf"(?<![\d.+]){_COUNT} (?:(?:floors?|storeys?) of (?:residential )?{_HOMES}|residential (?:floors|storeys))\b")
_ONLY = r"(?P<first> (?:and|&|\+) (?:first|1st)(?: floors?)?| \+ 1)?"
_SHOPS_BELOW = re.compile(
    rf"\bground{_ONLY}(?: floors?)? (?:of |for |as |with |has |have |are |is )?(?:the )?{_TRADE}\b(?! (?:building|complex))"
    rf"|\b{_TRADE}(?: use| units| area)? (?:on|at|in|for) (?:the )?(?:ground|gf)(?P<second> (?:and|&|\+) (?:the )?(?:first|1st)(?: floors?)?| \+ 1)?\b"
)


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
        ranged = re.match(r"[ ]?(?:or|to)[ ]?(?:\d|[gspb]\+)|[ ]?/[ ]?(?:[gspb]\+|\d{1,2}(?![\d.,]|[ ]?[a-z]))", after)
        for name, number in notation.values:
            choices.add(name, Candidate(number, notation.start, notation.end, True, corrects, "range" if ranged else ""))


def collect_levels(page: Page, roles: list[Role], choices: Choices, taken: list[Notation]) -> None:
    """Add levels that are said without a number ("single storey", "with a basement", "no stilt")."""
    folded = page.folded
    _add_stilt_height(folded, choices)
    _add_floor_height(folded, choices)
    for match in _SINGLE.finditer(folded):
        choices.add("storeys", Candidate({"single": 1, "double": 2, "twin": 2, "triple": 3, "do": 2}[match[1] or match[2]], *match.span()))
    for name, pattern in _SEVERAL.items():
        several = pattern.search(folded)
        if several is not None and name not in choices.fields:
            choices.add(name, Candidate({"double": 2, "twin": 2, "triple": 3}[several[1]], *several.span()))
    upto = _FLOOR_NUMBERS.search(folded)
    if upto is not None:
        counted = choices.fields.pop("storeys", [])
        choices.fields["storeys"] = [candidate for candidate in counted if candidate.start not in range(*upto.span())]
        choices.add("storeys", Candidate(int(upto[1]) + 1, *upto.span(), note="with the ground floor"))
    ground = _GROUND_ONLY.search(folded)
    if ground and "storeys" not in choices.fields:
        choices.add("storeys", Candidate(1, *ground.span()))
    _add_shop_floors(page, choices)
    above = _ABOVE_GROUND.search(folded)
    if above and _GROUND.search(folded):
        for candidate in choices.fields.get("storeys", []):
            if not any(notation.start <= candidate.start < notation.end for notation in taken) and not candidate.problem:
                words = folded[max(0, candidate.start - 7) : candidate.end + 30]
                if "upper" in words or "upar" in words or "above" in words or "more" in words or "additional" in words:
                    candidate.value = float(candidate.value) + 1
                    candidate.note = "with the ground floor"
    for name, pattern in _BARE.items():
        if name in choices.fields:
            continue
        for match in pattern.finditer(folded):
            before = folded[max(0, match.start() - 16) : match.start()]
            after = folded[match.end() : match.end() + 24]
            word = re.search(r"(?:stilt|stilted|hollow|basement)", match[0])
            if word is None or any(notation.start <= match.start() < notation.end for notation in taken):
                continue
            if _NOT.search(before) or _NIL.match(after):
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


def _add_stilt_height(folded: str, choices: Choices) -> None:
    """Read "stilt 3 m high" and "a stilt of 3 m" as the height of the stilt, not of the building."""
    for match in (*_STILT_HEIGHT.finditer(folded), *_HIGH_STILT.finditer(folded)):
        inside = range(*match.span())
        for name in ("height_m", "stilt_height_m", "stilt_levels"):
            others = [candidate for candidate in choices.fields.pop(name, ()) if candidate.start not in inside]
            if others:
                choices.fields[name] = others
        choices.add("stilt_height_m", Candidate(float(match[1]), *match.span()))
        if "stilt_levels" not in choices.fields:
            choices.add("stilt_levels", Candidate(1, *match.span()))


def _add_floor_height(folded: str, choices: Choices) -> None:
    """Read "four floors of 4.2 m each" as the height of a floor."""
    match = _FLOORS_OF.search(folded)
    if match is not None and "floor_height_m" not in choices.fields:
        choices.add("floor_height_m", Candidate(float(match[1] or match[2]), *match.span()))


def _add_shop_floors(page: Page, choices: Choices) -> None:
    """Add the storeys of shops or offices of a mixed building, and count the flats' storeys on top of them.

    "2 floors of shops and 8 floors of flats" are 10 storeys; so are "ground floor shops and 9 floors of flats".
    """
    folded = page.folded
    shops = _SHOP_FLOORS.search(folded)
    flats = _FLAT_FLOORS.search(folded)
    ground = _SHOPS_BELOW.search(folded)
    candidates = [candidate for candidate in choices.fields.get("storeys", []) if not candidate.problem]
    if shops is not None and flats is not None and not ground:
        number, above = _number(shops["count"]), _number(flats["count"])
        choices.add("commercial_storeys", Candidate(number, *shops.span()))
        ours = [candidate for candidate in candidates if any(match.start() <= candidate.start < match.end() for match in (shops, flats))]
        if len(ours) == len(candidates):
            note = f"{number} of shops or offices and {above} of flats"
            choices.fields["storeys"] = [Candidate(number + above, min(shops.start(), flats.start()), max(shops.end(), flats.end()), note=note)]
    elif ground is not None and _DWELLINGS.search(folded):
        levels = 2 if ground["first"] or ground["second"] else 1
        choices.add("commercial_storeys", Candidate(levels, *ground.span()))
        if flats is not None and not _ABOVE_GROUND.search(folded):
            for candidate in candidates:
                if flats.start() <= candidate.start < flats.end():
                    candidate.value = float(candidate.value) + levels
                    candidate.note = "with the ground floor" if levels == 1 else "with the floors of shops"


def _number(text: str) -> int:
    return int(text) if text.isdigit() else int(SMALL[text])
