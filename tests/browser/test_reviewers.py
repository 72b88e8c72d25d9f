"""A reviewer's session in a real browser: see the building beside the vote, reject with a reason, accept, undo, be told of what comes in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command

from feedback.models import Review
from feedback.services import feedback_record
from promptrunner.pipeline import run_proposal
from promptrunner.roles import REVIEWER
from tests.browser.test_curators import log_in
from tests.compliance.curating.conftest import person
from tests.conftest import PROPOSAL

if TYPE_CHECKING:
    from playwright.sync_api import Page


def vote(run: Any, cast: int, session: str, comment: str) -> None:
    feedback_record(run=run, session_id=session, vote=cast, sent=cast, reward=cast, route="native", trace_id="t", comment=comment)


def picture(page: Page, name: str) -> None:
    """Keep a picture for the docs where a folder is named for it."""
    if folder := os.environ.get("REVIEWERS_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_reviewers_session(page: Page, live_server: Any, monkeypatch: pytest.MonkeyPatch, files: Path) -> None:
    call_command("migrate", verbosity=0)  # makes the roles, which an emptied test database has lost
    call_command("load_rulebooks", verbosity=0)
    monkeypatch.setattr("feedback.admin.POLLED_SECONDS", 1)
    run, _ = run_proposal(prompt=PROPOSAL.replace("side margins 3.6 m", "side margins 3 m"))
    vote(run, -1, "s-1", "It stands too close to our house.")
    vote(run, 1, "s-2", "First!!!")
    person("mira", REVIEWER)
    page.set_viewport_size({"width": 1280, "height": 900})
    log_in(page, live_server.url, "mira")
    page.goto(f"{live_server.url}/admin/feedback/review/")
    page.get_by_text("It stands too close to our house.").wait_for()
    image = page.locator("img[alt='The building of this run']").first
    page.wait_for_function("image => image.complete && image.naturalWidth === 480", arg=image.element_handle())
    picture(page, "review")

    page.get_by_label("Choose up on s-2").check()
    page.get_by_role("button", name="Reject").click()
    page.get_by_text("a rejection needs a reason").wait_for()
    page.get_by_label("Choose up on s-2").check()
    page.get_by_label("Reason").fill("Says nothing of the building.")
    page.get_by_role("button", name="Reject").click()
    page.get_by_text("1 rejected.").wait_for()
    page.get_by_label("Choose down on s-1").check()
    page.get_by_role("button", name="Accept").click()
    page.get_by_text("1 accepted.").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Undone: 1 as before.").wait_for()
    assert dict(Review.objects.values_list("vote", "status")) == {-1: "pending", 1: "rejected"}

    # What comes in shows by itself, and what was ticked stays ticked.
    page.get_by_label("Choose down on s-1").check()
    vote(run, -1, "s-3", "Me too.")
    page.get_by_text("Me too.").wait_for()
    assert page.get_by_label("Choose down on s-1").is_checked()
