"""Which number is what: every number is matched with the label that stands closest to it, before or after, within its clause.

A number has at most one candidate on each side: the nearest label that takes what the number measures. The matching with the
greatest sum of bonds wins, each label being used once, so that "9 m road 15 m height" and "road 9 m height 15 m" both read right.
"""

from __future__ import annotations

import bisect
from dataclasses import dataclass, field

from compliance.reading.marks import Mark
from compliance.reading.quantities import Quantity
from compliance.reading.tokens import NUMBER, WORD, Token
from compliance.reading.units import AREA, LENGTH, PLAIN
from compliance.reading.words import BY_NAME, CONNECTORS, HARD_STOPS, MARGIN_NOUNS, MEASURED, PAIR, Label

REACH = 14
"""A label further than this many tokens away says nothing about a number."""
WEAKEST = 3.2
"""A number and a label with a weaker bond do not belong together."""

_NOISE_LENGTH = Label("not ours", "", frozenset({LENGTH, PAIR, PLAIN}), 10.5)
_DISTANCE = Label("distance", "", frozenset({LENGTH, AREA}), 9.5)
_LENGTHS = frozenset({LENGTH, PLAIN})
_STOPS = frozenset(
    [
        "and",
        "with",
        "on",
        "in",
        "at",
        "by",
        "to",
        "from",
        "near",
        "but",
        "or",
        "is",
        "are",
        "was",
        "has",
        "have",
        "plus",
        "while",
        "deep",
        "long",
        "high",
        "tall",
    ]
)
_FREE_SUBJECT = frozenset(
    {
        "of",
        "the",
        "our",
        "its",
        "this",
        "each",
        "every",
        "for",
        "my",
        "a",
        "an",
        "that",
        "proposed",
        "new",
        "main",
        "whole",
        "all",
        "public",
        "existing",
        "dp",
        "tp",
        "access",
        "approach",
        "abutting",
        "internal",
        "open",
        "clear",
        "residential",
        "commercial",
        "typical",
        "municipal",
        "concrete",
        "tar",
        "industrial",
    }
)


@dataclass(slots=True)
class Anchor:
    """A label in its place, ready to take numbers.

    Attributes:
        first: index of its first token.
        last: index after its last token.
        labels: what it may mean; the one that takes what a number measures holds.
        sides: for margins, the fields that it names, in order.
        plural: it speaks of several ("roads").
    """

    first: int
    last: int
    labels: tuple[Label, ...]
    sides: tuple[tuple[str, ...], ...] = ()
    plural: bool = False


@dataclass(slots=True)
class Role:
    """A number and the label that it goes with (None: it stands alone)."""

    quantity: Quantity
    anchor: Anchor | None = None
    label: Label | None = None
    bond: float = 0.0
    group: int = 0
    sides: tuple[str, ...] = field(default=())


def _label_for(anchor: Anchor, measures: str) -> Label | None:
    for label in anchor.labels:
        if measures in label.accepts:
            return label
    if measures == PLAIN:  # a number without a unit, which `_gap` allows where the label is followed by ":" or "="
        return next((label for label in anchor.labels if (label.field and PAIR not in label.accepts) or AREA in label.accepts), None)
    return None


