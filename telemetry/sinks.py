"""Where events are sent to. A sink takes events in order and says how many it took before something went wrong."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import urllib3
from django.conf import settings

from telemetry.models import Event
from telemetry.trace import traceparent_of

SECONDS = 5.0
NEWEST = 5_000
"""Events in InsightFlow's file; older ones stand in numbered files of as many."""
AT_MOST_EVERY = 1.0
"""Seconds between two replacements of the file."""


class SinkError(Exception):
    """A sink stopped in the middle; `taken` says how many events it had taken. The message holds no address and no secret."""

    def __init__(self, message: str, taken: int) -> None:
        super().__init__(message)
        self.taken = taken


class SinkDownError(SinkError):
    """The sink cannot be reached, or takes nothing now: everything waits."""


class RefusedError(SinkError):
    """The sink did not take this event; `forever` says that it never will."""

    def __init__(self, message: str, taken: int, forever: bool) -> None:
        super().__init__(message, taken)
        self.forever = forever


class Sink(Protocol):
    """Somewhere events are sent to."""

    def send(self, events: Sequence[Event]) -> None:
        """Take events in their order.

        Raises:
            SinkError: it stopped; what it took before stays taken.
        """


def body_of(event: Event) -> dict[str, Any]:
    """Return an event as it goes out: InsightFlow's shape, with its id so that a receiver knows one that came twice."""
    return {"event_id": str(event.pk), **json.loads(event.payload)}


class StandardOutputSink:
    """One line of JSON an event."""

    def send(self, events: Sequence[Event]) -> None:
        """Print them."""
        for event in events:
            sys.stdout.write(json.dumps(body_of(event), sort_keys=True) + "\n")
        sys.stdout.flush()


class FileSink:
    """`reports/insightflow_logs.json` in DATA_DIR: a JSON array of the newest events, valid at every moment. On a local disk, of one process."""

    def __init__(self) -> None:
        self.path = settings.DATA_DIR / "reports" / "insightflow_logs.json"
        self._replaced_at = 0.0

    def send(self, events: Sequence[Event]) -> None:
        """Put them at the end of the array, those that are there already left out."""
        try:
            self._append([body_of(event) for event in events])
        except OSError as error:
            raise SinkDownError(f"the file cannot be written: {error.strerror}", 0) from None

    def _append(self, bodies: Sequence[dict[str, Any]]) -> None:
        time.sleep(max(0.0, self._replaced_at + AT_MOST_EVERY - time.monotonic()) if self._replaced_at else 0.0)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        archive = self._archive()
        older, newest = _read(archive), _read(self.path)
        known = {entry.get("event_id") for entry in (*older, *newest)}
        in_archive = {entry.get("event_id") for entry in older}
        newest = [entry for entry in newest if entry.get("event_id") not in in_archive]  # a crash came between the two files
        newest += [body for body in bodies if body["event_id"] not in known]
        if len(newest) > NEWEST:
            overflow, newest = newest[:-NEWEST], newest[-NEWEST:]
            while overflow:
                room = NEWEST - len(older)
                older, overflow = [*older, *overflow[:room]], overflow[room:]
                _replace(archive, older)
                if overflow:
                    archive, older = self._archive(after=archive), []
        _replace(self.path, newest)
        self._replaced_at = time.monotonic()

    def _archive(self, after: Path | None = None) -> Path:
        """Return the numbered file that is being filled, or the one after it."""
        numbered = sorted(self.path.parent.glob(f"{self.path.stem}.[0-9][0-9][0-9][0-9][0-9][0-9].json"))
        last = after or (numbered[-1] if numbered else None)
        if last is not None and after is None and len(_read(last)) < NEWEST:
            return last
        number = int(last.stem.rsplit(".", 1)[1]) + 1 if last is not None else 1
        return self.path.with_name(f"{self.path.stem}.{number:06}.json")


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except ValueError:
        path.replace(path.with_suffix(f".damaged-{int(time.time())}"))  # of another program; kept, and begun anew
        return []
    return found if isinstance(found, list) else []


def _replace(path: Path, entries: Sequence[Mapping[str, Any]]) -> None:
    handle, aside = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write("[" + ",\n".join(json.dumps(entry, sort_keys=True) for entry in entries) + "]\n")
            file.flush()
            os.fsync(file.fileno())
        Path(aside).chmod(0o644)
        Path(aside).replace(path)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise


class HttpSink:
    """POST an event at a time to INSIGHTFLOW_URL."""

    def __init__(self) -> None:
        self._pool = urllib3.PoolManager(timeout=SECONDS, retries=False, maxsize=2)

    def requests_of(self, event: Event) -> tuple[str, Mapping[str, Any]]:
        """Return where an event goes to, and its body."""
        return settings.INSIGHTFLOW_URL, body_of(event)

    def send(self, events: Sequence[Event]) -> None:
        """Send them one after the other."""
        for taken, event in enumerate(events):
            self._post(taken, event)

    def _post(self, taken: int, event: Event) -> None:
        url, body = self.requests_of(event)
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": str(event.pk),
            "X-Trace-Id": event.trace_id,
            "traceparent": traceparent_of(event.trace_id),
        }
        try:
            answer = self._pool.request("POST", url, body=json.dumps(body).encode(), headers=headers, redirect=False)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise SinkDownError(f"it cannot be reached ({type(error).__name__})", taken) from None
        if answer.status in (408, 425, 429, 503):
            raise SinkDownError(f"it answers {answer.status}", taken)
        if answer.status >= 300:
            raise RefusedError(f"it answers {answer.status}", taken, forever=answer.status < 500)


def sinks_on() -> dict[str, Callable[[], Sink]]:
    """Return the sinks that EVENT_SINKS switches on: name -> what makes one."""
    from django.utils.module_loading import import_string  # noqa: PLC0415 - the classes may need models

    return {name: import_string(settings.SINKS[name]) for name in settings.EVENT_SINKS}
