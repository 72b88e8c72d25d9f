"""Feedback in the admin: what was sent, to read, and the reviewers' queue."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe

from feedback.models import Feedback, PolicyVersion, Review, ReviewStep, SavedFilter, Suggestion
from feedback.policies import PROMOTE, PolicyError, live_policy, policy_back, policy_evaluate, policy_promote, preferences_of
from feedback.queue import ORDERS, PAGE, Asked, queue
from feedback.reviewing import REVIEW, NotAReviewerError, ReviewError, filter_save, reviews_decide, reviews_release, reviews_take, reviews_undo
from telemetry.read_only import ReadOnlyAdmin

POLLED_SECONDS = 15


@admin.register(Feedback)
class FeedbackAdmin(ReadOnlyAdmin):
    """Feedback as it was sent."""

    list_display = ("created_at", "vote", "kind", "route", "session_id", "city", "voter", "run_id")
    list_filter = ("vote", "kind", "route", "city")
    list_select_related = ("voter",)
    ordering = ("-created_at",)
    search_fields = ("session_id__exact", "trace_id__exact")
    id_fields = ("run_id",)
    large_fields = ("prompt", "output", "metadata")


@admin.register(ReviewStep)
class ReviewStepAdmin(ReadOnlyAdmin):
    """Every step of every review."""

    list_display = ("at", "action", "before", "after", "by", "note", "review_id")
    list_filter = ("action",)
    list_select_related = ("by",)
    ordering = ("-at",)
    id_fields = ("batch", "review_id")


@admin.register(Review)
class ReviewAdmin(ReadOnlyAdmin):
    """The queue: the run, its picture and the verdict beside each vote."""

    readonly_fields = ("steps_taken",)

    def get_urls(self) -> list[Any]:
        """Add what is done with the queue."""
        own = [
            path("do/", self.admin_site.admin_view(self.do_view), name="feedback_review_do"),
            path("undo/<uuid:batch>/", self.admin_site.admin_view(self.undo_view), name="feedback_review_undo"),
            path("filters/", self.admin_site.admin_view(self.filter_view), name="feedback_review_filter"),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the queue; asked by htmx, its rows only."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        query = request.GET.copy()
        undo = query.pop("undo", [""])[-1]
        asked = Asked.of(query)
        person: Any = request.user
        context = {
            "queue": queue(asked, person),
            "asked": asked,
            "query": query.urlencode(),
            "undo": undo,
            "polled": POLLED_SECONDS,
            "may_review": person.has_perm(REVIEW),
            "page_size": PAGE,
        }
        if request.headers.get("HX-Request") == "true":
            return TemplateResponse(request, "reviewing/_rows.html", context)
        cities = Feedback.objects.exclude(city="").order_by("city").values_list("city", flat=True).distinct()
        whole = {
            **self.admin_site.each_context(request),
            "title": "Feedback to review",
            "cities": list(cities),
            "kinds": Feedback.Kind.choices,
            "statuses": [*Review.Status.choices, ("all", "all")],
            "orders": ORDERS.items(),
            "filters": SavedFilter.objects.filter(person=person).order_by("name"),
        }
        return TemplateResponse(request, "reviewing/queue.html", {**whole, **context})

    @admin.display(description="steps")
    def steps_taken(self, review: Review) -> str:
        """Return what was done with it, step by step."""
        steps = review.steps.select_related("by").order_by("at", "id")
        return format_html_join(
            mark_safe("<br>"), "{:%Y-%m-%d %H:%M} UTC: {} by {}{}", ((s.at, s.get_action_display(), s.by, f": {s.note}" if s.note else "") for s in steps)
        )

    def do_view(self, request: HttpRequest) -> HttpResponse:
        """Accept, reject, open again, take or give back what was ticked."""
        return self._done(request, lambda: self._act(request))

    def undo_view(self, request: HttpRequest, batch: uuid.UUID) -> HttpResponse:
        """Take a batch back."""

        def undo() -> str:
            count = reviews_undo(batch=batch, by=request.user)
            messages.success(request, f"Undone: {count} as before.")
            return ""

        return self._done(request, undo)

    def filter_view(self, request: HttpRequest) -> HttpResponse:
        """Keep the present view under a name."""

        def keep() -> str:
            kept = filter_save(person=request.user, name=request.POST.get("name", ""), query=request.POST.get("query", ""))
            messages.success(request, f"Kept as “{kept.name}”.")
            return ""

        return self._done(request, keep)

    def _act(self, request: HttpRequest) -> str:
        """Do what the form asks for and return the batch that can be undone, or nothing."""
        ids = [uuid.UUID(value) for value in request.POST.getlist("review") if _is_id(value)]
        action = request.POST.get("action", "")
        if action in ("take", "release"):
            count = reviews_take(ids=ids, by=request.user) if action == "take" else reviews_release(ids=ids, by=request.user)
            messages.success(request, f"{count} {'taken for half an hour' if action == 'take' else 'given back'}.")
            return ""
        if action not in ("accept", "reject", "reopen"):
            raise ReviewError("Choose what to do: accept, reject, open again, take or give back.")
        seen = {pk: request.POST.get(f"seen-{pk}", "") for pk in ids}
        batch = reviews_decide(ids=ids, action=action, by=request.user, note=request.POST.get("note", ""), seen=seen)
        done = ReviewStep.objects.filter(batch=batch).count()
        messages.success(request, f"{done} {ReviewStep.Action(action).label}.")
        return str(batch) if done else ""

    def _done(self, request: HttpRequest, do: Callable[[], str]) -> HttpResponse:
        """Do something, say what became of it, and go back to the view of the queue that it came from."""
        if request.method != "POST":
            raise PermissionDenied
        batch = ""
        try:
            batch = do()
        except NotAReviewerError as error:
            raise PermissionDenied(str(error)) from None
        except ReviewError as error:
            messages.error(request, str(error))
        query = request.POST.get("query", "")
        query = "&".join(part for part in (query, f"undo={batch}" if batch else "") if part)
        return HttpResponseRedirect(reverse("admin:feedback_review_changelist") + (f"?{query}" if query else ""))


@admin.register(PolicyVersion)
class PolicyVersionAdmin(ReadOnlyAdmin):
    """Policies: what speaks for each, and who signed it."""

    list_display = ("number", "status", "votes", "trained_until", "live_since", "signed_by", "reason")
    list_filter = ("status",)
    list_select_related = ("signed_by",)
    ordering = ("-number",)

    def get_urls(self) -> list[Any]:
        """Add what is done with a policy."""
        own = path("<uuid:pk>/do/", self.admin_site.admin_view(self.do_view), name="feedback_policyversion_do")
        return [own, *super().get_urls()]

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Show a policy: the log's evidence with its intervals, and what it prefers where."""
        if not self.has_view_permission(request) or request.method == "POST":
            raise PermissionDenied
        version = self.get_object(request, object_id)
        if version is None:
            raise Http404
        person: Any = request.user
        evidence = json.loads(version.evidence)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Policy {version.number}",
            "version": version,
            "evidence": evidence,
            "estimates": [Bar(label, **evidence[name]) for name, label in ESTIMATES if name in evidence],
            "preferences": preferences_of(version),
            "may_promote": person.has_perm(PROMOTE),
            "live": live_policy()[0],
        }
        return TemplateResponse(request, "reviewing/policy.html", context)

    def do_view(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Judge a policy by the log, promote it, or take the live one back."""
        if request.method != "POST" or not self.has_view_permission(request):
            raise PermissionDenied
        version = get_object_or_404(PolicyVersion, pk=pk)
        action, reason = request.POST.get("action"), request.POST.get("reason", "")
        try:
            if action == "evaluate":
                policy_evaluate(version=version)
                messages.success(request, "Judged by the log as it is now.")
            elif action == "promote":
                policy_promote(version=version, by=request.user, reason=reason)
                messages.success(request, f"Policy {version.number} is live.")
            elif action == "back":
                now = policy_back(by=request.user, reason=reason)
                messages.success(request, f"Policy {now.number} is live again." if now else "Suggestions come from the cold start again.")
        except PolicyError as error:
            messages.error(request, str(error))
        return HttpResponseRedirect(reverse("admin:feedback_policyversion_change", args=[pk]))


@admin.register(Suggestion)
class SuggestionAdmin(ReadOnlyAdmin):
    """Designs that were shown."""

    list_display = ("created_at", "city", "building_use", "strategy", "probability", "policy", "request_id")
    list_filter = ("city", "building_use")
    list_select_related = ("policy",)
    ordering = ("-created_at",)
    search_fields = ("request_id__exact", "trace_id__exact")
    large_fields = ("available",)


ESTIMATES = (
    ("doubly_robust", "Candidate, doubly robust"), ("snips", "Candidate, self-normalised"), ("ips", "Candidate, inverse propensity"),
    ("present", "Live policy, doubly robust"), ("gain", "Gain over the live policy"),
)  # fmt: skip
CHART_PX = 400


@dataclass(frozen=True, slots=True)
class Bar:
    """An estimate in a chart from -1 to 1."""

    label: str
    mean: float
    low: float
    high: float

    @property
    def x(self) -> tuple[int, int, int]:
        """Return where its low end, its mean and its high end are, in pixels."""
        left, middle, right = (round((min(1.0, max(-1.0, value)) + 1) / 2 * CHART_PX) for value in (self.low, self.mean, self.high))
        return left, middle, right


def _is_id(value: str) -> bool:
    try:
        uuid.UUID(value)
    except ValueError:
        return False
    return True
