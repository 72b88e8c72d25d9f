"""Events in the admin, to read: they are written with the record that they report."""

from __future__ import annotations

from django.contrib import admin

from telemetry.models import Event
from telemetry.read_only import ReadOnlyAdmin


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """Telemetry events."""

    list_display = ("event_type", "run_id", "trace_id", "timestamp", "delivered_at")
    list_filter = ("event_type",)
    search_fields = ("trace_id__exact",)
    id_fields = ("run_id",)
    large_fields = ("payload",)
