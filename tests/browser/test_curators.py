"""A curator's round trip in a real browser: edit, be told of a gap, mend it, see the impact, be refused, publish, check a run again."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command

from compliance.models import RulebookRelease, Run
from compliance.rules import load
from compliance.services.releases import rulebook_load
from promptrunner.pipeline import run_proposal
from promptrunner.roles import CURATOR, PUBLISHER
from tests.compliance.curating.conftest import TOWN, person

if TYPE_CHECKING:
    from playwright.sync_api import Page

PROMPT = "Residential building in Pune, zone R2, plot 500 sq m on a 9 m road, height 12 m, FSI 1.05"
SLOW = 60_000
"""Milliseconds that a check may take on a busy machine."""


def picture(page: Page, name: str) -> None:
    """Keep a picture for docs/curators.md where a folder is named for it."""
    if folder := os.environ.get("CURATORS_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def log_in(page: Page, address: str, name: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{address}/admin/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill("pw")
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{address}/admin/")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_curators_round_trip(page: Page, live_server: Any) -> None:
    call_command("migrate", verbosity=0)  # makes the roles, which an emptied test database has lost
    release = rulebook_load(rulebook=load(TOWN)).release
    stored, _ = run_proposal(prompt=PROMPT)
    assert stored.status == "COMPLIANT"
    person("asha", CURATOR)
    person("bela", CURATOR, PUBLISHER)
    person("ravi", PUBLISHER)
    page.set_viewport_size({"width": 1280, "height": 900})
    address = live_server.url

    # A draft of the release in force, and one clause of it.
    log_in(page, address, "asha")
    page.goto(f"{address}/admin/compliance/rulebookrelease/{release.pk}/change/")
    page.get_by_label("Reason").fill("Notification 7 of 2026.")
    page.get_by_role("button", name="Begin a draft").click()
    page.get_by_text("A draft was begun").wait_for()
    draft = page.url
    page.get_by_role("link", name="FSI-NARROW").click()
    page.get_by_role("link", name="Edit this clause").click()

    # A band that ends too early opens a gap, and the check says where.
    page.get_by_label("to", exact=True).fill("11")
    page.get_by_role("button", name="Check the clause").click()
    page.get_by_text("has no row for FSI where abutting road width 11 m to less than 12 m").first.wait_for(timeout=SLOW)
    picture(page, "gap")
    page.get_by_label("to", exact=True).fill("12")

    # A formula is checked as it is typed.
    value = page.get_by_label("Value (a number, a formula, or none)")
    value.fill("1.0 * raod_width")
    page.get_by_text("'raod_width' is neither a planning field nor a fact").wait_for()
    picture(page, "formula")
    value.fill("1.0")
    page.get_by_label("Proposal (field: value, ...)").first.fill("abutting_road_width_m: 9, fsi: 1.0")
    page.get_by_role("button", name="Check the clause").click()
    page.get_by_text("No gap, overlap or conflict").wait_for(timeout=SLOW)

    # A proposal tried before anything is saved.
    page.get_by_label("A proposal in plain words").fill(PROMPT)
    page.get_by_role("button", name="Judge it under this draft").click()
    page.get_by_text("Under what is published: COMPLIANT").wait_for()
    picture(page, "try")

    # Refused without a reason, saved with one.
    page.get_by_role("button", name="Save in the draft").click()
    page.get_by_text("Say why").first.wait_for()
    page.get_by_label("Reason").fill("Notification 7: 1.0 on roads under 12 m.")
    page.get_by_role("button", name="Save in the draft").click()
    page.get_by_text("Saved in the draft.").wait_for()
    picture(page, "clause")

    # The draft says what it changes, that it is sound, and which stored verdicts flip.
    page.goto(draft)
    page.get_by_text("Sound: no gap").wait_for(timeout=SLOW)
    page.get_by_role("button", name="Show the impact").click()
    page.get_by_text("1 of 1 stored runs come out otherwise").wait_for(timeout=SLOW)
    assert page.get_by_role("link", name=str(stored.pk)).is_visible()
    picture(page, "impact")
    page.get_by_label("Reason").fill("Please read clause 1.")
    page.get_by_role("button", name="Send to review").click()
    page.get_by_text("Sent to review.").wait_for()
    assert page.get_by_role("button", name="Publish").count() == 0

    # Who wrote it cannot publish it; who did not needs a reason.
    log_in(page, address, "bela")
    page.goto(draft)
    page.get_by_label("Reason").fill("I also wrote a part.")
    page.get_by_role("button", name="Send back").click()
    page.get_by_role("link", name="FSI-NARROW").click()
    page.get_by_role("link", name="Edit this clause").click()
    page.get_by_label("Our reading").fill("Lanes count as roads.")
    page.get_by_label("Reason").fill("A reading was missing.")
    page.get_by_role("button", name="Save in the draft").click()
    page.get_by_text("Saved in the draft.").wait_for()
    page.goto(draft)
    page.get_by_role("button", name="Show the impact").click()
    page.get_by_text("1 of 1 stored runs").wait_for(timeout=SLOW)
    page.get_by_label("Reason").fill("Ready.")
    page.get_by_role("button", name="Send to review").click()
    page.get_by_text("a second person publishes it").wait_for(timeout=SLOW)
    picture(page, "second-person")
    log_in(page, address, "ravi")
    page.goto(draft)
    page.get_by_text("It can be published.").wait_for(timeout=SLOW)
    page.get_by_role("button", name="Publish").click()
    page.get_by_text("Say why: write a reason.").wait_for()
    page.get_by_label("Reason").fill("Notification 7 of 2026, gazetted on 3 November.")
    page.get_by_role("button", name="Publish").click()
    page.get_by_text("Published. New proposals are judged under it").wait_for()
    picture(page, "published")
    assert RulebookRelease.objects.get(pk=release.pk).status == "retired"

    # The stored run checked again: both verdicts stand beside each other, and the clause knows its history.
    call_command("reprocess")
    latest = Run.objects.get(supersedes=stored)
    page.goto(f"{address}/admin/compliance/run/{latest.pk}/change/")
    chain = page.get_by_role("table").first.inner_text()
    assert "COMPLIANT" in chain
    assert "NON_COMPLIANT" in chain
    picture(page, "run")
    page.get_by_role("link", name="FSI-NARROW").click()
    history = page.get_by_role("table").last.inner_text()
    assert "Notification 7: 1.0 on roads under 12 m." in history
    assert "limits.fsi.max" in history
    assert "bela" in history
    picture(page, "history")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_editor_can_be_worked_with_the_keyboard_and_has_names_for_a_screen_reader(page: Page, live_server: Any) -> None:
    call_command("migrate", verbosity=0)
    release = rulebook_load(rulebook=load(TOWN)).release
    asha = person("asha", CURATOR)
    from compliance.services.drafts import draft_begin

    rule = draft_begin(release=release, by=asha, reason="Try.").rules.get(clause_id="HEIGHT")
    log_in(page, live_server.url, "asha")
    page.goto(f"{live_server.url}/admin/compliance/rule/{rule.pk}/edit/")
    unnamed = page.eval_on_selector_all(
        ".pr input:not([type=hidden]), .pr select, .pr textarea, .pr button",
        "all => all.filter(one => !(one.labels && one.labels.length) && !one.getAttribute('aria-label') && !one.textContent.trim()).map(one => one.outerHTML)",
    )
    assert unnamed == []
    page.get_by_label("Title").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "category"
    page.get_by_role("button", name="Add a row").focus()
    page.keyboard.press("Enter")
    page.locator("[name='limits.0.max.rows.3.low']").wait_for()
    page.set_viewport_size({"width": 820, "height": 1180})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
