"""`manage.py list_tokens`: who has which API tokens."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from promptrunner.models import ApiToken


class Command(BaseCommand):
    """Print every token with its first digits, owner, scopes and days; the tokens themselves are not known."""

    help = "List the API tokens."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print them."""
        for token in sorted(ApiToken.objects.select_related("user"), key=lambda token: (token.user.get_username(), token.created)):
            state = f"revoked {token.revoked_at:%Y-%m-%d}" if token.revoked_at else f"until {token.expiry:%Y-%m-%d}" if token.expiry else "no end"
            used = f"last used {token.last_used:%Y-%m-%d}" if token.last_used else "never used"
            self.stdout.write(f"{token.token_key}  {token.user.get_username()}  {','.join(token.scopes)}  {state}  {used}  {token.name}".rstrip())
