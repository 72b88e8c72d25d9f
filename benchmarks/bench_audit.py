"""How long a city takes: `python -m benchmarks.bench_audit [--large] [--spark] [--agree]`. No database; needs requirements/bulk.txt.

Made-up plots of Pune. Each measurement is a process of its own, so that its peak memory is its own: the whole rulebook by columns; fifteen of its clauses by
columns, beside the same fifteen written by hand as one DuckDB query, whose outcomes and statuses are compared row by row; and one case after the other.
CPU seconds count, since the machine is shared. Start-up (rulebook into SQL, SQL into a plan) is measured apart: what is not reading, judging and
writing, and what the same queries take on no row. `--agree` alone has DuckDB and Spark judge a million plots by the whole rulebook and compares all they wrote.
"""

from __future__ import annotations

import argparse
import datetime
import json
import math
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from compliance.auditing.auditing import judge_cases
from compliance.auditing.engines import DuckDB, Spark, quoted, source_of
from compliance.auditing.generating import write_plots
from compliance.packaged import FOLDER
from compliance.rules import Rulebook, complete, load, load_file
from compliance.rules import evaluate as evaluate_one
from compliance.rules.columns import evaluate_part
from compliance.specs import normalise_spec

DAY = datetime.date(2026, 1, 1)
FIFTEEN = (
    "UD-F1", "UD-F2", "UD-F3", "UD-F4", "UD-F5", "UD-F6", "UD-F17", "UD-F18", "UD-M1", "UD-M3", "UD-M4", "UD-M5", "UD-M9", "UD-H2", "UD-H2-R",
)  # fmt: skip
ALONE = 3_000
ROUNDS = 3
# What the audit command gives DuckDB.
MEMORY = "1500MB"

