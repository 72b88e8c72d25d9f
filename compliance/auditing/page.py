"""The page of an audit: one HTML file that needs nothing else."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

from compliance.auditing.auditing import Comparison, Summary
from compliance.auditing.files import Cases
from compliance.rules import NOT_A_SANCTION, Rulebook
from compliance.vocabulary import FIELDS

SHOWN = 20


def render_page(
    source: Path, rulebook: Rulebook, as_of: datetime.date, cases: Cases, summary: Summary, comparison: Comparison | None = None, other: Rulebook | None = None
) -> str:
    """Return the page of an audit as HTML."""
    total = max(summary.cases, 1)
    context: dict[str, Any] = {
        "source": source.name, "rulebook": rulebook, "as_of": as_of.isoformat(), "summary": summary, "rejects": cases.rejects,
        "capacity_ha": _hectares(summary.capacity_sq_m), "plots_ha": _hectares(summary.plot_area_sq_m),
        "statuses": [{"name": name, "number": number, "share": f"{100 * number / total:.1f}"} for name, number in summary.statuses.items()],
        "missing": [{"label": FIELDS[name].label, "number": number} for name, number in summary.missing.items()],
        "blocking": [
            {**vars(count), "violated_share": f"{100 * count.violated / total:.2f}", "undetermined_share": f"{100 * count.undetermined / total:.2f}"}
            for count in summary.clauses[:SHOWN] if count.violated or count.undetermined
        ],
        "matched": cases.matched, "ignored": cases.ignored, "notice": NOT_A_SANCTION, "comparison": comparison, "other": other,
    }  # fmt: skip
    if comparison is not None:
        moves = sorted(comparison.statuses.items(), key=lambda entry: -entry[1])
        changes = sorted(comparison.clauses.items(), key=lambda entry: (-entry[1], entry[0]))[: 2 * SHOWN]
        context["change_ha"] = _hectares(comparison.capacity_sq_m)
        context["moves"] = [{"here": here, "there": there, "number": number} for (here, there), number in moves]
        context["changes"] = [{"clause": clause, "here": here, "there": there, "number": number} for (clause, here, there), number in changes]
    return render_to_string("auditing/page.html", context)


def _hectares(square_metres: float) -> str:
    return f"{square_metres / 10_000:,.1f}"
