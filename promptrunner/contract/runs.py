"""Routes that judge a proposal: /orchestrate/run, /core/log, /api/compliance/check; and the published clauses of a city."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.models import Rule
from compliance.specs import find_code
from compliance.vocabulary import CITIES
from promptrunner.cases import SUMMARIES, files_write, session_entry
from promptrunner.contract import answers, demo
from promptrunner.contract.inputs import CheckInput, LogInput, OrchestrateInput, planning_values
from promptrunner.contract.schema import described
from promptrunner.contract.views import FrozenView, NotFound
from promptrunner.creatorcore import warm
from promptrunner.errors import written
from promptrunner.models import OutputSummary
from promptrunner.pipeline import run_json, run_proposal
from telemetry.trace import current_trace_id


class OrchestrateView(FrozenView):
    """The AI Content Platform's route: prompt in, verdict out."""

    agent = "orchestrator"
    invalid_status = 400

    @extend_schema(**described("orchestrate", OrchestrateInput, 400, "orchestrate_run"))
    def post(self, request: Request) -> Response:
        """Check a proposal; 200 whatever the verdict."""
        body = self.checked(_ORCHESTRATE, request.data)
        if demo.on():
            return Response(demo.answer())
        metadata = body["metadata"]
        session_id = body.get("session_id") or f"session-{uuid.uuid4()}"
        entry = session_entry(session_id=session_id, event="orchestrate_run", output={}, metadata=metadata)
        summary = OutputSummary(city=body["city"], trace_id=current_trace_id(), created_at=timezone.now())
        run, _ = run_proposal(
            prompt=body["prompt"],
            city=body["city"],
            spec=planning_values(body["subject"]),
            session_id=session_id,
            external_id=_external_id(metadata),
            beside=[entry, _Summarised(summary)],
        )
        files = files_write(run)
        warm(session_id)
        return self.answer(answers.orchestrated(run, case_id=str(run.pk), summary_id=str(summary.pk), metadata=metadata, files=files))


class _Summarised:
    """A run's summary, which takes its words and its id from the run with which it is saved."""

    def __init__(self, summary: OutputSummary) -> None:
        self.summary = summary

    @property
    def run(self) -> Any:
        """Return the run."""
        return self.summary.run

    @run.setter
    def run(self, run: Any) -> None:
        self.summary.run, self.summary.case_id, self.summary.pk = run, str(run.pk), uuid.uuid5(SUMMARIES, str(run.pk))
        self.summary.summary = answers.summary_text(run)

    def save(self, *, force_insert: bool) -> None:
        """Write it."""
        self.summary.save(force_insert=force_insert)


class LogView(FrozenView):
    """A prompt and what was made of it, logged; it is judged for real."""

    agent = "core"

    @extend_schema(**described("core", LogInput, 422, "core_log"))
    def post(self, request: Request) -> Response:
        """Check the logged prompt and keep it as an entry of its session."""
        body = self.checked(_LOG, request.data)
        metadata = body["metadata"]
        values = {**_object(body["output"].get("parameters")), **_object(metadata.get("subject"))}
        event = body.get("event") or "core_log"
        run, _ = run_proposal(
            prompt=body["prompt"],
            city=body["city"],
            spec=planning_values(values),
            session_id=body["session_id"],
            external_id=_external_id(metadata),
            beside=[session_entry(session_id=body["session_id"], event=event, output=body["output"], metadata=metadata)],
        )
        files_write(run)
        warm(body["session_id"])
        return self.answer({
            "success": True,
            "session_id": body["session_id"],
            "case_id": str(run.pk),
            "run_id": str(run.pk),
            "trace_id": run.trace_id,
            "logged": True,
            "status": run.status,
            "timestamp": written(run.created_at),
        })  # fmt: skip


class CheckView(FrozenView):
    """Structured values, judged."""

    agent = "compliance"
    invalid_status = 400

    @extend_schema(**described("compliance", CheckInput, 400, "compliance_check"))
    def post(self, request: Request) -> HttpResponse:
        """Return the native verdict."""
        body = self.checked(_CHECK, request.data)
        run, performance = run_proposal(city=body["city"], spec=planning_values(body["spec"]))
        return HttpResponse(run_json(run, performance), content_type="application/json")


class RulesView(FrozenView):
    """The published clauses of a city."""

    agent = "compliance"

    @extend_schema(**described("compliance", None, 422, "frozen_rules"))
    def get(self, request: Request, city: str) -> Response:
        """List them."""
        name = find_code("city", city)
        if name is None:
            raise NotFound(f"'{city[:60]}' is none of the cities: {', '.join(CITIES)}.")
        rules = [answers.rule(rule, name) for rule in published_rules(name)]
        return self.answer({"success": True, "city": name, "rules": rules, "count": len(rules)})


def published_rules(city: str) -> list[Rule]:
    """Return the published clauses of a city in the order of their rulebooks."""
    in_city = [pk for pk, cities in Rule.objects.published_releases() if city in cities]
    rules = Rule.objects.published().filter(release__in=in_city)
    return sorted(rules, key=lambda rule: (rule.release.rulebook.name, rule.position))


def _external_id(metadata: Mapping[str, Any]) -> str:
    """Return the id under which the caller knows the run, so that the frozen routes find it again."""
    for name in ("run_id", "case_id"):
        if isinstance(value := metadata.get(name), str) and value:
            return value[:200]
    return ""


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


_ORCHESTRATE, _LOG, _CHECK = OrchestrateInput(), LogInput(), CheckInput()
