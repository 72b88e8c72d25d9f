"""Numbers that share a label: lists ("9 m and 12 m roads", "front/side/rear 4.5/3/3 m") and corrections of an earlier number."""

from __future__ import annotations

import itertools

from compliance.reading.page import Page
from compliance.reading.roles import Role
from compliance.reading.units import LENGTH, PLAIN

_JOIN = frozenset({"and", "&", ",", "/", "a", "an", "the", "+", "-", "is", ":", "other", "another", "one", "by", "of", "m", "wide"})
_WHERE = frozenset("at|on|in|to|towards|along|its|back|rear|front|side|north|south|east|west|northern|southern|eastern|western".split("|"))
_CORNER = frozenset({"corner", "roads", "streets", "junction"})


def _between(page: Page, one: Role, two: Role) -> list[str]:
    return [token.text for token in page.tokens[one.quantity.last : two.quantity.first]]


def share_labels(page: Page, roles: list[Role]) -> None:
    """Let numbers of one list share a label: "9 m and 12 m roads", "front/side/rear 4.5/3/3 m", "sides 2 m and 3 m"."""
    live = [role for role in roles if not role.quantity.replaced]
    run: list[Role] = []
    for role in [*live, None]:
        if role is not None and role.quantity.measures in (LENGTH, PLAIN) and not role.quantity.words and run:
            gap = _between(page, run[-1], role)
            if 0 < len(gap) <= 3 and all(text in _JOIN for text in gap):
                run.append(role)
                continue
            if 0 < len(gap) <= 6 and _of_roads(run) and all(text in _JOIN or text in _WHERE for text in gap):
                run.append(role)
                continue
        _share_run(page, run)
        run = [role] if role is not None and role.quantity.measures in (LENGTH, PLAIN) and not role.quantity.words else []


def _of_roads(run: list[Role]) -> bool:
    """Return whether a list is one of roads, whose numbers may stand each with the place of its road."""
    return any(role.anchor is not None and role.anchor.plural for role in run)


def _share_run(page: Page, run: list[Role]) -> None:
    for role in run:
        if role.label is not None and role.anchor is not None and role.anchor.sides and not role.sides:
            role.sides = role.anchor.sides[0] if len(role.anchor.sides) == 1 else ("*",)
    if len(run) < 2:
        return
    for at, role in enumerate(run):
        anchor = role.anchor
        if anchor is None or role.label is None:
            continue
        before = anchor.last <= role.quantity.first
        free = run[at + 1 :] if before else run[:at][::-1]
        block: list[Role] = []
        for other in free:
            if other.label is not None:
                break
            block.append(other)
        if not block:
            continue
        unit = next((other.quantity.unit for other in [role, *block] if other.quantity.unit), None)
        if anchor.sides:
            ordered = [role, *block] if before else [*block[::-1], role]
            _deal(ordered, anchor.sides)
        elif (role.label.name == "road" and (anchor.plural or is_corner(page))) or (
            role.label.name in ("height", "storeys") and _is_list(page, [role, *block])
        ):
            for other in block:
                other.label, other.anchor, other.bond = role.label, anchor, 4.0
        else:
            continue
        for other in [role, *block]:
            if other.quantity.unit is None and unit is not None and other.label is not None:
                other.quantity.value *= unit.factor
                other.quantity.unit, other.quantity.measures = unit, LENGTH


def _deal(ordered: list[Role], sides: tuple[tuple[str, ...], ...]) -> None:
    """Deal a list of numbers to a list of sides, one each; or two numbers to the two sides."""
    label, anchor = next((role.label, role.anchor) for role in ordered if role.label is not None)
    if len(sides) == 1 and sides[0] == ("side_setback_m",) and len(ordered) == 2:
        sides = (("left",), ("right",))
    if len(sides) == 2 and len(ordered) > 2:
        ordered = ordered[:2]
    if len(sides) != len(ordered):
        return
    for role, names in zip(ordered, sides, strict=True):
        role.label, role.anchor, role.bond, role.sides = label, anchor, 8.0, names


def _is_list(page: Page, ordered: list[Role]) -> bool:
    """Return whether numbers are joined by "and" only, so that all of them say the same ("24, 30 and 36 m height")."""
    ordered = sorted(ordered, key=lambda role: role.quantity.first)
    gaps = [_between(page, one, two) for one, two in itertools.pairwise(ordered)]
    return any("and" in gap or "&" in gap for gap in gaps) and all(set(gap) <= {"and", "&", ","} for gap in gaps)


def is_corner(page: Page) -> bool:
    """Return whether the prompt speaks of a corner, or of several roads."""
    return not page.words.isdisjoint(_CORNER)


def inherit_corrections(page: Page, roles: list[Role]) -> None:
    """Give a number that corrects an earlier one the label of that one ("FSI 2.0, sorry 1.8"; "instead of" took the first back)."""
    last: Role | None = None
    for role in roles:
        quantity = role.quantity
        if quantity.replaced:
            continue
        if role.label is not None and not (quantity.corrects and last is not None and role.bond < 4):
            last = role
            continue
        if (
            quantity.corrects
            and last is not None
            and last.label is not None
            and quantity.first - last.quantity.last < 16
            and quantity.measures in (last.quantity.measures, PLAIN)
        ):
            if quantity.measures == PLAIN and last.quantity.unit is not None:
                quantity.value *= last.quantity.unit.factor
            role.label, role.anchor, role.bond, role.sides = last.label, None, 8.0, last.sides
