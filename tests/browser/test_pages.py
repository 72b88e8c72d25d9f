"""The pages in a real browser: the main journeys on a desktop and on a phone, by keyboard, with axe-core's rules of accessibility."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest
from django.contrib.auth.models import Group

from compliance.models import Run
from feedback.models import Feedback
from promptrunner.pipeline import run_proposal
from tests.factories import UserFactory

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = (Path(__file__).parents[1] / "vendor" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
FAILS = "G+7 residential on a 30 x 40 m plot, 18 m road, Baner, Pune, zone R2, FSI 2.5, front 4.5 m, side and rear margins 4.5 m"
SIZES: dict[str, ViewportSize] = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 375, "height": 760}}


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
    page.set_viewport_size(SIZES[size])
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


VERDICTS = {
    "COMPLIANT": {"prompt": FAILS.replace("G+7", "G+6")},
    "NON_COMPLIANT": {"prompt": FAILS},
    "INCOMPLETE": {"prompt": "पुणे येथे ७ मजली निवासी इमारत, भूखंड १००० चौ. मी., रस्ता १२ मीटर, एफएसआय २"},
    "BLOCKED": {"prompt": "અમદાવાદ <b>lorem</b> FSI 99999 " + "x" * 300},
    "ERROR": {"prompt": "Residential building in Mumbai, plot 500 sq m", "as_of": datetime.date(1990, 1, 1)},
}


@pytest.mark.parametrize(("size", "scheme"), [("desktop", "dark"), ("phone", "light")])
def test_every_page_in_every_state_can_be_used_by_everybody(site: str, page: Page, size: str, scheme: Literal["dark", "light"]) -> None:
    page.set_viewport_size(SIZES[size])
    page.emulate_media(color_scheme=scheme)
    in_3d = set()

    def without_3d(route: Any) -> None:  # it is slow here, and tried above
        in_3d.add(page.url.removeprefix(site))
        route.fulfill(body="", content_type="text/javascript")

    page.route("**/model-viewer.min.js", without_3d)
    runs = {status: run_proposal(**asked)[0] for status, asked in VERDICTS.items()}  # type: ignore[arg-type]
    assert {status: run.status for status, run in runs.items()} == {status: status for status in VERDICTS}
    fails = f"/runs/{runs['NON_COMPLIANT'].pk}/"
    person = UserFactory.create(username="asha", password="a-long-password-7")
    person.groups.add(Group.objects.get(name="Operator"))
    page.goto(f"{site}/login/?next=/dashboard/")
    assert faults(page) == []
    page.fill("#id_username", "asha")
    page.fill("#id_password", "a-long-password-7")
    page.get_by_role("button", name="Log in").click()
    page.wait_for_selector(".bars")
    addresses = [
        "/", "/?example=Mumbai", *(f"/runs/{run.pk}/" for run in runs.values()), f"{fails}feedback/?clause=UD-M9", f"{fails}model/", f"{fails}?solve=1",
        "/runs/", "/runs/?date_from=soon", "/gallery/", "/compare/", "/compare/?" + "&".join(f"run={run.pk}" for run in runs.values()),
        "/rules/", "/rules/Pune/?category=fsi", "/rules/Mumbai/MUM-F1/", "/rules/Ahmedabad/coverage/", "/dashboard/", "/batches/", "/nowhere/",
    ]  # fmt: skip
    for address in addresses:
        page.goto(site + address)
        page.wait_for_function("() => !document.querySelector('#figures > a, #remedies > [hx-get]')")
        assert (address, faults(page)) == (address, [])
        for width in (SIZES[size]["width"], 320):  # as wide as a screen of 1,280 pixels at 400 %
            page.set_viewport_size({"width": width, "height": 760})
            assert (address, width, no_wider_than_the_screen(page)) == (address, width, True)
        page.set_viewport_size(SIZES[size])
    assert in_3d <= {address for address in addresses if address.startswith("/runs/")}


def moved(page: Page) -> float:
    """Return how much of what was seen has moved by itself: the cumulative layout shift, of which less than 0.1 is good."""
    return float(
        page.evaluate(
            """() => new Promise((done) => new PerformanceObserver((list) =>
                done(list.getEntries().reduce((sum, shift) => sum + (shift.hadRecentInput ? 0 : shift.value), 0)),
            ).observe({type: 'layout-shift', buffered: true}) || setTimeout(() => done(0), 500))"""
        )
    )


@pytest.mark.parametrize("size", SIZES)
def test_nothing_jumps_when_what_is_read_and_what_is_fetched_arrives(site: str, page: Page, size: str) -> None:
    page.set_viewport_size(SIZES[size])
    page.goto(site)
    page.fill("#prompt", FAILS)
    page.wait_for_selector("#reading mark")
    assert moved(page) < 0.02
    page.get_by_role("button", name="Check it").click()
    page.wait_for_selector(".remedies button")
    page.wait_for_selector(".overshoots a", state="attached")
    assert moved(page) < 0.02


def test_with_the_keyboard_alone(site: str, page: Page) -> None:
    def tab_to(is_there: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate(f"() => {{ const at = document.activeElement; return {is_there}; }}"):
                return
        pytest.fail(f"The keyboard does not reach it: {is_there}")

    page.goto(site)
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    tab_to("at.id === 'prompt'")
    page.keyboard.type(FAILS)
    page.wait_for_selector("#given-storeys")
    tab_to("at.id === 'given-storeys'")
    page.keyboard.type("9")
    page.keyboard.press("Tab")
    # The answer puts the table anew, and the keyboard stays where it was.
    page.wait_for_function("() => document.querySelector('#given-storeys').defaultValue === '9'")
    assert page.evaluate("() => document.activeElement.id") == "given-plot_width_m"
    page.keyboard.press("Enter")
    page.wait_for_selector(".verdict.NON_COMPLIANT")
    assert Feedback.objects.get().kind == "misread"
    page.wait_for_selector(".overshoots a")
    tab_to("at.id === 'show-all'")
    page.keyboard.press("ArrowDown")
    assert not page.locator(".finding.SATISFIED").first.is_visible()
    tab_to("at.matches('#clause-UD-M9 a[hx-get]')")
    page.keyboard.press("Enter")
    page.wait_for_selector("#clause-UD-M9 .feedback")
    tab_to("at.matches('#clause-UD-M9 select')")
    page.keyboard.press("End")
    tab_to("at.value === 'down'")
    page.keyboard.press("Enter")
    page.wait_for_selector("#clause-UD-M9 .note.good")
    assert Feedback.objects.get(kind="clause").reason == "other"
    tab_to("at.matches('.overshoots a')")
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.querySelector(location.hash).matches('.finding.VIOLATED')")
    # The way back leads on from where the clause is.
    tab_to("at.matches('.back')")
    page.keyboard.press("Enter")
    assert page.evaluate("() => location.hash") == "#model"


def test_without_scripts(site: str, page: Page) -> None:
    assert page.context.browser is not None
    plain = page.context.browser.new_context(java_script_enabled=False).new_page()
    plain.goto(f"{site}/?example=Pune")
    plain.get_by_role("button", name="Only read it").click()
    assert "30 x 40 m plot" in plain.locator("mark").all_inner_texts()
    plain.fill("#given-storeys", "a few")
    plain.get_by_role("button", name="Check it").click()
    assert plain.locator(".note.bad").inner_text().startswith("This cannot be taken")
    assert plain.input_value("#given-storeys") == "a few"
    plain.fill("#given-storeys", "8")
    plain.get_by_role("button", name="Check it").click()
    assert plain.locator(".verdict.NON_COMPLIANT").is_visible()
    plain.wait_for_load_state("load")
    assert plain.locator(".stage img").evaluate("(picture) => picture.naturalWidth > 0")
    plain.get_by_label("failing or open").check()
    assert not plain.locator(".finding.SATISFIED").first.is_visible()
    plain.get_by_role("link", name="Its figures, and what oversteps the law").click()
    plain.locator(".overshoots a").first.click()
    assert plain.url.endswith("#clause-UD-M9")
    plain.locator("#clause-UD-M9").get_by_role("link", name="Agree, disagree").click()
    plain.get_by_role("button", name="This clause is wrong").click()
    assert "Say what is wrong with the clause." in plain.locator(".note.bad").inner_text()
    plain.get_by_role("link", name="Back to the verdict").click()
    plain.get_by_role("link", name="Work it out").click()
    plain.locator(".remedies button").first.click()
    assert plain.locator(".verdict.COMPLIANT").is_visible()
    assert not Feedback.objects.exists()
    plain.get_by_role("button", name="Verify").click()
    assert "Verified" in plain.locator("#verified").inner_text()


def test_a_slow_answer_takes_nothing_away_and_one_that_fails_is_said(site: str, page: Page, console: list[str]) -> None:
    page.goto(site)
    page.fill("#prompt", FAILS)
    page.wait_for_selector("#given-storeys")
    waiting: list[Any] = []
    page.route("**/reading/", lambda route: waiting.append(route))
    page.fill("#given-storeys", "9")
    page.focus("#given-fsi")
    page.keyboard.type("2.1")
    page.wait_for_function("() => document.querySelector('.htmx-request')")
    waiting.pop().continue_()
    page.wait_for_function("() => document.querySelector('#given-storeys').defaultValue === '9'")
    page.keyboard.type("5")
    assert page.input_value("#given-fsi") == "2.15"
    page.route("**/reading/", lambda route: route.abort())
    page.locator("#prompt").press_sequentially(" and")
    page.wait_for_selector("#failed:not(:empty)")
    assert "No answer came" in page.get_by_role("alert").inner_text()
    page.route("**/reading/", lambda route: route.continue_(url=f"{site}/runs/0b0e7a52-4a7c-4f0e-9a55-000000000001/model/", method="GET"))
    page.locator("#prompt").press_sequentially(" more")
    page.wait_for_selector("#failed h1")
    assert "There is nothing here" in page.get_by_role("alert").inner_text()
    assert page.input_value("#given-storeys") == "9"
    assert faults(page) == []
    console.clear()


@pytest.mark.parametrize("size", SIZES)
def test_many_proposals_and_their_progress(site: str, page: Page, size: str) -> None:
    page.set_viewport_size(SIZES[size])
    page.goto(f"{site}/batches/")
    assert faults(page) == []
    # Nothing typed: a sentence, and the form again.
    page.get_by_role("button", name="Check them all").click()
    assert "Write a proposal on each line" in page.locator(".note.bad").inner_text()
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
