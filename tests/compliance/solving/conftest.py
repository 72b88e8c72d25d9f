"""Proposals to be solved under the packaged rulebooks."""

from __future__ import annotations

import datetime
import functools
from pathlib import Path

from compliance.packaged import FOLDER
from compliance.reading import read_prompt
from compliance.rules import Rulebook, load_file
from compliance.rules.solving import Trials

DAY = datetime.date(2026, 1, 1)


@functools.cache
def rulebook(name: str) -> Rulebook:
    return load_file(Path(FOLDER) / f"{name}.yaml")


def trials(name: str, prompt: str) -> Trials:
    read = read_prompt(prompt, {})
    return Trials(rulebook(name), read.spec, DAY, frozenset(question.field for question in read.questions if question.field))
