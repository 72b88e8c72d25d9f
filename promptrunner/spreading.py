"""Work handed to Celery's workers a chunk at a time, and their answers gathered; whatever happens to a worker, each chunk is answered once."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

AHEAD = 4
"""Chunks handed out per process: enough that none waits, few enough that an interruption loses little."""
START_SECONDS = 20
"""How long a worker is waited for at the beginning."""
AGAIN_SECONDS = 30
"""A chunk without an answer for so long that no worker has is sent again, the next time after twice as long: its worker or the broker was killed."""
SILENT_SECONDS = 60
"""After so long without any answer, a broker or workers that cannot be reached are given up."""
COUNT_SECONDS = 15
ATTEMPTS, FAILURES = 6, 3
PAUSE = 0.05


class SpreadingError(Exception):
    """Workers do not answer, or cannot do a chunk; the message says what to do."""


@dataclass
class _Chunk:
    """A chunk that was handed out: its tasks, when it is sent again, how often it was sent and has failed."""

    content: Any
    results: list[Any] = field(default_factory=list)
    due: float = 0.0
    sent: int = 0
    failed: int = 0


def each_by_celery(task: Any, chunks: Iterable[Any], options: Mapping[str, Any]) -> Iterator[Any]:
    """Yield what a task returns for each chunk, in the order in which they are done.

    The task has to stand being done twice for the same chunk; the first answer counts. Where the caller stops, chunks that no worker has begun are dropped.

    Args:
        task: given a chunk and the options.
        chunks: what it is given, in plain JSON, UUIDs and dates.
        options: for each.

    Raises:
        SpreadingError: no worker listens, the broker is away, or a chunk fails again and again.
    """
    app, waiting = task.app, iter(chunks)
    asked = list(map(_Chunk, islice(waiting, 1)))
    if not asked:
        return
    away = _away(app)
    processes = _wait_for_workers(app, away)
    heard = counted = time.monotonic()
    try:
        while asked := [*asked, *map(_Chunk, islice(waiting, max(0, AHEAD * processes - len(asked))))]:
            done: list[tuple[_Chunk, Any]] = []
            fault: Exception | None = None
            now = time.monotonic()
            try:
                _send_due(task, [chunk for chunk in asked if chunk.due <= now], options, now)
                done = [(chunk, result) for chunk in asked if (result := _answer(chunk, now)) is not None]
                if now - counted > COUNT_SECONDS:
                    counted, processes = now, _processes(app) or processes
            except away as error:
                fault = error
            for chunk, result in done:
                asked.remove(chunk)
                heard = time.monotonic()
                yield result
            if not done:
                time.sleep(PAUSE)
                if now - heard > SILENT_SECONDS:
                    _give_up_where_nobody_is(app, away, fault)
                    heard = now
    finally:
        if open_tasks := [result.id for chunk in asked for result in chunk.results]:
            with contextlib.suppress(*away):  # what nobody has begun also runs out by itself
                app.control.revoke(open_tasks)


def _send_due(task: Any, due: list[_Chunk], options: Mapping[str, Any], now: float) -> None:
    """Send chunks; those that a worker is still at are waited for."""
    sent = [result.id for chunk in due for result in chunk.results]
    at_work = {name for tasks in (task.app.control.inspect(timeout=1).query_task(*sent) or {}).values() for name in tasks} if sent else set()
    for chunk in due:
        if any(result.id in at_work for result in chunk.results):
            chunk.due = now + AGAIN_SECONDS
        else:
            _send(task, chunk, options, now)


def _send(task: Any, chunk: _Chunk, options: Mapping[str, Any], now: float) -> None:
    if chunk.sent == ATTEMPTS:
        raise SpreadingError(f"A chunk was sent {ATTEMPTS} times without an answer; look at the workers' log. It begins with {chunk.content[0]}.")
    wait = AGAIN_SECONDS * 2**chunk.sent
    # Nobody begins it once it has been sent again.
    chunk.results.append(task.apply_async((chunk.content,), dict(options), expires=wait))
    chunk.sent += 1
    chunk.due = now + wait


def _answer(chunk: _Chunk, now: float) -> Any:
    """Return the answer to a chunk, None where there is none yet."""
    for result in list(chunk.results):
        answer = result._get_task_meta()
        if answer["status"] == "SUCCESS":
            with contextlib.suppress(NotImplementedError):  # RabbitMQ's answers are gone once they are read
                result.forget()
            return answer["result"]
        if answer["status"] == "FAILURE":
            chunk.results.remove(result)
            chunk.failed += 1
            chunk.due = now
            if chunk.failed == FAILURES:
                fault = answer["result"]
                raise SpreadingError(f"Workers cannot do a chunk: {type(fault).__name__}: {fault}. What was done stays; their log says more.")
        elif answer["status"] == "REVOKED":  # it was not begun in time
            chunk.results.remove(result)
    return None


def _away(app: Any) -> tuple[type[Exception], ...]:
    """Return the exceptions that say that the broker or the store of the answers cannot be reached."""
    import kombu.exceptions  # noqa: PLC0415 - not installed everywhere

    return (kombu.exceptions.OperationalError, *app.connection_for_write().connection_errors, *getattr(app.backend, "connection_errors", ()))


def _processes(app: Any) -> int:
    """Return how many processes of workers listen for our tasks."""
    inspect = app.control.inspect(timeout=1)
    ours = [name for name, queues in (inspect.active_queues() or {}).items() if any(queue["name"] == app.conf.task_default_queue for queue in queues)]
    if not ours:
        return 0
    stats = app.control.inspect(ours, timeout=1, limit=len(ours)).stats() or {}
    return sum(int(stats.get(name, {}).get("pool", {}).get("max-concurrency") or 1) for name in ours)


def _wait_for_workers(app: Any, away: tuple[type[Exception], ...]) -> int:
    """Return how many processes listen, waiting a while for the first."""
    until = time.monotonic() + START_SECONDS
    while True:
        fault: Exception | None = None
        try:
            if processes := _processes(app):
                return processes
        except away as error:
            fault = error
        if time.monotonic() > until:
            raise _nobody(app, fault)
        time.sleep(PAUSE)


def _give_up_where_nobody_is(app: Any, away: tuple[type[Exception], ...], fault: Exception | None) -> None:
    try:
        if _processes(app):
            return
    except away as error:
        fault = error
    raise _nobody(app, fault)


def _nobody(app: Any, fault: Exception | None) -> SpreadingError:
    broker = app.connection_for_write().as_uri()  # its password is left out
    if fault is not None:
        return SpreadingError(f"The broker at {broker} cannot be reached ({type(fault.__cause__ or fault).__name__}).")
    return SpreadingError(f"No worker listens at {broker}; start one (celery -A promptrunner worker).")
