"""Runs name the program that judged them."""

from __future__ import annotations

import grimp
import pytest

from compliance.engine import HERE, PARTS, engine
from compliance.models import Run
from promptrunner.pipeline import run_proposal


@pytest.mark.django_db
def test_a_run_names_the_engine_that_judged_it() -> None:
    run, _ = run_proposal(prompt="Pune")
    assert Run.objects.get(pk=run.pk).engine == engine()
    assert len(engine()) == 64


def test_everything_that_judging_imports_is_part_of_the_engine() -> None:
    upstream = grimp.build_graph("compliance").find_upstream_modules("compliance.rules.evaluating") | {"compliance.rules.evaluating", "compliance.assessing"}
    needed = {name.split(".", 1)[1].replace(".", "/") for name in upstream if name != "compliance"}
    parts = {path.relative_to(HERE).with_suffix("").as_posix().removesuffix("/__init__") for part in PARTS for path in HERE.glob(part)}
    assert needed - parts == set()
