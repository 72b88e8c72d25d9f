"""`read_prompt`: the steps of reading in their order."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from compliance.reading.anchors import find_anchors
from compliance.reading.ancillary import find_wholes
from compliance.reading.bare_margins import claim_denied_margins, collect_bare_margins, settle_listed_margins
from compliance.reading.choosing import Candidate, Choices, decide
from compliance.reading.codes import find_codes
from compliance.reading.collecting import collect
from compliance.reading.corrections import hidden_instructions, settle
from compliance.reading.counts import claim_counts
from compliance.reading.deriving import contradictions, derive
from compliance.reading.distances import claim_distances
from compliance.reading.dwellings import dwelling_mix, dwelling_total
from compliance.reading.levels import collect_levels, collect_notations
from compliance.reading.marks import Mark, find_marks
from compliance.reading.page import Page
from compliance.reading.pasted import is_pasted, pasted_mix, unpaste, untabulate
from compliance.reading.quantities import Quantity, find_quantities
from compliance.reading.result import MAX_PROMPT_CHARACTERS, PromptTooLongError, Question, Reading, ReadResult
from compliance.reading.roles import match_roles
from compliance.reading.statements import find_statements
from compliance.reading.storeys import Notation, find_notations
from compliance.reading.sums import add_up
from compliance.reading.tokens import Token, fold, tokenise
from compliance.reading.units import without_dots
from compliance.specs import Spec, normalise_spec
from compliance.vocabulary import FIELDS


def read_prompt(text: str, given: Mapping[str, Any] | None = None, city: str | None = None) -> ReadResult:
    """Return the given, stated and derived values of a proposal, and the questions that it leaves; nothing is assumed.

    Args:
        text: the prompt, at most `MAX_PROMPT_CHARACTERS` long.
        given: structured values, which beat what the prompt says.
        city: the city, as if given.

    Raises:
        PromptTooLongError: the prompt is longer than is read.
        SpecError: a given value is none that a proposal can have.

    >>> read_prompt("G+7 on a 30 x 40 m plot, 18 m road, Baner").spec["plot_area_sq_m"]
    1200.0
    """
    if len(text) > MAX_PROMPT_CHARACTERS:
        raise PromptTooLongError(len(text))
    known = normalise_spec({**({"city": city} if city else {}), **(given or {})})
    named = known.get("city")
    stated, questions = _stated(text, named if isinstance(named, str) else None)
    return _join(known, stated, questions)


def _stated(text: str, city: str | None) -> tuple[list[Reading], list[Question]]:
    """Return what the prompt itself states, and the questions it raises."""
    folded = fold(text)
    mix = pasted_mix(text)
    if mix is not None:
        folded = folded[: mix[1]] + ";" * (mix[2] - mix[1]) + folded[mix[2] :]
    if is_pasted(folded):
        folded = unpaste(folded)
    folded = without_dots(text, untabulate(folded))
    tokens = tokenise(text, folded)
    hidden = hidden_instructions(tokens)
    if hidden:
        folded = _blank(folded, tokens, hidden)
        tokens = tokenise(text, folded)
    notations = find_notations(folded)
    page = Page(text, folded, tokens, find_marks(tokens))
    codes = find_codes(page, city)
    find_statements(page, codes)
    quantities = _outside(
        find_quantities(text, folded, tokens),
        notations,
        [(entry.start, entry.end) for entry in codes.found if entry.field in ("redevelopment_clause", "land_use_zone")],
    )
    page.metric = _is_metric(folded, quantities)
    settle(tokens, quantities)
    add_up(tokens, quantities)
    find_wholes(folded, quantities)
    settle_listed_margins(page, quantities)
    choices = Choices()
    things = claim_counts(page, quantities, choices)
    claim_distances(page, quantities, choices)
    denied = claim_denied_margins(page, choices)
    anchors = find_anchors(tokens, _outside_marks(page, notations, denied, things), quantities)
    roles = match_roles(folded, tokens, anchors, quantities)
    collect_notations(page, notations, choices)
    collect(page, roles, choices)
    collect_levels(page, roles, choices, notations)
    collect_bare_margins(page, choices)
    if mix is None:
        mix = dwelling_mix(page, roles)
    if mix is not None and len(mix[0]) > 1:
        choices.fields.pop("dwelling_units", None)
    total = dwelling_total(page, roles) if mix is None else None
    if total is not None and all(candidate.value in total[3] for candidate in choices.fields.get("dwelling_units", [])):
        choices.fields["dwelling_units"] = [Candidate(total[0], total[1], total[2])]
    decided = decide(page, choices)
    readings = [
        Reading(entry.field, entry.value, FIELDS[entry.field].unit, "stated", text[entry.start : entry.end], entry.start, entry.end, entry.note)
        for entry in codes.found
    ]
    readings += [_reading(text, name, candidate) for name, candidate in decided.items()]
    if mix is not None:
        readings.append(Reading("dwelling_mix", mix[0], "", "stated", text[mix[1] : mix[2]], mix[1], mix[2]))
    questions = [Question(name, question, text[start:end] or None) for name, question, start, end in (*codes.questions, *choices.questions)]
    return readings, questions


def _reading(text: str, name: str, candidate: Candidate) -> Reading:
    return Reading(name, candidate.value, FIELDS[name].unit, "stated", text[candidate.start : candidate.end], candidate.start, candidate.end, candidate.note)


def _blank(folded: str, tokens: list[Token], ranges: list[tuple[int, int]]) -> str:
    """Return the text with ranges of tokens blanked by full stops, so that nothing reads across them."""
    pieces: list[str] = []
    position = 0
    for first, last in ranges:
        start, end = tokens[first].start, tokens[last - 1].end
        pieces += [folded[position:start], ";" * (end - start)]
        position = end
    return "".join([*pieces, folded[position:]])


def _outside(quantities: list[Quantity], notations: list[Notation], places: list[tuple[int, int]]) -> list[Quantity]:
    """Return the quantities that are no part of a storey notation, a zone or a clause."""
    taken = sorted([*((notation.start, notation.end) for notation in notations), *places])
    kept: list[Quantity] = []
    at = 0
    for quantity in quantities:
        while at < len(taken) and taken[at][1] <= quantity.start:
            at += 1
        if at < len(taken) and taken[at][0] < quantity.end and quantity.start < taken[at][1]:
            continue
        kept.append(quantity)
    return kept


def _outside_marks(page: Page, notations: list[Notation], denied: list[tuple[int, int]], things: list[tuple[int, int]]) -> list[Mark]:
    """Return the marks that are no part of a storey notation or of a margin that there is not; what was counted names nothing of another number."""
    spans = [page.span(first, last) for first, last in things]
    kept = _outside_spans(page, page.marks, sorted([*((notation.start, notation.end) for notation in notations), *denied]))
    if not spans:
        return kept
    names = ("label", "subject")
    labels = {id(mark) for mark in _outside_spans(page, [mark for mark in kept if mark.kind in names], spans)}
    return [mark for mark in kept if mark.kind not in names or id(mark) in labels]


def _outside_spans(page: Page, marks: list[Mark], spans: list[tuple[int, int]]) -> list[Mark]:
    kept = []
    at = 0
    for mark in marks:
        start = page.tokens[mark.first].start
        while at < len(spans) and spans[at][1] <= start:
            at += 1
        if at < len(spans) and spans[at][0] <= start:
            continue
        kept.append(mark)
    return kept


_ALL_METRES = re.compile(r"\b(?:all|everything|dimensions|dims|figures|values|lengths|measurements)\b[^.;\n\d]{0,24}\b(?:m|mt|mtrs?|met(?:er|re)s?)\b")


def _is_metric(folded: str, quantities: list[Quantity]) -> bool:
    """Return whether every length that names its unit is in metres, and at least one is or all are said to be."""
    units = {quantity.unit.name for quantity in quantities if quantity.unit is not None and quantity.measures in ("length", "pair", "area")}
    return ("m" in units or _ALL_METRES.search(folded) is not None) and units <= {"m", "sq m", "mm", "cm", "hectare"}


def _join(known: Spec, stated: list[Reading], questions: list[Question]) -> ReadResult:
    """Return given over stated over derived values."""
    said = {reading.field: reading for reading in stated}
    readings: list[Reading] = []
    for name, value in known.items():
        other = said.get(name)
        note = f"the prompt says {other.value}" if other is not None and other.value != value else None
        readings.append(Reading(name, value, FIELDS[name].unit, "given", note=note))
    readings += [reading for reading in stated if reading.field not in known]
    questions = [question for question in questions if question.field not in known or question.field == "city"]
    spec: Spec = {reading.field: reading.value for reading in readings}
    derived = derive(spec, frozenset(question.field for question in questions))
    readings += derived
    spec.update({reading.field: reading.value for reading in derived})
    return ReadResult(spec, tuple(readings), tuple(dict.fromkeys((*questions, *contradictions(spec)))))
