"""Records of an installed 2.0, taken over one by one: each in a transaction of its own, under an id that follows from the old one."""

from __future__ import annotations

import datetime
import hashlib
import json
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from django.utils import timezone

from compliance.models import Run, SubmittedClause
from compliance.services.releases import release_in_force
from compliance.services.submissions import clause_submit
from compliance.specs import SpecError, find_code
from feedback.models import Feedback
from feedback.services import feedback_record
from geometry.glb import GlbError
from geometry.models import GeometryModel
from geometry.services import FOLDER, file_stem, model_store
from promptrunner.cases import document_store, run_of, run_of_session, session_entry, summary_store
from promptrunner.contract.inputs import planning_values
from promptrunner.legacy.reading import Found
from promptrunner.models import CaseDocument, OutputSummary
from promptrunner.pipeline import INDIA, run_proposal, today
from telemetry.clock import to_the_millisecond
from telemetry.models import Event
from telemetry.services import event_delivered, event_id, event_take
from telemetry.trace import TRACE_ID, new_trace_id
from telemetry.transactions import atomic

Outcome = Literal["new", "known"]
IDS = uuid.UUID("5b9f0f0a-5d54-5a5e-8b1f-2f4f7a9c1e20")
VOTES = {1: 1, -1: -1, "1": 1, "-1": -1, "up": 1, "down": -1, 2: 1, -2: -1}
LONGEST_ID = 200


class RejectedError(ValueError):
    """A record that cannot be taken over; the message says why."""


