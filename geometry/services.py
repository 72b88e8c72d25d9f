"""Storing models of cases, and plots."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
import uuid
from collections.abc import Mapping
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import DatabaseError
from django.utils import timezone

from geometry.glb import check_glb
from geometry.models import GeometryModel, PlotOutline
from telemetry.transactions import atomic

FOLDER = "outputs/geometry"
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_NAMES = uuid.UUID("0b0e4c7e-5a57-5f5e-8a52-0c63b1c9b0d4")


def file_stem(case_id: str) -> str:
    """Return the name of a case's files, without an ending: its id where that is a plain name, else one made from it.

    >>> file_stem("case-12"), file_stem("../../etc/passwd") == file_stem("../../etc/passwd")
    ('case-12', True)
    """
    return case_id if _PLAIN.fullmatch(case_id) and ".." not in case_id else str(uuid.uuid5(_NAMES, case_id))


def model_store(
    *,
    case_id: str,
    run: Any,
    trace_id: str,
    glb: bytes | None = None,
    data: Mapping[str, Any] | None = None,
    sent_name: str = "",
    metadata: Mapping[str, Any] | None = None,
    city: str = "",
    fixed: tuple[uuid.UUID, datetime.datetime] | None = None,
) -> GeometryModel:
    """Save what a client sent as a case's model (a GLB, geometry data, or only a file's name) and return the record.

    `fixed` is the id and the time of one that is taken over from an earlier installation.

    Raises:
        GlbError: the file is no GLB; nothing is stored.
    """
    origin, path, raw, file_format = GeometryModel.Origin.NAMED, "", b"", GeometryModel.Format.NONE
    if glb is not None:
        check_glb(glb)
        origin, path, raw, file_format = GeometryModel.Origin.FILE, f"{FOLDER}/{file_stem(case_id)}.glb", glb, GeometryModel.Format.GLB
    elif data is not None:
        origin, path, file_format = GeometryModel.Origin.DATA, f"{FOLDER}/{file_stem(case_id)}.json", GeometryModel.Format.JSON
        raw = json.dumps(data, sort_keys=True).encode()
    if path:
        storages["cases"].save(path, ContentFile(raw))
    name, at = fixed or (uuid.uuid4(), timezone.now())
    record = GeometryModel(
        id=name,
        run=run,
        case_id=case_id,
        origin=GeometryModel.Origin.LEGACY if fixed else origin,
        format=file_format,
        city=city,
        path=path,
        sent_name=sent_name[:300],
        metadata=json.dumps(metadata or {}, sort_keys=True),
        sha256=hashlib.sha256(raw).hexdigest() if path else "",
        size=len(raw),
        trace_id=trace_id,
        created_at=at,
    )
    record.save(force_insert=True)
    return record


def built_record(*, run: Any, file_format: str, name: str, data: bytes, figures: Mapping[str, Any]) -> GeometryModel:
    """Save a file that was built from a run and return its record; built again with the same bytes it keeps its record.

    A file of the same name that a client sent is newer knowledge and stays.

    Args:
        run: the run.
        file_format: one of `GeometryModel.Format`.
        name: the file's name.
        data: what is in it.
        figures: what was measured, what oversteps, what cannot fit and what was assumed.
    """
    path, digest = f"{FOLDER}/{name}", hashlib.sha256(data).hexdigest()
    if not GeometryModel.objects.filter(path=path).exclude(origin=GeometryModel.Origin.BUILT).exists():
        storages["cases"].save(path, ContentFile(data))
    pk = uuid.uuid5(_NAMES, f"{run.pk}:{name}:{digest}")
    record = GeometryModel(
        id=pk,
        run=run,
        case_id=str(run.pk),
        origin=GeometryModel.Origin.BUILT,
        format=file_format,
        city=run.city,
        path=path,
        figures=json.dumps(figures, sort_keys=True),
        sha256=digest,
        size=len(data),
        trace_id=run.trace_id,
        created_at=timezone.now(),
    )
    try:
        with atomic():
            if not GeometryModel.objects.filter(pk=pk).exists():
                record.save(force_insert=True)
    except DatabaseError:  # two requests built it at the same moment
        if not GeometryModel.objects.filter(pk=pk).exists():
            raise
    return record


def built_file(*, run: Any, file_format: str) -> tuple[bytes, GeometryModel] | None:
    """Return the file that was built from a run and its record; None where there is none, or where it is not as it was built."""
    record = GeometryModel.objects.filter(run=run, origin=GeometryModel.Origin.BUILT, format=file_format).order_by("-created_at").first()
    if record is None:
        return None
    data = _stored(record.path)
    return (data, record) if data is not None and hashlib.sha256(data).hexdigest() == record.sha256 else None


def plot_outline(*, geojson: Mapping[str, Any]) -> PlotOutline:
    """Return an unsaved plot, to be saved with its run."""
    return PlotOutline(geojson=json.dumps(geojson, sort_keys=True), created_at=timezone.now())


def plot_of(run: Any) -> dict[str, Any] | None:
    """Return the polygon that was sent with a run, or with the first run of its proposal; None where none was."""
    found = PlotOutline.objects.filter(run__in=[run.pk, *([run.root_id] if run.root_id else [])]).first()
    return dict(json.loads(found.geojson)) if found else None


def _stored(path: str) -> bytes | None:
    """Return what a file holds, or None where it is not there."""
    try:
        with storages["cases"].open(path) as file:
            return bytes(file.read())
    except FileNotFoundError:
        return None


def model_file(*, case_id: str, run: Any = None) -> bytes | None:
    """Return the newest GLB of a case, or None where there is none."""
    known = GeometryModel.objects.filter(path__endswith=".glb").order_by("-created_at")
    record = known.filter(case_id=case_id).first() or (known.filter(run=run).first() if run else None)
    return _stored(record.path) if record else None


ROUTED = "send_to_unreal"


def model_route(*, stem: str, spec: bytes) -> bool:
    """Put a case's model beside its spec where Unreal picks them up; return whether there is a model. The model comes last: it is what Unreal waits for.

    Args:
        stem: the name of the case's files, without an ending.
        spec: the file of its spec.
    """
    files = storages["cases"]
    if not files.exists(f"{FOLDER}/{stem}.glb"):
        return False
    with files.open(f"{FOLDER}/{stem}.glb") as file:
        model = file.read()
    check_glb(model)
    files.save(f"{ROUTED}/{stem}.json", ContentFile(spec))
    files.save(f"{ROUTED}/{stem}.glb", ContentFile(model))
    return True
