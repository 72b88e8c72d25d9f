"""The API's batches: many proposals in one request, checked afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import generics, serializers, status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.models import Batch
from compliance.services.batches import batch_cancel, batch_make
from compliance.services.releases import UnknownRulebookError, release_named
from promptrunner import results
from promptrunner.api.serializers import STATUSES, Strict
from promptrunner.api.views import Conflict, NewestFirst, owner_of, problems
from promptrunner.batches import wake_worker
from promptrunner.pipeline import today
from telemetry.trace import current_trace_id

LIMIT = 5_000
LINES = "application/x-ndjson"
PARQUET = "application/vnd.apache.parquet"


class LinesParser(BaseParser):
    """A file of proposals, one a line: a JSON object or string, or plain words. Options are in the address."""

    media_type = LINES

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the body as if it had been sent as JSON."""
        request: Any = (parser_context or {}).get("request")
        options = request.query_params.dict() if request else {}
        return {**options, "proposals": proposals_of(stream.read())}


class TextParser(LinesParser):
    """The same as text/plain."""

    media_type = "text/plain"


def proposals_of(data: bytes) -> list[Any]:
    """Return the proposals of a file, one a line; empty lines are none.

    Raises:
        ValidationError: it is not UTF-8, or a line that begins like JSON is none.
    """
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise ValidationError(f"The file is not UTF-8 (byte {error.start}); save it as UTF-8.", code="invalid_file") from None
    return [_line(line, number) for number, line in enumerate(lines, start=1) if line.strip()]


def _line(line: str, number: int) -> Any:
    if not line.lstrip().startswith(("{", '"')):
        return line.strip()
    try:
        return json.loads(line)
    except ValueError as error:
        raise ValidationError(
            f"Line {number} is not JSON: {error}. Write one proposal a line, as plain words or as a JSON object.", code="invalid_file"
        ) from None


class ProposalInput(Strict):
    """One proposal of a batch."""

    prompt = serializers.CharField(required=False, allow_blank=True, default="", trim_whitespace=False)
    city = serializers.CharField(required=False, max_length=80)
    spec = serializers.DictField(required=False)
    plot = serializers.DictField(required=False, help_text="The plot as GeoJSON.")


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "description": "The proposal in plain words."},
            {
                "type": "object",
                "properties": {"prompt": {"type": "string"}, "city": {"type": "string"}, "spec": {"type": "object"}, "plot": {"type": "object"}},
                "additionalProperties": False,
            },
        ]
    }
)
class ProposalField(serializers.Field[dict[str, Any], Any, Any, Any]):
    """A proposal in plain words, or one with values."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Return the proposal as an object."""
        checked: dict[str, Any] = ProposalInput().run_validation({"prompt": data} if isinstance(data, str) else data)
        return checked

    def to_representation(self, value: Any) -> Any:
        """Return it as it is."""
        return value


class BatchInput(Strict):
    """Proposals to be checked."""

    proposals = serializers.ListField(
        child=ProposalField(), allow_empty=False, max_length=LIMIT, help_text="Prompts, or objects with prompt, city, spec and plot."
    )
    city = serializers.CharField(required=False, max_length=80, help_text="Of proposals that name none as `city`; it beats their prompts.")
    rulebook = serializers.CharField(required=False, max_length=100, help_text="Name of a published rulebook instead of the one in force.")
    as_of = serializers.DateField(required=False, help_text="The day whose law is asked for; today in India where not given.")
    session_id = serializers.CharField(required=False, max_length=200, allow_blank=True, default="")


class BatchOut(serializers.ModelSerializer[Batch]):
    """How far a batch is."""

    checked = serializers.SerializerMethodField(help_text="How many proposals have a run or an error.")
    failed = serializers.SerializerMethodField(help_text="How many of them have an error.")
    results_url = serializers.SerializerMethodField()

    class Meta:
        model = Batch
        fields = ("id", "status", "total", "checked", "failed", "rulebook", "as_of", "session_id", "trace_id", "created_at", "finished_at", "results_url")

    def get_checked(self, batch: Batch) -> int:
        """Count the results."""
        return batch.results.count()

    def get_failed(self, batch: Batch) -> int:
        """Count the errors."""
        return batch.results.filter(run=None).count()

    def get_results_url(self, batch: Batch) -> str:
        """Return where the results are."""
        return f"/api/v1/batches/{batch.pk}/results/"


class BatchResultOut(serializers.Serializer[Any]):
    """A line of the results."""

    number = serializers.IntegerField(help_text="The proposal's place in the batch, from 1.")
    status = serializers.ChoiceField([*STATUSES, "FAILED"], help_text="The verdict's status; FAILED where there is none.")
    error = serializers.CharField(required=False, help_text="Why there is no verdict.")
    run = serializers.DictField(required=False, help_text="The run, as GET /api/v1/runs/<id>/ answers it.")


def batch_of(data: Any, *, owner: str) -> Batch:
    """Return a new batch made of a request's body, and see to its being worked off.

    Raises:
        ValidationError: what is wrong, with its place.
    """
    checked = BatchInput(data=data)
    checked.is_valid(raise_exception=True)
    body = checked.validated_data
    day = body.get("as_of") or today()
    if "rulebook" in body:
        try:
            release_named(name=body["rulebook"], as_of=day)
        except UnknownRulebookError as error:
            raise ValidationError({"rulebook": [str(error)]}, code=error.code) from None
    proposals = [{"city": body["city"], **proposal} if "city" in body else proposal for proposal in body["proposals"]]
    batch = batch_make(
        proposals=proposals, rulebook=body.get("rulebook", ""), as_of=day, owner=owner, session_id=body["session_id"], trace_id=current_trace_id()
    )
    see_to(batch, new=True)
    return batch


