"""Units as people here write them, with exact factors to metres and square metres."""

from __future__ import annotations

import re
from dataclasses import dataclass

LENGTH, AREA, PERCENT, OTHER, ASK, PLAIN = "length", "area", "percent", "other", "ask", "plain"

FOOT = 0.3048
SQUARE_FOOT = 0.09290304
SQUARE_YARD = 0.83612736
GUNTHA = 101.17141056
ACRE = 4046.8564224
ARE = 100.0
HECTARE = 10_000.0


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its name, what it measures and its factor to m, m2 or %.

    Attributes:
        name: a short name for notes.
        measures: LENGTH, AREA, PERCENT, OTHER (rupees, years, litres: nothing of ours) or ASK (differs by district, so it is asked).
        factor: to the field's own unit.
    """

    name: str
    measures: str
    factor: float = 1.0


_CASE = r"(?:च्या|चा|ची|चे|चं|चें|ने|वर|पर्यंत|ના|ની|નો|નું|ને|થી)?"  # endings that Marathi and Gujarati glue to a unit
_SQUARE = r"(?:sq(?:uare|r)?|चौ(?:रस)?|ચો(?:રસ)?|वर्ग|स्क्वेअर|સ્ક્વેર)[ .\-]{0,3}"
_METRE = r"(?:m(?:e?t(?:er|re|r)?s?|r)?|mtr\.?s?|मी(?:टर" + _CASE + r")?|મી(?:ટર" + _CASE + r")?)"
_FOOT = r"(?:f(?:ee|oo)?ts?|feets?|fts?|foots?|fee|fut|phut|(?:फू?ु?टs?|फीट|फिट|ફૂ?ુ?ટ)" + _CASE + r"|')"

# In order: the first that matches right after a number wins.
_UNITS: tuple[tuple[str, Unit], ...] = (
    (_SQUARE + _METRE, Unit("sq m", AREA)),
    (_METRE + r"\.?[ ]?(?:2(?!\d|[.,]\d)|\^2|²|sq)", Unit("sq m", AREA)),
    (r"(?:s(?:q)?m(?:t|tr|ts|trs|eters?|etres?)?)", Unit("sq m", AREA)),
    (_SQUARE + _FOOT + r"|sft|sqf|" + r"(?:ft|feet)[ ]?(?:2(?!\d|[.,]\d)|\^2|²|sq)|feet square|ft square", Unit("sq ft", AREA, SQUARE_FOOT)),
    (_SQUARE + r"(?:ya?r?ds?|yrds?|vaa?r|gaj|gaz|वार|गज|વાર|ગજ)|sq ?yd|syds?|gaj|gaz|gajj|vaa?r|vara?s?|वार|गज|વાર|ગજ", Unit("sq yd", AREA, SQUARE_YARD)),
    (r"gu?nth?as?|gunthe|guntas?|gunthey|gun|गुंठ(?:े|ा|्या(?:चा|ची|चे|त|वर)?)?|ગુંઠા", Unit("guntha", AREA, GUNTHA)),
    (r"acres?|acers?|ekars?|ekers?|akers?|ac|एकर(?:ी|ा)?" + _CASE + "|એકર" + _CASE, Unit("acre", AREA, ACRE)),
    (r"hectares?|hectors?|hecters?|hectar|hect?|ha|h(?=[ ]?-?\d{1,2}[ ]?r)|हेक्टर", Unit("hectare", AREA, HECTARE)),
    (r"ares(?![a-z])|are(?=[ ]?(?:plot|land|area|site|jamin|zameen|of land|in|at|near|with|facing|[.,;|)]|$))|aar|आर", Unit("are", AREA, ARE)),
    (r"r(?=[ ]?(?:\d{1,2}(?![a-z\d])|plot|land|area|site|jamin|of land|[,;|)]|$))", Unit("are", AREA, ARE)),
    (r"vi?ghas?|bi?ghas?|veegha|vigas?|vasas?|vaasa|viswas?|bis[vw]as?|cents?|kanals?|marlas?|katthas?|cottahs?|grounds", Unit("local unit", ASK)),
    (r"kms?|kilomet(?:er|re)s?|miles?|किमी", Unit("km", OTHER)),
    (r"mm|millimet(?:er|re)s?", Unit("mm", LENGTH, 0.001)),
    (r"cms?|centimet(?:er|re)s?", Unit("cm", LENGTH, 0.01)),
    (r"inch(?:es)?|ins?(?=[.,;)]|$)|\"", Unit("inch", LENGTH, FOOT / 12)),
    (r"r?" + _METRE, Unit("m", LENGTH)),
    (r"r?" + _FOOT, Unit("ft", LENGTH, FOOT)),
    (r"yards?|yds?", Unit("yard", LENGTH, 3 * FOOT)),
    (r"%|per ?cents?|percentages?|pct|pc|टक्के", Unit("%", PERCENT)),
    (r"[ .-]?(?:bhk|rk|bed(?:room)?s?|b\.h\.k)", Unit("bhk", OTHER)),
    (
        r"(?:lakhs?|lacs?|crores?|cr|l|k|million|mn|billion|thousand)?[ ]?(?:rs|inr|rupees?|/-|₹|usd)|crores?|cr|lakhs?|lacs?|million|k",
        Unit("rupees", OTHER),
    ),
    (
        r"y(?:ea)?rs?|years?|months?|days?|weeks?|hours?|hrs?|min(?:ute)?s?|secs?|am|pm|kva|kwp?|hp|mw|volts?|kv|lit(?:er|re)s?|ltrs?|kld|kl|"
        r"tons?|tonnes?|kgs?|persons?|people|peoples|pax|seats?|seater|students?|children|beds|bedded|members?|workers?|employees|rooms?|keys|"
        r"classrooms?|lanes?|trees?|lifts?|elevators?|toilets?|kitchens?|bathrooms?|nd|rd(?= floor)|th|st(?= floor)|degrees?|°|deg|db|celsius|times|km/h|kmph|"
        r"shops?|galas?|offices?|partners?|owners?|sons?|brothers?|copies|sheets?|side open|options?|phases?|wings?|towers?|buildings?|blocks?|bungalow plots|plots|tenants?|members|acres away",
        Unit("count of things", OTHER),
    ),
)
_UNIT = re.compile(
    r"[ ]{0,2}-?[ ]?(?:"
    + "|".join(f"(?P<u{at}>{pattern})" for at, (pattern, _) in enumerate(_UNITS))
    + r")(?:(?<=['\"%°²])|(?!(?!x ?\d)[a-z\u0900-\u0963\u0a80-\u0ae5]))"
)
_LOOSE = re.compile(r"[ (\[:.,=-]{0,3}(?:in )?(?:" + "|".join(f"(?P<u{at}>{pattern})" for at, (pattern, _) in enumerate(_UNITS[:18])) + r")(?![a-z])")
_DOT = re.compile(r"\.(?=[ ]{0,3}[a-z0-9(,;:|=*x+-]|$|\n)")
_INCHES = re.compile(r"[ -]{0,2}(\d{1,2}(?:\.\d{1,2})?|\d{1,2}[ -]\d/\d)[ ]?(?:\"|''|inch(?:es)?|ins?(?![a-z]))")


_ABBREVIATED = re.compile(
    r"(?<=\d)(?P<unit>[ ]?(?:sq\.?[ ]?)?(?:m|mt|mts|mtr|mtrs|ft|fts|yd|yds|smt|sqm|sqmt|sft|sqft))\.(?=[,;)]|[ ][=&+(-]|[ ](?P<next>[a-z]+))"
)
_AFTER_A_UNIT = frozenset(
    "wide|width|high|height|tall|deep|depth|long|length|broad|road|rd|dp|d|tp|t|plot|setback|margin|margins|each|and|x|on|in|at|from|to|by|of|for|with|above".split(
        "|"
    )
)


def without_dots(text: str, folded: str) -> str:
    """Return a folded text with the dot of an abbreviated unit blanked, so that it is no full stop ("18.3 MT. WIDE D.P. ROAD").

    >>> without_dots("20 mts. wide. Road 9 mt. wide", "20 mts. wide. road 9 mt. wide")
    '20 mts  wide. road 9 mt  wide'
    """

    def blank(match: re.Match[str]) -> str:
        if match["next"] is None:
            return f"{match['unit']} "
        word = text[match.start("next") : match.end("next")]
        continues = word[0].islower() or match["next"] in ("wide", "high", "tall", "deep", "long") or (word.isupper() and match["next"] in _AFTER_A_UNIT)
        return f"{match['unit']} " if continues else match[0]

    return _ABBREVIATED.sub(blank, folded)


def unit_at(folded: str, position: int, text: str = "") -> tuple[Unit, int] | None:
    """Return the unit that stands right after a number, and where it ends, or None.

    Args:
        folded: the folded prompt.
        position: right after the number.
        text: the prompt itself, which tells a full stop from the dot of "sq.mt.".

    >>> unit_at("500 sq.mt. plot", 3, "500 sq.mt. plot")
    (Unit(name='sq m', measures='area', factor=1.0), 10)
    >>> unit_at("12 flats", 2) is None
    True
    """
    match = _UNIT.match(folded, position)
    if match is None or match.lastgroup is None:
        return None
    unit = _UNITS[int(match.lastgroup[1:])][1]
    end = match.end()
    if folded[end : end + 2] == ". " and folded[max(0, end - 2) : end] in ("मी", "મી") and folded[end + 2 : end + 3] >= "\u0900":
        return unit, end + 1  # "18 मी. रुंद": the dot of an abbreviation
    dot = _DOT.match(folded, end)
    if dot and folded[end - 1] not in "'\"%":
        after = folded[end + 1 : end + 4].lstrip(" ")
        begins = text[end + 1 : end + 4].lstrip(" ")[:1]  # a capital begins the next sentence
        if (
            "." in folded[position:end]
            or folded[end + 1 : end + 2] != " "
            or (after[:1].isalpha() and not begins.isupper() and begins)
            or after[:1] in "(,;:|="
        ):
            end += 1
    return unit, end


def unit_in(folded: str, start: int, end: int) -> Unit | None:
    """Return the unit named between a label and its number ("height (m): 18", "road_width_ft=40"), or None."""
    for at in range(start, min(end, start + 24)):
        if at == start or not folded[at - 1].isalpha():
            match = _LOOSE.match(folded, at, end)
            if match and match.lastgroup is not None:
                return _UNITS[int(match.lastgroup[1:])][1]
    return None


def inches_at(folded: str, position: int) -> tuple[float, int] | None:
    """Return the inches that stand right after feet (40 feet 6 inches, 10 ft 6 in), in feet, and where they end, or None.

    >>> inches_at('10 ft 6 in', 5)
    (0.5, 10)
    """
    match = _INCHES.match(folded, position)
    return (float(match[1]) / 12, match.end()) if match and "/" not in match[1] else None
