"""Storing models of cases."""

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
from django.utils import timezone

from geometry.glb import check_glb
from geometry.models import GeometryModel

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
    origin, path, raw = GeometryModel.Origin.NAMED, "", b""
    if glb is not None:
        check_glb(glb)
        origin, path, raw = GeometryModel.Origin.FILE, f"{FOLDER}/{file_stem(case_id)}.glb", glb
    elif data is not None:
        origin, path, raw = GeometryModel.Origin.DATA, f"{FOLDER}/{file_stem(case_id)}.json", json.dumps(data, sort_keys=True).encode()
    if path:
        storages["cases"].save(path, ContentFile(raw))
    name, at = fixed or (uuid.uuid4(), timezone.now())
    record = GeometryModel(
        id=name,
        run=run,
        case_id=case_id,
        origin=GeometryModel.Origin.LEGACY if fixed else origin,
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


def model_file(*, case_id: str, run: Any = None) -> bytes | None:
    """Return the newest GLB of a case, or None where there is none."""
    known = GeometryModel.objects.filter(path__endswith=".glb").order_by("-created_at")
    record = known.filter(case_id=case_id).first() or (known.filter(run=run).first() if run else None)
    if record is None or not storages["cases"].exists(record.path):
        return None
    with storages["cases"].open(record.path) as file:
        return bytes(file.read())


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
