"""What happened, as events that are written with the record they report (a transactional outbox), and how far each sink has them."""

import uuid
from typing import ClassVar

from django.db import models


class Event(models.Model):
    """One telemetry event. Its id follows from its type and its record, so that it exists once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, db_column="_id")
    event_type = models.CharField(max_length=40)
    trace_id = models.CharField(max_length=100, db_index=True)
    run_id = models.UUIDField(db_index=True)
    timestamp = models.DateTimeField()
    payload = models.TextField(help_text="The event as canonical JSON, in InsightFlow's shape.")
    created_at = models.DateTimeField(auto_now_add=True)
    delivered_at = models.DateTimeField(null=True, blank=True, help_text="When the last sink that is on had it.")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["delivered_at", "created_at"], name="event_undelivered"),
            models.Index(fields=["created_at", "id"], name="event_order"),
        ]

    def __str__(self) -> str:
        return f"{self.event_type} {self.id}"


class SinkState(models.Model):
    """How far a sink has come: it has, or has set aside, every event up to this one, in the order in which they were written."""

    sink = models.CharField(max_length=40, primary_key=True, db_column="_id")
    position_at = models.DateTimeField(null=True, blank=True)
    position_id = models.UUIDField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0, help_text="Times in a row that it could not be reached.")
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=200, blank=True)
    sent = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return self.sink


class Delivery(models.Model):
    """An event that a sink did not take: it is tried again, or is a dead letter until a person sends it again."""

    class Status(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting", "tried again later"
        DEAD = "dead", "dead letter"
        SENT = "sent"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, db_column="_id")
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="deliveries")
    sink = models.CharField(max_length=40)
    run_id = models.UUIDField(help_text="Of the event: later events of the same run wait behind it.")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    first_failed_at = models.DateTimeField()
    last_error = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints: ClassVar = [models.UniqueConstraint(fields=["event", "sink"], name="delivery_once_per_sink")]
        indexes: ClassVar = [models.Index(fields=["sink", "status", "next_attempt_at"], name="delivery_due")]
        permissions: ClassVar = [("resend_delivery", "Can send dead letters again")]

    def __str__(self) -> str:
        return f"{self.event_id} to {self.sink}"


class Lease(models.Model):
    """Who may do what only one process does at a time, and until when."""

    name = models.CharField(max_length=40, primary_key=True, db_column="_id")
    holder = models.CharField(max_length=200)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}: {self.holder}"
