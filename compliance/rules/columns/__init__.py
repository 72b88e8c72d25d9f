"""The clause language over columns: the checked trees of a rulebook as Ibis expressions, for DuckDB on one machine and Spark on many.

`evaluate` returns the verdicts on a table of cases; `Verdicts.select` puts them into columns for people. Ibis is imported inside functions: only
who evaluates by columns needs it.
"""

from compliance.rules.columns.completing import ASKED, needed_fields, variants
from compliance.rules.columns.folding import Known
from compliance.rules.columns.reading import read_judged, read_spec, state
from compliance.rules.columns.translating import field_dtype
from compliance.rules.columns.verdicts import Verdicts, evaluate, evaluate_part, ranged_cases

__all__ = [
    "ASKED", "Known", "Verdicts", "evaluate", "evaluate_part", "field_dtype", "needed_fields", "ranged_cases", "read_judged", "read_spec", "state", "variants",
]  # fmt: skip
