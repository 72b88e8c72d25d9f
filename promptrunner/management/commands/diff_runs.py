"""`manage.py diff_runs FIRST SECOND`: what of the difference between two runs came from the engine, the rules, or the proposal."""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from compliance.differing import RunDifference, Step, differ
from compliance.models import Run
from compliance.rechecking import UnverifiableRunError
from compliance.vocabulary import FIELDS

CAUSES = {"engine": "From the engine", "rules": "From the rules", "reading": "From the reader", "proposal": "From the proposal"}


class Command(BaseCommand):
    """Compare two runs and say what each cause changed. Exit 0 the same, 1 different, 2 wrong use."""

    help = "Say what of the difference between two stored runs came from the proposal, the rules, or the engine."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("first", help="a run's id")
        parser.add_argument("second", help="another run's id")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare and print."""
        first, second = _run(options["first"]), _run(options["second"])
        try:
            found = differ(first, second)
        except UnverifiableRunError as error:
            raise CommandError(str(error), returncode=2) from None
        if options["json"]:
            self.stdout.write(json.dumps({"same": found.same, **asdict(found)}, ensure_ascii=False))
        else:
            for line in _lines(first, second, found):
                self.stdout.write(line)
        if not found.same:
            sys.exit(1)


def _run(text: str) -> Run:
    try:
        return Run.objects.select_related("release__rulebook").defer("release__content").get(pk=uuid.UUID(text))
    except (ValueError, Run.DoesNotExist):
        raise CommandError(f"There is no run '{text[:80]}'; give the id that evaluate or the API answered.", returncode=2) from None


def _lines(first: Run, second: Run, found: RunDifference) -> Iterator[str]:
    yield f"{first.pk}  {first.status}  {first.created_at:%Y-%m-%d}"
    yield f"{second.pk}  {second.status}  {second.created_at:%Y-%m-%d}"
    if found.same:
        yield "They read the same and come out the same."
        return
    if found.fields:
        yield "Read otherwise:"
        for name, before, after in found.fields:
            yield f"  {FIELDS[name].label}: {_said(before)} -> {_said(after)}"
    for step in found.steps:
        if step.changed:
            yield from _step(step)


def _step(step: Step) -> Iterator[str]:
    yield f"{CAUSES[step.cause]} ({step.says}):"
    before, after = step.status
    if before != after:
        yield f"  status: {before} -> {after}"
    for clause, old, new in step.outcomes:
        yield f"  {clause}: {old} -> {new}"
    for limit in step.limits:
        yield f"  {limit.clause}, {FIELDS[limit.field].label}: {_check(limit.before)} -> {_check(limit.after)}"


def _check(check: Mapping[str, Any]) -> str:
    parts = [f"{name.removeprefix('rule_')} {check[name]:g}" for name in ("rule_min", "rule_max") if isinstance(check.get(name), int | float)]
    parts += [f"provided {_said(check['subject'])}"] if "subject" in check else []
    return ", ".join([*parts, str(check["outcome"])])


def _said(value: Any) -> str:
    if value is None:
        return "not said"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
