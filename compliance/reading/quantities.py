"""Numbers with their units, converted: single ones, sides ("30 x 40 m") and ranges ("20 or 24 m")."""

from __future__ import annotations

import re
from dataclasses import dataclass

from compliance.reading.amounts import AMBIGUOUS, number_at
from compliance.reading.labels import PAIR
from compliance.reading.tokens import NUMBER, WORD, Token
from compliance.reading.units import ARE, AREA, ASK, HECTARE, LENGTH, OTHER, PLAIN, Unit, inches_at, unit_at

_TIMES = re.compile(r"[ ]{0,2}(?:\([a-z. ]{1,12}\)[ ]?)?(?:x|\*|by|into)[ ]{0,2}(?=[\d.])")
_RECORD = re.compile(r"(\d{1,3})\.(\d\d)\.(\d\d)[ ]?(?:h\.? ?r\.?(?: ?a\.?)?|hectares?|ha)(?![a-z])")
"""Hectares, ares and square metres as the record of rights writes them ("0.40.50 H.R.")."""
_SHORT_WORDS = frozenset({"ht", "rd", "fsi", "far", "bua", "h", "x", "rs", "by", "to", "of", "is", "or", "and", "at", "on", "in", "the", "for", "f"})
_LEVELS = ("stor", "floo", "manz", "maza", "maja", "majl", "mala", "maal", "bhk", "base")
_SMALLER = {"acre": ("guntha", "are", "sq m", "sq ft"), "hectare": ("are", "sq m", "acre"), "guntha": ("are", "sq m", "sq ft"), "are": ("sq m",)}


@dataclass(slots=True)
class Quantity:
    """One number, or one pair of sides, as written in the prompt.

    Attributes:
        value: in m, m2 or %; of a pair the first side.
        measures: LENGTH, AREA, PERCENT, PLAIN (no unit), PAIR, OTHER or ASK.
        unit: as written, or None.
        first: index of the first token.
        last: index after the last token.
        start: offset of its first character.
        end: offset after its last character.
        second: the other side of a pair.
        words: written in words.
        problem: why it cannot be used: "range", "negative", "bound" (more than ...), "unit", or "".
        corrects: it takes the place of an earlier number of its field.
        note: how it was read, where that is not plain.
        forced: the field that it states whatever stands beside it ("widened from 9 m to 12 m").
        replaced: a later number takes its place ("from 24 m to 18 m", "not 24 m").
    """

    value: float
    measures: str
    unit: Unit | None
    first: int
    last: int
    start: int
    end: int
    second: float | None = None
    words: bool = False
    problem: str = ""
    replaced: bool = False
    forced: str = ""
    corrects: bool = False
    note: str | None = None


def find_quantities(text: str, folded: str, tokens: list[Token]) -> list[Quantity]:
    """Return the quantities of a prompt in order.

    >>> from compliance.reading.tokens import tokenise
    >>> text = "30 x 40 ft plot, 1 acre 20 guntha, 12 m road"
    >>> [(round(q.value, 3), q.measures, q.second and round(q.second, 3)) for q in find_quantities(text, text, tokenise(text, text))]
    [(9.144, 'pair', 12.192), (6070.285, 'area', None), (12.0, 'length', None)]
    """
    found: list[Quantity] = []
    at = 0
    while at < len(tokens):
        if _is_land_record(tokens, at):
            at += 3
            continue
        quantity = _quantity(text, folded, tokens, at)
        if quantity is None:
            at += 1
            continue
        quantity = _with_side(text, folded, tokens, quantity)
        quantity = _with_smaller(text, folded, tokens, quantity)
        _sign(tokens, quantity)
        found.append(quantity)
        at = max(quantity.last, at + 1)
    return found


def _is_land_record(tokens: list[Token], at: int) -> bool:
    """Return whether a token begins "7/12", the name of the record of rights."""
    return [token.text for token in tokens[at : at + 3]] == ["7", "/", "12"] and not tokens[at + 1].gap and not tokens[at + 2].gap


