"""Traces, events and their delivery."""

from django.apps import AppConfig


class TelemetryConfig(AppConfig):
    """Traces, events and their delivery."""

    name = "telemetry"
