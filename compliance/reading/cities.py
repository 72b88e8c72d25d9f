"""Where the plot is: city, planning division and congested area, from the names of places."""

from __future__ import annotations

from rapidfuzz.distance import OSA

from compliance.reading.corrections import taken_back
from compliance.reading.marks import Mark
from compliance.reading.page import Codes, Found, Page, both, word_before
from compliance.reading.places import LOCALITIES, SHARED, TOWARDS
from compliance.reading.tokens import WORD, Token
from compliance.reading.uses import NEAR
from compliance.vocabulary import CITIES

_NO = frozenset({"nahi", "nahin", "nai", "nako", "nathi", "नहीं", "नाही", "નથી"})
"""After a name: it is not there ("Navi Mumbai nahi, Mumbai")."""


def find_city(page: Page, codes: Codes, given: str | None) -> None:
    """Add the city, from its name or from that of a locality; a question where names contradict each other."""
    tokens = page.tokens
    cities: dict[str, Mark] = {}
    localities: list[Mark] = []
    elsewhere: list[Mark] = []
    rejected: set[str] = set()
    blocked = [mark for mark in page.marks if mark.kind == "passing"]
    for mark in page.marks:
        if mark.kind not in ("city", "locality", "elsewhere") or any(mark.first < other.last and other.first < mark.last for other in blocked[:50]):
            continue
        after = [token.text for token in tokens[mark.last : mark.last + 2]]
        if taken_back(tokens, mark.first) or (after[:1] and after[0] in _NO) or after in (["?", "no"], ["by", "mistake"]):
            if mark.kind == "city":
                rejected.add(mark.value)
            continue
        if mark.kind == "city":
            nxt = tokens[mark.last].text if mark.last < len(tokens) and not tokens[mark.last].line else ""
            if nxt in ("highway", "expressway", "bypass") or (nxt in ("road", "rd") and mark.value != "Nashik"):
                continue
            cities.setdefault(mark.value, mark)
        elif mark.kind == "locality":
            localities.append(mark)
        else:
            before = word_before(tokens, mark.first)
            nxt = tokens[mark.last].text if mark.last < len(tokens) else ""
            if before not in TOWARDS and nxt not in ("highway", "road", "expressway", "bypass", "style", "rd", "chowk", "circle", "metro", "gate"):
                elsewhere.append(mark)
    if len(cities) > 1:  # "near Mumbai, in Pune", "coming from Nashik"
        corrected = [(name, mark) for name, mark in cities.items() if _corrected(tokens, mark.first)]
        cities = dict(corrected[-1:]) or cities
        firm = {name: mark for name, mark in cities.items() if word_before(tokens, mark.first) not in TOWARDS}
        if len(firm) == 1:
            cities = firm
    if not cities and not elsewhere and not localities:
        misspelt = _misspelt(page)
        if misspelt is not None:
            cities[misspelt.value] = misspelt
    local = [mark for mark in localities if mark.value in LOCALITIES and mark.value not in SHARED]
    implied = {LOCALITIES[mark.value][0] for mark in local}
    if elsewhere and (not cities or any(_satellite(page, mark, cities) for mark in elsewhere)):
        start, end = page.span(elsewhere[0].first, elsewhere[0].last)
        codes.questions.append(("city", f"We have no rulebook for '{page.text[start:end]}'; which of {', '.join(CITIES)} is the plot in?", start, end))
        codes.city = given
        return
    stated: str | None = None
    if len(cities) == 1:
        stated, mark = next(iter(cities.items()))
        other = [entry for entry in local if LOCALITIES[entry.value][0] != stated and word_before(tokens, entry.first) not in NEAR | TOWARDS]
        if other and stated not in implied:
            start, end = page.span(other[0].first, other[0].last)
            codes.questions.append(
                (
                    "city",
                    f"'{page.text[start:end]}' is in {LOCALITIES[other[0].value][0]}, but the prompt also says {stated}; which city is the plot in?",
                    start,
                    end,
                )
            )
            if given is None:
                codes.city = None
                return
        else:
            codes.found.append(Found("city", stated, *page.span(mark.first, mark.last)))
    elif len(cities) > 1:
        start, end = page.span(*both(list(cities.values())))
        codes.questions.append(("city", f"The prompt names {' and '.join(cities)}; which city is the plot in?", start, end))
    elif len(implied) == 1:
        stated = implied.pop()
        mark = local[0]
        start, end = page.span(mark.first, mark.last)
        codes.found.append(Found("city", stated, start, end, f"{page.text[start:end]} is in {stated}"))
    elif len(implied) > 1:
        start, end = page.span(*both(local))
        codes.questions.append(("city", f"The prompt names places in {' and '.join(sorted(implied))}; which city is the plot in?", start, end))
    else:
        shared = [mark for mark in localities if len(SHARED.get(mark.value, ())) == 1]
        common = {next(iter(SHARED[mark.value])) for mark in shared}
        if len(common) == 1:
            stated = common.pop()
            start, end = page.span(shared[0].first, shared[0].last)
            codes.found.append(Found("city", stated, start, end, f"{page.text[start:end]} is in {stated}"))
    if given is not None and stated is not None and stated != given:
        found = codes.get("city")
        start, end = (found.start, found.end) if found else (0, 0)
        codes.questions.append(("city", f"The city is given as {given}, but the prompt says {stated}; {given} was used. Is that right?", start, end))
    codes.city = given or stated
    del rejected


