"""`manage.py read`: what a prompt says, as JSON; or how well the reader does on a file of known prompts."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compliance.reading import PromptTooLongError, read_prompt
from compliance.reading.score import score
from compliance.specs import find_code
from compliance.vocabulary import CITIES


class Command(BaseCommand):
    help = "Read proposals in plain words: prints spec, readings and questions as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("prompt", nargs="?", help="the proposal in plain words")
        parser.add_argument("--jsonl", action="store_true", help='read standard input: one JSON object {"prompt", "city"} or one plain text a line')
        parser.add_argument("--score", metavar="FILE", help='a file of {"prompt", "expect", "absent"} lines: print precision and recall per field')
        parser.add_argument("--city", help="the city, as if given: " + ", ".join(CITIES))

    def handle(self, *args: Any, **options: Any) -> None:
        """Read one prompt, a stream of prompts, or a file of known ones."""
        ways = [options["prompt"] is not None, options["jsonl"], options["score"] is not None]
        if sum(ways) != 1:
            raise CommandError("Give one of: a prompt, --jsonl, --score FILE.", returncode=2)
        city = _city(options["city"])
        if options["score"] is not None:
            self._score(options["score"])
        elif options["jsonl"]:
            for number, line in enumerate(sys.stdin, 1):
                prompt, own_city = _line(number, line)
                self._write(prompt, own_city or city, f"Line {number}: ")
        else:
            self._write(options["prompt"], city, "", indent=2)

    def _write(self, prompt: str, city: str | None, where: str, indent: int | None = None) -> None:
        try:
            result = read_prompt(prompt, city=city)
        except PromptTooLongError as error:
            raise CommandError(f"{where}{error}", returncode=2) from None
        self.stdout.write(json.dumps(result.as_dict(), ensure_ascii=False, indent=indent))

    def _score(self, name: str) -> None:
        try:
            report = score(Path(name).read_text(encoding="utf-8").splitlines())
        except (OSError, ValueError) as error:
            raise CommandError(f"{name}: {error}", returncode=2) from None
        for line in report.lines():
            self.stdout.write(line)


def _city(name: str | None) -> str | None:
    if name is None:
        return None
    city = find_code("city", name)
    if city is None:
        raise CommandError(f"'{name}' is not a city that we know; use one of {', '.join(CITIES)}.", returncode=2)
    return city


def _line(number: int, line: str) -> tuple[str, str | None]:
    """Return the prompt and the city of one line: a JSON object with "prompt", a JSON text, else the line itself."""
    text = line.rstrip("\n")
    try:
        entry = json.loads(text)
    except json.JSONDecodeError:
        return text, None
    if isinstance(entry, str):
        return entry, None
    if isinstance(entry, dict) and "prompt" in entry:
        if not isinstance(entry["prompt"], str):
            raise CommandError(f'Line {number}: "prompt" is a text.', returncode=2)
        return entry["prompt"], _city(entry.get("city") if isinstance(entry.get("city"), str) else None)
    return text, None
