"""The rulebooks that come with the product."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from compliance.rules import Rulebook, complete, evaluate, load_file
from compliance.specs import SpecError, normalise_spec

FOLDER = Path(__file__).parent / "rulebooks"
UNDATED = datetime.date(2020, 1, 1)
"""The day on which the examples of a rulebook without effective dates are judged."""
_EXPECTED = {"ok": "SATISFIED", "fail": "VIOLATED", "unknown": "UNDETERMINED", "required": "REQUIRED", "not_applicable": "NOT_APPLICABLE"}


def packaged_rulebooks() -> Iterator[Rulebook]:
    """Yield the packaged rulebooks, loaded and checked.

    Raises:
        RulebookError: what is wrong in a file.
    """
    for path in sorted(FOLDER.glob("*.yaml")):
        yield load_file(path)


def failing_examples(rulebook: Rulebook) -> Iterator[str]:
    """Yield a sentence for every example of a clause that does not come out as its curator wrote."""
    for clause in rulebook.clauses:
        for number, example in enumerate(clause.examples, 1):
            for problem in _example_problems(rulebook, clause.id, example):
                yield f"{rulebook.name}, clause {clause.id}, example {number}: {problem}"


def _example_problems(rulebook: Rulebook, clause_id: str, example: Mapping[str, Any]) -> Iterator[str]:
    try:
        spec = normalise_spec({"city": rulebook.cities[0], **(example.get("spec") or {})})
    except SpecError as error:
        yield str(error)
        return
    clause = rulebook.by_id[clause_id]
    begins = [rulebook.effective_from or UNDATED, *(other.effective_from for other in rulebook.clauses if other.effective_from)]
    day = clause.effective_to or rulebook.effective_to or max(begins)
    verdict = evaluate(rulebook, complete(rulebook, spec, tuple(example.get("asked") or ())), day)
    finding = next((finding for finding in verdict.findings if finding.id == clause_id), None)
    for name, word in (example.get("expect") or {}).items():
        if word not in _EXPECTED:
            yield f"'{word}' is no outcome; write one of {', '.join(_EXPECTED)}."
            continue
        outcome = finding.checks.get(name, {}).get("outcome", "NOT_APPLICABLE") if finding else "NOT_APPLICABLE"
        if outcome != _EXPECTED[word]:
            yield f"{name} should be {word} and is {outcome} ({finding.sentence if finding else 'the clause does not apply'})"
