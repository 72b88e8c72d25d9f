"""Cities, rulebooks with their releases and clauses, and the runs judged under them."""

from __future__ import annotations

import datetime
import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords


class City(models.Model):
    """A city whose regulations we know; names and zones are in `compliance.vocabulary`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, db_column="_id")
    name = models.CharField(max_length=40, unique=True)

    class Meta:
        verbose_name_plural = "cities"

    def __str__(self) -> str:
        return self.name


class Rulebook(models.Model):
    """A regulation as data; its releases hold the content."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, db_column="_id")
    name = models.CharField(max_length=100, unique=True)
    title = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.name


class ReleaseQuerySet(models.QuerySet["RulebookRelease"]):
    """Queries over releases."""

    def published(self) -> ReleaseQuerySet:
        """Return the published releases."""
        return self.filter(status=RulebookRelease.Status.PUBLISHED)

    def been_in_force(self) -> ReleaseQuerySet:
        """Return the releases that are or were published."""
        return self.filter(status__in=(RulebookRelease.Status.PUBLISHED, RulebookRelease.Status.RETIRED))

    def in_force(self, day: datetime.date) -> ReleaseQuerySet:
        """Return the published releases that hold on a day; one without a first day holds only where it is asked for by name."""
        return self.published().filter(models.Q(effective_to=None) | models.Q(effective_to__gte=day), effective_from__lte=day)


class RulebookRelease(models.Model):
    """One content of a rulebook: edited as a draft, immutable once published. Runs name the release that judged them."""

    class Status(models.TextChoices):
        """The life of a release."""

        DRAFT = "draft"
        REVIEW = "review", "in review"
        PUBLISHED = "published"
        RETIRED = "retired"
        DISCARDED = "discarded"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, db_column="_id")
    rulebook = models.ForeignKey(Rulebook, on_delete=models.PROTECT, related_name="releases")
    base = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="The release that a draft began as.")
    sha256 = models.CharField(max_length=64, db_index=True, help_text="SHA-256 of the canonical content.")
    content = models.TextField(help_text="The rulebook as canonical JSON (RFC 8785).")
    edition = models.CharField(max_length=300, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    cities = models.JSONField(default=list)
    effective_from = models.DateField(null=True, blank=True)
    effective_to = models.DateField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    checked = models.TextField(blank=True, help_text="What the last check found, as JSON, with the content that it is about.")
    proposed = models.TextField(blank=True, help_text="An import that was looked at and waits to be confirmed, as JSON.")
    impact = models.TextField(blank=True, help_text="Which stored runs would come out otherwise, as JSON, with the content that it is about.")

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["status"], name="release_status")]
        permissions: ClassVar = [
            ("curate_rulebookrelease", "Can edit drafts of the law and send them to review"),
            ("publish_rulebookrelease", "Can publish a reviewed draft, or send it back"),
        ]

    def __str__(self) -> str:
        return f"{self.rulebook} {self.sha256[:12]}"

    def in_force(self, day: datetime.date) -> bool:
        """Return whether it holds on a day; one without a first day holds only where it is asked for by name."""
        return self.effective_from is not None and self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)


class ReleaseStep(models.Model):
    """What was done to a release, by whom and why; the edits of its clauses are their own history."""

    class Kind(models.TextChoices):
        """What was done."""

        BEGUN = "begun"
        LOADED = "loaded", "loaded from a file"
        EDITED = "edited"
        IMPORTED = "imported"
        SUBMITTED = "submitted", "sent to review"
        RETURNED = "returned", "sent back"
        PUBLISHED = "published"
        RETIRED = "retired"
        DISCARDED = "discarded"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, db_column="_id")
    release = models.ForeignKey(RulebookRelease, on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64, help_text="The content after it.")
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["release", "at"], name="step_of_release")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"


class ClauseHistory(HistoricalRecords):  # type: ignore[misc]
    """The versions of a clause that curators wrote; its key is no MongoDB `_id`, which belongs to each version."""

    def copy_fields(self, model: type[models.Model]) -> dict[str, models.Field[Any, Any]]:
        """Return the fields of a version."""
        fields: dict[str, models.Field[Any, Any]] = super().copy_fields(model)
        for field in fields.values():
            if field.db_column == "_id":
                field.db_column = f"{model._meta.model_name}_id"
        return fields


class RuleQuerySet(models.QuerySet["Rule"]):
    """Queries over clauses."""

    def published(self) -> RuleQuerySet:
        """Return the clauses of published releases, each with its release but without that one's whole content."""
        return self.filter(release__status=RulebookRelease.Status.PUBLISHED).select_related("release__rulebook").defer("release__content")

    def published_releases(self) -> list[tuple[Any, list[str]]]:
        """Return (id, cities) of the published releases."""
        return list(RulebookRelease.objects.published().values_list("pk", "cities"))


