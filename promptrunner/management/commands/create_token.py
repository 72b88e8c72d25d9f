"""`manage.py create_token <username>`: an API token, shown once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from knox.models import get_token_model

from promptrunner.models import User


class Command(BaseCommand):
    """Make an API token for a user; only its hash is stored."""

    help = "Make an API token for a user (made where there is none) and print it once."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make and print the token."""
        name = options["username"]
        if not name.strip():
            raise CommandError("Name the user that the token is for.")
        user, created = User.objects.get_or_create(username=name)
        if created:
            user.set_unusable_password()
            user.save(update_fields=["password"])
        _, token = get_token_model().objects.create(user)
        self.stderr.write(f"Token of {name} (shown only now; send it as `Authorization: Token ...`):")
        self.stdout.write(token)
