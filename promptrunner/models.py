"""The user of the product, and what the frozen routes keep beside runs."""

import uuid
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from knox.models import AbstractAuthToken
from knox.settings import CONSTANTS


class User(AbstractUser):  # type: ignore[django-manager-missing]  # knox's manager has no types
    """A person or a system with a log-in or API tokens."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, db_column="_id")
    cities = models.JSONField(
        default=list, blank=True, help_text="The cities whose rulebooks a curator or publisher may change; every city where none is chosen."
    )


SCOPES = {
    "run": "check proposals, read runs and the law",
    "feedback": "rate results, say that a clause is wrong",
    "rules": "send clauses to the curators",
    "operate": "read events",
}
"""What a token may do."""


class ApiToken(AbstractAuthToken):  # type: ignore[misc]
    """An API token: its hash, what it may do, until when."""

    digest = models.CharField(max_length=CONSTANTS.DIGEST_LENGTH, primary_key=True, db_column="_id")
    name = models.CharField(max_length=100, blank=True, help_text="What it is for.")
    scopes = models.JSONField(default=list)
    last_used = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "API token"
        verbose_name_plural = "API tokens"

    def __str__(self) -> str:
        return f"{self.token_key} of {self.user}"


class SessionEntry(models.Model):
    """What a frozen route was sent, with the run that it made: the context of a session."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, db_column="_id")
    run = models.ForeignKey("compliance.Run", on_delete=models.PROTECT, related_name="session_entries")
    session_id = models.CharField(max_length=200)
    event = models.CharField(max_length=100)
    output = models.TextField(default="{}", help_text="As it was sent, as JSON.")
    metadata = models.TextField(default="{}", help_text="As it was sent, as JSON.")
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "session entries"
        indexes: ClassVar = [models.Index(fields=["session_id", "-created_at"], name="entry_session_newest")]

    def __str__(self) -> str:
        return f"{self.event} of {self.session_id}"


class CaseDocument(models.Model):
    """What a client read from a document of a case, as it was sent."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, db_column="_id")
    case_id = models.CharField(max_length=200, db_index=True)
    parsed_data = models.TextField(help_text="As it was sent, as JSON.")
    trace_id = models.CharField(max_length=100)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Document of {self.case_id}"


class OutputSummary(models.Model):
    """A summary of an output, of ours or of a client's."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, db_column="_id")
    run = models.ForeignKey("compliance.Run", null=True, blank=True, on_delete=models.PROTECT, related_name="summaries")
    city = models.CharField(max_length=40)
    case_id = models.CharField(max_length=200, blank=True)
    summary = models.TextField(help_text="As it was sent, as JSON.")
    file_path = models.CharField(max_length=300, blank=True, help_text="As the client wrote it; never opened.")
    trace_id = models.CharField(max_length=100)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "output summaries"
        indexes: ClassVar = [models.Index(fields=["city", "-created_at"], name="summary_city_newest")]

    def __str__(self) -> str:
        return f"{self.city} {self.case_id}"
