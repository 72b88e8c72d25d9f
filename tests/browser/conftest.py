"""Headless Chromium from the system's packages, which must not talk to anything but this machine, nor write an error to its console."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Page

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
OWN_SCHEMES = {"data", "blob", "about"}
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@pytest.fixture
def console() -> list[str]:
    """Return the errors that the pages wrote to the console, which also tells what the Content-Security-Policy refused. A test that provokes some clears them."""
    return []


def _expected(said: ConsoleMessage, page: Page) -> bool:
    """Return whether an error is no fault of the page: it was answered with 400 or 404 itself, or met the one connection of the database in memory, which its threads share, at work."""
    return said.location["url"] == page.url or "503" in said.text


@pytest.fixture
def page(console: list[str]) -> Iterator[Page]:
    """Yield a page of a fresh browser; the test fails where the page asked another machine for anything, or wrote an error to its console."""
    sync_api = pytest.importorskip("playwright.sync_api")
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        says = "Chromium is not installed; scripts/ensure_system.sh chromium installs it."
        if os.environ.get("CI"):
            pytest.fail(says)
        pytest.skip(says)
    asked: list[str] = []
    errors: list[str] = []
    # Playwright runs an event loop in this thread; Django would refuse the test's own database calls beside it.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with sync_api.sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
            page = browser.new_page()
            page.on("request", lambda request: asked.append(request.url))
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.on(
                "console", lambda said: console.append(f"{said.text} {said.location['url']}") if said.type == "error" and not _expected(said, page) else None
            )
            yield page
            browser.close()
    finally:
        os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")
        if before is not None:
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before
    left = [url for url in asked if urlsplit(url).scheme not in OWN_SCHEMES and urlsplit(url).hostname not in LOOPBACK]
    assert not left, f"The page asked other machines: {left}"
    assert not errors, f"The page's scripts failed: {errors}"
    assert not console, f"The console has errors: {console}"
