from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.mark.browser_smoke
@pytest.mark.django_db(transaction=True)
def test_api_page_lists_the_operations_without_leaving_the_machine(live_server: Any, page: Page) -> None:
    page.goto(f"{live_server.url}/docs")
    page.wait_for_selector(".opblock", timeout=60_000)
    operations = {re.sub(r"\s+|\u200b", " ", text).strip() for text in page.locator(".opblock-summary-path").all_inner_texts()}
    listed = {operation.replace(" ", "") for operation in operations}
    assert {"/api/v1/runs/", "/api/v1/runs/{id}/", "/api/v1/read/", "/api/v1/cities/", "/api/v1/rulebooks/", "/api/v1/rules/"} <= listed
