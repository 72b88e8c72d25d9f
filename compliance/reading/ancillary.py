"""An FSI that is said to include fungible or ancillary area: it measures the whole, where `fsi` is counted without them."""

from __future__ import annotations

import re
from typing import Literal

from compliance.reading.quantities import Quantity
from compliance.reading.units import PLAIN

WHOLE = "fsi_with_ancillary"

_INCLUDING = r"(?:includ(?:ing|es|ed|e)|inclusive(?: of)?|incl\b\.?|inc\b\.?|counting)"
_ON_TOP = r"(?! (?:(?:compensatory|area|fsi|is|will be|as|being) ){0,3}(?:extra|over|on top|additional|separate|not\b|excluded|exclusive|beyond|besides))"
_ANCILLARY = rf"(?:fungible|ancillary|compensatory)\b{_ON_TOP}"
_OTHERS = r"(?:(?!\b(?:exclud|excl|exclusive|without|not|plus|built|bua|margin|setback|height|road|plot))(?:[^;.+\n\d]|\d{1,2}(?:\.\d)?[ ]?%)){0,60}?"
"""What else may be listed as included: premium, TDR, a percentage; nothing that begins another statement."""
_OPENS = r"[ ]?[,(\[-]{0,2}[ ]?"
_AFTER = re.compile(
    rf"{_OPENS}(?:(?:fsi|far)\b[ ]?)?{_OPENS}(?:which |this |that )?(?:{_INCLUDING}{_OTHERS}\b{_ANCILLARY}"
    rf"|(?:with )?(?:the |all )?{_ANCILLARY}(?: compensatory)?(?: fsi| area| floor space| built[ -]up area)?(?: is| being| also)? (?:included|inclusive))"
)
_UNCLEAR = re.compile(rf"{_OPENS}(?:(?:fsi|far)\b[ ]?)?{_OPENS}with (?:the |all )?{_ANCILLARY}")
_BEFORE = re.compile(
    rf"\b(?:fsi|far)\b{_OPENS}(?:with(?: the| all)?[ ]|{_INCLUDING}{_OTHERS}\b){_ANCILLARY}(?: compensatory)?(?: fsi| area| floor space| built[ -]up area)?"
    r"[ )\]]{0,2}(?:of|is|at|as|to be|about|[:=-])?[ :=]{0,3}(?=[\d.])"
)


def find_wholes(folded: str, quantities: list[Quantity]) -> None:
    """Let a number after "FSI including fungible" state the FSI with fungible or ancillary area."""
    ends = {match.end() for match in _BEFORE.finditer(folded)}
    for quantity in quantities:
        if quantity.start in ends and quantity.measures == PLAIN and not quantity.problem and not quantity.replaced and not quantity.forced:
            quantity.forced = WHOLE


def ancillary_after(folded: str, at: int) -> Literal["included", "unclear", "no"]:
    """Return whether the words after an FSI say that fungible or ancillary area is in it.

    >>> ancillary_after("fsi 2.6 including fungible area", 7), ancillary_after("fsi 2.6 + fungible", 7), ancillary_after("fsi 2.6 with fungible", 7)
    ('included', 'no', 'unclear')
    """
    if _AFTER.match(folded, at):
        return "included"
    return "unclear" if _UNCLEAR.match(folded, at) else "no"
