"""Models of cases in the admin, to read."""

from __future__ import annotations

from django.contrib import admin

from geometry.models import GeometryModel
from telemetry.read_only import ReadOnlyAdmin


@admin.register(GeometryModel)
class GeometryModelAdmin(ReadOnlyAdmin):
    """Models."""

    list_display = ("created_at", "case_id", "origin", "path", "size", "run_id")
    list_filter = ("origin",)
    ordering = ("-created_at",)
    search_fields = ("case_id__exact", "trace_id__exact")
    id_fields = ("run_id",)
    large_fields = ("metadata",)
