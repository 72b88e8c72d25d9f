"""Reading and judging one proposal in process: median and p99 at 60 clauses, and growth with the number of clauses.

python -m benchmarks.bench_pipeline [--rounds 300] [--clauses 60,107,240,480]

The clauses are those of udcpr-2020, repeated under new ids (and, for 60, cut) to the number asked for; a repeated clause judges the same
proposal as its original, so the work per clause stays what it is in the real rulebook.
"""

from __future__ import annotations

import argparse
import copy
import datetime
import gc
import statistics
import time
from typing import Any

from compliance.packaged import FOLDER
from compliance.reading import MAX_PROMPT_CHARACTERS, read_prompt
from compliance.rules import Rulebook, complete, evaluate, load, parse_content

DAY = datetime.date(2025, 1, 1)
RULEBOOK = "udcpr-2020"
PROMPTS = [
    "G+7 residential on a 30 x 40 m plot, 18 m road, Baner, Pune, FSI 2.5, side margins 4.5 m",
    "Residential building in Baner, Pune, zone R2. Plot 25 m x 40 m on a 15 m road. Height 18 m. FSI 2.3. Front margin 3 m, side margins 3.6 m, rear margin 3.6 m.",
    "Shops below and flats above at Kothrud, Pune: stilt + 4, 900 sq m plot, 12 m road, FSI 1.9, front 4.5 m, sides 3 m, rear 3 m, height 15 m, zone R2",
    "Office building in Nashik, C1, 1 acre plot, 24 m road, height 40 m, FSI 2.8, front 6 m, sides 8 m, rear 8 m",
]

HOSTILE = [" ", "(", "1", "1,", "11,111,", "x1 ", "12 m road ", "b and ", "not ", "half a ", "G+7 ", "margin ", "Pune Mumbai ", "33(", '{"a":', "30x40x", "2-", "10 of 95 ", "1.1 + ",
           "8 m from the river ", "on the 30 m national highway ", "front 3 sides 2 ", "stilt 3 m "]  # fmt: skip
"""What is repeated to make a prompt that is hard to read."""


def repeated(content: dict[str, Any], number: int) -> dict[str, Any]:
    """Return a rulebook's content with exactly `number` clauses: its own, repeated under new ids and table names, or cut."""
    own = content["clauses"]
    clauses = []
    for at in range(number):
        clause = copy.deepcopy(own[at % len(own)])
        clause.pop("examples", None)
        turn = at // len(own)
        if turn:
            clause["id"] = f"{clause['id']}-again-{turn}"
            if "table" in clause:
                clause["table"] = f"{clause['table']} ({turn})"
            if "replaces" in clause:
                clause["replaces"] = [
                    f"{name} ({turn})" if name in {entry.get("table") for entry in own} else f"{name}-again-{turn}" for name in clause["replaces"]
                ]
        clauses.append(clause)
    known = {clause["id"] for clause in clauses} | {clause["table"] for clause in clauses if "table" in clause}
    for clause in clauses:
        if "replaces" in clause:
            clause["replaces"] = [name for name in clause["replaces"] if name in known]
            if not clause["replaces"]:
                del clause["replaces"]
    return {key: value for key, value in content.items() if key not in ("register", "intended")} | {"clauses": clauses}


def judge(rulebook: Rulebook, prompt: str) -> tuple[float, float]:
    """Return the seconds that reading and judging took."""
    start = time.perf_counter()
    read = read_prompt(prompt, {})
    between = time.perf_counter()
    asked = frozenset(question.field for question in read.questions if question.field)
    evaluate(rulebook, complete(rulebook, read.spec, asked), DAY)
    return between - start, time.perf_counter() - between


def measured(rulebook: Rulebook, rounds: int) -> tuple[list[float], list[float]]:
    """Return the reading and the judging seconds of every proposal in every round, after a warm-up."""
    for prompt in PROMPTS * 5:
        judge(rulebook, prompt)
    gc.collect()
    times = [judge(rulebook, prompt) for _ in range(rounds) for prompt in PROMPTS]
    return [read for read, _ in times], [judged for _, judged in times]


def slowest_reading() -> tuple[float, str]:
    """Return the most seconds that 10,000 characters of one piece take to read, and the piece."""
    times = []
    for piece in HOSTILE:
        text = (piece * MAX_PROMPT_CHARACTERS)[:MAX_PROMPT_CHARACTERS]
        began = time.perf_counter()
        read_prompt(text)
        times.append((time.perf_counter() - began, piece))
    return max(times)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--clauses", default="60,107,240,480")
    options = parser.parse_args()
    content = parse_content((FOLDER / f"{RULEBOOK}.yaml").read_text())
    print(f"{RULEBOOK} has {len(content['clauses'])} clauses; {len(PROMPTS)} proposals, {options.rounds} rounds each; milliseconds for one proposal")
    print(f"{'clauses':>8} {'read p50':>9} {'judge p50':>10} {'both p50':>9} {'both p99':>9} {'judge us/clause':>16}")
    for number in map(int, options.clauses.split(",")):
        reads, judges = measured(load(repeated(content, number)), options.rounds)
        both = [read + judged for read, judged in zip(reads, judges, strict=True)]
        p99 = statistics.quantiles(both, n=100)[98]
        read, judged, total = (statistics.median(times) * 1000 for times in (reads, judges, both))
        print(f"{number:>8} {read:>9.3f} {judged:>10.3f} {total:>9.3f} {p99 * 1000:>9.3f} {judged * 1000 / number:>16.2f}")
    seconds, piece = slowest_reading()
    print(f"10,000 characters, the worst of {len(HOSTILE)} pieces ({piece!r}): {seconds * 1000:.0f} ms")


if __name__ == "__main__":
    main()
