"""`manage.py create_token NAME --scope run ...`: an API token, shown once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from promptrunner.models import SCOPES, User
from promptrunner.tokens import token_create


class Command(BaseCommand):
    """Make an API token for a user; only its hash is stored."""

    help = "Make an API token for a user (made where there is none) and print it once."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("username")
        words = "; ".join(f"{name}: {says}" for name, says in SCOPES.items())
        parser.add_argument(
            "--scope",
            action="append",
            choices=list(SCOPES),
            default=[],
            help=f"what it may do, may be repeated; run and feedback where none is named ({words})",
        )
        parser.add_argument("--name", default="", help="what it is for")
        parser.add_argument("--days", type=int, help="how long it holds; until it is revoked where not given")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make and print the token."""
        name, days = options["username"], options["days"]
        if not name.strip():
            raise CommandError("Name the user that the token is for.")
        if days is not None and days < 1:
            raise CommandError("A token holds for one day or more.")
        user, created = User.objects.get_or_create(username=name)
        if created:
            user.set_unusable_password()
            user.save(update_fields=["password"])
        scopes = options["scope"] or ["run", "feedback"]
        token, text = token_create(user=user, scopes=scopes, name=options["name"], days=days)
        until = f", until {token.expiry:%Y-%m-%d}" if token.expiry else ""
        self.stderr.write(f"Token {token.token_key} of {name} for {', '.join(scopes)}{until} (shown only now; send it as `Authorization: Token ...`):")
        self.stdout.write(text)
