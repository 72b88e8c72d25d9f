"""What the policy learns, against simulated people with hidden preferences: `python -m benchmarks.bench_policy [--seeds 20] [--rounds 20000]`. No database.

Plots come from a seeded pool whose envelopes are solved once. Each round one design is shown and voted on; the policy is trained anew, on the votes that are not
held back, and goes live every 100 rounds. Beside it: always the cold start; uniform choice; the earlier system's method (a moving average of each parameter per city and use on up-votes only).
Regret is the best mean vote that a plot's designs could get less that of the one shown; what is illegal gets -1. Then: how often the intervals of the estimates
hold the truth, how often a policy that learnt from tossed coins could be promoted, and how many suggestions are illegal.
"""

from __future__ import annotations

import argparse
import datetime
import functools
import math
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path
from typing import Any

from compliance.packaged import FOLDER
from compliance.rules import Rulebook, load_file
from compliance.rules.solving import Trials, find_envelope
from feedback.policy import COLD_START, STRATEGIES, Context, Example, Logged, Policy, choices, compare, held_back, train
from promptrunner.designs import designs_of

DAY = datetime.date(2026, 1, 1)
BOOKS = {"Mumbai": "dcpr-2034", "Pune": "udcpr-2020", "Nashik": "udcpr-2020", "Ahmedabad": "cgdcr-2017"}
SITES: dict[str, list[dict[str, Any]]] = {
    "Mumbai": [{"land_use_zone": "R", "building_use": "residential", "planning_division": "suburbs"}, {"land_use_zone": "C", "building_use": "commercial", "planning_division": "suburbs"}],
    "Pune": [{"land_use_zone": "R2", "building_use": "residential"}, {"land_use_zone": "C", "building_use": "commercial"}],
    "Nashik": [{"land_use_zone": "R1", "building_use": "residential"}, {"land_use_zone": "C", "building_use": "commercial"}],
    "Ahmedabad": [{"land_use_zone": "R1", "building_use": "residential", "building_type": "apartment"}, {"land_use_zone": "C2", "building_use": "commercial"}],
}  # fmt: skip
RETRAIN = 100
POOL = 1_000
MARKS = (2_000, 20_000)


@dataclass(frozen=True)
class Plot:
    """A plot of the pool, and what is feasible on it by strategy."""

    site: dict[str, Any]
    context: Context
    designs: dict[str, dict[str, float]]

    @functools.cached_property
    def keys(self) -> tuple[str, ...]:
        """Return the strategies that are feasible."""
        return tuple(self.designs)


@functools.cache
def book(city: str) -> Rulebook:
    """Return a city's rulebook."""
    return load_file(Path(FOLDER) / f"{BOOKS[city]}.yaml")


def site(number: int, salt: str = "pool") -> dict[str, Any]:
    """Return the values of a random plot; the same number gives the same."""
    chance = random.Random(f"{salt}-{number}")  # noqa: S311 - a simulation
    city = chance.choice(list(SITES))
    width, depth = chance.randint(12, 60), chance.randint(15, 80)
    road = chance.choice([9, 12, 15, 18, 24, 30])
    return {
        "city": city,
        **chance.choice(SITES[city]),
        "plot_width_m": width,
        "plot_depth_m": depth,
        "plot_area_sq_m": width * depth,
        "abutting_road_width_m": road,
    }


def solved(values: dict[str, Any]) -> Plot:
    """Return a plot with its designs."""
    designs = {key: dict(design.spec) for key, design in designs_of(find_envelope(Trials(book(values["city"]), values, DAY))).items()}
    return Plot(values, Context.of(values), designs)


def illegal(plot: Plot, design: dict[str, float]) -> bool:
    """Return whether a design violates a clause, evaluated anew."""
    verdict = Trials(book(plot.site["city"]), {**plot.site, **design}, DAY).verdict({})
    return verdict.status not in ("COMPLIANT", "INCOMPLETE")


# People


