"""The operators' page: what was checked, what fails most, what people say, and whether events get away. Read from the database."""

from __future__ import annotations

import datetime
import json
from collections import Counter
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.models import Run
from feedback.models import Review
from feedback.policies import live_policy
from promptrunner.pages.page import page
from promptrunner.showing import STATUSES
from telemetry.delivering import new_events, oldest_waiting
from telemetry.models import Delivery

DAYS = 14
NEWEST = 500
"""Of so many newest runs the clauses are counted and the times taken: the page costs the same however many runs there are."""
WIDTH = 240


@page(person="telemetry.view_event")
def dashboard(request: HttpRequest) -> HttpResponse:
    """Show it."""
    counted = Run.objects.order_by().values("city", "status").annotate(number=Count("pk"))
    statuses: Counter[str] = Counter()
    cities: Counter[str] = Counter()
    for row in counted:
        statuses[row["status"]] += row["number"]
        cities[row["city"] or "–"] += row["number"]
    newest = list(Run.objects.order_by("-created_at", "-id").values_list("status", "verdict", "duration_ms")[:NEWEST])
    version, _policy = live_policy()
    oldest = oldest_waiting()
    return render(
        request,
        "pages/dashboard.html",
        {
            "statuses": bars([(str(STATUSES[name]), number) for name, number in statuses.most_common()]),
            "cities": bars(cities.most_common()),
            "days": bars(list(_by_day())),
            "clauses": bars(_violated(verdict for status, verdict, _duration in newest if status == "NON_COMPLIANT")),
            "newest": len(newest),
            "latency": _latency([row[2] for row in newest]),
            "reviews": bars([(_(str(Review.Status(row["status"]).label)), row["number"]) for row in Review.objects.order_by().values("status").annotate(number=Count("pk"))]),
            "policy": version,
            "waiting": new_events().count() + Delivery.objects.filter(status=Delivery.Status.WAITING).count(),
            "lag_s": round((timezone.now() - oldest).total_seconds()) if oldest else 0,
        },
    )  # fmt: skip


def bars(counts: list[tuple[str, int]]) -> list[dict[str, Any]]:
    """Return counts with the length of a bar for each."""
    most = max((number for _label, number in counts), default=0) or 1
    return [{"label": label, "number": number, "width": round(WIDTH * number / most, 1)} for label, number in counts]


def _by_day() -> Any:
    last = timezone.now().astimezone(datetime.UTC).date()
    for back in range(DAYS - 1, -1, -1):
        day = last - datetime.timedelta(days=back)
        start = datetime.datetime.combine(day, datetime.time.min, datetime.UTC)
        yield day.isoformat(), Run.objects.filter(created_at__gte=start, created_at__lt=start + datetime.timedelta(days=1)).count()


def _violated(verdicts: Any) -> list[tuple[str, int]]:
    counted: Counter[str] = Counter()
    for verdict in verdicts:
        counted.update(
            f"{finding['id']} ({finding['clause_no']}) {finding['title']}" for finding in json.loads(verdict)["findings"] if finding["outcome"] == "VIOLATED"
        )
    return counted.most_common(12)


def _latency(durations: list[float]) -> dict[str, float]:
    if not durations:
        return {}
    ordered = sorted(durations)
    return {"median": round(ordered[len(ordered) // 2], 1), "p95": round(ordered[int(len(ordered) * 0.95)], 1), "slowest": round(ordered[-1], 1)}
