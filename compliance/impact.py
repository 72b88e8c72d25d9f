"""What a draft would change: stored runs judged again under it, and which verdicts come out otherwise."""

from __future__ import annotations

import datetime
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

from compliance.models import RulebookRelease, Run
from compliance.rechecking import flips, in_chunks, recheck
from compliance.services.drafts import impact_record

SAMPLE = 500
"""Runs judged while somebody waits for the page; `manage.py show_impact --all` judges every one."""
LISTED = 100
"""Flips that are listed one by one."""


def runs_concerned(release: RulebookRelease) -> QuerySet[Run]:
    """Return the latest runs of their proposals that the rulebook judged, or that no rulebook could judge in its cities."""
    unjudged = Q(release=None, city__in=release.cities, status=Run.Status.ERROR)
    return Run.objects.filter(Q(release__rulebook=release.rulebook_id) | unjudged, superseded_by=None)


def impact(release: RulebookRelease, *, sample: int | None = SAMPLE, progress: Callable[[int, int], None] = lambda done, of: None) -> dict[str, Any]:
    """Work out, keep and return the impact of a draft on the stored runs.

    A run is judged on its own day or, where the draft does not hold on it yet, on the draft's first day; the verdict is compared with the
    stored one. Keys are random, so the first `sample` runs by key are a fair sample.

    Args:
        release: the draft.
        sample: how many runs at most; None judges all.
        progress: told how many are done, of how many.

    Returns:
        `sha256` (of the content judged), `runs` (all there are), `checked`, `whole` (whether all were), `changed`, `by_city`
        [[city, checked, changed]], `statuses` [[before, after, number]], `clauses` [[clause, before, after, number]] and `flips`
        [{run, city, before, after, clauses}], at most 100 of them, changed verdicts before changed clauses.
    """
    runs = runs_concerned(release)
    ids = list(runs.order_by("pk").values_list("pk", flat=True)[:sample])
    total = len(ids) if sample is None or len(ids) < sample else runs.count()
    statuses: Counter[tuple[str, str]] = Counter()
    clauses: Counter[tuple[str, str, str]] = Counter()
    cities: dict[str, list[int]] = {}
    changed = []
    for done, run in enumerate(in_chunks(ids), 1):
        count = cities.setdefault(run.city, [0, 0])
        count[0] += 1
        verdict = recheck(run, release, _day(run, release)).verdict
        if verdict.outcome_digest != run.outcome_digest:
            count[1] += 1
            found = list(flips(json.loads(run.verdict)["findings"], [finding.as_dict() for finding in verdict.findings]))
            statuses[run.status, verdict.status] += 1
            clauses.update(found)
            changed.append({"run": str(run.pk), "city": run.city, "before": run.status, "after": verdict.status, "clauses": [name for name, _, _ in found]})
        progress(done, len(ids))
    report = {
        "sha256": release.sha256,
        "runs": total,
        "checked": len(ids),
        "whole": len(ids) == total,
        "changed": len(changed),
        "by_city": [[city, *counts] for city, counts in sorted(cities.items())],
        "statuses": [[*key, number] for key, number in sorted(statuses.items())],
        "clauses": [[*key, number] for key, number in sorted(clauses.items())],
        "flips": sorted(changed, key=lambda flip: (flip["before"] == flip["after"], flip["run"]))[:LISTED],
    }
    impact_record(release=release, report=report)
    return report


def _day(run: Run, release: RulebookRelease) -> datetime.date:
    if release.effective_from is None or release.in_force(run.as_of):
        return run.as_of
    return max(release.effective_from, min(run.as_of, release.effective_to or run.as_of))