def _skip(tokens: list[Token], at: int, end: int) -> int:
    while at < len(tokens) and tokens[at].start < end:
        at += 1
    return at


def _quantity(text: str, folded: str, tokens: list[Token], at: int) -> Quantity | None:
    token = tokens[at]
    if token.kind == WORD and token.text in ("a", "an") and at + 1 < len(tokens) and tokens[at + 1].text in ("acre", "hectare", "guntha"):
        one = unit_at(folded, token.end, text)
        return Quantity(one[0].factor, AREA, one[0], at, at + 2, token.start, one[1], words=True) if one else None
    if token.kind == NUMBER and at and not token.gap and tokens[at - 1].kind == WORD:
        before = tokens[at - 1].text
        if len(before) <= 3 and before not in _SHORT_WORDS and not (at > 1 and tokens[at - 2].kind == NUMBER):
            return None  # a code: R1, m2, TPS21
    if token.kind == NUMBER and token.text in ("2", "4") and at + 1 < len(tokens) and tokens[at + 1].text == "w" and not tokens[at + 1].gap:
        return None  # "40 scooters (2W)"
    record = _RECORD.match(folded, token.start)
    if record is not None and token.kind == NUMBER:
        value = HECTARE * int(record[1]) + ARE * int(record[2]) + int(record[3])
        return Quantity(value, AREA, Unit("hectare", AREA, HECTARE), at, _skip(tokens, at + 1, record.end()), token.start, record.end())
    number = number_at(tokens, at)
    if number is None:
        return None
    value, after = number
    end = tokens[after - 1].end
    start = token.start
    words = token.kind == WORD
    repeated = _in_brackets(tokens, after, value)
    if repeated is not None:
        after, end = repeated, tokens[repeated - 1].end
    found = unit_at(folded, end, text)
    if found is None and words and token.text in AMBIGUOUS and (after >= len(tokens) or tokens[after].text[:4] not in _LEVELS):
        return None
    if found is None and words and token.text == "one" and at and tokens[at - 1].text in ("this", "that", "which", "new", "present"):
        return None  # "this one has 4 m"
    if found is None:
        if words and after < len(tokens) and tokens[after].text in ("side", "sides", "of", "other"):
            return None
        return Quantity(value, PLAIN, None, at, after, start, end, words=words)
    unit, end = found
    if unit.name == "ft":
        inches = inches_at(folded, end)
        if inches:
            value, end = value + inches[0], inches[1]
    return Quantity(value * unit.factor, unit.measures, unit, at, _skip(tokens, after, end), start, end, words=words)


def _in_brackets(tokens: list[Token], at: int, value: float) -> int | None:
    """Return the index after a number that is repeated in brackets ("1,200 (one thousand two hundred) sq m"), or None."""
    if at + 2 >= len(tokens) or tokens[at].text != "(":
        return None
    again = number_at(tokens, at + 1)
    if again is None or again[0] != value or again[1] >= len(tokens):
        return None
    at = again[1] + (tokens[again[1]].text == "only")
    return at + 1 if at < len(tokens) and tokens[at].text == ")" else None


def _with_side(text: str, folded: str, tokens: list[Token], one: Quantity) -> Quantity:
    """Return the pair that a number begins ("30 x 40 m"), or the number itself."""
    if one.measures == LENGTH and [token.text for token in tokens[max(0, one.first - 2) : one.first]] == ["square", "of"]:
        one.measures, one.second = PAIR, one.value  # "a square of 25 m"
        return one
    if one.measures not in (LENGTH, PLAIN) or one.words:
        return one
    times = _TIMES.match(folded, one.end)
    if times is None:
        return one
    at = _skip(tokens, one.last, times.end())
    if at >= len(tokens) or tokens[at].start != times.end():
        return one
    other = _number_after_times(text, folded, tokens, at)
    if other is None or other.measures not in (LENGTH, PLAIN, AREA):
        return one
    unit = one.unit or other.unit
    first, second = one.value, other.value
    if other.measures == AREA:  # "30 x 40 sq ft": the sides are in feet
        if other.unit is None or other.unit.name not in ("sq m", "sq ft"):
            return one
        side = 1.0 if other.unit.name == "sq m" else 0.3048
        second = other.value / other.unit.factor * side
        first = one.value if one.unit else one.value * side
        unit = one.unit or other.unit
    elif one.unit is None and other.unit:
        first = one.value * other.unit.factor
    elif other.unit is None and one.unit:
        second = other.value * one.unit.factor
    pair = Quantity(first, PAIR, unit, one.first, other.last, one.start, other.end, second)
    third = _TIMES.match(folded, pair.end)
    if third:
        at = _skip(tokens, pair.last, third.end())
        height = _number_after_times(text, folded, tokens, at) if at < len(tokens) else None
        if height is not None:
            pair.last, pair.end = height.last, height.end
    return pair


