"""`GET /` and `GET /api/mcp/`: what is served here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.vary import vary_on_headers
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from promptrunner.contract.schema import described
from promptrunner.contract.views import FrozenView
from promptrunner.errors import written
from promptrunner.health import SERVICE, VERSION
from promptrunner.pages.workbench import workbench
from telemetry.trace import current_trace_id

_METHODS = ("get", "post", "put", "patch", "delete")


@vary_on_headers("Accept")
def home(request: HttpRequest) -> HttpResponseBase:
    """Show a browser the workbench, and take what its form sends; tell every other client, in JSON, what is served."""
    if "text/html" in request.headers.get("Accept", ""):
        return workbench(request)
    if request.method not in ("GET", "HEAD"):
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
    return JsonResponse({
        "service": SERVICE,
        "message": "Building proposals checked against development control regulations.",
        "version": VERSION,
        "docs": reverse("docs"),
        "health": reverse("health"),
        "endpoints": sorted(endpoints()),
        "timestamp": written(timezone.now()),
        "trace_id": current_trace_id(),
    })  # fmt: skip


class McpHomeView(FrozenView):
    """What is served under /api/mcp/."""

    agent = "mcp"

    @extend_schema(**described("mcp", None, 422, "mcp_home"))
    def get(self, request: Request) -> Response:
        """List it."""
        under = sorted(endpoint for endpoint in endpoints() if " /api/mcp/" in endpoint)
        return self.answer({"service": SERVICE, "status": "active", "version": VERSION, "endpoints": under})


def endpoints() -> Iterator[str]:
    """Yield every frozen route as "METHOD /path"."""
    from promptrunner.contract.urls import urlpatterns  # noqa: PLC0415 - it imports this module

    for pattern in urlpatterns:
        view: Any = getattr(pattern.callback, "view_class", None)
        for method in _METHODS:
            if hasattr(view, method):
                yield f"{method.upper()} /{str(pattern.pattern).replace('<str:', '<')}"
