"""docs/integration.md shows real requests with their real responses. `WRITE_DOCS=1` writes the responses anew."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from telemetry.models import Event

PAGE = Path(__file__).parents[3] / "docs" / "integration.md"
BLOCK = re.compile(r"```(http|event|file)\n(.*?)\n```(?:\n\n```json\n(.*?)\n```)?", re.DOTALL)
CHANGING = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|\b[0-9a-f]{32}\b|\b[0-9a-f]{64}\b|\d{4}-\d\d-\d\dT[\d:.]+Z|session-<id>")


def cut(value: Any) -> Any:
    """Return a response short enough to be read: lists after their first entry."""
    if isinstance(value, dict):
        return {key: cut(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [cut(inner) for inner in value[:1]] + (["..."] if len(value) > 1 else [])
    return value


def steady(value: Any, key: str = "") -> Any:
    """Return a response without what differs each time: ids, times, durations, and what this machine is."""
    if isinstance(value, dict):
        return {name: steady(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [steady(inner) for inner in value]
    if key in ("duration_ms", "latency_ms", "build", "python_version", "last_run"):
        return key
    return CHANGING.sub("<id>", value) if isinstance(value, str) else value


@pytest.mark.django_db(transaction=True)  # the health checks look from threads of their own
def test_every_documented_request_gets_its_documented_response(call, files):
    text = PAGE.read_text(encoding="utf-8")
    shown = []
    for match in BLOCK.finditer(text):
        kind, asked, answer = match.groups()
        if kind == "http":
            first, _, body = asked.partition("\n")
            got = call(*first.split(" "), json.loads(body) if body else None)[1]
        elif kind == "event":
            got = json.loads(Event.objects.filter(event_type=asked.strip()).latest("created_at").payload)
        else:
            got = json.loads(next(iter(sorted((files / asked.strip()).iterdir(), key=lambda path: path.stat().st_mtime))).read_text())
        shown.append((match, cut(got), answer))
    if os.environ.get("WRITE_DOCS"):
        for match, got, _ in reversed(shown):
            block = f"```{match[1]}\n{match[2]}\n```\n\n```json\n{json.dumps(got, indent=1, ensure_ascii=False)}\n```"
            text = text[: match.start()] + block + text[match.end() :]
        PAGE.write_text(text, encoding="utf-8")
        return
    assert shown
    for match, got, answer in shown:
        assert answer, f"{match[2]} has no response; write it with WRITE_DOCS=1"
        assert steady(got) == steady(json.loads(answer)), match[2]
