"""The policy: exact probabilities, learning from both signs, pooled strength, evidence with known truth."""

from __future__ import annotations

import itertools
import json
import math
import random
from dataclasses import replace

import numpy as np
import pytest

from feedback.policy import COLD_START, STRATEGIES, Context, Example, Logged, Policy, choices, compare, held_back, preferred, train
from feedback.policy.evidence import LEAST_SAMPLE
from feedback.policy.model import FLOOR, draw
from feedback.policy.training import SOURCE_MOST, VARIANCES

PUNE = Context("Pune", "residential", "R2", "middle", "middle")
NASHIK = Context("Nashik", "commercial", "C", "small", "wide")
LOW, TALL = "fsi100-tall0-margins100", "fsi100-tall100-margins100"
KEYS = tuple(STRATEGIES)


def test_probabilities_are_a_softmax_with_a_floor() -> None:
    policy = Policy({"all|fsi100-tall0-margins100": 0.3})
    found = choices(policy, PUNE, KEYS)
    power = math.exp(0.3 / policy.temperature(PUNE))
    softmax = power / (power + len(KEYS) - 1)
    assert found[LOW] == pytest.approx((1 - FLOOR) * softmax + FLOOR / len(KEYS), rel=1e-12)
    assert min(found.values()) >= FLOOR / len(KEYS)
    assert sum(found.values()) == pytest.approx(1, abs=1e-12)


def test_only_what_is_feasible_is_chosen_and_as_often_as_its_probability_says() -> None:
    found = choices(COLD_START, PUNE, [LOW, TALL])
    assert set(found) == {LOW, TALL}
    drawn = [draw(found, f"request-{number}") for number in range(4000)]
    assert drawn.count(LOW) / 4000 == pytest.approx(found[LOW], abs=0.025)
    assert draw(found, "x") == draw(found, "x")
    assert choices(COLD_START, PUNE, []) == {}


def test_the_weights_are_the_posterior_mean_of_the_hierarchical_model() -> None:
    examples = [Example(PUNE, LOW, 1), Example(PUNE, TALL, -1), Example(PUNE, LOW, 1), Example(NASHIK, TALL, 1)]
    found = train(examples, Policy())
    # The same by the formula, one row a vote: (X'X + D^-1)^-1 X'y.
    names = sorted({f"{level}|{feature}" for e in examples for level in e.context.levels for feature in STRATEGIES[e.strategy].features})
    rows = np.array(
        [[float(name in {f"{level}|{f}" for level in e.context.levels for f in STRATEGIES[e.strategy].features}) for name in names] for e in examples]
    )
    kinds = ["zone" if ",zone=" in name.split("|")[0] else "group" if "," in name.split("|")[0] else name.split("|")[0].split("=")[0] for name in names]
    precision = np.diag([1 / VARIANCES[kind] for kind in kinds])
    expected = np.linalg.solve(rows.T @ rows + precision, rows.T @ np.array([e.vote for e in examples]))
    assert [found.weights.get(name, 0.0) for name in names] == pytest.approx(list(expected), abs=1e-9)


def test_it_learns_from_both_signs() -> None:
    learnt = train([*[Example(PUNE, LOW, -1)] * 30, *[Example(PUNE, TALL, 1)] * 30])
    assert learnt.score(PUNE, STRATEGIES[TALL]) > 0.5 > -0.5 > learnt.score(PUNE, STRATEGIES[LOW])
    assert choices(learnt, PUNE, KEYS)[LOW] < choices(COLD_START, PUNE, KEYS)[LOW]


def test_a_context_without_votes_leans_on_those_around_it_and_less_than_they_do_on_themselves() -> None:
    learnt = train([Example(PUNE, TALL, 1)] * 40)
    beside = Context("Pune", "commercial", "C", "middle", "middle")
    far = Context("Ahmedabad", "industrial", "I", "large", "wide")
    scores = [learnt.score(context, STRATEGIES[TALL]) - COLD_START.score(context, STRATEGIES[TALL]) for context in (PUNE, beside, far)]
    assert scores[0] > scores[1] > scores[2] > 0


