"""Rulebooks as statements of the engine: to think one over takes it longer than many thousand cases take, so that each is made once."""

from __future__ import annotations

import datetime
import gc
import time
from collections.abc import Callable, Hashable, Iterator
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from compliance.rechecking.stored import Cases

if TYPE_CHECKING:
    import ibis.expr.types as ir

ALONE = -1
"""Instead of the number of a plan: a run has to be judged one by one."""

P = TypeVar("P")


class Law(Protocol):
    """What says under which rules a run is judged."""

    @property
    def release_key(self) -> str | None:
        """The key of its release."""

    @property
    def as_of(self) -> datetime.date:
        """The day whose law was asked for."""

    @property
    def city(self) -> str:
        """The city."""


class Plans(Generic[P]):
    """What runs are judged under, each thing once and with a number. A subclass says by `_number` which one is for a release, a day and a city."""

    def __init__(self) -> None:
        self.all: list[P] = []
        self._numbers: dict[tuple[str | None, datetime.date, str], int] = {}
        self._known: dict[Hashable, int] = {}

    def number_of(self, run: Law) -> int:
        """Return the number of the plan for a run; a negative one where there is none."""
        key = (run.release_key, run.as_of, run.city)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = self._number(*key)
        return number

    def _number(self, release_key: str | None, day: datetime.date, city: str) -> int:
        raise NotImplementedError

    def _kept(self, known: Hashable, make: Callable[[int], P]) -> int:
        """Return the number of the plan that something stands for, made where it is new."""
        if known not in self._known:
            self._known[known] = len(self.all)
            self.all.append(make(len(self.all)))
        return self._known[known]


class Prepared:
    """Tables of the engine that are filled anew from expressions, one after the other; the statements for it are made when it is first run.

    Args:
        tables: yields the name of each table with the rows that it is filled with.
    """

    def __init__(self, tables: Callable[[Cases], Iterator[tuple[str, ir.Table]]]) -> None:
        self._tables = tables
        self._names: list[str] = []

    def run(self, cases: Cases) -> None:
        """Fill the tables."""
        if not self._names:
            began = time.perf_counter()
            for name, rows in self._tables(cases):
                cases.prepare(name, rows)
                self._names.append(name)
            gc.collect()  # the expressions take a hundred times the memory of their SQL
            cases.seconds_to_start += time.perf_counter() - began
        for name in self._names:
            cases.engine.connection.execute(f"TRUNCATE {name}; EXECUTE fill_{name}")
