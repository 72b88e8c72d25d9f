"""Random proposals that come near a rulebook's own thresholds, judged one by one and by columns."""

import datetime
import math
import random
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from compliance.rules import Completion, Rulebook, Verdict, complete, evaluate
from compliance.rules.columns import Verdicts, field_dtype, needed_fields, read_judged, read_spec
from compliance.rules.evaluating import assemble
from compliance.rules.formulas import Node
from compliance.specs import Spec, SpecError, normalise_spec
from compliance.vocabulary import FIELDS, codes_of

DAY = datetime.date(2026, 11, 1)
MOSTLY_GIVEN = {"city": 1.0, "building_use": 0.95, "plot_area_sq_m": 0.93, "abutting_road_width_m": 0.93, "height_m": 0.6, "storeys": 0.5, "dwelling_mix": 0.3}
HARDLY_GIVEN = {"floor_height_m": 0.1, "setback_m": 0.15}
UNIT_UP_TO = {"m": 40, "m2": 6000, "%": 100}


class Case:
    """One proposal: what was given, what was asked, and the verdict on it alone."""

    def __init__(self, rulebook: Rulebook, spec: Spec, asked: list[str]) -> None:
        self.spec = spec
        self.asked = asked
        self.completion: Completion = complete(rulebook, spec, asked)
        self.verdict: Verdict = evaluate(rulebook, self.completion, DAY)


def random_cases(rulebook: Rulebook, number: int, seed: int) -> list[Case]:
    """Proposals of every density, half of their numbers at a threshold of the rulebook, just beside it or a metre off."""
    rng = random.Random(seed)  # noqa: S311 - nothing secret
    thresholds, fields = thresholds_of(rulebook), needed_fields(rulebook)
    found: list[Case] = []
    while len(found) < number:
        try:
            spec = normalise_spec(_random_values(rulebook, rng, thresholds, fields))
        except SpecError:
            continue
        found.append(Case(rulebook, spec, rng.sample(fields, 2) if rng.random() < 0.15 else []))
    return found


def thresholds_of(rulebook: Rulebook) -> dict[str, list[float]]:
    """The numbers that a rulebook compares each field with."""
    found: dict[str, set[float]] = defaultdict(set)

    def look(tree: Node) -> None:
        for node in tree.walk():
            if not node.args or node.args[0].op != "name":
                continue
            name = node.args[0].value
            if node.op in ("match", "by"):
                for match in node.value if node.op == "by" else (node.value,):
                    found[name] |= {end for end in (match.minimum, match.maximum, match.above, match.below) if end is not None}
            elif node.op == "compare" and node.args[1].op == "constant" and node.args[1].type == "number":
                found[name].add(float(node.args[1].value))

    for tree in (*(default.node for default in rulebook.defaults), *(fact.node for fact in rulebook.facts)):
        look(tree)
    for clause in rulebook.clauses:
        look(clause.applies)
        for limit in clause.limits:
            for node in limit.nodes():
                look(node)
                if node.op == "constant":
                    found[limit.field].add(float(node.value))
    return {name: sorted(values) for name, values in found.items()}


def _random_values(rulebook: Rulebook, rng: random.Random, thresholds: dict[str, list[float]], fields: list[str]) -> dict[str, Any]:
    city = rng.choice(rulebook.cities)
    density = rng.choice([0.25, 0.5, 0.8, 0.95])
    values: dict[str, Any] = {}
    for name in fields:
        kind = FIELDS[name].kind
        chance = MOSTLY_GIVEN.get(name) or HARDLY_GIVEN.get(name) or density * (0.5 if kind == "flag" else 1)
        if rng.random() < chance:
            values[name] = city if name == "city" else _random_value(name, city, rng, thresholds.get(name, []))
    return values


