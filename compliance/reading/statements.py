"""Facts that are said without a number: a corner plot, sprinklers, Koregaon Park, a national highway along the plot."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from compliance.reading.page import Codes, Found, Page
from compliance.reading.uses import NEAR
from compliance.specs import find_code
from compliance.vocabulary import FIELDS

_BUILDING = r"(?:hospital|school|college|office|offices|building|dispensary|hostel|quarters|library|museum|polytechnic|press|rest house|guest house|medical college|staff quarters)"
_TP = r"(?:t\.?[ ]?p\.?|town[ -]planning)"

_FLAGS: tuple[tuple[str, bool, re.Pattern[str]], ...] = tuple(
    (name, value, re.compile(pattern))
    for name, value, pattern in (
        ("is_corner_plot", True, r"\bcorner[ -](?:plot|site|property|land|parcel|bungalow|building)\b|\b(?:plot|site|situated|located|property) (?:is )?(?:situated |located )?(?:at|on|in) (?:a |the )?(?:road )?corner\b"
                                 r"|\bcorner of (?:two|2|\d{1,2}(?:\.\d{1,2})?[ ]?(?:m|mt|mtr|ft|feet))\b|(?:^|[,;(\n][ ]?)corner(?=[ ]?(?:[,;).\n]|$))|\bcorner[ ]?[:=][ ]?(?:yes|true|y)\b|कॉर्नर (?:प्लॉट|भूखंड)|કોર્નર (?:નો )?પ્લોટ"),
        ("is_tod_zone", False, r"\b(?:outside|not in|not within|out of) (?:the |a |any )?(?:tod|transit[ -]oriented(?: development)?)(?: zone| area| corridor)?\b|\b(?:non|no)[ -]tod\b"),
        ("is_tod_zone", True, r"(?<!outside )(?<!outside the )(?<!not in )(?<!not in the )(?<!non-)(?<!non )\b(?:tod|transit[ -]oriented(?: development)?) (?:zone|area|corridor)\b"),
        ("is_high_density_area", False, r"\b(?:outside|not in|not within|out of|beyond) (?:of )?(?:the |a |any )?high[ -]density (?:area|zone|corridor)\b|\bnon[ -]high[ -]density (?:area|zone)\b"),
        ("is_high_density_area", True, r"(?<!outside )(?<!outside the )(?<!outside of the )(?<!not in )(?<!not in the )(?<!not in a )(?<!within the )(?<!out of the )(?<!beyond the )(?<!non-)(?<!non )\bhigh[ -]density (?:area|zone|corridor)\b"
                                      r"|(?<!not )\bwithin (?:the |a )?high[ -]density (?:area|zone|corridor)\b"),
        ("is_road_widening_proposed", False, r"\b(?:not|never) (?:going |proposed |planned |likely |supposed |due )?(?:to be |be |being )?widened\b|\bno (?:road |further |proposed |future )?widening\b"
                                             r"|\bwithout (?:any )?(?:road )?widening\b|\bwidening (?:of (?:the |this )?road )?(?:is )?not (?:proposed|planned|prescribed|applicable|required)\b|\bunwidened\b"),
        ("is_corner_plot", False, r"\b(?:not|non|no)[ -](?:a |an |the )?corner(?:[ -]plot)?\b|\bintermediate plot\b"),
        ("is_land_locked", True, r"\bland[ -]?locked\b"),
        ("is_gunthewari_plot", True, r"\bgun?th?e(?:w|v)ari\b|गुंठेवारी"),
        ("is_layout", True, r"\blayout of (?:\w+ ){0,2}plots\b|(?<!unauthorised )(?<!unauthorized )\bsub[ -]?division of (?:the |this |a )?(?:land|plot|plots|property)\b|\bland sub[ -]?division\b"
                            r"|\bplotted (?:layout|development|scheme)\b|\bplotting (?:scheme|layout|project)\b"),
        ("is_unauthorised_subdivision", True, r"\bunauthori[sz]ed (?:sub[ -]?division|layout|plotting)\b|\bunauthori[sz]edly sub[ -]?divided\b"),
        ("is_outside_town_planning_scheme", True, rf"\b(?:outside|not in|not within|not under|not part of|out of|beyond) (?:a |the |any )?{_TP} (?:schemes?|area)\b|\bnon[ -]{_TP}(?: scheme| area)?\b"
                                                  rf"|\bno {_TP} scheme\b|\bwithout (?:a |any )?{_TP} scheme\b"),
        ("is_outside_town_planning_scheme", False, rf"(?<!not )\b(?:inside|within|under|part of) (?:a |the )?(?:final |sanctioned |draft |preliminary )?{_TP} scheme\b"),
        ("is_converted_from_industrial", True, r"\bindustrial (?:land|plot|zone|use|unit|property|estate)? ?(?:to be |being |is |was |has been )?converted (?:to|into)\b|\bconver(?:ted|sion|ting) (?:of |from )(?:an? |the )?industrial\b"
                                               r"|\bindustrial to (?:residential|commercial)\b|\bi[ -]to[ -][rc]\b|\bchange of (?:use|user|zone) from industrial\b"),
        ("is_away_from_road", True, r"\b(?:building|tower|block|house|structure|wing|bungalow)(?: (?:is|will|be|stands|situated|located|set|placed|lies)){0,3} away from (?:the |any )?road\b"),
        ("is_dead_wall_at_side", True, r"\bdead walls?\b"),
        ("has_sprinklers", True, r"\b(?:fully |automatic )?sprinkler(?:s|ed|ered)?\b(?: system)?"),
    )
)  # fmt: skip
_GOVERNMENT = re.compile(
    rf"(?<![a-z-])(?:government|govt\.?|sarkari|central govt|शासकीय|सरकारी) (?:owned |run |general |district |medical |primary |high )?{_BUILDING}"
)
_DENIED = re.compile(r"(?:\bno|\bnot|\bnot an?|\bnon|\bwithout|\bwithout any|\bwithout a|\bisn't|\bisn't a|\bno need of|\bnot the|\bneither)[ -]$")
_NOT_OURS = re.compile(r"(?:\blawn|\bgarden|\birrigation)[ ]$")
_NO_SPRINKLERS = re.compile(r"[ ]?(?::|=|-)?[ ]?(?:no\b(?! \d)|not provided|false\b|none\b|not proposed|are not)")

_PLACES: tuple[tuple[str, str, re.Pattern[str]], ...] = tuple(
    (city, code, re.compile(pattern))
    for city, code, pattern in (
        ("Mumbai", "barc_m_ward", r"\bbarc (?:area|land|colony|township|reserved|zone|of m[ -]ward|in m[ -]ward|m[ -]ward)\b|\b(?:earmarked|reserved) for (?:the )?barc\b|\bm[ -]ward[, ]{1,2}barc\b|\bbarc[, ]{1,2}m[ -]ward\b"),
        ("Mumbai", "akse_marve_erangal", r"\b(?:akse|aksa|marve|marwe)\b(?! (?:road|rd|beach road|jetty|link))|\berangal\b(?=[^.;\n]{0,40}\bcrz\b)|(?:\bcrz\b[^.;\n]{0,30})\berangal\b"),
        ("Mumbai", "named_island_road", r"\b(?:pedder|peddar) (?:road|rd)\b|\bgopalrao deshmukh m(?:ar)?g\b|\bbhulabhai desai (?:road|rd)\b|\bwarden (?:road|rd)\b|\bcarmichael (?:road|rd)\b|\b(?:babasaheb )?dahanukar m(?:ar)?g\b"
                                        r"|\balt[ao]mount (?:road|rd)\b|\balt[ao]mont (?:road|rd)\b|\bbarodawalla m(?:ar)?g\b|\bgamadia (?:road|rd)\b|\bwalkeshwar (?:road|rd)\b|\bridge (?:road|rd)\b|\bb\.?[ ]?g\.? kher m(?:ar)?g\b"
                                        r"|\bn(?:e|a)pean sea (?:road|rd)\b|\bjagmohandas m(?:ar)?g\b|\bhughes (?:road|rd)\b|\bpatkar m(?:ar)?g\b|\bchowpatty sea[ -]face\b|\blala lajpat ?rai m(?:ar)?g\b|\bhornby vellard\b"
                                        r"|\bannie besant (?:road|rd)\b|\bmaulana (?:abdul kalam )?azad (?:road|rd)\b|\b(?:swatantrya ?veer |veer )?savarkar m(?:ar)?g\b|\bcadell (?:road|rd)\b|\bsenapati bapat m(?:ar)?g\b"
                                        r"|\b(?:dr\.? )?(?:b\.? ?a\.? |babasaheb )?ambedkar (?:road|rd)\b|\brafi ahmed kidwai (?:road|rd|m(?:ar)?g)\b"),
        ("Pune", "koregaon_park", r"\bkoregaon park\b(?! (?:annexe?|extension|extn))"),
        ("Nashik", "gangapur_ambad_road", r"\bgangapur[ ]?(?:-|to|and|/| )[ ]?ambad\b(?: (?:link )?(?:road|rd))?"),
    )
)  # fmt: skip
"""The places of DCPR 2034 Tables 12 and 18 (with the roads of its note), UDCPR 10.1.2 and 10.5.3, by the names people give them."""

_EXPRESS = re.compile(r"\b(?:(?:western |eastern )?express[ ]?highway|(?:[a-z]+ ){0,2}expressway|weh|eeh)\b")
_HIGHWAY = re.compile(r"\b(?:national highway|state highway|n\.?h\.?[ -]?\d{1,3}|s\.?h\.?[ -]\d{1,3})\b")
_ALONG = re.compile(
    r"(?:\bon|\babuts|\babutting|\bfronting|\bfronts|\bfacing|\balong|\btouching|\babutted by|\bfrontage on|\broad:|\broad :|\broad is)(?: to)?(?: an?| the| our)?(?: \d{1,3}(?:\.\d{1,2})?[ ]?(?:m|mt|mtr|metres?|meters?|ft|feet)?(?: wide)?)?[ ]$"
)
_WIDTH_BEFORE = re.compile(r"(?:^|[,;.\n][ ]?)\d{1,3}(?:\.\d{1,2})?[ ]?(?:m|mt|mtr|metres?|meters?|ft|feet)(?: wide)?[ ]$")
_LOOK = 60
_BESIDE_AFTER = re.compile(r"[ ](?:se|pasun|ke paas|javal|jawal|nearby|flyover|signal)\b")
_KEY = re.compile(
    r"(?<![a-z_])(?P<name>" + "|".join(sorted((name for name, field in FIELDS.items() if field.kind == "flag" or name in ("special_area", "road_class")), key=len, reverse=True))
    + r")[ \"']{0,3}[:=][ \"']{0,3}(?P<value>[a-z_]{1,24})"
)  # fmt: skip
_TRUE, _FALSE = frozenset({"true", "yes", "y"}), frozenset({"false", "no", "n"})


def find_statements(page: Page, codes: Codes) -> None:
    """Add the flags, the special area and the class of the road that a prompt says outright."""
    values: dict[str, list[Found]] = {}
    for found in (*_keyed(page, codes), *_flags(page), *_special_area(page, codes), *_road_class(page)):
        values.setdefault(found.field, []).append(found)
    for name, entries in values.items():
        if codes.get(name) is not None:
            continue
        if len({entry.value for entry in entries}) == 1:
            codes.found.append(entries[0])
        else:
            start, end = min(entry.start for entry in entries), max(entry.end for entry in entries)
            codes.questions.append((name, f"The prompt says two different things about '{FIELDS[name].label}'; which holds?", start, end))


def _keyed(page: Page, codes: Codes) -> Iterator[Found]:
    """Yield fields given by their own name ("is_corner_plot: true")."""
    for match in _KEY.finditer(page.folded):
        name, text = match["name"], match["value"]
        value: Any = True if text in _TRUE else False if text in _FALSE else None
        if FIELDS[name].kind == "code":
            value = find_code(name, text, codes.city)
        if value is not None:
            yield Found(name, value, match.start(), match.end())


def _flags(page: Page) -> Iterator[Found]:
    folded = page.folded
    for name, value, pattern in _FLAGS:
        for match in pattern.finditer(folded):
            before = folded[max(0, match.start() - 16) : match.start()]
            if _beside(before) or _NOT_OURS.search(before):
                continue
            denied = bool(_DENIED.search(before)) or (name == "has_sprinklers" and _NO_SPRINKLERS.match(folded, match.end()) is not None)
            if denied and not value:
                continue
            start = match.start() + (folded[match.start()] in ",;(\n") * (len(match[0]) - len(match[0].lstrip(",;(\n ")))
            yield Found(name, value and not denied, start, match.end())
    for match in _GOVERNMENT.finditer(folded):
        before = folded[max(0, match.start() - 16) : match.start()]
        if not _beside(before) and not before.endswith(("semi ", "semi-", "non ", "non-", "quasi ")) and not _DENIED.search(before):
            yield Found("is_government", True, match.start(), match.end())


def _beside(before: str) -> bool:
    """Return whether the words before a thing say that it stands beside the plot, or is no longer there."""
    words = [word for word in re.split(r"[^a-z]+", before)[-4:] if word and word not in ("a", "an", "the", "to", "of", "bed", "bedded", "seat", "seater")]
    return bool(words) and words[-1] in NEAR and not before.rstrip().endswith((",", ".", ";"))


def _special_area(page: Page, codes: Codes) -> Iterator[Found]:
    core = codes.get("is_core_area")
    for city, code, pattern in _PLACES:
        if codes.city != city or (code == "akse_marve_erangal" and core is not None and core.value):
            continue  # the villages without their gaothan proper
        for match in pattern.finditer(page.folded):
            before = page.folded[max(0, match.start() - 24) : match.start()]
            division = codes.get("planning_division")
            if code == "named_island_road" and (division is None or division.value != "island_city"):
                continue
            if _BESIDE_AFTER.match(page.folded, match.end()):
                continue
            along = code == "named_island_road" and re.search(r"\b(?:facing|abutting|abuts|touching)(?: the)? $", before)
            if along or not _beside(_without_title(before)):
                yield Found("special_area", code, match.start(), match.end())


def _without_title(before: str) -> str:
    return re.sub(r"\b(?:dr\.?|sir|junction|dr|doctor) ?$", "", before)


def _road_class(page: Page) -> Iterator[Found]:
    """Yield the class of a road that is said to run along the plot; a highway somewhere near is nothing of ours."""
    for code, pattern in (("express_highway", _EXPRESS), ("highway", _HIGHWAY)):
        for match in pattern.finditer(page.folded):
            before = page.folded[max(0, match.start() - _LOOK) : match.start()]
            after = page.folded[match.end() : match.end() + 24]
            if (
                _ALONG.search(before)
                or _WIDTH_BEFORE.search(before)
                or re.match(r"[ ]?(?:abutting|touching|fronting|\d{1,3}[ ]?(?:m|mt|mtr|metres?)(?: wide)?(?! (?:away|from|off)))", after)
            ):
                yield Found("road_class", code, match.start(), match.end())
