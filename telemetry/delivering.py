"""Sending events to the sinks: at least once, in order per run, by one process at a time.

New events are taken in the order in which they were written. Where every sink takes one, it is delivered and nothing more is kept of it. Where one sink
has it, or has refused it, and another has not got it, a `Delivery` for each sink says how far it is, and those that wait are tried again when they are due.
While no sink takes anything, events stay new. A crash anywhere sends again what was not recorded yet.
"""

from __future__ import annotations

import datetime
import os
import random
import secrets
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from telemetry.models import Delivery, Event, Lease, Pruning, SinkState
from telemetry.services import schema_fault
from telemetry.sinks import PausedError, RefusedError, Sink, SinkDownError, body_of, sinks_on
from telemetry.transactions import atomic

BATCH = 1_000
LEASE_SECONDS = 60
RENEWED_AFTER = 15.0
"""Seconds after which the lease is renewed. A sink hands back within half a minute, so that no lease runs out under its holder."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0
DOWN_AFTER = 3
"""Events in a row that a sink refuses for now before it is taken to be down."""
OPEN = (Delivery.Status.WAITING, Delivery.Status.DEAD)
Status = Delivery.Status
_PROCESS = secrets.token_hex(4)


@dataclass
class Report:
    """What one round did: events sent by sink, set aside, dead, and the sinks that are down."""

    sent: dict[str, int] = field(default_factory=dict)
    aside: int = 0
    dead: int = 0
    down: dict[str, str] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Return how many were sent."""
        return sum(self.sent.values())


# One process at a time


class HeldError(Exception):
    """Another process delivers; the message says which and until when."""


def _holder() -> str:
    # Containers can share a host name and a process id.
    return f"{socket.gethostname()}:{os.getpid()}:{_PROCESS}"


def lease_take(*, name: str = "deliver_events", seconds: int = LEASE_SECONDS) -> None:
    """Take or renew the lease of this process.

    Raises:
        HeldError: another process has it.
    """
    now = timezone.now()
    until = now + datetime.timedelta(seconds=seconds)
    try:
        with atomic():
            if Lease.objects.filter(Q(holder=_holder()) | Q(until__lt=now), name=name).update(holder=_holder(), until=until):
                return
            Lease(name=name, holder=_holder(), until=until).save(force_insert=True)
    except DatabaseError:  # somebody's row is there; MongoDB may call two attempts at once a write conflict
        held = Lease.objects.filter(name=name).values_list("holder", "until").first()
        if held is None:
            raise
        raise HeldError(f"{held[0]} delivers events until {held[1]:%H:%M:%S} UTC.") from None


def lease_drop(*, name: str = "deliver_events") -> None:
    """Give the lease of this process back."""
    with atomic():
        Lease.objects.filter(name=name, holder=_holder()).delete()


class LeaseKept:
    """The lease of this process, taken and renewed while it delivers; called between events, it says whether to go on."""

    def __init__(self, stopping: Callable[[], bool]) -> None:
        self._stopping = stopping
        self._renew_at = 0.0

    def __call__(self) -> bool:
        """Take or renew it where it is time, and return False where this process is asked to end.

        Raises:
            HeldError: another process has it, or took it over meanwhile.
        """
        now = time.monotonic()
        if now >= self._renew_at:
            self._renew_at = 0.0
            lease_take()
            self._renew_at = now + RENEWED_AFTER
        return not self._stopping()