BY_HAND = """
WITH read AS (
    SELECT id, building_use AS use, land_use_zone AS zone, is_core_area AS core, plot_area_sq_m AS plot, abutting_road_width_m AS road, fsi, height_m AS h,
        storeys, front_setback_m AS front, side_setback_m AS side, rear_setback_m AS rear, plot_area_sq_m / plot_area_sq_m AS gross_over_net,
        zone NOT IN ('AG', 'GB', 'Industrial') AS fsi_zone,
        CASE WHEN use = 'institutional' THEN NULL ELSE use IN ('residential', 'mixed', 'commercial') END AS table_6d
    FROM plots
), facts AS (
    SELECT *,
        NOT (core AND plot <= 4000.0000001) OR (use IN ('residential', 'mixed') AND h > 23.9999999)
            OR (use IN ('commercial', 'industrial') AND h > 24.0000001)
            OR (use = 'institutional' AND (h > 24.0000001 OR NULL)) AS margins_apply,
        CASE WHEN road < 17.9999999 THEN storeys > 3.0000001 WHEN road < 29.9999999 THEN h > 10.0000001 ELSE h > 15.0000001 END AS is_higher,
        least(h / 5.0, 12.0) AS by_height
    FROM read
), applying AS (
    SELECT *, NOT core AND fsi_zone AS outside, core AND fsi_zone AS inside, margins_apply AND table_6d AS in_6d,
        margins_apply AND use <> 'industrial' AND is_higher AS in_m9
    FROM facts
), limits AS (
    SELECT id, road, h, side, rear, front, fsi, outside, inside, in_6d, in_m9,
        outside AND road < 8.9999999 AS f1, outside AND road >= 8.9999999 AND road < 11.9999999 AS f2,
        outside AND road >= 11.9999999 AND road < 14.9999999 AS f3, outside AND road >= 14.9999999 AND road < 23.9999999 AS f4,
        outside AND road >= 23.9999999 AND road < 29.9999999 AS f5, outside AND road >= 29.9999999 AS f6,
        inside AND road < 8.9999999 AS f17, inside AND road >= 8.9999999 AND road < 17.9999999 AS f18,
        in_6d AND road >= 29.9999999 AS m1, in_6d AND road >= 17.9999999 AND road < 29.9999999 AS m3,
        in_6d AND road >= 14.9999999 AND road < 17.9999999 AS m4, in_6d AND road < 14.9999999 AS m5,
        fsi - (1.1::DOUBLE + 0.5::DOUBLE * gross_over_net + 0.4::DOUBLE * gross_over_net) < 1e-7 AS k2,
        fsi - (1.1::DOUBLE + 0.5::DOUBLE * gross_over_net + 0.65::DOUBLE * gross_over_net) < 1e-7 AS k3,
        fsi - (1.1::DOUBLE + 0.5::DOUBLE * gross_over_net + 0.9::DOUBLE * gross_over_net) < 1e-7 AS k4,
        fsi - (1.1::DOUBLE + 0.5::DOUBLE * gross_over_net + 1.15::DOUBLE * gross_over_net) < 1e-7 AS k5,
        fsi - (1.1::DOUBLE + 0.5::DOUBLE * gross_over_net + 1.4::DOUBLE * gross_over_net) < 1e-7 AS k6,
        fsi - (2.0::DOUBLE + 0.3::DOUBLE * gross_over_net + 0.3::DOUBLE * gross_over_net) < 1e-7 AS k18,
        front > 5.9999999 AND side > 2.9999999 AND rear > 2.9999999 AS k_m1, front > 4.4999999 AND side > 1.9999999 AND rear > 1.9999999 AS k_m3,
        front > 2.9999999 AND side > 1.4999999 AND rear > 1.4999999 AS k_m5, by_height - side < 1e-7 AND by_height - rear < 1e-7 AS k_m9
    FROM applying
), outcomes AS (
    SELECT id, road, h, outside, inside, in_6d, in_m9,
        CASE WHEN f1 THEN CASE WHEN fsi < 1.1000001 THEN 'SATISFIED' ELSE 'VIOLATED' END END AS "UD-F1",
        CASE WHEN f2 THEN CASE WHEN k2 THEN 'SATISFIED' ELSE 'VIOLATED' END END AS "UD-F2",
        CASE WHEN f3 THEN CASE WHEN k3 THEN 'SATISFIED' ELSE 'VIOLATED' END END AS "UD-F3",
        CASE WHEN f4 THEN CASE WHEN k4 THEN 'SATISFIED' ELSE 'VIOLATED' END END AS "UD-F4",
        CASE WHEN f5 THEN CASE WHEN k5 THEN 'SATISFIED' ELSE 'VIOLATED' END END AS "UD-F5",
        CASE WHEN f6 THEN CASE WHEN k6 THEN 'SATISFIED' ELSE 'VIOLATED' END END AS "UD-F6",
        CASE WHEN f17 THEN CASE WHEN fsi < 1.5000001 THEN 'SATISFIED' ELSE 'VIOLATED' END END AS "UD-F17",
        CASE WHEN f18 THEN CASE WHEN k18 THEN 'SATISFIED' ELSE 'VIOLATED' END END AS "UD-F18",
        CASE WHEN m1 THEN CASE WHEN k_m1 THEN 'SATISFIED' ELSE 'VIOLATED' END WHEN m1 IS NULL THEN 'UNDETERMINED' END AS "UD-M1",
        CASE WHEN m3 THEN CASE WHEN k_m3 THEN 'SATISFIED' ELSE 'VIOLATED' END WHEN m3 IS NULL THEN 'UNDETERMINED' END AS "UD-M3",
        CASE WHEN m4 THEN CASE WHEN k_m5 THEN 'SATISFIED' ELSE 'VIOLATED' END WHEN m4 IS NULL THEN 'UNDETERMINED' END AS "UD-M4",
        CASE WHEN m5 THEN CASE WHEN k_m5 THEN 'SATISFIED' ELSE 'VIOLATED' END WHEN m5 IS NULL THEN 'UNDETERMINED' END AS "UD-M5",
        CASE WHEN in_m9 THEN CASE WHEN k_m9 THEN 'SATISFIED' ELSE 'VIOLATED' END WHEN in_m9 IS NULL THEN 'UNDETERMINED' END AS "UD-M9",
        CASE WHEN road < 11.9999999 THEN CASE WHEN h < 24.0000001 THEN 'SATISFIED' ELSE 'VIOLATED' END END AS "UD-H2",
        CASE WHEN h > 24.0000001 AND road < 11.9999999 THEN 'VIOLATED' ELSE 'SATISFIED' END AS "UD-H2-R"
    FROM limits
)
SELECT id,
    CASE
        WHEN "UD-F1" = 'VIOLATED' OR "UD-F2" = 'VIOLATED' OR "UD-F3" = 'VIOLATED' OR "UD-F4" = 'VIOLATED' OR "UD-F5" = 'VIOLATED' OR "UD-F6" = 'VIOLATED'
            OR "UD-F17" = 'VIOLATED' OR "UD-F18" = 'VIOLATED' OR "UD-M1" = 'VIOLATED' OR "UD-M3" = 'VIOLATED' OR "UD-M4" = 'VIOLATED' OR "UD-M5" = 'VIOLATED'
            OR "UD-M9" = 'VIOLATED' OR "UD-H2" = 'VIOLATED' OR "UD-H2-R" = 'VIOLATED' THEN 'NON_COMPLIANT'
        WHEN (outside OR (inside AND road < 17.9999999)) AND in_6d AND road < 11.9999999 THEN 'COMPLIANT'
        ELSE 'INCOMPLETE'
    END AS status,
    "UD-F1", "UD-F2", "UD-F3", "UD-F4", "UD-F5", "UD-F6", "UD-F17", "UD-F18", "UD-M1", "UD-M3", "UD-M4", "UD-M5", "UD-M9", "UD-H2", "UD-H2-R"
FROM outcomes
"""


