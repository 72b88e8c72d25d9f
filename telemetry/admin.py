"""Events in the admin, to read."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from telemetry.models import Event


@admin.register(Event)
class EventAdmin(admin.ModelAdmin[Event]):
    """Telemetry events."""

    list_display = ("event_type", "run_id", "trace_id", "timestamp", "delivered_at")
    list_filter = ("event_type",)
    search_fields = ("trace_id", "run_id")
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: events are written with the record that they report."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False