def _corrected(tokens: list[Token], at: int) -> bool:
    """Return whether a correction stands right before a city ("sorry, Pune"; "Mumbai? No, Nashik")."""
    before = [token.text for token in tokens[max(0, at - 4) : at] if token.text not in (",", "in", "-", "it", "is", "s", "'", "i", "the")]
    return bool(before) and before[-1] in ("sorry", "no", "actually", "mean", "meant", "rather", "correction", "oops", "wait")


def _satellite(page: Page, town: Mark, cities: dict[str, Mark]) -> bool:
    """Return whether a town that is not ours stands so that a city of ours beside it only says where the town is ("Thane, Mumbai")."""
    return all(abs(town.first - city.first) > 0 for city in cities.values())


_NAMES: dict[str, str] = {alias: city.name for city in CITIES.values() for alias in (city.name.lower(), *city.aliases) if len(alias) >= 5 and alias.isascii()}
_BY_LENGTH: dict[int, list[tuple[str, str]]] = {}
for _alias, _city in _NAMES.items():
    if " " not in _alias:
        _BY_LENGTH.setdefault(len(_alias), []).append((_alias, _city))
_LONG_LOCALITIES = [name for name in LOCALITIES if len(name) >= 6 and " " not in name and name not in SHARED]
_ORDINARY = frozenset(
    (
        "number|member|bombay|nashik|assume|summary|timber|punch|banner|under|other|where|which|while|would|could|should|about|height|"
        "margin|ground|office|street|corner|family|apartment|building"
    ).split("|")
)
MAX_GUESSES = 60


def _misspelt(page: Page) -> Mark | None:
    """Return the city that a misspelt word means ("mumbia", "Ahmedabd"), or the city of a misspelt locality; None if there is none."""
    known = {at for mark in page.marks for at in range(mark.first, mark.last)}
    guesses = 0
    seen: set[str] = set()
    for at, token in enumerate(page.tokens):
        word = token.text
        if token.kind != WORD or not 5 <= len(word) <= 14 or at in known or word in _ORDINARY or word in seen:
            continue
        seen.add(word)
        allowed = 1 if len(word) <= 5 else 2
        for size in range(len(word) - allowed, len(word) + allowed + 1):
            for alias, city in _BY_LENGTH.get(size, ()):
                if OSA.distance(word, alias, score_cutoff=allowed) <= allowed and word[0] == alias[0]:
                    return Mark("city", city, at, at + 1)
        if page.text[token.start].isupper() or (at and page.tokens[at - 1].text in ("in", "at", "near")):
            guesses += 1
            if guesses > MAX_GUESSES:
                return None
            most = 1 if len(word) <= 8 else 2
            for name in _LONG_LOCALITIES:
                if abs(len(name) - len(word)) <= most and len(word) >= 6 and name[0] == word[0] and OSA.distance(word, name, score_cutoff=most) <= most:
                    page.marks.append(Mark("locality", name, at, at + 1))
                    return Mark("city", LOCALITIES[name][0], at, at + 1)
    return None


