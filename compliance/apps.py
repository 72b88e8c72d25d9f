"""Regulations and verdicts."""

from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    """Regulations and verdicts."""

    name = "compliance"
