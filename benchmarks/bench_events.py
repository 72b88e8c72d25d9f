"""What an event costs, written and delivered, as their number grows: `python -m benchmarks.bench_events [--most 100000]`.

A fresh SQLite database; events are written one transaction each and delivered to a sink that only counts, in rounds of 200.
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

SAMPLE = 1_000


class Counting:
    """A sink that takes everything."""

    def send(self, events: Sequence[Any]) -> None:
        """Take them."""


def main() -> None:
    """Print microseconds an event at each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        django_on(Path(name))
        from django.utils import timezone  # noqa: PLC0415 - after the environment

        from telemetry.delivering import Deliverer  # noqa: PLC0415
        from telemetry.models import Event  # noqa: PLC0415
        from telemetry.services import event_record  # noqa: PLC0415
        from telemetry.transactions import atomic  # noqa: PLC0415

        def write(count: int, together: bool) -> float:
            start = time.perf_counter()
            with atomic() if together else contextlib.nullcontext():
                for _ in range(count):
                    run = uuid.uuid4()
                    with atomic():
                        event_record(
                            event_type="compliance_check", record_id=run, trace_id="t", run_id=run, timestamp=timezone.now(),
                            metadata={"city": "Pune", "status": "COMPLIANT", "rules_evaluated": 10, "compliance_rate": 1.0},
                            performance={"duration_ms": 1.0, "rules_filtered": 90, "rules_applicable": 10},
                        )  # fmt: skip
            return (time.perf_counter() - start) / count * 1e6

        deliverer = Deliverer({"counting": Counting})
        print(f"{'events before':>14} {'written us':>11} {'delivered us':>13}")
        for size in (1_000, 10_000, options.most):
            while (missing := size - Event.objects.count()) > 0:
                write(min(missing, 5_000), together=True)
            while deliverer.round(5_000).total:
                pass
            written = write(SAMPLE, together=False)
            start = time.perf_counter()
            delivered = 0
            while found := deliverer.round().total:
                delivered += found
            print(f"{size:>14,} {written:>11.0f} {(time.perf_counter() - start) / delivered * 1e6:>13.0f}", flush=True)


if __name__ == "__main__":
    main()
