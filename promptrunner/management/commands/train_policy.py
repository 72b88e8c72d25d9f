"""`manage.py train_policy`: the next candidate, out of the feedback that reviewers accepted."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from feedback.policies import PolicyError, policy_train
from promptrunner.suggesting import strategy_of_run


class Command(BaseCommand):
    """Train a candidate; what is live stays live. Exit 0 trained, 1 nothing to train on."""

    help = "Train the next policy on accepted feedback: train_policy; then evaluate_policy, promote_policy"

    def handle(self, *args: Any, **options: Any) -> None:
        """Train."""
        try:
            version = policy_train(strategy_of_run=strategy_of_run)
        except PolicyError as error:
            raise CommandError(str(error), returncode=1) from None
        self.stdout.write(f"Policy {version.number} is a candidate: {version.votes} votes, digest {version.digest[:12]}.")
