"""The README's sample is what the program prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import call_command

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def _stable(text: str) -> list[str]:
    """The lines without what differs from day to day and from run to run."""
    return [re.sub(r"as of \d{4}-\d\d-\d\d|Run [0-9a-f-]{36}", "", line).rstrip() for line in text.strip().splitlines()]


@pytest.mark.django_db
@pytest.mark.usefixtures("rulebooks")
def test_the_readmes_sample_is_real(capsys):
    sample = re.search(r'```\n\$ manage.py evaluate "(?P<prompt>[^"]+)"\n\n(?P<output>.*?)\n```', README, re.DOTALL)
    assert sample is not None
    with pytest.raises(SystemExit):
        call_command("evaluate", sample["prompt"])
    assert _stable(capsys.readouterr().out) == _stable(sample["output"])
