"""One proposal, as it was read, judged under one rulebook: what a run records. Nothing is written here."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from compliance.canonical import whole_as_integer
from compliance.models import RulebookRelease
from compliance.reading import WIDTH_FIRST, ReadResult
from compliance.rules import NOT_A_SANCTION, Completion, Evaluation, Rulebook, Verdict, blocked_verdict, complete, error_verdict
from compliance.vocabulary import BLOCKING, FIELDS


@dataclass(frozen=True, slots=True)
class Assessment:
    """One proposal, read and judged, not yet recorded."""

    prompt: str
    read: ReadResult
    completion: Completion
    verdict: Verdict
    rulebook: Rulebook | None
    release: RulebookRelease | None
    as_of: datetime.date
    swap: str = ""

    def wire(self) -> dict[str, Any]:
        """Return the deterministic part of the native wire form: the same proposal gives the same bytes everywhere."""
        verdict = self.verdict
        wire: dict[str, Any] = {
            "status": verdict.status,
            "digest": verdict.digest,
            "outcome_digest": verdict.outcome_digest,
            "as_of": self.as_of.isoformat(),
            "spec": whole_as_integer(self.completion.spec),
            "readings": whole_as_integer([*(reading.as_dict() for reading in self.read.readings), *self._derived()]),
            "assumptions": whole_as_integer([entry.as_dict() for entry in self.completion.assumptions]),
            "questions": self._questions(),
            "findings": [finding.as_dict() for finding in verdict.findings],
            "permissible": verdict.permissible,
            "must_also_provide": list(verdict.must_also_provide),
            "not_checkable": len(self.rulebook.not_checkable) if self.rulebook else 0,
            "missing_fields": list(verdict.missing_fields),
            "reason": verdict.reason,
            "summary": {
                "text": f"{verdict.status}. {verdict.reason}",
                **{name: verdict.counts.get(name, 0) for name in ("clauses", "satisfied", "violated", "undetermined", "required", "not_applicable")},
            },
            "notice": NOT_A_SANCTION,
        }
        if "city" in self.completion.spec:
            wire["city"] = self.completion.spec["city"]
        if self.rulebook is not None:
            wire["rulebook"] = {"name": self.rulebook.name, "edition": self.rulebook.edition, "release": self.rulebook.sha256}
            if self.rulebook.not_included:
                wire["rulebook"]["not_included"] = list(self.rulebook.not_included)
        return wire

    def reading(self) -> dict[str, Any]:
        """Return what was read before the rulebook's defaults, and the reader's questions: the proposal as it can be judged again."""
        return {"spec": whole_as_integer(dict(self.read.spec)), "questions": [question.as_dict() for question in self.read.questions]}

    def _derived(self) -> list[dict[str, Any]]:
        return [
            {"field": entry.field, "value": entry.value, "unit": FIELDS[entry.field].unit, "origin": "derived", "note": entry.says}
            for entry in self.completion.added
            if entry.origin == "derived"
        ]

    def _questions(self) -> list[dict[str, Any]]:
        """Return the reader's questions and then the verdict's, one for each field."""
        questions = [question.as_dict() for question in self.read.questions]
        if self.swap:
            questions.append({"field": "plot_width_m", "question": self.swap})
        asked = {question.get("field") for question in questions}
        first = [{"field": name, "question": text} for name, text in self.verdict.asks.items() if name not in asked]
        return first[:1] + questions + first[1:] if first and first[0]["field"] == "land_use_zone" else questions + first


def judge_reading(prompt: str, read: ReadResult, rulebook: Rulebook | None, release: RulebookRelease | None, day: datetime.date) -> Assessment:
    """Return what was read, judged under a rulebook (None: no rulebook is in force) on a day."""
    completion, verdict, swap = _judge(read, rulebook, day)
    return Assessment(prompt, read, completion, verdict, rulebook, release, day, swap)


def outcome_digest(read: ReadResult, rulebook: Rulebook | None, day: datetime.date) -> str:
    """Return the outcome digest of what was read, judged under a rulebook on a day: that of `judge_reading`, without the rest."""
    return _evaluated(read, rulebook, day).outcome_digest


def _judge(read: ReadResult, rulebook: Rulebook | None, day: datetime.date) -> tuple[Completion, Verdict, str]:
    """Return the completed spec, the verdict, and the question which side lies along the road where that matters."""
    found = _evaluated(read, rulebook, day)
    if isinstance(found, Verdict):
        return Completion(read.spec, read.spec), found, ""
    return found.completion, found.verdict, _swapped_sides(read, found)


def _evaluated(read: ReadResult, rulebook: Rulebook | None, day: datetime.date) -> Evaluation | Verdict:
    """Return what was read under the clauses of a rulebook, or the verdict where none can judge it."""
    if "city" not in read.spec:
        missing = [name for name in BLOCKING if name not in read.spec]
        labels = ", ".join(FIELDS[name].label for name in missing)
        return blocked_verdict(read.spec, missing, f"The proposal does not say: {labels}.")
    city = str(read.spec["city"])
    if rulebook is None:
        return error_verdict(read.spec, f"No rulebook is in force for {city} on {day.isoformat()}.")
    if city not in rulebook.cities:
        held = ", ".join(rulebook.cities)
        return error_verdict(read.spec, f"{rulebook.title} does not hold for {city}; it holds for {held}.")
    completion = complete(rulebook, read.spec, frozenset(question.field for question in read.questions if question.field))
    return Evaluation(rulebook, completion, day)


def _swapped_sides(read: ReadResult, evaluation: Evaluation) -> str:
    """Return the question which side lies along the road, where "A x B" left it open and an outcome hangs on it; else nothing."""
    unnamed = any(reading.field == "plot_width_m" and (reading.note or "").startswith(WIDTH_FIRST) for reading in read.readings)
    width, depth = read.spec.get("plot_width_m"), read.spec.get("plot_depth_m")
    if not unnamed or width == depth:
        return ""
    differing = evaluation.differing_fields({"plot_width_m": depth, "plot_depth_m": width})
    if not differing:
        return ""
    labels = ", ".join(FIELDS[name].label for name in differing)
    return f"Does the side of {width:g} m lie along the road, as is taken here? With the other side there, this comes out otherwise: {labels}."
