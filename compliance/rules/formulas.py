"""Formulas of the clause language: parsed to a checked tree, evaluated over one spec, never `eval`ed.

A tree is made of `Node`s. Each node carries its operation, its arguments, its type and `run`, a closure that evaluates it over
an environment (a mapping of fields, facts and bindings to values; what is missing is unknown). The tree stays available beside
the closures, for sentences, for "what is missing" and for evaluation over columns.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import lark

from compliance.rules.errors import FormulaError
from compliance.rules.values import at_least, ceiling, equal, floor, more_than, round_half_down
from compliance.vocabulary import BUILDING_TYPES, FIELDS, ITEM_FIELDS

Environment = Mapping[str, Any]
Run = Callable[[Environment], Any]
Type = Literal["number", "flag", "code", "items"]

GRAMMAR = r"""
?start: disjunction
?disjunction: conjunction | disjunction "or" conjunction -> either
?conjunction: negation | conjunction "and" negation -> both
?negation: comparison | "not" negation -> negate
?comparison: addition | addition COMPARE addition -> compare | addition "in" "[" STRING ("," STRING)* "]" -> membership
?addition: product | addition "+" product -> add | addition "-" product -> subtract
?product: unary | product "*" unary -> multiply | product "/" unary -> divide
?unary: atom | "-" unary -> minus
?atom: NUMBER -> number | STRING -> text | "true" -> true | "false" -> false
     | NAME "(" disjunction ("," disjunction)* ")" -> call | NAME -> name | "(" disjunction ")"
COMPARE: "<=" | ">=" | "==" | "!=" | "<" | ">"
STRING: /'[^'\n]{0,80}'/ | /"[^"\n]{0,80}"/
NAME: /(?!(?:and|or|not|in|true|false)\b)[a-z][a-z0-9_]*/
NUMBER: /[0-9]+(\.[0-9]+)?/
%import common.WS
%ignore WS
"""

MAX_FORMULA_CHARACTERS = 1_000


@dataclass(frozen=True, slots=True)
class Node:
    """One operation of a checked tree.

    Attributes:
        op: the operation ("number", "name", "add", "compare", "required", "by" ...).
        args: the nodes that it reads.
        type: what it yields: a number, a flag, a code or items.
        run: evaluates it; returns a value, or None where it is unknown. It never raises.
        value: what belongs to the operation itself: a constant, a name, a comparison sign, rows.
        positive: whether its value is certainly more than 0 wherever it is known, so that a formula may divide by it.
    """

    op: str
    args: tuple[Node, ...]
    type: Type
    run: Run
    value: Any = None
    positive: bool = False

    def walk(self) -> Iterator[Node]:
        """Yield this node and every node below it."""
        yield self
        for arg in self.args:
            yield from arg.walk()

    def names(self) -> frozenset[str]:
        """Return the fields and facts that it names, `dwelling_mix` included where it goes over the dwellings."""
        return frozenset("dwelling_mix" if node.op in ("count", "sum") else node.value for node in self.walk() if node.op in ("name", "count", "sum"))

    def fields_of(self, op: Literal["required", "allowed"]) -> frozenset[str]:
        """Return the fields whose binding limit it asks for by `required(...)` or `allowed(...)`."""
        return frozenset(node.value for node in self.walk() if node.op == op)


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that a formula may use: the planning fields, the facts of the rulebook, and whether limits can be asked for."""

    facts: Mapping[str, Node]
    bindings: bool = True

    def type_of(self, name: str) -> Type:
        """Return the type of a name; a FormulaError says which name is meant where it is unknown."""
        if name in self.facts:
            return self.facts[name].type
        field = FIELDS.get(name)
        if field is None:
            raise FormulaError(f"'{name}' is neither a planning field nor a fact of this rulebook; check the spelling or declare it under facts.")
        return field_type(name)


def field_type(name: str) -> Type:
    """Return the type of a planning field in formulas."""
    kind = FIELDS[name].kind
    return "number" if kind in ("number", "count") else kind  # type: ignore[return-value]


@cache
def _parser() -> lark.Lark:
    return lark.Lark(GRAMMAR, parser="lalr", maybe_placeholders=False)


