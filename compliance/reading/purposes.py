"""What the building is for: its use and its type, from what is proposed and not from what stands beside it."""

from __future__ import annotations

from compliance.reading.corrections import taken_back
from compliance.reading.marks import Mark
from compliance.reading.page import Codes, Found, Page, both
from compliance.reading.tokens import NUMBER
from compliance.reading.uses import NEAR
from compliance.reading.zones import ZONE_WORDS
from compliance.vocabulary import BUILDING_TYPES

_ADJECTIVES = frozenset(
    (
        "a|an|the|to|of|by|is|old|existing|municipal|govt|government|high|big|large|public|private|small|primary|"
        "residential|commercial|well|known|city|s|'|and|local|nearest|famous"
    ).split("|")
)
_ABBREVIATED = {"res": "residential", "resd": "residential", "comm": "commercial", "com": "commercial", "ind": "industrial", "inst": "institutional"}
_REBUILDS = frozenset({"rebuild", "rebuilding", "reconstruct", "reconstruction", "reconstructing"})
_SIZES = frozenset("seat|seater|bed|bedded|room|key|storey|storeyed|-".split("|"))


def _proposed(page: Page, mark: Mark) -> bool:
    """Return whether a use or type is what is proposed, and not a neighbour, a name, or taken back."""
    tokens = page.tokens
    if taken_back(tokens, mark.first):
        return False
    at = mark.first
    for _ in range(6):
        if at and (tokens[at - 1].kind == NUMBER or tokens[at - 1].text in _SIZES or (tokens[at - 1].text in _ADJECTIVES and tokens[at - 1].text not in NEAR)):
            at -= 1
    while at and tokens[at - 1].text == "old" and at < mark.first:
        at += 1
    before = tokens[at - 1].text if at else ""
    if before == "from" and any(token.text == "to" for token in tokens[mark.last : mark.last + 3]):
        return False
    if before in ("old", "existing") and not _REBUILDS.isdisjoint(token.text for token in tokens[max(0, at - 8) : at]):
        return True  # "rebuild my 40 year old house": what is rebuilt is what it was
    if before in NEAR and not (before == "from" or (before in ("facing", "faces", "touching", "abutting") and mark.kind == "use")):
        return False
    if before == "from" and at > 1 and (tokens[at - 2].text in ("m", "away", "metres", "km", "meters", "far", "mtr")):
        return False
    after = [token.text for token in tokens[mark.last : mark.last + 3]]
    if after[:1] == ["conversion"] or after[:2] in (["converted", "to"], ["converted", "into"]):
        return False
    return not ((after[:1] and after[0] in ("nearby", "opposite", "adjacent", "behind", "next")) or after[:2] in (["next", "door"], ["is", "nearby"]))


def _names_zone(page: Page, at: int) -> bool:
    """Return whether the words after "zone" name it ("factory zone industrial"), so that it goes with them."""
    tokens = page.tokens
    return at < len(tokens) and (tokens[at].text in (":", "=", "is", "-") or any(mark.kind == "use" and mark.first == at for mark in page.marks))


def _is_telephone(page: Page, mark: Mark) -> bool:
    """Return whether a word only says whose telephone it is ("Office: 020-2543 1234")."""
    after = page.tokens[mark.last : mark.last + 2]
    return len(after) == 2 and after[0].text in (":", "-", ".") and after[1].kind == NUMBER and (after[1].text.startswith("0") or len(after[1].text) > 6)


def find_use(page: Page, codes: Codes) -> None:
    """Add the use of the building and its type."""
    tokens = page.tokens
    decoys = {at for mark in page.marks if mark.kind == "decoy" for at in range(mark.first, mark.last)}
    zone_words = {at for at, token in enumerate(tokens) if token.text in ZONE_WORDS}
    uses: dict[str, Mark] = {}
    types: dict[str, Mark] = {}
    zoned: dict[str, Mark] = {}
    names = {at for mark in page.marks if mark.kind in ("locality", "passing") for at in range(mark.first, mark.last)}
    for mark in page.marks:
        if mark.kind not in ("use", "type") or mark.first in decoys or mark.first in names:
            continue
        if not _proposed(page, mark) or _is_telephone(page, mark):
            continue
        of_zone = (
            (mark.last in zone_words and (mark.kind == "use" or not _names_zone(page, mark.last + 1)))
            or (mark.last < len(tokens) and tokens[mark.last].text in ("zoning", "belt", "neighbourhood", "neighborhood", "locality", "rate", "rates", "plots"))
            or (
                mark.first > 0
                and (mark.kind == "use" or tokens[mark.first - 1].text in (":", "="))
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
    for at in range(2, len(tokens)):
        if tokens[at].text in _ABBREVIATED and tokens[at - 1].text in (":", "=") and tokens[at - 2].text in ("use", "usage", "occupancy"):
            uses = {_ABBREVIATED[tokens[at].text]: Mark("use", _ABBREVIATED[tokens[at].text], at, at + 1)}
            break
    for code, parts in _PARTS.items():
        if code in types:
            types = {other: mark for other, mark in types.items() if other not in parts}
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
        first, last = (mark.first, mark.last) if mark else both(marks)
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
        start, end = page.span(*both(list(evidence.values())))
        codes.questions.append(("building_use", f"The prompt names several uses ({', '.join(evidence)}); which one is proposed?", start, end))


_PARTS = {"hotel": {"mangal_karyalaya", "assembly", "restaurant"}, "mall": {"cinema", "multiplex", "restaurant"}, "multiplex": {"cinema", "restaurant"}}
"""Types that are a part of another one: a hotel with a banquet hall is a hotel."""
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