@dataclass(frozen=True)
class People:
    """Hidden preferences: by city and use an ideal share of the FSI, height and margins, and how much each matters."""

    seed: int

    @functools.cached_property
    def tastes(self) -> dict[tuple[str, str], tuple[float, ...]]:
        """Return the tastes of each city and use."""
        chance = random.Random(f"people-{self.seed}")  # noqa: S311 - a simulation
        groups = sorted({(city, entry["building_use"]) for city, entries in SITES.items() for entry in entries})
        return {
            group: (chance.uniform(0.5, 1.0), chance.random(), chance.uniform(1, 1.6), chance.uniform(2, 6), chance.uniform(1.5, 4), chance.uniform(0.5, 2.5))
            for group in groups
        }

    def mean_vote(self, context: Context, share: float, tallness: float, margins: float) -> float:
        """Return the mean vote on a design."""
        ideal_share, ideal_tall, ideal_margins, by_share, by_tall, by_margins = self.tastes[context.city, context.use]
        liking = 1.8 - by_share * abs(share - ideal_share) - by_tall * abs(tallness - ideal_tall) - by_margins * abs(margins - ideal_margins)
        return 2 / (1 + math.exp(-liking)) - 1


def simulate(pool: list[Plot], method: str, seed: int, rounds: int) -> tuple[dict[int, float], float]:
    """Return the cumulative regret of a method at the marks, and the share of illegal designs."""
    people, chance = People(seed), random.Random(f"{method}-{seed}")  # noqa: S311 - a simulation
    chooser: Any = {"learnt": Learner, "cold start": Cold, "uniform": Uniform, "earlier": Earlier}[method](chance)
    regret, marks = 0.0, {}
    wanted: dict[int, dict[str, float]] = {}
    for number in range(1, rounds + 1):
        place = chance.randrange(len(pool))
        plot = pool[place]
        if place not in wanted:
            wanted[place] = {key: people.mean_vote(plot.context, STRATEGIES[key].share, STRATEGIES[key].tallness, STRATEGIES[key].margins) for key in plot.keys}
        means = wanted[place]
        mean = chooser.choose(plot, means, people)
        regret += max(means.values()) - mean
        chooser.learn(1.0 if chance.random() < (mean + 1) / 2 else -1.0, number)
        if number in MARKS:
            marks[number] = regret
    return marks, chooser.wrong / rounds


class Cold:
    """Always the cold start."""

    policy: Policy = COLD_START
    wrong = 0
    """Illegal designs shown."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.known: dict[tuple[Context, tuple[str, ...]], tuple[list[str], list[float]]] = {}

    def choose(self, plot: Plot, means: dict[str, float], people: People) -> float:
        """Show a design and return its mean vote."""
        where = (plot.context, plot.keys)
        if where not in self.known:
            chances = choices(self.policy, *where)
            self.known[where] = (list(chances), list(chances.values()))
        self.shown = (plot.context, self.chance.choices(*self.known[where])[0])
        return means[self.shown[1]]

    def learn(self, vote: float, number: int) -> None:
        """Learn nothing."""


class Learner(Cold):
    """The policy, trained anew every 100 rounds."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__(chance)
        self.examples: list[Example] = []

    def learn(self, vote: float, number: int) -> None:
        """Keep the vote; every 100 rounds train and promote."""
        if not held_back(str(number)):
            self.examples.append(Example(*self.shown, vote))
        if number % RETRAIN == 0:
            self.policy = train(self.examples)
            self.known.clear()


class Uniform(Cold):
    """Any feasible design with the same probability."""

    def choose(self, plot: Plot, means: dict[str, float], people: People) -> float:
        """Show any."""
        return means[self.chance.choice(plot.keys)]


