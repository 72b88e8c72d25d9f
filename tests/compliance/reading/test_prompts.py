"""Prompts with known values: the samples, and our own in the words of architects, owners, students and brokers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from compliance.reading import read_prompt
from compliance.reading.score import same, score

FOLDER = Path(__file__).parents[2] / "data"
FILES = sorted(FOLDER.glob("*prompts*.jsonl"))
CASES = [(path.stem, number, json.loads(line)) for path in FILES for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)]


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{stem}-{number}") for stem, number, case in CASES])
def test_prompt_is_read_as_its_writer_meant(case):
    spec = read_prompt(case["prompt"]).spec
    wrong = {name: spec.get(name) for name, value in case["expect"].items() if name not in spec or not same(value, spec[name])}
    assert not wrong, f"{case['prompt']}: {wrong}"
    assert not [name for name in case["absent"] if name in spec], f"{case['prompt']}: {spec}"


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_recall_and_precision_stay_above_what_was_promised(path):
    report = score(path.read_text(encoding="utf-8").splitlines())
    assert report.total.recall >= 0.95
    assert report.total.precision >= 0.99


def test_score_counts_a_returned_absent_field_as_wrong_and_others_not_at_all():
    report = score(['{"prompt": "18 m road, Pune, FSI 2", "expect": {"city": "Pune", "height_m": 3}, "absent": ["fsi"]}'])
    assert (report.total.expected, report.total.found, report.total.returned, report.total.right) == (2, 1, 2, 1)
    assert report.total.recall == 0.5
    assert report.total.precision == 0.5


def test_score_names_the_line_that_is_not_a_prompt():
    with pytest.raises(ValueError, match="Line 2"):
        score(['{"prompt": "x"}', "nonsense"])
