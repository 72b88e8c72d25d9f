"""The API's view of a run's PDF report."""

from __future__ import annotations

import hashlib
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from compliance.models import Run
from promptrunner.api.models import KEPT
from promptrunner.api.views import problems
from promptrunner.reporting import report_of


class RunReportView(APIView):
    """A run's report."""

    scope = "run"

    @extend_schema(
        operation_id="runs_report",
        parameters=[
            OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, description="The ETag of what the caller has: 304 where it is still the same.")
        ],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY, 304: OpenApiResponse(description="The caller has it."), **problems(404)},
    )
    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        """Return the report as PDF; the same run at the same address gives the same bytes."""
        run = get_object_or_404(Run.objects.select_related("release__rulebook"), pk=pk)
        data = report_of(run, request.build_absolute_uri(f"/runs/{run.pk}/"))
        etag = f'"{hashlib.sha256(data).hexdigest()}"'
        name = f"check-{run.city.lower() or 'proposal'}-{str(run.pk)[:8]}.pdf"
        headers = {"ETag": etag, "Cache-Control": KEPT, "Content-Disposition": f'inline; filename="{name}"'}
        response = HttpResponse(data, content_type="application/pdf", headers=headers)
        return get_conditional_response(request, etag=etag, response=response) or response
