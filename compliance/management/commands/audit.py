"""`manage.py audit FILE --city Pune --out verdicts.parquet`: every plot or proposal of a file or folder judged at once."""

from __future__ import annotations

import datetime
import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, ProgrammingError

from compliance.auditing.engines import DuckDB, Engine, MissingEngineError, Spark, check_installed
from compliance.auditing.errors import AuditError
from compliance.rules import Rulebook
from compliance.services.releases import UnknownReleaseError, release_compiled, release_in_force, rulebook_named
from compliance.vocabulary import CITIES

SHOWN = 10
INDIA = ZoneInfo("Asia/Kolkata")


class Command(BaseCommand):
    """Judge a file of plots or proposals. Nothing is written to the database; what is written beside OUT appears when it is whole.

    Exit 0 done, 1 done with rejected rows, 2 wrong use.
    """

    help = "Judge every plot or proposal of a CSV, Parquet or GeoJSON file, or of a folder of them."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("source", type=Path, help="a .csv, .parquet or .geojson file, or a folder of files of one format")
        parser.add_argument("--city", choices=list(CITIES), default="", help="the city of rows that name none")
        parser.add_argument(
            "--out", type=Path, required=True, help="the .parquet file of verdicts, or a folder for several; rejects, summary and page are put beside it"
        )
        parser.add_argument("--rulebook", help="a rulebook, the first digits of a release, or a YAML file, instead of the release in force")
        parser.add_argument("--as-of", metavar="DATE", help="the day whose law is asked for, as 2026-01-31; today where not given")
        parser.add_argument("--compare", metavar="OTHER", help="a second rulebook, release or YAML file: who gains and who loses, by clause")
        parser.add_argument("--engine", choices=["duckdb", "spark"], default="duckdb")
        parser.add_argument("--master", default="local[2]", help="the master of the Spark cluster")
        parser.add_argument("--map", action="append", default=[], metavar="COLUMN=FIELD", dest="chosen", help="what a column holds; COLUMN= leaves it out")
        parser.add_argument("--keep", action="append", default=[], metavar="COLUMN", help="a further column to keep beside the verdicts")
        parser.add_argument("--threads", type=int, default=0, help="of DuckDB; every core where not given")
        parser.add_argument("--memory", default="1500MB", help="what DuckDB may hold; the rest goes to temporary files")

    def handle(self, *args: Any, **options: Any) -> None:
        """Audit and print the summary."""
        try:
            for engine in {"duckdb", options["engine"]}:
                check_installed(engine)
            rejects = self._audit(options)
        except (AuditError, MissingEngineError, UnknownReleaseError) as error:
            raise CommandError(str(error), returncode=2) from None
        except (OperationalError, ProgrammingError) as error:
            raise CommandError(f"The database cannot be used ({error}). Run manage.py migrate and manage.py load_rulebooks first.", returncode=2) from None
        if rejects:
            raise SystemExit(1)

    def _audit(self, options: dict[str, Any]) -> int:
        from compliance.auditing import auditing  # noqa: PLC0415 - needs the engines
        from compliance.auditing.files import read_cases  # noqa: PLC0415 - needs the engines
        from compliance.auditing.page import render_page  # noqa: PLC0415 - needs the engines

        began = time.monotonic()
        day = _day(options["as_of"])
        rulebook = _rulebook(options["rulebook"], options["city"], day)
        other = rulebook_named(options["compare"]) if options["compare"] else None
        if options["city"] and options["city"] not in rulebook.cities:
            raise AuditError(f"{rulebook.title} does not hold for {options['city']}; it holds for {', '.join(rulebook.cities)}.")
        out: Path = options["out"]
        if not out.parent.is_dir():
            raise AuditError(f"There is no folder '{out.parent}' to write to.")
        beside = {name: out.with_suffix(ending) for name, ending in (("rejects", ".rejects.csv"), ("summary", ".summary.json"), ("page", ".html"))}
        with tempfile.TemporaryDirectory(prefix=".audit-", dir=out.parent) as folder:
            here = Path(folder)
            duckdb = DuckDB(threads=options["threads"] or None, memory_limit=options["memory"], folder=folder)
            engine: Engine = duckdb if options["engine"] == "duckdb" else Spark(master=options["master"])
            try:
                cases = read_cases(
                    duckdb, options["source"], here, here / "rejects.csv", city=options["city"], cities=rulebook.cities, chosen=_chosen(options["chosen"]), keep=options["keep"]
                )  # fmt: skip
                self._say(f"Read {cases.rows:,} rows, {cases.rejects:,} of them rejected.", began)
                keep = auditing.kept_columns(cases)
                layout = auditing.judge_cases(engine, rulebook, day, cases.path, keep, here / "verdicts")
                self._say("Judged.", began)
                summary = auditing.summarise(duckdb, layout, here / "verdicts")
                comparison = None
                if other is not None:
                    others = auditing.judge_cases(engine, other, day, cases.path, keep, here / "other")
                    comparison = auditing.compare(duckdb, (layout, here / "verdicts"), (others, here / "other"), cases.rows)
                    self._say("Compared.", began)
                if out.suffix == ".parquet":
                    duckdb.join(here / "verdicts", here / "verdicts.parquet")
            finally:
                engine.close()
                duckdb.close()
            (here / "summary.json").write_text(json.dumps(auditing.as_document(summary, comparison), indent=1) + "\n")
            (here / "page.html").write_text(render_page(options["source"], rulebook, day, cases, summary, comparison, other))
            _put(here / ("verdicts.parquet" if out.suffix == ".parquet" else "verdicts"), out)
            for name, path in beside.items():
                _put(here / {"rejects": "rejects.csv", "summary": "summary.json", "page": "page.html"}[name], path)
        for line in _lines(options["source"], rulebook, cases, summary, comparison):
            self.stdout.write(line)
        self.stdout.write(f"Written: {out}, {', '.join(path.name for path in beside.values())}. {time.monotonic() - began:.0f} s.")
        return cases.rejects

    def _say(self, text: str, began: float) -> None:
        self.stderr.write(f"{time.monotonic() - began:6.1f} s  {text}")


