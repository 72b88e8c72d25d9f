"""What is known beforehand changes what is computed, never what comes out."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.rules.columns.folding import Known, all_of, any_of, as_value, cases, coalesce, constant, greatest, least
from compliance.rules.columns.steps import Steps

pytestmark = pytest.mark.bulk

ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "flag": st.sampled_from([None, True, False]),
            "sure": st.booleans(),
            "use": st.sampled_from([None, "a", "b", "c"]),
            "size": st.sampled_from([None, 0.0, 1.0, 2.5]),
            "width": st.sampled_from([0.0, 1.0, 7.0]),
        }
    ),
    min_size=1,
    max_size=12,
)
TYPES = {"flag": "boolean", "sure": "boolean", "use": "string", "size": "float64", "width": "float64"}

# Each operation as a name, what it is applied to, and how it is written.
numbers: Any = st.deferred(
    lambda: (
        st.sampled_from(["size", "width"]).map(lambda name: lambda read: read(name))
        | st.sampled_from([None, 0.0, 1.0, 2.0]).map(lambda value: lambda read: constant(value, "float64"))
        | st.tuples(numbers, numbers).map(lambda pair: lambda read: pair[0](read) + pair[1](read))
        | st.tuples(numbers, numbers).map(lambda pair: lambda read: pair[0](read) * pair[1](read))
        | st.tuples(numbers, numbers).map(lambda pair: lambda read: coalesce(pair[0](read), pair[1](read)))
        | st.tuples(numbers, numbers).map(lambda pair: lambda read: greatest(pair[0](read), pair[1](read)))
        | st.tuples(numbers, numbers).map(lambda pair: lambda read: least(pair[0](read), pair[1](read)))
        | st.tuples(flags, numbers, flags, numbers, numbers).map(
            lambda parts: lambda read: cases((parts[0](read), parts[1](read)), (parts[2](read), parts[3](read)), else_=parts[4](read))
        )
    )
)
codes: Any = st.deferred(
    lambda: (
        st.integers(0, 4).map(lambda value: lambda read: as_value(value))
        | st.tuples(flags, codes, codes).map(lambda parts: lambda read: cases((parts[0](read), parts[1](read)), else_=parts[2](read)))
        | st.tuples(codes, codes).map(lambda pair: lambda read: greatest(pair[0](read), pair[1](read)))
    )
)
flags: Any = st.deferred(
    lambda: (
        st.sampled_from(["flag", "sure"]).map(lambda name: lambda read: read(name))
        | st.sampled_from([None, True, False]).map(lambda value: lambda read: constant(value, "boolean"))
        | flags.map(lambda flag: lambda read: ~flag(read))
        | st.lists(flags, max_size=3).map(lambda parts: lambda read: all_of([part(read) for part in parts]))
        | st.lists(flags, max_size=3).map(lambda parts: lambda read: any_of([part(read) for part in parts]))
        | numbers.map(lambda number: lambda read: number(read).isnull())
        | st.tuples(numbers, numbers).map(lambda pair: lambda read: pair[0](read) < pair[1](read))
        | st.tuples(numbers, numbers).map(lambda pair: lambda read: pair[0](read).identical_to(pair[1](read)))
        | st.tuples(codes, st.integers(0, 4)).map(lambda pair: lambda read: pair[0](read) == pair[1])
        | st.sampled_from([("a",), ("a", "b"), ("a", "b", "c"), ("d",)]).map(lambda words: lambda read: read("use").isin(words))
        | st.tuples(flags, flags, flags).map(lambda parts: lambda read: cases((parts[0](read), parts[1](read)), else_=parts[2](read)))
        | st.tuples(flags, flags).map(lambda pair: lambda read: coalesce(pair[0](read), pair[1](read)))
    )
)


@settings(max_examples=400, deadline=None)
@given(ROWS, st.lists(numbers | flags | codes, min_size=1, max_size=4))
def test_what_is_known_of_the_columns_changes_no_value(duckdb_engine, rows, formulas):
    import ibis
    import pyarrow

    duckdb_engine.register(
        "rows", pyarrow.table({name: pyarrow.array([row[name] for row in rows], ibis.dtype(kind).to_pyarrow()) for name, kind in TYPES.items()})
    )
    table = ibis.table(TYPES, name="rows")
    known = {}
    for name, kind in TYPES.items():
        found = {row[name] for row in rows}
        known[name] = Known(None in found, frozenset(found - {None}) if kind != "float64" or found == {None} else None)
    answers = []
    for steps in (Steps(table), Steps(table, known)):
        wanted = {f"c{place}": formula(steps.__getitem__) for place, formula in enumerate(formulas)}
        answers.append(duckdb_engine.query(steps.result({"size": steps["size"], **wanted})).to_pylist())
    assert answers[0] == answers[1]
    # With the row's own values in place of the columns, everything folds into what the engine gives.
    for row, answer in zip(rows, answers[0], strict=True):
        for place, formula in enumerate(formulas):
            value = formula(lambda name, row=row: constant(row[name], TYPES[name]))
            assert value.op == "constant"
            assert value.data == answer[f"c{place}"]
