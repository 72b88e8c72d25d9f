"""Reprocessing stored runs after an edit of one clause: `python -m benchmarks.bench_reprocess [--runs 20000] [--workers 2]`.

Runs of generated plots in Pune are stored on SQLite, then a release with one other number is published: the height on a road under 12 m, which concerns
two in five. A dry run, the writing of what changed, and a second one that finds nothing left; rates without the start of the program.
"""

from __future__ import annotations

import argparse
import copy
import datetime
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.bench_post_runs import django_on

EDITED = "UD-H2"
PROMPT = "Residential building in Pune, zone R2, plot {plot} sq m, {road} m road, height {height} m, FSI {fsi}, all margins {margin} m"


def main() -> None:
    """Print the rates."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="promptrunner-bench-", ignore_cleanup_errors=True) as name:
        django_on(Path(name))
        _store(asked.runs)
        _publish()
        for words in (("--dry-run",), (), ()):
            began = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "manage.py", "reprocess", *words, "--workers", str(asked.workers)], env=os.environ, capture_output=True, text=True, check=True
            )
            seconds = time.perf_counter() - began
            print(
                f"{' '.join(words) or 'writing':10} {asked.workers} workers {seconds:7.1f} s in all; {_last_rate(done.stderr)}; {done.stdout.splitlines()[0]}",
                flush=True,
            )


def _last_rate(progress: str) -> str:
    """Return the rate that the last line of progress tells."""
    return next((part.strip() for part in reversed(progress.split(",")) if "a second" in part), "no progress")


def _store(number: int) -> None:
    from promptrunner.pipeline import run_proposal  # noqa: PLC0415 - after the environment

    chance = random.Random(1)  # noqa: S311 - no secret
    for _ in range(number):
        values = {
            "plot": chance.randint(150, 4000),
            "road": chance.choice([6, 9, 12, 18, 24]),
            "height": chance.randint(6, 40),
            "fsi": 1.1,
            "margin": chance.choice([3, 4.5, 6]),
        }
        run_proposal(prompt=PROMPT.format(**values), as_of=datetime.date(2026, 1, 15))


def _publish() -> None:
    from compliance.models import RulebookRelease  # noqa: PLC0415
    from compliance.rules import load  # noqa: PLC0415
    from compliance.services.releases import release_compiled, rulebook_load  # noqa: PLC0415

    release = RulebookRelease.objects.get(rulebook__name="udcpr-2020")
    content = copy.deepcopy(dict(release_compiled(release).content))
    clause = next(clause for clause in content["clauses"] if clause["id"] == EDITED)
    print(f"{EDITED}: {clause['conditions']} {clause['limits']}", flush=True)
    clause["limits"] = _less(clause["limits"])
    rulebook_load(rulebook=load(content), publish=True)


def _less(tree: object) -> object:
    """Return limits with each number smaller by a tenth."""
    if isinstance(tree, dict):
        return {key: _less(value) for key, value in tree.items()}
    return round(tree * 0.9, 2) if isinstance(tree, int | float) and not isinstance(tree, bool) else tree


if __name__ == "__main__":
    main()
