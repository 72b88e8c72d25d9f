"""A file of plots or proposals, read and checked row by row: the rows that can be judged, and the others with the reason.

Whatever the format, a row ends either among the cases or among the rejects; none is dropped.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compliance.auditing.engines import DuckDB, quoted, to_sql
from compliance.auditing.errors import AuditError
from compliance.auditing.geojson import features
from compliance.auditing.headers import PROMPT, Column, match_columns
from compliance.reading import PromptTooLongError, read_prompt
from compliance.rules.columns import ASKED, field_dtype
from compliance.rules.columns.folding import expression, wrap
from compliance.rules.columns.translating import number as number_value
from compliance.rules.columns.translating import round_number as round_value
from compliance.specs import SpecError, find_code
from compliance.vocabulary import BUILDING_TYPES, FIELDS, Field, zones_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

FORMATS = {".csv": "csv", ".parquet": "parquet", ".geojson": "geojson", ".json": "geojson"}
MOST_WORDS = 10_000
"""How many different words a column of codes may hold: more are no codes."""
BATCH = 2_000

_UNITS = {"m": " in metres", "m2": " in square metres", "%": " in per cent"}
_IDS = ("id", "parcel_id", "plot_id", "plot_no", "survey_no", "fid", "gid", "objectid")


@dataclass
class Cases:
    """What was read.

    Attributes:
        path: the checked cases as Parquet: `file`, `row`, the kept columns and the planning fields.
        fields: the planning fields that it holds.
        kept: the other columns that it holds.
        matched: the columns that were understood.
        ignored: the columns that were not.
        rows: how many rows the files have.
        rejects: how many of them could not be judged; `rejects_path` says which and why.
    """

    path: Path
    rejects_path: Path
    fields: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    matched: list[Column] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    rows: int = 0
    rejects: int = 0


def source_files(source: Path) -> list[Path]:
    """Return the files that a path names: itself, or those of a folder, which are all of one format.

    Raises:
        AuditError: there is none, or they are of several formats.
    """
    if not source.exists():
        raise AuditError(f"There is no file or folder '{source}'.")
    files = sorted(path for path in source.iterdir() if path.suffix.lower() in FORMATS) if source.is_dir() else [source]
    formats = {FORMATS.get(path.suffix.lower()) for path in files}
    if not files or None in formats:
        raise AuditError(f"'{source}' holds no file that can be audited; name .csv, .parquet or .geojson.")
    if len(formats) > 1:
        raise AuditError(f"'{source}' holds files of several formats; audit them one format at a time.")
    return files


def read_cases(
    engine: DuckDB, source: Path, folder: Path, rejects: Path, *, city: str, cities: tuple[str, ...], chosen: Mapping[str, str], keep: Iterable[str]
) -> Cases:
    """Return the rows of a file or folder, checked.

    Args:
        engine: reads and checks.
        source: the file, or a folder of files of one format.
        folder: where intermediate files may be put.
        rejects: where the rows that cannot be judged are written, with the reason.
        city: the city of rows that name none.
        cities: the cities that can be judged; rows of others are rejected.
        chosen: column -> field, where a column's name does not say it.
        keep: further columns to keep beside the ids.

    Raises:
        AuditError: the source cannot be read or its columns cannot be understood.
    """
    files = source_files(source)
    cases = Cases(folder / "cases.parquet", rejects)
    with rejects.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["file", "row", "reason"])
        raw = [_raw(engine, path, folder, place) for place, path in enumerate(files)]
        for path, (_, bad) in zip(files, raw, strict=True):
            writer.writerows([path.name, row, reason] for row, reason in bad)
            cases.rejects += len(bad)
        engine.connection.execute(
            "CREATE OR REPLACE VIEW raw AS " + " UNION ALL BY NAME ".join(_select(relation, path.name) for path, (relation, _) in zip(files, raw, strict=True))
        )
        names = [name for name, *_ in engine.connection.execute("DESCRIBE raw").fetchall() if name not in ("__file", "__row")]
        cases.matched = match_columns(names, chosen)
        if not cases.matched:
            raise AuditError(f"None of the columns is a planning field: {', '.join(names[:40])}. Name them with --map, such as --map 'AREA_1=plot_area_sq_m'.")
        understood = {column.name for column in cases.matched}
        wanted = {name.lower() for name in keep} | set(_IDS)
        for name in keep:
            if name not in names:
                raise AuditError(f"There is no column '{name}' to keep; the columns are: {', '.join(names[:40])}.")
        cases.kept = [name for name in names if name not in understood and name.lower() in wanted]
        cases.ignored = [name for name in names if name not in understood and name not in cases.kept]
        read = _read_prompts if any(column.field == PROMPT for column in cases.matched) else _check
        for file, row, reason in read(engine, cases, city, cities):
            writer.writerow([file, row, reason])
            cases.rejects += 1
    (good,) = engine.connection.execute(f"SELECT count(*) FROM {_parquet(cases.path)}").fetchone() or (0,)
    cases.rows = good + cases.rejects
    return cases


# As a spec holds numbers


def number(value: float) -> ir.Value:
    """Return a number as a constant."""
    return expression(number_value(value))


def round_number(value: ir.Value) -> ir.Value:
    """Return a number as a spec holds it."""
    return expression(round_value(wrap(value)))


# Formats


def _raw(engine: DuckDB, path: Path, folder: Path, place: int) -> tuple[str, list[tuple[int, str]]]:
    """Return a file as a relation with `__row`, and the rows that are no rows, each with the reason."""
    kind = FORMATS[path.suffix.lower()]
    try:
        if kind == "parquet":
            return f"(SELECT * EXCLUDE (file_row_number), file_row_number + 1 AS __row FROM read_parquet({quoted(path)}, file_row_number = true))", []
        into = folder / f"raw{place}.parquet"
        bad = _raw_csv(engine, path, into) if kind == "csv" else features(path, into)
    except (OSError, UnicodeDecodeError) as error:
        raise AuditError(f"'{path.name}' cannot be read: {error}.") from None
    except _duckdb_error() as error:
        raise AuditError(f"'{path.name}' cannot be read as {kind}: {str(error).splitlines()[0]}") from None
    return _parquet(into), bad


def _raw_csv(engine: DuckDB, path: Path, into: Path) -> list[tuple[int, str]]:
    connection = engine.connection
    connection.execute("DROP TABLE IF EXISTS reject_scans; DROP TABLE IF EXISTS reject_errors")
    read = f"read_csv({quoted(path)}, header = true, all_varchar = true, store_rejects = true, rejects_limit = 0, null_padding = false)"
    connection.execute(f"COPY (SELECT *, row_number() OVER () AS __row FROM {read}) TO {quoted(into)} (FORMAT parquet)")
    bad = connection.execute("SELECT line - 1, first(error_message ORDER BY column_idx) FROM reject_errors WHERE line > 1 GROUP BY 1 ORDER BY 1").fetchall()
    if bad:  # the rows after one that could not be parsed were counted one too few
        starts = [row - place for place, (row, _) in enumerate(bad)]
        shifted = into.with_name(f"{into.stem}-rows.parquet")
        shift = f"len(list_filter({starts}, lambda start: start <= __row))"
        connection.execute(f"COPY (SELECT * REPLACE (__row + {shift} AS __row) FROM {_parquet(into)}) TO {quoted(shifted)} (FORMAT parquet)")
        shifted.replace(into)
    return [(int(row), f"The line cannot be parsed: {str(reason).splitlines()[0]}") for row, reason in bad]


def _select(relation: str, file: str) -> str:
    return f"SELECT *, {quoted(file)} AS __file FROM {relation}"


# Checking rows of values


def _check(engine: DuckDB, cases: Cases, city: str, cities: tuple[str, ...]) -> Iterator[tuple[str, int, str]]:
    """Write the rows that can be judged, and yield the others with the reason."""
    import ibis  # noqa: PLC0415 - heavy

    columns = {name: _dtype(kind) for name, kind, *_ in engine.connection.execute("DESCRIBE raw").fetchall()}
    table = ibis.table({name: dtype for name, dtype in columns.items() if dtype}, name="raw")
    values: dict[str, ir.Value] = {"file": table["__file"], "row": table["__row"].cast("int64"), **{name: table[name] for name in cases.kept if columns[name]}}
    problems: list[ir.Value] = []
    for column in cases.matched:
        definition = FIELDS[column.field]
        value, problem = _checked(engine, table, column, definition, city)
        values[column.field] = value
        problems.append(problem)
    checked = table.select(**values, problem=_joined(problems))
    if city or "city" not in values:
        named = checked["city"] if "city" in values else ibis.null("string")
        checked = checked.mutate(city=ibis.coalesce(named, ibis.literal(city)))
    wrong = ibis.cases(
        (checked["city"].isnull(), "The row names no city; say --city."),
        (~checked["city"].isin(cities), ibis.literal(f"The rulebook holds for {', '.join(cities)}, and the row is in ") + checked["city"] + "."),
        else_=ibis.null("string"),
    )
    checked = checked.mutate(problem=ibis.coalesce(checked["problem"], wrong))
    derived = derive(checked)
    cases.fields = [name for name in derived.columns if name in FIELDS]
    kept = [name for name in derived.columns if name != "problem"]
    good = to_sql(derived.filter(derived["problem"].isnull()).select(kept), "duckdb")
    engine.connection.execute(f"COPY ({good}) TO {quoted(cases.path)} (FORMAT parquet)")
    bad = engine.connection.execute(to_sql(checked.filter(checked["problem"].notnull()).select("file", "row", "problem"), "duckdb"))
    while rows := bad.fetchmany(10_000):
        yield from rows


def derive(table: ir.Table) -> ir.Table:
    """Return a table of checked values with what follows from them exactly, as `reading.deriving`."""
    import ibis  # noqa: PLC0415 - heavy

    has = set(table.columns)

    def known(name: str) -> ir.Value:
        return table[name] if name in has else ibis.null(field_dtype(name))

    found: dict[str, ir.Value] = {}
    if {"plot_width_m", "plot_depth_m"} <= has:
        area = round_number(table["plot_width_m"] * table["plot_depth_m"])
        fits = (area > number(0)) & (area <= number(FIELDS["plot_area_sq_m"].high))
        found["plot_area_sq_m"] = ibis.coalesce(known("plot_area_sq_m"), ibis.ifelse(fits, area, ibis.null("float64")))
    uses = [known("building_use")]
    for name, entries in (("building_type", BUILDING_TYPES), ("land_use_zone", zones_of(None))):
        if name in has:
            by_use: dict[str, list[str]] = {}
            for code, entry in entries.items():
                if entry.use:
                    by_use.setdefault(entry.use, []).append(code)
            uses.append(ibis.cases(*((table[name].isin(codes), use) for use, codes in by_use.items()), else_=ibis.null("string")))
    if len(uses) > 1:
        found["building_use"] = ibis.coalesce(*uses)
    if "dwelling_mix" in has:
        mix = table["dwelling_mix"]
        total = ibis.coalesce(mix.map(lambda item: item["count"]).sums(), number(0))
        found["dwelling_units"] = ibis.coalesce(known("dwelling_units"), ibis.ifelse(mix.isnull(), ibis.null("float64"), total))
    return table.mutate(**found) if found else table


def _checked(engine: DuckDB, table: ir.Table, column: Column, definition: Field, city: str) -> tuple[ir.Value, ir.Value]:
    """Return a column's value as a spec holds it, and a sentence where it is none that a proposal can have."""
    import ibis  # noqa: PLC0415 - heavy

    raw = table[column.name]
    text = ibis.ifelse(raw.isnull(), ibis.null("string"), raw.cast("string").strip()).nullif("")
    shown = text.left(60)
    name = definition.name
    if definition.kind in ("number", "count"):
        given = raw.cast("float64") if raw.type().is_numeric() else text.try_cast("float64")
        value = given * number(column.factor) if column.factor != 1.0 else given
        unit = _UNITS.get(definition.unit, "")
        rounded = round_number(value)
        above = "more than 0" if definition.positive and definition.low == 0 else f"at least {definition.low:g}"
        outside = (value < number(definition.low)) | (value > number(definition.high))
        if definition.positive:
            outside = outside | (rounded <= number(0))
        cases = [
            (text.notnull() & given.isnull(), ibis.literal(f"{name} is a number{unit}, not '") + shown + "'."),
            (given.isnan() | given.isinf(), ibis.literal(f"{name} is a finite number{unit}.")),
            (
                outside,
                ibis.literal(f"{name} is {above} and at most {definition.high:g}{unit}; ") + shown + f"{' ' + column.unit if column.unit else ''} was given.",
            ),
        ]
        if definition.kind == "count":
            cases.append((rounded != rounded.round(0).cast("float64"), ibis.literal(f"{name} is a whole number; ") + shown + " was given."))
        return rounded, ibis.cases(*cases, else_=ibis.null("string"))
    if definition.kind == "items":
        items = _items(raw)
        return items, ibis.cases(
            (text.notnull() & items.isnull(), f"{name} is a list of entries like {{'count': 10, 'carpet_sq_m': 55}}."), else_=ibis.null("string")
        )
    codes = _codes(engine, column, definition, city)
    if definition.kind == "flag":
        value = text.lower().isin(["true", "yes"])
        value = ibis.ifelse(text.isnull(), ibis.null("boolean"), value)
        wrong = text.notnull() & ~text.lower().isin(["true", "yes", "false", "no"])
        return value, ibis.ifelse(wrong, ibis.literal(f"{name} is true or false, not '") + shown + "'.", ibis.null("string"))
    by_code: dict[str, list[str]] = {}
    for word, code in codes.items():
        if code is not None:
            by_code.setdefault(code, []).append(word)
    value = ibis.cases(*((text.isin(words), code) for code, words in by_code.items()), else_=ibis.null("string")) if by_code else ibis.null("string")
    known = sorted(word for words in by_code.values() for word in words)
    wrong = text.notnull() & (~text.isin(known) if known else ibis.literal(True))
    return value, ibis.ifelse(wrong, ibis.literal("'") + shown + f"' is not a known {definition.label}.", ibis.null("string"))


