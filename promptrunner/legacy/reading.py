"""The files and collections of an installed 2.0, record by record; what cannot be read is said, and the reading goes on. Nothing is written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from compliance.specs import find_code

Kind = Literal["rule", "log", "spec", "feedback", "event", "geometry", "document", "summary"]
COLLECTIONS: dict[str, Kind] = {
    "rules": "rule", "core_logs": "log", "creator_feedback": "feedback", "feedback": "feedback", "geometry_outputs": "geometry",
    "documents": "document", "output_summaries": "summary",
}  # fmt: skip
PLACES = ("rules.json", "*/rules.json", "*/*/rules.json", "rules/*.json", "reports/*.json", "data/logs/*.json", "data/specs/*.json")
"""Where the files stand, from the installation's folder."""
LARGEST = 500_000_000
"""Bytes of a file that is read."""
SECONDS = 5


class LegacyError(ValueError):
    """What was named cannot be read at all; the message says why and what to do, and holds no address."""


@dataclass(frozen=True, slots=True)
class Found:
    """One record.

    Attributes:
        source: the file, from the installation's folder, or "mongodb:collection".
        place: where in it: a line or a number, counted from 1.
        kind: what it is; None where it is nothing that we know.
        record: as it was written, in plain JSON types.
        fault: why it cannot be read; empty where it can.
    """

    source: str
    place: str
    kind: Kind | None
    record: Any
    fault: str = ""


def read_folder(folder: Path) -> Iterator[Found]:
    """Yield every record of an installation's files.

    Raises:
        LegacyError: there is no such folder, or none of the files is in it.
    """
    if not folder.is_dir():
        raise LegacyError(f"There is no folder {folder}; name the folder of the old installation.")
    paths = list(dict.fromkeys(path for place in PLACES for path in sorted(folder.glob(place)) if path.is_file()))
    if not paths:
        raise LegacyError(f"{folder} holds none of {', '.join(PLACES)}; name the folder of the old installation.")
    for path in paths:
        yield from _file(path, str(path.relative_to(folder)))


def read_mongodb(url: str, name: str) -> Iterator[Found]:
    """Yield every record of an installation's collections; the database is only read.

    Raises:
        LegacyError: the server does not answer, or has none of the collections.
    """
    from pymongo import MongoClient  # noqa: PLC0415 - heavy, and only where a database is named
    from pymongo.errors import PyMongoError  # noqa: PLC0415 - as above

    try:
        client: Any = MongoClient(url, serverSelectionTimeoutMS=SECONDS * 1000)
        database = client[name] if name else client.get_default_database(default="promptrunner")
        there = [collection for collection in COLLECTIONS if collection in set(database.list_collection_names())]
        if not there:
            raise LegacyError(f"The database {database.name} has none of the collections {', '.join(COLLECTIONS)}; name another with --database.")
        for collection in there:
            for number, record in enumerate(database[collection].find().sort("_id", 1), 1):
                yield Found(f"mongodb:{collection}", str(number), COLLECTIONS[collection], plain(record))
        client.close()
    except PyMongoError as error:
        raise LegacyError(f"The old MongoDB cannot be read ({type(error).__name__}); look at the address and whether it runs.") from None


def plain(value: Any) -> Any:
    """Return a value in plain JSON types: ids and times of MongoDB, also as extended JSON, as text."""
    if isinstance(value, Mapping):
        if len(value) == 1:
            (key, inner), *_ = value.items()
            if key in ("$oid", "$uuid", "$numberInt", "$numberLong", "$numberDouble", "$numberDecimal"):
                return float(inner) if key in ("$numberDouble", "$numberDecimal") else int(inner) if key.startswith("$number") else str(inner)
            if key == "$date":
                return plain(inner)
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _file(path: Path, source: str) -> Iterator[Found]:
    try:
        if path.stat().st_size > LARGEST:
            yield Found(source, "file", None, None, f"the file has more than {LARGEST // 1_000_000} MB; split it into smaller ones")
            return
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        yield Found(source, "file", None, None, f"it is no text in UTF-8 that can be read ({type(error).__name__})")
        return
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        yield from _lines(text, source)
        return
    city = next((found for part in (path.stem, *path.parent.parts[::-1]) if (found := find_code("city", part))), "")
    for number, (record, default) in enumerate(_records(content), 1):
        yield _found(source, str(number), record, path, default or city)


def _lines(text: str, source: str) -> Iterator[Found]:
    """Yield the records of JSON lines; a file that is none of it is one fault."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    read: list[Found] = []
    for number, line in lines:
        try:
            record = plain(json.loads(line))
        except (ValueError, RecursionError):
            read.append(Found(source, f"line {number}", None, line[:2000], "this line is no JSON"))
        else:
            read.append(_found(source, f"line {number}", record, Path(source), ""))
    if all(found.fault == "this line is no JSON" for found in read):
        yield Found(source, "file", None, text[:2000], "it is no JSON; it may have been cut off")
    else:
        yield from read


def _records(content: Any) -> Iterator[tuple[Any, str]]:
    """Yield the records of a file's content, each with the city under whose name it stands."""
    if isinstance(content, list):
        yield from ((plain(record), "") for record in content)
    elif isinstance(content, Mapping) and content and all(find_code("city", str(key)) and isinstance(inner, list) for key, inner in content.items()):
        for key, inner in content.items():
            yield from ((plain(record), find_code("city", str(key)) or "") for record in inner)
    elif isinstance(content, Mapping) and isinstance(content.get("rules"), list):
        yield from ((plain(record), find_code("city", str(content.get("city") or "")) or "") for record in content["rules"])
    else:
        yield plain(content), ""


def _found(source: str, place: str, record: Any, path: Path, city: str) -> Found:
    if not isinstance(record, dict):
        return Found(source, place, None, record, "it is no object")
    if city and not record.get("city"):
        record = {**record, "city": city}
    kind = kind_of(record)
    if kind == "spec" and not record.get("case_id"):
        record = {**record, "case_id": path.stem}
    return Found(
        source, place, kind, record, "" if kind else "it is nothing that we know: it has none of the fields by which records are told apart (docs/migrating.md)"
    )


def kind_of(record: Mapping[str, Any]) -> Kind | None:
    """Return what a record of a file is, by its fields."""
    has = {name for name, value in record.items() if value is not None}
    if "event_type" in has and has & {"performance", "metadata"}:
        return "event"
    if has & {"rule_id", "clause_no"} and has & {"rule_text", "conditions", "parsed_fields", "parsed_data", "entitlements"}:
        return "rule"
    if "feedback" in has and has & {"session_id", "case_id"}:
        return "feedback"
    if "geometry_data" in has or {"case_id", "file"} <= has:
        return "geometry"
    if {"case_id", "parsed_data"} <= has:
        return "document"
    if "summary" in has and "prompt" not in has:
        return "summary"
    if "prompt" in has:
        return "log"
    return "spec" if isinstance(record.get("spec"), Mapping) else None
