"""The app's name."""

from django.apps import AppConfig


class BareConfig(AppConfig):
    """Only loaded by benchmarks.settings."""

    name = "benchmarks.bare"
    label = "bare"
