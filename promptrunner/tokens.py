"""API tokens: made, found in a request, taken back. Only their hashes are stored."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from hmac import compare_digest
from typing import Any

from django.utils import timezone
from knox.auth import TokenAuthentication
from knox.crypto import hash_token
from knox.settings import CONSTANTS
from rest_framework import exceptions

from promptrunner.models import SCOPES, ApiToken, User

NOTED_AGAIN_AFTER = datetime.timedelta(minutes=1)
"""How often a token's use is written down: not at every request."""


class UnknownScopeError(ValueError):
    """A scope that is none; the message names those that are."""


def token_create(*, user: User, scopes: Iterable[str], name: str = "", days: int | None = None) -> tuple[ApiToken, str]:
    """Save and return a new token, with its text, which nobody can see again.

    Args:
        user: whose calls it makes.
        scopes: what it may do, of `SCOPES`.
        name: what it is for.
        days: how long it holds; None: until it is revoked.

    Raises:
        UnknownScopeError: a scope is none of `SCOPES`, or none was given.
    """
    wanted = list(dict.fromkeys(scopes))
    if not wanted or (unknown := [scope for scope in wanted if scope not in SCOPES]):
        raise UnknownScopeError(f"{'Name a scope' if not wanted else f'{unknown[0]!r} is no scope'}; the scopes are {', '.join(SCOPES)}.")
    token, text = ApiToken.objects.create(user, expiry=datetime.timedelta(days=days) if days else None, scopes=wanted, name=name)
    return token, text


def token_revoke(*, token: ApiToken) -> None:
    """Take a token back: it holds no longer. It stays listed, so that it can be seen who had which."""
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())


class ApiTokenAuthentication(TokenAuthentication):  # type: ignore[misc]
    """Finds the token of a request by its hash; says why one does not hold."""

    def authenticate_credentials(self, token: bytes) -> tuple[User, ApiToken]:
        """Return the token's user and the token."""
        try:
            text = token.decode()
            digest = hash_token(text)
        except (UnicodeDecodeError, ValueError, TypeError):
            raise exceptions.AuthenticationFailed("This is no API token.") from None
        known: Any = ApiToken.objects.filter(token_key=text[: CONSTANTS.TOKEN_KEY_LENGTH]).select_related("user")
        found: ApiToken | None = next((entry for entry in known if compare_digest(digest, entry.digest)), None)
        if found is None:
            raise exceptions.AuthenticationFailed("This API token is not known; ask for a new one (manage.py create_token).")
        now = timezone.now()
        if found.revoked_at is not None:
            raise exceptions.AuthenticationFailed(f"This API token was revoked on {found.revoked_at:%Y-%m-%d}; ask for a new one.")
        if found.expiry is not None and found.expiry < now:
            raise exceptions.AuthenticationFailed(f"This API token expired on {found.expiry:%Y-%m-%d}; ask for a new one.")
        if not found.user.is_active:
            raise exceptions.AuthenticationFailed("The user of this API token is switched off.")
        if found.last_used is None or now - found.last_used > NOTED_AGAIN_AFTER:
            ApiToken.objects.filter(pk=found.pk).update(last_used=now)
        return found.user, found
