"""Single formulas over columns."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.rules.columns.steps import Steps
from compliance.rules.columns.translating import Translator, ceiling, floor, number, round_number
from compliance.rules.formulas import Scope, parse_formula
from compliance.rules.values import ceiling as ceiling_of_one
from compliance.rules.values import floor as floor_of_one
from compliance.specs import round_number as round_one

pytestmark = pytest.mark.bulk

finite = st.floats(-1e12, 1e12) | st.integers(-(10**7), 10**7).map(lambda value: value / 2e6) | st.floats(-100, 100).map(lambda value: round(value, 7))


def computed(engine, formula, **columns):
    import ibis
    import pyarrow

    types = dict.fromkeys(columns, "float64")
    engine.register("numbers", pyarrow.table({name: pyarrow.array(values, pyarrow.float64()) for name, values in columns.items()}))
    steps = Steps(ibis.table(types, name="numbers"))
    return engine.query(steps.result({"found": formula(steps)}))["found"].to_pylist()


@settings(max_examples=60, deadline=None)
@given(st.lists(finite, min_size=1, max_size=200))
def test_rounding_is_to_the_bit_that_of_one_case(duckdb_engine, values):
    assert computed(duckdb_engine, lambda steps: round_number(steps["x"]), x=values) == [round_one(value) for value in values]
    assert computed(duckdb_engine, lambda steps: ceiling(steps["x"]), x=values) == [ceiling_of_one(value) for value in values]
    assert computed(duckdb_engine, lambda steps: floor(steps["x"]), x=values) == [floor_of_one(value) for value in values]


def test_an_infinite_limit_stays_infinite(duckdb_engine):
    assert computed(duckdb_engine, lambda steps: ceiling(steps["x"]), x=[math.inf]) == [math.inf]


FORMULAS = [
    "max(2.0, height_m / 5)",
    "min(fsi, height_m, 3)",
    "ceil(height_m * fsi / 3.7) - round_half_down(height_m / 0.3)",
    "first_known(fsi, height_m, 3) * floor(fsi)",
    "where(height_m >= 15, height_m * 0.1, where(fsi < 2.5, 1, 0.75)) * 1.1",
    "where(height_m == fsi, 1, where(height_m != 3 * fsi, 2, 3))",
    "-height_m + 0.1 * 0.2 * 0.3",
]
amounts = st.none() | st.floats(0, 1000) | st.sampled_from([2.5, 15.0, 15 - 1e-7, 15 - 9e-8, 0.1, 0.3])


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(FORMULAS), st.lists(st.tuples(amounts, amounts), min_size=1, max_size=100))
def test_a_formula_gives_to_the_bit_what_it_gives_for_one_case(duckdb_engine, formula, cases):
    node = parse_formula(formula, Scope({}))
    found = computed(
        duckdb_engine,
        lambda steps: Translator(lambda name: steps[name]).value(node) + number(0),
        height_m=[case[0] for case in cases],
        fsi=[case[1] for case in cases],
    )
    assert found == [node.run({"height_m": case[0], "fsi": case[1]}) for case in cases]
