"""Events in the admin, to read, and their deliveries: dead letters are sent again from here."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse

from telemetry.delivering import deliveries_resend, new_events
from telemetry.models import Delivery, Event, Pruning, SinkState
from telemetry.read_only import ReadOnlyAdmin


class DeliveredFilter(admin.SimpleListFilter):
    """Events that every sink has, or that some sink has not."""

    title = "delivered"
    parameter_name = "delivered"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the choices."""
        return [("yes", "yes"), ("no", "not yet")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Return the events chosen."""
        return queryset.filter(delivered_at=None) if self.value() == "no" else queryset.exclude(delivered_at=None) if self.value() == "yes" else queryset


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """Telemetry events."""

    list_display = ("event_type", "run_id", "trace_id", "timestamp", "delivered_at")
    list_filter = ("event_type", DeliveredFilter, "timestamp")
    ordering = ("-created_at",)
    search_fields = ("trace_id__exact",)
    id_fields = ("run_id",)
    large_fields = ("payload",)


@admin.register(SinkState)
class SinkStateAdmin(ReadOnlyAdmin):
    """How each sink is doing, and what waits for it. Only what waits is counted, from indexes: the rest is in the sink's own row."""

    list_display = ("sink", "sent", "waiting", "dead", "last_sent_at", "failures", "next_attempt_at", "last_error")

    @admin.display(description="waiting")
    def waiting(self, state: SinkState) -> int:
        """Return how many events it has not got: new ones, and those that are tried again."""
        return new_events().count() + Delivery.objects.filter(sink=state.sink, status=Delivery.Status.WAITING).count()

    @admin.display(description="dead letters")
    def dead(self, state: SinkState) -> int:
        """Return how many are dead."""
        return Delivery.objects.filter(sink=state.sink, status=Delivery.Status.DEAD).count()


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """Events that a sink did not take."""

    list_display = ("sink", "status", "run_id", "attempts", "first_failed_at", "next_attempt_at", "last_error", "event")
    list_filter = ("status", "sink")
    list_select_related = ("event",)
    ordering = ("-first_failed_at",)
    id_fields = ("run_id", "event_id")
    actions = ("send_again",)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Return the deliveries without what their events say."""
        return super().get_queryset(request).defer("event__payload")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse to change one; whoever may send again may choose in the list."""
        return obj is None and bool(request.user.has_perm("telemetry.resend_delivery"))

    @admin.action(description="Send the chosen dead letters again", permissions=["change"])
    def send_again(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """Send dead letters again, from the next round on."""
        count = deliveries_resend(deliveries=Delivery.objects.filter(pk__in=[entry.pk for entry in queryset]))
        self.message_user(request, f"{count} are sent again.", messages.SUCCESS)
        return None


@admin.register(Pruning)
class PruningAdmin(ReadOnlyAdmin):
    """What was deleted, and when."""

    list_display = ("pruned_at", "before", "events")
    ordering = ("-pruned_at",)
