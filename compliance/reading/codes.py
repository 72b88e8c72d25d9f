"""City, planning division, zone, use, building type, congested area and redevelopment clause from everyday words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz.distance import OSA

from compliance.reading.corrections import taken_back
from compliance.reading.marks import Mark
from compliance.reading.places import LOCALITIES, SHARED, TOWARDS
from compliance.reading.tokens import WORD, Token
from compliance.reading.uses import AHMEDABAD_CORE, NEAR
from compliance.specs import find_code
from compliance.vocabulary import BUILDING_TYPES, CITIES, REDEVELOPMENT_CLAUSES, zones_of


@dataclass(slots=True)
class Found:
    """A code or flag that the prompt states, and the place of its words."""

    field: str
    value: Any
    start: int
    end: int
    note: str | None = None


@dataclass(slots=True)
class Codes:
    """What was found: the values, and questions as (field, question, start, end)."""

    found: list[Found] = field(default_factory=list)
    questions: list[tuple[str, str, int, int]] = field(default_factory=list)
    city: str | None = None

    def get(self, name: str) -> Found | None:
        """Return what was found for a field, or None."""
        return next((entry for entry in self.found if entry.field == name), None)


@dataclass(slots=True)
class Page:
    """A prompt under reading: its folded text, tokens and marks."""

    text: str
    folded: str
    tokens: list[Token]
    marks: list[Mark]
    metric: bool = False

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return the place of a run of tokens in the prompt."""
        return self.tokens[first].start, self.tokens[last - 1].end


def find_codes(page: Page, given_city: str | None) -> Codes:
    """Return every code of a prompt; a given city decides which zones there are."""
    codes = Codes()
    _find_city(page, codes, given_city)
    _find_division(page, codes)
    _find_core(page, codes)
    _find_zone(page, codes)
    _find_use(page, codes)
    _find_redevelopment(page, codes)
    return codes


def _word_before(tokens: list[Token], at: int) -> str:
    while at and tokens[at - 1].text in ("the", "a", "an", ",", "main", "city", "of") and at > 1:
        at -= 1
    return tokens[at - 1].text if at else ""


def _find_city(page: Page, codes: Codes, given: str | None) -> None:
    tokens = page.tokens
    cities: dict[str, Mark] = {}
    localities: list[Mark] = []
    elsewhere: list[Mark] = []
    rejected: set[str] = set()
    blocked = [mark for mark in page.marks if mark.kind == "passing"]
    for mark in page.marks:
        if mark.kind not in ("city", "locality", "elsewhere") or any(mark.first < other.last and other.first < mark.last for other in blocked[:50]):
            continue
        if taken_back(tokens, mark.first):
            if mark.kind == "city":
                rejected.add(mark.value)
            continue
        if mark.kind == "city":
            nxt = tokens[mark.last].text if mark.last < len(tokens) else ""
            if nxt in ("highway", "expressway", "bypass") or (nxt in ("road", "rd") and mark.value != "Nashik"):
                continue
            cities.setdefault(mark.value, mark)
        elif mark.kind == "locality":
            localities.append(mark)
        else:
            before = _word_before(tokens, mark.first)
            nxt = tokens[mark.last].text if mark.last < len(tokens) else ""
            if before not in TOWARDS and nxt not in ("highway", "road", "expressway", "bypass", "style", "rd", "chowk", "circle", "metro", "gate"):
                elsewhere.append(mark)
    if len(cities) > 1:  # "near Mumbai, in Pune", "coming from Nashik"
        corrected = [(name, mark) for name, mark in cities.items() if _corrected(tokens, mark.first)]
        cities = dict(corrected[-1:]) or cities
        firm = {name: mark for name, mark in cities.items() if _word_before(tokens, mark.first) not in TOWARDS}
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
        other = [entry for entry in local if LOCALITIES[entry.value][0] != stated and _word_before(tokens, entry.first) not in NEAR | TOWARDS]
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
        start, end = page.span(*_both(list(cities.values())))
        codes.questions.append(("city", f"The prompt names {' and '.join(cities)}; which city is the plot in?", start, end))
    elif len(implied) == 1:
        stated = implied.pop()
        mark = local[0]
        start, end = page.span(mark.first, mark.last)
        codes.found.append(Found("city", stated, start, end, f"{page.text[start:end]} is in {stated}"))
    elif len(implied) > 1:
        start, end = page.span(*_both(local))
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


