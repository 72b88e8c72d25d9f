"""Work on stored runs spread over processes of this machine, or over Celery's workers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from importlib.util import find_spec
from itertools import islice
from multiprocessing import get_context
from typing import Any, TypeVar

from django.conf import settings

from promptrunner.spreading import AHEAD, SpreadingError

T = TypeVar("T")
R = TypeVar("R")

MOST_WORKERS = 64


def each(work: Callable[[T], R], chunks: Iterable[T], workers: int, *, celery: bool = False) -> Iterator[R]:
    """Yield what a function returns for each chunk, in the order in which they are done.

    Args:
        work: a function that another process can import.
        chunks: what it is given.
        workers: how many processes; with one, this one does it.
        celery: put the chunks on Celery's workers instead.

    Raises:
        BrokenProcessPool: a worker was killed.
        SpreadingError: Celery's workers do not answer, or cannot do it.
    """
    if celery:
        yield from _each_by_celery(work, chunks)
        return
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


def _each_by_celery(work: Any, chunks: Iterable[Any]) -> Iterator[Any]:
    if find_spec("celery") is None:
        raise SpreadingError("Celery is not installed: pip install --require-hashes -r requirements/prod.txt.")
    if not settings.CELERY_BROKER_URL:
        raise SpreadingError("CELERY_BROKER_URL does not say where the broker of Celery's workers is.")
    from promptrunner.tasks import by_celery  # noqa: PLC0415 - Celery is not installed everywhere

    yield from by_celery(work, chunks)


def _ready() -> None:
    import django  # noqa: PLC0415 - in a new interpreter

    django.setup()
