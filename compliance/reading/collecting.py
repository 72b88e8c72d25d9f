"""From numbers with roles to candidates of fields: labelled numbers, lone areas and sides, margins; what stands beside the plot is left out."""

from __future__ import annotations

import re
from typing import Any

from compliance.reading.ancillary import WHOLE, ancillary_after
from compliance.reading.choosing import Candidate, Choices
from compliance.reading.counts import fits
from compliance.reading.distances import is_of_neighbour
from compliance.reading.labels import PAIR
from compliance.reading.page import Page
from compliance.reading.quantities import Quantity
from compliance.reading.result import WIDTH_FIRST
from compliance.reading.roles import Role
from compliance.reading.sharing import inherit_corrections, share_labels
from compliance.reading.tokens import NUMBER, Token
from compliance.reading.units import AREA, ASK, LENGTH, PLAIN, unit_in
from compliance.reading.uses import NEAR

WIDEST_BARE_SIDE = 15.0
LOW_STOREY, HIGH_STOREY = 2.6, 6.0
_STOREYS = re.compile(
    r"(?:(?<![\d.+])(?P<named>\d{1,3})[ -]?(?:storeys?|stories|storied|storeyed|floors?)|\b(?:g|gr|ground|stilt|st|s|p|hp) ?\+ ?(?P<upper>\d{1,3})(?: floors?| storeys?)?)(?: \(?[a-z]{3,12}\)?){0,2}(?:[,;.] | [/-] |[ ]?\n[ ]?)$"
)
_WITH_A_PLOT = frozenset({"abutting_road_width_m", "height_m"})
_PLOTS = frozenset({"plot_area_sq_m", "net_plot_area_sq_m", "plot_width_m"})
SMALLEST_BARE_PLOT = 100
LARGEST_FOOTPRINT = 0.8
_ENDS = frozenset(",.;)\n")
_NOT_PROPOSED = frozenset(
    ("existing|old|neighbouring|neighboring|neighbour|adjacent|adjoining|nearby|opposite|surrounding|present|dilapidated|demolish|demolishing|former").split(
        "|"
    )
)
_BEFORE_HEIGHT = frozenset("a|an|the|this|my|our|,|.|:|proposed|for|propose|is|of|approx|about|new|build|construct".split("|"))
_BUILDINGS_OF = frozenset(
    ("building|office|bungalow|house|mall|hospital|space|shed|school|hall|home|showroom|floors|storeys|hotel|factory|warehouse").split("|")
)
_ROOMS_AND_BUILDINGS = frozenset(
    (
        "office|offices|showroom|mall|building|shop|warehouse|hall|house|bungalow|home|floor|space|hotel|hospital|shed|"
        "restaurant|factory|godown|school|villa|penthouse|supermarket|store|retail|complex|gym|theatre|duplex"
    ).split("|")
)
_SINGLE_VALUES = frozenset({"fsi", "height_m", "storeys", "plot_area_sq_m", "ground_coverage_percent"})
_LAND_UNITS = frozenset({"acre", "hectare", "guntha", "are"})
_WHOLE_BUILDINGS = frozenset("office|mall|building|house|bungalow|hotel|hospital|school|factory|warehouse|godown|shed|villa|duplex|complex".split("|"))
_SIZED = frozenset({"storeys", "height_m", "fsi"})
_HIGH = frozenset("hotel|hospital|mall|school|block|complex|house|bungalow|shed|warehouse|factory|apartment|structure".split("|"))
_ROADS = frozenset({"abutting_road_width_m", "prescribed_road_width_m"})
_ON_THE_WAY = frozenset("is|lies|runs|at|about|some|which|located|situated|m|mt|mtr|metres|meters|km|not|too".split("|"))
_TALL = frozenset({"building", "tower", "block", "wing", "bldg"})
_OF_BUILDING = frozenset("is|of|:|=|-|will|be|at|about|only".split("|"))
_BESIDE = frozenset(("near", "beside", "behind", "opposite", "facing", "adjoining"))


