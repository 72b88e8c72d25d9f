"""Models of cases: the files that clients sent, and those that we build."""

import uuid
from typing import ClassVar

from django.db import models


class GeometryModel(models.Model):
    """One model of a case. Never changed: a later one takes its place."""

    class Origin(models.TextChoices):
        """Where it came from."""

        FILE = "file", "a GLB that a client sent"
        DATA = "data", "geometry data that a client sent"
        NAMED = "named", "a file that a client named without sending it"
        LEGACY = "legacy", "taken over from 2.0"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, db_column="_id")
    run = models.ForeignKey("compliance.Run", null=True, blank=True, on_delete=models.PROTECT, related_name="geometry_models")
    case_id = models.CharField(max_length=200, help_text="The case as the client named it.")
    origin = models.CharField(max_length=10, choices=Origin.choices)
    city = models.CharField(max_length=40, blank=True)
    path = models.CharField(max_length=300, blank=True, help_text="The file in the storage of cases; empty where none was sent.")
    sent_name = models.CharField(max_length=300, blank=True, help_text="The file's name as the client wrote it; never opened.")
    metadata = models.TextField(default="{}", help_text="As it was sent, as JSON.")
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField(default=0, help_text="Bytes.")
    trace_id = models.CharField(max_length=100)
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["case_id", "-created_at"], name="model_case_newest"),
            models.Index(fields=["run", "-created_at"], name="model_run_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} ({self.get_origin_display()})"