class Earlier(Cold):
    """The earlier system: means of height, FSI and setback per city and use, moved by up-votes only, with noise at first."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__(chance)
        self.means: dict[tuple[str, str], list[float]] = {}
        self.visits: dict[tuple[str, str], int] = {}
        self.judged: dict[tuple[int, tuple[tuple[str, float], ...]], bool] = {}

    def choose(self, plot: Plot, means: dict[str, float], people: People) -> float:
        """Show the means, with noise; what is illegal nobody wants."""
        group = (plot.context.city, plot.context.use)
        now, seen = self.means.setdefault(group, [15.0, 2.0, 3.0]), self.visits.get(group, 0)
        noise = max(0.1, 1 - 0.1 * seen) if seen < 10 else 0.0
        height, fsi, setback = (max(0.1, self.chance.gauss(value, noise)) if noise else value for value in now)
        self.visits[group] = seen + 1
        self.shown_values = (group, (height, fsi, setback))
        design = {"height_m": round(height, 2), "fsi": round(fsi, 2), "setback_m": round(setback, 2)}
        if self._illegal(plot, tuple(design.items())):
            self.wrong += 1
            return -1.0
        storeys = [entry["storeys"] for entry in plot.designs.values()]
        most = max(entry["fsi"] for entry in plot.designs.values())
        least = min(entry.get("side_setback_m", 3.0) for entry in plot.designs.values()) or 1.0
        tallness = (height / 3 - min(storeys)) / max(1, max(storeys) - min(storeys))
        return people.mean_vote(plot.context, min(1.0, fsi / most), min(1.0, max(0.0, tallness)), max(1.0, setback / least))

    def _illegal(self, plot: Plot, design: tuple[tuple[str, float], ...]) -> bool:
        """Return whether a design is illegal there; once the noise is gone the means stand still, and so does what was found."""
        key = (id(plot), design)
        if key not in self.judged:
            self.judged[key] = illegal(plot, dict(design))
        return self.judged[key]

    def learn(self, vote: float, number: int) -> None:
        """Move the means on an up-vote, at rate 0.1."""
        if vote > 0:
            group, values = self.shown_values
            self.means[group] = [mean + 0.1 * (value - mean) for mean, value in zip(self.means[group], values, strict=True)]


# Evidence


def covered(pool: list[Plot], seed: int) -> tuple[bool, bool, bool]:
    """Return whether the 95 % intervals of IPS, SNIPS and the doubly robust estimate hold the true value, for one simulated log."""
    people, chance = People(7), random.Random(f"log-{seed}")  # noqa: S311 - a simulation
    candidate, truth = _candidate_and_truth()
    log = []
    for _ in range(400):
        plot = chance.choice(pool)
        chances = choices(COLD_START, plot.context, plot.keys)
        key = chance.choices(list(chances), list(chances.values()))[0]
        mean = _mean(people, plot, key)
        log.append(Logged(plot.context, key, chances[key], 1.0 if chance.random() < (mean + 1) / 2 else -1.0, plot.keys))
    evidence = compare(candidate, COLD_START, log)
    return tuple(estimate.low <= truth <= estimate.high for estimate in (evidence.ips, evidence.snips, evidence.doubly_robust))  # type: ignore[return-value]


def promotable(seed: int) -> tuple[bool, bool]:
    """Return whether the evidence lets a policy go live that learnt from 1,000 tossed coins: by the votes held back, and by those it was trained on."""
    chance = random.Random(f"coins-{seed}")  # noqa: S311 - a simulation
    log = []
    for _ in range(1_000):
        plot = chance.choice(_POOL)
        chances = choices(COLD_START, plot.context, plot.keys)
        key = chance.choices(list(chances), list(chances.values()))[0]
        log.append(Logged(plot.context, key, chances[key], chance.choice((1.0, -1.0)), plot.keys))
    held = [held_back(f"{seed}-{number}") for number in range(len(log))]
    trained = [entry for entry, back in zip(log, held, strict=True) if not back]
    learnt = train([Example(entry.context, entry.strategy, entry.vote) for entry in trained])
    judging = [entry for entry, back in zip(log, held, strict=True) if back]
    return not compare(learnt, COLD_START, judging).against, not compare(learnt, COLD_START, trained).against


def _mean(people: People, plot: Plot, key: str) -> float:
    strategy = STRATEGIES[key]
    return people.mean_vote(plot.context, strategy.share, strategy.tallness, strategy.margins)


@functools.cache
def _candidate_and_truth() -> tuple[Policy, float]:
    """Return a candidate trained on votes of its own, and its true mean vote over the plots of one city and use."""
    people, chance, pool = People(7), random.Random("candidate"), _of_one_group()  # noqa: S311 - a simulation
    examples = []
    for _ in range(600):
        plot = chance.choice(pool)
        key = chance.choice(plot.keys)
        examples.append(Example(plot.context, key, 1.0 if chance.random() < (_mean(people, plot, key) + 1) / 2 else -1.0))
    candidate = train(examples)
    values = [sum(p * _mean(people, plot, key) for key, p in choices(candidate, plot.context, plot.keys).items()) for plot in pool]
    return candidate, statistics.fmean(values)


@functools.cache
def _of_one_group() -> list[Plot]:
    return [plot for plot in _POOL if (plot.context.city, plot.context.use) == ("Pune", "residential")]


_POOL: list[Plot] = []


def _begin(pool: list[Plot]) -> None:
    _POOL.extend(pool)


def _regret(job: tuple[str, int, int]) -> tuple[str, dict[int, float], float]:
    return job[0], *simulate(_POOL, *job)


def _covered(seed: int) -> tuple[bool, bool, bool]:
    return covered(_of_one_group(), seed)


def _illegal_of_pool(seeds: range) -> int:
    wrong = 0
    for seed in seeds:
        chance = random.Random(f"legal-{seed}")  # noqa: S311 - a simulation
        plot = chance.choice(_POOL)
        chances = choices(COLD_START, plot.context, plot.keys)
        wrong += illegal(plot, plot.designs[chance.choices(list(chances), list(chances.values()))[0]])
    return wrong


def _illegal_of_fresh(number: int) -> int:
    plot = solved(site(number, "fresh"))
    if not plot.designs:
        return 0
    chances = choices(COLD_START, plot.context, plot.keys)
    chance = random.Random(f"fresh-{number}")  # noqa: S311 - a simulation
    return int(illegal(plot, plot.designs[chance.choices(list(chances), list(chances.values()))[0]]))


def timed(label: str, work: Callable[[], Any]) -> Any:
    """Do something and say how long it took."""
    began = time.perf_counter()
    found = work()
    print(f"[{label}: {time.perf_counter() - began:.0f} s]", flush=True)
    return found


def _print_regret(workers: Any, seeds: int, rounds: int) -> None:
    jobs = [(method, seed, rounds) for seed in range(seeds) for method in ("learnt", "cold start", "uniform", "earlier")]
    results = timed(f"{seeds} seeds of {rounds} rounds", lambda: workers.map(_regret, jobs, chunksize=1))
    for mark in (mark for mark in MARKS if mark <= rounds):
        regret = {
            method: statistics.fmean(marks[mark] for name, marks, _ in results if name == method) for method in dict.fromkeys(name for name, _, _ in results)
        }
        shares = ", ".join(f"{regret['learnt'] / regret[name]:.2f} of {name}" for name in ("cold start", "uniform", "earlier"))
        print(f"{mark:>6} rounds: " + ", ".join(f"{name} {value:.0f}" for name, value in regret.items()) + f"; learnt is {shares}")
    print(f"of the earlier system's suggestions {statistics.fmean(wrong for name, _, wrong in results if name == 'earlier'):.0%} are illegal")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=20_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--only-logs", action="store_true", help="only how often the intervals hold the truth")
    asked = parser.parse_args()
    with Pool(asked.processes) as workers:
        plots = timed(f"{POOL} envelopes solved", lambda: workers.map(solved, [site(number) for number in range(POOL)], chunksize=10))
    pool = [plot for plot in plots if len(plot.designs) > 1]
    print(f"{len(pool)} plots with more than one feasible design, {statistics.fmean(len(plot.designs) for plot in pool):.1f} designs each")
    with Pool(asked.processes, initializer=_begin, initargs=(pool,)) as workers:
        if not asked.only_logs:
            _print_regret(workers, asked.seeds, asked.rounds)
        hits = timed("1,000 logs judged", lambda: workers.map(_covered, range(1_000), chunksize=20))
        print(
            "95 % intervals with the truth inside, of 1,000: "
            + ", ".join(f"{name} {sum(hit[place] for hit in hits)}" for place, name in enumerate(("IPS", "SNIPS", "doubly robust")))
        )
        if asked.only_logs:
            return
        coins = timed("400 policies of tossed coins judged", lambda: workers.map(promotable, range(400), chunksize=10))
        print(
            f"promotable, of 400 policies that learnt from tossed coins: {sum(one for one, _ in coins)}; judged by what they learnt from: {sum(two for _, two in coins)}"
        )
        wrong = timed(
            "100,000 suggestions evaluated", lambda: sum(workers.map(_illegal_of_pool, [range(start, start + 1_000) for start in range(0, 100_000, 1_000)]))
        )
        fresh = timed("2,000 fresh plots solved and evaluated", lambda: sum(workers.map(_illegal_of_fresh, range(2_000), chunksize=10)))
        print(f"illegal: {wrong} of 100,000 from the pool, {fresh} of 2,000 on fresh plots")


if __name__ == "__main__":
    main()