def collect(page: Page, roles: list[Role], choices: Choices) -> None:
    """Add a candidate for every number that states a field."""
    share_labels(page, roles)
    inherit_corrections(page, roles)
    sides = False
    for at, role in enumerate(roles):
        quantity = role.quantity
        if quantity.replaced or quantity.measures == "other":
            continue
        if role.sides:
            sides = True
            continue
        if quantity.forced:
            choices.add(quantity.forced, Candidate(quantity.value, quantity.start, quantity.end, note=quantity.note))
        elif role.label is None and quantity.measures == LENGTH and ((quantity.corrects and _of_building(page, quantity)) or _is_height(page, quantity)):
            strong = quantity.corrects or _is_said_of_building(page, quantity)
            choices.add("height_m", Candidate(quantity.value, quantity.start, quantity.end, strong, quantity.corrects, quantity.problem))
        elif role.label is None and quantity.measures == LENGTH and not _ROADS.isdisjoint(choices.fields) and _is_present(page, quantity):
            choices.add(
                "abutting_road_width_m",
                Candidate(quantity.value, quantity.start, quantity.end, problem=quantity.problem, note="the road at present", hint="existing"),
            )
        elif role.label is None:
            _alone(page, quantity, choices)
        elif role.label.field:
            _labelled(page, role, choices, roles, at)
    if sides:
        _margins(page, roles, choices)
    _bare_plot(page, roles, choices)
    _plot_of_building(page, roles, choices)
    _settle_lone_sides(choices)


def _settle_lone_sides(choices: Choices) -> None:
    """Take sides without a label for the building's where they make far less than the plot's stated area ("2 acres; a hall, 30 by 45 m")."""
    fields = choices.fields
    widths, depths, areas = (fields.get(name, []) for name in ("plot_width_m", "plot_depth_m", "plot_area_sq_m"))
    if len(widths) != 1 or len(depths) != 1 or len(areas) != 1 or widths[0].strong or depths[0].strong or not {"width_m", "depth_m"}.isdisjoint(fields):
        return
    if float(widths[0].value) * float(depths[0].value) < LARGEST_FOOTPRINT * float(areas[0].value):
        fields["width_m"], fields["depth_m"] = fields.pop("plot_width_m"), fields.pop("plot_depth_m")


def _plot_of_building(page: Page, roles: list[Role], choices: Choices) -> None:
    """Read "1500 sqm office 20 floors, road 30 m" as the plot's area where it is the only area: what is built is told in floors or metres."""
    areas = [role.quantity for role in roles if role.quantity.measures == AREA and not role.quantity.replaced]
    if len(areas) != 1 or not _PLOTS.isdisjoint(choices.fields) or "built_up_area_sq_m" in choices.fields or areas[0].problem:
        return
    after = _same_line(page.tokens, areas[0].last, 1)
    stands = next(role for role in roles if role.quantity is areas[0]).label is None
    if stands and after and after[0] in _WHOLE_BUILDINGS and "abutting_road_width_m" in choices.fields and not _SIZED.isdisjoint(choices.fields):
        choices.add("plot_area_sq_m", Candidate(areas[0].value, areas[0].start, areas[0].end, False))


def _bare_plot(page: Page, roles: list[Role], choices: Choices) -> None:
    """Read "plot 1200 road 13.4 height 44.9" as an area: where no number has a unit, a large one after "plot" is no plot's number."""
    if not set(choices.fields) >= _WITH_A_PLOT or not _PLOTS.isdisjoint(choices.fields):
        return
    if any(role.quantity.measures in (LENGTH, AREA, PAIR) and role.quantity.unit is not None for role in roles):
        return
    for role in roles:
        quantity = role.quantity
        before = page.tokens[quantity.first - 1].text if quantity.first else ""
        if role.label is None and quantity.measures == PLAIN and before in ("plot", "site") and quantity.value >= SMALLEST_BARE_PLOT:
            note = "no unit is written; read in square metres"
            choices.add("plot_area_sq_m", Candidate(quantity.value, quantity.start, quantity.end, False, problem=quantity.problem, note=note))
            return


def _is_present(page: Page, quantity: Quantity) -> bool:
    """Return whether a lone length is what a road measures now ("the road after widening will be 12 m, at present 9 m")."""
    before = [token.text for token in page.tokens[max(0, quantity.first - 3) : quantity.first]]
    if before[-1:] == ["only"]:
        before.pop()
    return bool(before) and before[-1] in ("present", "presently", "currently", "existing")


def _is_height(page: Page, quantity: Quantity) -> bool:
    """Return whether a lone length is the building's height: "a 45 m tower", "a building of 24 m", "twelve storeys (36 m)"."""
    tokens = page.tokens
    after = [token.text for token in tokens[quantity.last : quantity.last + 3]]
    if quantity.last < len(tokens) and tokens[quantity.last].line:
        after = []
    before = [token.text for token in tokens[max(0, quantity.first - 4) : quantity.first]]
    if after[:1] and after[0] in _HIGH and before[-1:] in (["a"], ["an"], [","]):
        return True
    while after and after[0] in ("residential", "commercial", "office", "mixed", "hotel"):
        after.pop(0)
    if after[:1] and (after[0] in ("building", "tower", "skyscraper", "highrise")) and "line" not in after:
        return not before[-1:] or before[-1] in _BEFORE_HEIGHT
    if (not after or after[0] in _ENDS or after[0] == "and" or before[-1:] == ["of"]) and _is_said_of_building(page, quantity):
        return True
    if (
        (before[-1:] in ([","], [";"], ["."], ["/"], ["-"]) or page.tokens[quantity.first].line)
        and _fits_storeys(page, quantity)
        and (not after or after[0] in _ENDS)
    ):
        return True
    while before and before[-1] in ("about", "approx", "i", "e", ".", "say", "approximately", "total", "~", "="):
        before.pop()
    return (
        len(before) > 1 and before[-1] == "(" and (before[-2].startswith(("store", "stori", "floor", "storey")) or before[-2].isdigit()) and after[:1] == [")"]
    )