def test_the_same_votes_in_any_order_make_the_same_policy_and_it_survives_storing() -> None:
    examples = [Example(random.Random(n).choice([PUNE, NASHIK]), random.Random(n).choice(KEYS), random.Random(n).choice([1, -1])) for n in range(200)]  # noqa: S311
    one, other = train(examples), train(list(reversed(examples)))
    assert one.digest == other.digest
    stored = json.loads(json.dumps(one.as_dict()))
    assert Policy.from_dict(stored).digest == one.digest
    assert all(value == round(value, 9) for value in stored["weights"].values())


def test_one_source_cannot_swing_the_policy_alone() -> None:
    honest = [Example(PUNE, LOW, 1, f"source-{number}") for number in range(60)]
    flood = [Example(PUNE, LOW, -1, "one place")] * 5000
    swung = train([*honest, *flood]).score(PUNE, STRATEGIES[LOW])
    assert swung > 0
    as_if = train([*honest, *[Example(PUNE, LOW, -1, f"other-{number}") for number in range(int(SOURCE_MOST))]])
    assert swung == pytest.approx(as_if.score(PUNE, STRATEGIES[LOW]), abs=1e-6)


def test_reasons_say_what_is_preferred_and_by_how_many() -> None:
    learnt = train([Example(PUNE, LOW, 1)] * 40)
    assert preferred(learnt, PUNE, STRATEGIES[LOW]) == (
        "Low and wide buildings with 100 % of the FSI that is feasible are liked in Pune, for residential buildings (40 votes)."
    )
    assert preferred(COLD_START, NASHIK, STRATEGIES[TALL]).startswith("Nobody voted in Nashik, for commercial buildings yet")


# Evidence


def truth(context: Context, key: str) -> float:
    """Return the mean vote of a simulated public: it likes tall buildings in Pune and low ones in Nashik, and dislikes wide margins."""
    strategy = STRATEGIES[key]
    liking = strategy.tallness if context.city == "Pune" else 1 - strategy.tallness
    return 0.8 * liking - 0.3 - 0.4 * (strategy.margins - 1) + 0.3 * (strategy.share - 0.8)


def logged(count: int, seed: int, policy: Policy = COLD_START) -> list[Logged]:
    chance = random.Random(seed)  # noqa: S311 - a simulation
    found = []
    for _ in range(count):
        context = chance.choice([PUNE, NASHIK])
        available = tuple(sorted(chance.sample(KEYS, 12), key=KEYS.index))
        chances = choices(policy, context, available)
        key = chance.choices(list(chances), list(chances.values()))[0]
        vote = 1.0 if chance.random() < (truth(context, key) + 1) / 2 else -1.0
        found.append(Logged(context, key, chances[key], vote, available))
    return found


def value_of(policy: Policy, seed: int) -> float:
    """Return the true mean vote of a policy, over many contexts."""
    log = logged(4000, seed)
    return sum(sum(p * truth(entry.context, key) for key, p in choices(policy, entry.context, entry.available).items()) for entry in log) / len(log)


@pytest.mark.slow
def test_estimates_find_the_truth_of_a_policy_that_did_not_make_the_log() -> None:
    candidate = train([Example(entry.context, entry.strategy, entry.vote) for entry in logged(600, 1)])
    known = value_of(candidate, 99)
    covered = dict.fromkeys(("ips", "snips", "doubly_robust"), 0)
    for seed in range(40):
        evidence = compare(candidate, COLD_START, logged(500, 1000 + seed))
        for name in covered:
            estimate = getattr(evidence, name)
            covered[name] += estimate.low <= known <= estimate.high
    assert all(count >= 34 for count in covered.values()), covered  # of 40, where 38 are expected


def test_the_log_itself_is_what_the_present_policy_comes_to() -> None:
    log = logged(2000, 5)
    evidence = compare(COLD_START, COLD_START, log)
    mean = sum(entry.vote for entry in log) / len(log)
    assert evidence.ips.mean == pytest.approx(mean)
    assert evidence.snips.mean == pytest.approx(mean)
    assert evidence.effective == pytest.approx(2000)
    assert evidence.gain.mean == pytest.approx(0)
    assert evidence.largest_weight == pytest.approx(1)