class Rule(models.Model):
    """A clause of one release, as rows to list and filter; judging uses the release's content."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, db_column="_id")
    release = models.ForeignKey(RulebookRelease, on_delete=models.CASCADE, related_name="rules")
    clause_id = models.CharField(max_length=60)
    clause_no = models.CharField(max_length=100)
    title = models.CharField(max_length=300)
    category = models.CharField(max_length=20, db_index=True)
    table = models.CharField(max_length=100, blank=True)
    verification = models.CharField(max_length=20)
    cities = models.JSONField(default=list)
    effective_from = models.DateField(null=True, blank=True)
    effective_to = models.DateField(null=True, blank=True)
    version = models.CharField(max_length=64, help_text="SHA-256 of the clause's canonical content.")
    position = models.PositiveIntegerField()
    content = models.TextField(help_text="The clause as canonical JSON.")

    objects = RuleQuerySet.as_manager()
    history = ClauseHistory(history_id_field=models.UUIDField(default=uuid.uuid4, db_column="_id"), history_change_reason_field=models.TextField(null=True))

    class Meta:
        verbose_name = "clause"
        constraints: ClassVar = [models.UniqueConstraint(fields=["release", "clause_id"], name="rule_once_per_release")]

    def __str__(self) -> str:
        return f"{self.clause_id} ({self.clause_no})"


class Run(models.Model):
    """The verdict on one proposal. Never changed: checking again makes a new run that supersedes this one."""

    class Status(models.TextChoices):
        """The verdict."""

        BLOCKED = "BLOCKED"
        ERROR = "ERROR"
        NON_COMPLIANT = "NON_COMPLIANT"
        INCOMPLETE = "INCOMPLETE"
        COMPLIANT = "COMPLIANT"

    class Cause(models.TextChoices):
        """Why a run that supersedes another came out otherwise."""

        RULES = "rules", _("the rules changed")
        ENGINE = "engine", _("the program judges otherwise")
        BOTH = "rules_and_engine", _("the rules changed, and the program judges otherwise")
        NONE = "none", _("nothing came out otherwise")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, db_column="_id")
    external_id = models.CharField(max_length=200, blank=True, db_index=True)
    prompt = models.TextField(blank=True)
    city = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=15, choices=Status.choices)
    digest = models.CharField(max_length=64)
    outcome_digest = models.CharField(max_length=64)
    engine = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the program's judging; empty of runs that are older than this field.")
    release = models.ForeignKey(RulebookRelease, null=True, blank=True, on_delete=models.PROTECT, related_name="runs")
    as_of = models.DateField()
    spec = models.TextField(help_text="The completed spec as canonical JSON.")
    reading = models.TextField(
        default='{"questions":[],"spec":{}}', help_text="What was read before the rulebook's defaults, and the reader's questions, as canonical JSON."
    )
    verdict = models.TextField(help_text="The deterministic part of the wire form as canonical JSON.")
    session_id = models.CharField(max_length=200, blank=True)
    trace_id = models.CharField(max_length=100, db_index=True)
    land_use_zone = models.CharField(max_length=20, blank=True)
    building_use = models.CharField(max_length=20, blank=True)
    plot_area_sq_m = models.FloatField(null=True, blank=True)
    abutting_road_width_m = models.FloatField(null=True, blank=True)
    height_m = models.FloatField(null=True, blank=True)
    fsi = models.FloatField(null=True, blank=True)
    rules_evaluated = models.PositiveIntegerField(default=0)
    duration_ms = models.FloatField(default=0.0)
    supersedes = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by")
    root = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField(default=1)
    cause = models.CharField(max_length=20, choices=Cause.choices, blank=True, help_text="Of a run that supersedes another: why it was made.")
    created_at = models.DateTimeField()

    class Meta:
        # Each filtered list walks one index in the order of its pages, so that it does not slow down as runs are added.
        indexes: ClassVar = [
            models.Index(fields=["-created_at", "-id"], name="run_newest"),
            models.Index(fields=["city", "-created_at"], name="run_city_newest"),
            models.Index(fields=["status", "-created_at"], name="run_status_newest"),
            models.Index(fields=["session_id", "-created_at"], name="run_session_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.status} {self.id}"


class Dispute(models.Model):
    """Somebody says that a clause is wrong, with the run in which it shows; settling it names the release that mends it."""

    class Status(models.TextChoices):
        """Where it stands."""

        OPEN = "open"
        SETTLED = "settled", "settled by a release"
        DISMISSED = "dismissed", "dismissed with a reason"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, db_column="_id")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="disputes")
    rulebook = models.ForeignKey(Rulebook, on_delete=models.PROTECT, related_name="disputes")
    clause_id = models.CharField(max_length=60, db_index=True)
    clause_no = models.CharField(max_length=100)
    text = models.TextField(help_text="What is wrong, in the words of who says so.")
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    answer = models.TextField(blank=True)
    settled_in = models.ForeignKey(RulebookRelease, null=True, blank=True, on_delete=models.PROTECT, related_name="settles")
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["status", "-raised_at"], name="dispute_newest")]
        permissions: ClassVar = [("settle_dispute", "Can settle or dismiss disputes about clauses")]

    def __str__(self) -> str:
        return f"{self.clause_id} ({self.clause_no})"


class SubmittedClause(models.Model):
    """What a platform says of a clause: one to be written, or a published one to be retired. A curator takes it into a draft, or not."""

    class Kind(models.TextChoices):
        """What is asked for."""

        CLAUSE = "clause", "write this clause"
        RETIREMENT = "retirement", "retire this clause"

    class Status(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting", "waits for a curator"
        TAKEN = "taken", "taken into a draft"
        RETIRED = "retired", "withdrawn"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, db_column="_id")
    city = models.CharField(max_length=40)
    rule_id = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.CLAUSE)
    clause_no = models.CharField(max_length=100)
    category = models.CharField(max_length=60, blank=True)
    text = models.TextField(blank=True, help_text="The clause in words.")
    values = models.TextField(default="{}", help_text="Its numbers by planning field, as JSON.")
    sent = models.TextField(default="{}", help_text="The whole message as it was sent, as JSON.")
    source = models.CharField(max_length=40, help_text="Where it came in.")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    taken_into = models.ForeignKey(RulebookRelease, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    history = ClauseHistory(history_id_field=models.UUIDField(default=uuid.uuid4, db_column="_id"), history_change_reason_field=models.TextField(null=True))

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["city", "rule_id", "kind"], name="submitted_clause_once")]
        indexes: ClassVar = [models.Index(fields=["status", "-updated_at"], name="submitted_clause_newest")]

    def __str__(self) -> str:
        return f"{self.rule_id} ({self.city})"


class IdempotencyKey(models.Model):
    """A key that a caller sent with a POST, so that the same request sent twice makes one run."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, db_column="_id")
    owner = models.CharField(max_length=64, blank=True, help_text="The token's hash, else the person's id; empty for anonymous use.")
    key = models.CharField(max_length=200)
    body_sha256 = models.CharField(max_length=64)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["owner", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return self.key


class Batch(models.Model):
    """Proposals sent in one request and checked afterwards; each becomes a run."""

    class Status(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting", "waits or is worked off"
        DONE = "done", "every proposal has its run or its error"
        CANCELLED = "cancelled", "cancelled; what was checked before stays"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, db_column="_id")
    owner = models.CharField(max_length=64, blank=True, help_text="The token's hash, else the person's id; empty for anonymous use.")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    rulebook = models.CharField(max_length=100, blank=True, help_text="Name of the rulebook asked for; empty: the one in force.")
    as_of = models.DateField(help_text="The day whose law is asked for, the same for every proposal.")
    total = models.PositiveIntegerField(help_text="How many proposals it has.")
    session_id = models.CharField(max_length=200, blank=True)
    trace_id = models.CharField(max_length=100)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "batches"
        indexes: ClassVar = [models.Index(fields=["status", "created_at"], name="batch_waiting")]

    def __str__(self) -> str:
        return f"{self.total} proposals, {self.status}"


class BatchPart(models.Model):
    """Some proposals of a batch, worked off by one worker at a time: whoever holds it, until when. It is deleted when all of them are checked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, db_column="_id")
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="parts")
    first = models.PositiveIntegerField(help_text="The number of its first proposal in the batch, from 1.")
    proposals = models.TextField(help_text="The proposals as they were sent, a JSON list.")
    holder = models.CharField(max_length=200, blank=True)
    until = models.DateTimeField(null=True, blank=True, help_text="Another worker may take it afterwards.")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["batch", "first"], name="batch_part_once")]

    def __str__(self) -> str:
        return f"from {self.first}"


class BatchResult(models.Model):
    """What became of one proposal of a batch: its run, saved in the same transaction, or why there is none."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, db_column="_id")
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="results")
    number = models.PositiveIntegerField(help_text="The proposal's place in the batch, from 1.")
    run = models.ForeignKey(Run, null=True, on_delete=models.PROTECT, related_name="+")
    error = models.TextField(blank=True)

    class Meta:
        # Two workers that check the same proposal make one run: the second one's is taken back with its result.
        constraints: ClassVar = [models.UniqueConstraint(fields=["batch", "number"], name="batch_result_once")]

    def __str__(self) -> str:
        return f"{self.number}"
