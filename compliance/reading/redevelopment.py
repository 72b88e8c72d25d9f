"""The clause of a redevelopment: its number, or a scheme that has one clause only."""

from __future__ import annotations

import re

from compliance.reading.page import Codes, Found, Page
from compliance.vocabulary import REDEVELOPMENT_CLAUSES

_CLAUSE = re.compile(r"(?<![\d.])33[ ]?\([ ]?(\d{1,2})[ ]?\)?[ ]?\(?[ ]?([ab](?![a-z]))?[ ]?\)?(?: to )?|(?<![\d.])33[ -/]?\((\d{1,2})([ab])?\)")
_SCHEMES = (
    (re.compile(r"\b(?:slum rehab\w*|sra (?:scheme|project|redevelopment)|slum redevelopment|slum rehabilitation|under sra)\b"), "33(10)"),
    (re.compile(r"\bcessed\b"), "33(7)"),
    (re.compile(r"\bcluster (?:re)?development\b"), "33(9)"),
    (re.compile(r"\bmhada (?:layout|colony|building|redevelopment|society|plot)\b"), "33(5)"),
)
_REDEVELOPMENT = re.compile(r"\bre-?[ ]?develop\w*|\bredev\b|पुनर्विकास")


def find_redevelopment(page: Page, codes: Codes) -> None:
    """Add the redevelopment clause; a question where a redevelopment names none."""
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
