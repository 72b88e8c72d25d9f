"""Stored proposals as columns: read from the database a chunk at a time, through Arrow, and typed by DuckDB."""

from __future__ import annotations

import datetime
import json
import tempfile
import time
from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeVar
from uuid import UUID

from django.db.models import CharField, QuerySet
from django.db.models.functions import Cast

from compliance.auditing.engines import DuckDB, MissingEngineError, check_installed, quoted, table_of
from compliance.models import Run
from compliance.rules.columns import ASKED, field_dtype
from compliance.vocabulary import CITIES, FIELDS, Field, codes_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

ROWS = 200_000
"""Runs held at a time; each takes some hundred columns, most of them empty."""
MEMORY = "2GB"
"""What DuckDB holds at most; the rest goes to temporary files."""


class Stored(NamedTuple):
    """What is read of a run to see whether it comes out otherwise; keys as text, since to make a UUID of each takes as long as to read it."""

    key: str
    release_key: str | None
    as_of: datetime.date
    city: str
    status: str
    reading: str


class WithVerdict(NamedTuple):
    """The same with what was made of it."""

    key: str
    release_key: str | None
    as_of: datetime.date
    city: str
    status: str
    reading: str
    verdict: str

    def without_verdict(self) -> Stored:
        """Return the run without the verdict, which is most of it."""
        return Stored(self.key, self.release_key, self.as_of, self.city, self.status, self.reading)


S = TypeVar("S", Stored, WithVerdict)


def read(runs: QuerySet[Run]) -> Iterator[list[Stored]]:
    """Yield runs in the order of their keys, a chunk at a time."""
    return read_as(Stored, runs, ROWS)


def read_as(kind: type[S], runs: QuerySet[Run], rows: int) -> Iterator[list[S]]:
    """Yield runs in the order of their keys, so many at a time: each chunk is a query of its own, so that no reader holds up the writers."""
    keys = {"key": Cast("pk", CharField()), "release_key": Cast("release_id", CharField())}
    columns = runs.order_by("pk").annotate(**keys).values_list(*kind._fields)
    last: UUID | None = None
    while True:
        chunk = [kind(*row) for row in (columns.filter(pk__gt=last) if last else columns)[:rows]]
        if not chunk:
            return
        yield chunk
        last = UUID(chunk[-1].key)


def has_engines() -> bool:
    """Return whether what judging by columns needs is installed."""
    try:
        check_installed("duckdb")
    except MissingEngineError:
        return False
    return True


class Cases:
    """A chunk of stored proposals in DuckDB, as the table `cases`: `row`, `plan`, the planning fields, the fields that were asked, and whether it is sound."""

    def __init__(self, threads: int) -> None:
        began = time.perf_counter()
        self._folder = tempfile.TemporaryDirectory(prefix="promptrunner-", ignore_cleanup_errors=True)
        self.engine = DuckDB(threads=threads, memory_limit=MEMORY, folder=self._folder.name)
        self.engine.connection.execute("SET enable_progress_bar = false")
        types = ", ".join(f"{name} {_sql_type(field)}" for name, field in FIELDS.items())
        for table in ("cases", "chosen", "rest"):
            self.engine.connection.execute(f"CREATE TABLE {table} (row BIGINT, plan INTEGER, sound BOOLEAN, {ASKED} VARCHAR[], {types})")
        self.seconds_to_start = time.perf_counter() - began

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.engine.close()
        self._folder.cleanup()

    def fill(self, chunk: list[Stored], plans: list[int]) -> None:
        """Take in a chunk with the plan of each run; a negative one leaves a run out."""
        import pyarrow  # noqa: PLC0415 - heavy

        rows = [row for row, plan in enumerate(plans) if plan >= 0]
        stored = {"row": rows, "plan": [plans[row] for row in rows], "city": [chunk[row].city for row in rows], "reading": [chunk[row].reading for row in rows]}
        types = pyarrow.schema({"row": "int64", "plan": "int32", "city": "string", "reading": "string"})
        self.engine.register("stored", pyarrow.table(stored, schema=types))
        self.engine.connection.execute(f"TRUNCATE cases; INSERT INTO cases {_TYPED}")
        self.engine.connection.unregister("stored")

    def choose(self, plan: int) -> None:
        """Put the cases of a plan into the table `chosen`, those that are not sound left out."""
        self.engine.connection.execute(f"TRUNCATE chosen; INSERT INTO chosen SELECT * FROM cases WHERE plan = {plan} AND sound")

    def leave(self, judged: str) -> int:
        """Put those of the chosen cases that another table lacks into the table `rest`, and return how many."""
        run = self.engine.connection.execute
        run(f"TRUNCATE rest; INSERT INTO rest SELECT * FROM chosen ANTI JOIN {judged} USING (row)")
        return int(run("SELECT count(*) FROM rest").fetchall()[0][0])

    def table(self, name: str) -> ir.Table:
        """Return a table of cases as an expression."""
        return table_of(name, {"row": "int64", ASKED: "array<string>", **{name: field_dtype(name) for name in FIELDS}})

    def prepare(self, name: str, rows: ir.Table) -> None:
        """Make a table for the rows of an expression, and a statement `fill_<name>` that fills it."""
        connection = self.engine.connection
        self.engine.register("empty", rows.schema().to_pyarrow().empty_table())
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM empty")
        connection.execute(f"PREPARE fill_{name} AS INSERT INTO {name} {self.engine.sql(rows)}")