def _number_after_times(text: str, folded: str, tokens: list[Token], at: int) -> Quantity | None:
    """Return the quantity at a token that follows "x", also where it is glued to it ("x40")."""
    number = number_at(tokens, at)
    if number is None:
        return None
    value, after = number
    end = tokens[after - 1].end
    found = unit_at(folded, end, text)
    if found is None:
        return Quantity(value, PLAIN, None, at, after, tokens[at].start, end)
    unit, unit_end = found
    if unit.name == "ft":
        inches = inches_at(folded, unit_end)
        if inches:
            value, unit_end = value + inches[0], inches[1]
    return Quantity(value * unit.factor, unit.measures, unit, at, _skip(tokens, after, unit_end), tokens[at].start, unit_end)


def _with_smaller(text: str, folded: str, tokens: list[Token], quantity: Quantity) -> Quantity:
    """Return an area with the smaller units that follow it added (1 acre 20 guntha; 0H 12R 50)."""
    while quantity.measures == AREA and quantity.unit is not None and quantity.unit.name in _SMALLER:
        at = quantity.last
        if at < len(tokens) and tokens[at].text in ("and", "-", ",", "&", "+") and at + 1 < len(tokens):
            at += 1
        if at >= len(tokens) or (tokens[at].kind != NUMBER and not quantity.words) or tokens[at].start - quantity.end > 6:
            return quantity
        nxt = _quantity(text, folded, tokens, at)
        if nxt is None or (nxt.words and not quantity.words):
            return quantity
        in_record = quantity.unit.name == "are" and ("h" in (written := folded[quantity.start : quantity.end]) or written.endswith("r")) and at == quantity.last
        if nxt.measures == PLAIN and in_record and nxt.value < 100:
            nxt.unit, nxt.measures = Unit("sq m", AREA), AREA
        if nxt.unit is None or nxt.unit.name not in _SMALLER[quantity.unit.name] or nxt.value >= quantity.unit.factor:
            return quantity
        quantity = Quantity(quantity.value + nxt.value, AREA, nxt.unit, quantity.first, nxt.last, quantity.start, nxt.end)
    return quantity


def _sign(tokens: list[Token], quantity: Quantity) -> None:
    """Mark a negative number and a number that is only a bound."""
    if quantity.measures == ASK:
        quantity.problem = "unit"
    at = quantity.first
    if not at or tokens[at].line:
        return
    before = tokens[at - 1]
    if (
        before.text == "-" and not tokens[at].gap and (at == 1 or (before.gap and tokens[at - 2].text != "-") or tokens[at - 2].text in (":", "="))
    ) or before.text in ("minus", "negative"):
        quantity.problem = "negative"
    elif (
        (before.text in (">", "<") and not (at > 1 and tokens[at - 2].text in "-=" and not before.gap))  # "->" is an arrow
        or (
            before.text == "than"
            and at > 1
            and tokens[at - 2].text in ("more", "less", "greater", "higher", "lower", "smaller", "larger", "bigger", "fewer", "wider")
        )
        or (before.text in ("exceeding", "exceeds", "above", "below", "under", "over", "beyond") and quantity.measures in (LENGTH, OTHER))
    ):
        quantity.problem = "bound"
    if before.text == "=" and at > 1 and tokens[at - 2].text in (">", "<"):
        quantity.problem = "bound"
