"""The one pipeline: read -> complete -> evaluate -> record. The API, the commands and Python callers all go through here."""

from __future__ import annotations

import datetime
import json
import time
import zoneinfo
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from compliance.canonical import whole_as_integer
from compliance.models import IdempotencyKey, RulebookRelease, Run
from compliance.reading import WIDTH_FIRST, ReadResult, read_prompt
from compliance.rules import NOT_A_SANCTION, Completion, Evaluation, Rulebook, Verdict, blocked_verdict, complete, error_verdict, load
from compliance.services import release_compiled, release_in_force, release_named, run_record
from compliance.specs import normalise_spec
from compliance.vocabulary import BLOCKING, FIELDS
from promptrunner.earlier_rules import clauses_of
from telemetry.trace import current_trace_id

INDIA = zoneinfo.ZoneInfo("Asia/Kolkata")


@dataclass
class Stopwatch:
    """Milliseconds per stage of one request."""

    stages: dict[str, float] = field(default_factory=dict)
    began: float = field(default_factory=time.perf_counter)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time of a block to a stage."""
        start = time.perf_counter()
        yield
        self.stages[f"{name}_ms"] = round((time.perf_counter() - start) * 1000, 3)

    def performance(self) -> dict[str, float]:
        """Return the stages so far and the total."""
        return {**self.stages, "total_ms": round((time.perf_counter() - self.began) * 1000, 3)}


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


def today() -> datetime.date:
    """Return the date in India, where all the cities are."""
    return timezone.now().astimezone(INDIA).date()


def assess(
    *,
    prompt: str = "",
    spec: Mapping[str, Any] | None = None,
    city: str | None = None,
    rulebook: str | None = None,
    as_of: datetime.date | None = None,
    rules: Sequence[Mapping[str, Any]] | None = None,
    watch: Stopwatch | None = None,
) -> Assessment:
    """Return a proposal read and judged; nothing is written.

    Args:
        prompt: the proposal in plain words, may be empty.
        spec: structured values; they beat what the prompt says.
        city: like a structured value.
        rulebook: name of a published rulebook to use instead of the one in force.
        as_of: the day whose law is asked for; today in India where not given.
        rules: clauses to use instead of any rulebook.
        watch: collects the time of each stage.

    Raises:
        SpecError: a structured value that no proposal can have.
        PromptTooLongError: more than 10,000 characters.
        UnknownRulebookError: no published rulebook of that name.
    """
    watch = watch or Stopwatch()
    day = as_of or today()
    with watch.stage("read"):
        given = normalise_spec({**(spec or {}), **({"city": city} if city else {})})
        read = read_prompt(prompt, given)
    with watch.stage("rulebook"):
        where = read.spec.get("city")
        release = None
        if rules is None:
            release = release_named(name=rulebook, as_of=day) if rulebook else release_in_force(city=str(where), as_of=day) if where else None
        loaded = _given_rules(rules, where) if rules is not None else release_compiled(release) if release else None
    with watch.stage("evaluate"):
        return judge_reading(prompt, read, loaded, release, day)


def judge_reading(prompt: str, read: ReadResult, rulebook: Rulebook | None, release: RulebookRelease | None, day: datetime.date) -> Assessment:
    """Return what was read, judged under a rulebook (None: no rulebook is in force) on a day."""
    completion, verdict, swap = _judge(read, rulebook, day)
    return Assessment(prompt, read, completion, verdict, rulebook, release, day, swap)


def _given_rules(rules: Sequence[Mapping[str, Any]], city: Any) -> Rulebook:
    return load(
        {"rulebook": "given", "title": "the given rules", "edition": "", "cities": [city or "Mumbai"], "deciding": "limited", "clauses": clauses_of(rules)}
    )


def _judge(read: ReadResult, rulebook: Rulebook | None, day: datetime.date) -> tuple[Completion, Verdict, str]:
    """Return the completed spec, the verdict, and the question which side lies along the road where that matters."""
    as_read = Completion(read.spec, read.spec)
    if "city" not in read.spec:
        missing = [name for name in BLOCKING if name not in read.spec]
        labels = ", ".join(FIELDS[name].label for name in missing)
        return as_read, blocked_verdict(read.spec, missing, f"The proposal does not say: {labels}."), ""
    city = str(read.spec["city"])
    if rulebook is None:
        return as_read, error_verdict(read.spec, f"No rulebook is in force for {city} on {day.isoformat()}."), ""
    if city not in rulebook.cities:
        held = ", ".join(rulebook.cities)
        return as_read, error_verdict(read.spec, f"{rulebook.title} does not hold for {city}; it holds for {held}."), ""
    completion = complete(rulebook, read.spec, frozenset(question.field for question in read.questions if question.field))
    evaluation = Evaluation(rulebook, completion, day)
    return completion, evaluation.verdict, _swapped_sides(read, evaluation)


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


def run_proposal(
    *,
    prompt: str = "",
    spec: Mapping[str, Any] | None = None,
    city: str | None = None,
    rulebook: str | None = None,
    as_of: datetime.date | None = None,
    rules: Sequence[Mapping[str, Any]] | None = None,
    session_id: str = "",
    trace_id: str = "",
    external_id: str = "",
    idempotency: IdempotencyKey | None = None,
) -> tuple[Run, dict[str, float]]:
    """Read, judge and record a proposal; return the run and the milliseconds per stage. See `assess` for arguments and errors."""
    watch = Stopwatch()
    assessment = assess(prompt=prompt, spec=spec, city=city, rulebook=rulebook, as_of=as_of, rules=rules, watch=watch)
    with watch.stage("explain"):
        wire = assessment.wire()
    judged_in = watch.performance()
    with watch.stage("record"):
        run = run_record(
            prompt=prompt,
            spec=assessment.completion.spec,
            reading=assessment.reading(),
            verdict=wire,
            release=assessment.release,
            as_of=assessment.as_of,
            session_id=session_id,
            trace_id=trace_id or current_trace_id(),
            performance=judged_in,
            external_id=external_id,
            idempotency=idempotency,
        )
    return run, watch.performance()


def run_json(run: Run, performance: Mapping[str, float] | None = None) -> bytes:
    """Return the native wire form of a stored run as JSON: what belongs to this run, and the verdict's stored text as it stands.

    Args:
        run: the run.
        performance: milliseconds per stage, known only just after it was made.
    """
    latest = performance is not None or not Run.objects.filter(supersedes=run.pk).exists()
    own: dict[str, Any] = {
        "id": str(run.pk),
        "trace_id": run.trace_id,
        "latest": latest,
        "performance": dict(performance) if performance is not None else {"total_ms": run.duration_ms},
        "created_at": run.created_at.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z"),
    }
    if run.session_id:
        own["session_id"] = run.session_id
    if run.supersedes_id:
        own["supersedes"] = str(run.supersedes_id)
    return json.dumps(own, separators=(",", ":")).encode()[:-1] + b"," + run.verdict.encode()[1:]


def run_wire(run: Run, performance: Mapping[str, float] | None = None) -> dict[str, Any]:
    """Return the native wire form of a stored run; see `run_json`."""
    wire: dict[str, Any] = json.loads(run_json(run, performance))
    return wire


def run_compliance_pipeline(
    prompt: str,
    city: str | None = None,
    rules: Sequence[Mapping[str, Any]] | None = None,
    spec_override: Mapping[str, Any] | None = None,
    trace_id: str | None = None,
) -> dict[str, Any]:
    """Read, judge and record a proposal; return the frozen Python contract's dictionary.

    Args:
        prompt: the proposal in plain words.
        city: beats the city that the prompt names.
        rules: clauses to use instead of the rulebook in force (ours, or the earlier system's with `parsed_fields`).
        spec_override: planning fields that override what the prompt says.
        trace_id: the caller's trace id; a new one where none is given.

    Returns:
        `status`, `case_id`, `run_id`, `trace_id`, `city`, `summary`, `building_parameters`, `evaluations`, `geometry`, `timestamp`;
        BLOCKED adds `reason` and `missing_fields`, ERROR adds `reason`.
    """
    run, _ = run_proposal(prompt=prompt, city=city, rules=rules, spec=spec_override, trace_id=trace_id or "")
    return frozen_answer(run)


def frozen_answer(run: Run) -> dict[str, Any]:
    """Return a run in the shape of the frozen Python contract."""
    wire = run_wire(run)
    evaluations = [
        {
            "clause_no": finding["clause_no"],
            "checks": {
                name: {key: check[key] for key in ("rule_min", "rule_max", "subject", "ok") if key in check}
                for name, check in finding["checks"].items()
                if "ok" in check
            },
            "evaluated_at": wire["created_at"],
        }
        for finding in wire["findings"]
        if finding["outcome"] in ("SATISFIED", "VIOLATED")
    ]
    answer = {
        "status": run.status,
        "case_id": wire["id"],
        "run_id": wire["id"],
        "trace_id": run.trace_id,
        "city": run.city,
        "summary": wire["summary"],
        "building_parameters": wire["spec"],
        "evaluations": evaluations,
        "geometry": {"generated": False, "path": None},
        "timestamp": wire["created_at"],
        "digest": run.digest,
    }
    if run.status in ("BLOCKED", "ERROR"):
        answer["reason"] = wire["reason"]
    if run.status == "BLOCKED":
        answer["missing_fields"] = wire["missing_fields"]
    return answer
