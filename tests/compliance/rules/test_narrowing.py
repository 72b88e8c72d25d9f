"""Two rulebooks narrowed to what can differ tell the proposals that come out otherwise from those that do not, as the whole rulebooks do."""

from __future__ import annotations

import copy
import random

import pytest

from compliance.packaged import FOLDER
from compliance.rules import Evaluation, Rulebook, RulebookError, complete, evaluate, load, load_file
from compliance.rules.narrowing import changed_clauses, narrow
from tests.compliance.rules.columns.cases import DAY, random_cases
from tests.compliance.rules.conftest import SMALL

PACKAGED = sorted(path.stem for path in FOLDER.glob("*.yaml"))


def edited(content, chance: random.Random):
    """A content with one clause left out, or one of its numbers changed, as a curator might; None where it has none."""
    content = copy.deepcopy(content)
    place = chance.randrange(len(content["clauses"]))
    if chance.random() < 0.2:
        del content["clauses"][place]
        return content
    clause = content["clauses"][place]
    numbers = [spot for part in ("limits", "conditions") for spot in spots(clause.get(part))]
    if not numbers:
        return None
    holder, key = chance.choice(numbers)
    holder[key] = round(holder[key] * chance.choice([0.5, 0.9, 1.1, 2]), 2)
    return content


def spots(tree):
    """Every number of a tree, as what holds it and its place there."""
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ():
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield tree, key
        else:
            yield from spots(value)


def outcome(rulebook: Rulebook, spec, asked) -> str:
    completion = complete(rulebook, spec, asked)
    verdict = evaluate(rulebook, completion, DAY)
    assert Evaluation(rulebook, completion, DAY).outcome_digest == verdict.outcome_digest  # the digest alone is that of the verdict
    return verdict.outcome_digest


def edits(rulebook: Rulebook, number: int, seed: int):
    chance, made = random.Random(seed), 0  # noqa: S311 - nothing secret
    while made < number:
        content = edited(rulebook.content, chance)
        try:
            new = load(content) if content else None
        except RulebookError:
            continue  # a clause that others name, or a table with a gap
        if new is not None and new.sha256 != rulebook.sha256:
            made += 1
            yield new


def disagreements(name: str, number: int, cases: int) -> tuple[list[str], int]:
    old, found, changed = load_file(FOLDER / f"{name}.yaml"), [], 0
    proposals = random_cases(old, cases, seed=3)
    for new in edits(old, number, seed=5):
        parts = narrow(old, new)
        for case in proposals:
            whole, part = ([outcome(rulebook, case.spec, case.asked) for rulebook in pair] for pair in ((old, new), parts))
            changed += whole[0] != whole[1]
            if (whole[0] != whole[1]) != (part[0] != part[1]):
                found.append(f"{sorted(changed_clauses(old, new))}: {case.spec}")
    return found, changed


@pytest.mark.parametrize("name", PACKAGED)
def test_a_changed_clause_shows_in_the_narrowed_rulebooks_where_it_shows_in_the_whole_ones(name):
    found, changed = disagreements(name, number=4, cases=40)
    assert found == []
    assert changed > 0


@pytest.mark.slow
@pytest.mark.parametrize("name", PACKAGED)
def test_many_changed_clauses_show_there_too(name):
    found, changed = disagreements(name, number=40, cases=150)
    assert found == []
    assert changed > 0


def test_few_clauses_are_left_and_the_same_rulebook_has_none():
    old = load_file(FOLDER / "udcpr-2020.yaml")
    content = copy.deepcopy(old.content)
    next(clause for clause in content["clauses"] if clause["id"] == "UD-H1")["title"] = "Greatest height"
    assert [len(part.clauses) for part in narrow(old, load(content))] == [1, 1]
    assert [len(part.clauses) for part in narrow(old, old)] == [0, 0]


def test_a_changed_assumption_leaves_them_whole():
    old, content = load(SMALL), copy.deepcopy(SMALL)
    content["deciding"] = ["fsi"]
    new = load(content)
    assert narrow(old, new) == (old, new)