def _codes(engine: DuckDB, column: Column, definition: Field, city: str) -> dict[str, str | None]:
    """Return the code that each word of a column names."""
    if definition.kind != "code":
        return {}
    name = column.name.replace('"', '""')
    rows = engine.connection.execute(f'SELECT DISTINCT trim(CAST("{name}" AS VARCHAR)) FROM raw LIMIT {MOST_WORDS + 1}').fetchall()
    if len(rows) > MOST_WORDS:
        raise AuditError(f"The column '{column.name}' holds more than {MOST_WORDS:,} different words, and {definition.label} is one of a closed list.")
    where = city if definition.name == "land_use_zone" and city else None
    return {word: find_code(definition.name, word, where) for (word,) in rows if word}


def _items(raw: ir.Value) -> ir.Value:
    import ibis  # noqa: PLC0415 - heavy

    wanted = field_dtype("dwelling_mix")
    if not raw.type().is_string():
        return raw.cast(wanted)

    def transform(text: str, shape: str) -> object: ...

    checked = ibis.udf.scalar.builtin(transform, name="json_transform", signature=((str, str), wanted))(
        raw, '[{"count":"DOUBLE","carpet_sq_m":"DOUBLE","plinth_sq_m":"DOUBLE"}]'
    )
    return ibis.ifelse(raw.strip().startswith("["), checked, ibis.null(wanted))