def find_anchors(tokens: list[Token], marks: list[Mark], quantities: list[Quantity]) -> list[Anchor]:
    """Return the labels of a prompt in order, each dimension word ("wide", "high") settled by the thing that it measures."""
    numbers = [False] * (len(tokens) + 1)
    for quantity in quantities:
        for at in range(quantity.first, quantity.last):
            numbers[at] = True
    subjects = [mark for mark in marks if mark.kind == "subject"]
    at_start = {mark.first: mark for mark in subjects}
    at_end = {mark.last: mark for mark in subjects}
    words = {token.text for token in tokens}
    has_margin_noun = not MARGIN_NOUNS.isdisjoint(words) or not words.isdisjoint(("open", "leave", "leaving", "left"))
    by_place: dict[tuple[int, int], Anchor] = {}
    dimension_places = {(mark.first, mark.last) for mark in marks if mark.kind == "dimension"}
    for mark in marks:
        if numbers[mark.first] and mark.kind != "label":
            continue
        if mark.kind == "dimension":
            anchor = _dimension(tokens, mark, at_start, at_end, subjects, numbers)
            if anchor is not None:
                by_place[(mark.first, mark.last)] = anchor
        elif mark.kind == "label" and (mark.first, mark.last) not in dimension_places:
            labels = tuple(label for label in mark.value if label.name != "height" or mark.last - mark.first > 1 or not _noise_before(tokens, mark, at_end))
            if labels and not _far_away(tokens, mark, labels):
                by_place.setdefault((mark.first, mark.last), Anchor(mark.first, mark.last, labels, plural=tokens[mark.last - 1].text in ("roads", "streets")))
        elif mark.kind == "side":
            fields, noun = mark.value
            if not noun and (_part_of_road(tokens, mark) or (tokens[mark.first].text == "from" and not has_margin_noun)):
                continue
            weight = 10.5 if noun else 9.0 if has_margin_noun else 8.0
            label = Label("side", fields[0], _LENGTHS, weight, noun or has_margin_noun)
            existing = by_place.get((mark.first, mark.last))
            if existing is None or noun:
                by_place[(mark.first, mark.last)] = Anchor(mark.first, mark.last, (label,), (fields,))
    _distances(tokens, quantities, by_place, has_margin_noun)
    anchors = sorted(by_place.values(), key=lambda anchor: (anchor.first, -anchor.last))
    return _merge_sides(tokens, _without_overlaps(anchors), numbers)


def _without_overlaps(anchors: list[Anchor]) -> list[Anchor]:
    kept: list[Anchor] = []
    for anchor in anchors:
        if kept and anchor.first < kept[-1].last:
            if anchor.last - anchor.first > kept[-1].last - kept[-1].first:
                kept[-1] = anchor
            elif anchor.first == kept[-1].first and anchor.last == kept[-1].last:
                kept[-1].labels += anchor.labels
            continue
        kept.append(anchor)
    return kept


def _part_of_road(tokens: list[Token], mark: Mark) -> bool:
    """Return whether a side word only says where a road is ("road in front", "front of the plot")."""
    after = [token.text for token in tokens[mark.last : mark.last + 2]]
    if after[:1] == ["of"] or (
        after[:1] and after[0] in ("road", "roads", "facing", "door", "elevation", "portion", "entrance", "entry", "yard", "by", "parking", "open")
    ):
        return after[0] != "open"
    for token in reversed(tokens[max(0, mark.first - 4) : mark.first]):
        if token.text in ("road", "rd", "street", "lane", "roads", "rasta", "highway"):
            return True
        if token.kind == NUMBER or token.text in HARD_STOPS or token.text in MARGIN_NOUNS:
            return False
    return False


def _far_away(tokens: list[Token], mark: Mark, labels: tuple[Label, ...]) -> bool:
    """Return whether "far" is a distance and not the floor area ratio."""
    if tokens[mark.first].text != "far" or mark.last - mark.first > 1:
        return False
    after = tokens[mark.last].text if mark.last < len(tokens) else ""
    before = tokens[mark.first - 1].text if mark.first else ""
    return after in ("from", "away", "off", "as", "end", "side", "more", "too") or before in ("not", "how", "too", "so", "as", "very", "by", "m", "thus")


def _noise_before(tokens: list[Token], mark: Mark, at_end: dict[int, Mark]) -> bool:
    subject = at_end.get(mark.first)
    return subject is not None and subject.value == "noise"


def _dimension(tokens: list[Token], mark: Mark, at_start: dict[int, Mark], at_end: dict[int, Mark], subjects: list[Mark], numbers: list[bool]) -> Anchor | None:
    """Return the anchor of a dimension word: "<thing> height", "height of <thing>", "12 m high <thing>", "the <thing> is 12 m high"."""
    dimension = mark.value
    subject, first, last = _subject_of(tokens, mark, at_start, at_end, numbers)
    if subject is None:
        subject = _subject_before(tokens, mark, subjects)
    if subject is None:
        if dimension == "height":
            return Anchor(mark.first, mark.last, (BY_NAME["height"],))
        name = {"width": "plot width", "depth": "plot depth"}[dimension]
        known = any(other.value == "plot" for other in subjects)
        return Anchor(mark.first, mark.last, (Label(name, BY_NAME[name].field, _LENGTHS, 9.0),)) if known else Anchor(mark.first, mark.last, (_NOISE_LENGTH,))
    name = MEASURED[(subject, dimension)]
    label = _NOISE_LENGTH if name == "not ours" else BY_NAME[name]
    return Anchor(first, last, (label,))