def see_to(batch: Batch, *, new: bool = False) -> None:
    """See to a batch that waits: after a restart of this process or of the broker nobody else may."""
    if batch.status != Batch.Status.WAITING:
        return
    if settings.BATCH_WORKER == "thread":
        wake_worker()
    elif settings.BATCH_WORKER == "celery":
        from promptrunner.tasks import send_batch  # noqa: PLC0415 - Celery is not installed everywhere

        send_batch(batch, new=new)


class BatchesView(generics.ListAPIView[Batch]):
    """POST takes proposals to be checked; GET lists batches, newest first."""

    scope = "run"

    parser_classes = (JSONParser, LinesParser, TextParser)
    queryset = Batch.objects.all()
    serializer_class = BatchOut
    pagination_class = NewestFirst

    @extend_schema(
        request={"application/json": BatchInput, LINES: OpenApiTypes.STR, "text/plain": OpenApiTypes.STR},
        responses={202: BatchOut, **problems(400, 413, 415)},
        operation_id="batches_create",
    )
    def post(self, request: Request) -> Response:
        """Take up to 5,000 proposals: 202 with the batch; its runs follow."""
        batch = batch_of(request.data, owner=owner_of(request))
        return Response(BatchOut(batch).data, status=status.HTTP_202_ACCEPTED, headers={"Location": f"/api/v1/batches/{batch.pk}/"})

    @extend_schema(responses={200: BatchOut(many=True), **problems(400)}, operation_id="batches_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List batches, newest first."""
        return super().get(request, *args, **kwargs)


class BatchView(APIView):
    """One batch: how far it is; DELETE cancels it."""

    scope = "run"

    @extend_schema(responses={200: BatchOut, **problems(404)}, operation_id="batches_retrieve")
    def get(self, request: Request, pk: UUID) -> Response:
        """Return how far it is."""
        batch = get_object_or_404(Batch, pk=pk)
        see_to(batch)
        return Response(BatchOut(batch).data)

    @extend_schema(responses={200: BatchOut, **problems(404, 409)}, operation_id="batches_cancel")
    def delete(self, request: Request, pk: UUID) -> Response:
        """Cancel what was not checked yet; runs that were made stay."""
        batch = get_object_or_404(Batch, pk=pk)
        if not batch_cancel(batch=batch):
            raise Conflict(f"This batch is {Batch.Status(batch.status).name.lower()}; there is nothing to cancel.")
        batch.refresh_from_db()
        return Response(BatchOut(batch).data)


class LinesRenderer(JSONRenderer):
    """Chosen for JSON lines, which are sent as they are made; problems are written as everywhere."""

    media_type = LINES
    format = "jsonl"


class ParquetRenderer(JSONRenderer):
    """Chosen for Parquet."""

    media_type = PARQUET
    format = "parquet"


class ByFormat(DefaultContentNegotiation):
    """Negotiation that says which formats there are."""

    def filter_renderers(self, renderers: Any, format: str) -> Any:
        """Return those of a format."""
        try:
            return super().filter_renderers(renderers, format)
        except Http404:
            raise ValidationError({"format": [f"There is no format '{format[:40]}'; the formats are jsonl and parquet."]}, code="unknown_format") from None


class ParquetMissing(APIException):
    """Parquet is asked for where its package is not installed."""

    status_code = status.HTTP_501_NOT_IMPLEMENTED
    default_code = "parquet_not_installed"
    default_detail = "Parquet needs the package pyarrow (requirements/bulk.txt), which is not installed here. JSON lines come without it."


class BatchResultsView(APIView):
    """What became of a batch's proposals."""

    scope = "run"

    renderer_classes = (LinesRenderer, ParquetRenderer, JSONRenderer)
    content_negotiation_class = ByFormat

    @extend_schema(
        parameters=[OpenApiParameter("format", enum=["jsonl", "parquet"], description="Instead of an Accept header.")],
        responses={
            (200, LINES): OpenApiResponse(BatchResultOut(many=True), description="One JSON object a line, in the order of the proposals; those checked so far."),
            (200, PARQUET): OpenApiResponse(OpenApiTypes.BINARY, description="The same as a table: what decides of each verdict, its clauses' outcomes and what is permissible."),
            **problems(400, 404, 501),
        },
        operation_id="batches_results",
    )  # fmt: skip
    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        """Stream the results so far, as JSON lines or as Parquet."""
        batch = get_object_or_404(Batch, pk=pk)
        if request.accepted_renderer.format != "parquet":
            return _file(results.json_lines(batch), LINES, f"batch-{batch.pk}.jsonl")
        if not results.PARQUET_INSTALLED:
            raise ParquetMissing
        return _file(results.parquet(batch), PARQUET, f"batch-{batch.pk}.parquet")


def _file(content: Iterator[bytes], kind: str, name: str) -> StreamingHttpResponse:
    return StreamingHttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
