"""How long an envelope and remedies take: `python -m benchmarks.bench_solving`. No database."""

from __future__ import annotations

import datetime
import statistics
import time
from pathlib import Path

from compliance.packaged import FOLDER
from compliance.reading import read_prompt
from compliance.rules import load_file
from compliance.rules.solving import Trials, find_envelope, find_questions, find_remedies

DAY = datetime.date(2026, 1, 1)
ROUNDS = 15
PROMPTS = {
    "udcpr-2020": "Residential, zone R2, 30 x 40 m plot, 18 m road, Baner, Pune, FSI 2.6, height 26 m, front margin 6 m, side margins 4.5 m, rear margin 5 m",
    "dcpr-2034": "Residential tower in Andheri, suburbs, 40 x 50 m plot, 18 m road, zone R, height 45 m, FSI 2.7, front margin 6 m, side margins 4.5 m, rear margin 6 m",
    "cgdcr-2017": "Apartment building in Bopal, Ahmedabad, zone R1, plot 25 x 40 m, 12 m road, height 30 m, FSI 2.7, front margin 3 m, side and rear margins 6 m",
}


def main() -> None:
    """Print the median and the slowest of each."""
    print(f"{'rulebook':14} {'what':12} {'median ms':>10} {'slowest ms':>11}")
    for name, prompt in PROMPTS.items():
        rulebook = load_file(Path(FOLDER) / f"{name}.yaml")
        spec = read_prompt(prompt, {}).spec
        for what, solve in (("envelope", find_envelope), ("remedies", find_remedies), ("questions", find_questions)):
            times = []
            for _ in range(ROUNDS):
                trials = Trials(rulebook, spec, DAY)
                start = time.perf_counter()
                solve(trials)
                times.append((time.perf_counter() - start) * 1000)
            print(f"{name:14} {what:12} {statistics.median(times):10.1f} {max(times):11.1f}")


if __name__ == "__main__":
    main()
