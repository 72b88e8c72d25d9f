"""What an event costs, written and delivered, as their number grows: `python -m benchmarks.bench_events [--most 100000]`.

A fresh SQLite database. Events are written one transaction each. They are delivered to sinks that only count: first all to one, then to one while another
cannot be reached, so that everything waits for it, and at last to that one. Then to the real sinks, the file and an HTTP server on the loopback address.
"""

from __future__ import annotations

import argparse
import contextlib
import tempfile
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.bench_post_runs import django_on
from tests.telemetry.receiver import receiving

SAMPLE = 3_000


class Counting:
    """A sink that takes everything, or cannot be reached."""

    def __init__(self, away: bool = False) -> None:
        self.away = away

    def send(self, events: Sequence[Any]) -> None:
        """Take them."""
        from telemetry.sinks import SinkDownError  # noqa: PLC0415 - after the environment

        if self.away:
            raise SinkDownError("it is away", 0)


def main() -> None:
    """Print microseconds an event at each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=100_000)
    options = parser.parse_args()
    sizes = (1_000, 10_000, options.most)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        django_on(Path(name))
        from telemetry.delivering import Deliverer  # noqa: PLC0415 - after the environment
        from telemetry.models import Delivery, Event, SinkState  # noqa: PLC0415

        print(f"{'events before':>14} {'written us':>11} {'delivered us':>13}")
        delivers = Deliverer({"counting": Counting})
        for size in sizes:
            written(size - Event.objects.count(), together=True)
            delivered(delivers)
            print(f"{size:>14,} {written(SAMPLE):>11.0f} {delivered(delivers):>13.0f}", flush=True)

        print(f"{'waiting before':>14} {'set aside us':>13}")
        away = Counting(away=True)
        delivers = Deliverer({"counting": Counting, "away": lambda: away})
        for size in sizes:
            written(size - Delivery.objects.filter(status="waiting").count(), together=True)
            delivered(delivers)
            written(SAMPLE, together=True)
            print(f"{size:>14,} {delivered(delivers):>13.0f}", flush=True)
        away.away = False
        SinkState.objects.update(next_attempt_at=None)
        print(f"{'sent later us':>14} {delivered(delivers):>13.0f}", flush=True)
        real(name)


def written(count: int, together: bool = False) -> float:
    """Write some events and return the microseconds that each took."""
    from django.utils import timezone  # noqa: PLC0415 - after the environment

    from telemetry.services import event_made, event_record  # noqa: PLC0415
    from telemetry.transactions import atomic  # noqa: PLC0415

    start = time.perf_counter()
    with atomic() if together else contextlib.nullcontext():
        for _ in range(count):
            run = uuid.uuid4()
            with atomic():
                event_record(event_made(
                    event_type="compliance_check", record_id=run, trace_id=run.hex, run_id=run, timestamp=timezone.now(),
                    metadata={"city": "Pune", "status": "COMPLIANT", "rules_evaluated": 10, "compliance_rate": 1.0},
                    performance={"duration_ms": 1.0, "rules_filtered": 90, "rules_applicable": 10},
                ))  # fmt: skip
    return (time.perf_counter() - start) / max(1, count) * 1e6


def delivered(delivers: Any) -> float:
    """Deliver what is due and return the microseconds that each event took."""
    start, count = time.perf_counter(), 0
    while found := delivers.round().total:
        count += found
    return (time.perf_counter() - start) / max(1, count) * 1e6


def real(folder: str) -> None:
    """Print what the real sinks take in a second, and the processor time of each event."""
    from django.conf import settings  # noqa: PLC0415 - after the environment

    from telemetry.delivering import Deliverer  # noqa: PLC0415
    from telemetry.sinks import FileSink, HttpSink  # noqa: PLC0415

    settings.DATA_DIR = Path(folder)
    with receiving() as receiver:
        settings.INSIGHTFLOW_URL = receiver.url
        for name, sink, count in (("file", FileSink, 20_000), ("http", HttpSink, 3_000)):
            delivers = Deliverer({name: sink})
            written(count, together=True)
            processor = time.process_time()
            took = delivered(delivers)
            print(f"{name}: {1e6 / took:,.0f} events a second, {(time.process_time() - processor) / count * 1e6:.0f} us of processor time each", flush=True)


if __name__ == "__main__":
    main()
