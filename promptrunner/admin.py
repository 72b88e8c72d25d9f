"""Users, roles and tokens in the admin."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from compliance.vocabulary import CITIES
from promptrunner.models import SCOPES, ApiToken, CaseDocument, OutputSummary, SessionEntry, User
from promptrunner.tokens import token_create, token_revoke
from telemetry.read_only import ReadOnlyAdmin

admin.site.site_header = "Prompt Runner"
admin.site.site_title = "Prompt Runner"
admin.site.unregister(Group)


class PersonForm(UserChangeForm):
    """A user, with the cities of which they are in charge as boxes to tick."""

    cities = forms.MultipleChoiceField(
        choices=[(city, city) for city in CITIES],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="The cities whose rulebooks this person may change, where their role lets them change rulebooks; every city where none is ticked.",
    )


@admin.register(User)
class PersonAdmin(UserAdmin, ModelAdmin):  # type: ignore[type-arg]
    """Users."""

    form = PersonForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "email", "roles", "cities_in_words", "is_staff", "last_login")
    fieldsets: ClassVar[Any] = (*(UserAdmin.fieldsets or ()), ("In charge of", {"fields": ("cities",)}))

    def get_queryset(self, request: HttpRequest) -> Any:
        """Return the users with their roles."""
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description="roles")
    def roles(self, user: User) -> str:
        """Return the roles in words."""
        return ", ".join(sorted(group.name for group in user.groups.all())) or "-"

    @admin.display(description="cities")
    def cities_in_words(self, user: User) -> str:
        """Return the cities in words."""
        return ", ".join(user.cities) or "every city"


@admin.register(Group)
class RoleAdmin(GroupAdmin, ModelAdmin):
    """Roles; those that the product brings are made again at every migration."""


class ApiTokenForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new token."""

    scopes = forms.MultipleChoiceField(choices=[(name, f"{name}: {says}") for name, says in SCOPES.items()], widget=forms.CheckboxSelectMultiple)
    days = forms.IntegerField(
        required=False, min_value=1, widget=UnfoldAdminIntegerFieldWidget, help_text="How long it holds; until it is revoked where nothing is written."
    )

    class Meta:
        model = ApiToken
        fields = ("user", "name", "scopes")


@admin.register(ApiToken)
class ApiTokenAdmin(ModelAdmin):
    """API tokens: made here, shown once, and taken back."""

    form = ApiTokenForm
    fields = ("user", "name", "scopes", "days")
    autocomplete_fields = ("user",)
    list_display = ("token_key", "user", "name", "scopes_in_words", "created", "expiry", "last_used", "revoked_at")
    list_select_related = ("user",)
    search_fields = ("token_key", "name", "user__username")
    ordering = ("-created",)
    actions = ("revoke",)

    @admin.display(description="scopes")
    def scopes_in_words(self, token: ApiToken) -> str:
        """Return the scopes in words."""
        return ", ".join(token.scopes)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Make the token and show it, this once."""
        asked = form.cleaned_data
        token, text = token_create(user=asked["user"], scopes=asked["scopes"], name=asked["name"], days=asked["days"])
        obj.pk, obj.token_key = token.pk, token.token_key
        self.message_user(request, f"The token, shown only now: {text}", messages.WARNING)

    @admin.action(description="Revoke the chosen tokens")
    def revoke(self, request: HttpRequest, queryset: Any) -> None:
        """Take the chosen tokens back."""
        for token in queryset:
            token_revoke(token=token)
            self.log_change(request, token, "revoked")
        self.message_user(request, f"{len(queryset)} revoked.")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse to change one token; the list with its action needs the permission."""
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: a revoked token stays listed."""
        return False


@admin.register(SessionEntry)
class SessionEntryAdmin(ReadOnlyAdmin):
    """What the frozen routes were sent, by session."""

    list_display = ("created_at", "session_id", "event", "run_id")
    ordering = ("-created_at",)
    search_fields = ("session_id__exact",)
    id_fields = ("run_id",)
    large_fields = ("output", "metadata")


@admin.register(CaseDocument)
class CaseDocumentAdmin(ReadOnlyAdmin):
    """What clients read from documents."""

    list_display = ("created_at", "case_id")
    ordering = ("-created_at",)
    search_fields = ("case_id__exact",)
    large_fields = ("parsed_data",)


@admin.register(OutputSummary)
class OutputSummaryAdmin(ReadOnlyAdmin):
    """Summaries of outputs."""

    list_display = ("created_at", "city", "case_id", "run_id")
    list_filter = ("city",)
    ordering = ("-created_at",)
    search_fields = ("case_id__exact",)
    id_fields = ("run_id",)
    large_fields = ("summary",)