def _put(made: Path, path: Path) -> None:
    """Put a file or folder in its place at once."""
    if path.is_dir():
        shutil.rmtree(path)
    elif made.is_dir():
        path.unlink(missing_ok=True)
    made.replace(path)


def _rulebook(named: str | None, city: str, day: datetime.date) -> Rulebook:
    if named:
        return rulebook_named(named)
    if not city:
        raise AuditError("Say --city, or name a rulebook with --rulebook.")
    release = release_in_force(city=city, as_of=day)
    if release is None:
        raise AuditError(
            f"No rulebook is in force for {city} on {day.isoformat()}; load them with manage.py load_rulebooks --publish, or name one with --rulebook."
        )
    return release_compiled(release)


def _chosen(texts: list[str]) -> dict[str, str]:
    chosen = {}
    for text in texts:
        column, sign, field = text.rpartition("=")
        if not sign or not column:
            raise AuditError(f"'{text}' is no mapping; write --map 'AREA_1=plot_area_sq_m'.")
        chosen[column] = field.strip()
    return chosen


def _day(text: str | None) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text) if text else datetime.datetime.now(INDIA).date()
    except ValueError:
        raise AuditError(f"'{text}' is no date; write --as-of 2026-01-31.") from None


def _lines(source: Path, rulebook: Rulebook, cases: Any, summary: Any, comparison: Any) -> list[str]:
    columns = ", ".join(f"{column.name} = {column.field}{f' in {column.unit}' if column.unit else ''}" for column in cases.matched)
    lines = [f"{source}: {cases.rows:,} rows, {cases.rejects:,} rejected; {rulebook.title}, {rulebook.edition}.", f"Columns: {columns}."]
    if cases.ignored:
        lines.append(f"Left out: {', '.join(cases.ignored)}.")
    lines += [f"  {status:14} {number:>12,}" for status, number in summary.statuses.items() if number]
    blocking = [count for count in summary.clauses if count.violated][:SHOWN]
    if blocking:
        lines.append("Violated on most plots (and by how many as the only clause):")
        lines += [f"  {count.violated:>12,} ({count.alone:,})  {count.id}: {count.clause_no} {count.title}" for count in blocking]
    lines.append(f"May be built: {summary.capacity_sq_m:,.0f} m² on {summary.capacity_plots:,} plots; {summary.unlimited_plots:,} have no limit.")
    if comparison is not None:
        lines.append(f"Under the other rulebook {comparison.gains:,} gain, {comparison.loses:,} lose, and {comparison.capacity_sq_m:+,.0f} m² may be built.")
        lines += [f"  {here} -> {there}: {number:,}" for (here, there), number in sorted(comparison.statuses.items(), key=lambda entry: -entry[1])]
        top = sorted(comparison.clauses.items(), key=lambda entry: -entry[1])[:SHOWN]
        lines += [f"  {clause}: {here} -> {there}: {number:,}" for (clause, here, there), number in top]
    return lines
