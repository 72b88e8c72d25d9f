"""Reprocessing stored runs after an edit of one clause: `python -m benchmarks.bench_reprocess [--runs 200000] [--distinct 20000] [--workers 2] [--clause UD-H2]`.

Runs of generated plots in Pune are judged and stored, then copied under other ids until there are enough (the copies have no events). They are verified: status
and outcomes of all by columns, the digests of some one by one. Then a release with one other number is published: the height on a road under 12 m. A dry run,
the writing of what changed (`--since` for fewer), and a dry run again. On SQLite, or on the database of DATABASE_URL:

    python scripts/with_database.py postgres python -m benchmarks.bench_reprocess
"""

from __future__ import annotations

import argparse
import copy
import datetime
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

from benchmarks.bench_post_runs import django_on

DAY = datetime.date(2026, 1, 15)
BATCH = 500


def main() -> None:
    """Print the rates."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=200_000, help="how many are stored")
    parser.add_argument("--distinct", type=int, default=20_000, help="how many of them are judged; the others are copies")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--clause", default="UD-H2", help="the clause of udcpr-2020 whose limits fall by a tenth")
    parser.add_argument("--since", type=int, default=0, help="write only the last so many of the stored runs; 0 writes all that change")
    parser.add_argument("--verify-only", action="store_true", help="end before the other release is published")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="promptrunner-bench-", ignore_cleanup_errors=True) as name:
        django_on(Path(name), os.environ.get("DATABASE_URL", ""))
        _store(min(asked.distinct, asked.runs), asked.runs, asked.since)
        for words in (("--all", "--outcomes"), ("--sample", str(DIGESTS))):
            _run("verify_run", words, asked.workers)
        if asked.verify_only:
            return
        _publish(asked.clause)
        written = ("--since", LATE.isoformat()) if asked.since else ()
        for words in (("--dry-run",), written, (*written, "--dry-run")):
            _run("reprocess", words, asked.workers)


LATE = datetime.date(2026, 11, 2)
"""The day after which the runs that are written were made."""


DIGESTS = 4_000
"""How many runs are verified one by one."""


def _run(name: str, words: tuple[str, ...], workers: int) -> None:
    began, cpu = time.perf_counter(), _cpu_seconds()
    command = [sys.executable, "manage.py", name, *words, "--workers", str(workers)]
    done = subprocess.run(command, env=os.environ, capture_output=True, text=True, check=True)
    seconds, peak = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    print(
        f"{name} {' '.join(words) or '(writing)'}, {workers} workers: {seconds:.1f} s in all, {_cpu_seconds() - cpu:.1f} s of the processors, {peak:.1f} GB at most so far",
        flush=True,
    )
    for line in re.split(r"[\r\n]+", done.stderr):
        if line.startswith("By columns") or ", 0 s left" in line:
            print(f"  {line.strip()}", flush=True)
    print("".join(f"  {line}\n" for line in done.stdout.splitlines()[:12]), flush=True)


def _cpu_seconds() -> float:
    """Return what the processes started from here have used, those of a database server left out."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _store(distinct: int, number: int, late: int) -> None:
    import numpy as np  # noqa: PLC0415 - heavy

    from compliance.auditing.generating import _plots  # noqa: PLC0415
    from compliance.models import Run  # noqa: PLC0415 - after the environment
    from promptrunner.pipeline import run_proposal  # noqa: PLC0415

    began = time.perf_counter()
    columns = _plots(np.random.default_rng(1), "Pune", distinct)
    for place in range(distinct):
        values: dict[str, Any] = {name: column[place].item() if hasattr(column[place], "item") else column[place] for name, column in columns.items()}
        run_proposal(spec={name: value for name, value in values.items() if value == value}, city="Pune", as_of=DAY)
    Run.objects.update(created_at=datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC))
    ids = list(Run.objects.values_list("pk", flat=True))
    made, late_at = distinct, datetime.datetime.combine(LATE, datetime.time(12), datetime.UTC)
    while made < number:
        for start in range(0, min(distinct, number - made), BATCH):
            some = list(Run.objects.filter(pk__in=ids[start : start + min(BATCH, number - made)]))
            for run in some:
                run.pk = uuid.uuid4()
            Run.objects.bulk_create(some)
            made += len(some)
    if late:
        for start in range(0, late, BATCH):
            Run.objects.filter(pk__in=ids[start : start + BATCH]).update(created_at=late_at)
    print(f"{made:,} runs stored, {distinct:,} of them judged, in {time.perf_counter() - began:.0f} s", flush=True)


def _publish(edited: str) -> None:
    from compliance.models import RulebookRelease  # noqa: PLC0415
    from compliance.rules import load  # noqa: PLC0415
    from compliance.services.releases import release_compiled, rulebook_load  # noqa: PLC0415

    release = RulebookRelease.objects.get(rulebook__name="udcpr-2020")
    content = copy.deepcopy(dict(release_compiled(release).content))
    clause = next(clause for clause in content["clauses"] if clause["id"] == edited)
    print(f"{edited}: {clause.get('conditions')} {clause['limits']}", flush=True)
    clause["limits"] = _less(clause["limits"])
    rulebook_load(rulebook=load(content), publish=True)


def _less(tree: object) -> object:
    """Return limits with each number smaller by a tenth."""
    if isinstance(tree, dict):
        return {key: _less(value) for key, value in tree.items()}
    return round(tree * 0.9, 2) if isinstance(tree, int | float) and not isinstance(tree, bool) else tree


if __name__ == "__main__":
    main()
