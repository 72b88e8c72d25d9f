"""The words of a prompt that name something: fields, sides, things, places, uses and types, found in one pass over the tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from compliance.reading import places, uses, words
from compliance.reading.native import english
from compliance.reading.tokens import SIGN, WORD, Token
from compliance.vocabulary import CITIES


@dataclass(slots=True)
class Mark:
    """A phrase that names something.

    Attributes:
        kind: label, dimension, subject, side, city, locality, elsewhere, passing, use, type, decoy, core, division.
        value: what it names.
        first: index of the first token.
        last: index after the last token.
    """

    kind: str
    value: Any
    first: int
    last: int


_Entry = dict[str, Any]


@dataclass(slots=True)
class _Node:
    """One word of the tree of phrases: the phrases that go on, and what a phrase that ends here names."""

    following: dict[str, _Node]
    entry: _Entry | None = None


def _index() -> _Node:
    entries: dict[tuple[str, ...], _Entry] = {}

    def add(phrase: str, kind: str, value: Any) -> None:
        key = tuple(english(word) for word in phrase.replace("-", " ").replace("/", " ").replace("&", " ").replace("+", " ").split())
        if key:
            entries.setdefault(key, {}).setdefault(kind, value)

    for key, kind, value in words.phrases():
        entry = entries.setdefault(tuple(english(word) for word in key), {})
        if kind == "label":
            entry.setdefault("label", [])
            entry["label"].append(value)
        else:
            entry.setdefault(kind, value)
    for city in CITIES.values():
        for alias in (city.name.lower(), *city.aliases):
            add(alias, "city", city.name)
    for locality in places.LOCALITIES:
        add(locality, "locality", locality)
    for locality in places.SHARED:
        add(locality, "locality", locality)
    for town in places.ELSEWHERE:
        add(town, "elsewhere", town)
    for name in places.PASSING:
        add(name, "passing", name)
    for word, use in uses.USE_WORDS.items():
        add(word, "use", use)
    for word, kind_code in uses.TYPE_WORDS.items():
        add(word, "type", kind_code)
    for word in uses.DECOYS:
        add(word, "decoy", word)
    for word, core in uses.CORE_WORDS.items():
        add(word, "core", core)
    for word, division in uses.DIVISIONS.items():
        add(word, "division", division)
    root = _Node({})
    for key, entry in entries.items():
        node = root
        for word in key:
            node = node.following.setdefault(word, _Node({}))
        node.entry = entry
    return root


_INDEX = _index()
_PLACE_KINDS = ("city", "locality", "elsewhere", "passing")
_OF_NUMBERS = ("label", "dimension", "side")
_JOINTS = frozenset("-._'")
_WIDE_JOINTS = frozenset("/&+")  # "residential + commercial" is one phrase, "front/side" are two
_DIGIT_WORDS = {"2": "two", "4": "four"}


def find_marks(tokens: list[Token]) -> list[Mark]:
    """Return the marks of a prompt in order; of phrases about the same thing the longest wins.

    Numbers, places, and uses are looked for independently of each other: "Gangapur Road" is a locality and a road.

    >>> from compliance.reading.tokens import tokenise
    >>> [(mark.kind, mark.first, mark.last) for mark in find_marks(tokenise("plot area in Baner", "plot area in baner"))]
    [('label', 0, 2), ('subject', 0, 1), ('locality', 3, 4)]
    """
    marks: list[Mark] = []
    until = {"numbers": 0, "places": 0, "uses": 0, "things": 0}
    for at, token in enumerate(tokens):
        if token.kind == SIGN and token.text not in "₹":
            continue
        word = token.text
        first = _INDEX.following.get(_DIGIT_WORDS.get(word, word))
        if first is None:
            continue
        taken: set[str] = set()
        for last, entry, wide in _match(tokens, at, first):
            if token.kind != WORD and last == at + 1 and word != "₹":
                continue
            for kind, value in entry.items():
                group = "numbers" if kind in _OF_NUMBERS else "places" if kind in _PLACE_KINDS else "things" if kind == "subject" else "uses"
                if (wide and kind != "use") or (group not in taken and until[group] > at) or (group in taken and last < until[group]):
                    continue
                marks.append(Mark(kind, value, at, last))
                taken.add(group)
                until[group] = last
    return marks


def _match(tokens: list[Token], at: int, node: _Node) -> list[tuple[int, _Entry, bool]]:
    """Return the phrases that start at a token, the longest first: (index after it, what it names, whether it runs across "/", "&" or "+")."""
    found: list[tuple[int, _Entry, bool]] = []
    after, size, wide = at + 1, len(tokens), False
    while True:
        if node.entry is not None:
            found.append((after, node.entry, wide))
        for _ in range(3):
            if after < size and tokens[after].kind == SIGN and (tokens[after].text in _JOINTS or tokens[after].text in _WIDE_JOINTS):
                if tokens[after].text == "-" and tokens[after].gap and after + 1 < size and tokens[after + 1].gap:
                    return found[::-1]  # "Ahmedabad - road 12 m" are two
                if tokens[after].text == "." and after + 1 < size and tokens[after + 1].gap and tokens[after - 1].end - tokens[after - 1].start > 2:
                    return found[::-1]  # a full stop, not an abbreviation
                wide = wide or tokens[after].text in _WIDE_JOINTS
                after += 1
        if after >= size or tokens[after].line:
            break
        text = tokens[after].text
        nxt = node.following.get(text) or node.following.get(_DIGIT_WORDS.get(text, ""))
        if nxt is None:
            break
        node = nxt
        after += 1
    return found[::-1]
