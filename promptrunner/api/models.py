"""The API's views of a run's model and drawings."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.models import Run
from promptrunner.api.views import problems
from promptrunner.modelling import PRODUCTS, NoModelError, figures_of, file_of

KEPT = "private, max-age=86400"
"""A run never changes; what is drawn of it may be drawn better one day."""


class MassingOut(serializers.Serializer[Any]):
    """A run's building as it would stand."""

    figures = serializers.DictField(help_text="Measured back from the solids.")
    overshoots = serializers.ListField(child=serializers.DictField(), help_text="What lies outside the legal envelope, by limit.")
    cannot_fit = serializers.ListField(child=serializers.CharField(), help_text="Why the proposal's values cannot all be true of one building.")
    notes = serializers.ListField(child=serializers.CharField(), help_text="What was drawn without having been stated.")


class RunMassingView(APIView):
    """Whether a run's values can all be true of one building."""

    scope = "run"

    @extend_schema(responses={200: MassingOut, **problems(404)}, operation_id="runs_massing")
    def get(self, request: Request, pk: UUID) -> Response:
        """Return what is measured from the run's solids, and what cannot fit."""
        run = get_object_or_404(Run.objects.select_related("release__rulebook"), pk=pk)
        try:
            return Response(figures_of(run))
        except NoModelError as error:
            raise NotFound(str(error), code=error.code) from None


class RunFileView(APIView):
    """A run's model, site plan, section or picture."""

    scope = "run"

    @extend_schema(
        operation_id="runs_file",
        parameters=[
            OpenApiParameter("file", str, OpenApiParameter.PATH, enum=list(PRODUCTS)),
            OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, description="The ETag of what the caller has: 304 where it is still the same."),
        ],
        responses={
            **{(200, product.content_type): OpenApiTypes.BINARY for product in PRODUCTS.values()},
            304: OpenApiResponse(description="The caller has it."),
            **problems(404),
        },
    )
    def get(self, request: Request, pk: UUID, file: str) -> HttpResponseBase:
        """Return the file, built where it is not there yet."""
        if file not in PRODUCTS:
            raise NotFound(f"A run has {', '.join(PRODUCTS)}.")
        run = get_object_or_404(Run.objects.select_related("release__rulebook"), pk=pk)
        try:
            built = file_of(run, PRODUCTS[file])
        except NoModelError as error:
            raise NotFound(str(error), code=error.code) from None
        etag = f'"{built.record.sha256}"'
        headers = {"ETag": etag, "Cache-Control": KEPT, "Content-Disposition": f'inline; filename="{built.product.name_for(run)}"'}
        response = HttpResponse(built.data, content_type=built.product.content_type, headers=headers)
        return get_conditional_response(request, etag=etag, response=response) or response
