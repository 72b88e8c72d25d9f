"""From numbers with roles to one value a field: corrections win, the wider road of a corner, contradictions and ranges are asked."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from compliance.reading.codes import Page
from compliance.reading.quantities import Quantity
from compliance.reading.result import WIDTH_FIRST
from compliance.reading.roles import Role
from compliance.reading.units import AREA, ASK, LENGTH, PLAIN, unit_in
from compliance.reading.words import PAIR
from compliance.specs import round_number
from compliance.vocabulary import FIELDS

_JOIN = frozenset({"and", "&", ",", "/", "a", "an", "the", "+", "-", "is", ":", "other", "another", "one", "by", "of", "m", "wide"})
_CORNER = frozenset({"corner", "roads", "streets", "junction"})
WIDEST_BARE_SIDE = 15.0
_NOT_PROPOSED = frozenset(
    ("existing|old|neighbouring|neighboring|neighbour|adjacent|adjoining|nearby|opposite|surrounding|present|dilapidated|demolish|demolishing|former").split(
        "|"
    )
)


@dataclass(slots=True)
class Candidate:
    """One value that the prompt seems to state for a field.

    Attributes:
        value: in the field's unit.
        start: offset of its words.
        end: offset after them.
        strong: it stands beside a label of its own.
        corrects: it takes back earlier values.
        problem: why it cannot be used, or "".
        note: how it was read.
        firsthand: on a proposed or second road.
    """

    value: Any
    start: int
    end: int
    strong: bool = True
    corrects: bool = False
    problem: str = ""
    note: str | None = None
    hint: str = ""


@dataclass(slots=True)
class Choices:
    """The candidates of every field, in the order of the prompt, and the questions that came up."""

    fields: dict[str, list[Candidate]] = field(default_factory=dict)
    questions: list[tuple[str, str, int, int]] = field(default_factory=list)

    def add(self, name: str, candidate: Candidate) -> None:
        """Add a candidate for a field."""
        self.fields.setdefault(name, []).append(candidate)


def collect(page: Page, roles: list[Role], choices: Choices) -> None:
    """Add a candidate for every number that states a field."""
    _share(page, roles)
    _inherit_corrections(page, roles)
    sides = False
    for at, role in enumerate(roles):
        quantity = role.quantity
        if quantity.replaced or quantity.measures == "other":
            continue
        if role.sides:
            sides = True
            continue
        if quantity.forced:
            choices.add(quantity.forced, Candidate(quantity.value, quantity.start, quantity.end))
        elif role.label is None and quantity.measures == LENGTH and ((quantity.corrects and _of_building(page, quantity)) or _is_height(page, quantity)):
            choices.add("height_m", Candidate(quantity.value, quantity.start, quantity.end, quantity.corrects, quantity.corrects, quantity.problem))
        elif role.label is None:
            _alone(page, quantity, choices)
        elif role.label.field:
            _labelled(page, role, choices, roles, at)
    if sides:
        _margins(page, roles, choices)


def _is_height(page: Page, quantity: Quantity) -> bool:
    """Return whether a lone length is the building's height: "a 45 m tower", "a building of 24 m", "twelve storeys (36 m)"."""
    tokens = page.tokens
    after = [token.text for token in tokens[quantity.last : quantity.last + 3]]
    before = [token.text for token in tokens[max(0, quantity.first - 4) : quantity.first]]
    while after and after[0] in ("residential", "commercial", "office", "mixed", "hotel"):
        after.pop(0)
    if after[:1] and after[0] in ("building", "tower", "skyscraper", "highrise") and "line" not in after:
        return not before[-1:] or before[-1] in (
            "a",
            "an",
            "the",
            "this",
            "my",
            "our",
            ",",
            ".",
            ":",
            "proposed",
            "for",
            "propose",
            "is",
            "of",
            "approx",
            "about",
            "new",
            "build",
            "construct",
        )
    if before[-2:-1] and before[-2] in ("building", "tower") and before[-1] == "of":
        return True
    while before and before[-1] in ("about", "approx", "i", "e", ".", "say", "approximately", "total", "~", "="):
        before.pop()
    return (
        len(before) > 1 and before[-1] == "(" and (before[-2].startswith(("store", "stori", "floor", "storey")) or before[-2].isdigit()) and after[:1] == [")"]
    )


def _of_building(page: Page, quantity: Quantity) -> bool:
    """Return whether a corrected length without a label is said of the building ("lower the building from 30 m to 24 m")."""
    return any(token.text in ("building", "tower", "block", "structure") for token in page.tokens[max(0, quantity.first - 8) : quantity.first])


