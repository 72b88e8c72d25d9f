"""Which number is what: every number is matched with the label that stands closest to it, before or after, within its clause.

A number has at most one candidate on each side: the nearest label that takes what the number measures. The matching with the
greatest sum of bonds wins, each label being used once, so that "9 m road 15 m height" and "road 9 m height 15 m" both read right.
"""

from __future__ import annotations

import bisect
from dataclasses import dataclass, field

from compliance.reading.anchors import Anchor
from compliance.reading.detail_words import COUNTED
from compliance.reading.labels import PAIR, Label
from compliance.reading.quantities import Quantity
from compliance.reading.tokens import Token
from compliance.reading.units import AREA, LENGTH, PERCENT, PLAIN
from compliance.reading.words import CONNECTORS, HARD_STOPS

REACH = 14
"""A label further than this many tokens away says nothing about a number."""
_STOREYS = frozenset({"floors", "floor", "storeys", "storey", "storied", "stories", "manzil", "majle", "majli"})
_ABBREVIATIONS = frozenset({"i", "e", "incl", "excl", "approx", "abt", "max", "min"})
WEAKEST = 3.2
"""A number and a label with a weaker bond do not belong together."""


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


def match_roles(folded: str, tokens: list[Token], anchors: list[Anchor], quantities: list[Quantity]) -> list[Role]:
    """Return each quantity with the label that it goes with."""
    roles = [Role(quantity) for quantity in quantities]
    skipped = [0.0] * (len(tokens) + 1)
    for quantity in quantities:
        weight = 0.001 if quantity.replaced or quantity.measures == "other" else 1.0 if quantity.measures == PERCENT else 3.0
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
            if tokens[anchor.first].text == "each" and anchor.first and skipped[anchor.first - 1]:
                continue  # "500 sq m each, together 1,000 sq m"
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
        elif text in (":", "=", ">"):
            keyed = True
            cost -= 0.5
        elif text == "," or (_is_spaced(tokens, at) and not (text == "-" and before and at == start and label.field)):
            cost += 5.0 if label.field else 8.0
        elif text == ".":
            if (
                at + 1 < len(tokens)
                and tokens[at + 1].gap
                and not (at and before and ((len(tokens[at - 1].text) <= 3 and at == start) or tokens[at - 1].text in _ABBREVIATIONS))
            ):
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
        odd = label.name == "road" and quantity.value != int(quantity.value)  # "13.40 road", as Mumbai's widths are written
        if quantity.words or (not before and not (start == end and (odd or (label.name == "side" and label.plain)))):
            return 99.0
        if not before:
            cost += 4.0  # "margins 4.5 front, 3 sides"
        elif not keyed:
            cost += 3.0 if label.plain and end - start <= 2 else 4.0 if end - start <= 1 and label.name in ("road", "prescribed road") else 99.0
    if label.name == "number" and (not before or (quantity.measures in (AREA, LENGTH, PAIR) and end > start)):
        return 99.0  # "survey says 2,430 sq m" is an area
    if before and not keyed and label.name in ("stilts", "podiums", "basements") and quantity.last < len(tokens) and tokens[quantity.last].text in _STOREYS:
        return 99.0  # "stilt 9 floors"
    if label.name == COUNTED and (not before or (not keyed and end - start > 2)):
        return 99.0
    if before and label.name in ("storeys", "units") and not keyed and end - start > 1 and label.name == "units":
        cost += 3.0
    return cost


def _is_spaced(tokens: list[Token], at: int) -> bool:
    """Return whether a token is a dash or slash with space on both sides, which parts things as a comma does."""
    return tokens[at].text in "-/" and tokens[at].gap and at + 1 < len(tokens) and tokens[at + 1].gap


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
