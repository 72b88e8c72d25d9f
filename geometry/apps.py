"""Massing and models."""

from django.apps import AppConfig


class GeometryConfig(AppConfig):
    """Massing and models."""

    name = "geometry"