def rulebook(fifteen: bool) -> Rulebook:
    """The whole Pune rulebook, or fifteen clauses of it."""
    whole = load_file(Path(FOLDER) / "udcpr-2020.yaml")
    if not fifteen:
        return whole
    clauses = [{key: value for key, value in clause.items() if key != "replaces"} for clause in whole.content["clauses"] if clause["id"] in FIFTEEN]
    return load({key: value for key, value in whole.content.items() if key not in ("register", "intended")} | {"clauses": clauses})


class Watched(DuckDB):
    """DuckDB that keeps what it wrote, and how long reading, judging and writing took."""

    def __init__(self, folder: Path) -> None:
        super().__init__(threads=2, memory_limit=MEMORY, folder=str(folder))
        self.queries: list[str] = []
        self.seconds = self.cpu = 0.0

    def write(self, query: str, folder: Path) -> None:
        """Write, and keep the query."""
        self.queries.append(query)
        self._watch(super().write, query, folder)

    def query(self, table: Any) -> Any:
        """Return the rows of an expression."""
        return self._watch(super().query, table)

    def _watch(self, call: Callable[..., Any], *arguments: Any) -> Any:
        began, cpu = time.perf_counter(), time.process_time()
        result = call(*arguments)
        self.seconds += time.perf_counter() - began
        self.cpu += time.process_time() - cpu
        return result


def measure(what: str, plots: Path, few: Path, out: Path) -> dict[str, Any]:
    """Measure one thing in this process."""
    if what == "alone":
        return _one_after_the_other(few)
    if what == "spark":
        return _on_spark(plots, few, out)
    began, cpu = time.perf_counter(), time.process_time()
    book = rulebook(fifteen=what == "fifteen")
    engine = Watched(out.parent)
    written = out / "verdicts"
    out.mkdir()
    if what == "by hand":
        engine.open_parquet("plots", plots)
        engine.write(BY_HAND, written)
    else:
        source = out / "cases.parquet"
        source.symlink_to(plots)
        judge_cases(engine, book, DAY, source, ["id"], written, limits=what in ("limits", "audit"), permissible=what == "audit")
    seconds, used = time.perf_counter() - began, time.process_time() - cpu
    peak = _peak_mb()
    working = engine.seconds, engine.cpu
    # To plan the same queries takes what they take where there is no row.
    views = engine.connection.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()
    for (name,) in views:
        engine.connection.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM read_parquet({quoted(few)}) LIMIT 0")
    queries, engine.queries, engine.seconds, engine.cpu = engine.queries, [], 0.0, 0.0
    for query in queries:
        engine.write(query, out / "nothing")
    engine.close()
    return {
        "seconds": working[0] - engine.seconds, "cpu": working[1] - engine.cpu,
        "start_up_s": seconds - working[0] + engine.seconds, "start_up_cpu": used - working[1] + engine.cpu, "peak_mb": peak,
    }  # fmt: skip


