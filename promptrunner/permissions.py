"""Who may use the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from rest_framework.permissions import BasePermission

if TYPE_CHECKING:  # REST framework imports this module while its own views are still being made
    from rest_framework.request import Request
    from rest_framework.views import APIView


class TokenOrAnonymousInstallation(BasePermission):
    """Denied by default: a token or a log-in is needed, unless the installation says that it allows anonymous use."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Return whether the caller is known or need not be."""
        return bool(settings.ALLOW_ANONYMOUS or request.user.is_authenticated)
