"""Sending events to the sinks: at least once, in order per run, by one process at a time.

Each sink walks the events in the order in which they were written and remembers where it is (`SinkState`). A sink that cannot be reached stays where it is.
An event that it refuses is set aside (`Delivery`) with the later ones of its run, and the walk goes on. A crash anywhere sends again what was not remembered.
"""

from __future__ import annotations

import datetime
import json
import logging
import os
import random
import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Q, QuerySet
from django.utils import timezone
from jsonschema import Draft202012Validator

from telemetry.models import Delivery, Event, Lease, SinkState
from telemetry.sinks import RefusedError, Sink, SinkDownError, body_of, sinks_on
from telemetry.transactions import atomic

logger = logging.getLogger(__name__)
BATCH = 200
LEASE_SECONDS = 60
BEHIND = datetime.timedelta(days=3650)
"""When an event is due that waits behind another one of its run: the other one takes it along."""
LATE = datetime.timedelta(minutes=10)
"""No transaction of ours takes longer than this."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0
DOWN_AFTER = 3
"""Events in a row that a sink refuses for now before it is taken to be down."""
Status = Delivery.Status


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


class HeldError(Exception):
    """Another process delivers; the message says which and until when."""


def lease_take(*, name: str = "deliver_events", seconds: int = LEASE_SECONDS) -> None:
    """Take or renew the lease of this process.

    Raises:
        HeldError: another process has it.
    """
    holder, now = f"{socket.gethostname()}:{os.getpid()}", timezone.now()
    until = now + datetime.timedelta(seconds=seconds)
    with atomic():
        if Lease.objects.filter(Q(holder=holder) | Q(until__lt=now), name=name).update(holder=holder, until=until):
            return
    try:
        with atomic():
            Lease(name=name, holder=holder, until=until).save(force_insert=True)
    except DatabaseError:
        held = Lease.objects.filter(name=name).values_list("holder", "until").first()
        raise HeldError(f"{held[0]} delivers events until {held[1]:%H:%M:%S} UTC." if held else "Another process delivers events.") from None


def lease_drop(*, name: str = "deliver_events") -> None:
    """Give the lease of this process back."""
    with atomic():
        Lease.objects.filter(name=name, holder=f"{socket.gethostname()}:{os.getpid()}").delete()


class Deliverer:
    """Sends events; one a process, so that its sinks keep their connections."""

    def __init__(self, sinks: dict[str, Callable[[], Sink]] | None = None) -> None:
        self.sinks = {name: make() for name, make in (sinks if sinks is not None else sinks_on()).items()}
        _forget_sinks_that_are_off(set(self.sinks))

    def round(self, limit: int = BATCH) -> Report:
        """Send each sink what is due, up to so many events; return what was done."""
        report = Report()
        for name, sink in self.sinks.items():
            state, _ = SinkState.objects.get_or_create(sink=name)
            if state.next_attempt_at and state.next_attempt_at > timezone.now():
                report.down[name] = state.last_error
                continue
            _Walk(name, sink, state, report, set(self.sinks)).run(limit)
        return report


class _Walk:
    """One sink's part of a round."""

    def __init__(self, name: str, sink: Sink, state: SinkState, report: Report, all_sinks: set[str]) -> None:
        self.name, self.sink, self.state, self.report, self.all_sinks = name, sink, state, report, all_sinks

    def run(self, limit: int) -> None:
        try:
            self.retry(limit)
            self.late(limit)
            self.forward(limit)
        except SinkDownError as error:
            self.state.failures += 1
            self.state.next_attempt_at = timezone.now() + _pause(self.state.failures)
            self.state.last_error = str(error)[:200]
            self.report.down[self.name] = self.state.last_error
        else:
            self.state.failures, self.state.next_attempt_at, self.state.last_error = 0, None, ""
        self.state.save()

    def forward(self, limit: int) -> None:
        """Send what comes after the sink's position, and move it."""
        self.walk(list(self.after_position()[:limit]), moves=True)

    def late(self, limit: int) -> None:
        """Send what was committed behind the sink's position: its transaction began before that of a later event and ended after it."""
        if self.state.position_at is not None:
            behind = Q(created_at__lt=self.state.position_at) | Q(created_at=self.state.position_at, id__lte=self.state.position_id)
            missed = Event.objects.filter(behind, delivered_at=None, deliveries__isnull=True).order_by("created_at", "id")
            self.walk(_without_waiting(missed[:limit], self.all_sinks - {self.name}), moves=False)

    def retry(self, limit: int) -> None:
        """Send what was set aside and is due, each with the later events of its run behind it, until one is refused again."""
        due = Delivery.objects.filter(sink=self.name, status=Status.WAITING, next_attempt_at__lte=timezone.now()).select_related("event")
        for delivery in sorted(due.order_by("next_attempt_at")[:limit], key=_order):
            first = self.first_waiting(delivery.run_id)
            if first is None or first.pk != delivery.pk:  # an earlier one of the run waits: it takes this one along
                Delivery.objects.filter(pk=delivery.pk, status=Status.WAITING).update(next_attempt_at=timezone.now() + BEHIND)
                continue
            while first is not None and self.sent(first):
                first = self.first_waiting(delivery.run_id)

    def sent(self, delivery: Delivery) -> bool:
        """Send an event that was set aside; return whether the next one of its run may follow."""
        try:
            self.sink.send([delivery.event])
        except RefusedError as error:
            return self.put_off(delivery, str(error), error.forever)
        Delivery.objects.filter(pk=delivery.pk).update(status=Status.SENT, sent_at=timezone.now(), last_error="")
        self.taken([delivery.event])
        return True

    def first_waiting(self, run_id: UUID) -> Delivery | None:
        """Return the earliest event of a run that waits for this sink."""
        waiting = Delivery.objects.filter(sink=self.name, run_id=run_id, status=Status.WAITING).select_related("event")
        return min(waiting, key=_order, default=None)

    def walk(self, events: list[Event], moves: bool) -> None:
        waiting = (
            set(Delivery.objects.filter(sink=self.name, status=Status.WAITING, run_id__in={event.run_id for event in events}).values_list("run_id", flat=True))
            if events
            else set()
        )
        refused = 0
        while events:
            if fault := flaw(events[0]):
                self.set_aside(events[0], fault, forever=True)
                events = self.moved(events, 1, moves)
                continue
            if events[0].run_id in waiting:
                self.set_aside(events[0], "an earlier event of the run waits", forever=False, pause=BEHIND)
                events = self.moved(events, 1, moves)
                continue
            free = next((place for place, event in enumerate(events) if event.run_id in waiting or flaw(event)), len(events))
            try:
                self.sink.send(events[:free])
            except SinkDownError as error:
                self.taken(events[: error.taken])
                self.moved(events, error.taken, moves)
                raise
            except RefusedError as error:
                self.taken(events[: error.taken])
                events = self.moved(events, error.taken, moves)
                refused = 1 if error.taken else refused + 1
                if not error.forever and refused >= DOWN_AFTER:
                    raise SinkDownError(str(error), 0) from None
                self.set_aside(events[0], str(error), error.forever)
                if not error.forever:
                    waiting.add(events[0].run_id)
                events = self.moved(events, 1, moves)
            else:
                refused = 0
                self.taken(events[:free])
                events = self.moved(events, free, moves)

    def after_position(self) -> QuerySet[Event]:
        events = Event.objects.order_by("created_at", "id")
        if self.state.position_at is None:
            return events.filter(delivered_at=None)
        return events.filter(delivered_at=None).filter(
            Q(created_at__gt=self.state.position_at) | Q(created_at=self.state.position_at, id__gt=self.state.position_id)
        )

    def moved(self, events: list[Event], count: int, moves: bool) -> list[Event]:
        """Remember that the sink has, or has set aside, the first of some events; return the rest."""
        if count and moves:
            last = events[count - 1]
            self.state.position_at, self.state.position_id = last.created_at, last.pk
            self.state.save(update_fields=["position_at", "position_id", "sent"])
        return events[count:]

    def taken(self, events: Sequence[Event]) -> None:
        """Count events that the sink has, and mark those that every sink has."""
        if not events:
            return
        self.report.sent[self.name] = self.report.sent.get(self.name, 0) + len(events)
        self.state.sent += len(events)
        others = self.all_sinks - {self.name}
        open_ = set(
            Delivery.objects.filter(event__in=[event.pk for event in events])
            .exclude(status=Status.SENT)
            .exclude(sink=self.name)
            .values_list("event_id", flat=True)
        )
        whole = [event.pk for event in _without_waiting(events, others) if event.pk not in open_]
        Event.objects.filter(pk__in=whole).update(delivered_at=timezone.now())

    def set_aside(self, event: Event, error: str, forever: bool, pause: datetime.timedelta | None = None) -> None:
        now = timezone.now()
        fields = {
            "run_id": event.run_id,
            "status": Status.DEAD if forever else Status.WAITING,
            "next_attempt_at": now + (pause or _pause(1)),
            "first_failed_at": now,
            "last_error": error[:200],
        }
        Delivery.objects.get_or_create(event=event, sink=self.name, defaults={**fields, "attempts": 1})
        self.report.aside += 1
        self.report.dead += forever

    def put_off(self, delivery: Delivery, error: str, forever: bool) -> bool:
        """Try an event again later, or give it up; return whether it was given up, so that the next one of its run may follow."""
        now = timezone.now()
        given_up = forever or now - delivery.first_failed_at > datetime.timedelta(hours=settings.EVENT_GIVE_UP_HOURS)
        Delivery.objects.filter(pk=delivery.pk).update(
            attempts=delivery.attempts + 1,
            next_attempt_at=now + _pause(delivery.attempts + 1),
            last_error=error[:200],
            status=Status.DEAD if given_up else Status.WAITING,
        )
        self.report.dead += given_up
        return given_up


