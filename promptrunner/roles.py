"""The roles of people, made after every migration: what each may see and do."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group, Permission

CURATOR, PUBLISHER, REVIEWER, OPERATOR = "Rule curator", "Rule publisher", "Feedback reviewer", "Operator"
_READ_LAW = [
    f"compliance.view_{name}" for name in ("city", "rulebook", "rulebookrelease", "releasestep", "rule", "historicalrule", "dispute", "submittedclause")
]
_READ_CASES = [
    *(
        "compliance.view_run",
        "feedback.view_feedback",
        "feedback.view_review",
        "feedback.view_reviewstep",
        "feedback.view_policyversion",
        "feedback.view_suggestion",
        "geometry.view_geometrymodel",
        "geometry.view_plotoutline",
    ),
    *(f"promptrunner.view_{name}" for name in ("sessionentry", "casedocument", "outputsummary")),
]
ROLES: dict[str, list[str]] = {
    CURATOR: [*_READ_LAW, "compliance.view_run", "compliance.curate_rulebookrelease", "compliance.settle_dispute"],
    PUBLISHER: [*_READ_LAW, "compliance.view_run", "compliance.publish_rulebookrelease", "compliance.settle_dispute"],
    REVIEWER: [*_READ_LAW, *_READ_CASES, "feedback.review_feedback", "feedback.promote_policy"],
    OPERATOR: [
        *_READ_LAW,
        *_READ_CASES,
        *(f"telemetry.{name}" for name in ("view_event", "view_delivery", "view_sinkstate", "view_pruning", "resend_delivery")),
    ],
}
"""Role -> permissions. A curator writes drafts, a publisher puts them in force; who has both still needs a second person."""


def make_roles(**sent: Any) -> None:
    """Make the roles and give each at least its permissions; what an administrator added to a role stays."""
    for name, wanted in ROLES.items():
        group, _made = Group.objects.get_or_create(name=name)
        names = [permission.split(".")[1] for permission in wanted]
        group.permissions.add(
            *Permission.objects.filter(codename__in=names, content_type__app_label__in=("compliance", "feedback", "geometry", "promptrunner", "telemetry"))
        )