def _span(page: Page, role: Role) -> tuple[int, int]:
    """Return the place of a number with its label where they stand together, else of the number."""
    quantity = role.quantity
    if role.anchor is None or role.bond < 5:
        return quantity.start, quantity.end
    first, last = page.span(role.anchor.first, role.anchor.last)
    start, end = min(first, quantity.start), max(last, quantity.end)
    return (start, end) if end - start <= 80 else (quantity.start, quantity.end)


def _between(page: Page, one: Role, two: Role) -> list[str]:
    return [token.text for token in page.tokens[one.quantity.last : two.quantity.first]]


def _share(page: Page, roles: list[Role]) -> None:
    """Let numbers of one list share a label: "9 m and 12 m roads", "front/side/rear 4.5/3/3 m", "sides 2 m and 3 m"."""
    live = [role for role in roles if not role.quantity.replaced]
    run: list[Role] = []
    for role in [*live, None]:
        if role is not None and role.quantity.measures in (LENGTH, PLAIN) and not role.quantity.words and run:
            gap = _between(page, run[-1], role)
            if 0 < len(gap) <= 3 and all(text in _JOIN for text in gap):
                run.append(role)
                continue
        _share_run(page, run)
        run = [role] if role is not None and role.quantity.measures in (LENGTH, PLAIN) and not role.quantity.words else []


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
        elif (role.label.name == "road" and (anchor.plural or _is_corner(page))) or (role.label.name == "height" and _is_list(page, [role, *block])):
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


def _is_corner(page: Page) -> bool:
    return any(token.text in _CORNER for token in page.tokens)


def _inherit_corrections(page: Page, roles: list[Role]) -> None:
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


def _alone(page: Page, quantity: Quantity, choices: Choices) -> None:
    """Take a lone area for the plot's, and lone sides for the plot's sides."""
    if quantity.measures == ASK:
        text = page.text[quantity.start : quantity.end]
        choices.questions.append(
            ("plot_area_sq_m", f"'{text}' differs from district to district; how many square metres is the plot?", quantity.start, quantity.end)
        )
    elif quantity.measures == AREA:
        after = [token.text for token in page.tokens[quantity.last : quantity.last + 3]]
        before = [token.text for token in page.tokens[max(0, quantity.first - 4) : quantity.first]]
        net = "net" in after[:2] or before[-1:] == ["net"]
        if (
            before[-1:] == ["of"]
            and before[-2:-1]
            and before[-2]
            in (
                "building",
                "office",
                "bungalow",
                "house",
                "mall",
                "hospital",
                "space",
                "shed",
                "school",
                "hall",
                "home",
                "showroom",
                "floors",
                "storeys",
                "hotel",
                "factory",
                "warehouse",
            )
        ):
            return
        if after[:1] and after[0] in (
            "office",
            "offices",
            "showroom",
            "mall",
            "building",
            "shop",
            "warehouse",
            "hall",
            "house",
            "bungalow",
            "home",
            "floor",
            "space",
            "hotel",
            "hospital",
            "shed",
            "restaurant",
            "factory",
            "godown",
            "school",
            "villa",
            "penthouse",
            "supermarket",
            "store",
            "retail",
            "complex",
            "gym",
            "theatre",
            "duplex",
        ):
            return
        choices.add(
            "net_plot_area_sq_m" if net else "plot_area_sq_m",
            Candidate(quantity.value, quantity.start, quantity.end, False, quantity.corrects, quantity.problem),
        )
    elif quantity.measures == PAIR:
        _sides_of(page, quantity, "plot_width_m", "plot_depth_m", choices, (quantity.start, quantity.end), strong=False)


def _sides_of(page: Page, quantity: Quantity, width: str, depth: str, choices: Choices, place: tuple[int, int], strong: bool = True) -> None:
    if quantity.unit is None and not _all_metres(page):
        text = page.text[quantity.start : quantity.end]
        choices.questions.append((width, f"Is '{text}' in metres or in feet?", quantity.start, quantity.end))
        choices.questions.append((depth, f"Is '{text}' in metres or in feet?", quantity.start, quantity.end))
        return
    note = WIDTH_FIRST
    if quantity.unit is None:
        note += "; read in metres, like the other lengths"
    choices.add(width, Candidate(quantity.value, *place, strong, quantity.corrects, quantity.problem, note))
    choices.add(depth, Candidate(quantity.second, *place, strong, quantity.corrects, quantity.problem, note))


def _all_metres(page: Page) -> bool:
    return page.metric


