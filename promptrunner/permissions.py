"""Who may use the API: by token, by log-in, from a trusted network, or everybody where the installation says so."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from django.conf import settings
from rest_framework.permissions import BasePermission

if TYPE_CHECKING:  # REST framework imports this module while its own views are still being made
    from rest_framework.request import Request
    from rest_framework.views import APIView

PERSONS = {"run": "", "feedback": "", "rules": "compliance.curate_rulebookrelease", "operate": "telemetry.view_event"}
"""Scope -> the permission that a person who is logged in needs for it; empty: none."""


def scope_of(view: Any, method: str) -> str:
    """Return the scope that a view asks for with a method: its `scopes` by method, else its `scope`; empty where it declares none."""
    return str(getattr(view, "scopes", {}).get(method) or getattr(view, "scope", ""))


class Access(BasePermission):
    """Denied by default. A view declares its scope; one that does not is closed to everybody."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Return whether the caller may, and say which scope is missing where a token does not have it."""
        method = request.method or ""
        if not hasattr(view, method.lower()):
            return True  # it is answered with 405
        scope = scope_of(view, method)
        if not scope:
            return False
        if request.auth is not None:
            if scope in request.auth.scopes:  # type: ignore[union-attr]
                return True
            self.message = f"This token does not have the scope '{scope}'; make one that has it (manage.py create_token NAME --scope {scope})."
            return False
        if settings.ALLOW_ANONYMOUS or (getattr(view, "trusted_clients", False) and is_trusted(request.META.get("REMOTE_ADDR", ""))):
            return True
        permission = PERSONS[scope]
        return bool(request.user.is_authenticated and (not permission or request.user.has_perm(permission)))


def is_trusted(address: str) -> bool:
    """Return whether an address is in one of TRUSTED_CLIENTS. It is the one that the connection comes from; headers are not believed."""
    try:
        caller = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(caller, ipaddress.IPv6Address) and caller.ipv4_mapped:
        caller = caller.ipv4_mapped
    return any(caller in network for network in settings.TRUSTED_CLIENTS)