def _order(delivery: Delivery) -> tuple[datetime.datetime, str]:
    """Return where a delivery's event stands among the others."""
    return delivery.event.created_at, str(delivery.event_id)


def _without_waiting(events: Iterable[Event], others: set[str]) -> list[Event]:
    """Return those of some events as far as which every other sink has come."""
    if not others:
        return list(events)
    states = list(SinkState.objects.filter(sink__in=others).exclude(position_at=None))
    if len(states) < len(others):
        return []
    least = min((state.position_at, str(state.position_id)) for state in states)
    return [event for event in events if (event.created_at, str(event.pk)) <= least]


def _forget_sinks_that_are_off(on: set[str]) -> None:
    """Let go of sinks that were switched off: what only they had not got is delivered."""
    off = list(SinkState.objects.exclude(sink__in=on).values_list("sink", flat=True))
    if not off:
        return
    Delivery.objects.filter(sink__in=off).delete()
    positions = [state.position_at for state in SinkState.objects.filter(sink__in=on) if state.position_at]
    if on and len(positions) == len(on):
        waiting = list(Delivery.objects.exclude(status=Status.SENT).values_list("event_id", flat=True))
        Event.objects.filter(delivered_at=None, created_at__lte=min(positions) - LATE).exclude(pk__in=waiting).update(delivered_at=timezone.now())
    SinkState.objects.filter(sink__in=off).delete()


