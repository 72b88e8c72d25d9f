"""Ibis, imported when it is first used: only who evaluates by columns needs it."""

from __future__ import annotations

import gc
import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class _Ibis:
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what doctest and inspect ask of anything
            raise AttributeError(name)
        return getattr(importlib.import_module("ibis"), name)


ibis: Any = _Ibis()


@contextmanager
def uncollected() -> Iterator[None]:
    """Leave the garbage collector out: a rulebook's expressions are a million small objects that all live on, and looking through them doubles the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