def _joined(problems: list[ir.Value]) -> ir.Value:
    import ibis  # noqa: PLC0415 - heavy

    return ibis.literal(" ").join([ibis.coalesce(problem, ibis.literal("")) for problem in problems]).strip().nullif("")


# Prompts


def _read_prompts(engine: DuckDB, cases: Cases, city: str, cities: tuple[str, ...]) -> Iterator[tuple[str, int, str]]:
    """Read one prompt a row, with the other columns as given values; write what can be judged, and yield the others with the reason."""
    import ibis  # noqa: PLC0415 - heavy
    import pyarrow.parquet as parquet  # noqa: PLC0415 - heavy
    from pyarrow import Table  # noqa: PLC0415 - heavy

    names = list(FIELDS)
    cases.fields = names
    schema = ibis.schema(
        {"file": "string", "row": "int64", **dict.fromkeys(cases.kept, "string"), **{name: field_dtype(name) for name in names}, ASKED: "array<string>"}
    ).to_pyarrow()
    relation = engine.connection.cursor().execute("SELECT * FROM raw ORDER BY __file, __row")
    columns = [name for name, *_ in relation.description or ()]
    with parquet.ParquetWriter(cases.path, schema) as writer:
        while batch := relation.fetchmany(BATCH):
            good: list[dict[str, Any]] = []
            for values in (dict(zip(columns, row, strict=True)) for row in batch):
                found = _read_prompt(values, cases, city, cities)
                if isinstance(found, str):
                    yield values["__file"], values["__row"], found
                else:
                    kept = {name: None if values[name] is None else str(values[name]) for name in cases.kept}
                    good.append({"file": values["__file"], "row": values["__row"], **kept, **found})
            writer.write_table(Table.from_pylist(good, schema=schema))


