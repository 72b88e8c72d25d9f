"""The trace id of what is going on now, in a context variable: two requests at once never share one."""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
from contextvars import ContextVar, Token

_trace: ContextVar[str] = ContextVar("trace_id", default="")
_run: ContextVar[str] = ContextVar("run_id", default="")
# W3C Trace Context: version ff and ids of zeros are invalid, and only versions after 00 may say more.
_TRACEPARENT = re.compile(r"(?!ff)(?!00.{53}-)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?")
_HEX = re.compile(r"(?!0{32})[0-9a-f]{32}")
TRACE_ID = re.compile(r"^[A-Za-z0-9._:\-]{1,100}\Z")
"""What a caller's own trace id may look like: it is written into a header and into every log line."""


def new_trace_id() -> str:
    """Return a new W3C trace id: 32 hexadecimal digits."""
    return secrets.token_hex(16)


def trace_id_of(traceparent: str = "", own: str = "") -> str:
    """Return the trace id that a caller sent, by W3C `traceparent` or by a plain header, else a new one.

    >>> trace_id_of("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
    '4bf92f3577b34da6a3ce929d0e0e4736'
    """
    match = _TRACEPARENT.fullmatch(traceparent.strip().lower())
    if match:
        return match[1]
    return own if TRACE_ID.match(own) else new_trace_id()


def current_trace_id() -> str:
    """Return the trace id of the current request or command; a new one, kept, where there is none yet."""
    if not _trace.get():
        _trace.set(new_trace_id())
    return _trace.get()


def traceparent_of(trace_id: str) -> str:
    """Return a W3C `traceparent` for what we call or answer within a trace, with a new span; a trace id of another form is hashed to one.

    >>> traceparent_of("4bf92f3577b34da6a3ce929d0e0e4736")[:36]
    '00-4bf92f3577b34da6a3ce929d0e0e4736-'
    """
    known = trace_id if _HEX.fullmatch(trace_id) else hashlib.sha256(trace_id.encode()).hexdigest()[:32]
    return f"00-{known}-{secrets.token_hex(8)}-01"


def begin_trace(trace_id: str) -> Token[str]:
    """Make a trace id the current one, without a run yet; `end_trace` takes the returned token."""
    _run.set("")
    return _trace.set(trace_id)


def adopt_run(run_id: object) -> None:
    """Name the run that was just recorded, or is worked on: every later line of the log says it, until the request ends."""
    _run.set(str(run_id))


def current_run_id() -> str:
    """Return the run that was recorded in this request, or "-"."""
    return _run.get() or "-"


def adopt_trace(trace_id: str) -> None:
    """Make the trace id that a caller sent in the body the current one, until the request ends."""
    _trace.set(trace_id)


def end_trace(token: Token[str]) -> None:
    """Restore what was current before `begin_trace`."""
    _trace.reset(token)
    _run.set("")


class TraceFilter(logging.Filter):
    """Adds the trace id and the run id to every log record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Set `trace_id` ("-" outside any request) and `run_id` ("-" before a run is recorded)."""
        request = getattr(record, "request", None)  # one that has ended says what it was
        record.trace_id = getattr(request, "trace_id", _trace.get() or "-")
        record.run_id = getattr(request, "run_id", current_run_id())
        return True