def _random_value(name: str, city: str, rng: random.Random, thresholds: list[float]) -> Any:
    field = FIELDS[name]
    if field.kind == "code":
        codes = codes_of(name, city)
        return "none" if "none" in codes and rng.random() < 0.6 else rng.choice(codes)
    if field.kind == "flag":
        return rng.random() < 0.4
    if field.kind == "items":
        return [_random_item(rng) for _ in range(rng.randint(0, 3))]
    near = [value for value in thresholds if field.low <= value <= field.high]
    if near and rng.random() < 0.5:
        value = rng.choice(near) + rng.choice([0, 0, 0, 1e-6, -1e-6, 0.01, -0.01, 1, -1])
    else:
        value = round(rng.uniform(0, UNIT_UP_TO.get(field.unit, 12)), rng.choice([0, 1, 2, 6]))
    value = min(max(value, field.low), field.high)
    return round(value) if field.kind == "count" else value


def _random_item(rng: random.Random) -> dict[str, float]:
    item: dict[str, float] = {"count": rng.randint(0, 30)}
    if rng.random() < 0.9:
        item["carpet_sq_m"] = round(rng.uniform(10, 160), 1)
    if rng.random() < 0.9:
        item["plinth_sq_m"] = round(rng.uniform(10, 400), 1)
    return item


def as_arrow(rulebook: Rulebook, cases: list[Case]) -> Any:
    """The cases as an Arrow table, with a column `row`."""
    import ibis
    import pyarrow

    names = needed_fields(rulebook)
    types = ibis.schema({"row": "int64", "asked": "array<string>", **{name: field_dtype(name) for name in names}})
    rows = [{"row": row, "asked": case.asked, **{name: _plain(case.spec.get(name)) for name in names}} for row, case in enumerate(cases)]
    return pyarrow.Table.from_pylist(rows, schema=types.to_pyarrow())


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def differences(verdicts: Verdicts, rulebook: Rulebook, case: Case, state: dict[str, Any], shown: dict[str, Any]) -> Iterator[str]:
    """What is not the same in the columns and in the verdict on the case alone, down to the digest."""
    single = case.verdict
    if read_spec(verdicts, state) != case.completion.spec:
        yield "the completed spec"
    columns = assemble(rulebook, case.completion, read_judged(verdicts, state), DAY)
    for name in ("outcome_digest", "digest", "status", "reason", "permissible", "must_also_provide", "counts", "missing_fields"):
        if getattr(columns, name) != getattr(single, name):
            yield name
    if shown["status"] != single.status or (shown["missing_fields"] or "").split() != list(single.missing_fields):
        yield f"the shown status: {shown['status']}"
    outcomes = {finding.id: finding.outcome for finding in single.findings if finding.outcome != "NOT_APPLICABLE" and not finding.id.startswith("none:")}
    if {clause.id: shown[clause.id] for clause in verdicts.layout.clauses if shown[clause.id]} != outcomes:
        yield "the shown outcomes"
    for finding in single.findings:
        for name, check in finding.checks.items():
            for word, wire in (("min", check.get("rule_min")), ("max", check.get("rule_max")), ("short by", check.get("short_by", check.get("over_by")))):
                column = f"{finding.id} {name} {word}"
                if column in shown and _rounded(shown[column]) != wire:
                    yield column
    yield from _permissible_differences(verdicts, single, shown)


def _permissible_differences(verdicts: Verdicts, single: Verdict, shown: dict[str, Any]) -> Iterator[str]:
    for name in verdicts.layout.checks_on:
        entry = single.permissible.get(name, {})
        least, most = entry.get("min"), math.inf if entry.get("unlimited") else entry.get("max")
        for word, value in (("min", least), ("max", most)):
            if f"{name} {word}" in shown and shown[f"{name} {word}"] != value:
                yield f"permissible {name} {word}"
        if f"{name} max" in shown and most is not None and shown[f"{name} max clause"] != entry["clause_no"]:
            yield f"the clause that binds {name}"
        if f"{name} min" in shown and least is not None and most is None and shown[f"{name} min clause"] != entry["clause_no"]:
            yield f"the clause that binds {name}"


def _rounded(value: float | None) -> float | None:
    return None if value is None or math.isinf(value) else round(value, 6)