def _shape() -> str:
    """Return what a stored reading looks like, as DuckDB reads JSON into types."""
    items = [{"count": "DOUBLE", "carpet_sq_m": "DOUBLE", "plinth_sq_m": "DOUBLE"}]
    types: dict[str, Any] = {name: items if field.kind == "items" else _sql_type(field) for name, field in FIELDS.items()}
    return json.dumps({"spec": types, "questions": [{"field": "VARCHAR"}]})


def _sql_type(field: Field) -> str:
    match field.kind:
        case "code":
            return "VARCHAR"
        case "flag":
            return "BOOLEAN"
        case "items":
            return 'STRUCT("count" DOUBLE, carpet_sq_m DOUBLE, plinth_sq_m DOUBLE)[]'
    return "DOUBLE"


def _sound() -> str:
    """Return the SQL of whether a spec was read whole and holds what `specs.normalise_spec` lets through; what does not is judged alone, and says why."""
    tests = [f"keys = {' + '.join(f'({name} IS NOT NULL)::INTEGER' for name in FIELDS)}", "city = stored_city"]
    for name, field in FIELDS.items():
        if name == "land_use_zone":
            zones = [(city, zone) for city in CITIES for zone in codes_of(name, city)]
            tests.append(f"(land_use_zone IS NULL OR (city, land_use_zone) IN ({', '.join(f'({quoted(city)}, {quoted(zone)})' for city, zone in zones)}))")
        elif field.kind == "code":
            tests.append(f"({name} IS NULL OR {name} IN ({', '.join(map(quoted, codes_of(name, None)))}))")
        elif field.kind in ("number", "count"):
            tests.append(f"({name} IS NULL OR {name} BETWEEN {field.low!r}::DOUBLE AND {field.high!r}::DOUBLE{f' AND {name} > 0' if field.positive else ''})")
    return " AND ".join(tests)


_TYPED = f"""
WITH parsed AS (
    SELECT row, plan, city AS stored_city, TRY_CAST(reading AS JSON) AS document FROM stored
), typed AS (
    SELECT row, plan, stored_city, len(json_keys(document, '$.spec')) AS keys, from_json(document, {quoted(_shape())}) AS read FROM parsed
), spread AS (
    SELECT row, plan, stored_city, keys, [question.field FOR question IN read.questions IF question.field IS NOT NULL] AS {ASKED}, unnest(read.spec) FROM typed
)
SELECT row, plan, coalesce({_sound()}, false) AS sound, {ASKED}, {", ".join(FIELDS)} FROM spread
"""
