"""`manage.py route_geometry [CASE ...] [--all]`: models and specs for the TTS/TTV pipeline and Unreal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from compliance.models import Run
from geometry.glb import GlbError
from promptrunner.cases import case_route, run_of


class Command(BaseCommand):
    """Write specs/ID.json and, where the case has a model, send_to_unreal/ID.glb beside ID.json. Exit 0 routed, 1 a case has no model, 2 wrong use."""

    help = "Put the models of cases where Unreal picks them up: route_geometry CASE ... | --all"

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("cases", nargs="*", metavar="CASE", help="a run's id, or the caller's own id of it")
        parser.add_argument("--all", action="store_true", help="every case that has a model")

    def handle(self, *args: Any, **options: Any) -> None:
        """Route them."""
        if bool(options["cases"]) == options["all"]:
            raise CommandError("Name cases, or use --all.", returncode=2)
        failed = 0
        for run in _with_models() if options["all"] else [_run(case) for case in options["cases"]]:
            try:
                routed = case_route(run)
            except GlbError as error:
                self.stderr.write(f"{run.pk}: {error}")
                failed += 1
                continue
            self.stdout.write(f"{run.pk}: {'routed to send_to_unreal' if routed else 'spec written; there is no model yet'}")
            failed += not routed
        if failed:
            sys.exit(1)


def _run(case: str) -> Run:
    run = run_of(case)
    if run is None:
        raise CommandError(f"There is no case '{case}'.", returncode=2)
    return run


def _with_models() -> Iterator[Run]:
    yield from Run.objects.filter(geometry_models__path__endswith=".glb").distinct().iterator(chunk_size=200)
