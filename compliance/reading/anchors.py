"""Labels in their places, ready to take numbers: each dimension word settled by the thing that it measures, side words joined."""

from __future__ import annotations

from dataclasses import dataclass

from compliance.reading.detail_words import DETAIL_SUBJECTS
from compliance.reading.labels import PAIR, Label
from compliance.reading.marks import Mark
from compliance.reading.quantities import Quantity
from compliance.reading.tokens import NUMBER, WORD, Token
from compliance.reading.units import AREA, LENGTH, PERCENT, PLAIN
from compliance.reading.words import BY_NAME, HARD_STOPS, MARGIN_NOUNS, MEASURED, SIDES

_NOISE_LENGTH = Label("not ours", "", frozenset({LENGTH, PAIR, PLAIN}), 10.5)
_DISTANCE = Label("distance", "", frozenset({LENGTH, AREA}), 9.5)
_LENGTHS = frozenset({LENGTH, PLAIN})
_ROADS = frozenset({"road", "internal road", "access"})
_PARTS = frozenset(DETAIL_SUBJECTS.values()) - _ROADS
_MEASURES = frozenset("m|mt|mts|mtr|mtrs|metre|metres|meter|meters|ft|feet|wide|width|and|x|is|of|long|in|:|-".split("|"))
_STOPS = frozenset("and|with|on|in|at|by|to|from|near|but|or|is|are|was|has|have|plus|while|deep|long|high|tall".split("|"))
_BEFORE_WIDENING = frozenset("to|be|being|going|proposed|planned|any|further|future|road|the|a|dp".split("|"))
_SPACES = frozenset({"open space", "recreational", "amenity"})
_OTHER_THINGS = ("floor", "floors", "storeys", "levels", "building", "buildings", "plot", "plots", "wing", "wings", "tower", "flats", "units", "shops", "rooms")
_PARTING = frozenset({",", "/", "-"})
_BUILDS = frozenset({"build", "construct", "constructing", "erect"})
_FREE_SUBJECT = frozenset(
    (
        "of|the|our|its|this|each|every|for|my|a|an|that|proposed|new|main|whole|all|public|existing|dp|tp|access|"
        "approach|abutting|internal|open|clear|residential|commercial|typical|municipal|concrete|tar|industrial"
    ).split("|")
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
    has_margin_noun = not MARGIN_NOUNS.isdisjoint(words) or not words.isdisjoint(("open", "leave", "leaving", "left", "backs"))
    by_place: dict[tuple[int, int], Anchor] = {}
    after_percent = {quantity.last for quantity in quantities if quantity.measures == PERCENT}  # "10% open space" has its number
    dimensions = {mark.first: mark for mark in marks if mark.kind == "dimension"}
    dimension_places = {(mark.first, mark.last) for mark in dimensions.values()}
    for mark in marks:
        if numbers[mark.first] and mark.kind != "label":
            continue
        if mark.kind == "dimension":
            anchor = _dimension(tokens, mark, at_start, at_end, subjects, dimensions, numbers)
            if anchor is not None:
                by_place[(mark.first, mark.last)] = anchor
        elif mark.kind == "label" and (mark.first, mark.last) not in dimension_places:
            labels = tuple(label for label in mark.value if label.name != "height" or mark.last - mark.first > 1 or not _noise_before(tokens, mark, at_end))
            if (
                labels
                and not _far_away(tokens, mark, labels)
                and not _says_where(tokens, mark)
                and not _is_tally(tokens, mark)
                and not _denied_widening(tokens, mark, labels)
                and not (
                    mark.first
                    and (
                        tokens[mark.first - 1].text == "same" or (mark.first in after_percent and not _goes_on(tokens, mark.last) and labels[0].name in _SPACES)
                    )
                )
            ):
                by_place.setdefault((mark.first, mark.last), Anchor(mark.first, mark.last, labels, plural=tokens[mark.last - 1].text in ("roads", "streets")))
        elif mark.kind == "side":
            if mark.last - mark.first > 1 and tokens[mark.last - 1].kind == NUMBER and not _goes_on(tokens, mark.last):
                mark = Mark("side", SIDES[tokens[mark.first].text], mark.first, mark.first + 1)  # "side 2 m" and not "side 2: 3 m"
            fields, noun = mark.value
            if not noun and (_part_of_road(tokens, mark) or (tokens[mark.first].text == "from" and not has_margin_noun)):
                continue
            weight = 10.5 if noun else 9.0 if has_margin_noun else 8.0
            label = Label("side", fields[0], _LENGTHS, weight, noun or has_margin_noun)
            existing = by_place.get((mark.first, mark.last))
            if existing is None or noun or (has_margin_noun and _goes_on(tokens, mark.last)):
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


def _goes_on(tokens: list[Token], at: int) -> bool:
    """Return whether a number stands at a token, over ":", "=" and the like, or the word margin."""
    while at < len(tokens) and tokens[at].text in (":", "=", "-", "is", "of", "margin", "setback"):
        at += 1
    return at < len(tokens) and tokens[at].kind == NUMBER


def _part_of_road(tokens: list[Token], mark: Mark) -> bool:
    """Return whether a side word only says where a road is ("road in front", "front of the plot")."""
    after = [token.text for token in tokens[mark.last : mark.last + 2]]
    if after[:1] == ["of"] or (
        after[:1]
        and after[0] in ("road", "roads", "facing", "door", "elevation", "portion", "entrance", "entry", "yard", "by", "parking", "open", *_OTHER_THINGS)
    ):
        return after[0] != "open"
    if _lists_roads(tokens, mark.first):
        return True
    for token in reversed(tokens[max(0, mark.first - 4) : mark.first]):
        if token.text in ("road", "rd", "street", "lane", "roads", "rasta", "highway"):
            return True
        if token.kind == NUMBER or token.text in HARD_STOPS or token.text in MARGIN_NOUNS:
            return False
    return False


def _lists_roads(tokens: list[Token], at: int) -> bool:
    """Return whether a sentence lists several roads by where they are ("two roads: 9 m at the back and 18 m at the front")."""
    if not at or tokens[at - 1].text not in ("at", "on", "in", "the", "from", "to"):
        return False
    for back in range(at - 1, max(-1, at - 16), -1):
        token = tokens[back]
        if token.text in ("roads", "streets"):
            return True
        if token.text in HARD_STOPS or token.text in MARGIN_NOUNS or token.line or (token.text == "." and back + 1 < at and tokens[back + 1].gap):
            return False
    return False


def _denied_widening(tokens: list[Token], mark: Mark, labels: tuple[Label, ...]) -> bool:
    """Return whether a road's widening is named only to say that there is none ("no widening of the 7.5 m road"), or is none of a road."""
    if all(label.name != "prescribed road" for label in labels):
        return False
    if tokens[mark.last - 1].text in ("become", "becomes"):  # only a road widens: "the height becomes 24 m"
        return not any(token.text in ("road", "street", "lane", "dp") for token in tokens[max(0, mark.first - 12) : mark.first])
    for token in reversed(tokens[max(0, mark.first - 4) : mark.first]):
        if token.text in ("no", "not", "without", "never"):
            return True
        if token.text not in _BEFORE_WIDENING:
            return False
    return False


def _far_away(tokens: list[Token], mark: Mark, labels: tuple[Label, ...]) -> bool:
    """Return whether "far" is a distance and not the floor area ratio."""
    if tokens[mark.first].text != "far" or mark.last - mark.first > 1:
        return False
    after = tokens[mark.last].text if mark.last < len(tokens) else ""
    before = tokens[mark.first - 1].text if mark.first else ""
    return after in ("from", "away", "off", "as", "end", "side", "more", "too") or before in ("not", "how", "too", "so", "as", "very", "by", "m", "thus")


def _says_where(tokens: list[Token], mark: Mark) -> bool:
    """Return whether "commercial area" says where the plot is ("in a commercial area") and not how large the shops are."""
    at = mark.first
    if tokens[mark.last - 1].text != "area" or tokens[at].text not in ("commercial", "shopping", "office"):
        return False
    if at and tokens[at - 1].text in ("a", "the"):
        at -= 1
    return at > 0 and tokens[at - 1].text in ("in", "within", "near", "inside")


def _is_tally(tokens: list[Token], mark: Mark) -> bool:
    """Return whether "nos" ends a count ("2 nos 1.2 m wide") and begins no number of a list."""
    return tokens[mark.first].text == "nos" and mark.first > 0 and tokens[mark.first - 1].kind == NUMBER


def _noise_before(tokens: list[Token], mark: Mark, at_end: dict[int, Mark]) -> bool:
    subject = at_end.get(mark.first)
    return subject is not None and subject.value == "noise"


def _dimension(
    tokens: list[Token],
    mark: Mark,
    at_start: dict[int, Mark],
    at_end: dict[int, Mark],
    subjects: list[Mark],
    dimensions: dict[int, Mark],
    numbers: list[bool],
) -> Anchor | None:
    """Return the anchor of a dimension word: "<thing> height", "height of <thing>", "12 m high <thing>", "the <thing> is 12 m high"."""
    dimension = mark.value
    if (
        dimension == "height"
        and mark.last < len(tokens)
        and tokens[mark.last].text == "each"
        and all(other.value == "noise" for other in subjects if other.value in ("noise", "building") and other.last <= mark.first)
    ):
        return Anchor(mark.first, mark.last, (_NOISE_LENGTH,))  # "trees, 20 m high each"
    subject, first, last = _subject_of(tokens, mark, at_start, at_end, numbers)
    if subject is None:
        partner = _partner(tokens, mark, dimensions, numbers)
        if partner is not None:
            subject = _subject_of(tokens, partner, at_start, at_end, numbers)[0]
    if subject is None and dimension != "height" and _is_built(tokens, mark):
        subject = "building"
    if subject is None:
        subject = _subject_before(tokens, mark, subjects)
    if subject is None:
        if dimension == "height":
            return Anchor(mark.first, mark.last, (BY_NAME["height"],))
        name = {"width": "plot width", "depth": "plot depth"}[dimension]
        known = any(other.value == "plot" for other in subjects) or any(token.text == "frontage" for token in tokens[max(0, mark.first - 18) : mark.first])
        return Anchor(mark.first, mark.last, (Label(name, BY_NAME[name].field, _LENGTHS, 9.0),)) if known else Anchor(mark.first, mark.last, (_NOISE_LENGTH,))
    name = MEASURED[(subject, dimension)]
    label = _NOISE_LENGTH if name == "not ours" else BY_NAME[name]
    return Anchor(first, last, (label,))


def _subject_of(tokens: list[Token], mark: Mark, at_start: dict[int, Mark], at_end: dict[int, Mark], numbers: list[bool]) -> tuple[str | None, int, int]:
    """Return the thing named right before or after a dimension word, and the tokens that both take."""
    after = mark.last
    steps = 0
    strange = False
    while after < len(tokens) and steps < 5 and not numbers[after] and not (tokens[after].line and mark.value == "depth"):
        found = at_start.get(after)
        if strange and found is not None and found.value not in _ROADS:
            break
        if found is not None:
            if mark.value == "height" and (found.value in _ROADS or found.value == "plot"):
                return None, mark.first, mark.last
            if mark.value == "depth" and found.value in _ROADS and numbers[found.last]:
                break  # "24 m deep road 9 m"
            glued = "of" in (token.text for token in tokens[mark.last : after]) or after == mark.last
            return found.value, mark.first, found.last if glued else mark.last
        if tokens[after].text not in _FREE_SUBJECT:
            if mark.value != "width" or tokens[after].line or tokens[after].text in _STOPS or not (tokens[after].kind == WORD or tokens[after].text == "."):
                break
            strange = True  # "18 m wide Ring Road": only a road goes by a name
        after += 1
        steps += 1
    if tokens[mark.first].line:
        return None, mark.first, mark.last
    before = mark.first
    if before and tokens[before - 1].text == "s":
        before -= 1 + (before > 1 and tokens[before - 2].text == "'")
    found = at_end.get(before)
    if found is not None and not (before < mark.first and numbers[before]):
        if mark.value == "height" and (found.value in _ROADS or found.value == "plot"):
            return None, mark.first, mark.last
        return found.value, found.first, mark.last
    return None, mark.first, mark.last


def _partner(tokens: list[Token], mark: Mark, dimensions: dict[int, Mark], numbers: list[bool]) -> Mark | None:
    """Return the second dimension of "16 m wide and 24 m deep tower", whose thing is the first one's too, or None."""
    at = mark.last
    while at < len(tokens) and at < mark.last + 2 and tokens[at].text in ("and", "x", "by", "*", "&"):
        at += 1
    if at == mark.last or at >= len(tokens) or not numbers[at]:
        return None
    while numbers[at]:
        at += 1
    return dimensions.get(at)


def _is_built(tokens: list[Token], mark: Mark) -> bool:
    """Return whether what has the dimension is said to be built ("we will build 16 m wide and 24 m deep")."""
    for token in reversed(tokens[max(0, mark.first - 9) : mark.first]):
        if token.text in _BUILDS:
            return True
        if token.kind != NUMBER and token.text not in _MEASURES:
            return False
    return False


def _subject_before(tokens: list[Token], mark: Mark, subjects: list[Mark]) -> str | None:
    """Return the thing that the sentence speaks of before a dimension word, or None."""
    if tokens[mark.first].line and mark.value == "height":
        return None
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
            if mark.value == "height" and (subject.value in _ROADS or subject.value in ("plot", "margin", "staircase")):
                continue
            if mark.value == "height" and subject.value in ("floor", "stilt") and not _says_of(tokens, subject, mark):
                continue
            if mark.value == "depth" and subject.value in _ROADS and not (subject.value != "road" and _is_long(tokens, subject, mark)):
                continue
            if subject.value in _PARTS and (
                mark.value != "height" or mark.first - subject.last > 4 or any(token.text in _PARTING for token in tokens[subject.last : mark.first])
            ):
                continue
            between = any(tokens[at].text in _PARTING for at in range(subject.last, mark.first))
            if subject.value == "noise" and between:
                continue
            if subject.value in ("margin", "floor", "stilt") and mark.value != "height":
                continue
            return str(subject.value)
        if subject.first < stop:
            break
    return None


def _is_long(tokens: list[Token], subject: Mark, mark: Mark) -> bool:
    """Return whether a length is said of an internal road or an access right before it ("internal road 9 m wide, 120 m long")."""
    between = tokens[subject.last : mark.first]
    if subject.value == "access" and "," in (token.text for token in between) and "wide" not in (token.text for token in between):
        return False  # "9 m approach road, 30 m long": the plot may be meant
    return len(between) <= 8 and all(token.kind == NUMBER or token.text in _MEASURES or token.text == "," for token in between)


def _says_of(tokens: list[Token], subject: Mark, mark: Mark) -> bool:
    """Return whether a dimension is said of a thing right before it ("stilt is 2.4 m high")."""
    between = [token.text for token in tokens[subject.last : mark.first]]
    if tokens[mark.first].line:
        return False
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
