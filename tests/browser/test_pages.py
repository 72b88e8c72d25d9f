"""The pages in a real browser: the main journeys on a desktop and on a phone, by keyboard, with axe-core's rules of accessibility."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from compliance.models import Run
from feedback.models import Feedback

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = (Path(__file__).parents[1] / "vendor" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
FAILS = "G+7 residential on a 30 x 40 m plot, 18 m road, Baner, Pune, zone R2, FSI 2.5, front 4.5 m, side and rear margins 4.5 m"
SIZES = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 375, "height": 760}}


@pytest.fixture
def site(live_server: Any, settings: Any, rulebooks: None) -> str:
    settings.ALLOW_ANONYMOUS = True
    return str(live_server.url)


def faults(page: Page) -> list[str]:
    """Return what axe-core finds against WCAG 2.2 AA. It is run outside the page's own policy, which would not let it in."""
    page.evaluate(AXE)
    found = page.evaluate("() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})")
    return [f"{fault['id']}: {node['html'][:120]} {node['failureSummary'][:200]}" for fault in found["violations"] for node in fault["nodes"]]


def no_wider_than_the_screen(page: Page) -> bool:
    return bool(page.evaluate("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@pytest.mark.parametrize("size", SIZES)
def test_from_words_to_a_verdict_to_a_remedy(site: str, page: Page, size: str) -> None:
    page.set_viewport_size(SIZES[size])  # type: ignore[arg-type]
    console: list[str] = []
    page.on("console", lambda message: console.append(message.text) if message.type == "error" else None)
    page.goto(site)
    page.fill("#prompt", FAILS)
    page.wait_for_selector("#reading mark")
    assert "30 x 40 m plot" in page.locator("#reading mark").all_inner_texts()
    assert no_wider_than_the_screen(page)
    assert faults(page) == []
    page.get_by_role("button", name="Check it").click()
    page.wait_for_selector(".verdict.NON_COMPLIANT")
    assert "6.2.3 (b)" in page.locator("h1").inner_text()
    page.wait_for_selector(".remedies button")
    page.locator(".stage").scroll_into_view_if_needed()
    page.wait_for_selector(".stage model-viewer", state="attached")
    page.wait_for_selector(".overshoots a")
    assert no_wider_than_the_screen(page)
    assert faults(page) == []
    # From what oversteps the law to its clause, also where the clauses that hold are filtered away.
    page.get_by_label("failing or open").check()
    assert not page.locator(".finding.SATISFIED").first.is_visible()
    page.locator(".overshoots a").first.click()
    assert page.locator("#clause-UD-M9 .back").is_visible()
    # A word on a clause, in its place.
    page.locator("#clause-UD-M9 summary").click()
    page.locator("#clause-UD-M9 >> text=Agree, disagree").click()
    page.locator("#clause-UD-M9").get_by_role("button", name="Not right", exact=True).click()
    page.wait_for_selector("#clause-UD-M9 .note.good")
    assert Feedback.objects.get().clause_id == "UD-M9"
    page.get_by_role("button", name="Verify").click()
    page.wait_for_selector("#verified .note.good")
    page.locator(".remedies button").first.click()
    page.wait_for_selector(".verdict:not(.NON_COMPLIANT)")
    assert Run.objects.count() == 2
    page.goto(f"{site}/runs/")
    assert page.locator("table.runs tbody tr").count() == 2
    assert faults(page) == []
    for box in page.locator("table.runs input").all():
        box.check()
    page.get_by_role("button", name="Compare the chosen").click()
    page.wait_for_selector("table.compare")
    assert faults(page) == []
    page.goto(f"{site}/gallery/")
    assert page.locator(".gallery li").count() == 2
    assert faults(page) == []
    assert console == []


def test_dark_pages_have_contrast_too(site: str, page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(site)
    page.fill("#prompt", FAILS)
    page.wait_for_selector("#reading mark")
    assert faults(page) == []
    page.get_by_role("button", name="Check it").click()
    page.wait_for_selector(".remedies button")
    assert faults(page) == []


def test_with_the_keyboard_alone(site: str, page: Page) -> None:
    page.goto(site)
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.id") == "prompt":
            break
    page.keyboard.type(FAILS)
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.textContent") == "Check it"
    page.keyboard.press("Enter")
    page.wait_for_selector(".verdict.NON_COMPLIANT")


@pytest.mark.parametrize("size", SIZES)
def test_many_proposals_and_their_progress(site: str, page: Page, size: str) -> None:
    page.set_viewport_size(SIZES[size])  # type: ignore[arg-type]
    console: list[str] = []
    page.on("console", lambda message: console.append(message.text) if message.type == "error" else None)
    page.goto(f"{site}/batches/")
    assert faults(page) == []
    # Nothing typed: a sentence, and the form again.
    page.get_by_role("button", name="Check them all").click()
    assert "Write a proposal on each line" in page.get_by_role("alert").inner_text()
    console.clear()  # the browser itself reports the answer 400
    page.fill("#proposals", f"{FAILS}\n\n" + '{"prompt": "", "spec": {"height_m": -5}}\n24 m high, Mumbai')
    page.get_by_role("button", name="Check them all").click()
    # The page follows by itself until all three have their verdict or their reason.
    page.wait_for_selector("#batch:not([hx-get])")
    assert page.locator("progress").get_attribute("value") == "3"
    assert page.locator("table.runs tbody tr").count() == 3
    assert "height_m" in page.locator("table.runs tbody tr").nth(1).inner_text()
    assert no_wider_than_the_screen(page)
    assert faults(page) == []
    page.locator("table.runs tbody a").first.click()
    page.wait_for_selector(".verdict.NON_COMPLIANT")
    assert console == []
