"""Models of cases: the files that clients sent, those that we build, and the plots they stand on."""

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
        BUILT = "built", "built from a run"

    class Format(models.TextChoices):
        """What kind of file it is."""

        GLB = "glb", "model (GLB)"
        GLTF = "gltf", "model (glTF)"
        SITE_PLAN = "siteplan", "site plan (SVG)"
        SECTION = "section", "section (SVG)"
        THUMBNAIL = "thumbnail", "picture (PNG)"
        JSON = "json", "geometry data (JSON)"
        NONE = "", "no file"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, db_column="_id")
    run = models.ForeignKey("compliance.Run", null=True, blank=True, on_delete=models.PROTECT, related_name="geometry_models")
    case_id = models.CharField(max_length=200, help_text="The case as the client named it.")
    origin = models.CharField(max_length=10, choices=Origin.choices)
    format = models.CharField(max_length=10, choices=Format.choices, blank=True)
    city = models.CharField(max_length=40, blank=True)
    path = models.CharField(max_length=300, blank=True, help_text="The file in the storage of cases; empty where none was sent.")
    sent_name = models.CharField(max_length=300, blank=True, help_text="The file's name as the client wrote it; never opened.")
    metadata = models.TextField(default="{}", help_text="As it was sent, as JSON.")
    figures = models.TextField(default="{}", help_text="What was measured from the solids of a built model, what cannot fit and what was assumed, as JSON.")
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField(default=0, help_text="Bytes.")
    trace_id = models.CharField(max_length=100)
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["case_id", "-created_at"], name="model_case_newest"),
            models.Index(fields=["run", "-created_at"], name="model_run_newest"),
            models.Index(fields=["path"], name="model_path"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} ({self.get_origin_display()})"


class PlotOutline(models.Model):
    """The polygon of a run's plot, as it was sent. Runs that supersede this one have the same plot."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, db_column="_id")
    run = models.OneToOneField("compliance.Run", on_delete=models.PROTECT, related_name="plot_outline")
    geojson = models.TextField(help_text="As it was sent, as JSON.")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"plot of run {self.run_id}"
