"""Clients of the frozen routes, and what they send."""

from __future__ import annotations

import base64
import json
import struct
from pathlib import Path
from typing import Any

import pytest

PROMPT = "G+7 residential, zone R2, plot 30 m x 40 m, 18 m road, Baner, Pune, height 24 m, FSI 2.5, front margin 6 m, side and rear margins 4.8 m"
ORCHESTRATE = {"prompt": PROMPT, "city": "Pune", "session_id": "session-0001"}
LOG = {"session_id": "session-0001", "city": "Pune", "prompt": PROMPT}


@pytest.fixture
def call(api: Any, rulebooks: None, files: Path) -> Any:
    """Send JSON to a frozen route: `call("POST", "/core/log", {...})` returns (status, body)."""

    def send(method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        data = body if isinstance(body, (str, bytes)) else json.dumps(body) if body is not None else ""
        answer = api.generic(method, path, data, content_type="application/json", headers=headers)
        return answer.status_code, answer.json()

    return send


def glb(document: bytes | None = None) -> bytes:
    """Return the smallest GLB, as the specification of glTF 2.0 lays it out in chapter 4."""
    text = document if document is not None else b'{"asset":{"version":"2.0"}}'
    text += b" " * (-len(text) % 4)
    return struct.pack("<4sII", b"glTF", 2, 20 + len(text)) + struct.pack("<II", len(text), 0x4E4F534A) + text


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()
