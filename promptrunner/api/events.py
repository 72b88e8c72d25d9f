"""The API's events, to read."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from promptrunner.api.views import NewestFirst, problems
from telemetry.models import Event


class EventOut(serializers.ModelSerializer[Event]):
    """An event in InsightFlow's shape, with where its delivery stands."""

    event = serializers.SerializerMethodField()

    class Meta:
        model = Event
        fields = ("id", "event_type", "trace_id", "run_id", "timestamp", "created_at", "delivered_at", "event")

    def get_event(self, event: Event) -> dict[str, Any]:
        """Return the event."""
        found: dict[str, Any] = json.loads(event.payload)
        return found


class EventFilter(django_filters.FilterSet):
    """What a list of events may be narrowed to."""

    event_type = django_filters.ChoiceFilter(choices=[("compliance_check", "a run"), ("feedback", "a vote")])
    run_id = django_filters.UUIDFilter()
    trace_id = django_filters.CharFilter()
    since = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    until = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")
    delivered = django_filters.BooleanFilter(field_name="delivered_at", lookup_expr="isnull", exclude=True)


class EventsView(generics.ListAPIView[Event]):
    """The events, newest first."""

    scope = "operate"
    serializer_class = EventOut
    filterset_class = EventFilter
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[Event]:
        """Return the events."""
        return Event.objects.all()

    @extend_schema(responses={200: EventOut(many=True), **problems(400)}, operation_id="events_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the events, newest first."""
        return super().get(request, *args, **kwargs)


class EventView(APIView):
    """One event."""

    scope = "operate"

    @extend_schema(responses={200: EventOut, **problems(404)}, operation_id="events_retrieve")
    def get(self, request: Request, pk: UUID) -> Response:
        """Return an event."""
        return Response(EventOut(get_object_or_404(Event, pk=pk)).data)