def parse_formula(text: str, scope: Scope) -> Node:
    """Return the checked tree of a formula.

    Raises:
        FormulaError: it cannot be read, a name is unknown, a type is wrong, or a division could be by zero.

    >>> node = parse_formula("max(2.0, height_m / 5)", Scope({}))
    >>> node.run({"height_m": 20.0}), node.run({})
    (4.0, None)
    """
    if len(text) > MAX_FORMULA_CHARACTERS:
        raise FormulaError(f"a formula has at most {MAX_FORMULA_CHARACTERS} characters; split it into facts.")
    try:
        tree = _parser().parse(text)
    except lark.UnexpectedInput as error:
        place = getattr(error, "column", None) or len(text)
        raise FormulaError(f"'{text}' cannot be read at character {place}; write for example max(2.0, height_m / 5).") from None
    return _build(tree, scope)


def _build(tree: lark.Tree[lark.Token], scope: Scope) -> Node:
    build = _BUILDERS[tree.data]
    return build(tree.children, scope)


def constant(value: float | str | bool) -> Node:
    """Return the node of a constant number, code or flag."""
    kind: Type = "flag" if isinstance(value, bool) else "code" if isinstance(value, str) else "number"
    return Node("constant", (), kind, lambda env: value, value, positive=kind == "number" and float(value) > 0)


def name_node(name: str, scope: Scope) -> Node:
    """Return the node that reads a field or fact."""
    kind = scope.type_of(name)
    positive = scope.facts[name].positive if name in scope.facts else FIELDS[name].positive or FIELDS[name].low > 0
    return Node("name", (), kind, lambda env: env.get(name), name, positive)


def conjunction(nodes: tuple[Node, ...]) -> Node:
    """Return the Kleene `and` of many flags; true where there are none."""
    runs = tuple(node.run for node in nodes)

    def run(env: Environment) -> bool | None:
        unknown = False
        for test in runs:
            value = test(env)
            if value is False:
                return False
            if value is None:
                unknown = True
        return None if unknown else True

    return Node("all", nodes, "flag", run)


def disjunction(nodes: tuple[Node, ...]) -> Node:
    """Return the Kleene `or` of many flags; false where there are none."""
    runs = tuple(node.run for node in nodes)

    def run(env: Environment) -> bool | None:
        unknown = False
        for test in runs:
            value = test(env)
            if value is True:
                return True
            if value is None:
                unknown = True
        return None if unknown else False

    return Node("any", nodes, "flag", run)


def _expect(node: Node, kind: Type, where: str) -> Node:
    if node.type != kind:
        raise FormulaError(f"{where} takes a {kind}, not a {node.type}.")
    return node


def _arithmetic(op: str, function: Callable[[float, float], float]) -> Callable[[list[Any], Scope], Node]:
    def build(children: list[Any], scope: Scope) -> Node:
        left, right = (_expect(_build(child, scope), "number", f"'{op}'") for child in children)
        if op == "divide" and not right.positive:
            raise FormulaError("it may divide by zero; divide by a positive number or by a field that is never 0, or write max(x, 0.001).")
        a, b = left.run, right.run

        def run(env: Environment) -> float | None:
            x, y = a(env), b(env)
            if x is None or y is None:
                return None
            if op == "divide" and y == 0:
                return None
            result = function(x, y)
            return None if math.isnan(result) else result

        positive = op != "subtract" and left.positive and right.positive
        return Node(op, (left, right), "number", run, positive=positive)

    return build


def _minus(children: list[Any], scope: Scope) -> Node:
    inner = _expect(_build(children[0], scope), "number", "'-'")
    run = inner.run

    def negative(env: Environment) -> float | None:
        value = run(env)
        return None if value is None else -value

    return Node("minus", (inner,), "number", negative)


_NUMBER_SIGNS: Mapping[str, Callable[[float, float], bool]] = {
    "<=": lambda a, b: at_least(b, a),
    ">=": at_least,
    "<": lambda a, b: more_than(b, a),
    ">": more_than,
    "==": equal,
    "!=": lambda a, b: not equal(a, b),
}
_CODE_SIGNS: Mapping[str, Callable[[Any, Any], bool]] = {"==": operator.eq, "!=": operator.ne}


def _compare(children: list[Any], scope: Scope) -> Node:
    left, right = _build(children[0], scope), _build(children[2], scope)
    sign = str(children[1])
    if left.type != right.type:
        raise FormulaError(f"'{sign}' compares two values of one type; here a {left.type} meets a {right.type}.")
    signs = _NUMBER_SIGNS if left.type == "number" else _CODE_SIGNS
    if sign not in signs or left.type == "items":
        raise FormulaError(f"'{sign}' cannot compare two {left.type} values; use == or !=.")
    _check_codes(left, right)
    if sign == "==" and right.op == "constant" and right.type == "code":
        return Node("compare", (left, right), "flag", one_of(left, frozenset({right.value})), sign)
    test, a, b = signs[sign], left.run, right.run

    def run(env: Environment) -> bool | None:
        x, y = a(env), b(env)
        return None if x is None or y is None else test(x, y)

    return Node("compare", (left, right), "flag", run, sign)


