"""Numbers on the page of an audit."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def grouped(number: int) -> str:
    """Return a number with its thousands parted."""
    return f"{number:,}"