def _division_of(locality: str) -> str | None:
    place = LOCALITIES.get(locality)
    return place[1] if place else None


def find_division(page: Page, codes: Codes) -> None:
    """Add the planning division of Mumbai, stated or from a locality."""
    if codes.city not in (None, "Mumbai"):
        return
    stated = [mark for mark in page.marks if mark.kind == "division" and not taken_back(page.tokens, mark.first)]
    stated = [
        mark
        for mark in stated
        if codes.city == "Mumbai" or (mark.value == "island_city" and mark.last - mark.first > 1) or page.tokens[mark.first].text.startswith("mumbai")
    ]
    local = [mark for mark in page.marks if mark.kind == "locality" and _division_of(mark.value) and not taken_back(page.tokens, mark.first)]
    if codes.city is None:
        local = []
    if len({LOCALITIES[mark.value][1] for mark in local}) > 1:
        firm = [mark for mark in local if word_before(page.tokens, mark.first) not in NEAR | TOWARDS]
        local = firm or local
    values = {mark.value for mark in stated} or {LOCALITIES[mark.value][1] for mark in local}
    marks = stated or local
    if len(values) == 1:
        start, end = page.span(marks[0].first, marks[0].last)
        note = None if stated else f"{page.text[start:end]} is in {'the island city' if values == {'island_city'} else 'the suburbs'} of Mumbai"
        codes.found.append(Found("planning_division", values.pop(), start, end, note))
        if codes.city is None and stated and codes.get("city") is None and not any(question[0] == "city" for question in codes.questions):
            codes.found.append(Found("city", "Mumbai", start, end, "only Mumbai is divided into island city and suburbs"))
            codes.city = "Mumbai"
    elif len(values) > 1:
        start, end = page.span(*both(marks))
        codes.questions.append(("planning_division", "Is the plot in the island city or in the suburbs of Mumbai?", start, end))


def find_core(page: Page, codes: Codes) -> None:
    """Add whether the plot lies in the congested (core) area."""
    marks = []
    for mark in page.marks:
        if mark.kind != "core":
            continue
        words = " ".join(token.text for token in page.tokens[mark.first : mark.last])
        nxt = [token.text for token in page.tokens[mark.last : mark.last + 4]]
        value = mark.value
        if words in ("core", "core area") and nxt[:1] and nxt[0] in (":", "=", "?", "-", "is"):
            value = not any(word in ("false", "no", "n", "0") for word in nxt[:3])
        elif words == "core" and nxt[:1] != ["zone"]:
            continue
        if nxt[:1] == [":"] or nxt[:1] == ["="]:
            value = value and not any(word in ("false", "no", "n", "0") for word in nxt[:3])
        if value and (taken_back(page.tokens, mark.first) or word_before(page.tokens, mark.first) in ("non", "outside", "not", "no", "beyond")):
            value = False
        elif value and word_before(page.tokens, mark.first) in ("near", "towards", "from", "opposite", "to"):
            continue
        marks.append((value, mark, words))
    values = {value for value, _, _ in marks}
    if len(values) == 1:
        start, end = page.span(marks[0][1].first, marks[0][1].last)
        codes.found.append(Found("is_core_area", values.pop(), start, end))
    elif values:
        start, end = page.span(*both([mark for _, mark, _ in marks]))
        codes.questions.append(("is_core_area", "Is the plot in the congested (core) area?", start, end))
