"""What may be built, what to change and what to ask, for a proposal or a stored run. Nothing is written."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from compliance.assessing import Assessment
from compliance.rechecking import NothingToSolveError
from compliance.rules.explaining import write_value
from compliance.rules.solving import Trials, find_envelope, find_questions, find_remedies
from compliance.vocabulary import FIELDS
from promptrunner.pipeline import assess

MOST_COMPARED = 4


def trials_of(assessment: Assessment) -> Trials:
    """Return the variations of a proposal that was read and judged.

    Raises:
        NothingToSolveError: no rulebook holds for it.
    """
    if assessment.rulebook is None:
        raise NothingToSolveError(assessment.verdict.reason)
    asked = frozenset(question.field for question in assessment.read.questions if question.field)
    return Trials(assessment.rulebook, assessment.read.spec, assessment.as_of, asked)


def envelope(trials: Trials) -> dict[str, Any]:
    """Return what may be built on the plot for its use."""
    return {**_about(trials), "envelope": find_envelope(trials).as_dict()}


def remedies(trials: Trials) -> dict[str, Any]:
    """Return the smallest changes that make a proposal comply, and the questions that can still change the verdict."""
    status = trials.verdict({}).status
    return {**_about(trials), "status": status, **find_remedies(trials).as_dict(), **find_questions(trials).as_dict()}


def comparison(proposals: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return some proposals side by side: each one's verdict, and field by field what is provided and what is permissible."""
    return side_by_side([assess(**proposal).wire() for proposal in proposals])


def side_by_side(wires: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return some verdicts side by side; see `comparison`."""
    columns = [
        {
            "status": wire["status"],
            "reason": wire["reason"],
            "city": wire.get("city", ""),
            "summary": wire["summary"],
            "spec": wire["spec"],
            "digest": wire["digest"],
        }
        for wire in wires
    ]
    rows = []
    for name, field in FIELDS.items():
        cells = [_cell(wire, name) for wire in wires]
        if any("outcome" in cell for cell in cells):
            rows.append({"field": name, "label": field.label, "unit": field.unit, "cells": cells})
    return {"proposals": columns, "by_field": rows}


def _cell(wire: Mapping[str, Any], name: str) -> dict[str, Any]:
    cell: dict[str, Any] = {}
    if name in wire["spec"]:
        cell["provided"] = wire["spec"][name]
        cell["shown"] = write_value(name, wire["spec"][name])
    cell |= {key: wire["permissible"][name][key] for key in ("min", "max", "clause_no") if key in wire["permissible"].get(name, {})}
    outcomes = [finding["checks"][name]["outcome"] for finding in wire["findings"] if name in finding["checks"]]
    worst = next((outcome for outcome in ("VIOLATED", "UNDETERMINED", "REQUIRED", "SATISFIED") if outcome in outcomes), None)
    return {**cell, "outcome": worst} if worst else cell


def _about(trials: Trials) -> dict[str, Any]:
    book = trials.rulebook
    day: datetime.date = trials.as_of
    return {"rulebook": {"name": book.name, "edition": book.edition, "release": book.sha256}, "as_of": day.isoformat()}
