"""Who may use the API: nobody, unless a token says who or the installation says that anybody may."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.urls import get_resolver
from knox.models import get_token_model
from rest_framework.test import APIClient

from promptrunner.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def api_paths():
    inner = next(entry for entry in get_resolver().url_patterns if str(entry.pattern) == "api/v1/")
    return [f"/api/v1/{entry.pattern}".replace("<uuid:pk>", "0b0e7a52-4a7c-4f0e-9a55-000000000001") for entry in inner.url_patterns]


def token_of(user: User) -> str:
    return get_token_model().objects.create(user)[1]


def test_every_route_of_the_api_is_closed_by_default():
    client = APIClient()
    answers = {
        (method, path): client.generic(method, path, "{}", content_type="application/json").status_code for path in api_paths() for method in ("GET", "POST")
    }
    assert answers
    assert set(answers.values()) == {401}, answers


def test_every_route_of_the_api_opens_with_a_token():
    client = APIClient(headers={"Authorization": f"Token {token_of(UserFactory.create())}"})
    assert 401 not in [client.get(path).status_code for path in api_paths()]


def test_debug_opens_nothing(settings):
    settings.DEBUG = True
    assert APIClient().get("/api/v1/cities/").status_code == 401


def test_anonymous_use_has_to_be_said(settings):
    settings.ALLOW_ANONYMOUS = True
    assert APIClient().get("/api/v1/cities/").status_code == 200


def test_a_person_who_is_switched_off_is_out():
    user = UserFactory.create()
    client = APIClient(headers={"Authorization": f"Token {token_of(user)}"})
    user.is_active = False
    user.save()
    assert client.get("/api/v1/cities/").status_code == 401


def test_the_database_keeps_only_the_hash_of_a_token(capsys):
    call_command("create_token", "architect")
    token = capsys.readouterr().out.strip()
    stored = get_token_model().objects.get()
    assert len(token) == 64
    assert token not in (stored.digest, stored.token_key)
    assert stored.user.username == "architect"
    assert not stored.user.has_usable_password()


def test_a_second_token_of_the_same_user_leaves_the_first_alone(capsys):
    call_command("create_token", "architect")
    first = capsys.readouterr().out.strip()
    call_command("create_token", "architect")
    assert APIClient(headers={"Authorization": f"Token {first}"}).get("/api/v1/cities/").status_code == 200
    assert (User.objects.count(), get_token_model().objects.count()) == (1, 2)


def test_a_token_belongs_to_somebody():
    with pytest.raises(CommandError, match="Name the user"):
        call_command("create_token", " ")


def test_the_page_and_the_document_of_the_api_are_open(client):
    assert client.get("/docs").status_code == client.get("/openapi.json").status_code == 200


def test_each_token_has_idempotency_keys_of_its_own():
    user = UserFactory.create()
    statuses = [
        APIClient(headers={"Authorization": f"Token {token}"})
        .post("/api/v1/runs/", {"city": city}, format="json", headers={"Idempotency-Key": "k"})
        .status_code
        for token, city in ((token_of(user), "Pune"), (token_of(user), "Nashik"))
    ]
    assert statuses == [201, 201]
