"""Models of cases in the admin, to read."""

from __future__ import annotations

from django.contrib import admin
from django.utils.html import format_html

from geometry.models import GeometryModel, PlotOutline
from telemetry.read_only import ReadOnlyAdmin


@admin.register(GeometryModel)
class GeometryModelAdmin(ReadOnlyAdmin):
    """Models."""

    list_display = ("created_at", "case_id", "origin", "format", "path", "size", "run_id")
    list_filter = ("origin", "format")
    ordering = ("-created_at",)
    search_fields = ("case_id__exact", "trace_id__exact")
    id_fields = ("run_id",)
    large_fields = ("metadata", "figures")
    readonly_fields = ("preview",)

    @admin.display(description="preview")
    def preview(self, model: GeometryModel) -> str:
        """Return the picture of the model's run."""
        if model.run_id is None:
            return "-"
        return format_html('<img src="/api/v1/runs/{}/thumbnail.png" width="480" height="360" alt="The building on its plot" loading="lazy">', model.run_id)


@admin.register(PlotOutline)
class PlotOutlineAdmin(ReadOnlyAdmin):
    """Plots that were sent as polygons."""

    list_display = ("created_at", "run_id")
    ordering = ("-created_at",)
    id_fields = ("run_id",)
