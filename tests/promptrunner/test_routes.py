"""Every route of the product, with who may call it: a route that nobody classified fails."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient

from promptrunner.models import SCOPES
from promptrunner.roles import ROLES
from promptrunner.tokens import token_create
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
METHODS = ("GET", "POST", "DELETE")

# Route -> method -> who may: "everybody", or a scope. A route with a star is one of the frozen surfaces, open to trusted networks.
OPEN = {"GET": "everybody"}
ROUTES: dict[str, dict[str, str]] = {
    "": OPEN,
    "docs": OPEN,
    "openapi.json": OPEN,
    "system/live": OPEN,
    "system/ready": OPEN,
    "system/health": OPEN,
    "system/ping": OPEN,
    "system/version": OPEN,
    "creatorcore/health": OPEN,
    "health": OPEN,
    "api/v1/runs/": {"GET": "run", "POST": "run"},
    "api/v1/runs/<uuid:pk>/": {"GET": "run"},
    "api/v1/runs/<uuid:pk>/disputes/": {"GET": "run", "POST": "feedback"},
    "api/v1/runs/<uuid:pk>/remedies/": {"GET": "run"},
    "api/v1/runs/<uuid:pk>/envelope/": {"GET": "run"},
    "api/v1/runs/<uuid:pk>/massing/": {"GET": "run"},
    "api/v1/runs/<uuid:pk>/report.pdf": {"GET": "run"},
    "api/v1/runs/<uuid:pk>/<str:file>": {"GET": "run"},
    "api/v1/batches/": {"GET": "run", "POST": "run"},
    "api/v1/batches/<uuid:pk>/": {"GET": "run", "DELETE": "run"},
    "api/v1/batches/<uuid:pk>/results/": {"GET": "run"},
    "api/v1/feedback/": {"GET": "operate", "POST": "feedback"},
    "api/v1/feedback/<uuid:pk>/": {"GET": "operate"},
    "api/v1/suggestions/": {"POST": "run"},
    "api/v1/policy/stats": {"GET": "run"},
    "api/v1/read/": {"POST": "run"},
    "api/v1/envelope/": {"POST": "run"},
    "api/v1/remedies/": {"POST": "run"},
    "api/v1/compare/": {"POST": "run"},
    "api/v1/cities/": {"GET": "run"},
    "api/v1/cities/<str:city>/coverage/": {"GET": "run"},
    "api/v1/rulebooks/": {"GET": "run"},
    "api/v1/rulebooks/compare/": {"GET": "run"},
    "api/v1/rules/": {"GET": "run"},
    "api/v1/events/": {"GET": "operate"},
    "api/v1/events/<uuid:pk>/": {"GET": "operate"},
    "*orchestrate/run": {"POST": "run"},
    "*core/log": {"POST": "run"},
    "*core/feedback": {"POST": "feedback"},
    "*core/context": {"GET": "run"},
    "*core/status": {"GET": "run"},
    "*api/mcp/": {"GET": "run"},
    "*api/mcp/save_rule": {"POST": "rules"},
    "*api/mcp/list_rules": {"GET": "run"},
    "*api/mcp/delete_rule/<str:rule_id>": {"DELETE": "rules"},
    "*api/mcp/geometry": {"POST": "run"},
    "*api/mcp/geometry/<str:case_id>": {"GET": "run"},
    "*api/mcp/feedback": {"POST": "feedback"},
    "*api/mcp/feedback/<str:case_id>": {"GET": "feedback"},
    "*api/mcp/creator_feedback": {"POST": "feedback"},
    "*api/mcp/creator_feedback/session/<str:session_id>": {"GET": "feedback"},
    "*api/mcp/creator_feedback/city/<str:city>": {"GET": "feedback"},
    "*api/mcp/upload_parsed_pdf": {"POST": "run"},
    "*api/mcp/output_summary": {"POST": "run"},
    "*api/mcp/output_summary/<str:city>": {"GET": "run"},
    "*api/mcp/output_explained/<str:city>": {"GET": "run"},
    "*api/compliance/check": {"POST": "run"},
    "*api/rules/<str:city>": {"GET": "run"},
}
PERSONS = {"run": set(ROLES) | {"nobody"}, "feedback": set(ROLES) | {"nobody"}, "rules": {"Rule curator"}, "operate": {"Operator"}}
"""Scope -> the roles whose people may, logged in; "nobody" has no role."""


def served(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            # The admin and the pages ask for a log-in and for permissions: test_admin.py, curating/test_pages.py, test_pages.py
            if path != "admin/" and pattern.app_name != "pages":
                yield from served(pattern.url_patterns, path)
        else:
            yield path


def address(route: str) -> str:
    return "/" + re.sub(
        r"<str:city>", "Pune", re.sub(r"<uuid:\w+>", "0b0e7a52-4a7c-4f0e-9a55-000000000001", re.sub(r"<str:(?!city)\w+>", "x", route.lstrip("*")))
    )


def statuses(client: APIClient, **extra: Any) -> dict[tuple[str, str], int]:
    return {
        (route, method): client.generic(method, address(route), "{}", content_type="application/json", **extra).status_code
        for route, methods in ROUTES.items()
        for method in methods
    }


def test_every_route_is_classified():
    assert {route.lstrip("*") for route in ROUTES} == set(served(get_resolver().url_patterns))


def test_a_method_that_is_not_classified_is_not_served(settings):
    settings.ALLOW_ANONYMOUS = True
    client = APIClient()
    for route, methods in ROUTES.items():
        for method in set(METHODS) - set(methods):
            assert client.generic(method, address(route), "{}", content_type="application/json").status_code == 405, (route, method)


def test_closed_as_installed_and_open_where_the_installation_says_so(settings):
    for (route, method), status in statuses(APIClient()).items():
        assert (status == 401) == (ROUTES[route][method] != "everybody"), (route, method, status)
    settings.ALLOW_ANONYMOUS = True
    assert {401, 403}.isdisjoint(statuses(APIClient()).values())


@pytest.mark.parametrize("scope", SCOPES)
def test_a_token_reaches_what_its_scope_says(scope):
    _, text = token_create(user=UserFactory.create(), scopes=[scope])
    for (route, method), status in statuses(APIClient(headers={"Authorization": f"Token {text}"})).items():
        assert (status == 403) == (ROUTES[route][method] not in ("everybody", scope)), (route, method, status)


@pytest.mark.parametrize("role", [*ROLES, "nobody"])
def test_a_person_who_is_logged_in_reaches_what_their_role_says(role):
    person = UserFactory.create()
    if role != "nobody":
        person.groups.add(Group.objects.get(name=role))
    client = APIClient()
    client.force_login(person)
    for (route, method), status in statuses(client).items():
        wanted = ROUTES[route][method]
        assert (status == 403) == (wanted != "everybody" and role not in PERSONS[wanted]), (route, method, status)


def test_a_trusted_network_reaches_the_frozen_routes_only(settings):
    settings.TRUSTED_CLIENTS = [ipaddress.ip_network("10.0.0.0/8")]
    for (route, method), status in statuses(APIClient(), REMOTE_ADDR="10.1.1.1").items():
        assert (status == 401) == (not route.startswith("*") and ROUTES[route][method] != "everybody"), (route, method, status)
