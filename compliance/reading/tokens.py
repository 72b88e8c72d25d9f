"""A prompt cut into words, numbers and signs, each with its place in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from compliance.reading.native import english

# Every replacement is one character for one, so that offsets into the folded text are offsets into the prompt.
_FOLD = str.maketrans(
    {
        **dict(zip("’‘′`´“”″„", "'''''\"\"\"\"", strict=True)),
        **dict.fromkeys("×✕✖⨯х", "x"),
        **dict.fromkeys("–—−‒‐‑―", "-"),
        **dict.fromkeys("\u00a0\u2009\u202f\u2007\u200b\u3000\t\ufeff", " "),
        **dict.fromkeys("\r\u2028\u2029", "\n"),
        **dict.fromkeys("•●▪", "\n"),
        "，": ",", "：": ":", "；": ";", "।": ".", "İ": "i", "→": ">", "＋": "+", "⁺": "+",
        **{chr(zero + digit): str(digit) for zero in (0x0966, 0x0AE6, 0xFF10) for digit in range(10)},
    }
)  # fmt: skip

_TOKEN = re.compile(
    r"(?P<number>(?<!\d)(?<!\d\.)(?:\d{1,3}(?:,\d\d){0,5},\d{3}(?![\d])(?:\.\d+)?|\d+(?:\.\d+)?)|(?<![\w.)])\.\d+)"
    r"|(?P<word>[a-z\u00df-\u00f6\u00f8-\u024f\u0900-\u0963\u0970-\u097f\u0a80-\u0ae5\u200c\u200d]+)"
    r"|(?P<sign>[^\s])"
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")

WORD, NUMBER, SIGN = "word", "number", "sign"
MAX_DIGITS = 15


@dataclass(slots=True)
class Token:
    """One word, number or sign: its kind, lower-case text (in English where we know the word) and place; `value` of a number; `gap`: space or a line end stands before it."""

    kind: str
    text: str
    start: int
    end: int
    value: float | None = None
    gap: bool = True
    line: bool = False


def fold(text: str) -> str:
    """Return a text in lower case with one form of quotes, dashes and digits, of the same length as the text.

    >>> fold("30’ × 40’ – Plot")
    "30' x 40' - plot"
    """
    folded = text.translate(_FOLD)
    lower = folded.lower()
    return lower if len(lower) == len(text) else "".join(low if len(low := char.lower()) == 1 else char for char in folded)


def tokenise(text: str, folded: str) -> list[Token]:
    """Return the tokens of a prompt; words in camelCase are cut ("plotArea" is plot, area).

    Args:
        text: the prompt.
        folded: the same, folded.

    >>> [token.text for token in tokenise("G+7, 1,200sqm plotArea", fold("G+7, 1,200sqm plotArea"))]
    ['g', '+', '7', ',', '1,200', 'sqm', 'plot', 'area']
    """
    tokens: list[Token] = []
    last = 0
    for match in _TOKEN.finditer(folded):
        kind = match.lastgroup or SIGN
        start, end = match.span()
        gap = start > last or not tokens
        line = gap and "\n" in folded[last:start]
        if kind == NUMBER:
            digits = folded[start:end]
            value = float(digits.replace(",", "")) if end - start <= MAX_DIGITS else None
            tokens.append(Token(NUMBER, digits, start, end, value, gap, line))
        elif kind == WORD and end - start < 60 and not text[start:end].islower() and _CAMEL.search(text, start, end):
            first = start
            for cut in [*(hump.start() for hump in _CAMEL.finditer(text, start, end)), end]:
                tokens.append(Token(WORD, folded[first:cut], first, cut, None, gap or first > start, line and first == start))
                first = cut
        else:
            tokens.append(Token(kind, english(folded[start:end]), start, end, None, gap, line))
        last = end
    return tokens
