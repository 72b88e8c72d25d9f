"""Ibis, imported when it is first used: only who evaluates by columns needs it, and it takes a third of a second."""

from __future__ import annotations

import importlib
from typing import Any


class _Ibis:
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what doctest and inspect ask of anything
            raise AttributeError(name)
        return getattr(importlib.import_module("ibis"), name)


ibis: Any = _Ibis()
