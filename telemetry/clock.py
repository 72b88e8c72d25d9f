"""The time as every database keeps it: MongoDB knows milliseconds only, and a record reads the same from all three."""

from __future__ import annotations

import datetime

from django.utils import timezone


def now() -> datetime.datetime:
    """Return the time, to the millisecond."""
    return to_the_millisecond(timezone.now())


def to_the_millisecond(moment: datetime.datetime) -> datetime.datetime:
    """Return a moment without what is finer than a millisecond."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