def _both(marks: list[Mark]) -> tuple[int, int]:
    return min(mark.first for mark in marks), max(mark.last for mark in marks)


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


def _find_division(page: Page, codes: Codes) -> None:
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
        firm = [mark for mark in local if _word_before(page.tokens, mark.first) not in NEAR | TOWARDS]
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
        start, end = page.span(*_both(marks))
        codes.questions.append(("planning_division", "Is the plot in the island city or in the suburbs of Mumbai?", start, end))


def _find_core(page: Page, codes: Codes) -> None:
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
        if value and (taken_back(page.tokens, mark.first) or _word_before(page.tokens, mark.first) in ("non", "outside", "not", "no", "beyond")):
            value = False
        elif value and _word_before(page.tokens, mark.first) in ("near", "towards", "from", "opposite", "to"):
            continue
        marks.append((value, mark, words))
    values = {value for value, _, _ in marks}
    if len(values) == 1:
        start, end = page.span(marks[0][1].first, marks[0][1].last)
        codes.found.append(Found("is_core_area", values.pop(), start, end))
    elif values:
        start, end = page.span(*_both([mark for _, mark, _ in marks]))
        codes.questions.append(("is_core_area", "Is the plot in the congested (core) area?", start, end))


_ZONE_CODE = re.compile(
    r"(?<![a-z0-9(])(?P<letters>r|c|i|p|m|iz|kz|ag|spd|gz|ge)(?P<joint>[ .-]?)(?P<digits>\d|iii?|iv|i)(?![a-z0-9]|[.,]\d|[ ]?(?:m|mt|mtr|metres?|ft|feet|%|sq)\b|')"
)
_ZONE_WORDS = frozenset({"zone", "zoning", "zoned", "zon", "zonn", "zones", "landuse"})
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}
_NOT_A_ZONE = frozenset(
    {
        "wing",
        "block",
        "tower",
        "building",
        "flat",
        "unit",
        "phase",
        "plot",
        "type",
        "house",
        "bungalow",
        "no",
        "sector",
        "gala",
        "shop",
        "option",
        "row",
        "bldg",
        "column",
        "scheme",
    }
)
_PLAIN_CODES = frozenset({"rah", "toz", "sdz", "psp", "ndz", "gme", "cbd"})


