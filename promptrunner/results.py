"""The results of a batch as a file, made while it is sent: JSON lines with the whole verdicts, or a Parquet table of what decides."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import islice
from typing import TYPE_CHECKING, Any

from compliance.models import Batch, BatchResult
from promptrunner.pipeline import run_json

if TYPE_CHECKING:
    import pyarrow

AT_ONCE = 200
GROUP = 1_000
PARQUET_INSTALLED = find_spec("pyarrow") is not None
COUNTS = ("clauses", "satisfied", "violated", "undetermined", "required", "not_applicable")
QUERIED = ("land_use_zone", "building_use", "plot_area_sq_m", "abutting_road_width_m", "height_m", "fsi")


def json_lines(batch: Batch) -> Iterator[bytes]:
    """Yield a JSON object and a line's end for each result so far."""
    for row in _results(batch):
        if row.run is None:
            yield json.dumps({"number": row.number, "status": "FAILED", "error": row.error}, ensure_ascii=False).encode() + b"\n"
        else:
            head = json.dumps({"number": row.number, "status": row.run.status}).encode()
            yield head[:-1] + b', "run": ' + run_json(row.run) + b"}\n"


def parquet(batch: Batch) -> Iterator[bytes]:
    """Yield a Parquet file with a row for each result so far, a group of rows at a time."""
    import pyarrow  # noqa: PLC0415 - heavy, and not installed everywhere
    from pyarrow.parquet import ParquetWriter  # noqa: PLC0415 - as above

    written, rows, schema = _Written(), map(_row, _results(batch)), _schema()
    with ParquetWriter(written, schema, compression="zstd") as writer:
        while group := list(islice(rows, GROUP)):
            writer.write_table(pyarrow.Table.from_pylist(group, schema))
            yield written.taken()
    yield written.taken()


def _results(batch: Batch) -> Iterator[BatchResult]:
    """Yield the results in the order of the proposals, reading some at a time."""
    after = 0
    while rows := list(BatchResult.objects.filter(batch=batch, number__gt=after).select_related("run").order_by("number")[:AT_ONCE]):
        yield from rows
        after = rows[-1].number


class _Written(io.RawIOBase):
    """What was written since it was last taken."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        return len(self._parts[-1])

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


def _schema() -> pyarrow.Schema:
    import pyarrow as arrow  # noqa: PLC0415 - heavy, and not installed everywhere

    text, number, count, names = arrow.string(), arrow.float64(), arrow.int32(), arrow.list_(arrow.string())
    return arrow.schema({
        "number": arrow.int32(), "status": text, "error": text, "run": text, "digest": text, "outcome_digest": text, "trace_id": text, "prompt": text, "city": text,
        "rulebook": text, "edition": text, "release": text, "as_of": arrow.date32(), "created_at": arrow.timestamp("us", tz="UTC"), "reason": text, "missing_fields": names,
        **{name: text if name in ("land_use_zone", "building_use") else number for name in QUERIED},
        **dict.fromkeys(COUNTS, count),
        "outcomes": arrow.map_(text, text),
        "permissible": arrow.map_(text, arrow.struct({"min": number, "max": number})),
        "spec": text,
    })  # fmt: skip


def _row(result: BatchResult) -> dict[str, Any]:
    """Return a row of the table; what is not known is left out."""
    run = result.run
    if run is None:
        return {"number": result.number, "status": "FAILED", "error": result.error}
    verdict = json.loads(run.verdict)
    rulebook, summary = verdict.get("rulebook", {}), verdict.get("summary", {})
    return {
        "number": result.number,
        "status": run.status,
        "run": str(run.pk),
        **{name: getattr(run, name) for name in ("digest", "outcome_digest", "trace_id", "prompt", "as_of", "created_at", "spec")},
        **{name: value for name in ("city", *QUERIED) if (value := getattr(run, name)) not in (None, "")},
        "rulebook": rulebook.get("name"),
        "edition": rulebook.get("edition"),
        "release": rulebook.get("release"),
        "reason": verdict.get("reason"),
        "missing_fields": verdict.get("missing_fields", []),
        **{name: summary.get(name) for name in COUNTS},
        "outcomes": list({finding["id"]: finding["outcome"] for finding in verdict.get("findings", ())}.items()),
        "permissible": [(name, bounds) for name, limit in verdict.get("permissible", {}).items() if (bounds := _bounds(limit))],
    }


def _bounds(limit: dict[str, Any]) -> dict[str, float]:
    """Return the bounds of a field; deliberately unlimited is infinite, and what is not known has none."""
    return {**({"max": math.inf} if limit.get("unlimited") else {}), **{name: float(limit[name]) for name in ("min", "max") if name in limit}}
