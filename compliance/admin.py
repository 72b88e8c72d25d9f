"""Regulations and runs in the admin, to read; editing the law comes with its review and publishing."""

from __future__ import annotations

from django.contrib import admin

from compliance.models import City, Rule, Rulebook, RulebookRelease, Run
from telemetry.read_only import ReadOnlyAdmin


@admin.register(City)
class CityAdmin(ReadOnlyAdmin):
    """Cities."""

    list_display = ("name",)


@admin.register(Rulebook)
class RulebookAdmin(ReadOnlyAdmin):
    """Rulebooks."""

    list_display = ("name", "title")
    search_fields = ("name", "title")


@admin.register(RulebookRelease)
class RulebookReleaseAdmin(ReadOnlyAdmin):
    """Releases."""

    list_display = ("rulebook", "edition", "status", "published_at", "sha256")
    list_filter = ("status",)
    list_select_related = ("rulebook",)
    search_fields = ("sha256__startswith", "rulebook__name")
    large_fields = ("content",)


@admin.register(Rule)
class RuleAdmin(ReadOnlyAdmin):
    """Clauses."""

    list_display = ("clause_id", "clause_no", "title", "category", "verification", "release")
    list_filter = ("category", "verification")
    list_select_related = ("release__rulebook",)
    search_fields = ("clause_id", "clause_no", "title")
    large_fields = ("content", "release__content")


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    """Runs."""

    list_display = ("id", "status", "city", "as_of", "created_at")
    list_filter = ("status", "city")
    # Whole ids, which have indexes: searching inside them would read every run.
    search_fields = ("trace_id__exact", "session_id__exact", "external_id__exact")
    search_help_text = "A run's id, or a whole trace, session or external id."
    large_fields = ("prompt", "spec", "verdict")
