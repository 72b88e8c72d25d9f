"""Rulebooks are loaded and checked here: everything wrong is reported at once, with the file, the clause, the path and what to write."""

from __future__ import annotations

import datetime
import graphlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import yaml

from compliance.canonical import sha256
from compliance.rules.errors import FormulaError, Problem, RulebookError
from compliance.rules.expressions import matcher, value_node
from compliance.rules.formulas import Node, Scope, conjunction, disjunction, field_type, name_node, one_of, parse_formula
from compliance.rules.register import read_register, register_problems
from compliance.rules.rulebook import (
    LANGUAGE_VERSION,
    Categories,
    Clause,
    Condition,
    Default,
    Fact,
    Intended,
    Limit,
    Requirement,
    Rulebook,
)
from compliance.vocabulary import CITIES, FIELDS, SIDES

_TOP = {
    "language",
    "rulebook",
    "title",
    "edition",
    "source",
    "not_included",
    "cities",
    "effective",
    "deciding",
    "defaults",
    "facts",
    "not_checkable",
    "register",
    "intended",
    "clauses",
}
_INTENDED = '{gap: fsi, table: Table 3, where: {land_use_zone: [AG]}, because: "why the law leaves it open"}'
_CLAUSE = {
    "id", "clause_no", "title", "table", "category", "replaces", "conditions", "limits", "require", "source", "verification",
    "interpretation", "effective", "examples",
}  # fmt: skip
_VERIFICATIONS = ("verified", "secondary", "illustrative")


_DEEPEST = 40
"""How deep brackets may stand in each other: the YAML parser falls over its own stack at some ten thousand."""


_MOST_PARTS = 1_000_000
"""The largest rulebook has some 30,000 parts."""


class _UniqueKeyLoader(yaml.CSafeLoader):
    """YAML that refuses a key written twice, which plain YAML silently lets the last one win."""


def _mapping(loader: _UniqueKeyLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node)
        if isinstance(key, (dict, list, set)):
            raise yaml.constructor.ConstructorError(None, None, "a key is a text or a number, not a list", key_node.start_mark)
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"the key '{key}' stands here twice", key_node.start_mark)
        seen.add(key)
    return dict(yaml.SafeLoader.construct_mapping(loader, node, deep=True))


_UniqueKeyLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def load_file(path: Path) -> Rulebook:
    """Return the rulebook of a YAML file. See `load` for the errors."""
    return load(path.read_text(encoding="utf-8"), path.name)


def parse_content(text: str, file: str = "") -> dict[str, Any]:
    """Return the content of a rulebook's YAML in plain JSON types (dates as ISO text)."""
    try:
        content = parse_yaml(text)
    except (yaml.YAMLError, ValueError) as error:
        raise RulebookError([Problem(file, "", "", f"this is not readable YAML: {' '.join(str(error).split())}")]) from None
    if not isinstance(content, dict):
        raise RulebookError([Problem(file, "", "", "a rulebook is a mapping that begins with `rulebook: name`.")])
    return content


def parse_yaml(text: str, aliases: bool = True) -> Any:
    """Return the value of any YAML in plain JSON types; a key that stands twice is refused.

    Args:
        text: YAML of whatever origin; what could bring the parser or the memory down is refused before it is parsed.
        aliases: whether one place may point to another (`&name`, `*name`).

    Raises:
        yaml.YAMLError: it is not readable.
        ValueError: a date that does not exist, a number of thousands of digits, brackets without end, pointers where none may stand or too many.
    """
    _refuse_tricks(text, aliases)
    loader = _UniqueKeyLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        if _parts(node, {}) > _MOST_PARTS:
            raise ValueError(f"with everything that it points to it has more than {_MOST_PARTS:,} parts")
        return plain(loader.construct_document(node))
    except RecursionError:
        raise ValueError("it points to itself over too many places") from None
    finally:
        loader.dispose()


def _refuse_tricks(text: str, aliases: bool) -> None:
    depth = 0
    for token in yaml.scan(text, Loader=yaml.CSafeLoader):
        match token:
            case yaml.AnchorToken() | yaml.AliasToken() | yaml.TagToken() if not aliases or isinstance(token, yaml.TagToken):
                raise ValueError("a word that begins with &, * or ! stands without quotes")
            case yaml.FlowSequenceStartToken() | yaml.FlowMappingStartToken() | yaml.BlockSequenceStartToken() | yaml.BlockMappingStartToken():
                depth += 1
                if depth > _DEEPEST:
                    raise ValueError(f"brackets stand more than {_DEEPEST} deep in each other")
            case yaml.FlowSequenceEndToken() | yaml.FlowMappingEndToken() | yaml.BlockEndToken():
                depth -= 1


