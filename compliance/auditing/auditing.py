"""A file of plots or proposals under one rulebook: every verdict, what stands behind them in numbers, and what another edition would change."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compliance.auditing.engines import DuckDB, Engine, source_of, table_of
from compliance.auditing.files import Cases
from compliance.auditing.grouping import groups_of
from compliance.rules import Rulebook
from compliance.rules.columns import evaluate_part, ranged_cases
from compliance.rules.columns.judging import Layout

if TYPE_CHECKING:
    import ibis

STATUSES = ("COMPLIANT", "INCOMPLETE", "NON_COMPLIANT", "BLOCKED", "ERROR")
CHUNK = 100_000
"""Rows that are compared at a time: two verdicts of each are held in memory."""
AREAS = ("plot_area_sq_m", "net_plot_area_sq_m")


@dataclass
class ClauseCount:
    """How one clause came out over all cases; `alone` are those that it is the only one to stand in the way of."""

    id: str
    clause_no: str
    title: str
    applies: int = 0
    violated: int = 0
    undetermined: int = 0
    alone: int = 0


@dataclass
class Summary:
    """The verdicts in numbers.

    Attributes:
        statuses: how many cases have each status.
        clauses: the clauses that apply somewhere, those that stand in the way of most cases first.
        missing: how many cases lack each field without which nothing can be said.
        capacity_sq_m: what may be built in total where that is known: the permissible built-up area, else the permissible FSI times the net plot.
        capacity_plots: on how many plots.
        unlimited_plots: how many plots have no such limit at all.
    """

    cases: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    clauses: list[ClauseCount] = field(default_factory=list)
    missing: dict[str, int] = field(default_factory=dict)
    plot_area_sq_m: float = 0.0
    capacity_sq_m: float = 0.0
    capacity_plots: int = 0
    unlimited_plots: int = 0


@dataclass
class Comparison:
    """What another rulebook changes.

    Attributes:
        statuses: (status here, status there) -> number of cases, the same ones left out.
        gains: cases that comply there and not here, or may build more; `loses` the other way round.
        clauses: (clause, outcome here, outcome there) -> number of cases.
        capacity_sq_m: what may be built in total there, less what may be built here, over the cases where both are known.
    """

    statuses: dict[tuple[str, str], int] = field(default_factory=dict)
    gains: int = 0
    loses: int = 0
    clauses: dict[tuple[str, str, str], int] = field(default_factory=dict)
    capacity_sq_m: float = 0.0


def judge_cases(
    engine: Engine, rulebook: Rulebook, as_of: datetime.date, path: Path, keep: list[str], out: Path, *, limits: bool = True, permissible: bool = True
) -> Layout:
    """Write the verdicts on cases into a folder of Parquet files, and return the clauses that the columns are of.

    Args:
        engine: judges.
        rulebook: whose clauses judge.
        as_of: the day.
        path: the Parquet file of the cases.
        keep: the columns of the cases that are kept.
        out: the folder. A file has the columns that hold something in it.
        limits: whether the limits of each clause are written.
        permissible: whether what is permissible is written.
    """
    engine.open_parquet("cases", path)
    schema = _schema(path)
    wanted = {"limits": limits, "permissible": permissible, "empty": False}
    for place, group in enumerate(groups_of(engine, rulebook, table_of("cases", schema))):
        verdicts = evaluate_part(rulebook, group.table, as_of, ranged=False, known=group.known)
        engine.write(engine.sql(verdicts.select(*keep, **wanted)), out)
        ranged = ranged_cases(rulebook, group.table, as_of, group.known)
        if ranged is not None:
            sifted, name = path.with_name(f"ranged-{out.name}-{place}"), f"ranged_cases{place}"
            engine.write(engine.sql(ranged), sifted)
            engine.open_parquet(name, sifted)
            if engine.query(table_of(name, schema).limit(1)).num_rows:
                verdicts = evaluate_part(rulebook, table_of(name, schema), as_of, ranged=True, known=group.known)
                engine.write(engine.sql(verdicts.select(*keep, **wanted)), out)
    return Layout(rulebook, as_of)


def kept_columns(cases: Cases) -> list[str]:
    """Return the columns of cases that stand beside their verdicts."""
    return ["file", "row", *cases.kept, "city", "building_use", "land_use_zone", *AREAS]


def _schema(path: Path) -> ibis.Schema:
    import ibis  # noqa: PLC0415 - heavy
    import pyarrow.parquet as parquet  # noqa: PLC0415 - heavy

    return ibis.schema(parquet.read_schema(path))


# In numbers


def summarise(engine: DuckDB, layout: Layout, out: Path) -> Summary:
    """Return the verdicts of a file in numbers."""
    source = source_of(out)
    connection = engine.connection
    summary = Summary()
    rows = connection.execute(f"SELECT status, count(*) FROM {source} GROUP BY 1").fetchall()
    counted = dict(rows)
    summary.statuses = {status: counted.get(status, 0) for status in STATUSES}
    summary.cases = sum(summary.statuses.values())
    missing = connection.execute(f"SELECT missing_fields, count(*) FROM {source} WHERE missing_fields IS NOT NULL GROUP BY 1").fetchall()
    for names, number in missing:
        for name in names.split():
            summary.missing[name] = summary.missing.get(name, 0) + number
    names = {name for name, *_ in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
    summary.clauses = _clauses(engine, layout, source, names)
    buildable = capacity(names)
    found = connection.execute(
        f"SELECT sum(plot_area_sq_m), sum(buildable) FILTER (isfinite(buildable)), count(*) FILTER (isfinite(buildable)), count(*) FILTER (isinf(buildable)) "
        f"FROM (SELECT plot_area_sq_m, {buildable} AS buildable FROM {source})"
    ).fetchone() or (0, 0, 0, 0)
    summary.plot_area_sq_m, summary.capacity_sq_m = float(found[0] or 0), float(found[1] or 0)
    summary.capacity_plots, summary.unlimited_plots = found[2], found[3]
    return summary


def capacity(names: set[str]) -> str:
    """Return the SQL of what may be built on a plot."""
    fsi = '"fsi max" * net_plot_area_sq_m' if "fsi max" in names else "NULL::DOUBLE"
    return f'coalesce("built_up_area_sq_m max", {fsi})' if "built_up_area_sq_m max" in names else fsi


def _clauses(engine: DuckDB, layout: Layout, source: str, names: set[str]) -> list[ClauseCount]:
    found = [ClauseCount(clause.id, clause.clause_no, clause.title) for clause in layout.clauses if clause.id in names]
    counts = []
    for count in found:
        column = _name(count.id)
        counts.append(
            f"count({column}), count(*) FILTER ({column} = 'VIOLATED'), count(*) FILTER ({column} = 'UNDETERMINED'), "
            f"count(*) FILTER ({column} = 'VIOLATED' AND violations = 1)"
        )
    row = (engine.connection.execute(f"SELECT {', '.join(counts)} FROM {source}").fetchone() if counts else None) or ()
    for place, count in enumerate(found):
        count.applies, count.violated, count.undetermined, count.alone = row[4 * place : 4 * place + 4]
    return sorted((count for count in found if count.applies), key=lambda count: (-count.violated, -count.undetermined, count.id))


# Two editions


def compare(
    engine: DuckDB, here: tuple[Layout, Path], there: tuple[Layout, Path], rows: int, progress: Callable[[int], None] = lambda done: None
) -> Comparison:
    """Return what the verdicts of another rulebook change, case by case.

    Args:
        engine: compares.
        here: the clauses of the rulebook in question and the file of its verdicts.
        there: those of the other one.
        rows: the greatest row number.
        progress: told up to which row it has come.
    """
    comparison = Comparison()
    ids = [sorted(clause.id for clause in layout.clauses) for layout, _ in (here, there)]
    both = sorted(set(ids[0]) | set(ids[1]))
    sources = [source_of(path) for _, path in (here, there)]
    names = [{name for name, *_ in engine.connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()} for source in sources]
    for start in range(0, rows + 1, CHUNK):
        parts = []
        for source, own, known in zip(sources, ids, names, strict=True):
            outcomes = ", ".join(f"{_name(name)} AS c{place}" if name in own and name in known else f"NULL AS c{place}" for place, name in enumerate(both))
            parts.append(f"(SELECT file, row, status, {capacity(known)} AS buildable, {outcomes} FROM {source} WHERE row >= {start} AND row < {start + CHUNK})")
        engine.connection.execute(
            f"CREATE OR REPLACE TEMP VIEW pairs AS SELECT {_pair_columns(len(both))} FROM {parts[0]} a JOIN {parts[1]} b USING (file, row)"
        )
        engine.connection.execute("CREATE OR REPLACE TEMP TABLE paired AS SELECT * FROM pairs")
        _add_pairs(engine, comparison, both)
        progress(min(start + CHUNK, rows))
    engine.connection.execute("DROP VIEW IF EXISTS pairs; DROP TABLE IF EXISTS paired")
    return comparison


def _pair_columns(clauses: int) -> str:
    outcomes = (
        f"CASE WHEN a.c{place} IS DISTINCT FROM b.c{place} THEN coalesce(a.c{place}, '') || '>' || coalesce(b.c{place}, '') END AS c{place}"
        for place in range(clauses)
    )
    return ", ".join(["a.status AS here", "b.status AS there", "a.buildable AS less", "b.buildable AS more", *outcomes])


def _add_pairs(engine: DuckDB, comparison: Comparison, both: list[str]) -> None:
    connection = engine.connection
    for here, there, number in connection.execute("SELECT here, there, count(*) FROM paired WHERE here <> there GROUP BY ALL").fetchall():
        comparison.statuses[here, there] = comparison.statuses.get((here, there), 0) + number
    gains, loses = ("(there = 'COMPLIANT' AND here <> 'COMPLIANT')", "(here = 'COMPLIANT' AND there <> 'COMPLIANT')")
    row = connection.execute(
        f"SELECT count(*) FILTER ({gains} OR (NOT {loses} AND more > less + 1e-6)), count(*) FILTER ({loses} OR (NOT {gains} AND more < less - 1e-6)), "
        "sum(more - less) FILTER (isfinite(more) AND isfinite(less)) FROM paired"
    ).fetchone() or (0, 0, 0)
    comparison.gains += row[0]
    comparison.loses += row[1]
    comparison.capacity_sq_m += float(row[2] or 0)
    columns = ", ".join(f"histogram(c{place})" for place in range(len(both)))
    histograms = connection.execute(f"SELECT {columns} FROM paired").fetchone() or ()
    for name, histogram in zip(both, histograms, strict=True):
        for change, number in (histogram or {}).items():
            before, after = (outcome or "NOT_APPLICABLE" for outcome in change.split(">"))
            comparison.clauses[name, before, after] = comparison.clauses.get((name, before, after), 0) + number


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def as_document(summary: Summary, comparison: Comparison | None) -> dict[str, Any]:
    """Return the summary as JSON types."""
    document: dict[str, Any] = {
        "cases": summary.cases, "statuses": summary.statuses, "missing_fields": summary.missing,
        "capacity": {"sq_m": round(summary.capacity_sq_m, 2), "plots": summary.capacity_plots, "unlimited_plots": summary.unlimited_plots, "plot_area_sq_m": round(summary.plot_area_sq_m, 2)},
        "clauses": [vars(count) for count in summary.clauses],
    }  # fmt: skip
    if comparison is not None:
        document["comparison"] = {
            "gains": comparison.gains, "loses": comparison.loses, "capacity_sq_m": round(comparison.capacity_sq_m, 2),
            "statuses": [{"here": here, "there": there, "cases": number} for (here, there), number in sorted(comparison.statuses.items())],
            "clauses": [{"clause": clause, "here": here, "there": there, "cases": number} for (clause, here, there), number in _most(comparison)],
        }  # fmt: skip
    return document


def _most(comparison: Comparison) -> list[tuple[tuple[str, str, str], int]]:
    return sorted(comparison.clauses.items(), key=lambda entry: (-entry[1], entry[0]))