def _find_zone(page: Page, codes: Codes) -> None:
    tokens, folded = page.tokens, page.folded
    by_start = {token.start: at for at, token in enumerate(tokens)}
    zone_at = [at for at, token in enumerate(tokens) if token.text in _ZONE_WORDS]
    hits: list[tuple[str, int, int, bool]] = []  # name as written, first, last token, beside the word "zone"
    for match in _ZONE_CODE.finditer(folded):
        at = by_start.get(match.start())
        if at is None:
            continue
        last = at
        while last < len(tokens) and tokens[last].start < match.end():
            last += 1
        beside = _beside(tokens, at, last)
        if (
            not beside
            and (
                match["joint"] == " "
                or match["joint"] == "."
                or (match["digits"].isalpha() and match["joint"] == "")
                or match["letters"] in ("i", "p", "m", "ge")
            )
            and not (
                match["letters"] in ("r", "c")
                and match["joint"] == " "
                and page.text[match.start()].isupper()
                and tokens[at - 1].text not in _NOT_A_ZONE
                and match["digits"] in "123"
                and at
                and tokens[at - 1].kind == WORD
                and tokens[at - 1].text in ("in", "residential", "commercial", "land", "under")
            )
        ):
            continue
        if at and tokens[at - 1].text in _NOT_A_ZONE:
            continue
        name = match["letters"] + _ROMAN.get(match["digits"], match["digits"])
        hits.append((name, at, last, beside))
    hits += _named_zones(page, codes, zone_at)
    known: dict[str, tuple[int, int]] = {}
    unknown: tuple[str, int, int] | None = None
    corrected = False
    for name, first, last, beside in sorted(hits, key=lambda hit: (hit[1], -hit[2])):
        code = find_code("land_use_zone", name, codes.city)
        if taken_back(tokens, first) or _changed_from(tokens, first, last):
            corrected = True
            continue
        if code is not None:
            known.setdefault(code, (first, last))
        elif beside and unknown is None:
            unknown = (name, first, last)
    del corrected
    if len(known) > 1:
        exact = {code: place for code, place in known.items() if re.fullmatch(r"[A-Z]{1,3}\d", code)}
        known = exact if len(exact) == 1 else known
    core = _core_zone(page, codes)
    if core and (not known or set(known) == {core[0]}):
        codes.found.append(Found("land_use_zone", core[0], *page.span(core[1], core[2])))
    elif len(known) == 1 and unknown is None:
        code, place = next(iter(known.items()))
        codes.found.append(Found("land_use_zone", code, *page.span(*place)))
    elif known:
        firsts = [place[0] for place in known.values()]
        lasts = [place[1] for place in known.values()]
        start, end = page.span(min(firsts), max(lasts))
        codes.questions.append(("land_use_zone", f"The prompt names the zones {', '.join(known)}; which one holds?", start, end))
    elif unknown is not None:
        start, end = page.span(unknown[1], unknown[2])
        where = f" of {codes.city}" if codes.city else ""
        some = ", ".join(list(zones_of(codes.city))[:14])
        codes.questions.append(("land_use_zone", f"'{page.text[start:end]}' is not one zone{where} that we know; which zone is it ({some})?", start, end))


def _beside(tokens: list[Token], first: int, last: int) -> bool:
    after = [token.text for token in tokens[last : last + 2]]
    if any(word in _ZONE_WORDS for word in after[:1]) or (len(after) > 1 and after[0] in ('"', "-", "type", ")", "(") and after[1] in _ZONE_WORDS):
        return True
    before = [token.text for token in tokens[max(0, first - 5) : first]]
    for word in reversed(before):
        if word in _ZONE_WORDS:
            return True
        if word not in (
            ":",
            "=",
            "is",
            "-",
            '"',
            "(",
            "as",
            "of",
            "the",
            "under",
            "in",
            "code",
            "_",
            "now",
            "to",
            "type",
            "residential",
            "commercial",
            "called",
            "residence",
            "falls",
            "not",
            "but",
        ):
            return False
    return False


def _changed_from(tokens: list[Token], first: int, last: int) -> bool:
    """Return whether a zone is the first of "from R1 to R2" or "R1 -> R2"."""
    after = [token.text for token in tokens[last : last + 3]]
    before = [token.text for token in tokens[max(0, first - 3) : first]]
    arrow = after[:1] == [">"] or after[:2] == ["-", ">"] or after[:2] == ["=", ">"]
    return arrow or ("from" in before and ("to" in after))


