"""The server's time for the workbench's verdict beside the API's, and for the other pages: `python -m benchmarks.bench_pages`.

In process, through Django's test client, SQLite, one at a time and each kind in turn. The workbench's verdict is two requests: the form is taken, and the run's page is shown.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.bench_pipeline import PROMPTS
from benchmarks.bench_post_runs import django_on

ROUNDS = 100


def main() -> None:
    """Print the medians."""
    with tempfile.TemporaryDirectory(prefix="promptrunner-bench-", ignore_cleanup_errors=True) as name:
        os.environ["RATE_RUN"] = "100000000"
        django_on(Path(name))
        from django.test import Client  # noqa: PLC0415 - after the environment

        program, browser = Client(), Client(headers={"Accept": "text/html"})

        def api(place: int) -> Any:
            return program.post("/api/v1/runs/", {"prompt": PROMPTS[place % len(PROMPTS)]}, content_type="application/json")

        def workbench(place: int) -> Any:
            return browser.get(browser.post("/", {"prompt": PROMPTS[place % len(PROMPTS)]})["Location"])

        last = workbench(0).request["PATH_INFO"]
        measured = {
            "POST /api/v1/runs/": api,
            "POST / and GET /runs/<id>/": workbench,
            "GET /": lambda _: browser.get("/"),
            "POST /reading/": lambda place: browser.post("/reading/", {"prompt": PROMPTS[place % len(PROMPTS)]}, headers={"HX-Request": "true"}),
            "GET /runs/<id>/": lambda _: browser.get(last),
            "GET /runs/": lambda _: browser.get("/runs/"),
            "GET /gallery/": lambda _: browser.get("/gallery/"),
            "GET .../report.pdf": lambda _: program.get(f"/api/v1{last}report.pdf"),
        }
        for words, times in timed(measured).items():
            print(f"{words:28} median {statistics.median(times):7.2f} ms   95 % {sorted(times)[int(len(times) * 0.95)]:7.2f} ms", flush=True)


def timed(measured: Mapping[str, Callable[[int], Any]]) -> dict[str, list[float]]:
    """Return the milliseconds of each kind of request, after some that warm up; one of each kind in turn, so that all meet the same machine."""
    times: dict[str, list[float]] = {words: [] for words in measured}
    for place in range(-8, ROUNDS):
        for words, ask in measured.items():
            began = time.perf_counter()
            answer = ask(place)
            if answer.status_code >= 400:
                raise SystemExit(f"It answered {answer.status_code}: {answer.content[:300]!r}")
            if place >= 0:
                times[words].append((time.perf_counter() - began) * 1000)
    return times


if __name__ == "__main__":
    main()
