"""Formulas in words: what a planner would say instead of the expression."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compliance.rules.explaining import write_number, write_range
from compliance.rules.formulas import Node
from compliance.rules.rulebook import Matcher, Rulebook
from compliance.vocabulary import FIELDS

_SIGNS = {"add": "+", "subtract": "−", "multiply": "×", "divide": "/"}
_WEAK = ("add", "subtract")
_COMPARED = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than", "==": "", "!=": "not"}
_ITEMS = {"carpet_sq_m": "carpet area in m²", "plinth_sq_m": "plinth area in m²", "count": "number"}


class Phrases:
    """The words of one rulebook's formulas."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self.labels: Mapping[str, str] = {fact.name: fact.label for fact in rulebook.facts}

    def name(self, key: str) -> str:
        """Return the words for a field or fact."""
        return FIELDS[key].label if key in FIELDS else self.labels.get(key, key.replace("_", " "))

    def amount(self, node: Node, field: str = "") -> str:
        """Return a number, code or flag in words; a plain number takes the unit of the field that it is for."""
        if node.op == "constant":
            return self._constant(node, field)
        if node.op == "none":
            return "no limit"
        if node.op == "undecided":
            return f"left open by the law ({str(node.value).rstrip('.')})"
        if node.op == "name":
            return self.name(node.value)
        if node.op == "item":
            return _ITEMS.get(node.value, str(node.value).replace("_", " "))
        if node.op in _SIGNS:
            return self._sum(node)
        if node.op == "by":
            rows = (
                f"{self.amount(value, field)} where it is {self.match(match, self.unit(node.args[0]))}"
                for match, value in zip(node.value, node.args[1:], strict=True)
            )
            return f"by the {self.amount(node.args[0])}: {'; '.join(rows)}"
        if node.type == "flag":
            return self.test(node)
        return self._function(node, field)

    def _constant(self, node: Node, field: str) -> str:
        if node.type == "number":
            return write_number(field, node.value) if field in FIELDS and FIELDS[field].kind in ("number", "count") else f"{node.value:,.6g}"
        return ("yes" if node.value else "no") if node.type == "flag" else str(node.value).replace("_", " ")

    def _sum(self, node: Node) -> str:
        left, right = (self.amount(arg) for arg in node.args)
        strong = node.op not in _WEAK
        if (strong and node.args[0].op in _WEAK) or node.args[0].op == "by":
            left = f"({left})"
        if (node.args[1].op in _WEAK and (strong or node.op == "subtract")) or (node.op == "divide" and node.args[1].op in _SIGNS) or node.args[1].op == "by":
            right = f"({right})"
        return f"{left} {_SIGNS[node.op]} {right}"

    def _function(self, node: Node, field: str) -> str:
        args = [self.amount(arg, field) for arg in node.args]
        match node.op:
            case "minus":
                return f"−({args[0]})"
            case "min" | "max":
                return (
                    f"the {'smaller' if node.op == 'min' else 'larger'} of {' and '.join(args)}"
                    if len(args) == 2
                    else f"the {'smallest' if node.op == 'min' else 'largest'} of {', '.join(args)}"
                )
            case "ceil" | "floor":
                return f"{args[0]}, rounded {'up' if node.op == 'ceil' else 'down'}"
            case "round_half_down":
                return f"{args[0]}, rounded (a half down)"
            case "where":
                return f"{args[1]} where {self.test(node.args[0])}, else {args[2]}"
            case "first_known":
                return f"{args[0]} (where that is not known: {', '.join(args[1:])})"
            case "required" | "allowed":
                what = "asked for" if node.op == "required" else "allowed"
                return f"the {FIELDS[node.value].label} {what} by the other clauses"
            case "count":
                return f"the number of flats with {self.test(node.args[0])}"
            case "sum":
                return f"over all flats, {args[0]} for each"
        return f"{node.op} of {', '.join(args)}"

    # Tests

    def test(self, node: Node) -> str:
        """Return a condition in words."""
        match node.op:
            case "all":
                return " and ".join(self._joined(arg, "any") for arg in node.args) or "always"
            case "any":
                return " or ".join(self._joined(arg, "all") for arg in node.args)
            case "not":
                return f"not so that {self.test(node.args[0])}"
            case "match":
                return self.matched(node.args[0], node.value)
            case "in":
                return self.matched(node.args[0], Matcher(one_of=frozenset(node.value)))
            case "compare":
                return self._compared(node)
            case "name":
                return f"{self.name(node.value)}: yes"
            case "constant":
                return "always" if node.value else "never"
            case "first_known" if node.args[-1].op == "constant" and node.args[-1].value is False:
                return self.test(node.args[0])
            case "where":
                one, other = (self.test(arg) for arg in node.args[1:])
                return f"{self.test(node.args[0])} and {one}" if other == "never" else f"{one} where {self.test(node.args[0])}, else {other}"
        return self.amount(node) if node.op == "by" else self._function(node, "")

    def _joined(self, node: Node, other: str) -> str:
        text = self.test(node)
        return f"({text})" if node.op == other and len(node.args) > 1 else text

    def matched(self, subject: Node, match: Matcher) -> str:
        """Return what is asked of a field or fact: "abutting road width 9 m to less than 12 m", "use residential or mixed"."""
        words = self.amount(subject)
        if match.one_of in (frozenset({True}), frozenset({False})):
            return f"{words}: {'yes' if True in (match.one_of or ()) else 'no'}"
        return f"{words} {self.match(match, self.unit(subject))}"

    def match(self, match: Matcher, unit: str = "") -> str:
        """Return what is asked of the key of a condition or row."""
        if match.is_interval:
            return write_range(match, unit)
        codes = " or ".join(sorted(_code(code) for code in (match.one_of or match.none_of or ())))
        return codes if match.one_of is not None else f"neither {codes.replace(' or ', ' nor ')}" if " or " in codes else f"not {codes}"

    def _compared(self, node: Node) -> str:
        left, right = node.args
        field = left.value if left.op == "name" else ""
        sign = str(node.value)
        if left.type == "flag" and right.op == "constant":
            return f"{self.amount(left)}: {'yes' if bool(right.value) == (sign == '==') else 'no'}"
        if sign == ">=" and right.op == "constant" and right.value == 0:
            return f"{self.amount(left)} is stated"
        words = _COMPARED[sign]
        return f"{self.amount(left)} {f'{words} ' if words else ''}{self.amount(right, field)}"

    def unit(self, node: Node) -> str:
        """Return the unit of a key, as far as its name says it."""
        if node.op == "name" and node.value in FIELDS:
            return FIELDS[node.value].unit
        return "m" if node.op == "name" and str(node.value).endswith("_m") else ""


def _code(code: Any) -> str:
    return ("yes" if code else "no") if isinstance(code, bool) else str(code).replace("_", " ")
