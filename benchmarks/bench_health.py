"""live and ready against a bare view that touches nothing, in one run: `python -m benchmarks.bench_health [--seconds 4] [--rounds 3]`.

One server (2 gunicorn workers, SQLite), 16 connections, interleaved rounds; the load is wrk's, on the loopback address.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks.bench_post_runs import Load, django_on, server, shown, wrk

PATHS = ("/bare/nothing", "/system/live", "/system/ready")


def main() -> None:
    """Print requests per second and latencies of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        django_on(folder)
        loads: dict[str, list[Load]] = {path: [] for path in PATHS}
        with server(folder, 1) as port:
            for _ in range(options.rounds):
                for path in PATHS:
                    loads[path].append(wrk(folder, port, path, options.seconds, post=False))
        for path, measured in loads.items():
            shown(path, measured)


if __name__ == "__main__":
    main()
