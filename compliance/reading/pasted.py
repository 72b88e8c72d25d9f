"""JSON pasted as the prompt, wholly or in part: its punctuation is made into the punctuation of "key: value" lines."""

from __future__ import annotations

import json
import re

from compliance.specs import Item, SpecError, normalise_spec

_KEY = re.compile(r"[\"'][^\"'\n{}]{1,60}[\"'][ ]{0,3}:")
_MIX = re.compile(r"[\"']?dwelling[_ ]?mix[\"']?[ ]{0,3}[:=][ ]{0,3}(?=\[)", re.IGNORECASE)
_SEPARATOR = re.compile(r",(?=[ \n]{0,40}[\"'][^\"'\n{}]{1,60}[\"'][ ]{0,3}:)")
_NO_QUOTES = str.maketrans({'"': " ", "{": " ", "}": "\n", "[": " ", "]": " "})
_KEY_QUOTES = re.compile(r"'(?=[a-z_][\w ]{0,40}'[ ]{0,3}:)|(?<=[a-z_0-9])'(?=[ ]{0,3}:)|(?<=: )'(?=[^'\n]{1,60}')|(?<=[a-z0-9])'(?=[ ]{0,3}[,}\n])")
_ROW = re.compile(r"^\|([^|\n]+)\|([^|\n]+)\|(?=[ ]*$)", re.MULTILINE)
_TAG = re.compile(r"<(?:(br|/?p|/?li|/?div|/?tr)|/?[a-z]{1,10})[ ]?/?>")
_ANSWER = re.compile(r"\?[ \n]{0,2}(?:a|ans|answer)[.:)-](?=[ ])")
MAX_MIX = 4000


def is_pasted(folded: str) -> bool:
    """Return whether a text holds JSON: a brace and a quoted key."""
    return "{" in folded and _KEY.search(folded) is not None


def untabulate(folded: str) -> str:
    r"""Return a folded text with the two-column rows of a table, and questions with their answers, as "key: value" lines.

    >>> untabulate("| plot | 500 sq m |\n| road | 9 m |")
    '  plot : 500 sq m  \n  road : 9 m  '
    """
    if "<" in folded:
        folded = _TAG.sub(lambda match: ("\n" if match[1] else " ") + " " * (len(match[0]) - 1), folded)
    return _ANSWER.sub(lambda match: ":" + " " * (len(match[0]) - 1), _ROW.sub(r" \1:\2 ", folded))


def unpaste(folded: str) -> str:
    r"""Return a folded text with the signs of JSON replaced one for one by those of running text.

    >>> unpaste('{"plot": {"area": 450}, "height": 12}')
    '  plot :   area : 450\n;  height : 12\n'
    """
    text = _SEPARATOR.sub(";", folded)
    text = _KEY_QUOTES.sub(" ", text)
    text = re.sub(r'(?<=\d)"(?=[ ]{0,3}[,;}\n])', " ", text)
    return text.translate(_NO_QUOTES)


def pasted_mix(text: str) -> tuple[list[Item], int, int] | None:
    """Return a dwelling mix written as JSON and its place, or None.

    >>> pasted_mix('"dwelling_mix": [{"count": 10, "carpet_sq_m": 55}]')[0]
    [{'count': 10, 'carpet_sq_m': 55.0}]
    """
    key = _MIX.search(text)
    if key is None:
        return None
    end = text.find("]", key.end(), key.end() + MAX_MIX)
    if end < 0:
        return None
    try:
        mix = normalise_spec({"dwelling_mix": json.loads(text[key.end() : end + 1])})["dwelling_mix"]
    except (ValueError, SpecError, RecursionError):
        return None
    return (mix, key.start(), end + 1) if isinstance(mix, list) and mix else None
