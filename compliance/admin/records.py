"""Cities, rulebooks, runs, disputes and submitted clauses in the admin."""

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

from compliance.admin.pages import attempt, page, rights
from compliance.models import City, Dispute, Rulebook, RulebookRelease, Run, SubmittedClause
from compliance.rechecking import NothingToSolveError, settle, trials_of_run
from compliance.rules.explaining import write_value
from compliance.rules.solving import find_questions, find_remedies
from compliance.services.disputes import SETTLE, dispute_dismiss
from compliance.services.submissions import submission_take
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
            "solved": _solved(run) if "solve" in request.GET else None,
        }  # fmt: skip
        return page(request, "run", f"{run.get_status_display()}: run {run.pk}", context)


def _solved(run: Run) -> dict[str, Any] | None:
    """Return what would make a run's proposal comply, and what to ask; None where no stored release judged it."""
    try:
        trials = trials_of_run(run)
    except NothingToSolveError:
        return None
    return {**find_remedies(trials).as_dict(), **find_questions(trials).as_dict()}


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


@admin.register(SubmittedClause)
class SubmittedClauseAdmin(ReadOnlyAdmin):
    """Clauses that platforms sent."""

    list_display = ("rule_id", "clause_no", "city", "kind", "status", "source", "updated_at")
    list_filter = ("status", "kind", "city", "source")
    search_fields = ("rule_id", "clause_no", "text")
    ordering = ("-updated_at",)
    large_fields = ("sent",)

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Show what was sent, and take it into a draft."""
        submission = self.get_object(request, object_id) if self.has_view_permission(request) else None
        if submission is None:
            raise Http404
        drafts = [
            draft
            for draft in RulebookRelease.objects.filter(status=RulebookRelease.Status.DRAFT).select_related("rulebook").defer("checked", "impact", "proposed")
            if submission.city in draft.cities and rights(request, draft)["may_curate"]
        ]
        if request.method == "POST":
            return self._take(request, submission, drafts)
        context = {
            "submission": submission,
            "sent": json.dumps(json.loads(submission.sent), indent=2, ensure_ascii=False),
            "values": json.loads(submission.values),
            "places": [place for draft in drafts for place in _places(draft, submission)],
            "versions": submission.history.order_by("-history_date")[:50],
            "waits": submission.status == SubmittedClause.Status.WAITING,
        }
        return page(request, "submission", f"{submission.rule_id}: {submission.get_kind_display()}", context)

    def _take(self, request: HttpRequest, submission: SubmittedClause, drafts: list[RulebookRelease]) -> HttpResponse:
        person: Any = request.user
        here = HttpResponseRedirect(reverse("admin:compliance_submittedclause_change", args=[submission.pk]))
        chosen, _, table = request.POST.get("place", "").partition(":")
        draft = next((draft for draft in drafts if str(draft.pk) == chosen), None)
        if draft is None:
            messages.error(request, "Choose a draft; begin one at a release where there is none.")
            return here
        reason, register = request.POST.get("reason", ""), (int(table), request.POST.get("row", "").strip()) if table.isdigit() else None
        done = attempt(request, lambda: (submission_take(submission=submission, draft=draft, by=person, reason=reason, register=register),), "Taken.")
        if done is None:
            return here
        return HttpResponseRedirect(
            reverse("admin:compliance_rule_change", args=[done[0].pk]) if done[0] else reverse("admin:compliance_rulebookrelease_change", args=[draft.pk])
        )


def _places(draft: RulebookRelease, submission: SubmittedClause) -> list[tuple[str, str]]:
    """Return where in a draft a submitted clause may go: the tables of its register, each with what the form sends for it."""
    name = f"{draft.rulebook.name} {draft.sha256[:12]}"
    tables = json.loads(draft.content).get("register") or []
    if submission.kind == SubmittedClause.Kind.RETIREMENT or not tables:
        return [(str(draft.pk), name)]
    return [(f"{draft.pk}:{number}", f"{name}: {table.get('table') or table.get('title') or number + 1}") for number, table in enumerate(tables)]


def _shown(entry: Mapping[str, Any]) -> dict[str, str]:
    """Return a value's label, and the value in words with its unit."""
    name = str(entry["field"])
    known = FIELDS.get(name)
    return {"label": known.label if known else name, "shown": write_value(name, entry["value"]) if known else str(entry["value"])}