def _labelled(page: Page, role: Role, choices: Choices, roles: list[Role], at: int) -> None:
    quantity, label = role.quantity, role.label
    if label is None:
        return
    place = _span(page, role)
    if quantity.measures == PAIR:
        if label.field == "plot_area_sq_m":
            _sides_of(page, quantity, "plot_width_m", "plot_depth_m", choices, place)
        elif label.field == "width_m":
            _sides_of(page, quantity, "width_m", "depth_m", choices, place)
        return
    name = label.field
    tokens = page.tokens
    if name in ("storeys", "height_m", "built_up_area_sq_m", "dwelling_units") and _is_existing(page, role):
        return
    after = [token.text for token in tokens[max(quantity.last, role.anchor.last if role.anchor else 0) :][:4]]
    if name in ("dwelling_units", "parking_spaces", "two_wheeler_spaces") and (
        after[:1] == ["per"]
        or after[:2] in (["on", "each"], ["on", "every"], ["in", "each"], ["for", "each"])
        or after[:1] in (["each"], ["every"])
        or after[:2] == ["a", "floor"]
    ):
        return
    if name == "built_up_area_sq_m" and after[:1] in (["per"], ["each"]):
        return
    if name == "plot_area_sq_m" and (after[:1] == ["net"] or after[:2] == ["(", "net"] or after[:3] == [")", "(", "net"]):
        name = "net_plot_area_sq_m"
    if name == "storeys" and role.anchor is not None and role.anchor.first >= quantity.last:
        following = after[:2]
        if following[:1] == ["height"] or following in (["to", "floor"],):
            return
    value: Any = quantity.value
    note = None
    if quantity.measures == PLAIN and LENGTH in label.accepts:
        value, note = _in_key_unit(page, role, LENGTH)
    elif quantity.measures == PLAIN and AREA in label.accepts:
        value, note = _in_key_unit(page, role, AREA)
    hint = ""
    if name == "abutting_road_width_m":
        near = {token.text for token in tokens[max(0, quantity.first - 3) : min(len(tokens), max(quantity.last, role.anchor.last if role.anchor else 0) + 3)]}
        hint = (
            "proposed"
            if near & {"proposed", "future", "widened", "widening", "prescribed"}
            else "existing"
            if near & {"existing", "present", "currently", "current", "actual"}
            else ""
        )
    choices.add(name, Candidate(value, *place, True, quantity.corrects, quantity.problem, note, hint))


def _in_key_unit(page: Page, role: Role, measure: str) -> tuple[float, str]:
    """Return a number without a unit of its own in the unit that its label names ("height (ft): 60"), else in metric units."""
    quantity = role.quantity
    if role.anchor is not None and role.anchor.last <= quantity.first:
        start = page.tokens[role.anchor.last - 1].end
        unit = unit_in(page.folded, start, quantity.start)
        if unit is not None and unit.measures == measure:
            return quantity.value * unit.factor, f"the label names the unit ({unit.name})"
    return quantity.value, f"no unit is written; read in {'metres' if measure == LENGTH else 'square metres'}"


_BESIDE = frozenset(("near", "beside", "behind", "opposite", "facing", "adjoining"))


def _stands_beside(page: Page, first: int) -> bool:
    """Return whether a number begins a thing beside the plot ("near a 60 m high tower", "next to the 45 m tall building")."""
    words = [token.text for token in page.tokens[max(0, first - 3) : first]]
    if words[-1:] not in (["a"], ["an"], ["the"]):
        return False
    return words[-2:-1] != [] and (words[-2] in _BESIDE or words[-3:-1] == ["next", "to"])


def _is_existing(page: Page, role: Role) -> bool:
    first = min(role.quantity.first, role.anchor.first if role.anchor else role.quantity.first)
    last = max(role.quantity.last, role.anchor.last if role.anchor else role.quantity.last)
    if _stands_beside(page, first):
        return True
    before: set[str] = set()
    for token in reversed(page.tokens[max(0, first - 3) : first]):
        if token.text in ",.;:":
            break  # "a water tank nearby, height 15 m": what stands nearby ends at the comma
        before.add(token.text)
    after = [token.text for token in page.tokens[last : last + 5]]
    return not before.isdisjoint(_NOT_PROPOSED) or "demolished" in after or (after[:1] == ["existing"]) or after[:2] == ["building", "nearby"]