def _named_zones(page: Page, codes: Codes, zone_at: list[int]) -> list[tuple[str, int, int, bool]]:
    """Return the zones named by words around "zone" ("Commercial zone", "zone: industrial"), and long codes that stand alone."""
    tokens = page.tokens
    hits: list[tuple[str, int, int, bool]] = []
    for at in zone_at[:200]:
        best: tuple[str, int, int, bool] | None = None
        after = at + 1
        while after < len(tokens) and after - at < 4 and tokens[after].text in (":", "=", "is", "-", '"', "as", "of", "the", "for", "(", "under"):
            after += 1
        for size in (4, 3, 2, 1):
            if best is None and after + size <= len(tokens) and not any(token.line for token in tokens[after + 1 : after + size]):
                words = _joined(tokens, after, after + size)
                if find_code("land_use_zone", words, codes.city):
                    keyed = (
                        after > at + 1
                        or tokens[at].text in ("zoned", "zoning")
                        or words not in ("residential", "r", "c", "i", "p", "commercial", "industrial", "mixed")
                    )
                    if keyed:
                        best = (words, after, after + size, True)
        for size in (4, 3, 2, 1):
            if best is None and at - size >= 0:
                words = _joined(tokens, at - size, at)
                if find_code("land_use_zone", words, codes.city):
                    best = (words, at - size, at, True)
        if (
            best is None
            and at > 3
            and tokens[at - 1].text == ")"
            and tokens[at - 3].text == "("
            and find_code("land_use_zone", tokens[at - 4].text, codes.city)
        ):
            best = (tokens[at - 4].text, at - 4, at, True)  # "Industrial (I) zone"
        if (
            best is None
            and after < len(tokens)
            and after > at + 1
            and tokens[after].kind == WORD
            and len(tokens[after].text) <= 4
            and tokens[after].text.isalpha()
            and page.text[tokens[after].start].isupper()
            and page.text[tokens[after].end - 1].isupper()
        ) and not any(hit.kind == "city" and hit.first == after for hit in page.marks):
            nxt = tokens[after + 1] if after + 1 < len(tokens) else None
            if nxt is not None and not nxt.gap and nxt.value is not None:
                best = (tokens[after].text + nxt.text, after, after + 2, True)
            else:
                best = (tokens[after].text, after, after + 1, True)
        if best is not None:
            hits.append(best)
    for at, token in enumerate(tokens):
        if token.kind == WORD and token.text in _PLAIN_CODES:
            hits.append((token.text, at, at + 1, False))
    for words in (
        "green belt",
        "no development zone",
        "special development zone",
        "core walled city",
        "transit oriented zone",
        "gamtal extension",
        "central business district",
    ):
        place = page.folded.find(words)
        if place >= 0:
            first = next((at for at, token in enumerate(tokens) if token.start == place), None)
            if first is not None and _word_before(tokens, first) not in NEAR:
                hits.append((words, first, first + len(words.split()), False))
    return hits


def _joined(tokens: list[Token], first: int, last: int) -> str:
    text = ""
    for at in range(first, last):
        text += (" " if tokens[at].gap and text else "") + tokens[at].text
    return text.replace(" - ", "-").strip()


def _core_zone(page: Page, codes: Codes) -> tuple[str, int, int] | None:
    if codes.city != "Ahmedabad" or not any(entry.field == "is_core_area" and entry.value for entry in codes.found):
        return None
    best: tuple[str, int, int] | None = None
    for mark in page.marks:
        if mark.kind == "core":
            words = " ".join(token.text for token in page.tokens[mark.first : mark.last] if token.kind == WORD)
            extended = " ".join(token.text for token in page.tokens[mark.first : mark.last + 1] if token.kind == WORD)
            code = AHMEDABAD_CORE.get(extended) or AHMEDABAD_CORE.get(words)
            if code and best is None:
                best = (code, mark.first, mark.last)
    return best


def _proposed(page: Page, mark: Mark) -> bool:
    """Return whether a use or type is what is proposed, and not a neighbour, a name, or taken back."""
    tokens = page.tokens
    if taken_back(tokens, mark.first):
        return False
    at = mark.first
    for _ in range(4):
        if (
            at
            and tokens[at - 1].text
            in (
                "a",
                "an",
                "the",
                "to",
                "of",
                "by",
                "is",
                "old",
                "existing",
                "municipal",
                "govt",
                "government",
                "high",
                "big",
                "large",
                "public",
                "private",
                "small",
                "primary",
                "residential",
                "commercial",
                "well",
                "known",
                "city",
                "s",
                "'",
                "and",
                "local",
                "nearest",
                "famous",
            )
            and tokens[at - 1].text not in NEAR
        ):
            at -= 1
    before = tokens[at - 1].text if at else ""
    if before == "from" and any(token.text == "to" for token in tokens[mark.last : mark.last + 3]):
        return False
    if before in NEAR and not (before == "from" or (before in ("facing", "faces", "touching", "abutting") and mark.kind == "use")):
        return False
    if before == "from" and at > 1 and (tokens[at - 2].text in ("m", "away", "metres", "km", "meters", "far", "mtr")):
        return False
    after = [token.text for token in tokens[mark.last : mark.last + 3]]
    return not ((after[:1] and after[0] in ("nearby", "opposite", "adjacent", "behind", "next")) or after[:2] in (["next", "door"], ["is", "nearby"]))