def _check_codes(left: Node, right: Node) -> None:
    for subject, code in ((left, right), (right, left)):
        if subject.op == "name" and code.op == "constant" and code.type == "code":
            check_code(subject.value, code.value)


def check_code(field: str, code: str) -> None:
    """Raise a FormulaError where a code does not stand in the closed list of a field (in any city)."""
    from compliance.vocabulary import CITIES, codes_of  # noqa: PLC0415 - kept beside its only use

    if field not in FIELDS or FIELDS[field].kind != "code":
        return
    known = {known for city in CITIES for known in codes_of(field, city)}
    if known and code not in known:
        raise FormulaError(f"'{code}' is not a known {FIELDS[field].label}; use one of {', '.join(sorted(known))}.")


def _membership(children: list[Any], scope: Scope) -> Node:
    subject = _expect(_build(children[0], scope), "code", "'in'")
    codes = frozenset(str(token)[1:-1] for token in children[1:])
    if subject.op == "name":
        for code in sorted(codes):
            check_code(subject.value, code)
    return Node("in", (subject,), "flag", one_of(subject, codes), codes)


def one_of(subject: Node, codes: frozenset[Any]) -> Run:
    """Return the test whether a subject is one of some codes.

    A building type belongs to one use, so that a residential building is no hospital even where its type is not known; a mixed
    building may hold any type.
    """
    read = subject.run
    if not (subject.op == "name" and subject.value == "building_type"):

        def plain(env: Environment) -> bool | None:
            value = read(env)
            return None if value is None else value in codes

        return plain
    uses = {"mixed", None, *(BUILDING_TYPES[code].use for code in codes if code in BUILDING_TYPES)}

    def run(env: Environment) -> bool | None:
        value = read(env)
        if value is None:
            return None if env.get("building_use") in uses else False
        return value in codes

    return run


def _flags(builder: Callable[[tuple[Node, ...]], Node], word: str) -> Callable[[list[Any], Scope], Node]:
    def build(children: list[Any], scope: Scope) -> Node:
        return builder(tuple(_expect(_build(child, scope), "flag", f"'{word}'") for child in children))

    return build


def _negate(children: list[Any], scope: Scope) -> Node:
    inner = _expect(_build(children[0], scope), "flag", "'not'")
    test = inner.run

    def run(env: Environment) -> bool | None:
        value = test(env)
        return None if value is None else not value

    return Node("not", (inner,), "flag", run)


def _where(children: list[Any], scope: Scope) -> Node:
    test, yes, no = _arguments("where", children, scope, 3)
    _expect(test, "flag", "where(test, a, b)")
    if yes.type != no.type:
        raise FormulaError("where(test, a, b) yields a or b: both are numbers, or both flags, or both codes.")
    decide, first, second = test.run, yes.run, no.run

    def run(env: Environment) -> Any:
        value = decide(env)
        return None if value is None else first(env) if value else second(env)

    return Node("where", (test, yes, no), yes.type, run, positive=yes.positive and no.positive)


def _extreme(word: str, function: Callable[[float, float], float]) -> Callable[[list[Any], Scope], Node]:
    def build(children: list[Any], scope: Scope) -> Node:
        args = tuple(_expect(arg, "number", f"{word}(...)") for arg in _arguments(word, children, scope))
        runs = tuple(arg.run for arg in args)

        def run(env: Environment) -> float | None:
            best: float | None = None
            for read in runs:
                value = read(env)
                if value is None:
                    return None
                best = value if best is None else function(best, value)
            return best

        positive = any(arg.positive for arg in args) if word == "max" else all(arg.positive for arg in args)
        return Node(word, args, "number", run, positive=positive)

    return build


def _rounding(word: str, function: Callable[[float], float]) -> Callable[[list[Any], Scope], Node]:
    def build(children: list[Any], scope: Scope) -> Node:
        (inner,) = _arguments(word, children, scope, 1)
        read = _expect(inner, "number", f"{word}(x)").run

        def run(env: Environment) -> float | None:
            value = read(env)
            return None if value is None else function(value)

        return Node(word, (inner,), "number", run)

    return build


