"""Storeys as people write them: G+7, B+G+11, stilt + 4, 2B+G+2P+12, ground plus two upper floors."""

from __future__ import annotations

import re
from dataclasses import dataclass

from compliance.reading.amounts import SMALL

_NUMBER = (
    r"(?:\d{1,3}(?![\d.]\d)|" + "|".join(sorted((word for word in SMALL if word not in ("zero", "don", "tin", "teen", "char")), key=len, reverse=True)) + r")"
)
_PART = (
    r"(?:(?P<{0}n>\d{{1,2}}|one|two|three|four|single|double)[ -]?(?:levels?(?: of)?[ ]|nos\.?[ ])?)?"
    r"(?P<{0}>lower ground(?: floor)?|upper ground(?: floor)?|ground(?: floor)?|gr(?:ou)?nd(?: floor)?|gr\.?|gf|lg|ug|hp|g|basements?|base|bsmt|stilts?(?: floor)?|stilt parking|silt|stlt|st|s|hollow plinth|"
    r"podiums?|parking(?: floor)?|plinth|b|p|तळमजला|तळ|ग्राउंड|ગ્રાઉન્ડ|स्टिल्ट|સ્ટિલ્ટ|बेसमेंट|બેઝમેન્ટ)"
    r"(?P<{0}m>[ -]?[1-5](?=[ ]{{0,2}}(?:\+|plus|and|&)))?"
)
_PLUS = r"[ -]{0,2}(?:\+|plus|&|अधिक|વત્તા)[ -]{0,2}"
_AND = r"[ ]{0,2}(?:\+|plus|&|and|,)[ ]{0,2}"
_TAIL = r"(?:[ ]?(?:upper|more|typical|additional|residential|habitable|office|commercial|part)){0,2}[ ]?(?:floors?(?![ ](?:height|ht|to floor|area))|storeys?(?![ ]height)|storey?ed|stories|storied|story(?![ ]height)|levels?|manzil|majle|majla|mala|maale)?"
_NOTATION = re.compile(
    r"(?<![a-z0-9.])" + _PART.format("a") + r"(?:" + _AND + _PART.format("b") + r")?(?:" + _AND + _PART.format("c") + r")?(?:" + _AND + _PART.format("d") + r")?"
    + _PLUS + r"(?P<count>" + _NUMBER + r")(?:st|nd|rd|th)?(?P<tail>" + _TAIL + r")(?![a-z0-9%]|\.\d|[ ]?(?:m|mt|mtr|mtrs|metre|metres|meter|meters|ft|feet|sq|sqm|%)\b)"
)  # fmt: skip
# "ground and two upper floors", "stilt and 4 floors", "stilt, ground and 3 floors": with "and" the floors must be named.
_WITH_AND = re.compile(
    r"(?<![a-z0-9.])" + _PART.format("a") + r"(?:" + _AND + _PART.format("b") + r")?(?:" + _AND + _PART.format("c") + r")?"
    + r"[ ]{0,2}(?:and|with|,)[ ]{0,2}(?P<count>" + _NUMBER + r")[ ](?P<tail>(?:upper |more |typical |additional |residential |habitable ){0,2}(?:floors?|storeys?|stories))(?![a-z])"
)  # fmt: skip
_START = re.compile(r"(?<![a-z0-9.])(?:\d{1,2}[ -]?|one |two |three |four |single |double )?(?:g|b|s|p|l|u|तळ|ग्र|ગ્ર|स्टि|સ્ટિ|बे|બે|base|hollow|hp|plinth)")
_REST = re.compile(
    _PLUS
    + r"(?:(?P<n>"
    + _NUMBER
    + r")[ ]?)?(?P<part>terrace|ot|oht|lmr|attic|part terrace|service floors?|refuge|pent ?house|mumty|p(?:odiums?)?(?![a-z])|podium|\d{1,2}(?![\d.]|[ ]?(?:m|ft|%|sq)))"
)

