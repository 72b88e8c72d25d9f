"""DEMO_MODE: the same bytes each time."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from compliance.models import Run
from tests.promptrunner.contract.conftest import ORCHESTRATE

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).parents[2] / "data" / "demo.json"


@pytest.fixture
def demo(settings, api, rulebooks, files):
    settings.DEMO_MODE = True
    return lambda body: api.post("/orchestrate/run", body, format="json")


def test_the_demo_answers_byte_for_byte_the_golden_file(demo):
    answers = {demo(body).content for body in ({"prompt": "anything", "city": "Pune"}, ORCHESTRATE, {"prompt": "make a building", "city": "Mumbai"})}
    if os.environ.get("WRITE_GOLDEN"):
        GOLDEN.write_bytes(next(iter(answers)) + b"\n")
    assert answers == {GOLDEN.read_bytes().removesuffix(b"\n")}


def test_the_demo_is_one_run_with_the_contracts_ids(demo):
    body = demo(ORCHESTRATE).json()
    demo(ORCHESTRATE)
    run = Run.objects.get()
    assert (body["prompt"], body["city"], body["trace_id"], body["case_id"]) == ("make a building", "Mumbai", "demo-trace-id-fixed-12345", "demo-case-001")
    assert (run.external_id, str(run.pk)) == ("demo-case-001", body["run_id"])


def test_the_demo_still_says_what_is_wrong(demo):
    assert demo({"city": "Pune"}).status_code == 400
