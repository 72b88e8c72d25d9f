"""Every request has a trace id, and every response says it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from telemetry.trace import begin_trace, current_run_id, current_trace_id, end_trace, trace_id_of, traceparent_of


class TraceMiddleware:
    """Takes the caller's `traceparent` or `X-Trace-Id`, else makes a trace id; answers with `X-Trace-Id` and `traceparent`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Run the request inside its trace."""
        trace_id = trace_id_of(request.headers.get("traceparent", ""), request.headers.get("X-Trace-Id", ""))
        token = begin_trace(trace_id)
        try:
            response = self.get_response(request)
            response["X-Trace-Id"] = current_trace_id()
            response["traceparent"] = traceparent_of(current_trace_id())
            return response
        finally:
            # For the lines that Django logs once the trace has ended.
            request.trace_id, request.run_id = current_trace_id(), current_run_id()  # type: ignore[attr-defined]
            end_trace(token)