# Sending


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What came of an event at one sink; one that was not `tried` waits for the sink, or behind an earlier event."""

    status: Status
    tried: bool = True
    error: str = ""
    until: datetime.datetime | None = None


_SENT = _Outcome(Status.SENT)
_UNTOUCHED = _Outcome(Status.WAITING, tried=False)


class Deliverer:
    """Sends events; one a process, so that its sinks keep their connections."""

    def __init__(self, sinks: Mapping[str, Callable[[], Sink]] | None = None, go_on: Callable[[], bool] = lambda: True) -> None:
        """Make the sinks; `go_on` is asked between events."""
        self.sinks = {name: make() for name, make in (sinks if sinks is not None else sinks_on()).items()}
        self._go_on = go_on
        self._let_go_of_sinks_that_are_off()

    def round(self, limit: int = BATCH) -> Report:
        """Send what is due, to each sink up to so many events that wait and so many new ones; return what was done."""
        report = Report()
        if not self.sinks:
            return report
        sendings = [_Sending(name, sink, report, self._go_on) for name, sink in self.sinks.items()]
        try:
            # New ones first: events that a sink refuses again and again shall not stand before those that it would take.
            self._take(sendings, limit)
            for sending in sendings:
                self._retry(sending, limit)
        finally:
            for sending in sendings:
                sending.remember()
        return report

    def _retry(self, sending: _Sending, limit: int) -> None:
        """Send what waits and is due, the earliest of each run first."""
        if sending.idle:
            return
        now = timezone.now()
        waiting = Delivery.objects.filter(sink=sending.name, status=Status.WAITING, next_attempt_at__lte=now).select_related("event")
        due = sorted(waiting.order_by("next_attempt_at", "event_at")[:limit], key=_place)
        taken = {row.pk for row in due}
        earliest_left: dict[UUID, Delivery] = {}
        for row in sending.waiting(row.run_id for row in due):
            if row.pk not in taken and (row.run_id not in earliest_left or _place(row) < _place(earliest_left[row.run_id])):
                earliest_left[row.run_id] = row
        free = []
        for row in due:
            earlier = earliest_left.get(row.run_id)
            if earlier is not None and _place(earlier) < _place(row):
                # Its turn comes with that one; left as due as it is, it would stand in the way of others.
                Delivery.objects.filter(pk=row.pk).update(next_attempt_at=earlier.next_attempt_at)
            else:
                free.append(row)
        blocked: dict[UUID, datetime.datetime] = {}
        for rows in _parts(free, sending.at_once):
            attempts = {row.event_id: row.attempts for row in rows}
            self._applied(sending, rows, sending.send([row.event for row in rows], blocked, attempts))

    def _applied(self, sending: _Sending, rows: Sequence[Delivery], outcomes: Mapping[UUID, _Outcome]) -> None:
        """Remember what came of deliveries that were tried again."""
        now = timezone.now()
        sent, let_through = [], set()
        for row in rows:
            outcome = outcomes[row.event_id]
            if outcome.status == Status.SENT:
                sent.append(row)
            elif outcome.tried:
                row.attempts += 1
                row.first_failed_at = row.first_failed_at or now
                given_up = outcome.status == Status.DEAD or now - row.first_failed_at > datetime.timedelta(hours=settings.EVENT_GIVE_UP_HOURS)
                row.status, row.last_error, row.next_attempt_at = Status.DEAD if given_up else Status.WAITING, outcome.error, outcome.until or now
                row.save(update_fields=["attempts", "first_failed_at", "status", "last_error", "next_attempt_at"])
                sending.report.dead += given_up
                let_through |= {row.run_id} if given_up else set()
            elif outcome.until:
                Delivery.objects.filter(pk=row.pk).update(next_attempt_at=outcome.until)
        let_through |= {row.run_id for row in sent}
        if sent:
            with atomic():
                marked = {"status": Status.SENT, "sent_at": now, "attempts": F("attempts") + 1, "last_error": ""}
                Delivery.objects.filter(pk__in=[row.pk for row in sent]).update(**marked)
                self._settle(row.event_id for row in sent)
        if let_through:
            behind = [row.pk for row in sending.waiting(let_through) if row.attempts == 0 and row.next_attempt_at > now]
            Delivery.objects.filter(pk__in=behind).update(next_attempt_at=now)

    def _take(self, sendings: Sequence[_Sending], limit: int) -> None:
        """Send new events to every sink that is up."""
        if all(sending.idle for sending in sendings):
            return
        events = list(new_events().order_by("created_at", "id")[:limit])
        step = min(sending.at_once for sending in sendings)
        blocked = {sending.name: sending.blocked(events) for sending in sendings}
        # What takes many at once (a file) takes them once; the others step by step, so that a crash repeats little.
        early = {sending.name: sending.send(events, blocked[sending.name]) for sending in sendings if sending.at_once > step}
        for part in _parts(events, step):
            found = {
                sending.name: early[sending.name] if sending.name in early else sending.send(part, blocked[sending.name]) for sending in sendings
            }  # fmt: skip
            self._record(part, found, sendings[0].report)

    def _record(self, events: Sequence[Event], found: Mapping[str, Mapping[UUID, _Outcome]], report: Report) -> None:
        """Remember what came of new events: delivered by every sink, or queued; one that no sink touched stays new."""
        now = timezone.now()
        delivered, queued, rows = [], [], []
        for event in events:
            outcomes = {name: by_event[event.pk] for name, by_event in found.items()}
            if all(outcome.status == Status.SENT for outcome in outcomes.values()):
                delivered.append(event.pk)
            elif any(outcome is not _UNTOUCHED for outcome in outcomes.values()):
                queued.append(event.pk)
                rows += [_delivery(event, name, outcome, now) for name, outcome in outcomes.items()]
                report.aside += sum(outcome not in (_SENT, _UNTOUCHED) for outcome in outcomes.values())
        report.dead += sum(row.status == Status.DEAD for row in rows)
        if delivered or queued:
            with atomic():
                Delivery.objects.bulk_create(rows)
                Event.objects.filter(pk__in=queued).update(queued=True)
                Event.objects.filter(pk__in=delivered).update(delivered_at=now)

    def _settle(self, event_ids: Iterable[UUID]) -> None:
        """Mark as delivered those of some queued events that no sink that is on waits for."""
        wanted = set(event_ids)
        waited_for = _events_in(wanted, OPEN, self.sinks)
        Event.objects.filter(pk__in=wanted - waited_for, delivered_at=None).update(delivered_at=timezone.now())

    def _let_go_of_sinks_that_are_off(self) -> None:
        """Mark as delivered what only sinks that were switched off have not got; they get it if they are switched on again."""
        if not self.sinks:
            return
        for rows in pages(Delivery.objects.filter(status__in=OPEN).exclude(sink__in=list(self.sinks))):
            self._settle(row.event_id for row in rows)


class _Sending:
    """One sink's part of a round."""

    def __init__(self, name: str, sink: Sink, report: Report, go_on: Callable[[], bool]) -> None:
        self.name, self.sink, self.report, self.go_on = name, sink, report, go_on
        self.at_once: int = getattr(sink, "at_once", BATCH)
        self.state, _ = SinkState.objects.get_or_create(sink=name)
        self.refused = 0
        self.changed = self.stopped = False
        if self.down:
            report.down[name] = self.state.last_error

    @property
    def down(self) -> bool:
        """Return whether it is left alone for now."""
        return self.state.next_attempt_at is not None and self.state.next_attempt_at > timezone.now()

    @property
    def idle(self) -> bool:
        """Return whether nothing more is sent in this round."""
        return self.stopped or self.name in self.report.down

    def blocked(self, events: Sequence[Event]) -> dict[UUID, datetime.datetime]:
        """Return the runs of some new events of which an earlier event waits, with when that is tried again."""
        until: dict[UUID, datetime.datetime] = {}
        for row in self.waiting(event.run_id for event in events):
            until[row.run_id] = min(row.next_attempt_at, until.get(row.run_id, row.next_attempt_at))
        return until

    def waiting(self, runs: Iterable[UUID]) -> Iterable[Delivery]:
        """Return what waits of some runs; not ordered, which would keep SQLite from finding it by the run."""
        wanted = set(runs)
        return Delivery.objects.filter(run_id__in=wanted, sink=self.name, status=Status.WAITING) if wanted else ()

    def send(self, events: Sequence[Event], blocked: dict[UUID, datetime.datetime], attempts: Mapping[UUID, int] | None = None) -> dict[UUID, _Outcome]:
        """Send events in their order and return what came of each; a run whose event has to wait joins `blocked`."""
        outcomes: dict[UUID, _Outcome] = dict.fromkeys((event.pk for event in events), _UNTOUCHED)
        ready: list[Event] = []
        for event in events:
            if fault := flaw(event):
                outcomes[event.pk] = _Outcome(Status.DEAD, error=fault)
            else:
                ready.append(event)
        while ready and not self.idle:
            if ready[0].run_id in blocked:
                outcomes[ready[0].pk] = _Outcome(Status.WAITING, tried=False, until=blocked[ready[0].run_id])
                ready = ready[1:]
                continue
            if not self.go_on():
                self.stopped = True
                break
            free = next((place for place, event in enumerate(ready) if event.run_id in blocked), len(ready))
            taken, refused = self._sent(ready[:free])
            outcomes |= dict.fromkeys((event.pk for event in ready[:taken]), _SENT)
            if refused is not None:
                event = ready[taken]
                until = timezone.now() + _pause((attempts or {}).get(event.pk, 0) + 1)
                outcomes[event.pk] = _Outcome(Status.DEAD if refused.forever else Status.WAITING, error=str(refused)[:200], until=until)
                if not refused.forever:
                    blocked[event.run_id] = until
                taken += 1
            ready = ready[taken:]
        return outcomes

    def _sent(self, events: list[Event]) -> tuple[int, RefusedError | None]:
        """Send some events; return how many the sink took, and why not the next one where that is the event's own."""
        try:
            self.sink.send(events)
        except PausedError as pause:
            taken, refused = pause.taken, None
        except SinkDownError as error:
            taken, refused = error.taken, None
            self._goes_down(str(error))
        except RefusedError as error:
            taken, refused = error.taken, error
            self.refused = 1 if taken else self.refused + 1
            if error.forever:
                self.refused = 0
            elif self.refused >= DOWN_AFTER:
                self._goes_down(str(error))
        else:
            taken, refused, self.refused = len(events), None, 0
        if taken:
            self.report.sent[self.name] = self.report.sent.get(self.name, 0) + taken
            self.state.sent += taken
            self.state.last_sent_at = timezone.now()
            self.changed = True
            if not self.idle:
                self.state.failures, self.state.next_attempt_at, self.state.last_error = 0, None, ""
        return taken, refused

    def _goes_down(self, why: str) -> None:
        self.state.failures += 1
        self.state.next_attempt_at = timezone.now() + _pause(self.state.failures)
        self.state.last_error = self.report.down[self.name] = why[:200]
        self.changed = True

    def remember(self) -> None:
        """Save how the sink is doing, where that changed."""
        if self.changed:
            self.state.save()


