"""One table with one row per request."""

from __future__ import annotations

import uuid

from django.db import models


class Row(models.Model):
    """A row as large as a run's."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, db_column="_id")
    prompt = models.TextField()
    content = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.id)