def _parts(node: yaml.Node, known: dict[int, int]) -> int:
    """Return how many parts a node has once every pointer is followed."""
    if isinstance(node, yaml.ScalarNode):
        return 1
    if id(node) in known:
        if not known[id(node)]:
            raise ValueError("a part points to itself")
        return known[id(node)]
    known[id(node)] = 0
    inner = node.value if isinstance(node, yaml.SequenceNode) else [part for pair in node.value for part in pair]
    known[id(node)] = 1 + sum(_parts(part, known) for part in inner)
    return known[id(node)]


def plain(value: Any) -> Any:
    """Return a value of YAML in plain JSON types: dates as ISO text, names as text, tiers as a list."""
    if isinstance(value, dict):
        # Canonical JSON sorts keys, and tiers are bought in their order: they are kept as a list of [name, value].
        return {
            str(key): [[str(name), plain(tier)] for name, tier in inner.items()] if key == "tiers" and isinstance(inner, dict) else plain(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, datetime.date) else value


def load(source: str | Mapping[str, Any], file: str = "") -> Rulebook:
    """Return the checked rulebook of a YAML text or of its content as a mapping.

    Raises:
        RulebookError: `problems` names the file, clause and path of every mistake and says what to write instead.
    """
    content = parse_content(source, file) if isinstance(source, str) else plain(dict(source))
    return _Loading(content, file or str(content.get("rulebook", ""))).rulebook()


class _Loading:
    """One loading: collects problems, and builds what can be built."""

    def __init__(self, content: dict[str, Any], file: str) -> None:
        self.content = content
        self.file = file
        self.problems: list[Problem] = []
        self.facts: dict[str, Node] = {}

    def rulebook(self) -> Rulebook:
        content = self.content
        for key in sorted(set(content) - _TOP):
            self._problem("", key, f"'{key}' is no part of a rulebook; use one of {', '.join(sorted(_TOP))}.")
        if content.get("language", LANGUAGE_VERSION) != LANGUAGE_VERSION:
            self._problem("", "language", f"this program reads language {LANGUAGE_VERSION}.")
        name = self._text(content, "rulebook", "")
        cities = tuple(content.get("cities") or ())
        for city in cities:
            if city not in CITIES:
                self._problem("", "cities", f"'{city}' is not a known city; use {', '.join(CITIES)}.")
        if not cities:
            self._problem("", "cities", f"name the cities that it holds for, of {', '.join(CITIES)}.")
        facts = self._facts(content.get("facts") or {})
        scope = Scope(self.facts)
        defaults = self._defaults(content.get("defaults") or {})
        clauses = [clause for position, raw in enumerate(content.get("clauses") or []) if (clause := self._clause(raw, position, scope))]
        if not content.get("clauses"):
            self._problem("", "clauses", "a rulebook has at least one clause.")
        clauses = self._ordered(self._with_replaces(clauses))
        effective = self._effective(content.get("effective"), "", "effective")
        deciding = self._deciding(content.get("deciding"))
        intended = self._all_intended(
            content.get("intended"), frozenset(str(raw.get("table")) for raw in content.get("clauses") or [] if isinstance(raw, Mapping))
        )
        for path, sentence in register_problems(content.get("register"), [clause.id for clause in clauses]):
            self._problem("", path, sentence)
        if self.problems:
            raise RulebookError(self.problems)
        return Rulebook(
            name=name, title=str(content.get("title") or name), edition=str(content.get("edition") or ""), cities=cities, deciding=deciding,
            effective_from=effective[0], effective_to=effective[1], not_included=tuple(content.get("not_included") or ()),
            not_checkable=tuple(content.get("not_checkable") or ()), defaults=defaults, facts=facts, clauses=tuple(clauses), register=read_register(content.get("register")),
            content=content, sha256=sha256(content), intended=intended,
        )  # fmt: skip

    def _problem(self, clause: str, path: str, sentence: str) -> None:
        self.problems.append(Problem(self.file, clause, path, sentence))

    @contextmanager
    def _at(self, clause: str, path: str) -> Iterator[None]:
        try:
            yield
        except FormulaError as error:
            self._problem(clause, path, str(error))

    def _text(self, raw: Mapping[str, Any], key: str, clause: str) -> str:
        value = raw.get(key)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or not value:
            self._problem(clause, key, f"write `{key}:` with a text (quote numbers).")
            return ""
        return value

    def _deciding(self, raw: Any) -> Any:
        if raw == "limited":
            return "limited"
        if not isinstance(raw, list) or not raw or any(field not in FIELDS for field in raw):
            self._problem("", "deciding", "list the planning fields that decide, such as [fsi, height_m], or write `limited`.")
            return ()
        return tuple(raw)

    def _effective(self, raw: Any, clause: str, path: str) -> tuple[datetime.date | None, datetime.date | None]:
        ends: list[datetime.date | None] = []
        for key in ("from", "to"):
            value = raw.get(key) if isinstance(raw, Mapping) else None
            try:
                ends.append(None if value is None else datetime.date.fromisoformat(value))
            except (TypeError, ValueError):
                self._problem(clause, f"{path}.{key}", f"'{value}' is no date; write 2020-12-02.")
                ends.append(None)
        if raw is not None and not isinstance(raw, Mapping):
            self._problem(clause, path, "write {from: 2020-12-02, to: null}.")
        return ends[0], ends[1]

    # Facts and defaults

    def _facts(self, raw: Mapping[str, Any]) -> tuple[Fact, ...]:
        facts: dict[str, Fact] = {}
        for name in self._in_order(raw, "facts"):
            if name in FIELDS:
                self._problem("", f"facts.{name}", "a fact cannot have the name of a planning field; choose another name.")
                continue
            entry = raw[name]
            with self._at("", f"facts.{name}"):
                node = value_node(entry, Scope(self.facts, bindings=False), None)
                if any(inner.op == "none" for inner in node.walk()):
                    raise FormulaError("a fact cannot be none; put `none` where the limit stands.")
                about = entry if isinstance(entry, Mapping) else {}
                self.facts[name] = node
                facts[name] = Fact(
                    name, node, node.names(), str(about.get("label") or name.replace("_", " ")), str(about.get("phrase") or ""), dict(about.get("source") or {})
                )
        return tuple(facts.values())

    def _in_order(self, raw: Mapping[str, Any], where: str) -> list[str]:
        """Return names so that each comes after those its formulas mention; a cycle is a problem."""
        words = {name: set(_words(value)) & set(raw) - ({name} if where == "defaults" else set()) for name, value in raw.items()}
        try:
            return list(graphlib.TopologicalSorter({name: sorted(words[name]) for name in sorted(raw)}).static_order())
        except graphlib.CycleError as error:
            self._problem("", where, f"these depend on each other in a circle: {' -> '.join(error.args[1])}.")
            return []

    def _defaults(self, raw: Mapping[str, Any]) -> tuple[Default, ...]:
        defaults = []
        for name in self._in_order(raw, "defaults"):
            if name not in FIELDS:
                self._problem("", f"defaults.{name}", f"'{name}' is not a planning field; check the spelling.")
                continue
            with self._at("", f"defaults.{name}"):
                defaults.append(self._default(name, raw[name]))
        return tuple(defaults)

    def _default(self, name: str, raw: Any) -> Default:
        kind, span, says = field_type(name), None, ""
        value = raw
        if isinstance(raw, str) and kind != "code":
            raise FormulaError(f'a bare text is a code; write {{is: "{raw}"}} for a formula.')
        if isinstance(raw, Mapping):
            says = str(raw.get("says") or "")
            if "range" in raw:
                span, value = raw["range"], raw.get("value", raw.get("is"))
                if not (isinstance(span, list) and len(span) == 2 and isinstance(value, (int, float)) and span[0] <= value <= span[1]):
                    raise FormulaError("write {value: 3.0, range: [2.9, 3.2]} with the value inside the range.")
        node = value_node(value, Scope(dict(self.facts), bindings=False), kind, name)
        if any(inner.op == "none" for inner in node.walk()):
            raise FormulaError("a default is a value; leave the field out where there is none.")
        if name in node.names():
            raise FormulaError("a default cannot be computed from itself.")
        if node.names() & set(self.facts):
            raise FormulaError("defaults are filled before the facts are computed; use planning fields only.")
        return Default(name, node, node.names(), says, (float(span[0]), float(span[1])) if span else None)

    # Clauses

    def _clause(self, raw: Any, position: int, scope: Scope) -> Clause | None:
        if not isinstance(raw, Mapping):
            self._problem(f"number {position + 1}", "", "a clause is a mapping with id, clause_no, conditions and limits.")
            return None
        before = len(self.problems)
        name = self._text(raw, "id", f"number {position + 1}")
        for key in sorted(set(raw) - _CLAUSE):
            self._problem(name, key, f"'{key}' is no part of a clause; use one of {', '.join(sorted(_CLAUSE))}.")
        if raw.get("category") not in Categories:
            self._problem(name, "category", f"use one of {', '.join(Categories)}.")
        if raw.get("verification") not in _VERIFICATIONS:
            self._problem(name, "verification", f"use one of {', '.join(_VERIFICATIONS)}.")
        conditions = tuple(self._conditions(raw.get("conditions") or {}, name, scope))
        limits = tuple(self._limits(raw.get("limits") or {}, name, scope))
        requirements = tuple(self._requirements(raw.get("require") or [], name, scope))
        if not limits and not requirements:
            self._problem(name, "limits", "a clause limits something; write for example `limits: {height_m: 24}`.")
        effective = self._effective(raw.get("effective"), name, "effective")
        title, clause_no = self._text(raw, "title", name), self._text(raw, "clause_no", name)
        if len(self.problems) > before:
            return None
        applies = conjunction(tuple(condition.node for condition in conditions))
        nodes = (applies, *(node for limit in limits for node in limit.nodes()), *(requirement.test for requirement in requirements))
        source = {
            **(self.content.get("source") or {}),
            "clause": clause_no,
            **({"table": raw["table"]} if raw.get("table") else {}),
            **(raw.get("source") or {}),
        }
        clause = Clause(
            id=name, clause_no=clause_no, title=title, category=str(raw["category"]), table=str(raw.get("table") or ""), version=sha256(dict(raw)),
            applies=applies, conditions=conditions, limits=limits, requirements=requirements,
            limited_fields=tuple(dict.fromkeys((*(limit.field for limit in limits), *(name for requirement in requirements for name in requirement.fields)))),
            replaces=frozenset(map(str, raw.get("replaces") or ())),
            reads=self._reads(nodes) | {limit.field for limit in limits} | (set(SIDES) if any(limit.field == "setback_m" for limit in limits) else set()),
            mentions=frozenset().union(*(node.names() for node in nodes), (limit.field for limit in limits), SIDES if any(limit.field == "setback_m" for limit in limits) else ()),
            required=frozenset().union(*(node.fields_of("required") for node in nodes)),
            allowed=frozenset().union(*(node.fields_of("allowed") for node in nodes)),
            falls_back=tuple(
                tuple((arg, arg.names()) for arg in inner.args) for node in nodes for inner in self._resolved(node) if inner.op == "first_known"
            ),
            source=source, verification=str(raw["verification"]), interpretation=str(raw.get("interpretation") or ""),
            effective_from=effective[0], effective_to=effective[1], examples=tuple(raw.get("examples") or ()),
        )  # fmt: skip
        return clause

    def _resolved(self, node: Node) -> Iterator[Node]:
        """Yield the nodes of a tree and of every fact behind it."""
        for inner in node.walk():
            yield inner
            if inner.op == "name" and inner.value in self.facts:
                yield from self._resolved(self.facts[inner.value])

    def _reads(self, nodes: tuple[Node, ...]) -> frozenset[str]:
        """Return the planning fields behind some trees, facts resolved."""
        return frozenset().union(*(inner.names() for node in nodes for inner in self._resolved(node))) - set(self.facts)

    def _conditions(self, raw: Any, clause: str, scope: Scope, path: str = "conditions") -> Iterator[Condition]:
        if not isinstance(raw, Mapping):
            self._problem(clause, path, "write a mapping, such as {abutting_road_width_m: {min: 9, below: 18}}.")
            return
        for key in _in_vocabulary_order(raw):
            value = raw[key]
            with self._at(clause, f"{path}.{key}"):
                if key == "test":
                    for formula in value if isinstance(value, list) else [value]:
                        yield Condition("", self._test(formula, scope))
                elif key == "any":
                    yield Condition("", self._any(value, clause, scope))
                else:
                    subject = name_node(key, scope)
                    match = matcher(value, subject.type, key)
                    yield Condition(key, _matching(subject, match), match)

    def _any(self, raw: Any, clause: str, scope: Scope) -> Node:
        if not isinstance(raw, list) or not raw:
            raise FormulaError("`any` is a list of conditions of which one must hold.")
        return disjunction(tuple(conjunction(tuple(condition.node for condition in self._conditions(each, clause, scope))) for each in raw))

    def _test(self, raw: Any, scope: Scope) -> Node:
        if not isinstance(raw, str):
            raise FormulaError("a test is a formula, such as 'height_m > 3 * abutting_road_width_m'.")
        node = parse_formula(raw, scope)
        if node.type != "flag":
            raise FormulaError("a test is true or false; compare two values.")
        return node

    def _limits(self, raw: Any, clause: str, scope: Scope) -> Iterator[Limit]:
        if not isinstance(raw, Mapping):
            self._problem(clause, "limits", "write a mapping, such as {height_m: 24}.")
            return
        for field in _in_vocabulary_order(raw):
            value = raw[field]
            with self._at(clause, f"limits.{field}"):
                if field not in FIELDS:
                    raise FormulaError(f"'{field}' is not a planning field; check the spelling.")
                yield self._limit(field, value, scope)

    def _limit(self, field: str, raw: Any, scope: Scope) -> Limit:
        kind = field_type(field)
        if kind == "code":
            if not (isinstance(raw, Mapping) and set(raw) in ({"one_of"}, {"none_of"})):
                raise FormulaError("a code field is limited by {one_of: [...]} or {none_of: [...]}.")
            codes = matcher(raw["none_of"] if "none_of" in raw else raw["one_of"], "code", field).one_of
            chosen = frozenset(map(str, codes or ()))
            return Limit(field, none_of=chosen) if "none_of" in raw else Limit(field, one_of=chosen)
        if kind != "number":
            raise FormulaError(f"{field} cannot be limited; use `require` with a test.")
        if not isinstance(raw, Mapping) or not set(raw) & {"min", "max"}:
            return Limit(field, maximum=value_node(raw, scope, "number"))
        if set(raw) - {"min", "max"}:
            raise FormulaError("a limit has min and max only.")
        most = raw.get("max")
        tiers: tuple[tuple[str, Node], ...] = ()
        if isinstance(most, Mapping) and "tiers" in most:
            tiers, most = self._tiers(most, scope), None
        return Limit(
            field,
            minimum=value_node(raw["min"], scope, "number") if "min" in raw else None,
            maximum=value_node(most, scope, "number") if most is not None else None,
            tiers=tiers,
        )

    def _tiers(self, raw: Mapping[str, Any], scope: Scope) -> tuple[tuple[str, Node], ...]:
        tiers = raw["tiers"]
        if set(raw) != {"tiers"} or not isinstance(tiers, list) or not tiers or not all(isinstance(tier, list) and len(tier) == 2 for tier in tiers):
            raise FormulaError("tiers are increments in order, such as {tiers: {basic: 1.10, premium: 0.50, tdr: 0.90}}.")
        return tuple((str(name), value_node(value, scope, "number")) for name, value in tiers)

    def _requirements(self, raw: Any, clause: str, scope: Scope) -> Iterator[Requirement]:
        for index, entry in enumerate(raw if isinstance(raw, list) else [raw]):
            with self._at(clause, f"require.{index}"):
                if not isinstance(entry, Mapping) or not {"test", "limits", "says"} >= set(entry) or not {"test", "limits"} <= set(entry):
                    raise FormulaError("write {test: formula, limits: [fields], says: sentence}.")
                fields = tuple(entry["limits"])
                unknown = [field for field in fields if field not in FIELDS]
                if unknown or not fields:
                    raise FormulaError(f"`limits` names planning fields; {unknown or 'none'} cannot stand there.")
                yield Requirement(self._test(entry["test"], scope), fields, str(entry.get("says") or entry["test"]))

    # Intended gaps and overlaps

    def _all_intended(self, raw: Any, tables: frozenset[str]) -> tuple[Intended, ...]:
        if raw is None:
            return ()
        if not isinstance(raw, list):
            self._problem("", "intended", f"list the gaps and overlaps that are meant, such as {_INTENDED}.")
            return ()
        found = []
        for number, entry in enumerate(raw, 1):
            with self._at("", f"intended, entry {number}"):
                found.append(self._one_intended(entry, f"intended, entry {number}, where", tables))
        return tuple(found)

    def _one_intended(self, raw: Any, path: str, tables: frozenset[str]) -> Intended:
        if not isinstance(raw, Mapping) or set(raw) - {"gap", "overlap", "table", "where", "because"} or ("gap" in raw) == ("overlap" in raw):
            raise FormulaError(f"write one gap or one overlap with its reason, such as {_INTENDED}.")
        kind: Literal["gap", "overlap"] = "gap" if "gap" in raw else "overlap"
        fields = raw[kind] if isinstance(raw[kind], list) else [raw[kind]]
        unknown = [field for field in fields if field not in FIELDS]
        if unknown or not fields:
            raise FormulaError(f"`{kind}` names planning fields; {unknown or 'none'} cannot stand there.")
        table = str(raw.get("table") or "")
        if table and table not in tables:
            raise FormulaError(f"there is no table '{table}' in this rulebook.")
        if not isinstance(raw.get("because"), str) or not raw["because"].strip():
            raise FormulaError("say with `because` why the law has it.")
        conditions = self._conditions(raw.get("where") or {}, "", Scope(self.facts, bindings=False), path)
        where = conjunction(tuple(condition.node for condition in conditions))
        return Intended(kind, tuple(map(str, fields)), table, where, self._reads((where,)), raw["because"].strip())

    # Replacement and order

    def _with_replaces(self, clauses: list[Clause]) -> list[Clause]:
        ids: dict[str, Clause] = {}
        tables: dict[str, set[str]] = {}
        for clause in clauses:
            if clause.id in ids:
                self._problem(clause.id, "id", "this id stands twice; every clause has its own.")
            ids[clause.id] = clause
            if clause.table:
                tables.setdefault(clause.table, set()).add(clause.id)
        resolved = []
        for clause in clauses:
            targets: set[str] = set()
            for target in sorted(clause.replaces):
                if target not in ids and target not in tables:
                    self._problem(clause.id, "replaces", f"there is no clause and no table '{target}' in this rulebook.")
                targets |= tables.get(target, {target} & set(ids))
            resolved.append(replace(clause, replaces=frozenset(targets - {clause.id})))
        return resolved

    def _ordered(self, clauses: list[Clause]) -> list[Clause]:
        """Return clauses so that every limit that one asks for by required() or allowed() is known before."""
        limiting: dict[str, set[str]] = {}
        replacing: dict[str, set[str]] = {}
        for clause in clauses:
            for limit in clause.limits:
                limiting.setdefault(limit.field, set()).add(clause.id)
            for name in clause.limited_fields if clause.replaces else ():
                replacing.setdefault(name, set()).add(clause.id)
        graph: dict[str, set[str]] = {clause.id: set() for clause in sorted(clauses, key=lambda clause: clause.id)}
        for clause in clauses:
            for name in clause.required | clause.allowed:
                graph[clause.id] |= (limiting.get(name, set()) | replacing.get(name, set())) - {clause.id}
        try:
            order = list(graphlib.TopologicalSorter({name: sorted(before) for name, before in graph.items()}).static_order())
        except graphlib.CycleError as error:
            self._problem(error.args[1][0], "limits", f"required()/allowed() go round in a circle: {' -> '.join(error.args[1])}.")
            return clauses
        by_id = {clause.id: clause for clause in clauses}
        return [by_id[name] for name in order]


def _in_vocabulary_order(raw: Mapping[str, Any]) -> list[str]:
    """Return the keys in the vocabulary's order, others after them by name: what is written in any order reads the same."""
    places = {name: place for place, name in enumerate(FIELDS)}
    return sorted(raw, key=lambda key: (places.get(key, len(places)), key))


def _matching(subject: Node, match: Any) -> Node:
    read = subject.run
    if match.one_of is not None:
        return Node("match", (subject,), "flag", one_of(subject, match.one_of), match)

    def run(env: Mapping[str, Any]) -> bool | None:
        value = read(env)
        return None if value is None else match(value)

    return Node("match", (subject,), "flag", run, match)


def _words(raw: Any) -> Iterator[str]:
    """Yield every word of the texts in a value: the names its formulas may mention."""
    if isinstance(raw, str):
        yield from "".join(char if char.isalnum() or char == "_" else " " for char in raw).split()
    elif isinstance(raw, Mapping):
        for key, value in raw.items():
            if key not in ("source", "says", "label", "phrase"):
                yield from _words(value)
    elif isinstance(raw, list):
        for value in raw:
            yield from _words(value)
