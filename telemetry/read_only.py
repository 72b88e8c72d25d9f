"""Records in the admin that nobody changes by hand."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin


class ReadOnlyAdmin(ModelAdmin):
    """Lists, finds and shows records; every write is a service's."""

    show_full_result_count = False
    id_fields: tuple[str, ...] = ()
    """UUID fields in which the search looks for a whole id: MongoDB knows no pattern search in them."""
    large_fields: tuple[str, ...] = ()
    """Texts that are loaded only where one record is shown."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the records, their large texts left for later."""
        found: QuerySet[Any] = super().get_queryset(request)
        return found.defer(*self.large_fields)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> tuple[QuerySet[Any], bool]:
        """Return the records found in the search fields, and those with the id that was typed."""
        found, duplicates = super().get_search_results(request, queryset, search_term)
        try:
            wanted = uuid.UUID(search_term.strip())
        except ValueError:
            return found, duplicates
        by_id = Q(pk=wanted)
        for name in self.id_fields:
            by_id |= Q(**{name: wanted})
        return found | queryset.filter(by_id), duplicates

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False