def _subject_of(tokens: list[Token], mark: Mark, at_start: dict[int, Mark], at_end: dict[int, Mark], numbers: list[bool]) -> tuple[str | None, int, int]:
    """Return the thing named right before or after a dimension word, and the tokens that both take."""
    after = mark.last
    steps = 0
    strange = False
    while after < len(tokens) and steps < 5 and not numbers[after]:
        found = at_start.get(after)
        if strange and found is not None and found.value != "road":
            break
        if found is not None:
            if mark.value == "height" and found.value in ("road", "plot"):
                return None, mark.first, mark.last
            glued = "of" in (token.text for token in tokens[mark.last : after]) or after == mark.last
            return found.value, mark.first, found.last if glued else mark.last
        if tokens[after].text not in _FREE_SUBJECT:
            if mark.value != "width" or tokens[after].line or tokens[after].text in _STOPS or not (tokens[after].kind == WORD or tokens[after].text == "."):
                break
            strange = True  # "18 m wide Ring Road": only a road goes by a name
        after += 1
        steps += 1
    before = mark.first
    if before and tokens[before - 1].text == "s":
        before -= 1 + (before > 1 and tokens[before - 2].text == "'")
    found = at_end.get(before)
    if found is not None and not (before < mark.first and numbers[before]):
        if mark.value == "height" and found.value in ("road", "plot"):
            return None, mark.first, mark.last
        return found.value, found.first, mark.last
    return None, mark.first, mark.last


def _subject_before(tokens: list[Token], mark: Mark, subjects: list[Mark]) -> str | None:
    """Return the thing that the sentence speaks of before a dimension word, or None."""
    limit = max(0, mark.first - 18)
    stop = mark.first
    commas = 0
    while stop > limit:
        token = tokens[stop - 1]
        if token.text in HARD_STOPS or token.line or (token.text == "." and stop < len(tokens) and tokens[stop].gap):
            stop -= token.line and token.text not in HARD_STOPS and token.text != "."
            break
        commas += token.text == ","
        stop -= 1
    for subject in reversed(subjects):
        if subject.last <= mark.first and subject.first >= stop:
            if mark.value == "height" and subject.value in ("road", "plot", "margin", "staircase"):
                continue
            if mark.value == "height" and subject.value in ("floor", "stilt") and not _says_of(tokens, subject, mark):
                continue
            if mark.value == "depth" and subject.value == "road":
                continue
            between = sum(tokens[at].text == "," for at in range(subject.last, mark.first))
            if subject.value == "noise" and between:
                continue
            if subject.value in ("margin", "floor", "stilt") and mark.value != "height":
                continue
            return str(subject.value)
        if subject.first < stop:
            break
    return None


def _says_of(tokens: list[Token], subject: Mark, mark: Mark) -> bool:
    """Return whether a dimension is said of a thing right before it ("stilt is 2.4 m high")."""
    between = [token.text for token in tokens[subject.last : mark.first]]
    return len(between) <= 5 and "," not in between and not {"is", "are", "be", ":", "being", "of"}.isdisjoint(between)


