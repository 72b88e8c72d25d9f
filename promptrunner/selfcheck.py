"""The self-check: proposals whose digests under the packaged rulebook prompt-runner-2.0 are known."""

from __future__ import annotations

import datetime
import json
from functools import cache
from pathlib import Path

from compliance.packaged import FOLDER
from compliance.reading import read_prompt
from compliance.rules import Rulebook, complete, evaluate, load_file

KNOWN = Path(__file__).with_name("selfcheck.json")
DAY = datetime.date(2026, 1, 1)


@cache
def _rulebook() -> Rulebook:
    return load_file(Path(FOLDER) / "prompt-runner-2.0.yaml")


def digest_of(prompt: str) -> str:
    """Return the digest to which a proposal comes on this machine."""
    read = read_prompt(prompt, {})
    completion = complete(_rulebook(), read.spec, frozenset(question.field for question in read.questions if question.field))
    return evaluate(_rulebook(), completion, DAY).digest


def failures() -> list[str]:
    """Return the names of the known proposals that come to another digest; none on a machine that judges as all others do."""
    known = json.loads(KNOWN.read_text(encoding="utf-8"))
    return [case["name"] for case in known if digest_of(case["prompt"]) != case["digest"]]