class Taker:
    """Takes records over; with `dry_run` it only looks whether they could be."""

    def __init__(self, folder: Path | None = None, *, dry_run: bool = False) -> None:
        self.folder = folder
        self.dry_run = dry_run
        self._seen: set[uuid.UUID] = set()
        self._cases: set[str] = set()
        self._by_kind: dict[str, Callable[[Mapping[str, Any], uuid.UUID], Outcome]] = {
            "rule": self._rule, "log": self._log, "spec": self._spec, "feedback": self._feedback, "event": self._event,
            "geometry": self._geometry, "document": self._document, "summary": self._summary,
        }  # fmt: skip

    def take(self, found: Found) -> Outcome:
        """Take a record over and return whether it is new.

        Raises:
            RejectedError: why it cannot be taken over; nothing of it is written.
        """
        if found.fault or found.kind is None:
            raise RejectedError(found.fault)
        try:
            return self._by_kind[found.kind](found.record, _id(found.kind, found.record))
        except SpecError as error:
            raise RejectedError("; ".join(sentence for _, sentence in error.errors)) from None

    def _once(self, known: bool, name: uuid.UUID, write: Callable[[], object]) -> Outcome:
        if known or name in self._seen:
            return "known"
        self._seen.add(name)
        if not self.dry_run:
            write()
        return "new"

    def _rule(self, record: Mapping[str, Any], name: uuid.UUID) -> Outcome:
        city = _city(record)
        rule_id = _text(record, "rule_id") or _text(record, "clause_no")
        if len(rule_id) > 60:
            raise RejectedError(f"its id has {len(rule_id)} characters; clauses have ids of at most 60")
        known = SubmittedClause.objects.filter(city=city, rule_id=rule_id, kind=SubmittedClause.Kind.CLAUSE).exists()
        conditions = record.get("conditions")
        return self._once(
            known,
            uuid.uuid5(name, f"{city}:{rule_id}"),
            lambda: clause_submit(
                city=city,
                rule_id=rule_id,
                clause_no=(_text(record, "clause_no") or rule_id)[:100],
                category=(_text(record, "category") or _text(record, "rule_type"))[:60],
                text=_text(record, "rule_text") or (conditions if isinstance(conditions, str) else ""),
                values={**_object(record, "parsed_data"), **_object(record, "entitlements"), **_object(record, "parsed_fields")},
                sent=record,
                source="import_legacy",
            ),
        )

    def _log(self, record: Mapping[str, Any], name: uuid.UUID) -> Outcome:
        metadata, output = _object(record, "metadata"), _object(record, "output")
        values = {**_object(output, "parameters"), **_object(metadata, "subject")}
        return self._run(record, name, _text(record, "prompt"), planning_values(values), output, metadata)

    def _spec(self, record: Mapping[str, Any], name: uuid.UUID) -> Outcome:
        case_id, spec = _text(record, "case_id"), planning_values(_object(record, "spec"))
        if not CaseDocument.objects.filter(pk=name).exists() and not self.dry_run:
            document_store(case_id=case_id[:LONGEST_ID], parsed_data=record, trace_id=_trace(record), fixed=(name, _time(record)))
        if case_id in self._cases or run_of(case_id) is not None:
            return "known"  # its log was taken over; what the file says stands beside it
        where = {"city": spec.get("city") or record.get("city")}
        return self._run({**record, **where}, name, _text(record, "prompt"), spec, {}, {"legacy_status": record.get("status")})

    def _run(
        self, record: Mapping[str, Any], name: uuid.UUID, prompt: str, spec: Mapping[str, Any], output: Mapping[str, Any], metadata: Mapping[str, Any]
    ) -> Outcome:
        if not prompt and not spec:
            raise RejectedError("it says neither a prompt nor values")
        if len(prompt) > 10_000:
            raise RejectedError("its prompt has more than 10,000 characters")
        city, at = _city(record) if record.get("city") else "", _time(record)
        day = at.astimezone(INDIA).date()
        if city and release_in_force(city=city, as_of=day) is None:
            day = today()  # no rulebook of ours holds on the old day
        external = _text(record, "case_id") or _text(record, "run_id") or _text(record, "_id")
        self._cases.add(external)
        session = _text(record, "session_id") or _text(record, "user_id")
        legacy = {key: value for key, value in record.items() if key not in ("prompt", "output", "metadata")}
        entry = session_entry(
            session_id=session[:LONGEST_ID], event=(_text(record, "event") or "import_legacy")[:100], output=output, metadata={**metadata, "legacy": legacy}
        )
        entry.created_at = at
        return self._once(
            Run.objects.filter(pk=name).exists(),
            name,
            lambda: run_proposal(
                prompt=prompt, spec=spec, city=city or None, as_of=day, session_id=session[:LONGEST_ID], trace_id=_trace(record),
                external_id=external[:LONGEST_ID], beside=[*([entry] if session else []), _Reported()], fixed=(name, at),
            ),
        )  # fmt: skip

    def _feedback(self, record: Mapping[str, Any], name: uuid.UUID) -> Outcome:
        sent = record.get("feedback")
        vote = VOTES.get(sent) if isinstance(sent, int | str) and not isinstance(sent, bool) else None
        if vote is None:
            raise RejectedError(f"its feedback is {json.dumps(sent)[:60]}; 1, -1, up or down can be taken over")
        session = _text(record, "session_id") or _text(record, "case_id")
        if not session:
            raise RejectedError("it names neither a session nor a case")
        reward = record.get("reward")

        def write() -> None:
            with atomic():
                feedback_record(
                    run=run_of_session(session), session_id=session[:LONGEST_ID], vote=vote, sent=sent, reward=reward if isinstance(reward, int) and -2 <= reward <= 2 else vote,
                    route=Feedback.Route.LEGACY, trace_id=_trace(record), city=find_code("city", _text(record, "city")) or "", prompt=_text(record, "prompt"),
                    output=_object(record, "output"), metadata={**_object(record, "metadata"), "legacy": record}, fixed=(name, _time(record)),
                )  # fmt: skip
                event_delivered(event=event_id("feedback", name))

        return self._once(Feedback.objects.filter(pk=name).exists(), name, write)

    def _event(self, record: Mapping[str, Any], name: uuid.UUID) -> Outcome:
        kind = record.get("event_type")
        if kind not in ("compliance_check", "feedback"):
            raise RejectedError(f"its event_type is {json.dumps(kind)[:60]}; compliance_check and feedback can be taken over")
        run = _text(record, "run_id") or _text(record, "case_id")
        return self._once(
            Event.objects.filter(pk=name).exists(),
            name,
            lambda: event_take(event=name, event_type=kind, trace_id=_trace(record), run_id=_uuid(run), timestamp=_time(record), payload=record),
        )

    def _geometry(self, record: Mapping[str, Any], name: uuid.UUID) -> Outcome:
        case_id = _text(record, "case_id")[:LONGEST_ID]
        if not case_id:
            raise RejectedError("it names no case")
        data = record.get("geometry_data")
        glb = self._glb(case_id)

        def write() -> None:
            try:
                model_store(
                    case_id=case_id, run=run_of(case_id), trace_id=_trace(record), glb=glb, data=data if isinstance(data, dict) and glb is None else None,
                    sent_name=_text(record, "file"), metadata={**_object(record, "metadata"), "legacy": record}, city=find_code("city", _text(record, "city")) or "",
                    fixed=(name, _time(record)),
                )  # fmt: skip
            except GlbError as error:
                raise RejectedError(f"its file is no GLB: {error}") from None

        return self._once(GeometryModel.objects.filter(pk=name).exists(), name, write)

    def _glb(self, case_id: str) -> bytes | None:
        """Return the model of a case in the old installation; a path that a record says is never followed."""
        path = self.folder / "data" / FOLDER / f"{file_stem(case_id)}.glb" if self.folder else None
        return path.read_bytes() if path is not None and path.is_file() else None

    def _document(self, record: Mapping[str, Any], name: uuid.UUID) -> Outcome:
        case_id = _text(record, "case_id")
        if not case_id or record.get("parsed_data") is None:
            raise RejectedError("it has no case_id or no parsed_data")
        known = CaseDocument.objects.filter(pk=name).exists()
        return self._once(
            known,
            name,
            lambda: document_store(case_id=case_id[:LONGEST_ID], parsed_data=record["parsed_data"], trace_id=_trace(record), fixed=(name, _time(record))),
        )

    def _summary(self, record: Mapping[str, Any], name: uuid.UUID) -> Outcome:
        city = _city(record)
        if record.get("summary") is None:
            raise RejectedError("it has no summary")
        return self._once(
            OutputSummary.objects.filter(pk=name).exists(),
            name,
            lambda: summary_store(
                city=city, summary=record["summary"], trace_id=_trace(record), case_id=_text(record, "case_id")[:LONGEST_ID],
                file_path=_text(record, "file_path")[:300], fixed=(name, _time(record)),
            ),
        )  # fmt: skip


