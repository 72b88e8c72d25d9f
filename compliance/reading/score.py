"""How well the reader does on prompts whose values are known: precision and recall per field and in total."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from compliance.reading.reader import read_prompt

TOLERANCE = 0.01
"""A number is right within this share of the expected one."""


@dataclass(slots=True)
class Tally:
    """Counts for one field, or for all.

    Attributes:
        expected: values that should be read.
        found: those of them that were read right.
        returned: values returned that can be judged (the field stands in `expect` or in `absent`).
        right: those of them that are right.
    """

    expected: int = 0
    found: int = 0
    returned: int = 0
    right: int = 0

    @property
    def recall(self) -> float:
        """Return the share of the expected values that was read right; 1 where none is expected."""
        return self.found / self.expected if self.expected else 1.0

    @property
    def precision(self) -> float:
        """Return the share of the judged values that is right; 1 where none was returned."""
        return self.right / self.returned if self.returned else 1.0


@dataclass(slots=True)
class Report:
    """The score of a file of prompts; `misses` lists (line, prompt, field, expected, read) for every wrong or missing value."""

    prompts: int = 0
    total: Tally = field(default_factory=Tally)
    fields: dict[str, Tally] = field(default_factory=dict)
    misses: list[tuple[int, str, str, Any, Any]] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Return the report as aligned lines of text."""
        rows = [("field", "expected", "found", "recall", "returned", "right", "precision")]
        for name, tally in [*sorted(self.fields.items()), ("total", self.total)]:
            rows.append(
                (name, str(tally.expected), str(tally.found), f"{tally.recall:.3f}", str(tally.returned), str(tally.right), f"{tally.precision:.3f}"),
            )
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        return ["  ".join(cell.ljust(width) if not at else cell.rjust(width) for at, (cell, width) in enumerate(zip(row, widths, strict=True))) for row in rows]


def score(lines: Iterable[str | Mapping[str, Any]]) -> Report:
    """Return the score of the reader on lines of `{"prompt", "expect": {field: value}, "absent": [fields]}`.

    Args:
        lines: JSON texts or mappings, one a prompt; empty lines are skipped.

    Raises:
        ValueError: a line is not such an object.

    >>> score(['{"prompt": "12 m road in Pune", "expect": {"city": "Pune", "abutting_road_width_m": 12}, "absent": ["height_m"]}']).total.recall
    1.0
    """
    report = Report()
    for number, line in enumerate(lines, 1):
        if isinstance(line, str) and not line.strip():
            continue
        case = _case(number, line)
        report.prompts += 1
        spec = read_prompt(case["prompt"]).spec
        for name, expected in case["expect"].items():
            got = spec.get(name)
            _count(report, number, case["prompt"], name, expected, got)
        for name in case["absent"]:
            if name in spec and name not in case["expect"]:
                for tally in (report.total, report.fields.setdefault(name, Tally())):
                    tally.returned += 1
                report.misses.append((number, case["prompt"], name, None, spec[name]))
    return report


def _case(number: int, line: str | Mapping[str, Any]) -> dict[str, Any]:
    try:
        case = json.loads(line) if isinstance(line, str) else dict(line)
    except json.JSONDecodeError as error:
        raise ValueError(f'Line {number} is not JSON ({error}); each line is an object {{"prompt", "expect", "absent"}}.') from None
    if not isinstance(case, dict) or not isinstance(case.get("prompt"), str):
        raise ValueError(f'Line {number} has no "prompt" text; each line is an object {{"prompt", "expect", "absent"}}.')
    expect, absent = case.get("expect", {}), case.get("absent", [])
    if not isinstance(expect, dict) or not isinstance(absent, list):
        raise ValueError(f'Line {number}: "expect" is an object of fields and "absent" a list of fields.')
    return {"prompt": case["prompt"], "expect": expect, "absent": absent}


def _count(report: Report, number: int, prompt: str, name: str, expected: Any, got: Any) -> None:
    right = got is not None and same(expected, got)
    for tally in (report.total, report.fields.setdefault(name, Tally())):
        tally.expected += 1
        tally.found += right
        if got is not None:
            tally.returned += 1
            tally.right += right
    if not right:
        report.misses.append((number, prompt, name, expected, got))


def same(expected: Any, got: Any) -> bool:
    """Return whether a value counts as the expected one: numbers within 1 %, lists entry by entry, everything else equal.

    >>> same(100, 100.9), same(100, 101.1), same(True, 1), same([{"count": 2}], [{"count": 2.0}])
    (True, False, False, True)
    """
    if isinstance(expected, bool) or isinstance(got, bool):
        return expected is got
    if isinstance(expected, (int, float)) and isinstance(got, (int, float)):
        return abs(expected - got) <= TOLERANCE * abs(expected)
    if isinstance(expected, list) and isinstance(got, list):
        return len(expected) == len(got) and all(same(one, other) for one, other in zip(expected, got, strict=True))
    if isinstance(expected, dict) and isinstance(got, dict):
        return expected.keys() == got.keys() and all(same(value, got[name]) for name, value in expected.items())
    return bool(expected == got)
