"""/core/feedback, /core/context and /core/status."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.models import Run
from compliance.specs import find_code
from feedback.models import Feedback
from feedback.policies import learning_active
from feedback.services import confidence_score, feedback_record, votes_on
from promptrunner.cases import run_of_session
from promptrunner.contract import answers
from promptrunner.contract.inputs import ContextQuery, CoreFeedbackInput
from promptrunner.contract.schema import described
from promptrunner.contract.views import FrozenView
from promptrunner.errors import written
from promptrunner.models import SessionEntry
from promptrunner.rating import source_of
from telemetry.trace import current_trace_id


def voter_of(request: Request) -> Any:
    """Return the person whose token or log-in it is, or None."""
    return request.user if request.user.is_authenticated else None


class FeedbackView(FrozenView):
    """A vote on a session's newest result, or on a case."""

    agent = "core"
    scope = "feedback"

    @extend_schema(**described("core", CoreFeedbackInput, 422, "core_feedback"))
    def post(self, request: Request) -> Response:
        """Keep it."""
        body = self.checked(_FEEDBACK, request.data)
        session_id, vote = body["session_id"], body["feedback"]
        feedback_record(
            run=run_of_session(session_id),
            session_id=session_id,
            vote=vote,
            sent=vote,
            reward=vote,
            route=Feedback.Route.CORE,
            trace_id=current_trace_id(),
            voter=voter_of(request),
            source=source_of(str(request.META.get("REMOTE_ADDR", ""))),
            city=find_code("city", str(body["metadata"].get("city") or "")) or "",
            prompt=body.get("prompt") or "",
            output=body["output"],
            metadata=body["metadata"],
        )
        score = confidence_score(votes_on(session_id=session_id))
        return self.answer({"success": True, "reward": vote, "confidence_score": score, "rl_learning_active": learning_active()})


class ContextView(FrozenView):
    """What a session has asked so far."""

    agent = "core"

    @extend_schema(**described("core", None, 422, "core_context", parameters=[ContextQuery]))
    def get(self, request: Request) -> Response:
        """List a session's entries, newest first."""
        asked = self.checked(_CONTEXT, request.query_params)
        session_id = asked.get("session_id") or asked["user_id"]
        stored = SessionEntry.objects.filter(session_id=session_id).select_related("run").defer("run__reading").order_by("-created_at", "-id")
        entries = [answers.entry(entry) for entry in stored[: asked["limit"]]]
        return self.answer({"success": True, "session_id": session_id, "entries": entries, "context": entries, "count": len(entries)})


class StatusView(FrozenView):
    """Whether the core is in use."""

    agent = "core"

    @extend_schema(**described("core", None, 422, "core_status"))
    def get(self, request: Request) -> Response:
        """Say what was logged last."""
        last = Run.objects.order_by("-created_at").only("pk", "created_at").first()
        return self.answer({
            "status": "active",
            "service": "prompt-runner",
            "core_sync": SessionEntry.objects.exists(),
            "feedback_store": Feedback.objects.exists(),
            "last_run": written(last.created_at) if last else None,
            "last_case_id": str(last.pk) if last else None,
            "timestamp": written(timezone.now()),
        })  # fmt: skip


_FEEDBACK, _CONTEXT = CoreFeedbackInput(), ContextQuery()
