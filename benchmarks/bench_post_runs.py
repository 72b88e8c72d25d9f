"""POST /api/v1/runs/ against a bare view, on SQLite, 2 gunicorn workers, 16 connections; then again with many stored runs.

    python -m benchmarks.bench_post_runs [--seconds 5] [--rounds 3] [--stored 1000,200000]

One server and one fresh database in a temporary folder serve both, in interleaved rounds. The bare view parses the same JSON and inserts
one row with as many bytes as a run and its event have. The load is wrk's, on the loopback address, for a fixed number of seconds.
`--stored` seeds that many runs (and their events) and repeats POST, the list and the detail read.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.bench_pipeline import PROMPTS

ROOT = Path(__file__).resolve().parent.parent
CONNECTIONS = 16
WORKERS = 2
SEED_BATCH = 500


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk measured in one round."""

    per_second: float
    p50_ms: float
    p99_ms: float
    errors: int


def main() -> None:
    """Set up, measure, print, clean up."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=5, help="length of one round, at most 30")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--stored", default="", help="numbers of stored runs to repeat the measurement at, as 1000,200000")
    options = parser.parse_args()
    options.seconds = min(options.seconds, 30)
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed; run scripts/ensure_system.sh wrk.")
    with tempfile.TemporaryDirectory(prefix="promptrunner-bench-") as name:
        folder = Path(name)
        django_on(folder)
        run, row_bytes = first_run()
        with server(folder, row_bytes) as port:
            compare(folder, port, options.seconds, options.rounds)
            stages(port)
            stored = sorted(int(number) for number in options.stored.split(",") if number)
            if stored:
                emptied(run)
            for number in stored:
                at_scale(folder, port, options.seconds, number, run, row_bytes)


def django_on(folder: Path, database: str = "") -> None:
    """Set Django up on a fresh database, SQLite where none is named, with the rulebooks loaded."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "PROMPTRUNNER_ENV": "development",
        "ALLOW_ANONYMOUS": "true",
        "RATE_RUN": "100000000",  # counted as ever, never reached
        "DATA_DIR": str(folder),
        "DATABASE_URL": database or f"sqlite:///{folder / 'bench.sqlite3'}",
    }
    import django  # noqa: PLC0415 - after the environment
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)
    call_command("load_rulebooks", verbosity=0, stdout=open(os.devnull, "w"))  # noqa: SIM115, PTH123


def first_run() -> tuple[Any, int]:
    """Return a stored run to copy, and the mean size of what the proposals store: the run's and its event's texts."""
    from promptrunner.pipeline import run_proposal  # noqa: PLC0415
    from telemetry.models import Event  # noqa: PLC0415

    runs = [run_proposal(prompt=prompt)[0] for prompt in PROMPTS]
    sizes = [len(run.spec) + len(run.verdict) + len(Event.objects.get(run_id=run.pk).payload) for run in runs]
    print(
        f"One run stores {statistics.mean(sizes) / 1024:.1f} KB ({', '.join(f'{run.status} {size / 1024:.1f}' for run, size in zip(runs, sizes, strict=True))})"
    )
    return runs[0], round(statistics.mean(sizes))


