"""Who may use the API: nobody, unless a token says who or the installation says that anybody may."""

from __future__ import annotations

import datetime
import ipaddress

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from rest_framework.test import APIClient

from promptrunner.models import SCOPES, ApiToken, User
from promptrunner.tokens import token_create
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
RUN = {"city": "Pune"}


def client_with(token: str) -> APIClient:
    return APIClient(headers={"Authorization": f"Token {token}"})


def token_of(user: User, *scopes: str) -> str:
    return token_create(user=user, scopes=scopes or SCOPES)[1]


def test_debug_opens_nothing(settings):
    settings.DEBUG = True
    assert APIClient().get("/api/v1/cities/").status_code == 401


def test_anonymous_use_has_to_be_said(settings):
    settings.ALLOW_ANONYMOUS = True
    assert APIClient().get("/api/v1/cities/").status_code == 200


def test_without_a_token_it_says_how_to_get_one():
    answer = APIClient().get("/api/v1/cities/")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Token")
    assert "manage.py create_token" in answer.json()["detail"]


def test_a_token_may_do_what_its_scopes_say_and_is_told_which_one_is_missing():
    client = client_with(token_of(UserFactory.create(), "run"))
    assert client.post("/api/v1/runs/", RUN, format="json").status_code == 201
    refused = client.post("/core/feedback", {"session_id": "session-0001", "feedback": 1}, format="json")
    assert refused.status_code == 403
    assert "does not have the scope 'feedback'" in refused.json()["error"]["message"]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"expiry": datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)}, "expired on 2026-01-02"),
        ({"revoked_at": datetime.datetime(2026, 1, 3, tzinfo=datetime.UTC)}, "revoked on 2026-01-03"),
    ],
)
def test_a_token_that_holds_no_longer_says_so(fields, says):
    text = token_of(UserFactory.create())
    ApiToken.objects.update(**fields)
    answer = client_with(text).get("/api/v1/cities/")
    assert answer.status_code == 401
    assert says in answer.json()["detail"]
    assert ApiToken.objects.exists()


@pytest.mark.parametrize("text", ["nonsense", "é" * 64, "0" * 64, "a b"])
def test_what_is_no_token_is_refused(text):
    assert APIClient().get("/api/v1/cities/", HTTP_AUTHORIZATION=f"Token {text}".encode()).status_code == 401


def test_a_person_who_is_switched_off_is_out():
    user = UserFactory.create()
    client = client_with(token_of(user))
    user.is_active = False
    user.save()
    assert client.get("/api/v1/cities/").status_code == 401


def test_the_last_use_of_a_token_is_noted_once_a_minute(django_assert_num_queries):
    client = client_with(token_of(UserFactory.create()))
    client.get("/api/v1/cities/")
    noted = ApiToken.objects.get().last_used
    assert timezone.now() - noted < datetime.timedelta(minutes=1)
    client.get("/api/v1/cities/")
    assert ApiToken.objects.get().last_used == noted


def test_the_database_keeps_only_the_hash_of_a_token(capsys):
    call_command("create_token", "architect", "--scope", "run", "--days", "30", "--name", "the office")
    token = capsys.readouterr().out.strip()
    stored = ApiToken.objects.get()
    assert len(token) == 64
    assert token not in (stored.digest, stored.token_key)
    assert (stored.user.username, stored.scopes, stored.name) == ("architect", ["run"], "the office")
    assert datetime.timedelta(days=29) < stored.expiry - timezone.now() <= datetime.timedelta(days=30)
    assert not stored.user.has_usable_password()


def test_tokens_are_listed_and_revoked_by_command(capsys):
    call_command("create_token", "architect")
    token = capsys.readouterr().out.strip()
    key = ApiToken.objects.get().token_key
    with pytest.raises(CommandError, match="Nothing was revoked"):
        call_command("revoke_token", key, "unknown")
    assert client_with(token).get("/api/v1/cities/").status_code == 200
    call_command("revoke_token", key)
    assert client_with(token).get("/api/v1/cities/").status_code == 401
    call_command("list_tokens")
    listed = capsys.readouterr().out
    assert f"{key}  architect  run,feedback  revoked" in listed
    assert token not in listed


