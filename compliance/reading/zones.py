"""The zone of the plot: codes ("R1", "zone C-2"), names beside the word zone, and Ahmedabad's zones of the old city."""

from __future__ import annotations

import re

from compliance.reading.corrections import taken_back
from compliance.reading.page import Codes, Found, Page, word_before
from compliance.reading.tokens import WORD, Token
from compliance.reading.uses import AHMEDABAD_CORE, NEAR
from compliance.specs import find_code
from compliance.vocabulary import zones_of

_ZONE_CODE = re.compile(
    r"(?<![a-z0-9])(?<![a-z0-9]\()(?P<letters>r|c|i|p|m|iz|kz|ag|spd|gz|ge)(?P<joint>[ .-]?)(?P<digits>\d|iii?|iv|i)(?![a-z0-9]|[.,]\d|[ ]?(?:m|mt|mtr|metres?|ft|feet|%|sq)\b|')"
)
ZONE_WORDS = frozenset({"zone", "zoning", "zoned", "zon", "zonn", "zones", "landuse"})
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}
_NOT_A_ZONE = frozenset(("wing|block|tower|building|flat|unit|phase|plot|type|house|bungalow|no|sector|gala|shop|option|row|bldg|column|scheme").split("|"))
_BUILDINGS = frozenset({"building", "bldg", "house", "bungalow"})
_USE_NAMES = frozenset({"residential", "commercial", "industrial", "mixed"})
_USE_OF_LETTERS = {"r": "residential", "c": "commercial", "i": "industrial", "iz": "industrial"}
_PLAIN_CODES = frozenset({"rah", "toz", "sdz", "psp", "ndz", "gme", "cbd"})
_BETWEEN_ZONE_AND_CODE = frozenset(':|=|is|-|"|(|as|of|the|under|in|code|_|now|to|type|residential|commercial|called|residence|falls|not|but'.split("|"))


def find_zone(page: Page, codes: Codes) -> None:
    """Add the zone; a question where several are named, or one that the city does not have."""
    tokens, folded = page.tokens, page.folded
    by_start = {token.start: at for at, token in enumerate(tokens)}
    zone_at = [at for at, token in enumerate(tokens) if token.text in ZONE_WORDS]
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
        if at and tokens[at - 1].text in _NOT_A_ZONE and not _of_building(tokens, at, match["letters"]):
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


def _of_building(tokens: list[Token], at: int, letters: str) -> bool:
    """Return whether a code after "residential building" is the zone of that use, and not the building's own name ("building R2")."""
    return at > 1 and tokens[at - 1].text in _BUILDINGS and tokens[at - 2].text == _USE_OF_LETTERS.get(letters)


def _beside(tokens: list[Token], first: int, last: int) -> bool:
    after = [token.text for token in tokens[last : last + 2]]
    if any(word in ZONE_WORDS for word in after[:1]) or (len(after) > 1 and after[0] in ('"', "-", "type", ")", "(") and after[1] in ZONE_WORDS):
        return True
    before = [token.text for token in tokens[max(0, first - 5) : first]]
    for word in reversed(before):
        if word in ZONE_WORDS:
            return True
        if word not in _BETWEEN_ZONE_AND_CODE:
            return False
    return False


def _changed_from(tokens: list[Token], first: int, last: int) -> bool:
    """Return whether a zone is the first of "from R1 to R2" or "R1 -> R2"."""
    after = [token.text for token in tokens[last : last + 3]]
    before = [token.text for token in tokens[max(0, first - 3) : first]]
    arrow = after[:1] == [">"] or after[:2] == ["-", ">"] or after[:2] == ["=", ">"]
    swapped = not {"swap", "replace", "change", "substitute"}.isdisjoint(before) and not {"for", "with", "by", "to"}.isdisjoint(after)
    return arrow or swapped or ("from" in before and ("to" in after))


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
                        or (words in ("r", "c") and page.text[tokens[after].start].isupper() and _ends_there(tokens, after + 1))
                    )
                    if keyed:
                        best = (words, after, after + size, True)
        if (
            best is None
            and at
            and at + 1 < len(tokens)
            and not tokens[at + 1].line
            and find_code("land_use_zone", words := _joined(tokens, at - 1, at + 2), codes.city)
        ):
            best = (words, at - 1, at + 2, True)  # "residential zone 2"
        for size in (4, 3, 2, 1):
            if best is None and at - size >= 0:
                words = _joined(tokens, at - size, at)
                if find_code("land_use_zone", words, codes.city):
                    best = (words, at - size, at, True)
        if (
            best is None
            and after == at + 1
            and after < len(tokens)
            and tokens[after].text in _USE_NAMES
            and find_code("land_use_zone", tokens[after].text, codes.city)
        ):
            best = (tokens[after].text, after, after + 1, True)  # "zone industrial"
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
            if first is not None and word_before(tokens, first) not in NEAR:
                hits.append((words, first, first + len(words.split()), False))
    return hits


def _ends_there(tokens: list[Token], at: int) -> bool:
    """Return whether nothing goes on after a word: a single letter is a zone only as the whole name ("Zone R.")."""
    return at >= len(tokens) or tokens[at].line or tokens[at].text in (",", ".", ";", ")", "use", "plot", "road", "height", "fsi", "area")


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
