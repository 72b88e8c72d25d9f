"""Findings as sentences that an architect would sign, with numbers as a drawing office writes them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from compliance.rules.expressions import is_number
from compliance.rules.judging import Check, tiers_taken
from compliance.rules.rulebook import Clause, Limit, Matcher, Requirement, Rulebook
from compliance.rules.values import UNLIMITED
from compliance.vocabulary import FIELDS

_UNITS = {"m": " m", "m2": " m²", "%": " %"}


def write_number(field: str, value: float) -> str:
    """Return a number of a field with its unit.

    >>> write_number("front_setback_m", 3.0), write_number("plot_area_sq_m", 12345.678), write_number("fsi", 2.25), write_number("storeys", 8)
    ('3.0 m', '12,345.68 m²', '2.25', '8')
    """
    definition = FIELDS[field]
    digits = f"{value:,.2f}" if definition.unit == "m2" else f"{value:,.3f}"
    text = digits.rstrip("0").rstrip(".")
    if "." not in text and (definition.unit == "m" or field == "fsi"):
        text += ".0"
    return text + _UNITS.get(definition.unit, "")


def write_value(field: str, value: Any) -> str:
    """Return any value of a field in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return write_number(field, value)
    return str(value).replace("_", " ") if isinstance(value, str) else f"{len(value)} entries"


def write_range(matcher: Matcher, unit: str = "m") -> str:
    """Return an interval in words: "15 m to less than 18 m", "18 m or more", "less than 9 m"."""

    def end(value: float | None) -> str:
        return f"{value or 0.0:,.6g}" + _UNITS.get(unit, "")

    low = matcher.minimum if matcher.minimum is not None else matcher.above
    high = matcher.maximum if matcher.maximum is not None else matcher.below
    if low is None and high is None:
        return "any size"
    if low is None:
        return f"less than {end(high)}" if matcher.below is not None else f"{end(high)} or less"
    if high is None:
        return f"{end(low)} or more" if matcher.above is None else f"more than {end(low)}"
    if low == high:
        return end(low)
    first = end(low) if matcher.above is None else f"more than {end(low)}"
    return f"{first} to {'less than ' if matcher.below is not None else ''}{end(high)}"


def write_source(rulebook: Rulebook, clause: Clause) -> str:
    """Return the short name of a clause's source: "UDCPR 2020, Table 6-D" or "DCPR 2034, Reg 43(1)"."""
    place = clause.table or f"clause {clause.clause_no}"
    return f"{rulebook.title}, {place}"


def write_conditions(rulebook: Rulebook, clause: Clause) -> str:
    """Return the numeric conditions of a clause as a phrase, with a leading blank, or nothing."""
    phrases = []
    for condition in clause.conditions:
        if condition.matcher is None or not condition.matcher.is_interval:
            continue
        definition, fact = FIELDS.get(condition.key), rulebook.fact_by_name.get(condition.key)
        phrase = definition.phrase if definition else fact.phrase if fact else ""
        unit = definition.unit if definition else "" if fact and "storeys" in fact.name else "m"
        if phrase:
            phrases.append(phrase.format(range=write_range(condition.matcher, unit)))
    return "".join(f" {phrase}" for phrase in phrases)


def write_limit(check: Check) -> str:
    """Return what a limit asks: "is at least 3.0 m", "is at most 2.5", "has no limit", "is not asked for", "is residential or mixed"."""
    limit = check.limit
    if isinstance(limit, Requirement):
        return limit.says
    if limit.one_of is not None or limit.none_of is not None:
        codes = " or ".join(code.replace("_", " ") for code in sorted(limit.one_of or limit.none_of or ()))
        return f"is {codes}" if limit.one_of is not None else f"is not {codes}"
    ends = []
    if is_number(check.minimum) and check.minimum <= 0 and not is_number(check.maximum):
        return "is not asked for"
    if is_number(check.minimum):
        ends.append(f"at least {write_number(check.field, check.minimum)}")
    if is_number(check.maximum):
        tiers = _write_tiers(check, limit)
        ends.append(f"at most {write_number(check.field, check.maximum)}{tiers}")
    if ends:
        return "is " + " and ".join(ends)
    if UNLIMITED in (check.minimum, check.maximum):
        return "has no limit" if check.maximum is UNLIMITED else "is not asked for"
    return "cannot be worked out"


def _write_tiers(check: Check, limit: Limit) -> str:
    if len(limit.tiers) < 2:
        return ""
    return " (" + " + ".join(f"{_tier_name(name)} {write_number(check.field, value)}" for name, value in check.tiers if is_number(value)) + ")"


def _tier_name(name: str) -> str:
    return "TDR" if name == "tdr" else name.replace("_", " ")


def write_taken(check: Check, net_area: float | None) -> str:
    """Return what a proposal takes of the tiers beyond the first: "it takes premium 0.5 (250 m²) and TDR 0.4 (200 m²)", or nothing."""
    _, taken = tiers_taken(check)
    words = []
    for name, amount in taken:
        area = f" ({write_number('built_up_area_sq_m', amount * net_area)})" if check.field == "fsi" and net_area is not None else ""
        words.append(f"{_tier_name(name)} {write_number(check.field, amount)}{area}")
    return f"; it takes {' and '.join(words)}" if words else ""


def write_result(check: Check, short: float | None, net_area: float | None = None, assumed: Collection[str] = ()) -> str:
    """Return how the proposal meets a limit: "2.5 m is proposed, 0.5 m short"; a value that it does not state "is assumed"."""
    if check.settled_by:
        return f"it is settled by the stated {FIELDS[check.settled_by].label}, which holds"
    if check.subject is None:
        words = {"REQUIRED": "the proposal must provide it" if is_number(check.minimum) else "the proposal must keep to it", "SATISFIED": ""}
        return words.get(check.outcome, "the proposal does not state it")
    proposed = f"{write_value(check.field, check.subject)} is {'assumed' if check.field in assumed else 'proposed'}"
    taken = write_taken(check, net_area) if check.tiers else ""
    if check.outcome != "VIOLATED" or short is None:
        return proposed + taken
    word = "short" if is_number(check.minimum) and check.subject < check.minimum else "too much"
    return f"{proposed}, {write_number(check.field, short)} {word}{taken}"


def write_sentence(
    rulebook: Rulebook,
    clause: Clause,
    checks: list[tuple[Check, float | None]],
    open_because: str,
    net_area: float | None = None,
    assumed: Collection[str] = (),
) -> str:
    """Return the sentence of a finding: source, what is asked and where, what is proposed, and what keeps it open."""
    parts: list[str] = []
    for check, short in checks:
        label = FIELDS[check.field].label
        if isinstance(check.limit, Requirement):
            asked = check.limit.says
        else:
            article = "" if label == "FSI" else "the number of " if FIELDS[check.field].kind == "count" else "the "
            asked = f"{article}{label}{write_conditions(rulebook, clause) if not parts else ''} {write_limit(check)}"
        result = write_result(check, short, net_area, assumed)
        parts.append(f"{asked}; {result}" if result else asked)
    sentence = f"{write_source(rulebook, clause)}: {'; '.join(dict.fromkeys(parts))}"
    if open_because:
        sentence += f"; undetermined: {open_because}"
    return sentence.rstrip(".") + "."
