"""Wherever a value stands in a rulebook: a number, a formula, a `by` with rows or bands, `none`, or `undecided`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

from compliance.rules.errors import FormulaError
from compliance.rules.formulas import Environment, Node, Scope, Type, check_code, constant, parse_formula
from compliance.rules.rulebook import Matcher
from compliance.rules.values import UNLIMITED, Unlimited

_INTERVAL = {"min": "minimum", "max": "maximum", "above": "above", "below": "below"}


def value_node(raw: Any, scope: Scope, wanted: Type | None, field: str = "") -> Node:
    """Return the node of a value as written in a rulebook.

    Args:
        raw: the value, from YAML or JSON.
        scope: the names its formulas may use.
        wanted: the type that it must have; None takes whatever it is.
        field: the code field that it is for, whose closed list its codes must stand in.

    Raises:
        FormulaError: what is wrong and what to write instead.
    """
    node = _node(raw, scope, wanted, field)
    if wanted is not None and node.type != wanted and node.op not in ("none", "undecided"):
        raise FormulaError(f"a {wanted} belongs here, not a {node.type}.")
    return node


def _node(raw: Any, scope: Scope, wanted: Type | None, field: str) -> Node:
    if isinstance(raw, (bool, int, float)):
        return constant(raw if isinstance(raw, bool) else float(raw))
    if isinstance(raw, str):
        return _text(raw, scope, wanted, field)
    if isinstance(raw, Mapping):
        if "by" in raw:
            return _by(raw, scope, wanted, field)
        keys = set(raw) - {"source", "says", "label", "phrase", "unit"}
        if keys == {"is"}:
            return parse_formula(raw["is"], scope) if isinstance(raw["is"], str) else _node(raw["is"], scope, wanted, field)
        if keys == {"undecided"} and isinstance(raw["undecided"], str):
            return Node("undecided", (), wanted or "number", lambda env: None, raw["undecided"])
    raise FormulaError(f"{raw!r} is no value; write a number, a formula, {{by: ..., rows: [...]}}, none, or {{undecided: 'why'}}.")


def _text(raw: str, scope: Scope, wanted: Type | None, field: str) -> Node:
    if wanted == "code":
        check_code(field, raw)
        return constant(raw)
    if raw == "none":
        return Node("none", (), "number", lambda env: UNLIMITED)
    return parse_formula(raw, scope)


def matcher(raw: Any, kind: Type, field: str = "") -> Matcher:
    """Return the matcher of a condition: `residential`, `[residential, mixed]`, `{none_of: [...]}`, `{min: 9, below: 18}`, `false`.

    Raises:
        FormulaError: it does not fit the type of its key, a code is unknown, or an interval is empty.
    """
    if isinstance(raw, Mapping):
        if set(raw) == {"none_of"}:
            return Matcher(none_of=_codes(raw["none_of"], kind, field))
        if set(raw) == {"in"}:
            return Matcher(one_of=_codes(raw["in"], kind, field))
        if set(raw) == {"equals"}:
            return matcher(raw["equals"], kind, field)
        return _interval(raw, kind)
    if kind == "number":
        if isinstance(raw, (int, float)) and not isinstance(raw, bool):
            return Matcher(minimum=float(raw), maximum=float(raw))
        raise FormulaError(f"{raw!r} is no condition on a number; write {{min: 9, below: 18}} or a number.")
    return Matcher(one_of=_codes(raw if isinstance(raw, list) else [raw], kind, field))


def _codes(raw: Any, kind: Type, field: str) -> frozenset[str | bool]:
    if not isinstance(raw, list) or not raw:
        raise FormulaError("write a list of codes, such as [residential, mixed].")
    if kind not in ("code", "flag"):
        raise FormulaError(f"a list of codes cannot match a {kind}; write {{min: ..., below: ...}}.")
    for code in raw:
        if kind == "flag" and not isinstance(code, bool):
            raise FormulaError(f"{code!r} cannot match a flag; write true or false.")
        if kind == "code":
            if not isinstance(code, str):
                raise FormulaError(f"{code!r} is no code; quote it.")
            check_code(field, code)
    return frozenset(raw)


def _interval(raw: Mapping[str, Any], kind: Type) -> Matcher:
    unknown = set(raw) - set(_INTERVAL)
    if unknown or not raw:
        raise FormulaError(
            f"{', '.join(map(repr, sorted(map(str, unknown)))) or 'nothing'} cannot stand here; use min, max, above, below, in, equals or none_of."
        )
    if kind != "number":
        raise FormulaError(f"min, max, above and below match numbers, not a {kind}.")
    ends: dict[str, float] = {}
    for key, value in raw.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise FormulaError(f"{key} of a condition is a number, not {value!r}; for a formula use `test`.")
        ends[_INTERVAL[key]] = float(value)
    if {"minimum", "above"} <= set(ends) or {"maximum", "below"} <= set(ends):
        raise FormulaError("an interval has one lower end (min or above) and one upper end (max or below).")
    low, high = ends.get("minimum", ends.get("above")), ends.get("maximum", ends.get("below"))
    if low is not None and high is not None and (low > high or (low == high and {"above", "below"} & set(ends))):
        raise FormulaError(f"no number is from {low:g} to {high:g}; check the ends.")
    return Matcher(minimum=ends.get("minimum"), maximum=ends.get("maximum"), above=ends.get("above"), below=ends.get("below"))


def _by(raw: Mapping[str, Any], scope: Scope, wanted: Type | None, field: str) -> Node:
    extra = set(raw) - {"by", "rows", "bands", "source", "says", "label", "phrase", "unit"}
    if extra or ("rows" in raw) == ("bands" in raw) or not isinstance(raw["by"], str):
        raise FormulaError("write {by: field, rows: [{min: 9, below: 12, is: 2.0}, ...]} or {by: field, bands: [[0, 3.0], [18, 4.5]]}.")
    key = parse_formula(raw["by"], scope)
    if key.type == "items":
        raise FormulaError("`by` takes a number, a code or a flag.")
    rows = _bands(raw["bands"], scope, wanted, field) if "bands" in raw else _rows(raw["rows"], key, scope, wanted, field)
    kinds = {node.type for _, node in rows if node.op not in ("none", "undecided")}
    if len(kinds) > 1:
        raise FormulaError("all rows of a `by` yield the same type.")
    read = key.run
    runs = tuple((match, node.run) for match, node in rows)

    def run(env: Environment) -> Any:
        value = read(env)
        if value is None:
            return None
        for match, yields in runs:
            if match(value):
                return yields(env)
        return None

    positive = all(node.positive for _, node in rows)
    return Node("by", (key, *(node for _, node in rows)), kinds.pop() if kinds else wanted or "number", run, tuple(match for match, _ in rows), positive)


def _rows(raw: Any, key: Node, scope: Scope, wanted: Type | None, field: str) -> list[tuple[Matcher, Node]]:
    if not isinstance(raw, list) or not raw:
        raise FormulaError("rows is a list of rows, such as {min: 9, below: 12, is: 2.0}.")
    rows: list[tuple[Matcher, Node]] = []
    for row in raw:
        if not isinstance(row, Mapping) or "is" not in row or len(row) < 2:
            raise FormulaError(f"{row!r} is no row; write for example {{min: 9, below: 12, is: 2.0}}.")
        match = matcher({name: value for name, value in row.items() if name != "is"}, key.type, key.value if key.op == "name" else "")
        for other, _ in rows:
            if _overlap(match, other):
                raise FormulaError(f"the row {dict(row)!r} overlaps an earlier row; every value has at most one row.")
        rows.append((match, value_node(row["is"], scope, wanted, field)))
    return rows


def _bands(raw: Any, scope: Scope, wanted: Type | None, field: str) -> list[tuple[Matcher, Node]]:
    if not isinstance(raw, list) or not all(isinstance(band, list) and len(band) == 2 for band in raw) or not raw:
        raise FormulaError("bands is a list of [from, value], such as [[0, 3.0], [18, 4.5]].")
    starts = [band[0] for band in raw]
    if any(isinstance(start, bool) or not isinstance(start, (int, float)) for start in starts) or starts != sorted(set(starts)):
        raise FormulaError("bands go up: each begins at a greater number than the one before.")
    ends: list[float | None] = [*starts[1:], None]
    return [
        (Matcher(minimum=float(start), below=None if end is None else float(end)), value_node(value, scope, wanted, field))
        for (start, value), end in zip(raw, ends, strict=True)
    ]


def _overlap(a: Matcher, b: Matcher) -> bool:
    if a.one_of is not None and b.one_of is not None:
        return bool(a.one_of & b.one_of)
    if not (a.is_interval and b.is_interval):
        return bool(a.none_of is not None and b.none_of is not None) or _partly(a, b) or _partly(b, a)
    return _meets(a, b) and _meets(b, a)


def _partly(a: Matcher, b: Matcher) -> bool:
    return a.one_of is not None and b.none_of is not None and bool(a.one_of - b.none_of)


def _meets(a: Matcher, b: Matcher) -> bool:
    """Return whether the lower end of a lies below the upper end of b."""
    low, high = (a.minimum if a.minimum is not None else a.above), (b.maximum if b.maximum is not None else b.below)
    if low is None or high is None:
        return True
    return low < high or (low == high and a.above is None and b.below is None)


def is_number(value: Any) -> TypeGuard[float]:
    """Return whether an evaluated value is a number: neither unknown nor `none`."""
    return value is not None and not isinstance(value, Unlimited)