def _find_use(page: Page, codes: Codes) -> None:
    tokens = page.tokens
    decoys = {at for mark in page.marks if mark.kind == "decoy" for at in range(mark.first, mark.last)}
    zone_words = {at for at, token in enumerate(tokens) if token.text in _ZONE_WORDS}
    uses: dict[str, Mark] = {}
    types: dict[str, Mark] = {}
    zoned: dict[str, Mark] = {}
    names = {at for mark in page.marks if mark.kind in ("locality", "passing") for at in range(mark.first, mark.last)}
    for mark in page.marks:
        if mark.kind not in ("use", "type") or mark.first in decoys or mark.first in names:
            continue
        if not _proposed(page, mark):
            continue
        of_zone = (
            mark.last in zone_words
            or (mark.last < len(tokens) and tokens[mark.last].text in ("zoning", "belt", "neighbourhood", "neighborhood", "locality", "rate", "rates", "plots"))
            or (
                mark.first > 0
                and any(at in zone_words for at in range(max(0, mark.first - 3), mark.first))
                and all(
                    tokens[at].text in (":", "=", "is", "-", '"')
                    for at in range(max(zone_at for zone_at in zone_words if zone_at < mark.first) + 1, mark.first)
                )
            )
        )
        if mark.last + 1 < len(tokens) and tokens[mark.last].text in ("-", "r", "c", "i") and mark.last + 1 in zone_words:
            of_zone = True
        if of_zone:
            if mark.kind == "use":
                zoned.setdefault(mark.value, mark)
            continue
        (uses if mark.kind == "use" else types).setdefault(mark.value, mark)
    for mark in page.marks:  # a key decides: "Use: commercial"
        if (
            mark.kind == "use"
            and mark.first > 1
            and tokens[mark.first - 1].text in (":", "=")
            and tokens[mark.first - 2].text in ("use", "usage", "occupancy", "purpose", "type")
        ):
            uses = {mark.value: mark}
            break
    by_type: dict[str, Mark] = {}
    for code, mark in types.items():
        use = BUILDING_TYPES[code].use
        if use is not None:
            by_type.setdefault(use, mark)
    _choose_use(page, codes, uses, by_type, zoned)
    _choose_type(page, codes, types)


def _choose_use(page: Page, codes: Codes, uses: dict[str, Mark], by_type: dict[str, Mark], zoned: dict[str, Mark]) -> None:
    evidence = {**by_type, **uses}
    if "mixed" in evidence:
        value: str | None = "mixed"
    elif {"residential", "commercial"} <= set(evidence) and not set(evidence) - {"residential", "commercial"}:
        value = "mixed"
    else:
        value = None
    if value is not None:
        marks = [evidence[name] for name in evidence if name in ("mixed", "residential", "commercial")]
        mark = evidence.get("mixed")
        first, last = (mark.first, mark.last) if mark else _both(marks)
        note = None if mark else "residential and commercial together"
        codes.found.append(Found("building_use", value, *page.span(first, last), note))
        return
    special = {name: mark for name, mark in by_type.items() if name in ("institutional", "industrial")}
    dwelling = uses.get("residential")
    lived_in = dwelling is not None and page.tokens[dwelling.first].text != "residential"  # "a clinic with our home on top"
    if len(evidence) > 1 and len(special) == 1 and not set(by_type) - set(special) and not lived_in:
        evidence = special  # "commercial hospital building": the type is the narrower word
    elif len(evidence) > 1 and len(by_type) == 1 and not (special and lived_in):
        evidence = by_type
    if not evidence and len(zoned) == 1 and codes.get("land_use_zone") is None:
        evidence = zoned
    if len(evidence) == 1:
        name, mark = next(iter(evidence.items()))
        codes.found.append(Found("building_use", name, *page.span(mark.first, mark.last)))
    elif evidence:
        start, end = page.span(*_both(list(evidence.values())))
        codes.questions.append(("building_use", f"The prompt names several uses ({', '.join(evidence)}); which one is proposed?", start, end))


