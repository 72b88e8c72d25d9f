"""The findings of a table of cases as the wire form lists them: the status, and the outcome of every finding by its id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from compliance.rules.columns.engine import uncollected
from compliance.rules.columns.folding import TRUE, Value, all_of, cases, coalesce, ifelse
from compliance.rules.columns.judging import NONE, OUTCOMES
from compliance.rules.columns.verdicts import NO_TEXT, Verdicts

if TYPE_CHECKING:
    import ibis.expr.types as ir

UNJUDGED = ("BLOCKED", "ERROR")
"""The statuses of cases of which nobody says that no clause governs a field."""


@dataclass(frozen=True)
class Listed:
    """Findings in columns.

    Attributes:
        ids: what a finding can have as its id: a clause in force, or `none:<field>` where no clause governs a deciding field.
        table: one row a case: `row`, `status`, and `finding0`, `finding1`, ... in the order of the ids: the outcome, empty where it is not listed.
    """

    ids: tuple[str, ...]
    table: ir.Table


def list_findings(verdicts: Verdicts) -> Listed:
    """Return the findings of cases that have a column `row`, exactly those that `rules.evaluating` lists.

    A clause that does not apply is not listed; one of which every check is displaced is, as NOT_APPLICABLE.
    """
    with uncollected():
        found = {**_clauses(verdicts), **_ungoverned(verdicts)}
        columns = {f"finding{place}": value for place, value in enumerate(found.values())}
        return Listed(tuple(found), verdicts.steps.result({"row": verdicts.steps["row"], "status": verdicts.steps["status"], **columns}))


def _clauses(verdicts: Verdicts) -> Mapping[str, Value]:
    steps, layout, found = verdicts.steps, verdicts.layout, {}
    for clause in layout.clauses:
        code = steps[f"clause{layout.places[clause.id]}"]
        listed = coalesce(steps[layout.applies(clause)], TRUE)
        rows = [(code == place, text) for place, text in enumerate(OUTCOMES) if place != NONE]
        found[clause.id] = cases(*rows, (listed, OUTCOMES[NONE]), else_=NO_TEXT)
    return found


def _ungoverned(verdicts: Verdicts) -> Mapping[str, Value]:
    steps, layout = verdicts.steps, verdicts.layout
    deciding = layout.rulebook.deciding
    if deciding == "limited":
        return {}
    judged = all_of([steps["status"] != status for status in UNJUDGED])
    stands = {name: steps[f"stands {name}"] == NONE if name in layout.checks_on else TRUE for name in deciding}
    return {f"none:{name}": ifelse(judged & nothing, "UNDETERMINED", NO_TEXT) for name, nothing in stands.items()}
