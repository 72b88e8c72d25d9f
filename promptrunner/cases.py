"""Cases as the frozen routes know them: found by our id or the caller's, their files, and what is kept beside their runs."""

from __future__ import annotations

import datetime
import json
import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone

from compliance.models import Run
from geometry.services import FOLDER, file_stem, model_route
from promptrunner.modelling import GLB, NoModelError, file_of, has_model
from promptrunner.models import CaseDocument, OutputSummary, SessionEntry

logger = logging.getLogger(__name__)
SPECS = "specs"
Fixed = tuple[uuid.UUID, datetime.datetime]
"""The id and the time of a record that is taken over from elsewhere."""
SUMMARIES = uuid.UUID("f3b8f6c2-7f0e-5d9c-9a15-6c1c64a7f2e1")


def run_of(case_id: str) -> Run | None:
    """Return the run of a case: by its own id, else the newest with this external id; None where there is none."""
    try:
        found = Run.objects.filter(pk=uuid.UUID(case_id)).first()
    except ValueError:
        found = None
    return found or Run.objects.filter(external_id=case_id).order_by("-created_at").first()


def run_of_session(session_id: str) -> Run | None:
    """Return the newest run of a session, or of a case that is named instead."""
    return Run.objects.filter(session_id=session_id).order_by("-created_at").first() or run_of(session_id)


def session_entry(*, session_id: str, event: str, output: Mapping[str, Any], metadata: Mapping[str, Any]) -> SessionEntry:
    """Return an unsaved entry of a session, to be saved with its run."""
    return SessionEntry(session_id=session_id, event=event, output=json.dumps(output), metadata=json.dumps(metadata), created_at=timezone.now())


def document_store(*, case_id: str, parsed_data: Any, trace_id: str, fixed: Fixed | None = None) -> CaseDocument:
    """Save and return what a client read from a document of a case; `fixed` is its id and time where they are not to be new ones."""
    name, at = fixed or (uuid.uuid4(), timezone.now())
    return CaseDocument.objects.create(id=name, case_id=case_id, parsed_data=json.dumps(parsed_data), trace_id=trace_id, created_at=at)


def summary_store(*, city: str, summary: Any, trace_id: str, case_id: str = "", file_path: str = "", fixed: Fixed | None = None) -> OutputSummary:
    """Save and return a summary of an output; `fixed` is its id and time where they are not to be new ones."""
    name, at = fixed or (uuid.uuid4(), timezone.now())
    return OutputSummary.objects.create(
        id=name,
        run=run_of(case_id) if case_id else None,
        city=city,
        case_id=case_id,
        summary=json.dumps(summary),
        file_path=file_path,
        trace_id=trace_id,
        created_at=at,
    )


def spec_document(run: Run) -> dict[str, Any]:
    """Return what the file of a run's spec holds: `spec`, `status` and `violations`, for those who build from it."""
    verdict = json.loads(run.verdict)
    return {
        "case_id": str(run.pk),
        "run_id": str(run.pk),
        **({"external_id": run.external_id} if run.external_id else {}),
        "trace_id": run.trace_id,
        "city": run.city,
        "prompt": run.prompt,
        "status": run.status,
        "spec": verdict["spec"],
        "violations": [
            {key: finding[key] for key in ("id", "clause_no", "title", "sentence", "checks")}
            for finding in verdict["findings"]
            if finding["outcome"] == "VIOLATED"
        ],
        "digest": run.digest,
        "timestamp": json_time(run),
    }


def json_time(run: Run) -> str:
    """Return when a run was made, as the contract writes times."""
    return run.created_at.isoformat().replace("+00:00", "Z")


def spec_write(run: Run) -> bytes:
    """Write the file of a run's spec into the storage of cases, whole or not at all, and return what it holds."""
    spec = json.dumps(spec_document(run), indent=2, ensure_ascii=False).encode()
    storages["cases"].save(f"{SPECS}/{run.pk}.json", ContentFile(spec))
    return spec


def case_route(run: Run) -> bool:
    """Write a run's spec and put the newest model of its case beside it for Unreal; return whether there is a model.

    Raises:
        GlbError: the stored model is no GLB any more; nothing is routed.
    """
    spec = spec_write(run)
    # A model that a client sent under its own id comes before the one that was built.
    names = dict.fromkeys(file_stem(name) for name in (run.external_id, str(run.pk)) if name)
    return any(model_route(stem=stem, spec=spec) for stem in names)


@dataclass(frozen=True, slots=True)
class CaseFiles:
    """What became of a run's files: where the model is (None: there is none), and a warning for each that could not be written."""

    model: str | None
    warnings: tuple[str, ...] = ()


def files_write(run: Run) -> CaseFiles:
    """Write a run's spec and model once it has committed. A file never fails a run: what could not be written is a warning."""
    warnings = []
    try:
        spec_write(run)
    except Exception as error:  # whatever a storage raises means the same to the caller
        logger.exception("The spec file of run %s could not be written", run.pk, exc_info=error)
        warnings.append("The spec file could not be written; manage.py route_geometry writes it again.")
    model = None
    try:
        warnings += file_of(run, GLB).cannot_fit
        model = model_path(run)
    except NoModelError as error:
        warnings.append(f"No model was built. {error}")
    except Exception as error:  # as above
        logger.exception("The model of run %s could not be built", run.pk, exc_info=error)
        warnings.append("The model could not be built; it is tried again when it is asked for.")
    return CaseFiles(model, tuple(warnings))


def model_path(run: Run) -> str:
    """Return where a run's model is, as the contract writes paths."""
    return f"data/{FOLDER}/{GLB.name_for(run)}"


def files_of(run: Run) -> CaseFiles:
    """Return what became of the files of a run that was recorded before, writing none."""
    return CaseFiles(model_path(run)) if has_model(run) else CaseFiles(None)
