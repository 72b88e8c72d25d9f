"""The one pipeline: read -> complete -> evaluate -> record. The API, the commands and Python callers all go through here."""

from __future__ import annotations

import datetime
import json
import time
import uuid
import zoneinfo
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from compliance.assessing import Assessment, judge_reading
from compliance.earlier_rules import clauses_of
from compliance.models import Run
from compliance.reading import read_prompt
from compliance.rules import Rulebook, load
from compliance.services.releases import release_compiled, release_in_force, release_named
from compliance.services.runs import BesideRun, run_made, run_record
from compliance.specs import normalise_spec
from geometry.services import plot_outline
from promptrunner.cases import CaseFiles, files_write
from promptrunner.modelling import has_model, plot_values
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


def _given_rules(rules: Sequence[Mapping[str, Any]], city: Any) -> Rulebook:
    return load(
        {"rulebook": "given", "title": "the given rules", "edition": "", "cities": [city or "Mumbai"], "deciding": "limited", "clauses": clauses_of(rules)}
    )


def run_proposal(
    *,
    prompt: str = "",
    spec: Mapping[str, Any] | None = None,
    city: str | None = None,
    rulebook: str | None = None,
    as_of: datetime.date | None = None,
    rules: Sequence[Mapping[str, Any]] | None = None,
    plot: Mapping[str, Any] | None = None,
    session_id: str = "",
    trace_id: str = "",
    external_id: str = "",
    beside: Iterable[BesideRun] = (),
    fixed: tuple[uuid.UUID, datetime.datetime] | None = None,
) -> tuple[Run, dict[str, float]]:
    """Read, judge and record a proposal; return the run and the milliseconds per stage.

    See `assess` and `run_made` for arguments and errors; a run whose time is `fixed` took none. `plot` is the plot's polygon as GeoJSON: its area and
    frontage are given values where the proposal states none, and it is kept beside the run.

    Raises:
        PlotError: the polygon is no plot, or its area is not the stated one.
    """
    watch = Stopwatch()
    if plot is not None:
        stated = read_prompt(prompt, normalise_spec({**(spec or {}), **({"city": city} if city else {})})).spec
        spec = {**(spec or {}), **plot_values(plot, stated)}
        beside = [*beside, plot_outline(geojson=plot)]
    assessment = assess(prompt=prompt, spec=spec, city=city, rulebook=rulebook, as_of=as_of, rules=rules, watch=watch)
    with watch.stage("explain"):
        wire = assessment.wire()
    judged_in = {"total_ms": 0.0} if fixed else watch.performance()
    with watch.stage("record"):
        made = run_made(
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
            fixed=fixed,
        )
        run = run_record(made, beside)
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
    if has_model(run):
        own["model_url"] = f"/api/v1/runs/{run.pk}/model.glb"
    if run.session_id:
        own["session_id"] = run.session_id
    if run.supersedes_id:
        own["supersedes"] = str(run.supersedes_id)
    if run.cause:
        own["cause"] = run.cause
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
    return frozen_answer(run, files_write(run))


def frozen_answer(run: Run, files: CaseFiles) -> dict[str, Any]:
    """Return a run and its files in the shape of the frozen Python contract."""
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
        "geometry": {"generated": files.model is not None, "path": files.model},
        "timestamp": wire["created_at"],
        "digest": run.digest,
    }
    if run.status in ("BLOCKED", "ERROR"):
        answer["reason"] = wire["reason"]
    if run.status == "BLOCKED":
        answer["missing_fields"] = wire["missing_fields"]
    return answer
