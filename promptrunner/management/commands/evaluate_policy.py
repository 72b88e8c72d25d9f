"""`manage.py evaluate_policy [NUMBER]`: what the log says of a candidate."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from feedback.models import PolicyVersion
from feedback.policies import PolicyError, policy_evaluate


def version_numbered(number: int | None) -> PolicyVersion:
    """Return a version by its number, else the newest.

    Raises:
        CommandError: there is none.
    """
    versions = PolicyVersion.objects.order_by("-number")
    version = versions.filter(number=number).first() if number is not None else versions.first()
    if version is None:
        raise CommandError(f"There is no policy {number}." if number is not None else "There is no policy yet; manage.py train_policy makes one.", returncode=2)
    return version


class Command(BaseCommand):
    """Print estimates of the mean vote with intervals of 95 %. Exit 0 nothing speaks against it, 1 something does, 2 wrong use."""

    help = "Judge a policy by the log of suggestions: evaluate_policy [NUMBER] (the newest where none is given)"

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("number", nargs="?", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        """Evaluate and print."""
        version = version_numbered(options["number"])
        try:
            evidence = policy_evaluate(version=version)
        except PolicyError as error:
            raise CommandError(str(error), returncode=1) from None
        self.stdout.write(
            f"Policy {version.number} by {evidence.votes} votes on suggestions ({evidence.effective:.0f} effective, largest weight {evidence.largest_weight:.1f}):"
        )
        for name, label in (
            ("ips", "inverse propensity"), ("snips", "self-normalised"), ("doubly_robust", "doubly robust"), ("present", "the live policy"), ("gain", "gain over it"),
        ):  # fmt: skip
            estimate = getattr(evidence, name)
            self.stdout.write(f"  {label:20} {estimate.mean:+.3f}  ({estimate.low:+.3f} to {estimate.high:+.3f})")
        for sentence in evidence.against:
            self.stdout.write(sentence)
        if evidence.against:
            sys.exit(1)
