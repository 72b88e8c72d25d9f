"""Regulations and runs in the admin, to read; editing the law comes with its review and publishing."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from compliance.models import City, Rulebook, RulebookRelease, Rule, Run


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """Records that nobody changes by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False


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


@admin.register(Rule)
class RuleAdmin(ReadOnlyAdmin):
    """Clauses."""

    list_display = ("clause_id", "clause_no", "title", "category", "verification", "release")
    list_filter = ("category", "verification")
    list_select_related = ("release__rulebook",)
    search_fields = ("clause_id", "clause_no", "title")


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    """Runs."""

    list_display = ("id", "status", "city", "as_of", "created_at")
    list_filter = ("status", "city")
    search_fields = ("id", "trace_id", "session_id", "external_id")
    show_full_result_count = False