_WITHOUT = re.compile(r"\b(?:no|without)(?: any| a)?[ ]$")

_GROUND = (
    "g",
    "ground",
    "ground floor",
    "gf",
    "grnd",
    "grnd floor",
    "gr",
    "gr.",
    "ug",
    "upper ground",
    "upper ground floor",
    "gnd",
    "तळमजला",
    "तळ",
    "ग्राउंड",
    "ગ્રાઉન્ડ",
)
_BASEMENT = ("b", "basement", "basements", "base", "bsmt", "बेसमेंट", "બેઝમેન્ટ")
_STILT = (
    "s",
    "st",
    "stilt",
    "stilts",
    "stilt floor",
    "stilts floor",
    "silt",
    "stlt",
    "stilt parking",
    "hollow plinth",
    "hp",
    "parking",
    "parking floor",
    "plinth",
    "स्टिल्ट",
    "સ્ટિલ્ટ",
)
_PODIUM = ("p", "podium", "podiums")


@dataclass(frozen=True, slots=True)
class Notation:
    """One notation: the levels it states and its place in the prompt."""

    values: tuple[tuple[str, int], ...]
    start: int
    end: int


def find_notations(folded: str) -> list[Notation]:
    """Return the storey notations of a prompt, in order.

    >>> [notation.values for notation in find_notations("b+g+11 and stilt + 4")]
    [(('storeys', 12), ('basement_levels', 1)), (('storeys', 4), ('stilt_levels', 1))]
    """
    found: list[Notation] = []
    position = 0
    while True:
        start = _START.search(folded, position)
        if start is None:
            return found
        match = _NOTATION.match(folded, start.start()) or _WITH_AND.match(folded, start.start())
        if match is not None and match.re is _WITH_AND and (len(match["a"]) <= 2 or match["a"].startswith(("parking", "plinth"))):
            match = None
        if match is None:
            position = start.end()
            continue
        found.append(_read(folded, match))
        position = max(match.end(), start.end())


def _read(folded: str, match: re.Match[str]) -> Notation:
    groups = match.groupdict()
    count = groups["count"]
    storeys = int(count) if count.isdigit() else int(SMALL[count])
    levels = {"basement_levels": 0, "stilt_levels": 0, "podium_levels": 0}
    for name in "abcd":
        part = groups.get(name)
        if not part:
            continue
        times = groups.get(f"{name}n")
        marked = groups.get(f"{name}m")
        number = {"one": 1, "two": 2, "three": 3, "four": 4, "single": 1, "double": 2}.get(times or "", int(times) if times and times.isdigit() else 1)
        if name == "a" and part.startswith("parking") and folded.endswith((" for ", " as "), max(0, match.start() - 5), match.start()):
            continue  # "two basements for parking + ground floor": no level of its own
        if name == "a" and _WITHOUT.search(folded, max(0, match.start() - 14), match.start()):
            number = 0
        if marked and not times and part in ("b", "p", "basement", "podium", "parking"):
            alone = sum(groups.get(other) == part for other in "abcd") == 1
            number = int(marked.strip(" -")) if alone else 1  # "B3+G+20" has three, "B1+B2+G+20" two
        if part in _GROUND:
            storeys += 1
        elif part in ("lg", "lower ground", "lower ground floor") or part in _BASEMENT:
            levels["basement_levels"] += number
        elif part in _STILT:
            levels["stilt_levels"] += number
        elif part in _PODIUM:
            levels["podium_levels"] += number
    end = match.end()
    while folded[end - 1] == " ":
        end -= 1
    for _ in range(3):
        rest = _REST.match(folded, end)
        if rest is None:
            break
        end = rest.end()
        if rest["part"].isdigit():
            storeys += int(rest["part"])
    named = {"basement_levels": _BASEMENT, "stilt_levels": _STILT, "podium_levels": _PODIUM}
    values = [("storeys", storeys), *((name, number) for name, number in levels.items() if number or groups["a"] in named[name])]
    return Notation(tuple(values), match.start(), end)