def _margins(page: Page, roles: list[Role], choices: Choices) -> None:
    """Add the margins of all sides; of two different sides the smaller is the side margin."""
    pair: dict[str, Candidate] = {}
    for role in roles:
        if not role.sides or role.quantity.replaced or role.label is None:
            continue
        quantity = role.quantity
        if not role.label.plain and quantity.value > WIDEST_BARE_SIDE:
            continue  # "front 20 m" without the word margin is the plot's front
        value, note = (quantity.value, None) if quantity.measures == LENGTH else _in_key_unit(page, role, LENGTH)
        names = role.sides
        if names == ("*",) and role.anchor is not None:
            names = tuple(name for group in role.anchor.sides for name in group)
        for name in dict.fromkeys(names):
            candidate = Candidate(value, *_span(page, role), True, quantity.corrects, quantity.problem, note)
            if name in ("left", "right"):
                pair[name] = candidate
            else:
                choices.add(name, candidate)
    if len(pair) == 2:
        small, large = sorted(pair.values(), key=lambda candidate: float(candidate.value))
        small.note = "the smaller of the two sides"
        choices.add("side_setback_m", small)
        choices.add("other_side_setback_m", large)
    elif pair:
        choices.add("side_setback_m", next(iter(pair.values())))


def decide(page: Page, choices: Choices) -> dict[str, Candidate]:
    """Return the one value of each field that has one; the others become questions."""
    _settle_roads(page, choices)
    decided: dict[str, Candidate] = {}
    for name, candidates in choices.fields.items():
        chosen = _decide(page, name, candidates, choices)
        if chosen is not None:
            decided[name] = chosen
    return decided


def _settle_roads(page: Page, choices: Choices) -> None:
    """Of several roads take the widest of a corner plot; a proposed width beside an existing one is the prescribed width."""
    roads = choices.fields.get("abutting_road_width_m", [])
    if len(roads) < 2 or any(road.corrects or road.problem for road in roads):
        return
    proposed = [road for road in roads if road.hint == "proposed"]
    if proposed and len(proposed) < len(roads) and "prescribed_road_width_m" not in choices.fields:
        for road in proposed:
            roads.remove(road)
            choices.add("prescribed_road_width_m", road)
        if len(roads) < 2:
            return
    values = {round(float(road.value), 2) for road in roads}
    if len(values) > 1 and (_is_corner(page) or _second_road(page)):
        widest = max(roads, key=lambda road: float(road.value))
        widest.note = "the wider of the roads"
        choices.fields["abutting_road_width_m"] = [widest]


def _second_road(page: Page) -> bool:
    words = {token.text for token in page.tokens}
    return not words.isdisjoint({"side", "rear", "back", "other", "another", "second", "two", "both"})


def _decide(page: Page, name: str, candidates: list[Candidate], choices: Choices) -> Candidate | None:
    label = FIELDS[name].label
    strong = [candidate for candidate in candidates if candidate.strong] or candidates
    correcting = [candidate for candidate in strong if candidate.corrects]
    if correcting:
        strong = [correcting[-1]]
    for candidate in strong:
        text = page.text[candidate.start : candidate.end]
        if candidate.problem == "range":
            choices.questions.append((name, f"'{text}' is a range; which {label} is proposed?", candidate.start, candidate.end))
            return None
        if candidate.problem:
            what = {"negative": "is negative", "bound": "is only a bound"}.get(candidate.problem, "cannot be used")
            choices.questions.append((name, f"'{text}' {what}; what is the {label}?", candidate.start, candidate.end))
            return None
    first = strong[0]
    if any(not _same(first.value, other.value) for other in strong[1:]):
        texts = list(dict.fromkeys(page.text[candidate.start : candidate.end] for candidate in strong))
        start, end = strong[0].start, strong[0].end
        choices.questions.append((name, f"The prompt states more than one {label} ({'; '.join(texts[:4])}); which one holds?", start, end))
        return None
    return _sane(page, name, first, choices)


def _same(one: Any, two: Any) -> bool:
    return bool(abs(float(one) - float(two)) <= 0.002 * max(abs(float(one)), abs(float(two))))


def _sane(page: Page, name: str, candidate: Candidate, choices: Choices) -> Candidate | None:
    definition = FIELDS[name]
    value = round_number(float(candidate.value))
    text = page.text[candidate.start : candidate.end]
    ask: str | None = None
    if not definition.low <= value <= definition.high or (definition.positive and value <= 0):
        ask = f"'{text}' is not a possible {definition.label}; what is it?"
    elif definition.kind == "count" and value != int(value):
        ask = f"The {definition.label} '{text}' is not a whole number; what is it?"
    if ask is not None:
        choices.questions.append((name, ask, candidate.start, candidate.end))
        return None
    candidate.value = int(value) if definition.kind == "count" else value
    return candidate
