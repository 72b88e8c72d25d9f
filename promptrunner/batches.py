"""Working off batches: in a thread of the serving process, by `manage.py work_batches`, or by Celery; all the same function."""

from __future__ import annotations

import json
import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable, Mapping
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError, connections

from compliance.models import Batch, BatchPart, BatchResult
from compliance.reading import PromptTooLongError
from compliance.services.batches import batch_finish, part_drop, part_finish, part_free_in, part_keep, part_take, result_fail
from compliance.services.releases import UnknownRulebookError
from compliance.specs import SpecError
from geometry.massing import PlotError
from promptrunner.pipeline import run_proposal
from telemetry.trace import new_trace_id

logger = logging.getLogger(__name__)


def holder() -> str:
    """Return a name for this worker that no other has."""
    return f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}:{secrets.token_hex(4)}"


def work_off(batch: Batch | None = None, go_on: Callable[[], bool] = lambda: True) -> int:
    """Check what waits, of one batch or of all, until nothing is left that nobody holds; return how many proposals were checked.

    Args:
        batch: only this one.
        go_on: asked between proposals; where it says no, the part at hand is given back.

    Raises:
        OperationalError: the database cannot be reached; what is not done is taken up again later.
    """
    name, checked = holder(), 0
    while go_on() and (part := part_take(holder=name, batch=batch)) is not None:
        checked += _work_part(part, name, go_on)
    for waiting in [batch] if batch else Batch.objects.filter(status=Batch.Status.WAITING):
        batch_finish(batch=waiting)  # whoever checked its last part may have been killed before saying so
    return checked


def work_one_part(batch: Batch) -> float | None:
    """Check one part of a batch that nobody holds; return in how many seconds there may be another one, None where nothing is left.

    Raises:
        OperationalError: the database cannot be reached; what is not done is taken up again later.
    """
    name = holder()
    if (part := part_take(holder=name, batch=batch)) is not None:
        _work_part(part, name, lambda: True)
    wait = part_free_in(batch=batch)
    if wait is None:
        batch_finish(batch=batch)
    return wait


def _work_part(part: BatchPart, name: str, go_on: Callable[[], bool]) -> int:
    proposals = json.loads(part.proposals)
    last = part.first + len(proposals) - 1
    done = set(BatchResult.objects.filter(batch=part.batch, number__gte=part.first, number__lte=last).values_list("number", flat=True))
    checked = 0
    for number, proposal in enumerate(proposals, start=part.first):
        if number in done:
            continue
        if not go_on():
            part_drop(part=part, holder=name)
            return checked
        if not part_keep(part=part, holder=name):
            return checked
        _check(part.batch, number, proposal)
        checked += 1
    part_finish(part=part)
    return checked


def _check(batch: Batch, number: int, proposal: Mapping[str, Any]) -> None:
    """Check one proposal; a fault of its own is its result and does not stop the rest."""
    trace = new_trace_id()
    try:
        run_proposal(
            **proposal, rulebook=batch.rulebook or None, as_of=batch.as_of, session_id=batch.session_id, trace_id=trace,
            beside=[BatchResult(batch=batch, number=number)],
        )  # fmt: skip
        return
    except (OperationalError, InterfaceError):
        raise
    except DatabaseError:
        if BatchResult.objects.filter(batch=batch, number=number).exists():
            return  # another worker took the part over and was first
        raise
    except SpecError as error:
        says = "; ".join(f"/spec{pointer}: {sentence}" for pointer, sentence in error.errors)
    except PlotError as error:
        says = f"/plot{error.pointer}: {error}"
    except (PromptTooLongError, UnknownRulebookError) as error:
        says = str(error)
    except Exception:
        logger.exception("A proposal of a batch failed", extra={"batch": str(batch.pk), "number": number, "trace": trace})
        says = f"A fault of ours. Please report the trace id {trace}."
    result_fail(batch=batch, number=number, error=says)


# A worker inside the serving process


class _Thread:
    """The one thread of this process that works off batches; it ends when nothing is left."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """Start it where it does not run."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work, name="batches", daemon=True)
                self._thread.start()

    @staticmethod
    def _work() -> None:
        try:
            work_off()
        except Exception:
            logger.exception("The worker for batches stopped; what waits is taken up with the next request about a batch")
        finally:
            connections.close_all()


_thread = _Thread()


def wake_worker() -> None:
    """See to it that what waits is worked off in this process."""
    _thread.wake()
