"""What a vote costs as their number grows, and whether one is lost under 16 clients: `python -m benchmarks.bench_feedback [--most 100000]`.

A fresh SQLite file, 2 gunicorn workers. Votes come through POST /api/v1/feedback/ and through the frozen /core/feedback, which answers the score of all
votes of the session as well. The votes before them are spread over runs and sessions as people's are; then all are on one session, the worst there can be.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import tempfile
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.bench_pipeline import PROMPTS
from benchmarks.bench_post_runs import django_on, server

CLIENTS = 16
EACH = 125
SAMPLE = 1_000
RUNS = 200
VOTES_A_SESSION = 5


def main() -> None:
    """Print what a vote costs at each size, and the reconciliation of the parallel clients."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="promptrunner-bench-", ignore_cleanup_errors=True) as name:
        os.environ["RATE_FEEDBACK"] = "100000000"  # counted as ever, never reached
        django_on(Path(name))
        from promptrunner.pipeline import run_proposal  # noqa: PLC0415 - after the environment

        runs = [run_proposal(prompt=PROMPTS[place % len(PROMPTS)])[0] for place in range(RUNS)]
        with server(Path(name), 1000) as port:
            parallel(port, runs)
            print(f"{'votes before':>14} {'service us':>11} {'POST /api/v1/feedback/ us':>26} {'POST /core/feedback us':>23}")
            for size in (1_000, 10_000, options.most):
                print(f"{size:>14,} {cost(port, runs, size, ''):>75}", flush=True)
            print("all on one session:")
            for size in (1_000, 10_000, options.most):
                print(f"{size:>14,} {cost(port, runs, size, 'one session'):>75}", flush=True)


def parallel(port: int, runs: list[Any]) -> None:
    """Let 16 clients vote at once and compare what they were told with what is stored."""
    from feedback.models import Feedback, Review  # noqa: PLC0415 - after the environment
    from telemetry.models import Event  # noqa: PLC0415

    def client(number: int) -> list[str]:
        body = [{"run": str(runs[(number + place) % RUNS].pk), "vote": 1 if place % 3 else -1, "session_id": f"client-{number}"} for place in range(EACH)]
        return [_post(port, "/api/v1/feedback/", entry)["id"] for entry in body]

    began = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as clients:
        told = [vote for votes in clients.map(client, range(CLIENTS)) for vote in votes]
    took = time.perf_counter() - began
    stored = Counter(str(pk) for pk in Feedback.objects.values_list("pk", flat=True))
    reviews, events = Review.objects.count(), Event.objects.filter(event_type="feedback").count()
    lost, twice = set(told) - stored.keys(), len(stored) - len(set(told))
    print(
        f"{CLIENTS} clients, {len(told):,} votes: {len(lost)} lost, {twice} too many, {reviews:,} reviews, {events:,} events; {len(told) / took:.0f} a second"
    )


def cost(port: int, runs: list[Any], size: int, session: str) -> str:
    """Return the microseconds of a vote, in the service and over both routes, after so many votes."""
    from feedback.models import Feedback  # noqa: PLC0415 - after the environment

    there = Feedback.objects.filter(session_id=session) if session else Feedback.objects.all()
    _vote(runs, size - there.count(), session, together=True)
    service = _vote(runs, SAMPLE, session)
    names = [session or uuid.uuid4().hex for _ in range(SAMPLE // VOTES_A_SESSION)] * VOTES_A_SESSION
    native = _timed(port, "/api/v1/feedback/", [{"run": str(runs[place % RUNS].pk), "vote": 1, "session_id": name} for place, name in enumerate(names)])
    core = _timed(port, "/core/feedback", [{"session_id": name, "feedback": 1} for name in names])
    return f"{service:>11.0f} {native:>26.0f} {core:>23.0f}"


def _vote(runs: list[Any], count: int, session: str, *, together: bool = False) -> float:
    """Cast votes through the service, one transaction each or a thousand together, and return the microseconds of each."""
    from feedback.models import Feedback  # noqa: PLC0415 - after the environment
    from feedback.services import feedback_record  # noqa: PLC0415
    from telemetry.transactions import atomic  # noqa: PLC0415

    def cast(place: int) -> None:
        name = session or f"{uuid.uuid4().hex}"
        feedback_record(
            run=runs[place % RUNS], session_id=name, vote=1 if place % 3 else -1, sent=1, reward=1, route=Feedback.Route.NATIVE, trace_id="bench", source=name[:32]
        )  # fmt: skip

    began = time.perf_counter()
    for start in range(0, max(count, 0), 1_000):
        if together:
            with atomic():
                for place in range(start, min(start + 1_000, count)):
                    cast(place)
        else:
            for place in range(start, min(start + 1_000, count)):
                cast(place)
    return (time.perf_counter() - began) / max(count, 1) * 1e6


def _timed(port: int, path: str, bodies: list[dict[str, Any]]) -> float:
    began = time.perf_counter()
    for body in bodies:
        _post(port, path, body)
    return (time.perf_counter() - began) / len(bodies) * 1e6


def _post(port: int, path: str, body: dict[str, Any]) -> Any:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        content = answer.read()
        if answer.status not in (200, 201):
            raise SystemExit(f"{path} answered {answer.status}: {content[:500]!r}")
        return json.loads(content)
    finally:
        connection.close()


if __name__ == "__main__":
    main()