def test_effective_sample_size_is_that_of_kish() -> None:
    log = [Logged(PUNE, LOW, 0.5, 1.0, (LOW, TALL)), Logged(PUNE, TALL, 0.5, -1.0, (LOW, TALL))]
    candidate = Policy({"all|fsi100-tall0-margins100": 10.0})
    weights = [choices(candidate, PUNE, (LOW, TALL))[entry.strategy] / 0.5 for entry in log]
    assert compare(candidate, COLD_START, log).effective == pytest.approx(sum(weights) ** 2 / sum(weight**2 for weight in weights))


def test_a_better_policy_is_shown_to_be_better_and_a_worse_one_is_not() -> None:
    votes = [Example(entry.context, entry.strategy, entry.vote) for entry in logged(800, 2)]
    worse = train([Example(e.context, e.strategy, -e.vote) for e in votes])
    assert compare(train(votes), COLD_START, logged(1500, 3)).against == []
    assert any("not shown to be better" in sentence for sentence in compare(worse, COLD_START, logged(1500, 3)).against)


def test_where_nobody_prefers_anything_votes_that_were_held_back_show_no_policy_to_be_better() -> None:
    better = 0
    for seed in range(12):
        chance = random.Random(f"coins-{seed}")  # noqa: S311 - a simulation
        votes = [replace(entry, vote=chance.choice([1.0, -1.0])) for entry in logged(450, seed)]
        trains = [entry for number, entry in enumerate(votes) if not held_back(f"{seed}-{number}")]
        judges = [entry for number, entry in enumerate(votes) if held_back(f"{seed}-{number}")]
        learnt = train([Example(entry.context, entry.strategy, entry.vote) for entry in trains])
        if seed < 3:
            assert compare(learnt, COLD_START, trains).gain.low > 0  # what it was trained on would have said so every time
        better += compare(learnt, COLD_START, judges).gain.low > 0
    assert better <= 1  # of 12, where 0.3 are expected


def test_one_source_cannot_make_a_policy_look_better_alone() -> None:
    honest = [replace(entry, source=f"source-{number}") for number, entry in enumerate(logged(600, 4))]
    candidate = Policy({"all|margins=1.5": 0.5})  # which this public likes less
    assert compare(candidate, COLD_START, honest).gain.high < 0
    chance = random.Random(0)  # noqa: S311 - a simulation
    flood = [replace(entry, vote=1.0 if "margins150" in entry.strategy else -1.0, source="one place", context=PUNE) for entry in chance.choices(honest, k=3000)]
    swung = compare(candidate, COLD_START, [*honest, *flood])
    assert swung.gain.mean < 0
    assert any("not shown to be better" in sentence for sentence in swung.against)
    assert compare(candidate, COLD_START, [replace(entry, source="") for entry in (*honest, *flood)]).gain.low > 0  # what it would be if each counted


def test_a_log_that_says_too_little_of_a_candidate_is_told_so() -> None:
    only_low = [Logged(PUNE, LOW, 0.998, 1.0, (LOW, TALL)) for _ in range(300)]
    candidate = Policy({"all|fsi100-tall100-margins100": 10.0}, {})
    log = [*only_low, Logged(PUNE, TALL, 0.002, 1.0, (LOW, TALL))]
    against = compare(candidate, COLD_START, log).against
    assert any("lack of overlap" in sentence for sentence in against)
    assert compare(candidate, COLD_START, log).effective < LEAST_SAMPLE
    with pytest.raises(ValueError, match="no vote on a suggestion"):
        compare(candidate, COLD_START, [])


def test_there_are_all_strategies_and_each_has_its_key() -> None:
    assert len(STRATEGIES) == 3 * 3 * 2
    assert all(strategy.key == key for key, strategy in STRATEGIES.items())
    assert len(set(itertools.chain.from_iterable(strategy.features for strategy in STRATEGIES.values()))) == 3 + 3 + 2 + 9 + 18
