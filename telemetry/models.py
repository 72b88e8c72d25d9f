"""What happened, as events that are written with the record they report (a transactional outbox), and how far each sink has them."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone


class Event(models.Model):
    """One telemetry event. Its id follows from its type and its record, so that it exists once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, db_column="_id")
    event_type = models.CharField(max_length=40)
    trace_id = models.CharField(max_length=100, db_index=True)
    run_id = models.UUIDField(db_index=True)
    timestamp = models.DateTimeField()
    payload = models.TextField(help_text="The event as canonical JSON, in InsightFlow's shape.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    queued = models.BooleanField(default=False, help_text="A sink has it or has refused it, and another has not got it: its deliveries say which.")
    delivered_at = models.DateTimeField(null=True, blank=True, help_text="When the last sink that is on had it.")

    class Meta:
        indexes: ClassVar = [
            # What is new is found in its order, however much was delivered or waits.
            models.Index(fields=["delivered_at", "queued", "created_at"], name="event_new"),
            models.Index(fields=["created_at", "id"], name="event_order"),
        ]

    def __str__(self) -> str:
        return f"{self.event_type} {self.id}"


class SinkState(models.Model):
    """How a sink is doing: what it took so far, and until when it is left alone after it could not be reached."""

    sink = models.CharField(max_length=40, primary_key=True, db_column="_id")
    sent = models.PositiveBigIntegerField(default=0, help_text="Events that it took, repeated ones too.")
    last_sent_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0, help_text="Times in a row that it could not be reached.")
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.sink


class Delivery(models.Model):
    """How far one sink is with an event that not every sink took at once. A dead letter waits for a person to send it again."""

    class Status(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting", "tried again later"
        DEAD = "dead", "dead letter"
        SENT = "sent"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, db_column="_id")
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="deliveries")
    sink = models.CharField(max_length=40)
    # The event's own, here too so that the order within a run is known without reading events.
    run_id = models.UUIDField(help_text="Of the event: later events of the same run wait behind it.")
    event_at = models.DateTimeField(help_text="When the event was written.")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    first_failed_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints: ClassVar = [models.UniqueConstraint(fields=["event", "sink"], name="delivery_once_per_sink")]
        indexes: ClassVar = [
            models.Index(fields=["sink", "status", "next_attempt_at"], name="delivery_due"),
            models.Index(fields=["run_id", "sink", "status"], name="delivery_of_run"),
        ]
        permissions: ClassVar = [("resend_delivery", "Can send dead letters again")]

    def __str__(self) -> str:
        return f"{self.event_id} to {self.sink}"


class Pruning(models.Model):
    """That old events were deleted: those older than `before` are not missing."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, db_column="_id")
    pruned_at = models.DateTimeField(default=timezone.now)
    before = models.DateTimeField()
    events = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.events} events from before {self.before:%Y-%m-%d}"


class Lease(models.Model):
    """Who may do what only one process does at a time, and until when."""

    name = models.CharField(max_length=40, primary_key=True, db_column="_id")
    holder = models.CharField(max_length=200)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}: {self.holder}"
