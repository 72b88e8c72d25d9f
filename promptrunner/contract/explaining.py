"""A summary explained by the verdict of its run."""

from __future__ import annotations

import json
from typing import Any

from promptrunner.models import OutputSummary


def explained(summary: OutputSummary) -> dict[str, Any]:
    """Return a summary with the sentences that explain it, and what is technical: both from its run, empty where it has none."""
    run = summary.run
    verdict = json.loads(run.verdict) if run else None
    decisive = ("VIOLATED", "UNDETERMINED", "SATISFIED")
    findings = (
        sorted((found for found in verdict["findings"] if found["outcome"] in decisive), key=lambda found: decisive.index(found["outcome"])) if verdict else []
    )
    return {
        "summary_id": str(summary.pk),
        "case_id": summary.case_id,
        "summary": json.loads(summary.summary),
        "explanation": [verdict["reason"], *dict.fromkeys(found["sentence"] for found in findings)] if verdict else [],
        "technical": {
            "status": run.status,
            "rulebook": verdict.get("rulebook", {}),
            "spec": verdict["spec"],
            "permissible": verdict["permissible"],
            "digest": run.digest,
        } if run and verdict else {},
    }  # fmt: skip
