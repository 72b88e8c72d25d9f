"""A form read back into a clause; what cannot be read is said of the field in which it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from compliance.rules.editing.writing import SOURCE, TEXTS
from compliance.rules.errors import FormulaError, RulebookError
from compliance.rules.expressions import matcher, value_node
from compliance.rules.formulas import Scope, Type, field_type, name_node, parse_formula
from compliance.rules.loading import parse_content
from compliance.vocabulary import FIELDS

_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)")


@dataclass(frozen=True, slots=True)
class CellProblem:
    """What is wrong in one field of the form: its path, and a sentence that says what to write."""

    path: str
    sentence: str


@dataclass
class FormRead:
    """A clause read from a form, and the problems of its fields."""

    clause: dict[str, Any] = field(default_factory=dict)
    problems: list[CellProblem] = field(default_factory=list)


def read_form(form: Mapping[str, Any], scope: Scope) -> FormRead:
    """Return the clause that a form says, with a problem for each field that cannot be read.

    Args:
        form: see `clause_form`; what is missing is taken as empty.
        scope: the names that formulas may use: the planning fields and the rulebook's facts.
    """
    return _Reading(scope).clause(form)


def read_value(form: Mapping[str, Any], scope: Scope, field: str = "") -> tuple[Any, list[CellProblem]]:
    """Return the value that a form says, for a fact or (with its field) a default, and the problems of its fields."""
    reading = _Reading(scope)
    value = reading.value(form, "value", field_type(field) if field in FIELDS else None, field)
    return value, reading.problems


class _Reading:
    """One form being read."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.problems: list[CellProblem] = []

    def clause(self, form: Mapping[str, Any]) -> FormRead:
        clause: dict[str, Any] = {name: text for name in TEXTS if (text := _text(form, name))}
        if replaces := self._list(form, "replaces", "replaces"):
            clause["replaces"] = replaces
        if source := self._source(_inner(form, "source")):
            clause["source"] = source
        if effective := {end: text for end in ("from", "to") if (text := _text(_inner(form, "effective"), end))}:
            clause["effective"] = effective
        if conditions := self._group(form, ""):
            clause["conditions"] = conditions
        if limits := self._limits(_entries(form, "limits")):
            clause["limits"] = limits
        if require := [self._requirement(entry, f"require.{number}") for number, entry in enumerate(_entries(form, "require"))]:
            clause["require"] = require
        if examples := [self._example(entry, f"examples.{number}") for number, entry in enumerate(_entries(form, "examples"))]:
            clause["examples"] = [example for example in examples if example]
        return FormRead(clause, self.problems)

    def _say(self, path: str, sentence: str) -> None:
        self.problems.append(CellProblem(path, sentence))

    def _checked(self, path: str, check: Callable[[], Any]) -> None:
        try:
            check()
        except FormulaError as error:
            self._say(path, str(error))

    # The clause's own fields

    def _source(self, form: Mapping[str, Any]) -> dict[str, Any]:
        source: dict[str, Any] = {key: text for name, key in SOURCE.items() if (text := _text(form, name))}
        if "page" in source and source["page"].isdigit():
            source["page"] = int(source["page"])
        return {**source, **self._mapping(form, "more", "source.more")}

    def _example(self, form: Mapping[str, Any], path: str) -> dict[str, Any]:
        example: dict[str, Any] = {name: self._mapping(form, name, f"{path}.{name}") for name in ("spec", "expect")}
        if asked := self._list(form, "asked", f"{path}.asked"):
            example["asked"] = asked
        unreadable = any(problem.path.startswith(f"{path}.") for problem in self.problems)
        if not example["spec"] and not example["expect"] and not unreadable:
            return {}
        if not example["expect"] and not unreadable:
            self._say(f"{path}.expect", "say what comes out, such as 'height_m: fail' (ok, fail, unknown, required or not_applicable).")
        return example

    def _requirement(self, form: Mapping[str, Any], path: str) -> dict[str, Any]:
        test = _text(form, "test")
        self._checked(f"{path}.test", lambda: self._flag(test))
        entry: dict[str, Any] = {"test": test, "limits": self._list(form, "limits", f"{path}.limits")}
        for name in entry["limits"]:
            if name not in FIELDS:
                self._say(f"{path}.limits", f"'{name}' is not a planning field.")
        return {**entry, "says": _text(form, "says")} if _text(form, "says") else entry

    # Conditions

    def _group(self, form: Mapping[str, Any], path: str) -> dict[str, Any]:
        conditions: dict[str, Any] = {}
        for number, entry in enumerate(_entries(form, "conditions")):
            at = f"{path}conditions.{number}"
            name = _text(entry, "field")
            if not name:
                self._say(f"{at}.field", "choose a planning field or a fact.")
                continue
            if name in conditions:
                self._say(f"{at}.field", f"{name} stands here twice; use one condition, or a formula.")
            try:
                kind: Type = name_node(name, self.scope).type
            except FormulaError as error:
                self._say(f"{at}.field", str(error))
                continue
            conditions[name] = self._match(entry, at, kind, name)
        tests = [_text(entry, "text") for entry in _entries(form, "tests")]
        for number, test in enumerate(tests):
            self._checked(f"{path}tests.{number}.text", lambda test=test: self._flag(test))  # type: ignore[misc]
        if tests:
            conditions["test"] = tests[0] if len(tests) == 1 else tests
        if alternatives := [self._group(entry, f"{path}any.{number}.") for number, entry in enumerate(_entries(form, "any"))]:
            conditions["any"] = alternatives
        return conditions

    def _flag(self, text: str) -> None:
        if not text:
            raise FormulaError("write a test, such as 'height_m > 3 * abutting_road_width_m'.")
        if parse_formula(text, self.scope).type != "flag":
            raise FormulaError("a test is true or false; compare two values.")

    def _match(self, form: Mapping[str, Any], path: str, kind: Type, name: str) -> Any:
        how = _text(form, "how")
        if how == "between":
            raw: Any = {}
            for end, default in (("low", "min"), ("high", "below")):
                if text := _text(form, end):
                    raw[_text(form, f"{end}_how") or default] = self._number(text, f"{path}.{end}")
            if not raw:
                self._say(f"{path}.low", "write at least one end.")
                return raw
            self._checked(f"{path}.low", lambda: matcher(raw, kind, name))
            return raw
        if how == "is":
            text = _text(form, "codes")
            if not text:
                self._say(f"{path}.codes", "write a value.")
                return text
            raw = _code(text, kind)
        else:
            codes = [_code(str(code), kind) if not isinstance(code, bool) else code for code in self._list(form, "codes", f"{path}.codes")]
            raw = codes if how == "one_of" else {how or "in": codes}
        self._checked(f"{path}.codes", lambda: matcher(raw, kind, name))
        return raw

    # Limits

    def _limits(self, entries: list[Mapping[str, Any]]) -> dict[str, Any]:
        limits: dict[str, Any] = {}
        for number, entry in enumerate(entries):
            path = f"limits.{number}"
            name = _text(entry, "field")
            if name not in FIELDS:
                self._say(f"{path}.field", f"'{name}' is not a planning field; check the spelling." if name else "choose a planning field.")
                continue
            if name in limits:
                self._say(f"{path}.field", f"{name} stands here twice; write its least and greatest value in one limit.")
            limits[name] = self._limit(name, entry, path)
        return limits

    def _limit(self, name: str, form: Mapping[str, Any], path: str) -> Any:
        how = _text(form, "how")
        if how in ("one_of", "none_of"):
            codes = self._list(form, "codes", f"{path}.codes")
            self._checked(f"{path}.codes", lambda: matcher(codes, field_type(name), name))
            return {how: codes}
        ends = {end: value for end in ("min", "max") if (value := self.value(_inner(form, end), f"{path}.{end}", "number", "")) is not None}
        if not ends:
            self._say(f"{path}.field", "write a least or a greatest value.")
        return ends["max"] if _text(form, "bare") and set(ends) == {"max"} else ends

    def value(self, form: Mapping[str, Any], path: str, kind: Type | None, code: str) -> Any:
        """Return a value, or None where the form has none."""
        how, text, more = _text(form, "how"), _text(form, "text"), self._mapping(form, "more", f"{path}.more")
        if how == "":
            return None
        if how == "undecided":
            if not text:
                self._say(f"{path}.text", "say why the law leaves it open.")
            return {"undecided": text, **more}
        if how == "tiers":
            return {"tiers": self._tiers(_entries(form, "tiers"), path), **more}
        if how in ("rows", "bands"):
            return {"by": _text(form, "by"), how: self._table(form, how, path, kind, code), **more}
        if how == "ranged":
            ends = [self._number(_text(form, end), f"{path}.{end}") for end in ("low", "high")]
            return {"value": self._number(text, f"{path}.text"), "range": ends, **more}
        if not text:
            self._say(f"{path}.text", "write a number, a formula, or none.")
            return ""
        raw = text if how == "named" else _amount(text)
        self._checked(f"{path}.text", lambda: value_node(raw, self.scope, kind, code))
        return {"is": raw, **more} if how == "named" else raw

    def _tiers(self, entries: list[Mapping[str, Any]], path: str) -> list[list[Any]]:
        if not entries:
            self._say(f"{path}.how", "add a tier, such as basic.")
        tiers = []
        for number, entry in enumerate(entries):
            name = _text(entry, "name")
            if not name:
                self._say(f"{path}.tiers.{number}.name", "name the tier, such as basic, premium or tdr.")
            tiers.append([name, self.value(_inner(entry, "is"), f"{path}.tiers.{number}.is", "number", "")])
        return tiers

    def _table(self, form: Mapping[str, Any], how: str, path: str, kind: Type | None, code: str) -> list[Any]:
        by, entries = _text(form, "by"), _entries(form, how)
        key_type: Type = "number"
        try:
            key = parse_formula(by, self.scope)
            key_type = key.type
        except FormulaError as error:
            self._say(f"{path}.by", str(error) if by else "choose what the table goes by: a planning field, a fact or a formula.")
        if not entries:
            self._say(f"{path}.by", "add a row.")
        if how == "bands":
            return [
                [self._number(_text(entry, "from"), f"{path}.bands.{number}.from"), self.value(_inner(entry, "is"), f"{path}.bands.{number}.is", kind, code)]
                for number, entry in enumerate(entries)
            ]
        rows = []
        for number, entry in enumerate(entries):
            at = f"{path}.rows.{number}"
            match = self._match(entry, at, key_type, by if by in FIELDS else "")
            matched = match if isinstance(match, dict) else {"in": match} if isinstance(match, list) else {"equals": match}
            rows.append({**matched, "is": self.value(_inner(entry, "is"), f"{at}.is", kind, code)})
        return rows

    # Texts

    def _number(self, text: str, path: str) -> float | int | str:
        if not _NUMBER.fullmatch(text):
            self._say(path, f"'{text}' is no number." if text else "write a number.")
            return text
        return _amount(text)  # type: ignore[no-any-return]

    def _mapping(self, form: Mapping[str, Any], name: str, path: str) -> dict[str, Any]:
        return self._yaml(f"{{{_text(form, name)}}}", path, "name: value, name: value")

    def _list(self, form: Mapping[str, Any], name: str, path: str) -> list[Any]:
        values: list[Any] = self._yaml(f"all: [{_text(form, name)}]", path, "one, two, three").get("all", [])
        return [value if isinstance(value, bool) else str(value) for value in values]

    def _yaml(self, text: str, path: str, like: str) -> dict[str, Any]:
        try:
            return parse_content(text) if text != "{}" else {}
        except RulebookError:
            self._say(path, f"this cannot be read; write it like '{like}', and put texts with commas or colons in quotes.")
            return {}


def _text(form: Mapping[str, Any], name: str) -> str:
    value = form.get(name, "")
    return " ".join(value.split()) if isinstance(value, str) else ""


def _inner(form: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = form.get(name)
    return value if isinstance(value, Mapping) else {}


def _entries(form: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = form.get(name)
    return [entry for entry in value if isinstance(entry, Mapping)] if isinstance(value, list) else []


def _amount(text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text


def _code(text: str, kind: Type) -> Any:
    return _amount(text) if kind in ("flag", "number") else text
