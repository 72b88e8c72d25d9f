"""`manage.py export_reading_cases`: prompts that were misread, as cases for `manage.py read --score`."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand

from promptrunner.rating import reading_cases


class Command(BaseCommand):
    """Print one JSON object a line: prompt, expect, absent. Only what a reviewer accepted is printed."""

    help = "Print the prompts that were misread and whose corrections were accepted: export_reading_cases > misread.jsonl; read --score misread.jsonl"

    def handle(self, *args: Any, **options: Any) -> None:
        """Print them."""
        for case in reading_cases():
            self.stdout.write(json.dumps(case, ensure_ascii=False))