def _is_said_of_building(page: Page, quantity: Quantity) -> bool:
    """Return whether a length stands right after the building that it is said of ("new tower 63 m", "building B is 36 m")."""
    before = [token.text for token in page.tokens[max(0, quantity.first - 7) : quantity.first]]
    while before and before[-1] in _OF_BUILDING:
        before.pop()
    if before[-2:-1] and before[-2] in _TALL and len(before[-1]) == 1 and before[-1].isalnum():
        before.pop()
    if before[-1:] and before[-1] in ("ours", "propose", "exactly"):
        return not page.words.isdisjoint(("height", "high", "tall"))
    if not before or before.pop() not in _TALL:
        return False
    while before and before[-1] in ("the", "a", "an", "to", "of", "residential", "commercial", "tall", "high"):
        before.pop()
    return not before or before[-1] not in NEAR


def _fits_storeys(page: Page, quantity: Quantity) -> bool:
    """Return whether a length right after a number of storeys is what so many storeys measure ("40 storeys, 130 m", "G+7, 24 m")."""
    match = _STOREYS.search(page.folded, max(0, quantity.start - 40), quantity.start)
    if match is None:
        return False
    storeys = int(match["named"] or int(match["upper"]) + 1)
    return LOW_STOREY * storeys <= quantity.value <= HIGH_STOREY * storeys


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


def _alone(page: Page, quantity: Quantity, choices: Choices) -> None:
    """Take a lone area for the plot's, and lone sides for the plot's sides."""
    if quantity.measures == ASK:
        text = page.text[quantity.start : quantity.end]
        choices.questions.append(
            ("plot_area_sq_m", f"'{text}' differs from district to district; how many square metres is the plot?", quantity.start, quantity.end)
        )
    elif quantity.measures == AREA:
        after = _same_line(page.tokens, quantity.last, 3)
        before = [token.text for token in page.tokens[max(0, quantity.first - 4) : quantity.first]]
        net = "net" in after[:2] or before[-1:] == ["net"]
        if before[-1:] == ["of"] and before[-2:-1] and before[-2] in _BUILDINGS_OF:
            return
        land = (quantity.unit is not None and quantity.unit.name in _LAND_UNITS) or page.text[quantity.end - 1] == "."
        if after[:1] and ((after[0] in _ROOMS_AND_BUILDINGS and not land) or after[0] == "each"):
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


def _begins_near(page: Page, role: Role) -> bool:
    """Return whether a road is only said to be near ("near the 36 m ring road")."""
    first = min(role.quantity.first, role.anchor.first if role.anchor else role.quantity.first)
    before = [token.text for token in page.tokens[max(0, first - 2) : first]]
    while before and before[-1] in ("the", "a"):
        before.pop()
    return before[-1:] == ["near"]


def _is_distant(page: Page, role: Role) -> bool:
    """Return whether a road is said to lie away from the plot ("an 18 m highway is 200 m away")."""
    last = max(role.quantity.last, role.anchor.last if role.anchor else 0)
    for token in page.tokens[last : last + 6]:
        if token.text in ("away", "far", "nearby"):
            return True
        if token.line or not (token.kind == NUMBER or token.text in _ON_THE_WAY):
            return False
    return False


def _is_least(page: Page, role: Role) -> bool:
    """Return whether a number is only a bound ("at least 15 m high", "not above 18 m")."""
    first = role.quantity.first
    before = [token.text for token in page.tokens[max(0, first - 2) : first]]
    return before in (["at", "least"], ["at", "most"])


