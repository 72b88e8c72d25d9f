"""Feedback in the admin, to read."""

from __future__ import annotations

from django.contrib import admin

from feedback.models import Feedback
from telemetry.read_only import ReadOnlyAdmin


@admin.register(Feedback)
class FeedbackAdmin(ReadOnlyAdmin):
    """Feedback as it was sent."""

    list_display = ("created_at", "vote", "route", "session_id", "city", "voter", "run_id")
    list_filter = ("vote", "route", "city")
    list_select_related = ("voter",)
    ordering = ("-created_at",)
    search_fields = ("session_id__exact", "trace_id__exact")
    id_fields = ("run_id",)
    large_fields = ("prompt", "output", "metadata")