def _distances(tokens: list[Token], quantities: list[Quantity], by_place: dict[tuple[int, int], Anchor], has_margin_noun: bool) -> None:
    """Add an anchor for "from", "away" and the like after a length: it is a distance to something."""
    for quantity in quantities:
        at = quantity.last
        if quantity.measures != LENGTH or at >= len(tokens):
            continue
        word = tokens[at].text
        if word in ("from", "away", "off", "radius", "distance", "far", "inside", "ahead", "beyond", "before", "after", "walk", "along"):
            nxt = tokens[at + 1].text if at + 1 < len(tokens) else ""
            nxt2 = tokens[at + 2].text if at + 2 < len(tokens) else ""
            if word == "along" or (
                word == "from"
                and (has_margin_noun or nxt in ("front", "side", "sides", "rear", "back", "all", "road") or nxt2 in ("front", "side", "sides", "rear"))
            ):
                continue
            by_place.setdefault((at, at + 1), Anchor(at, at + 1, (_DISTANCE,)))
        elif (
            word == "to"
            and at + 2 < len(tokens)
            and tokens[at + 1].text == "the"
            and tokens[at + 2].text in ("metro", "station", "railway", "north", "south", "east", "west", "airport", "river")
        ):
            by_place[(at, at + 1)] = Anchor(at, at + 1, (_DISTANCE,))


def _merge_sides(tokens: list[Token], anchors: list[Anchor], numbers: list[bool]) -> list[Anchor]:
    """Return the anchors with side words that stand together joined ("front, side and rear margins")."""
    merged: list[Anchor] = []
    for anchor in anchors:
        previous = merged[-1] if merged else None
        if previous is not None and previous.sides and (anchor.sides or _is_margin(anchor)):
            gap = range(previous.last, anchor.first)
            if (
                len(gap) <= 3
                and not any(numbers[at] for at in gap)
                and all(tokens[at].text in ("and", ",", "&", "/", "the", "as", "well", "or", "on", "+", "-", "(") for at in gap)
            ):
                if _is_margin(anchor):
                    previous.labels = (Label("side", previous.labels[0].field, _LENGTHS, 10.5, True),)
                else:
                    previous.sides += anchor.sides
                    previous.labels = (
                        Label(
                            "side",
                            previous.labels[0].field,
                            _LENGTHS,
                            max(previous.labels[0].weight, anchor.labels[0].weight),
                            previous.labels[0].plain or anchor.labels[0].plain,
                        ),
                    )
                previous.last = anchor.last
                continue
        if previous is not None and anchor.sides and _is_margin(previous):
            gap_words = [tokens[at].text for at in range(previous.last, anchor.first)]
            if (
                len(gap_words) <= 3
                and all(word in ("on", "at", "in", "(", ":", "-", "the", "for", "from", "=") for word in gap_words)
                and not any(numbers[at] for at in range(previous.last, anchor.first))
            ):
                anchor.first = previous.first
                anchor.labels = (Label("side", anchor.labels[0].field, _LENGTHS, 10.5, True),)
                merged[-1] = anchor
                continue
        merged.append(anchor)
    return merged


def _is_margin(anchor: Anchor) -> bool:
    return anchor.labels[0].name == "margin"


def match_roles(folded: str, tokens: list[Token], anchors: list[Anchor], quantities: list[Quantity]) -> list[Role]:
    """Return each quantity with the label that it goes with."""
    roles = [Role(quantity) for quantity in quantities]
    skipped = [0.0] * (len(tokens) + 1)
    for quantity in quantities:
        weight = 0.001 if quantity.replaced or quantity.measures == "other" else 3.0
        skipped[quantity.first] = weight
        for at in range(quantity.first + 1, quantity.last):
            skipped[at] = 0.001
    active = [role for role in roles if not role.quantity.replaced and role.quantity.measures != "other" and not role.quantity.forced]
    candidates = _candidates(folded, tokens, anchors, active, skipped)
    _best(active, candidates, anchors)
    return roles