def _delivery(event: Event, sink: str, outcome: _Outcome, now: datetime.datetime) -> Delivery:
    failed = outcome.tried and outcome.status != Status.SENT
    return Delivery(
        event=event,
        sink=sink,
        run_id=event.run_id,
        event_at=event.created_at,
        status=outcome.status,
        attempts=int(outcome.tried),
        next_attempt_at=outcome.until or now,
        first_failed_at=now if failed else None,
        last_error=outcome.error,
        sent_at=now if outcome.status == Status.SENT else None,
    )


def flaw(event: Event) -> str:
    """Return what is wrong with a stored event by InsightFlow's schema; empty where nothing is."""
    try:
        return schema_fault(body_of(event))
    except ValueError:
        return "it is no JSON"


def _place(row: Delivery) -> tuple[datetime.datetime, str]:
    """Return a delivery's place in the order in which events were written."""
    return row.event_at, str(row.event_id)


def _parts(rows: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def pages(rows: QuerySet[Any], size: int = 500) -> Iterator[list[Any]]:
    """Yield rows by their keys, a page at a time, each from where the one before ended."""
    page = list(rows.order_by("pk")[:size])
    while page:
        yield page
        page = list(rows.filter(pk__gt=page[-1].pk).order_by("pk")[:size])


def _pause(failures: int) -> datetime.timedelta:
    """Return how long to wait after so many failures: twice as long each time, with some chance, so that not everybody comes back at once."""
    seconds = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(failures - 1, 20))
    return datetime.timedelta(seconds=seconds * random.uniform(0.5, 1.0))  # noqa: S311 - no secret


