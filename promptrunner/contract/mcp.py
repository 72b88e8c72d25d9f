"""/api/mcp/: clauses, models, feedback, documents and summaries, as the platforms exchange them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ValidationError

from compliance.earlier_rules import draft_clause
from compliance.models import Run, SubmittedClause
from compliance.services.submissions import clause_retire, clause_submit
from compliance.specs import find_code
from compliance.vocabulary import CITIES
from feedback.models import Feedback
from feedback.policies import learning_active
from feedback.services import confidence_score, feedback_record, votes_on
from geometry.glb import GlbError
from geometry.services import model_file, model_store
from promptrunner.cases import document_store, run_of, run_of_session, summary_store
from promptrunner.contract import answers
from promptrunner.contract.core import voter_of
from promptrunner.contract.explaining import explained
from promptrunner.contract.inputs import CreatorFeedbackInput, DocumentInput, GeometryInput, GeometryQuery, McpFeedbackInput, RuleInput, SummaryInput
from promptrunner.contract.runs import published_rules
from promptrunner.contract.schema import described
from promptrunner.contract.views import FrozenView, NotFound
from promptrunner.errors import written
from promptrunner.modelling import GLB, NoModelError, file_of
from promptrunner.models import OutputSummary
from promptrunner.rating import source_of
from telemetry.trace import current_trace_id

REWARD = 2
"""What a vote on a case is worth here; on the other routes it is 1."""
LISTED = 500
"""Most records of one answer."""
GLB_TYPE = "model/gltf-binary"


class McpView(FrozenView):
    """A view under /api/mcp/."""

    agent = "mcp"


# Clauses


class SaveRuleView(McpView):
    """A clause, kept as a draft for a curator."""

    scope = "rules"

    @extend_schema(**described("mcp", RuleInput, 422, "mcp_save_rule", 200, 201))
    def post(self, request: Request) -> Response:
        """Keep it: 201 where it is new, 200 where it was brought up to date."""
        body = self.checked(_RULE, request.data)
        clause_no = body.get("clause_no") or body["rule_id"]
        conditions = body.get("conditions")
        text = body.get("rule_text") or (conditions if isinstance(conditions, str) else "")
        entitlements = body.get("entitlements")
        submitted, created = clause_submit(
            city=body["city"],
            rule_id=body.get("rule_id") or clause_no,
            clause_no=clause_no,
            category=body.get("category") or body.get("rule_type") or "",
            text=text,
            values={**body["parsed_data"], **(entitlements if isinstance(entitlements, Mapping) else {}), **body["parsed_fields"]},
            sent=dict(request.data),
            source="save_rule",
        )
        answer = {"success": True, "rule_id": submitted.rule_id, "inserted_id": str(submitted.pk), "status": "draft"}
        return self.answer(answer, status=201 if created else 200)


class ListRulesView(McpView):
    """The published clauses of a city, and those that wait for a curator."""

    @extend_schema(**described("mcp", None, 422, "mcp_list_rules", parameters=[OpenApiParameter("city", str)]))
    def get(self, request: Request) -> Response:
        """List them; every city's where none is named."""
        asked = request.query_params.get("city", "")
        name = find_code("city", asked)
        if asked and name is None:
            raise ValidationError({"city": [f"The city is one of {', '.join(CITIES)}."]})
        cities = [name] if name else list(CITIES)
        waiting = SubmittedClause.objects.filter(city__in=cities, kind=SubmittedClause.Kind.CLAUSE, status=SubmittedClause.Status.WAITING)
        rules = [_submitted(clause) for clause in waiting.order_by("city", "rule_id")]
        rules += [answers.rule(rule, city) for city in cities for rule in published_rules(city)]
        return self.answer({"success": True, "rules": rules, "count": len(rules)})


def _submitted(clause: SubmittedClause) -> dict[str, Any]:
    values, sent = json.loads(clause.values), json.loads(clause.sent)
    limits = draft_clause(clause.rule_id, clause.clause_no, clause.text, clause.category, clause.text, values)["limits"]
    return answers.listed(
        city=clause.city, rule_id=clause.rule_id, clause_no=clause.clause_no, text=clause.text, category=clause.category, status="draft",
        conditions=sent.get("conditions") or {}, limits=limits, parsed=values, more={"inserted_id": str(clause.pk)},
    )  # fmt: skip


class DeleteRuleView(McpView):
    """A clause to be retired."""

    scope = "rules"

    @extend_schema(**described("mcp", None, 422, "mcp_delete_rule"))
    def delete(self, request: Request, rule_id: str) -> Response:
        """Withdraw a clause that waits; of a published one, ask a curator to retire it."""
        done = clause_retire(rule_id=rule_id, source="delete_rule")
        if not done:
            raise NotFound(f"There is no clause '{rule_id[:60]}'; list_rules lists them.", rule_id=rule_id[:60])
        asked = [clause for clause in done if clause.kind == SubmittedClause.Kind.RETIREMENT]
        status = "retirement waits for a curator" if asked else "retired"
        return self.answer({"success": True, "rule_id": rule_id, "status": status})


