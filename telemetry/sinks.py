"""Where events are sent to. A sink takes events in order and says how many it took before something went wrong."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import orjson
import urllib3
from django.conf import settings

from telemetry.models import Event
from telemetry.trace import traceparent_of

SECONDS = 5.0
"""Time limit of a connection, and of an answer."""
HANDS_BACK_AFTER = 15.0
"""Seconds after which a slow sink hands back between two events."""
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


class PausedError(SinkError):
    """The sink took some events and hands back for a moment, so that its deliverer can keep its lease and hear whether to end."""


class Sink(Protocol):
    """Somewhere events are sent to. One with an attribute `at_once` gets at most so many events in one call."""

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
        try:
            for event in events:
                sys.stdout.write(json.dumps(body_of(event), sort_keys=True) + "\n")
            sys.stdout.flush()
        except OSError as error:  # nobody reads any more
            raise SinkDownError(f"standard output is closed: {error.strerror}", 0) from None


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
        numbered = sorted(self.path.parent.glob(f"{self.path.stem}.[0-9][0-9][0-9][0-9][0-9][0-9].json"))
        # A crash can come between the numbered files, which are written first, and the newest one: what it left twice is taken out here.
        last_two = [_read(path) for path in numbered[-2:]]
        archived = {entry.get("event_id") for entries in last_two for entry in entries}
        newest = [entry for entry in _read(self.path) if entry.get("event_id") not in archived]
        known = archived | {entry.get("event_id") for entry in newest}
        newest += [body for body in bodies if body["event_id"] not in known]
        older = last_two[-1] if last_two else []
        number = int(numbered[-1].stem.rsplit(".", 1)[1]) if numbered else 1
        overflow, newest = newest[:-NEWEST], newest[-NEWEST:]
        while overflow:
            if len(older) >= NEWEST:
                number, older = number + 1, []
            room = NEWEST - len(older)
            older, overflow = [*older, *overflow[:room]], overflow[room:]
            _replace(self.path.with_name(f"{self.path.stem}.{number:06}.json"), older)
        _replace(self.path, newest)
        self._replaced_at = time.monotonic()


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        found = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        return []
    except ValueError:
        found = None
    if isinstance(found, list) and all(isinstance(entry, dict) for entry in found):
        return found
    path.replace(path.with_name(f"{path.stem}.damaged-{time.time_ns()}"))  # of another program; kept, and begun anew
    return []


def _replace(path: Path, entries: Sequence[Mapping[str, Any]]) -> None:
    # Always the same name aside: there is one writer, and what a crash left behind is written over.
    aside = path.with_name(f".{path.name}.part")
    with aside.open("wb") as file:
        file.write(b"[" + b",\n".join(orjson.dumps(entry, option=orjson.OPT_SORT_KEYS) for entry in entries) + b"]\n")
        file.flush()
        os.fsync(file.fileno())
    aside.chmod(0o644)
    aside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)  # the new name, too, outlives a power cut
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class HttpSink:
    """POST an event at a time to INSIGHTFLOW_URL."""

    at_once = 50

    def __init__(self) -> None:
        self._pool = urllib3.PoolManager(timeout=SECONDS, retries=False, maxsize=2)

    def requests_of(self, event: Event) -> tuple[str, Mapping[str, Any]]:
        """Return where an event goes to, and its body."""
        return settings.INSIGHTFLOW_URL, body_of(event)

    def send(self, events: Sequence[Event]) -> None:
        """Send them one after the other."""
        until = time.monotonic() + HANDS_BACK_AFTER
        for taken, event in enumerate(events):
            if taken and time.monotonic() > until:
                raise PausedError("it is slow", taken)
            self._post(taken, event)

    def _post(self, taken: int, event: Event) -> None:
        try:
            url, body = self.requests_of(event)
        except (LookupError, TypeError, ValueError) as error:
            raise RefusedError(f"what it reports cannot be told ({type(error).__name__})", taken, forever=True) from None
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": str(event.pk),
            "X-Trace-Id": event.trace_id,
            "traceparent": traceparent_of(event.trace_id),
        }
        try:
            answer = self._pool.request("POST", url, body=json.dumps(body).encode(), headers=headers, redirect=False)
        except urllib3.exceptions.ReadTimeoutError:
            # It may be this event at which it hangs: another one is tried before the sink is taken to be down.
            raise RefusedError(f"it does not answer within {SECONDS:.0f} s", taken, forever=False) from None
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise SinkDownError(f"it cannot be reached ({type(error).__name__})", taken) from None
        if answer.status in (408, 425, 429, 503) or 300 <= answer.status < 400:  # a redirection: the setting is wrong, not the event
            raise SinkDownError(f"it answers {answer.status}", taken)
        if answer.status >= 300:
            raise RefusedError(f"it answers {answer.status}", taken, forever=answer.status < 500)


def sinks_on() -> dict[str, Callable[[], Sink]]:
    """Return the sinks that EVENT_SINKS switches on: name -> what makes one."""
    from django.utils.module_loading import import_string  # noqa: PLC0415 - the classes may need models

    return {name: import_string(settings.SINKS[name]) for name in settings.EVENT_SINKS}