def _same_line(tokens: list[Token], at: int, most: int) -> list[str]:
    """Return the words from a token on, up to the end of its line."""
    texts: list[str] = []
    for token in tokens[at : at + most]:
        if token.line:
            break
        texts.append(token.text)
    return texts


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
    after = _same_line(tokens, max(quantity.last, role.anchor.last if role.anchor else 0), 4)
    if name in ("dwelling_units", "parking_spaces", "two_wheeler_spaces") and (
        after[:1] == ["per"]
        or after[:2] in (["on", "each"], ["on", "every"], ["in", "each"], ["for", "each"])
        or after[:1] in (["each"], ["every"])
        or after[:2] == ["a", "floor"]
    ):
        return
    if name in ("built_up_area_sq_m", "commercial_area_sq_m", "carpet_area_sq_m") and (
        after[:1] in (["per"], ["each"]) or after[:2] in (["on", "each"], ["in", "each"], ["on", "every"])
    ):
        return
    if not fits(page, name) or (
        name.startswith("distance_to") and role.anchor is not None and role.anchor.first >= quantity.last and is_of_neighbour(page, quantity.first)
    ):
        return
    if name == "plot_area_sq_m" and after[:1] == ["each"]:
        return
    if name == "plot_area_sq_m" and (after[:1] == ["net"] or after[:2] == ["(", "net"] or after[:3] == [")", "(", "net"]):
        name = "net_plot_area_sq_m"
    if name == "fsi":
        counted = ancillary_after(page.folded, quantity.end)
        if counted == "unclear":
            text = page.text[place[0] : place[1]]
            question = f"Is the fungible or ancillary area part of '{text}', or does it come on top of it?"
            choices.questions.append(("fsi", question, *place))
            return
        name = WHOLE if counted == "included" else name
    if name == "storeys" and role.anchor is not None and role.anchor.first >= quantity.last:
        following = after[:2]
        if following[:1] == ["height"] or following in (["to", "floor"],):
            return
    if name == "abutting_road_width_m" and _is_distant(page, role):
        return
    value: Any = quantity.value
    note = None
    if quantity.measures == PLAIN and LENGTH in label.accepts:
        value, note = _in_key_unit(page, role, LENGTH)
    elif quantity.measures == PLAIN and AREA in label.accepts:
        value, note = _in_key_unit(page, role, AREA)
    if name in _SINGLE_VALUES and _is_alternative(page, roles, at):
        quantity.problem = "range"
    if name in ("height_m", "fsi", "storeys", "dwelling_units") and _is_least(page, role):
        quantity.problem = "bound"
    hint = ""
    if name == "abutting_road_width_m":
        near = {token.text for token in tokens[max(0, quantity.first - 3) : min(len(tokens), max(quantity.last, role.anchor.last if role.anchor else 0) + 3)]}
        hint = (
            "proposed"
            if near & {"proposed", "future", "widened", "widening", "prescribed"}
            else "near"
            if _begins_near(page, role)
            else "existing"
            if near & {"existing", "present", "currently", "current", "actual"}
            else ""
        )
    choices.add(name, Candidate(value, *place, True, quantity.corrects, quantity.problem, note, hint))


def _is_alternative(page: Page, roles: list[Role], at: int) -> bool:
    """Return whether a slash joins a number to another one that nothing else claims ("FSI 2.5/3.0", "24/30 m high")."""
    for one, two, other in ((at, at + 1, at + 1), (at - 1, at, at - 1)):
        if one >= 0 and two < len(roles) and roles[other].label is None and not roles[other].quantity.replaced:
            gap = page.tokens[roles[one].quantity.last : roles[two].quantity.first]
            if len(gap) == 1 and gap[0].text == "/" and roles[other].quantity.measures in (PLAIN, roles[at].quantity.measures):
                return True
    return False


def _in_key_unit(page: Page, role: Role, measure: str) -> tuple[float, str]:
    """Return a number without a unit of its own in the unit that its label names ("height (ft): 60"), else in metric units."""
    quantity = role.quantity
    if role.anchor is not None and role.anchor.last <= quantity.first:
        start = page.tokens[role.anchor.last - 1].end
        unit = unit_in(page.folded, start, quantity.start)
        if unit is not None and unit.measures == measure:
            return quantity.value * unit.factor, f"the label names the unit ({unit.name})"
    return quantity.value, f"no unit is written; read in {'metres' if measure == LENGTH else 'square metres'}"


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
    if role.anchor is not None and not _NOT_PROPOSED.isdisjoint(token.text for token in page.tokens[role.quantity.last : role.anchor.first]):
        return True  # "32 existing flats"
    before: set[str] = set()
    for token in () if page.tokens[first].line else reversed(page.tokens[max(0, first - 3) : first]):
        if token.text in ",.;:/-|" or token.text in ("become", "becomes", "into", "by"):
            break  # "a water tank nearby, height 15 m": what stands nearby ends at the comma
        before.add(token.text)
        if token.line:
            break
    after = [token.text for token in page.tokens[last : last + 5]]
    if after[:1] == ["of"] and not _NOT_PROPOSED.isdisjoint(after):
        return True  # "the 18 m of the neighbour"
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