def _candidates(folded: str, tokens: list[Token], anchors: list[Anchor], active: list[Role], skipped: list[float]) -> list[list[tuple[int, Label, float]]]:
    """Return for each number its candidates (index of the anchor, label, bond): the nearest on each side that takes its measure."""
    found: list[list[tuple[int, Label, float]]] = []
    starts = [anchor.first for anchor in anchors]
    for role in active:
        quantity = role.quantity
        options: list[tuple[int, Label, float]] = []
        middle = bisect.bisect_left(starts, quantity.first)
        for index in range(middle - 1, max(-1, middle - 5), -1):
            anchor = anchors[index]
            if quantity.first - anchor.last > REACH:
                break
            label = _label_for(anchor, quantity.measures)
            if label is None or anchor.last > quantity.first:
                continue
            bond = label.weight - _gap(folded, tokens, anchor.last, quantity.first, skipped, label, quantity, True)
            if bond > WEAKEST:
                options.append((index, label, bond))
                break
        for index in range(middle, min(len(anchors), middle + 4)):
            anchor = anchors[index]
            if anchor.first - quantity.last > REACH:
                break
            if anchor.first < quantity.last:
                continue
            label = _label_for(anchor, quantity.measures)
            if label is None:
                continue
            bond = label.weight - _gap(folded, tokens, quantity.last, anchor.first, skipped, label, quantity, False)
            if bond > WEAKEST:
                options.append((index, label, bond))
                break
        found.append(options)
    return found


def _gap(folded: str, tokens: list[Token], start: int, end: int, skipped: list[float], label: Label, quantity: Quantity, before: bool) -> float:
    """Return how much the words between a label and a number weaken their bond."""
    cost = 0.0
    keyed = False
    for at in range(start, end):
        token = tokens[at]
        text = token.text
        if (token.line or text in HARD_STOPS) and not (before and keyed and token.line):
            return 99.0
        if skipped[at]:
            cost += skipped[at]
        elif text in (":", "="):
            keyed = True
            cost -= 0.5
        elif text == ",":
            cost += 5.0 if label.field else 8.0
        elif text == ".":
            if at + 1 < len(tokens) and tokens[at + 1].gap and not (at and len(tokens[at - 1].text) <= 3 and before and at == start):
                return 99.0
        elif text in ("and", "&", "/"):
            cost += 3.5 if before else 2.5
        elif label.name == "side" and text in ("on", "at", "in"):
            cost += 0.3
        elif text in ("on", "with", "by", "in", "near", "plus", "+", "but", "while", "facing", "to", "from", "or"):
            cost += 1.0 if text in ("in", "facing", "to", "from") else 3.0 if before else 2.0
        elif text in CONNECTORS:
            cost += 0.15
        else:
            cost += 1.5
    if end < len(tokens) and tokens[end].line and not keyed:
        return 99.0
    if quantity.measures == PLAIN and (PLAIN not in label.accepts or not label.accepts.isdisjoint((AREA, LENGTH))) and label.name != "number":
        if quantity.words or not before:
            return 99.0
        if not keyed:
            cost += 3.0 if label.plain and end - start <= 2 else 4.0 if end - start <= 1 and label.name in ("road", "prescribed road") else 99.0
    if not before and label.name == "number":
        return 99.0
    if before and label.name in ("storeys", "units") and not keyed and end - start > 1 and label.name == "units":
        cost += 3.0
    return cost


@dataclass(frozen=True, slots=True)
class _Step:
    """One choice of a matching: the number, its anchor, and the choice before it."""

    at: int
    index: int
    label: Label
    bond: float
    before: _Step | None


def _best(active: list[Role], candidates: list[list[tuple[int, Label, float]]], anchors: list[Anchor]) -> None:
    """Settle the matching with the greatest sum of bonds; each label is used once.

    Anchors taken run in the order of the numbers, so the last one taken is all that the next choice depends on.
    """
    states: dict[int, tuple[float, _Step | None]] = {-1: (0.0, None)}
    for at, options in enumerate(candidates):
        following: dict[int, tuple[float, _Step | None]] = {}

        for taken, (score, back) in states.items():
            ways = [(taken, score, back)]
            for index, label, bond in options:
                if index > taken:
                    lead = 0.02 if anchors[index].first < active[at].quantity.first else 0.0
                    ways.append((index, score + bond + lead, _Step(at, index, label, bond, back)))
            for last, total, way in ways:
                if last not in following or total > following[last][0] + 1e-9:
                    following[last] = (total, way)
        states = dict(sorted(following.items(), key=lambda item: -item[1][0])[:5])
    _, back = max(states.values(), key=lambda state: state[0])
    while back is not None:
        role = active[back.at]
        role.anchor, role.label, role.bond = anchors[back.index], back.label, back.bond
        back = back.before