_NARROWER = {
    "apartment": {"tenement", "affordable_housing", "group_housing", "hostel", "mixed_use"}, "shop": {"mall", "mercantile", "mixed_use", "wholesale"}, "office": {"it_park", "mixed_use", "public_office", "data_centre"},
    "school": {"pre_school", "primary_school"}, "detached_house": {"semi_detached", "row_house", "farmhouse", "mixed_use"}, "mercantile": {"mall", "mixed_use"}, "group_housing": {"affordable_housing", "row_house"},
    "factory": {"warehouse"}, "college": {"hostel"}, "mall": {"mixed_use"},
}  # fmt: skip


def _choose_type(page: Page, codes: Codes, types: dict[str, Mark]) -> None:
    kept = {code: mark for code, mark in types.items() if not _NARROWER.get(code, set()) & set(types)}
    use = codes.get("building_use")
    if use is not None and use.value == "mixed" and set(kept) != {"mixed_use"}:
        kept = {code: mark for code, mark in kept.items() if code == "mixed_use"}
    if len(kept) == 1:
        code, mark = next(iter(kept.items()))
        codes.found.append(Found("building_type", code, *page.span(mark.first, mark.last)))


_CLAUSE = re.compile(r"(?<![\d.])33[ ]?\([ ]?(\d{1,2})[ ]?\)?[ ]?\(?[ ]?([ab](?![a-z]))?[ ]?\)?(?: to )?|(?<![\d.])33[ -/]?\((\d{1,2})([ab])?\)")
_SCHEMES = (
    (re.compile(r"\b(?:slum rehab\w*|sra (?:scheme|project|redevelopment)|slum redevelopment|slum rehabilitation|under sra)\b"), "33(10)"),
    (re.compile(r"\bcessed\b"), "33(7)"),
    (re.compile(r"\bcluster (?:re)?development\b"), "33(9)"),
    (re.compile(r"\bmhada (?:layout|colony|building|redevelopment|society|plot)\b"), "33(5)"),
)
_REDEVELOPMENT = re.compile(r"\bre-?[ ]?develop\w*|\bredev\b|पुनर्विकास")


def _find_redevelopment(page: Page, codes: Codes) -> None:
    folded = page.folded
    clauses: dict[str, tuple[int, int]] = {}
    for match in _CLAUSE.finditer(folded):
        number, letter = match[1] or match[3], match[2] or match[4] or ""
        clause = f"33({number}{letter.upper()})"
        end = match.end()
        while folded[end - 1] in " ,":
            end -= 1
        if clause in REDEVELOPMENT_CLAUSES:
            clauses.setdefault(clause, (match.start(), end))
        else:
            codes.questions.append(
                ("redevelopment_clause", f"'{page.text[match.start() : end]}' is not a redevelopment clause that we know; which one is it?", match.start(), end)
            )
            return
    if not clauses and codes.city in ("Mumbai", None):
        for pattern, clause in _SCHEMES:
            found = pattern.search(folded)
            if found and codes.city == "Mumbai":
                clauses.setdefault(clause, found.span())
    if len(clauses) == 1:
        clause, place = next(iter(clauses.items()))
        codes.found.append(Found("redevelopment_clause", clause, *place))
    elif clauses:
        start, end = min(place[0] for place in clauses.values()), max(place[1] for place in clauses.values())
        codes.questions.append(("redevelopment_clause", f"The prompt names the clauses {', '.join(clauses)}; which one applies?", start, end))
    else:
        found = _REDEVELOPMENT.search(folded)
        if found and not re.match(r"[ ]?(?:not|no)\b", folded[max(0, found.start() - 4) : found.start()]):
            if re.search(r"(?:no|not|not a|non|without|isn't) ?-?$", folded[max(0, found.start() - 8) : found.start()]):
                return
            codes.questions.append(("redevelopment_clause", "Under which clause is the redevelopment (such as 33(5), 33(7), 33(9) or 33(10))?", *found.span()))
