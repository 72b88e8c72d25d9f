"""Numbers in words ("two and a half", "eighteen", "point five"), Indian multipliers and fractions."""

from __future__ import annotations

from compliance.reading.tokens import NUMBER, WORD, Token

_ONES = "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen".split("|")
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
SMALL: dict[str, float] = {
    **{word: float(value) for value, word in enumerate(_ONES)},
    **{word: float(value) for value, word in zip(range(20, 100, 10), _TENS, strict=True)},
    "fourty": 40.0, "ninty": 90.0, "fourtyfive": 45.0, "twelwe": 12.0, "tweleve": 12.0, "fiften": 15.0, "eightteen": 18.0, "dozen": 12.0,
    "ek": 1.0, "don": 2.0, "teen": 3.0, "tin": 3.0, "char": 4.0, "chaar": 4.0, "paanch": 5.0, "panch": 5.0, "pach": 5.0, "chhe": 6.0, "saat": 7.0, "aath": 8.0,
    "dedh": 1.5, "dhai": 2.5, "adhai": 2.5, "adich": 2.5, "deed": 1.5,
}  # fmt: skip
MULTIPLIERS: dict[str, float] = {"hundred": 100.0, "thousand": 1000.0, "lakh": 1e5, "lakhs": 1e5, "lac": 1e5, "lacs": 1e5, "crore": 1e7, "crores": 1e7}
_HALVES: dict[str, float] = {"half": 0.5, "quarter": 0.25, "adha": 0.5, "aadha": 0.5, "ardha": 0.5, "pauna": 0.75, "½": 0.5, "¼": 0.25, "¾": 0.75}
_STARTS = {*SMALL, *_HALVES, "three"}
# Words that are numbers only where a unit or a counted thing follows, which the caller checks.
AMBIGUOUS = {"don", "teen", "tin", "char", "ek", "half", "quarter", "saat"}


def number_at(tokens: list[Token], at: int) -> tuple[float, int] | None:
    """Return the number that starts at a token, in digits or words, and the index after it, or None.

    >>> from compliance.reading.tokens import fold, tokenise
    >>> [number_at(tokenise(text, text), 0) for text in ("two and a half acres", "1 1/2 acre", "eight hundred and fifty", "two point two", "1.5 lakh")]
    [(2.5, 4), (1.5, 4), (850.0, 4), (2.2, 3), (150000.0, 2)]
    """
    token = tokens[at]
    if token.kind == NUMBER:
        return _digits(tokens, at)
    if token.text in _HALVES:
        after = at + 1
        if after + 1 < len(tokens) and tokens[after].text in ("a", "an", "of") and tokens[after].kind == WORD:
            after += 1 + (tokens[after + 1].text in ("a", "an"))
        elif after < len(tokens) and tokens[after].text == "-":
            after += 1
        return _HALVES[token.text], after
    if token.kind == WORD and token.text in SMALL:
        return _words(tokens, at)
    if token.kind == WORD and token.text == "hundred":
        return _words(tokens, at)
    return None


def _text(tokens: list[Token], at: int) -> str:
    return tokens[at].text if at < len(tokens) else ""


def _digits(tokens: list[Token], at: int) -> tuple[float, int] | None:
    value = tokens[at].value
    if value is None:
        return None
    after = at + 1
    if _text(tokens, after) in ("½", "¼", "¾"):
        return value + _HALVES[tokens[after].text], after + 1
    if _text(tokens, after) == "/" and not tokens[after].gap and after + 1 < len(tokens) and tokens[after + 1].value in (2, 4) and value in (1, 3):
        return value / (tokens[after + 1].value or 1), after + 2
    if (
        after + 2 < len(tokens) and tokens[after].value in (1, 3) and tokens[after + 1].text == "/"
        and tokens[after + 2].value in (2, 4) and not tokens[after + 1].gap
    ):  # fmt: skip
        return value + (tokens[after].value or 0) / (tokens[after + 2].value or 1), after + 3
    if _text(tokens, after) == "and" and _text(tokens, after + 1) == "a" and _text(tokens, after + 2) in ("half", "quarter"):
        return value + _HALVES[tokens[after + 2].text], after + 3
    while _text(tokens, after) in MULTIPLIERS:
        value *= MULTIPLIERS[tokens[after].text]
        after += 1
        if value > 1e15:
            return None
    return value, after


def _words(tokens: list[Token], at: int) -> tuple[float, int] | None:
    total, group, after, last = 0.0, 0.0, at, ""
    for _ in range(24):
        word = _text(tokens, after)
        if word == "-" and _text(tokens, after + 1) in SMALL and last in _TENS:
            after += 1
            continue
        if word in SMALL and (not last or last in MULTIPLIERS or (last in _TENS and SMALL[word] < 10)):
            group += SMALL[word]
        elif word == "hundred" and last not in MULTIPLIERS:
            group = (group or 1) * 100
        elif word in MULTIPLIERS and word != "hundred" and last and (group or total):
            total += group * MULTIPLIERS[word]
            group = 0.0
        elif word == "and" and last in MULTIPLIERS and _text(tokens, after + 1) in SMALL:
            after += 1
            continue
        else:
            break
        last = word
        after += 1
    value = total + group
    if _text(tokens, after) == "point":
        return _after_point(tokens, after, value)
    if _text(tokens, after) == "and" and _text(tokens, after + 1) == "a" and _text(tokens, after + 2) in ("half", "quarter"):
        return value + _HALVES[tokens[after + 2].text], after + 3
    if _text(tokens, after) == "and" and _text(tokens, after + 1) == "half":
        return value + 0.5, after + 2
    if last == "three" and _text(tokens, after) in ("quarter", "quarters", "fourth"):
        after += 1 + (_text(tokens, after + 1) in ("of", "an"))
        return 0.75, after + (_text(tokens, after) in ("a", "an"))
    return value, after


def _after_point(tokens: list[Token], after: int, value: float) -> tuple[float, int]:
    digits = ""
    after += 1
    while len(digits) < 6:
        word = _text(tokens, after)
        if (word in SMALL and SMALL[word] < 10 and SMALL[word] == int(SMALL[word])) or (word in SMALL and not digits and SMALL[word] == int(SMALL[word])):
            digits += str(int(SMALL[word]))
        else:
            break
        after += 1
    return (float(f"{int(value)}.{digits}"), after) if digits else (value, after - 1)