def _peak_mb() -> float:
    """Return the most memory that this process held since it began: `ru_maxrss` also counts what its parent, which made the plots, held before."""
    (line,) = (line for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def _on_spark(plots: Path, few: Path, out: Path) -> dict[str, Any]:
    engine = Spark()
    book = rulebook(fifteen=True)
    seconds = []
    for source, folder in ((few, "few"), (plots, "verdicts")):
        began = time.perf_counter()
        engine.open_parquet("cases", source)
        verdicts = evaluate_part(book, _plots(source, "cases"), DAY, ranged=False)
        engine.write(engine.sql(verdicts.select("id", limits=False, permissible=False)), out / folder)
        seconds.append(time.perf_counter() - began)
    peak = _peak_mb()
    engine.close()
    # The work is done by another process, whose CPU time is not ours to read.
    return {"seconds": seconds[1] - seconds[0], "cpu": math.nan, "start_up_s": seconds[0], "start_up_cpu": math.nan, "peak_mb": peak}


def _plots(path: Path, name: str) -> Any:
    import ibis  # noqa: PLC0415 - heavy
    import pyarrow.parquet as parquet  # noqa: PLC0415 - heavy

    return ibis.table(ibis.schema(parquet.read_schema(path)), name=name)


def _one_after_the_other(plots: Path) -> dict[str, Any]:
    import pyarrow.parquet as parquet  # noqa: PLC0415 - heavy

    book = rulebook(fifteen=False)
    rows = [{name: value for name, value in row.items() if name != "id" and value is not None} for row in parquet.read_table(plots).to_pylist()]
    specs = [normalise_spec(row) for row in rows]
    began, cpu = time.perf_counter(), time.process_time()
    for spec in specs:
        evaluate_one(book, complete(book, spec), DAY)
    return {
        "seconds": time.perf_counter() - began,
        "cpu": time.process_time() - cpu,
        "rows": len(specs),
        "start_up_s": 0.0,
        "start_up_cpu": 0.0,
        "peak_mb": 0.0,
    }


def _in_a_process(what: str, plots: Path, few: Path, out: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.bench_audit", "--measure", what, str(plots), str(few), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def _same(folder: Path, rows: int) -> str:
    """Compare what was written by hand and by columns, row by row."""
    names = ", ".join(f'"{name}"' for name in ("id", "status", *FIFTEEN))
    sides = [f"SELECT {names} FROM {source_of(folder / f'{name}-{rows}-0' / 'verdicts')}" for name in ("by hand", "fifteen")]
    engine = DuckDB(threads=2)
    (differing,) = engine.connection.execute(f"SELECT count(*) FROM (({sides[0]}) EXCEPT ALL ({sides[1]}))").fetchone() or (rows,)
    engine.close()
    return f"{differing:,} of {rows:,} rows differ between the query by hand and the columns."


def _agree(folder: Path, number: int) -> None:
    """Judge the same plots on both engines by the whole rulebook, and compare every column of every row."""
    plots, book = folder / "plots.parquet", rulebook(fifteen=False)
    _write(plots, number, heights=False)
    for name, engine in (("duckdb", DuckDB(threads=2, memory_limit=MEMORY, folder=str(folder))), ("spark", Spark())):
        began = time.perf_counter()
        judge_cases(engine, book, DAY, plots, ["id"], folder / name, limits=True, permissible=True)
        engine.close()
        print(f"{name}: {number:,} plots judged by {len(book.on(DAY).clauses)} clauses in {time.perf_counter() - began:.0f} s", flush=True)
    engine = DuckDB(threads=2, memory_limit=MEMORY, folder=str(folder))
    both = [engine.connection.sql(f"SELECT * FROM {source_of(folder / name)}") for name in ("duckdb", "spark")]
    names = sorted({name for side in both for name in side.columns})
    # A column that holds nothing on one engine may be missing there.
    columns = [", ".join(f'"{name}"' if name in side.columns else "NULL" for name in names) for side in both]
    sides = [f"SELECT {listed} FROM {source_of(folder / name)}" for name, listed in zip(("duckdb", "spark"), columns, strict=True)]
    for one, other in (sides, sides[::-1]):
        (differing,) = engine.connection.execute(f"SELECT count(*) FROM (({one}) EXCEPT ALL ({other}))").fetchone() or (number,)
        print(f"{differing:,} of {number:,} rows, {len(names)} columns each, are on one engine only", flush=True)
    engine.close()


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 5_000_000])
    parser.add_argument("--large", action="store_true", help="20 million plots too")
    parser.add_argument("--spark", action="store_true", help="the fifteen clauses on Spark local[2] too")
    parser.add_argument("--agree", action="store_true", help="only: DuckDB and Spark on the first number of plots, every column compared")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--only", nargs="+", choices=list(_SHOWN), default=list(_SHOWN), help="these measurements only")
    parser.add_argument("--measure", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        what, *paths = options.measure
        print(json.dumps(measure(what, *map(Path, paths))))
        return
    with tempfile.TemporaryDirectory(prefix="bench-audit-") as name:
        folder = Path(name)
        if options.agree:
            _agree(folder, options.rows[0])
            return
        few = folder / "few.parquet"
        _write(few, ALONE, heights=False)
        print(f"{'what':28} {'plots':>11} {'seconds':>8} {'CPU s':>8} {'CPU us a plot':>14} {'M outcomes/s':>13} {'start-up s':>11} {'peak MB':>8}")
        for number in [*options.rows, *([20_000_000] if options.large else [])]:
            plots, stated = folder / "plots.parquet", folder / "stated.parquet"
            _write(plots, number, heights=False)
            if number <= 5_000_000:
                _write(stated, number, heights=True)
            for what in ("by hand", "fifteen", "outcomes", "limits", "audit", *(("spark",) if options.spark and number == options.rows[0] else ())):
                if what not in options.only or (number > 5_000_000 and what not in ("limits", "audit")):
                    continue
                source = stated if what in ("by hand", "fifteen", "spark") else plots
                found = [_in_a_process(what, source, few, folder / f"{what}-{number}-{place}") for place in range(options.rounds)]
                _print(what, number, {key: statistics.median(one[key] for one in found) for key in found[0]})
            print(_same(folder, number) if number <= 5_000_000 and {"by hand", "fifteen"} <= set(options.only) else "", flush=True)
        if "alone" not in options.only:
            return
        alone = _in_a_process("alone", few, few, folder / "alone")
        _print("alone", alone["rows"], alone)


def _write(path: Path, number: int, *, heights: bool) -> None:
    """Write plots in Pune; with heights, each states its height, as the query by hand needs it."""
    made = path.with_suffix(".made")
    write_plots(made, "Pune", number)
    height = "coalesce(height_m, storeys * 3)" if heights else "height_m"
    engine = DuckDB(threads=2)
    columns = f"* REPLACE ({height} AS height_m), 'Pune' AS city"
    engine.connection.execute(f"COPY (SELECT {columns} FROM read_parquet({quoted(made)})) TO {quoted(path)} (FORMAT parquet)")
    engine.close()
    made.unlink()


_SHOWN = {
    "by hand": "15 clauses by hand", "fifteen": "15 clauses by columns", "spark": "15 clauses on Spark", "outcomes": "all: outcomes", "limits": "all: outcomes, limits",
    "audit": "all: and permissible", "alone": "all: one after the other",
}  # fmt: skip


def _print(what: str, number: int, found: dict[str, Any]) -> None:
    clauses = len(FIFTEEN) if what in ("by hand", "fifteen", "spark") else len(rulebook(fifteen=False).on(DAY).clauses)
    rate = number * clauses / max(found["seconds"], 1e-9) / 1e6
    print(
        f"{_SHOWN[what]:28} {number:11,} {found['seconds']:8.1f} {found['cpu']:8.1f} {found['cpu'] / number * 1e6:14.2f} {rate:13.1f} "
        f"{found['start_up_s']:11.1f} {found['peak_mb']:8.0f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
