"""An FSI written as a sum of its parts ("FSI 1.1 + TDR 0.4"): the sum is what is proposed."""

from __future__ import annotations

from compliance.reading.ancillary import WHOLE
from compliance.reading.quantities import Quantity
from compliance.reading.tokens import Token
from compliance.reading.units import PLAIN

_JOINS = frozenset({"+", "plus", "and", "&", "over"})
_FSI = frozenset({"fsi", "far"})
_PARTS = frozenset({"tdr", "premium", "paid", "basic", "base", "zonal", "additional", "incentive", "bonus", "chargeable"})
_BESIDES = frozenset({"ancillary", "fungible"})
"""Parts that stand outside the FSI: `fsi` is counted without them."""
_FILLERS = frozenset("of|on|will|be|loaded|taken|payment|with|as|by|via|loading|(|)|in|form|the|is|:|=|@|purchase|purchased|utilised|utilized|index".split("|"))
_NOT_PROPOSED = frozenset({"permissible", "allowed", "admissible", "existing", "maximum", "max", "potential"})
_TOTALS = frozenset("total|totalling|totaling|aggregate|,|;|-|of|is|:|=|to|so|i|e|.".split("|"))
_LARGEST_PART = 10.0
WIDE = 12
"""How far before its parts the word FSI may stand where their total is named."""


def add_up(tokens: list[Token], quantities: list[Quantity]) -> None:
    """Make of every sum of FSI parts one number, which states the FSI."""
    at = 0
    while at < len(quantities):
        run = _run(tokens, quantities, at)
        total = _total(tokens, quantities, at + len(run))
        if total is not None and _is_fsi(tokens, run, WIDE) and total.value > max(quantity.value for quantity in run):
            total.forced = "fsi"
            for quantity in run:
                quantity.replaced = True
        elif len(run) > 1 and _is_fsi(tokens, run):
            _join(tokens, quantities, at, run)
        at += len(run)


def _run(tokens: list[Token], quantities: list[Quantity], at: int) -> list[Quantity]:
    """Return the numbers from one on that plus signs join, with nothing between them but names of parts."""
    run = [quantities[at]]
    for quantity in quantities[at + 1 :]:
        one = run[-1]
        if any(part.measures != PLAIN or part.replaced or part.problem or part.value > _LARGEST_PART for part in (one, quantity)):
            break
        gap = [token.text for token in tokens[one.last : min(quantity.first, one.last + 9)]]
        if quantity.first - one.last > 8 or sum(text in _JOINS for text in gap) != 1:
            break
        if not all(text in _JOINS or text in _FSI or text in _PARTS or text in _BESIDES or text in _FILLERS for text in gap):
            break
        run.append(quantity)
    return run


def _total(tokens: list[Token], quantities: list[Quantity], after: int) -> Quantity | None:
    """Return the number that is said to be the total of the parts before it ("basic 1.1 and TDR 0.4, total 1.5"), or None."""
    total = quantities[after] if after < len(quantities) else None
    if total is None or not after or total.measures != PLAIN or total.value > _LARGEST_PART or total.first - quantities[after - 1].last > 4:
        return None
    gap = [token.text for token in tokens[quantities[after - 1].last : total.first]]
    gap_after = [token.text for token in tokens[total.last : total.last + 2]]
    named = any(text in ("total", "totalling", "totaling", "aggregate") for text in gap) or gap_after[:1] in (["overall"], ["total"], ["altogether"])
    return total if named and all(text in _FSI or text in _TOTALS for text in gap) else None


def _is_fsi(tokens: list[Token], run: list[Quantity], reach: int = 4) -> bool:
    before = [token.text for token in tokens[max(0, run[0].first - reach) : run[0].first]]
    if not _NOT_PROPOSED.isdisjoint(before):
        return False
    around = {*before, *(token.text for token in tokens[run[0].first : run[-1].last + 3])}
    totalled = run[-1].last < len(tokens) and tokens[run[-1].last].text == "="  # "FSI 1.33 + 0.5 + 0.17 = 2.0"
    return not _FSI.isdisjoint(around) and (totalled or not (_PARTS | _BESIDES).isdisjoint(around))


def _join(tokens: list[Token], quantities: list[Quantity], at: int, run: list[Quantity]) -> None:
    counted = [quantity for index, quantity in enumerate(run) if not _stands_outside(tokens, run, index)]
    after = at + len(run)
    total = quantities[after] if after < len(quantities) else None
    if total is not None and total.measures == PLAIN and [token.text for token in tokens[run[-1].last : total.first]][-1:] == ["="]:
        total.forced = "fsi" if len(counted) == len(run) else WHOLE  # "1.1 + 0.5 + 0.4 = 2.0": stated twice, which has to agree
    if len(counted) < 2:
        return
    first, last = counted[0], counted[-1]
    parts = " + ".join(f"{quantity.value:g}" for quantity in counted)
    first.value = sum(quantity.value for quantity in counted)
    first.end, first.forced, first.note = last.end, "fsi", f"the sum of its parts ({parts})"
    for quantity in run:
        quantity.replaced = quantity is not first


def _stands_outside(tokens: list[Token], run: list[Quantity], index: int) -> bool:
    """Return whether a part is named ancillary or fungible, before or after its number."""
    start = run[index - 1].last if index else max(0, run[0].first - 3)
    end = run[index + 1].first if index + 1 < len(run) else run[index].last + 3
    before = [token.text for token in tokens[start : run[index].first]]
    after = [token.text for token in tokens[run[index].last : end]]
    joined = next((place for place in range(len(before) - 1, -1, -1) if before[place] in _JOINS), -1)
    joins = next((place for place, text in enumerate(after) if text in _JOINS or text in ",.;"), len(after))
    return not _BESIDES.isdisjoint(before[joined + 1 :]) or not _BESIDES.isdisjoint(after[:joins])