class _Reported:
    """Beside a run that is taken over: 2.0 reported it in its time, so its event is not sent again."""

    run: Any = None

    def save(self, *, force_insert: bool) -> None:
        """Mark the run's event as delivered."""
        event_delivered(event=event_id("compliance_check", self.run.pk))


def _id(kind: str, record: Mapping[str, Any]) -> uuid.UUID:
    """Return the id that a record has with us: from its old id, else from all that it says."""
    old = record.get("_id") or record.get("id")
    what = str(old) if old else hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()
    return uuid.uuid5(IDS, f"{kind}:{what}")


def _text(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    return str(value).replace("\x00", "") if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _object(record: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = record.get(name)
    return dict(value) if isinstance(value, Mapping) else {}


def _city(record: Mapping[str, Any]) -> str:
    city = find_code("city", _text(record, "city"))
    if city is None:
        raise RejectedError(f"its city is {json.dumps(record.get('city'))[:60]}, which is none that we know")
    return city


def _trace(record: Mapping[str, Any]) -> str:
    text = _text(record, "trace_id") or _text(_object(record, "metadata"), "trace_id")
    return text if TRACE_ID.match(text) else new_trace_id()


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.uuid5(IDS, f"run:{text}")


def _time(record: Mapping[str, Any]) -> datetime.datetime:
    """Return when a record was written, to the millisecond; now where it does not say."""
    for name in ("timestamp", "created_at", "date"):
        value = record.get(name)
        try:
            if isinstance(value, int | float) and not isinstance(value, bool):
                moment = datetime.datetime.fromtimestamp(value / 1000 if value > 1e11 else value, datetime.UTC)
            elif isinstance(value, str):
                moment = datetime.datetime.fromisoformat(value.strip().replace("Z", "+00:00"))
            else:
                continue
        except (ValueError, OverflowError, OSError):
            continue
        moment = moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
        return to_the_millisecond(moment.astimezone(datetime.UTC))
    return timezone.now()