def _first_known(children: list[Any], scope: Scope) -> Node:
    args = _arguments("first_known", children, scope)
    if len({arg.type for arg in args}) != 1:
        raise FormulaError("first_known(a, b, ...) takes values of one type.")
    runs = tuple(arg.run for arg in args)

    def run(env: Environment) -> Any:
        for read in runs:
            value = read(env)
            if value is not None:
                return value
        return None

    return Node("first_known", tuple(args), args[0].type, run, positive=all(arg.positive for arg in args))


def _binding(word: Literal["required", "allowed"]) -> Callable[[list[Any], Scope], Node]:
    def build(children: list[Any], scope: Scope) -> Node:
        argument = children[1]
        field = str(argument.children[0]) if isinstance(argument, lark.Tree) and argument.data == "name" else ""
        if len(children) != 2 or field not in FIELDS or field_type(field) != "number":
            raise FormulaError(f"{word}(field) takes one planning field, such as {word}(front_setback_m).")
        if not scope.bindings:
            raise FormulaError(f"{word}(...) stands only in clauses; facts and defaults are computed before any clause.")
        key = f"{word}:{field}"
        return Node(word, (), "number", lambda env: env.get(key), field)

    return build


def _over_items(word: Literal["count", "sum"]) -> Callable[[list[Any], Scope], Node]:
    def build(children: list[Any], scope: Scope) -> Node:
        subject = children[1]
        if len(children) != 3 or not (isinstance(subject, lark.Tree) and subject.data == "name" and subject.children[0] == "dwelling_mix"):
            raise FormulaError(f"{word}(dwelling_mix, ...) goes over the list dwelling_mix, with one test or formula per item.")
        inner = _build(children[2], _ItemScope(scope.facts, bindings=False))
        _expect(inner, "flag" if word == "count" else "number", f"{word}(dwelling_mix, ...)")
        read = inner.run

        def run(env: Environment) -> float | None:
            items = env.get("dwelling_mix")
            if items is None:
                return None
            total = 0.0
            for item in items:
                value = read({**env, **item})
                if value is None:
                    return None
                total += item["count"] * float(value)
            return total

        return Node(word, (inner,), "number", run)

    return build


class _ItemScope(Scope):
    """Inside `count` and `sum` the names of an item come first."""

    def type_of(self, name: str) -> Type:
        return "number" if name in ITEM_FIELDS else super().type_of(name)


def _arguments(word: str, children: list[Any], scope: Scope, exactly: int | None = None) -> list[Node]:
    args = [_build(child, scope) for child in children[1:]]
    if exactly is not None and len(args) != exactly:
        raise FormulaError(f"{word}(...) takes {exactly} argument{'s' if exactly > 1 else ''}, not {len(args)}.")
    return args


_FUNCTIONS: Mapping[str, Callable[[list[Any], Scope], Node]] = {
    "where": _where,
    "min": _extreme("min", lambda a, b: b if b < a else a),
    "max": _extreme("max", lambda a, b: b if b > a else a),
    "ceil": _rounding("ceil", ceiling),
    "floor": _rounding("floor", floor),
    "round_half_down": _rounding("round_half_down", round_half_down),
    "first_known": _first_known,
    "required": _binding("required"),
    "allowed": _binding("allowed"),
    "count": _over_items("count"),
    "sum": _over_items("sum"),
}


def _call(children: list[Any], scope: Scope) -> Node:
    word = str(children[0])
    if word not in _FUNCTIONS:
        raise FormulaError(f"there is no function '{word}'; use one of {', '.join(_FUNCTIONS)}.")
    return _FUNCTIONS[word](children, scope)


def _name(children: list[Any], scope: Scope) -> Node:
    name = str(children[0])
    if isinstance(scope, _ItemScope) and name in ITEM_FIELDS:
        return Node("item", (), "number", lambda env: env.get(name), name, ITEM_FIELDS[name].positive)
    return name_node(name, scope)


_BUILDERS: Mapping[str, Callable[[list[Any], Scope], Node]] = {
    "number": lambda children, scope: constant(float(children[0])),
    "text": lambda children, scope: constant(str(children[0])[1:-1]),
    "true": lambda children, scope: constant(True),
    "false": lambda children, scope: constant(False),
    "name": _name,
    "call": _call,
    "add": _arithmetic("add", operator.add),
    "subtract": _arithmetic("subtract", operator.sub),
    "multiply": _arithmetic("multiply", operator.mul),
    "divide": _arithmetic("divide", operator.truediv),
    "minus": _minus,
    "compare": _compare,
    "membership": _membership,
    "both": _flags(conjunction, "and"),
    "either": _flags(disjunction, "or"),
    "negate": _negate,
}