def new_events() -> QuerySet[Event]:
    """Return the events that no sink has got and none has refused."""
    return Event.objects.filter(delivered_at=None, queued__in=[False])  # SQLite finds `= false` by the index, and `NOT queued` not


def oldest_waiting() -> datetime.datetime | None:
    """Return when the oldest event was written that a sink has not got; dead letters wait for a person and do not count."""
    open_ = Delivery.objects.filter(event=OuterRef("pk"), sink__in=settings.EVENT_SINKS, status=Status.WAITING)
    queued = Event.objects.filter(Exists(open_), delivered_at=None, queued__in=[True])
    oldest = [events.order_by("created_at").values_list("created_at", flat=True).first() for events in (new_events(), queued)]
    return min((moment for moment in oldest if moment), default=None)


def _events_in(events: set[UUID], statuses: Iterable[str], sinks: Iterable[str]) -> set[UUID]:
    """Return those of some events of which a delivery to one of the sinks has one of the statuses."""
    rows = Delivery.objects.filter(event__in=events).values_list("event_id", "status", "sink")
    return {event for event, status, sink in rows if status in statuses and sink in sinks}


# What people do


def deliveries_resend(*, deliveries: QuerySet[Delivery]) -> int:
    """Send dead letters again, from the next round on; return how many."""
    with atomic():
        again = {"status": Status.WAITING, "attempts": 0, "next_attempt_at": timezone.now(), "first_failed_at": None}
        return deliveries.filter(status=Status.DEAD).update(**again)


def events_prune(*, before: datetime.datetime, dead: bool = False, dry_run: bool = False, batch: int = 500) -> int:
    """Delete the events that every sink has and that are older than a time, and return how many; nothing that waits is deleted.

    Args:
        before: the time.
        dead: those too whose dead letters nobody sent again.
        dry_run: only count them.
        batch: how many are deleted in one transaction.
    """
    old = Event.objects.filter(created_at__lt=before)
    # Where no sink is on, nothing is ever delivered.
    deleted = 0
    for page in pages((old.exclude(delivered_at=None) if settings.EVENT_SINKS else old).only("pk"), batch):
        deleted += _deleted({event.pk for event in page}, dry_run)
    for rows in pages(Delivery.objects.filter(status=Status.DEAD, event__created_at__lt=before), batch) if dead else ():
        ids = {row.event_id for row in rows}
        counted = Event.objects.exclude(delivered_at=None).filter(pk__in=ids).values_list("pk", flat=True) if dry_run else ()
        deleted += _deleted(ids - _events_in(ids, [Status.WAITING], settings.EVENT_SINKS) - set(counted), dry_run)
    if deleted and not dry_run:
        with atomic():
            Pruning(before=before, events=deleted).save(force_insert=True)
    return deleted


def _deleted(ids: set[UUID], dry_run: bool) -> int:
    if ids and not dry_run:
        with atomic():
            Delivery.objects.filter(event__in=ids).delete()
            Event.objects.filter(pk__in=ids).delete()
    return len(ids)
