"""`manage.py promote_policy NUMBER --by PERSON --reason WHY`, and `--back`."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from feedback.policies import PolicyError, policy_back, policy_promote
from promptrunner.management.commands.evaluate_policy import version_numbered


class Command(BaseCommand):
    """Make a candidate live, or take the live one back. Exit 0 done, 1 refused, 2 wrong use."""

    help = "Promote a policy: promote_policy NUMBER --by PERSON --reason WHY; take the live one back: promote_policy --back --by PERSON --reason WHY"

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("number", nargs="?", type=int)
        parser.add_argument("--back", action="store_true", help="take the live policy back: the one before it is live again")
        parser.add_argument("--by", required=True, metavar="PERSON", help="who signs: the name of a user with the role")
        parser.add_argument("--reason", required=True, help="kept with the policy")

    def handle(self, *args: Any, **options: Any) -> None:
        """Promote, or take back."""
        if (options["number"] is None) != options["back"]:
            raise CommandError("Give a policy's number, or --back.", returncode=2)
        person = get_user_model().objects.filter(username=options["by"]).first()
        if person is None:
            raise CommandError(f"There is no user '{options['by']}'.", returncode=2)
        try:
            if options["back"]:
                now = policy_back(by=person, reason=options["reason"])
                self.stdout.write(f"Policy {now.number} is live again." if now else "Suggestions come from the cold start again.")
                return
            version = version_numbered(options["number"])
            policy_promote(version=version, by=person, reason=options["reason"])
        except PolicyError as error:
            raise CommandError(str(error), returncode=1) from None
        self.stdout.write(f"Policy {version.number} is live, signed by {person}.")
