"""Cities, rulebooks, runs and disputes in the admin."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from compliance.admin.pages import attempt, page
from compliance.models import City, Dispute, Rulebook, RulebookRelease, Run
from compliance.rechecking import settle
from compliance.rules.explaining import write_value
from compliance.services.disputes import SETTLE, dispute_dismiss
from compliance.vocabulary import FIELDS
from telemetry.read_only import ReadOnlyAdmin


@admin.register(City)
class CityAdmin(ReadOnlyAdmin):
    """Cities."""

    list_display = ("name",)
    search_fields = ("name",)


@admin.register(Rulebook)
class RulebookAdmin(ReadOnlyAdmin):
    """Rulebooks, with where their releases stand."""

    list_display = ("title", "name", "published", "drafts", "open_disputes")
    search_fields = ("name", "title")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rulebooks with their counts."""
        status = RulebookRelease.Status
        found: QuerySet[Any] = super().get_queryset(request)
        counted: QuerySet[Any] = found.annotate(
            count_published=Count("releases", filter=Q(releases__status=status.PUBLISHED), distinct=True),
            count_drafts=Count("releases", filter=Q(releases__status__in=[status.DRAFT, status.REVIEW]), distinct=True),
            count_disputes=Count("disputes", filter=Q(disputes__status=Dispute.Status.OPEN), distinct=True),
        )  # fmt: skip
        return counted

    def _list(self, name: str, number: int, query: str) -> SafeString:
        return format_html('<a href="{}?{}">{}</a>', reverse(f"admin:compliance_{name}_changelist"), query, number)

    @admin.display(description="published releases")
    def published(self, rulebook: Any) -> SafeString:
        """Link to its published releases."""
        return self._list("rulebookrelease", rulebook.count_published, f"rulebook__id__exact={rulebook.pk}&status__exact=published")

    @admin.display(description="drafts and reviews")
    def drafts(self, rulebook: Any) -> SafeString:
        """Link to its drafts."""
        return self._list("rulebookrelease", rulebook.count_drafts, f"rulebook__id__exact={rulebook.pk}")

    @admin.display(description="open disputes")
    def open_disputes(self, rulebook: Any) -> SafeString:
        """Link to its open disputes."""
        return self._list("dispute", rulebook.count_disputes, f"rulebook__id__exact={rulebook.pk}&status__exact=open")


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    """Runs."""

    list_display = ("created_at", "status", "city", "building_use", "plot_area_sq_m", "abutting_road_width_m", "height_m", "as_of", "id")
    list_filter = ("status", "city")
    ordering = ("-created_at",)
    # Whole ids, which have indexes: searching inside them would read every run.
    search_fields = ("trace_id__exact", "session_id__exact", "external_id__exact")
    search_help_text = "A run's id, or a whole trace, session or external id."
    large_fields = ("prompt", "spec", "reading", "verdict")

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Show a run: the proposal with what was read of it, the verdict clause by clause, and its place among the checks of the same proposal."""
        if not self.has_view_permission(request) or request.method == "POST":
            raise PermissionDenied
        run = self.get_object(request, object_id)
        if run is None:
            raise Http404
        verdict = json.loads(run.verdict)
        context = {
            "run": run,
            "verdict": verdict,
            "readings": [{**entry, **_shown(entry)} for entry in verdict["readings"]],
            "assumptions": [{**entry, **_shown(entry)} for entry in verdict["assumptions"]],
            "rules": {rule.clause_id: rule for rule in run.release.rules.defer("content")} if run.release else {},
            "chain": Run.objects.filter(Q(root=run.root_id or run.pk) | Q(pk=run.root_id or run.pk)).select_related("release").order_by("revision").defer("spec", "reading", "verdict", "release__content"),
            "disputes": run.disputes.order_by("-raised_at"),
        }  # fmt: skip
        return page(request, "run", f"{run.get_status_display()}: run {run.pk}", context)


@admin.register(Dispute)
class DisputeAdmin(ReadOnlyAdmin):
    """Disputes about clauses."""

    list_display = ("clause_id", "clause_no", "rulebook", "status", "raised_at", "run")
    list_filter = ("status", "rulebook")
    list_select_related = ("rulebook", "run")
    search_fields = ("clause_id", "clause_no", "text")
    ordering = ("-raised_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the disputes without the large texts of their runs."""
        return super().get_queryset(request).defer("run__prompt", "run__spec", "run__reading", "run__verdict")

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Show a dispute with the case beside it, and settle or dismiss it."""
        dispute = self.get_object(request, object_id) if self.has_view_permission(request) else None
        if dispute is None:
            raise Http404
        if request.method == "POST":
            self._close(request, dispute)
            return HttpResponseRedirect(reverse("admin:compliance_dispute_change", args=[dispute.pk]))
        findings = [finding for finding in json.loads(dispute.run.verdict)["findings"] if finding["id"] == dispute.clause_id]
        rulebook = dispute.rulebook
        context = {
            "dispute": dispute,
            "findings": findings,
            "rule": dispute.run.release.rules.filter(clause_id=dispute.clause_id).first() if dispute.run.release else None,
            "releases": rulebook.releases.filter(status=RulebookRelease.Status.PUBLISHED)
            .order_by("-published_at")
            .defer("content", "checked", "impact", "proposed"),
            "may_settle": request.user.has_perm(SETTLE),
            "later": Run.objects.filter(root=dispute.run.root_id or dispute.run_id).order_by("-revision").first(),
        }
        return page(request, "dispute", f"Dispute about {dispute.clause_id}", context)

    def _close(self, request: HttpRequest, dispute: Dispute) -> None:
        person: Any = request.user
        answer = request.POST.get("answer", "")
        if request.POST.get("action") == "dismiss":
            attempt(request, lambda: dispute_dismiss(dispute=dispute, by=person, answer=answer), "Dismissed.")
            return
        release = next((release for release in dispute.rulebook.releases.defer("content") if str(release.pk) == request.POST.get("release")), None)
        if release is None:
            messages.error(request, "Choose the release that mends the clause.")
            return
        report = attempt(request, lambda: settle(dispute=dispute, release=release, by=person, answer=answer))
        if report is not None:
            messages.success(request, f"Settled. {report.seen} cases were checked again; {report.superseded} come out otherwise.")


def _shown(entry: Mapping[str, Any]) -> dict[str, str]:
    """Return a value's label, and the value in words with its unit."""
    name = str(entry["field"])
    known = FIELDS.get(name)
    return {"label": known.label if known else name, "shown": write_value(name, entry["value"]) if known else str(entry["value"])}
