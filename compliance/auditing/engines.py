"""The engines that expressions run on: DuckDB inside this process, Spark for a cluster. Both are imported when they are first used."""

from __future__ import annotations

import importlib.util
import itertools
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from compliance.rules.columns.engine import uncollected

if TYPE_CHECKING:
    import duckdb
    import ibis.expr.types as ir
    import pyarrow
    from pyspark.sql import DataFrame, SparkSession

NEEDED = {"duckdb": ("duckdb", "ibis", "pyarrow"), "spark": ("pyspark", "ibis", "pyarrow", "pandas")}


class MissingEngineError(Exception):
    """What an engine needs is not installed."""

    code = "missing_engine"


class Engine(Protocol):
    """What judges by columns needs of an engine."""

    def register(self, name: str, table: pyarrow.Table) -> None:
        """Make an Arrow table known by a name."""

    def query(self, table: ir.Table) -> pyarrow.Table:
        """Return the rows of an expression over the tables known by name."""

    def open_parquet(self, name: str, path: Path) -> None:
        """Make a Parquet file or a folder of them known by a name."""

    def sql(self, table: ir.Table) -> str:
        """Return an expression as SQL of this engine."""

    def write(self, query: str, folder: Path) -> None:
        """Write the rows of a query as a further Parquet file, or several, of a folder."""

    def close(self) -> None:
        """Give back what the engine holds."""


WRITTEN = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 40960"
"""How Parquet is written: each thread holds a row group of some hundred columns in memory."""


def quoted(value: object) -> str:
    """Return a value as a text of SQL."""
    return "'" + str(value).replace("'", "''") + "'"


def source_of(path: Path) -> str:
    """Return the SQL of a Parquet file, or of a folder of them, of which each has some of the columns."""
    return f"read_parquet({quoted(path / '*.parquet')}, union_by_name = true)" if path.is_dir() else f"read_parquet({quoted(path)})"


