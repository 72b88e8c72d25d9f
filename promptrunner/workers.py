"""Work on stored runs spread over processes of this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import islice
from multiprocessing import get_context
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

MOST_WORKERS = 64
AHEAD = 4
"""Chunks handed out per worker: enough that none waits, few enough that an interruption loses little."""


def each(work: Callable[[T], R], chunks: Iterable[T], workers: int) -> Iterator[R]:
    """Yield what a function returns for each chunk, in the order in which they are done.

    Args:
        work: a function that another process can import.
        chunks: what it is given.
        workers: how many processes; with one, this one does it.

    Raises:
        BrokenProcessPool: a worker was killed.
    """
    if workers == 1:
        yield from map(work, chunks)
        return
    waiting = iter(chunks)
    # New interpreters: a fork would share this process's database connections.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_ready) as pool:
        asked: set[Future[R]] = {pool.submit(work, chunk) for chunk in islice(waiting, workers * AHEAD)}
        while asked:
            done, asked = wait(asked, return_when=FIRST_COMPLETED)
            asked |= {pool.submit(work, chunk) for chunk in islice(waiting, len(done))}
            for future in done:
                yield future.result()


def _ready() -> None:
    import django  # noqa: PLC0415 - in a new interpreter

    django.setup()
