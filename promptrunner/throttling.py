"""How many requests a caller may make: counted by minute in the cache, by scope and caller."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from rest_framework.throttling import BaseThrottle

from promptrunner.permissions import scope_of

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView

logger = logging.getLogger(__name__)
MINUTE = 60


class CallerThrottle(BaseThrottle):
    """Refuses what a caller asks beyond RATE_RUN and so on; a cache that is down refuses nobody."""

    _silent_until = 0.0

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Return whether this request is within the caller's rate."""
        scope = scope_of(view, request.method or "")
        rate = settings.RATES.get(scope, 0)
        if not rate:
            return True
        key = f"rate:{scope}:{_caller(request)}:{int(time.time()) // MINUTE}"
        try:
            if cache.add(key, 1, timeout=2 * MINUTE):
                return True
            return bool(cache.incr(key) <= rate)
        except Exception as error:  # whatever a cache raises: counting is not worth a failed request
            if time.monotonic() > CallerThrottle._silent_until:
                CallerThrottle._silent_until = time.monotonic() + MINUTE
                logger.warning("The cache cannot be reached, requests are not counted (%s)", type(error).__name__)
            return True

    def wait(self) -> float:
        """Return the seconds until the next minute begins."""
        return MINUTE - time.time() % MINUTE


def _caller(request: Request) -> str:
    token, user = request.auth, request.user
    if token is not None:
        return str(token.token_key)  # type: ignore[union-attr]
    return str(user.pk) if user.is_authenticated else str(request.META.get("REMOTE_ADDR", ""))
