"""City, planning division, zone, use, building type, congested area and redevelopment clause from everyday words."""

from __future__ import annotations

from compliance.reading.cities import find_city, find_core, find_division
from compliance.reading.page import Codes, Page
from compliance.reading.purposes import find_use
from compliance.reading.redevelopment import find_redevelopment
from compliance.reading.zones import find_zone


def find_codes(page: Page, given_city: str | None) -> Codes:
    """Return every code of a prompt; a given city decides which zones there are."""
    codes = Codes()
    find_city(page, codes, given_city)
    find_division(page, codes)
    find_core(page, codes)
    find_zone(page, codes)
    find_use(page, codes)
    find_redevelopment(page, codes)
    return codes
