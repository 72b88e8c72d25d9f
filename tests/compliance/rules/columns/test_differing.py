"""By columns, two rulebooks tell the cases whose outcome digest differs from those whose does not, as one by one."""

from collections import Counter
from typing import Any

import pytest

from compliance.packaged import FOLDER
from compliance.rules import Rulebook, Verdict, complete, evaluate, load_file
from compliance.rules.columns.differing import LIMITS_DIFFER, OUTCOMES_DIFFER, SAME, UNSURE, Pair, read_states
from compliance.rules.concluding import State, conclude
from compliance.rules.narrowing import narrow
from tests.compliance.rules.columns.cases import DAY, Case, as_arrow, random_cases
from tests.compliance.rules.test_narrowing import edits

pytestmark = pytest.mark.bulk

PACKAGED = sorted(path.stem for path in FOLDER.glob("*.yaml"))

ibis = pytest.importorskip("ibis", reason="requirements/bulk.txt is not installed")


def compare(engine, old: Rulebook, new: Rulebook, cases: list[Case]) -> tuple[dict[int, int], dict[int, dict[str, State]]]:
    """How each case differs by columns (a case of which neither part says anything is left out), and what the clauses in question come to."""
    arrow = as_arrow(old, cases)
    engine.register("cases", arrow)
    table = ibis.table(ibis.schema(arrow.schema), name="cases")
    found: dict[int, int] = {}
    for ranged in (False, True):
        pair = Pair(*narrow(old, new), DAY, ranged)
        states = pair.states(table)
        for name, side in zip(("old_states", "new_states"), states, strict=True):
            engine.register(name, engine.query(side))
        compared = pair.compared(*(ibis.table(side.schema(), name=name) for name, side in zip(("old_states", "new_states"), states, strict=True)))
        found |= {row["row"]: row["differs"] for row in engine.query(compared).to_pylist()}
        if not ranged:
            names = ibis.table(states[1].schema(), name="new_states")
            after = {row["row"]: read_states(pair.layouts[1], row) for row in engine.query(names).to_pylist()}
            gone = dict.fromkeys(pair.layouts[0].places.keys() - pair.layouts[1].places.keys(), State(listed=False, checks=()))
    return found, {row: {**gone, **state} for row, state in after.items()}


def judged(rulebook: Rulebook, case: Case):
    return evaluate(rulebook, complete(rulebook, case.spec, case.asked), DAY)


def disagreements(engine, old: Rulebook, new: Rulebook, cases: list[Case], seen: Counter) -> list[str]:
    found = []
    differs, states = compare(engine, old, new, cases)
    for row, case in enumerate(cases):
        here = differs.get(row, UNSURE)
        seen[here] += 1
        if here == UNSURE:
            continue
        before, after = case.verdict, judged(new, case)
        same = before.outcome_digest == after.outcome_digest
        if same != (here == SAME):
            found.append(f"{here}, and one by one {'the same' if same else 'not the same'}: {case.spec}, asked {case.asked}")
        outcomes = [{finding.id: finding.outcome for finding in verdict.findings} for verdict in (before, after)]
        if here == LIMITS_DIFFER and (before.status != after.status or not same_outcomes(*outcomes)):
            found.append(f"more than limits differs: {case.spec}, asked {case.asked}")
        if here == OUTCOMES_DIFFER:
            concluded = conclude(new, stored(case, before), states[row])
            if concluded is not None and (concluded[0] != after.status or not same_outcomes(concluded[1], outcomes[1])):
                found.append(f"concluded otherwise, {concluded[0]} for {after.status}: {case.spec}, asked {case.asked}")
    return found


def stored(case: Case, verdict: Verdict):
    """What is stored of a verdict and read again to conclude another."""
    return {
        "status": verdict.status,
        "spec": case.completion.spec,
        "assumptions": [entry.as_dict() for entry in case.completion.assumptions],
        "findings": [finding.as_dict() for finding in verdict.findings],
    }


def same_outcomes(before, after) -> bool:
    return all(before.get(name, "NOT_APPLICABLE") == after.get(name, "NOT_APPLICABLE") for name in before.keys() | after.keys())


def check(engine, name: str, number: int, cases: int, seed: int) -> None:
    old = load_file(FOLDER / f"{name}.yaml")
    proposals = random_cases(old, cases, seed=seed)
    seen: Counter[Any] = Counter()
    for new in edits(old, number, seed=seed):
        assert disagreements(engine, old, new, proposals, seen) == []
    assert seen[SAME] > 0
    assert seen[LIMITS_DIFFER] + seen[OUTCOMES_DIFFER] > 0
    assert seen[UNSURE] < number * cases / 10


@pytest.mark.slow
@pytest.mark.parametrize("name", PACKAGED)
def test_edits_of_the_packaged_rulebooks_are_told_by_columns_as_one_by_one(duckdb_engine, name):
    check(duckdb_engine, name, number=6, cases=300, seed=31)