def _pause(failures: int) -> datetime.timedelta:
    """Return how long to wait after so many failures: twice as long each time, with some chance, so that not everybody comes back at once."""
    seconds = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(failures - 1, 20))
    return datetime.timedelta(seconds=seconds * random.uniform(0.5, 1.0))  # noqa: S311 - no secret


def flaw(event: Event) -> str:
    """Return what is wrong with an event by InsightFlow's schema; empty where nothing is."""
    try:
        error = next(_validator().iter_errors(body_of(event)), None)
    except ValueError:
        return "it is no JSON"
    return f"it does not fit the schema: {error.json_path} {error.message}"[:200] if error else ""


@cache
def _validator() -> Any:
    schema = json.loads(Path(__file__).with_name("schema.json").read_text(encoding="utf-8"))
    return Draft202012Validator(schema)


def deliveries_resend(*, deliveries: QuerySet[Delivery]) -> int:
    """Send dead letters again, from the next round on; return how many."""
    with atomic():
        now = timezone.now()
        return deliveries.filter(status=Status.DEAD).update(status=Status.WAITING, attempts=0, next_attempt_at=now, first_failed_at=now)


def events_prune(*, before: datetime.datetime, dead: bool = False, batch: int = 500) -> int:
    """Delete the events that every sink has and that are older than a time, dead letters too where asked; return how many."""
    deleted = 0
    old = Event.objects.filter(created_at__lt=before)
    while True:
        ids = list((old.exclude(delivered_at=None) if settings.EVENT_SINKS else old).values_list("pk", flat=True)[:batch])
        if not ids and dead:
            ids = list(Delivery.objects.filter(status=Status.DEAD, event__created_at__lt=before).values_list("event_id", flat=True)[:batch])
        if not ids:
            return deleted
        with atomic():
            Delivery.objects.filter(event__in=ids).delete()
            Event.objects.filter(pk__in=ids).delete()
        deleted += len(ids)