@contextlib.contextmanager
def server(folder: Path, row_bytes: int) -> Iterator[int]:
    """Run gunicorn on a free loopback port while the block runs; yield the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    options = ["--bind", f"127.0.0.1:{port}", "--workers", str(WORKERS), "--log-level", "warning", "--no-control-socket"]
    environment = {**os.environ, "BENCH_ROW_BYTES": str(row_bytes)}
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "gunicorn", "promptrunner.wsgi:application", *options], cwd=ROOT, env=environment, stderr=log)
        try:
            until = time.monotonic() + 60
            while time.monotonic() < until:
                if process.poll() is not None:
                    sys.exit(f"gunicorn ended:\n{(folder / 'server.log').read_text()[-2000:]}")
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                    break
                time.sleep(0.1)
            yield port
        finally:
            process.terminate()
            process.wait(timeout=30)


def wrk(folder: Path, port: int, path: str, seconds: int, post: bool) -> Load:
    """Return what one round of load measured."""
    environment = {name: value for name, value in os.environ.items() if name != "BENCH_BODIES"}
    if post:
        bodies = folder / "bodies.jsonl"
        bodies.write_text("".join(json.dumps({"prompt": prompt}) + "\n" for prompt in PROMPTS))
        environment["BENCH_BODIES"] = str(bodies)
    command = ["wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--duration", f"{seconds}s", "--timeout", "10s", "--latency"]
    script = str(ROOT / "benchmarks" / "load.lua")
    done = subprocess.run([*command, "--script", script, f"http://127.0.0.1:{port}{path}"], env=environment, capture_output=True, text=True, check=True)
    line = next(line for line in done.stdout.splitlines() if line.startswith("RESULT "))
    requests, micros, p50, p99, errors = map(int, line.split()[1:])
    return Load(requests / micros * 1e6, p50 / 1000, p99 / 1000, errors)


def shown(label: str, loads: list[Load]) -> float:
    """Print the median of some rounds; return the requests per second."""
    per_second = statistics.median(load.per_second for load in loads)
    p50, p99 = statistics.median(load.p50_ms for load in loads), [load.p99_ms for load in loads]
    errors = sum(load.errors for load in loads)
    print(f"{label:<34} {per_second:>8.0f} req/s   p50 {p50:>7.1f} ms   p99 {min(p99):>7.1f}-{max(p99):.1f} ms   {errors} errors", flush=True)
    return per_second


def compare(folder: Path, port: int, seconds: int, rounds: int) -> None:
    """Print the product's POST beside the bare view's, from interleaved rounds."""
    for path in ("/bare/", "/api/v1/runs/"):
        wrk(folder, port, path, 1, post=True)
    bare, ours = [], []
    for _ in range(rounds):
        bare.append(wrk(folder, port, "/bare/", seconds, post=True))
        ours.append(wrk(folder, port, "/api/v1/runs/", seconds, post=True))
    print(f"{WORKERS} gunicorn workers, {CONNECTIONS} connections, {rounds} interleaved rounds of {seconds} s, SQLite")
    yardstick = shown("bare view", bare)
    print(f"ratio {shown('POST /api/v1/runs/', ours) / yardstick:.2f} (wanted: at least 0.33)")


def stages(port: int, requests: int = 200) -> None:
    """Print the share of each stage of a POST, from the answers' own `performance`, one request at a time."""
    totals: dict[str, float] = {}
    began = time.perf_counter()
    for at in range(requests):
        answer = json.loads(asked(port, "POST", "/api/v1/runs/", json.dumps({"prompt": PROMPTS[at % len(PROMPTS)]})))
        for name, value in answer["performance"].items():
            totals[name] = totals.get(name, 0.0) + value
    whole = (time.perf_counter() - began) * 1000
    inside = totals.pop("total_ms")
    parts = {name.removesuffix("_ms"): value for name, value in totals.items()}
    parts |= {"between the stages": inside - sum(parts.values()), "HTTP, checks, JSON": whole - inside}
    print(f"one request at a time: {whole / requests:.2f} ms, of which")
    for name, value in parts.items():
        print(f"    {name:<22} {value / requests:>7.3f} ms  {value / whole:>4.0%}")