def check_installed(engine: str) -> None:
    """Raise a MissingEngineError where an engine's packages are not installed."""
    missing = [name for name in NEEDED[engine] if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingEngineError(f"This needs {', '.join(missing)}; install them with: pip install -r requirements/bulk.txt")


def table_of(name: str, schema: Any) -> ir.Table:
    """Return a table of an engine, known by a name, as an expression; its schema as names and types."""
    import ibis  # noqa: PLC0415 - heavy

    return ibis.table(ibis.schema(schema), name=name)


def to_sql(table: ir.Table, dialect: str) -> str:
    """Return an expression as SQL, each step a projection of its own."""
    import ibis  # noqa: PLC0415 - heavy

    ibis.options.sql.fuse_selects = False
    with uncollected():
        return str(ibis.to_sql(table, dialect=dialect, pretty=False))


class DuckDB:
    """DuckDB in memory; what does not fit spills into a temporary folder."""

    def __init__(self, *, threads: int | None = None, memory_limit: str = "", folder: str = "") -> None:
        import duckdb  # noqa: PLC0415 - heavy

        settings: dict[str, Any] = {"threads": threads or os.cpu_count() or 1}
        if memory_limit:
            settings["memory_limit"] = memory_limit
        if folder:
            settings["temp_directory"] = folder
        self.connection: duckdb.DuckDBPyConnection = duckdb.connect(":memory:", config=settings)
        # The parts of a verdict begin alike: shared, that beginning would be held in memory instead of streaming through. And where projections
        # stand is the point of our steps; to think it over takes the optimiser longer than a million rows take.
        self.connection.execute("SET disabled_optimizers = 'common_subplan,projection_placement'")

    def register(self, name: str, table: pyarrow.Table) -> None:
        """Make an Arrow table known by a name."""
        self.connection.register(name, table)

    def query(self, table: ir.Table) -> pyarrow.Table:
        """Return the rows of an expression over the tables known by name."""
        return self.connection.sql(self.sql(table)).to_arrow_table()

    def open_parquet(self, name: str, path: Path) -> None:
        """Make a Parquet file or a folder of them known by a name."""
        self.connection.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM {source_of(path)}")

    def sql(self, table: ir.Table) -> str:
        """Return an expression as DuckDB's SQL."""
        return to_sql(table, "duckdb")

    def write(self, query: str, folder: Path) -> None:
        """Write the rows of a query as a further Parquet file of a folder."""
        folder.mkdir(exist_ok=True)
        place = sum(1 for _ in folder.iterdir())
        self.connection.execute(f"COPY ({query}) TO {quoted(folder / f'part-{place:03}.parquet')} ({WRITTEN})")

    def join(self, folder: Path, path: Path) -> None:
        """Make one Parquet file of a folder of them."""
        parts = sorted(folder.glob("*.parquet"))
        if len(parts) == 1:
            parts[0].replace(path)
        else:
            self.connection.execute(f"COPY (SELECT * FROM {source_of(folder)}) TO {quoted(path)} ({WRITTEN})")

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()


class Spark:
    """A Spark session: `local[2]` on this machine, or whatever master is named."""

    def __init__(self, *, master: str = "local[2]", memory: str = "2g") -> None:
        import ibis  # noqa: PLC0415 - heavy
        from pyspark.sql import SparkSession  # noqa: PLC0415 - heavy

        # The compiler of the dialect reads its options, which the backend declares when it is first named.
        _ = ibis.pyspark
        ibis.options.pyspark = ibis.options.pyspark or ibis.pyspark.Backend.Options()
        builder = SparkSession.builder.master(master).appName("promptrunner").config("spark.driver.memory", memory)
        for name, value in _SPARK_SETTINGS.items():
            builder = builder.config(name, value)
        self.session: SparkSession = builder.getOrCreate()
        # It logs as errors, at length, which expressions it could not compile, and then interprets them. What fails is raised.
        self.session.sparkContext.setLogLevel("FATAL")
        logging.getLogger("py4j").setLevel(logging.WARNING)  # it says when it closes, after everything is closed
        self._steps = itertools.count()

    def register(self, name: str, table: pyarrow.Table) -> None:
        """Make an Arrow table known by a name."""
        self.session.createDataFrame(table).createOrReplaceTempView(name)

    def query(self, table: ir.Table) -> pyarrow.Table:
        """Return the rows of an expression over the tables known by name."""
        return self.session.sql(self.sql(table)).toArrow()

    def open_parquet(self, name: str, path: Path) -> None:
        """Make a Parquet file or a folder of them known by a name."""
        self.session.read.parquet(str(path)).createOrReplaceTempView(name)

    def sql(self, table: ir.Table) -> str:
        """Return the last step of an expression as Spark's SQL; each step before it becomes a view.

        Spark would put the steps of a rulebook into one another and think that over for longer than a million cases take. Of a view whose rows come from
        elsewhere it thinks about nothing but its own step; the rows go through all of them without being kept.
        """
        steps = _steps_of(table)
        below: dict[Any, Any] = {}
        for step in steps[:-1]:
            name = f"step{next(self._steps)}"
            self._sealed(to_sql(step.replace(below).to_expr(), "pyspark")).createOrReplaceTempView(name)
            below = {step: table_of(name, step.schema).op()}
        return to_sql(steps[-1].replace(below).to_expr() if below else table, "pyspark")

    def _sealed(self, query: str) -> DataFrame:
        """Return the rows of a query as a table of which Spark does not know where they come from."""
        from pyspark.sql import DataFrame  # noqa: PLC0415 - heavy

        frame = self.session.sql(query)._jdf
        # What `localCheckpoint` does, but without keeping the rows.
        rows = frame.queryExecution().toRdd()
        return DataFrame(self.session._jsparkSession.internalCreateDataFrame(rows, frame.schema(), False), self.session)

    def write(self, query: str, folder: Path) -> None:
        """Write the rows of a query as further Parquet files of a folder."""
        self.session.sql(query).write.mode("append").parquet(str(folder))

    def close(self) -> None:
        """Stop the session."""
        self.session.stop()


def _steps_of(table: ir.Table) -> list[Any]:
    """Return the projections and filters of an expression, the first one first."""
    import ibis.expr.operations as operations  # noqa: PLC0415 - heavy

    found, node = [], table.op()
    while isinstance(node, operations.Project | operations.Filter):
        found.append(node)
        node = node.parent
    return found[::-1]


_SPARK_SETTINGS = {
    "spark.sql.ansi.enabled": "false",  # an unknown stays unknown instead of an error
    "spark.driver.extraJavaOptions": "-XX:-DontCompileHugeMethods",  # what Spark generates for a rulebook is long, and twice as slow uncompiled
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.session.timeZone": "UTC",
}
