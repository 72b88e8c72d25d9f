"""From candidates to one value a field: corrections win, the wider road of a corner, contradictions and ranges are asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from compliance.reading.page import Page
from compliance.reading.sharing import is_corner
from compliance.specs import round_number
from compliance.vocabulary import FIELDS

_COMPASS = frozenset({"north", "south", "east", "west", "northern", "southern", "eastern", "western"})


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
    _settle_internal_road(choices)
    roads = choices.fields.get("abutting_road_width_m", [])
    if any(road.corrects or road.problem for road in roads):
        return
    _swap_second_road(page, choices, roads)
    if len(roads) < 2:
        return
    if 0 < sum(road.hint == "near" for road in roads) < len(roads):
        roads[:] = [road for road in roads if road.hint != "near"]
    proposed = [road for road in roads if road.hint == "proposed"]
    if proposed and len(proposed) < len(roads) and "prescribed_road_width_m" not in choices.fields:
        for road in proposed:
            roads.remove(road)
            choices.add("prescribed_road_width_m", road)
        if len(roads) < 2:
            return
    values = {round(float(road.value), 2) for road in roads}
    if len(values) > 1 and (is_corner(page) or _second_road(page)):
        widest = max(roads, key=lambda road: float(road.value))
        widest.note = "the wider of the roads"
        choices.fields["abutting_road_width_m"] = [widest]
        if len(values) == 2 and "second_road_width_m" not in choices.fields:
            narrower = min(roads, key=lambda road: float(road.value))
            narrower.note = "the narrower of the two roads"
            choices.fields["second_road_width_m"] = [narrower]


def _settle_internal_road(choices: Choices) -> None:
    """Take an "internal road" for the abutting one where no other road is named and no length makes it a road of a layout."""
    if "abutting_road_width_m" not in choices.fields and "internal_road_length_m" not in choices.fields and "internal_road_width_m" in choices.fields:
        choices.fields["abutting_road_width_m"] = choices.fields.pop("internal_road_width_m")


def _swap_second_road(page: Page, choices: Choices, roads: list[Candidate]) -> None:
    """Where a corner plot's second road is the wider one, take it as the abutting road."""
    second = choices.fields.get("second_road_width_m", [])
    if len(roads) == 1 and len(second) == 1 and not second[0].problem and is_corner(page) and float(second[0].value) > float(roads[0].value):
        second[0].note, roads[0].note = "the wider of the roads", "the narrower of the two roads"
        choices.fields["abutting_road_width_m"], choices.fields["second_road_width_m"] = second, roads


def _second_road(page: Page) -> bool:
    return not page.words.isdisjoint({"side", "rear", "back", "other", "another", "second", "two", "both"}) or len(page.words & _COMPASS) > 1


def _decide(page: Page, name: str, candidates: list[Candidate], choices: Choices) -> Candidate | None:
    label = FIELDS[name].label
    strong = [candidate for candidate in candidates if candidate.strong] or candidates
    correcting = [candidate for candidate in strong if candidate.corrects]
    if correcting:
        strong = [correcting[-1]]
    strong = [candidate for candidate in strong if candidate.problem != "bound"] or strong  # "not more than 18 m; we want 17.4 m"
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