def test_a_token_belongs_to_somebody_and_holds_for_a_day_or_more():
    with pytest.raises(CommandError, match="Name the user"):
        call_command("create_token", " ")
    with pytest.raises(CommandError, match="one day or more"):
        call_command("create_token", "architect", "--days", "0")


def test_a_token_made_in_the_admin_is_shown_once(client):
    admin = User.objects.create_superuser("admin", password="pw")
    client.force_login(admin)
    page = client.post("/admin/promptrunner/apitoken/add/", {"user": admin.pk, "name": "mine", "scopes": ["run"], "days": "7"}, follow=True)
    shown = page.content.decode().split("The token, shown only now: ")[1][:64]
    assert client_with(shown).get("/api/v1/cities/").status_code == 200
    assert shown not in client.get("/admin/promptrunner/apitoken/").content.decode()
    client.post("/admin/promptrunner/apitoken/", {"action": "revoke", "_selected_action": [ApiToken.objects.get().pk]})
    assert client_with(shown).get("/api/v1/cities/").status_code == 401


def test_the_page_and_the_document_of_the_api_are_open(client):
    assert client.get("/docs").status_code == client.get("/openapi.json").status_code == 200


def test_each_token_has_idempotency_keys_of_its_own():
    user = UserFactory.create()
    statuses = [
        client_with(token).post("/api/v1/runs/", {"city": city}, format="json", headers={"Idempotency-Key": "k"}).status_code
        for token, city in ((token_of(user), "Pune"), (token_of(user), "Nashik"))
    ]
    assert statuses == [201, 201]


@pytest.mark.parametrize(
    ("address", "path", "status"),
    [
        ("10.1.2.3", "/core/status", 200),
        ("::ffff:10.1.2.3", "/core/status", 200),
        ("192.168.1.1", "/core/status", 401),
        ("10.1.2.3", "/api/v1/cities/", 401),  # only the frozen routes take calls without a token
    ],
)
def test_a_trusted_network_reaches_the_frozen_routes_without_a_token(settings, address, path, status):
    settings.TRUSTED_CLIENTS = [ipaddress.ip_network("10.0.0.0/8")]
    assert APIClient().get(path, REMOTE_ADDR=address).status_code == status


def test_a_header_does_not_make_a_caller_trusted(settings):
    settings.TRUSTED_CLIENTS = [ipaddress.ip_network("10.0.0.0/8")]
    assert APIClient().get("/core/status", REMOTE_ADDR="192.168.1.1", headers={"X-Forwarded-For": "10.1.2.3"}).status_code == 401


class TestRates:
    @pytest.fixture(autouse=True)
    def two_a_minute(self, settings):
        settings.RATES = {**settings.RATES, "run": 2}

    def test_beyond_the_rate_a_caller_is_told_when_to_come_back(self, settings):
        client = client_with(token_of(UserFactory.create()))
        answers = [client.get("/core/status") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[2].json()["error"]["code"] == "THROTTLED"
        assert 1 <= int(answers[2]["Retry-After"]) <= 61

    def test_one_callers_requests_are_not_anothers(self):
        one, other = (client_with(token_of(UserFactory.create())) for _ in range(2))
        assert [one.get("/core/status").status_code for _ in range(3)][-1] == 429
        assert other.get("/core/status").status_code == 200

    def test_a_cache_that_is_down_refuses_nobody(self, settings, monkeypatch):
        from django.core.cache import cache

        def down(*arguments, **named):
            raise ConnectionError("redis://secret@host")

        monkeypatch.setattr(cache, "add", down)
        client = client_with(token_of(UserFactory.create()))
        assert {client.get("/core/status").status_code for _ in range(4)} == {200}
