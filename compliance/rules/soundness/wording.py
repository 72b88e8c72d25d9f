"""Formulas, cells and proposals in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from compliance.rules.explaining import write_range, write_value
from compliance.rules.formulas import Node
from compliance.rules.rulebook import Matcher, Rulebook
from compliance.vocabulary import FIELDS, codes_of

_SIGNS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/"}


def write_node(node: Node) -> str:
    """Return a tree as a formula; the same text for the same tree.

    >>> from compliance.rules.formulas import Scope, parse_formula
    >>> write_node(parse_formula("max(2, height_m / 5) >= 3 and not is_corner_plot", Scope({})))
    '(max(2, height_m / 5) >= 3) and (not is_corner_plot)'
    """
    args = [write_node(arg) for arg in node.args]
    if node.op == "constant":
        return f"{node.value:g}" if node.type == "number" else str(node.value).lower() if node.type == "flag" else f"'{node.value}'"
    if node.op in ("name", "item"):
        return str(node.value)
    if node.op in ("required", "allowed"):
        return f"{node.op}({node.value})"
    if node.op in ("count", "sum"):
        return f"{node.op}(dwelling_mix, {args[0]})"
    if node.op in ("none", "undecided"):
        return node.op
    if node.op in ("all", "any"):
        return (" and " if node.op == "all" else " or ").join(arg if len(args) == 1 else f"({arg})" for arg in args) or "true"
    if node.op == "not":
        return f"not {args[0]}"
    if node.op == "match":
        return f"{args[0]}: {write_match(node.value)}"
    if node.op == "in":
        return f"{args[0]} in {sorted(node.value)}"
    if node.op == "compare":
        return f"{args[0]} {node.value} {args[1]}"
    if node.op == "by":
        rows = ", ".join(f"{write_match(match)}: {arg}" for match, arg in zip(node.value, args[1:], strict=True))
        return f"by {args[0]} {{{rows}}}"
    if node.op in _SIGNS:
        return f"{_bracketed(node.args[0], args[0])} {_SIGNS[node.op]} {_bracketed(node.args[1], args[1])}"
    if node.op == "minus":
        return f"-{_bracketed(node.args[0], args[0])}"
    return f"{node.op}({', '.join(args)})"


def _bracketed(node: Node, text: str) -> str:
    return f"({text})" if node.op in _SIGNS else text


def write_match(match: Matcher) -> str:
    """Return what a condition asks of its key."""
    if match.is_interval:
        return write_range(match, "")
    codes = ", ".join(sorted(str(code) for code in (match.one_of or match.none_of or ())))
    return codes if match.one_of is not None else f"none of {codes}"


def label(rulebook: Rulebook, key: str) -> str:
    """Return the words for a field or fact."""
    return FIELDS[key].label if key in FIELDS else rulebook.fact_by_name[key].label


def labels(fields: Iterable[str]) -> str:
    """Return fields in words: "front margin, side margin and rear margin"."""
    words = [FIELDS[field].label for field in fields]
    return " and ".join(([", ".join(words[:-1])] if len(words) > 1 else []) + words[-1:])


def write_key(rulebook: Rulebook, key: str, matches: list[Matcher]) -> str:
    """Return in words what several conditions leave of one field or fact."""
    if matches[0].is_interval:
        low = max((end for match in matches for end in _low(match)), default=None)
        high = min((end for match in matches for end in _high(match)), default=None)
        merged = Matcher(
            minimum=low[0] if low and not low[1] else None,
            above=low[0] if low and low[1] else None,
            maximum=high[0] if high and high[1] else None,
            below=high[0] if high and not high[1] else None,
        )
        return f"{label(rulebook, key)} {write_range(merged, FIELDS[key].unit if key in FIELDS else '')}"
    if key in FIELDS and FIELDS[key].kind == "code":
        known = {code for city in rulebook.cities for code in codes_of(key, city)}
        left = {code for code in known if all(match(code) for match in matches)}
        if 2 * len(left) > len(known) and len(known) > 2:
            return f"{label(rulebook, key)} any but {', '.join(sorted(known - left))}"
        return f"{label(rulebook, key)} {' or '.join(sorted(left))}"
    left_flags = [word for flag, word in ((True, "yes"), (False, "no")) if all(match(flag) for match in matches)]
    if left_flags:
        return f"{label(rulebook, key)}: {' or '.join(left_flags)}"
    return f"{label(rulebook, key)} {' and '.join(write_match(match) for match in matches)}"


def _low(match: Matcher) -> list[tuple[float, bool]]:
    return [(end, exclusive) for end, exclusive in ((match.minimum, False), (match.above, True)) if end is not None]


def _high(match: Matcher) -> list[tuple[float, bool]]:
    return [(end, inclusive) for end, inclusive in ((match.below, False), (match.maximum, True)) if end is not None]


def write_spec(spec: Mapping[str, Any]) -> str:
    """Return a proposal in words: "zone R1, plot area 1,000 m², plot width 20.0 m"."""
    return ", ".join(f"{FIELDS[name].label} {write_value(name, value)}" for name, value in spec.items())
