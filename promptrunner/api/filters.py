"""Query filters of the native lists."""

from __future__ import annotations

import datetime
from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from compliance.models import Rule, Run
from compliance.vocabulary import CITIES
from promptrunner.api.serializers import STATUSES


class RunFilter(django_filters.FilterSet):
    """Runs by city, status, session and the date they were made (both ends included)."""

    city = django_filters.ChoiceFilter(choices=[(name, name) for name in CITIES])
    status = django_filters.ChoiceFilter(choices=[(name, name) for name in STATUSES])
    session = django_filters.CharFilter(field_name="session_id")
    date_from = django_filters.DateFilter(method="from_day")
    date_to = django_filters.DateFilter(method="to_day")

    class Meta:
        model = Run
        fields: list[str] = []

    def from_day(self, runs: QuerySet[Run], name: str, day: datetime.date) -> QuerySet[Run]:
        """Keep the runs made on a day (UTC) or later."""
        return runs.filter(created_at__gte=datetime.datetime.combine(day, datetime.time.min, datetime.UTC))

    def to_day(self, runs: QuerySet[Run], name: str, day: datetime.date) -> QuerySet[Run]:
        """Keep the runs made on a day (UTC) or earlier."""
        return runs.filter(created_at__lt=datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time.min, datetime.UTC))


class RuleFilter(django_filters.FilterSet):
    """Published clauses by city, category, rulebook and the date they are in force."""

    city = django_filters.ChoiceFilter(choices=[(name, name) for name in CITIES], method="in_city")
    category = django_filters.CharFilter()
    rulebook = django_filters.CharFilter(field_name="release__rulebook__name")
    in_force = django_filters.DateFilter(method="on_day")

    class Meta:
        model = Rule
        fields: list[str] = []

    def in_city(self, rules: QuerySet[Rule], name: str, city: str) -> QuerySet[Rule]:
        """Keep the clauses of the releases that hold for a city (few releases: their city lists are compared here, on every database alike)."""
        releases: dict[Any, list[str]] = dict(rules.model.objects.published_releases())
        return rules.filter(release__in=[pk for pk, cities in releases.items() if city in cities])

    def on_day(self, rules: QuerySet[Rule], name: str, day: datetime.date) -> QuerySet[Rule]:
        """Keep the clauses in force on a day."""
        return rules.filter(Q(effective_from=None) | Q(effective_from__lte=day), Q(effective_to=None) | Q(effective_to__gte=day))
