"""The mix of dwellings: "40 flats of 55 sq m carpet and 10 of 95", "20 2BHK of 60 sqm carpet"."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from compliance.reading.page import Page
from compliance.reading.quantities import Quantity
from compliance.reading.roles import Role
from compliance.reading.units import AREA, PLAIN
from compliance.specs import Item, round_number

_REACH = 10
_KINDS = {"carpet": "carpet_sq_m", "plinth": "plinth_sq_m"}
_BETWEEN = frozenset(
    (
        "flats|flat|units|unit|apartments|apartment|tenements|tenement|dwellings|dwelling|houses|homes|nos|no|.|of|with|having|each|carpet|plinth|area|areas|(|)|-|@|:|x|"
        "is|are|and|at|about|a|an|the|size|sized|rera|bhk|rk|bedroom|bed|1|2|3|4|5|,|studio|type|measuring|residential|ews|lig|mig|row|penthouses|in|to|be|approx"
    ).split("|")
)
_NAMES_OF_FLATS = frozenset({"flats", "flat", "units", "apartments", "tenements", "-", ":", "="})
_MOST_DWELLINGS = 100_000


@dataclass(slots=True)
class _Group:
    """One kind of dwelling: how many, the number that says so, and the area of one."""

    count: Quantity
    area: Quantity
    kind: str | None
    plain: bool


def dwelling_mix(page: Page, roles: list[Role]) -> tuple[list[Item], int, int] | None:
    """Return the dwelling mix that a prompt states with carpet or plinth areas, and its place, or None.

    Every group is a number of dwellings followed by the area of one of them; the first says whether carpet or plinth areas are meant.
    """
    groups: list[_Group] = []
    for at, role in enumerate(roles):
        area = role.quantity
        if area.problem or area.replaced or area.value <= 0 or (role.label is not None and role.label.field):
            continue
        bare = area.measures == PLAIN and bool(groups) and role.label is None
        if area.measures != AREA and not bare:
            continue
        count = _count_before(page, roles, at, bare)
        if count is None:
            continue
        kind = _kind(page, count, area)
        if not groups and kind is None:
            kind = _kind_ahead(page, area)
        if bare and (kind is not None or not _follows(page, groups[-1], count)):
            continue
        groups.append(_Group(count, area, kind, bare))
    return _items(groups)


def dwelling_total(page: Page, roles: list[Role]) -> tuple[int, int, int, tuple[float, ...]] | None:
    """Return the number of dwellings that counts before "2BHK" make together, its place and the counts ("10 1BHK and 20 2BHK flats")."""
    counts: list[Quantity] = []
    for one, two in itertools.pairwise(role.quantity for role in roles):
        between = [token.text for token in page.tokens[one.last : two.first]]
        if two.unit is None or two.unit.name != "bhk" or one.measures != PLAIN or one.problem or one.replaced or one.forced or one.value != int(one.value):
            continue
        if len(between) <= 2 and all(text in ("nos", "no", ".", "-", "x", "units", "flats", "of") for text in between) and one.value <= _MOST_DWELLINGS:
            counts.append(one)
    if not counts:
        counts = _counts_after(page, roles)
    if not counts:
        return None
    return int(sum(count.value for count in counts)), counts[0].start, counts[-1].end, tuple(count.value for count in counts)


def _counts_after(page: Page, roles: list[Role]) -> list[Quantity]:
    """Return the counts that stand after their kind ("2BHK flats 16 nos and 1BHK flats 8 nos")."""
    counts = []
    for one, two in itertools.pairwise(role.quantity for role in roles):
        if one.unit is None or one.unit.name != "bhk" or two.measures != PLAIN or two.problem or two.replaced or two.value != int(two.value):
            continue
        between = [token.text for token in page.tokens[one.last : two.first]]
        after = page.tokens[two.last].text if two.last < len(page.tokens) else ""
        if len(between) <= 2 and all(text in _NAMES_OF_FLATS for text in between) and after in ("nos", "no", "units", "flats") and two.value <= _MOST_DWELLINGS:
            counts.append(two)
    return counts


def _items(groups: list[_Group]) -> tuple[list[Item], int, int] | None:
    kind = next((group.kind for group in groups if group.kind is not None), None)
    if kind is None:
        return None
    items: list[Item] = []
    used: list[_Group] = []
    unit = 1.0
    for group in groups:
        if group.kind is None and not used:
            continue
        if group.area.unit is not None:
            unit = group.area.unit.factor
        kind = group.kind or kind
        items.append({"count": int(group.count.value), kind: round_number(group.area.value * (unit if group.plain else 1.0))})
        used.append(group)
    return items, used[0].count.start, used[-1].area.end


def _count_before(page: Page, roles: list[Role], at: int, bare: bool) -> Quantity | None:
    """Return the number of dwellings that an area belongs to: the nearest whole number before it, with only words of dwellings between."""
    area = roles[at].quantity
    for back in range(at - 1, max(-1, at - 4), -1):
        count, label = roles[back].quantity, roles[back].label
        if area.first - count.last > _REACH:
            return None
        if count.unit is not None and count.unit.name == "bhk":
            continue
        if (
            count.measures != PLAIN
            or count.problem
            or count.replaced
            or count.forced
            or count.value != int(count.value)
            or not 0 < count.value <= _MOST_DWELLINGS
        ):
            return None
        words = [token.text for token in page.tokens[count.last : area.first]]
        if any(token.line for token in page.tokens[count.last : area.first]) or not all(word in _BETWEEN for word in words):
            return None
        if label is not None and label.field not in ("dwelling_units", ""):
            return None
        dwellings = (label is not None and label.field == "dwelling_units") or "bhk" in words or "rk" in words or (label is None and words[:1] == ["of"])
        return count if dwellings and (not bare or words == ["of"]) else None
    return None


def _kind(page: Page, count: Quantity, area: Quantity) -> str | None:
    tokens = page.tokens
    after = tokens[area.last : area.last + 3]
    stop = next((step for step, token in enumerate(after) if token.text in ",.;" or token.line or token.value is not None), len(after))
    near = [token.text for token in (*tokens[count.last : area.first], *after[:stop])]
    return next((_KINDS[word] for word in near if word in _KINDS), None)


def _kind_ahead(page: Page, area: Quantity) -> str | None:
    """Return the kind that is said once for a list ("40 flats of 55 sq m and 10 of 95 sq m carpet")."""
    for token in page.tokens[area.last : area.last + 2 * _REACH]:
        if token.text in _KINDS:
            return _KINDS[token.text]
        if token.text in ".;" and token.gap is False:
            return None
    return None


def _follows(page: Page, group: _Group, count: Quantity) -> bool:
    """Return whether a count stands right after a group ("... and 10 of 95")."""
    between = [token.text for token in page.tokens[group.area.last : count.first]]
    return len(between) <= 5 and all(word in ("and", "&", ",", "plus", "+", "carpet", "plinth", "area", "each") for word in between)