# Models


class GeometryView(McpView):
    """A case's model, stored."""

    @extend_schema(**described("mcp", GeometryInput, 422, "mcp_geometry"))
    def post(self, request: Request) -> Response:
        """Keep a GLB, geometry data, or the name of a file."""
        body = self.checked(_GEOMETRY, request.data)
        case_id = body["case_id"]
        try:
            model = model_store(
                case_id=case_id,
                run=run_of(case_id),
                trace_id=current_trace_id(),
                glb=body.get("file_data_b64"),
                data=body.get("geometry_data"),
                sent_name=body.get("file") or "",
                metadata=body["metadata"],
                city=body.get("city") or "",
            )
        except GlbError as error:
            raise ValidationError({"file_data_b64": [str(error)]}) from None
        return self.answer({"success": True, "case_id": case_id, "file": f"data/{model.path}" if model.path else model.sent_name, "model_id": str(model.pk)})


class GeometryFileView(McpView):
    """A case's model, sent."""

    @extend_schema(**described("mcp", None, 422, "mcp_geometry_file", (200, GLB_TYPE), parameters=[GeometryQuery]))
    def get(self, request: Request, case_id: str) -> HttpResponse:
        """Return the newest GLB of a case; models are GLB, whichever glTF form is asked for."""
        self.checked(_GEOMETRY_QUERY, request.query_params)
        run = run_of(case_id)
        file = model_file(case_id=case_id, run=run) or _built(run)
        if file is None:
            raise NotFound(f"There is no model of case '{case_id[:100]}' yet.", case_id=case_id)
        name = f"{case_id}.glb" if case_id.replace("-", "").replace("_", "").isalnum() else "model.glb"
        return HttpResponse(file, content_type=GLB_TYPE, headers={"Content-Disposition": f'inline; filename="{name}"'})


def _built(run: Run | None) -> bytes | None:
    """Return the model of a run that was judged by a route which builds none, or whose file went missing."""
    try:
        return file_of(run, GLB).data if run else None
    except NoModelError:
        return None


# Feedback


class FeedbackView(McpView):
    """A vote on a case."""

    scope = "feedback"

    @extend_schema(**described("mcp", McpFeedbackInput, 422, "mcp_feedback"))
    def post(self, request: Request) -> Response:
        """Keep it."""
        body = self.checked(_FEEDBACK, request.data)
        case_id, sent = body["case_id"], body["feedback"]
        vote = 1 if sent in (1, "up") else -1
        run = run_of_session(case_id)
        feedback_record(
            run=run,
            session_id=case_id,
            vote=vote,
            sent=sent,
            reward=REWARD * vote,
            route=Feedback.Route.MCP,
            trace_id=current_trace_id(),
            voter=voter_of(request),
            source=source_of(str(request.META.get("REMOTE_ADDR", ""))),
            city=find_code("city", str(body["metadata"].get("city") or "")) or "",
            metadata=body["metadata"],
        )
        score = confidence_score(votes_on(session_id=case_id, run=run))
        return self.answer({"success": True, "reward": REWARD * vote, "confidence_score": score, "rl_learning_active": learning_active(), "case_id": case_id})


class CaseFeedbackView(McpView):
    """The votes on a case."""

    scope = "feedback"

    @extend_schema(**described("mcp", None, 422, "mcp_case_feedback"))
    def get(self, request: Request, case_id: str) -> Response:
        """List them, newest first."""
        votes = [_vote(vote) for vote in votes_on(session_id=case_id, run=run_of(case_id))[:LISTED]]
        return self.answer({"success": True, "feedback": votes, "count": len(votes), "latest_reward": votes[0]["reward"] if votes else None})


class CreatorFeedbackView(McpView):
    """A creator's vote on a session."""

    scope = "feedback"

    @extend_schema(**described("mcp", CreatorFeedbackInput, 422, "mcp_creator_feedback", 201))
    def post(self, request: Request) -> Response:
        """Keep it."""
        body = self.checked(_CREATOR, request.data)
        output = body.get("output")
        vote = feedback_record(
            run=run_of_session(body["session_id"]),
            session_id=body["session_id"],
            vote=body["feedback"],
            sent=body["feedback"],
            reward=body["feedback"],
            route=Feedback.Route.CREATOR,
            trace_id=current_trace_id(),
            voter=voter_of(request),
            source=source_of(str(request.META.get("REMOTE_ADDR", ""))),
            city=body.get("city") or "",
            prompt=body.get("prompt") or "",
            output=output if isinstance(output, Mapping) else {"output": output} if output is not None else {},
        )
        return self.answer({"success": True, "feedback_id": str(vote.pk)}, 201)


