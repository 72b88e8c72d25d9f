"""What holds for any proposal and any rulebook made of these clauses."""

import copy
import datetime
import random

import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.canonical import canonical
from compliance.rules import complete, evaluate, load
from compliance.rules.formulas import Scope, parse_formula
from compliance.vocabulary import BLOCKING
from tests.compliance.rules.conftest import SMALL

DAY = datetime.date(2026, 1, 15)
FEW = settings(max_examples=150, deadline=None)

lengths = st.floats(0.5, 60).map(lambda value: round(value, 3))
specs = st.fixed_dictionaries(
    {},
    optional={
        "city": st.just("Pune"),
        "building_use": st.sampled_from(["residential", "commercial", "mixed"]),
        "land_use_zone": st.sampled_from(["R1", "R2", "Commercial"]),
        "plot_area_sq_m": st.floats(20, 20000).map(lambda value: round(value, 2)),
        "abutting_road_width_m": st.one_of(lengths, st.sampled_from([9.0, 12.0, 18.0])),
        "height_m": st.one_of(lengths, st.sampled_from([15.0, 22.5])),
        "storeys": st.integers(1, 20),
        "fsi": st.floats(0, 4).map(lambda value: round(value, 2)),
        "setback_m": lengths,
        "front_setback_m": st.one_of(lengths, st.sampled_from([1.0, 3.0, 4.5])),
        "side_setback_m": lengths,
        "rear_setback_m": lengths,
        "is_core_area": st.booleans(),
        "dwelling_units": st.integers(0, 50),
        "parking_spaces": st.integers(0, 50),
        "stilt_levels": st.integers(0, 2),
    },
)
complete_specs = specs.map(lambda spec: {"city": "Pune", "building_use": "residential", "plot_area_sq_m": 500.0, "abutting_road_width_m": 12.0, **spec})


def judge(content, spec):
    rulebook = load(content)
    return evaluate(rulebook, complete(rulebook, spec), DAY)


@FEW
@given(specs, st.randoms())
def test_the_verdict_does_not_depend_on_the_order_of_clauses_or_fields(spec, order: random.Random):
    shuffled = copy.deepcopy(SMALL)
    order.shuffle(shuffled["clauses"])
    names = list(spec)
    order.shuffle(names)
    first, second = judge(SMALL, spec), judge(shuffled, {name: spec[name] for name in names})
    assert first.digest == second.digest
    assert first == second


@FEW
@given(complete_specs, st.sets(st.integers(0, len(SMALL["clauses"]) - 1), max_size=5))
def test_compliant_means_every_deciding_field_has_an_applicable_determined_check(spec, removed):
    content = copy.deepcopy(SMALL)
    content["clauses"] = [clause for index, clause in enumerate(content["clauses"]) if index not in removed and clause["id"] != "CORE"]
    verdict = judge(content, spec)
    if verdict.status == "COMPLIANT":
        for name in SMALL["deciding"]:
            assert any(finding.checks.get(name, {}).get("outcome") == "SATISFIED" for finding in verdict.findings), name


@FEW
@given(specs)
def test_nothing_is_silently_skipped(spec):
    verdict = judge(SMALL, spec)
    counts = verdict.counts
    real = [finding for finding in verdict.findings if not finding.id.startswith("none:")]
    assert counts["clauses"] == len(SMALL["clauses"])
    assert counts["clauses"] - counts["not_applicable"] <= len(real)
    if not set(BLOCKING) <= set(spec) and verdict.status != "BLOCKED":
        assert set(verdict.missing_fields) == set()


@FEW
@given(complete_specs, st.sampled_from(["parking_spaces", "dwelling_units", "rear_setback_m", "storeys", "fsi", "height_m"]), st.integers(1, 20))
def test_adding_a_field_without_a_default_never_turns_a_violation_into_a_pass(spec, name, value):
    if name in spec or name in ("height_m", "storeys"):
        return
    before = {finding.id: finding.outcome for finding in judge(SMALL, spec).findings}
    after = {finding.id: finding.outcome for finding in judge(SMALL, {**spec, name: value}).findings}
    assert not [clause for clause, outcome in before.items() if outcome == "VIOLATED" and after.get(clause) == "SATISFIED"]


FORMULAS = [
    "max(2.0, height_m / 5)",
    "ceil(plot_area_sq_m * fsi / 3.7) - round_half_down(height_m / 0.3)",
    "where(is_core_area, height_m * 1000000, -height_m) / abutting_road_width_m",
    "first_known(setback_m, front_setback_m, 3) * floor(fsi)",
    "sum(dwelling_mix, where(carpet_sq_m <= 45, 0.25, carpet_sq_m / plinth_sq_m)) + count(dwelling_mix, plinth_sq_m > 3)",
    "min(height_m, fsi) * max(height_m, fsi) * height_m * height_m * height_m",
]
items = st.lists(
    st.fixed_dictionaries({"count": st.integers(0, 10**5)}, optional={"carpet_sq_m": st.floats(0.01, 1e8), "plinth_sq_m": st.floats(0.01, 1e8)}), max_size=4
)
wild = st.fixed_dictionaries(
    {},
    optional={
        "height_m": st.floats(1e-6, 1e3), "fsi": st.floats(0, 25), "plot_area_sq_m": st.floats(1e-6, 1e8), "abutting_road_width_m": st.floats(1e-6, 200),
        "is_core_area": st.booleans(), "setback_m": st.floats(0, 500), "front_setback_m": st.floats(0, 500), "dwelling_mix": items,
    },
)  # fmt: skip


@FEW
@given(st.sampled_from(FORMULAS), wild)
def test_a_formula_never_raises_and_is_unknown_or_a_number(formula, spec):
    value = parse_formula(formula, Scope({})).run(spec)
    assert value is None or isinstance(value, float)


numbers = st.one_of(st.integers(-(2**53) + 1, 2**53 - 1), st.floats(allow_nan=False, allow_infinity=False))
documents = st.recursive(
    st.one_of(numbers, st.booleans(), st.none(), st.text()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@FEW
@given(documents)
def test_our_canonical_json_is_rfc_8785(document):
    assert canonical(document) == rfc8785.dumps(document)
