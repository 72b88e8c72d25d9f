"""A run in the shapes of the frozen routes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from compliance.models import Rule, Run
from promptrunner.cases import CaseFiles
from promptrunner.errors import written
from promptrunner.models import SessionEntry

STATUSES = {"COMPLIANT": "compliant", "NON_COMPLIANT": "non_compliant"}
AGENTS = {"reader": "2.0.0", "compliance": "2.0.0", "geometry": "2.0.0"}
"""Part of the pipeline -> version of the surface that it answers."""
AGENT = "compliance"


def orchestrated(run: Run, *, case_id: str, summary_id: str, metadata: Mapping[str, Any], files: CaseFiles) -> dict[str, Any]:
    """Return the answer of POST /orchestrate/run."""
    verdict = json.loads(run.verdict)
    summary = verdict["summary"]
    time = written(run.created_at)
    decided = [finding for finding in verdict["findings"] if finding["outcome"] in ("SATISFIED", "VIOLATED")]
    return {
        "success": True,
        "trace_id": run.trace_id,
        "case_id": case_id,
        "run_id": str(run.pk),
        "session_id": run.session_id,
        "prompt": run.prompt,
        "city": run.city,
        "spec": verdict["spec"],
        "compliance_status": {
            "status": STATUSES.get(run.status, "partial"),
            "verdict": run.status,
            "rules_evaluated": run.rules_evaluated,
            "rules_passed": summary["satisfied"],
            "rules_failed": summary["violated"],
            "evaluations": [
                {"rule_id": finding["id"], "rule_name": finding["title"], "passed": finding["outcome"] == "SATISFIED", "details": finding["sentence"]}
                for finding in decided
            ],
        },
        "geometry": {
            "generated": files.model is not None,
            "path": files.model,
            "url": f"/api/mcp/geometry/{case_id}" if files.model else None,
            "format": "glb",
        },
        "telemetry": {
            "event_type": "compliance_check",
            "timestamp": time,
            "duration_ms": run.duration_ms,
            "agent_versions": AGENTS,
            "trace_id": run.trace_id,
        },
        "outcomes": [{"rule_id": finding["id"], "clause_no": finding["clause_no"], "outcome": finding["outcome"]} for finding in verdict["findings"]],
        "summary_id": summary_id,
        "metadata": dict(metadata),
        "timestamp": time,
        "warnings": list(files.warnings),
        "errors": _errors(run.status, verdict),
    }


def _errors(status: str, verdict: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return what keeps a verdict from being complete: what is missing, and every clause that is undetermined."""
    if status == "ERROR":
        return [_error("ERROR", str(verdict["reason"]), "error")]
    missing = [_error("MISSING_FIELD", f"{name} is missing: {_question(verdict, name)}", "warning") for name in verdict["missing_fields"]]
    open_ = [_error("UNDETERMINED", finding["sentence"], "warning") for finding in verdict["findings"] if finding["outcome"] == "UNDETERMINED"]
    return missing + open_


def _question(verdict: Mapping[str, Any], name: str) -> str:
    asked = [question["question"] for question in verdict["questions"] if question.get("field") == name]
    return str(asked[0] if asked else verdict["reason"])


def _error(code: str, message: str, severity: str) -> dict[str, str]:
    return {"agent": AGENT, "code": code, "message": message, "severity": severity}


def summary_text(run: Run) -> str:
    """Return the summary of a run's verdict, as JSON."""
    return json.dumps(json.loads(run.verdict)["summary"]["text"])


def entry(stored: SessionEntry) -> dict[str, Any]:
    """Return an entry of a session's context; its run is at hand."""
    run = stored.run
    verdict = json.loads(run.verdict)
    return {
        "session_id": stored.session_id,
        "case_id": str(run.pk),
        "prompt": run.prompt,
        "city": run.city,
        "event": stored.event,
        "pipeline_status": run.status,
        "pipeline_output": {
            "status": run.status,
            "summary": verdict["summary"],
            "reason": verdict["reason"],
            "missing_fields": verdict["missing_fields"],
            "building_parameters": verdict["spec"],
        },
        "output": json.loads(stored.output),
        "timestamp": written(stored.created_at),
        "trace_id": run.trace_id,
        "run_id": str(run.pk),
        "metadata": json.loads(stored.metadata),
    }


def rule(stored: Rule, city: str) -> dict[str, Any]:
    """Return a published clause as GET /api/mcp/list_rules and /api/rules/<city> list it."""
    clause = json.loads(stored.content)
    conditions, limits = clause.get("conditions") or {}, clause.get("limits") or {}
    return listed(
        city=city, rule_id=stored.clause_id, clause_no=stored.clause_no, text=stored.title, category=stored.category, status="published",
        conditions=conditions, limits=limits, parsed=dict(_plain(limits)), more={"source": clause.get("source") or {}, "rulebook": stored.release.rulebook.name},
    )  # fmt: skip


def listed(
    *,
    city: str,
    rule_id: str,
    clause_no: str,
    text: str,
    category: str,
    status: str,
    conditions: Any,
    limits: Mapping[str, Any],
    parsed: Mapping[str, Any],
    more: Mapping[str, Any],
) -> dict[str, Any]:
    """Return a clause in the list's shape, which serves both generations of clients."""
    fields = [name for name in (*(conditions if isinstance(conditions, Mapping) else ()), *limits) if name not in ("test", "any")]
    return {
        "city": city,
        "clause_no": clause_no,
        "rule_id": rule_id,
        "rule_text": text,
        "category": category,
        "conditions": conditions,
        "limits": dict(limits),
        "required_fields": list(dict.fromkeys(fields)),
        "rule": {"clause_no": clause_no, "parsed_fields": dict(parsed)},
        "status": status,
        **more,
    }


def _plain(limits: Mapping[str, Any]) -> list[tuple[str, float]]:
    """Return the limits that are one number, which is all that the older shape can say."""
    found = []
    for name, limit in limits.items():
        values = list(limit.values()) if isinstance(limit, Mapping) else [limit]
        if len(values) == 1 and isinstance(values[0], (int, float)) and not isinstance(values[0], bool):
            found.append((name, values[0]))
    return found
