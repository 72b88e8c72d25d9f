"""`manage.py report_accuracy`: writes docs/accuracy.md, the errors we publish."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from compliance.accuracy import accuracy_page, worked_cases
from compliance.packaged import packaged_rulebooks


class Command(BaseCommand):
    """Write the page; with --check, exit 1 where it is out of date."""

    help = "Write docs/accuracy.md: worked cases, the reader's score, coverage of the regulations, known limits."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare --check."""
        parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where the page is out of date")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write or compare."""
        root = Path(settings.BASE_DIR)
        data, page = root / "tests" / "data", root / "docs" / "accuracy.md"
        if not data.is_dir():
            raise CommandError("The worked cases are not here (tests/data); run this in a checkout of the project.")
        samples = {"sample": data / "prompts.jsonl", **{path.stem.replace("_", " "): path for path in sorted(data.glob("own_prompts*.jsonl"))}}
        text = accuracy_page(
            list(packaged_rulebooks()),
            worked_cases(data / "cases"),
            {title: path.read_text(encoding="utf-8").splitlines() for title, path in samples.items()},
        )
        if not options["check"]:
            page.write_text(text, encoding="utf-8")
            self.stdout.write(f"{page.relative_to(root)} written.")
        elif not page.exists() or page.read_text(encoding="utf-8") != text:
            self.stderr.write("docs/accuracy.md is out of date; run manage.py report_accuracy and commit it.")
            sys.exit(1)
