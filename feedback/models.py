"""What people say about results, as they sent it. Append-only."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models


class Feedback(models.Model):
    """One vote on a run, a case or a session. Never changed."""

    class Route(models.TextChoices):
        """Where it came in."""

        CORE = "core", "/core/feedback"
        MCP = "mcp", "/api/mcp/feedback"
        CREATOR = "creator", "/api/mcp/creator_feedback"
        LEGACY = "legacy", "taken over from 2.0"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, db_column="_id")
    run = models.ForeignKey("compliance.Run", null=True, blank=True, on_delete=models.PROTECT, related_name="feedback")
    session_id = models.CharField(max_length=200, help_text="The session or case that was named.")
    vote = models.SmallIntegerField(choices=[(1, "up"), (-1, "down")])
    sent = models.CharField(max_length=10, help_text="The vote as the client wrote it, as JSON.")
    reward = models.SmallIntegerField(help_text="The reward that was answered.")
    route = models.CharField(max_length=10, choices=Route.choices)
    voter = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    city = models.CharField(max_length=40, blank=True)
    prompt = models.TextField(blank=True)
    output = models.TextField(default="{}", help_text="The rated output as it was sent, as JSON.")
    metadata = models.TextField(default="{}", help_text="As it was sent, as JSON.")
    trace_id = models.CharField(max_length=100)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "feedback"
        indexes: ClassVar = [
            models.Index(fields=["session_id", "-created_at"], name="feedback_session_newest"),
            models.Index(fields=["run", "-created_at"], name="feedback_run_newest"),
            models.Index(fields=["city", "-created_at"], name="feedback_city_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_vote_display()} on {self.session_id or self.run_id}"
