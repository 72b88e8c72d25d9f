"""`manage.py evaluate "<prompt>"`: the verdict on one proposal, for a person or as JSON."""

from __future__ import annotations

import datetime
import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, ProgrammingError

from compliance.models import RulebookRelease
from compliance.reading import PromptTooLongError
from compliance.rechecking import trials_of_run
from compliance.services.releases import UnknownRulebookError
from compliance.specs import SpecError
from geometry.massing import PlotError
from promptrunner.pipeline import run_proposal, run_wire
from promptrunner.solving import remedies
from promptrunner.terminal import verdict_text


class Command(BaseCommand):
    """Check one proposal and record the run. Exit 0 compliant, 1 any other verdict, 2 wrong use."""

    help = "Check a proposal: evaluate 'G+7 residential, 1000 sq m plot, 18 m road, Pune, FSI 2.5' [--city] [--set field=value]"

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("prompt", nargs="?", default="", help="the proposal in plain words; may be empty when values are set")
        parser.add_argument("--city", help="beats the city that the prompt names")
        parser.add_argument(
            "--set", action="append", default=[], metavar="FIELD=VALUE", dest="values", help="a planning field; the value may be JSON; may be repeated"
        )
        parser.add_argument("--rulebook", help="a published rulebook instead of the one in force")
        parser.add_argument("--as-of", metavar="DATE", help="the day whose law is asked for, as 2024-01-31")
        parser.add_argument("--plot", metavar="FILE", help="the plot as a GeoJSON polygon (docs/models.md)")
        parser.add_argument("--json", action="store_true", help="print the object that POST /api/v1/runs/ answers")
        parser.add_argument("--remedies", action="store_true", help="also say what would make it comply, and what to ask")

    def handle(self, *args: Any, **options: Any) -> None:
        """Evaluate and print."""
        try:
            run, performance = run_proposal(
                prompt=options["prompt"],
                spec=dict(_assignment(text) for text in options["values"]),
                city=options["city"],
                rulebook=options["rulebook"],
                as_of=_day(options["as_of"]),
                plot=_plot(options["plot"]),
            )
        except SpecError as error:
            raise CommandError("\n".join(sentence for _, sentence in error.errors), returncode=2) from None
        except PlotError as error:
            raise CommandError(f"{options['plot']}{error.pointer}: {error}", returncode=2) from None
        except (PromptTooLongError, UnknownRulebookError) as error:
            raise CommandError(str(error), returncode=2) from None
        except (OperationalError, ProgrammingError) as error:
            raise CommandError(f"The database cannot be used ({error}). Run manage.py migrate and manage.py load_rulebooks first.", returncode=2) from None
        if run.status == "ERROR" and not RulebookRelease.objects.published().exists():
            self.stderr.write("No rulebook is loaded yet: run manage.py load_rulebooks.")
        wire = run_wire(run, performance)
        if options["remedies"] and run.release is not None:
            wire["solved"] = remedies(trials_of_run(run))
        self.stdout.write(json.dumps(wire, ensure_ascii=False, indent=2) if options["json"] else verdict_text(wire))
        if run.status != "COMPLIANT":
            sys.exit(1)


def _assignment(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise CommandError(f"'{text}' is no assignment; write --set height_m=24.", returncode=2)
    try:
        return name.strip(), json.loads(value)
    except ValueError:
        return name.strip(), value.strip()


def _plot(path: str | None) -> Any:
    if path is None:
        return None
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.", returncode=2) from None
    except ValueError as error:
        raise CommandError(f"{path} is no JSON: {error}.", returncode=2) from None


def _day(text: str | None) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text) if text else None
    except ValueError:
        raise CommandError(f"'{text}' is no date; write --as-of 2024-01-31.", returncode=2) from None
