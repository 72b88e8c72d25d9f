"""Permissions on MongoDB, without joining permissions to their content types: those are few, and Django keeps them in memory."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet


class JoinlessBackend(ModelBackend):
    """Logs people in as Django does, and reads their permissions one collection at a time (docs/databases.md says why)."""

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """Return the permissions given to a person, as "app.codename"."""
        return self._named(user_obj, obj, "_joinless_user", lambda: user_obj.user_permissions.all())

    def get_group_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """Return the permissions of a person's roles, as "app.codename"."""
        return self._named(user_obj, obj, "_joinless_group", lambda: Permission.objects.filter(group__in=list(user_obj.groups.values_list("pk", flat=True))))

    def _named(self, user_obj: Any, obj: Any, kept: str, find: Any) -> set[str]:
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        if not hasattr(user_obj, kept):
            permissions: QuerySet[Permission] = Permission.objects.all() if user_obj.is_superuser else find()
            pairs = permissions.order_by().values_list("content_type_id", "codename")
            setattr(user_obj, kept, {f"{ContentType.objects.get_for_id(kind).app_label}.{name}" for kind, name in pairs})
        found: set[str] = getattr(user_obj, kept)
        return found