def asked(port: int, method: str, path: str, body: str | None = None) -> bytes:
    """Return the body of a successful answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        content = answer.read()
        if answer.status >= 400:
            sys.exit(f"{method} {path} answered {answer.status}: {content[:500]!r}")
        return content
    finally:
        connection.close()


def at_scale(folder: Path, port: int, seconds: int, number: int, run: Any, row_bytes: int) -> None:
    """Seed up to a number of stored runs and print POST, the list and the detail read."""
    from compliance.models import Run  # noqa: PLC0415

    free = shutil.disk_usage(folder).free
    missing = number - Run.objects.count()
    if missing * row_bytes * 1.5 > free:
        sys.exit(
            f"{number} runs need about {missing * row_bytes * 1.5 / 2**30:.1f} GB in {folder}; {free / 2**30:.1f} GB are free. Set TMPDIR to another disk."
        )
    began = time.perf_counter()
    seed(run, max(0, missing))
    size = sum(path.stat().st_size for path in folder.glob("bench.sqlite3*"))
    print(f"\n{Run.objects.count()} stored runs ({size / 2**20:.0f} MB; seeded in {time.perf_counter() - began:.0f} s)")
    for path in ("/api/v1/runs/", f"/api/v1/runs/{run.pk}/"):
        asked(port, "GET", path)
    # The bare view again, as a control: what it loses between two sizes is the machine's doing.
    rounds = [(wrk(folder, port, "/bare/", seconds, post=True), wrk(folder, port, "/api/v1/runs/", seconds, post=True)) for _ in range(2)]
    shown("bare view", [bare for bare, _ in rounds])
    shown("POST /api/v1/runs/", [ours for _, ours in rounds])
    shown("GET  /api/v1/runs/", [wrk(folder, port, "/api/v1/runs/", seconds, post=False) for _ in range(2)])
    shown("GET  /api/v1/runs/?city=Pune", [wrk(folder, port, "/api/v1/runs/?city=Pune", seconds, post=False)])
    middle = Run.objects.order_by("pk").values_list("pk", flat=True)[number // 2]  # neither the newest nor one read before
    shown("GET  /api/v1/runs/<id>/", [wrk(folder, port, f"/api/v1/runs/{middle}/", seconds, post=False) for _ in range(2)])


def emptied(run: Any) -> None:
    """Delete every run but one, with the events and the bare rows, so that the numbers of stored runs are those asked for."""
    from django.db import connection  # noqa: PLC0415

    from benchmarks.bare.models import Row  # noqa: PLC0415
    from compliance.models import Run  # noqa: PLC0415
    from telemetry.models import Event  # noqa: PLC0415

    Row._default_manager.all().delete()
    Event.objects.exclude(run_id=run.pk).delete()
    Run.objects.exclude(pk=run.pk).delete()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def seed(run: Any, number: int) -> None:
    """Store copies of a run and its event, spread over the past year and over cities and verdicts."""
    import datetime  # noqa: PLC0415
    import uuid  # noqa: PLC0415

    from compliance.models import Run  # noqa: PLC0415
    from telemetry.models import Event  # noqa: PLC0415
    from telemetry.services import event_id  # noqa: PLC0415
    from telemetry.transactions import atomic  # noqa: PLC0415

    event = Event.objects.get(run_id=run.pk)
    values = {field.attname: getattr(run, field.attname) for field in Run._meta.concrete_fields}
    reported = {field.attname: getattr(event, field.attname) for field in Event._meta.concrete_fields}
    cities, verdicts = ("Pune", "Nashik", "Mumbai", "Ahmedabad"), [status.value for status in Run.Status]
    for start in range(0, number, SEED_BATCH):
        runs, events = [], []
        for at in range(start, min(start + SEED_BATCH, number)):
            key = uuid.uuid4()
            created = run.created_at - datetime.timedelta(seconds=31_536_000 * (at + 1) / (number + 1))
            changed = {"city": cities[at % 4], "status": verdicts[at % 5], "session_id": f"session-{at % 1000}", "trace_id": key.hex, "created_at": created}
            runs.append(Run(**{**values, "id": key, **changed}))
            events.append(Event(**{**reported, "id": event_id("compliance_check", key), "run_id": key, "trace_id": key.hex, "timestamp": created}))
        with atomic():
            Run.objects.bulk_create(runs)
            Event.objects.bulk_create(events)


if __name__ == "__main__":
    main()