class SessionCreatorFeedbackView(McpView):
    """Creators' votes of a session."""

    scope = "feedback"

    @extend_schema(**described("mcp", None, 422, "mcp_creator_feedback_of_session"))
    def get(self, request: Request, session_id: str) -> Response:
        """List them, newest first."""
        return _listed(self, "feedback", [_vote(vote) for vote in _creators().filter(session_id=session_id)[:LISTED]])


class CityCreatorFeedbackView(McpView):
    """Creators' votes of a city."""

    scope = "feedback"

    @extend_schema(**described("mcp", None, 422, "mcp_creator_feedback_of_city"))
    def get(self, request: Request, city: str) -> Response:
        """List them, newest first."""
        return _listed(self, "feedback", [_vote(vote) for vote in _creators().filter(city=_city(city))[:LISTED]])


def _creators() -> QuerySet[Feedback]:
    return Feedback.objects.filter(route=Feedback.Route.CREATOR).order_by("-created_at", "-id")


def _vote(vote: Feedback) -> dict[str, Any]:
    return {
        "feedback_id": str(vote.pk),
        "session_id": vote.session_id,
        "case_id": str(vote.run_id) if vote.run_id else vote.session_id,
        "feedback": json.loads(vote.sent),
        "reward": vote.reward,
        "city": vote.city,
        "prompt": vote.prompt,
        "output": json.loads(vote.output),
        "metadata": json.loads(vote.metadata),
        "timestamp": written(vote.created_at),
        "trace_id": vote.trace_id,
    }


# Documents and summaries


class DocumentView(McpView):
    """What was read from a document of a case."""

    @extend_schema(**described("mcp", DocumentInput, 422, "mcp_upload_parsed_pdf", 201))
    def post(self, request: Request) -> Response:
        """Keep it."""
        body = self.checked(_DOCUMENT, request.data)
        document = document_store(case_id=body["case_id"], parsed_data=body["parsed_data"], trace_id=current_trace_id())
        return self.answer({"success": True, "document_id": str(document.pk), "case_id": document.case_id}, 201)


class SummaryView(McpView):
    """A summary of an output."""

    @extend_schema(**described("mcp", SummaryInput, 422, "mcp_output_summary", 201))
    def post(self, request: Request) -> Response:
        """Keep it."""
        body = self.checked(_SUMMARY, request.data)
        summary = summary_store(
            city=body["city"], summary=body["summary"], trace_id=current_trace_id(), case_id=body.get("case_id") or "", file_path=body.get("file_path") or ""
        )
        return self.answer({"success": True, "summary_id": str(summary.pk)}, 201)


class SummariesView(McpView):
    """The summaries of a city."""

    @extend_schema(**described("mcp", None, 422, "mcp_output_summaries"))
    def get(self, request: Request, city: str) -> Response:
        """List them, newest first."""
        return _listed(self, "summaries", [_summary(summary) for summary in _summaries(city)])


class ExplainedView(McpView):
    """The summaries of a city, each explained by its run."""

    @extend_schema(**described("mcp", None, 422, "mcp_output_explained"))
    def get(self, request: Request, city: str) -> Response:
        """List them, newest first."""
        return _listed(self, "explained_summaries", [explained(summary) for summary in _summaries(city)])


def _summaries(city: str) -> Iterable[OutputSummary]:
    return OutputSummary.objects.filter(city=_city(city)).select_related("run").order_by("-created_at", "-id")[:LISTED]


def _summary(summary: OutputSummary) -> dict[str, Any]:
    return {
        "summary_id": str(summary.pk),
        "city": summary.city,
        "case_id": summary.case_id,
        "summary": json.loads(summary.summary),
        "file_path": summary.file_path,
        "timestamp": written(summary.created_at),
    }


def _city(text: str) -> str:
    name = find_code("city", text)
    if name is None:
        raise NotFound(f"'{text[:60]}' is none of the cities: {', '.join(CITIES)}.")
    return name


def _listed(view: FrozenView, name: str, entries: list[dict[str, Any]]) -> Response:
    return view.answer({"success": True, name: entries, "count": len(entries)})


_RULE, _GEOMETRY, _GEOMETRY_QUERY, _FEEDBACK = RuleInput(), GeometryInput(), GeometryQuery(), McpFeedbackInput()
_CREATOR, _DOCUMENT, _SUMMARY = CreatorFeedbackInput(), DocumentInput(), SummaryInput()
