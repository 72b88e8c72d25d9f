"""`manage.py revoke_token KEY ...`: take API tokens back."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from promptrunner.models import ApiToken
from promptrunner.tokens import token_revoke


class Command(BaseCommand):
    """Revoke tokens by their first digits, as list_tokens prints them."""

    help = "Revoke API tokens: revoke_token KEY ... (see list_tokens)"

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("keys", nargs="+", metavar="KEY")

    def handle(self, *args: Any, **options: Any) -> None:
        """Revoke them, all or none."""
        found = {token.token_key: token for token in ApiToken.objects.filter(token_key__in=options["keys"])}
        unknown = [key for key in options["keys"] if key not in found]
        if unknown:
            raise CommandError(f"There is no token {', '.join(unknown)}; manage.py list_tokens lists them. Nothing was revoked.")
        for token in found.values():
            token_revoke(token=token)
            self.stdout.write(f"{token.token_key} revoked.")