def _read_prompt(values: Mapping[str, Any], cases: Cases, city: str, cities: tuple[str, ...]) -> dict[str, Any] | str:
    """Return the fields of one row with a prompt, or why it cannot be judged."""
    text, given = "", {}
    for column in cases.matched:
        value = values[column.name]
        if value is None or (isinstance(value, str) and not value.strip()):
            continue
        if column.field == PROMPT:
            text = str(value)
        elif column.factor != 1.0:
            try:
                given[column.field] = float(value) * column.factor
            except ValueError:
                return f"{column.field} is a number, not '{str(value)[:60]}'."
        else:
            given[column.field] = json.loads(value) if FIELDS[column.field].kind == "items" and isinstance(value, str) and value.startswith("[") else value
    try:
        read = read_prompt(text, given)
        if "city" not in read.spec and city:
            read = read_prompt(text, given, city)
    except SpecError as error:
        return " ".join(sentence for _, sentence in error.errors)
    except (PromptTooLongError, json.JSONDecodeError) as error:
        return str(error)
    named = read.spec.get("city")
    if named not in cities:
        return f"The rulebook holds for {', '.join(cities)}, and the row is in {named}." if named else "The row names no city; say --city."
    spec = {name: float(value) if isinstance(value, int) and not isinstance(value, bool) else value for name, value in read.spec.items()}
    return {**spec, ASKED: [question.field for question in read.questions if question.field]}


# SQL


def _parquet(path: Path) -> str:
    return f"read_parquet({quoted(path)})"


def _dtype(kind: str) -> str:
    """Return the Ibis type of a DuckDB column that a planning field may come in, empty for others."""
    if kind.startswith(("VARCHAR", "ENUM")):
        return "string"
    if kind == "BOOLEAN":
        return "boolean"
    if kind in ("DOUBLE", "FLOAT") or kind.startswith("DECIMAL"):
        return "float64"
    if "INT" in kind and "[" not in kind:
        return "int64"
    return field_dtype("dwelling_mix") if kind.startswith("STRUCT") and kind.endswith("[]") else ""


def _duckdb_error() -> type[Exception]:
    import duckdb  # noqa: PLC0415 - heavy

    error: type[Exception] = duckdb.Error
    return error
