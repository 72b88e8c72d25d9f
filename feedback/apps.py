"""Feedback and its review."""

from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    """Feedback and its review."""

    name = "feedback"
