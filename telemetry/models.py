"""What happened, as events that are written with the record they report (a transactional outbox)."""

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
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["delivered_at", "created_at"], name="event_undelivered")]

    def __str__(self) -> str:
        return f"{self.event_type} {self.id}"
