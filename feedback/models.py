"""What people say about results, as they sent it (append-only), and what reviewers made of it."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models


class Feedback(models.Model):
    """One vote on a run, a case or a session. Never changed."""

    class Route(models.TextChoices):
        """Where it came in."""

        CORE = "core", "/core/feedback"
        MCP = "mcp", "/api/mcp/feedback"
        CREATOR = "creator", "/api/mcp/creator_feedback"
        LEGACY = "legacy", "taken over from 2.0"
        NATIVE = "native", "/api/v1/feedback/"

    class Kind(models.TextChoices):
        """What it is about."""

        RESULT = "result", "a result"
        SUGGESTION = "suggestion", "a suggested design"
        CLAUSE = "clause", "one clause of a verdict"
        CLAUSE_WRONG = "clause_wrong", "a clause that is wrong"
        MISREAD = "misread", "a prompt that was misread"

    class Reason(models.TextChoices):
        """Why, chosen."""

        TOO_TALL = "too_tall", "too tall"
        TOO_LOW = "too_low", "too low"
        TOO_DENSE = "too_dense", "too dense"
        TOO_LITTLE_BUILT = "too_little_built", "too little is built"
        MARGINS_TOO_NARROW = "margins_too_narrow", "margins too narrow"
        MARGINS_TOO_WIDE = "margins_too_wide", "margins too wide"
        HELPFUL = "helpful", "helpful"
        UNCLEAR = "unclear", "unclear"
        OTHER = "other", "another reason"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, db_column="_id")
    run = models.ForeignKey("compliance.Run", null=True, blank=True, on_delete=models.PROTECT, related_name="feedback")
    suggestion = models.ForeignKey("feedback.Suggestion", null=True, blank=True, on_delete=models.PROTECT, related_name="feedback")
    session_id = models.CharField(max_length=200, help_text="The session or case that was named.")
    vote = models.SmallIntegerField(choices=[(1, "up"), (-1, "down")])
    sent = models.CharField(max_length=10, help_text="The vote as the client wrote it, as JSON.")
    reward = models.SmallIntegerField(help_text="The reward that was answered.")
    route = models.CharField(max_length=10, choices=Route.choices)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.RESULT)
    clause_id = models.CharField(max_length=60, blank=True, help_text="The clause of the run's verdict that is meant.")
    reason = models.CharField(max_length=20, choices=Reason.choices, blank=True)
    comment = models.TextField(blank=True, help_text="The reason in the voter's own words.")
    corrections = models.TextField(
        default="[]", help_text="Values that were misread, as JSON: field, value (null: not stated at all), and what was read of which words."
    )
    voice = models.CharField(max_length=210, blank=True, help_text="Whose voice it is: the token's user, else the session.")
    source = models.CharField(max_length=32, blank=True, help_text="A keyed hash of the network address that it came from.")
    voter = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    city = models.CharField(max_length=40, blank=True)
    prompt = models.TextField(blank=True)
    output = models.TextField(default="{}", help_text="The rated output as it was sent, as JSON.")
    metadata = models.TextField(default="{}", help_text="As it was sent, as JSON.")
    trace_id = models.CharField(max_length=100)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "feedback"
        indexes: ClassVar = [
            models.Index(fields=["session_id", "-created_at"], name="feedback_session_newest"),
            models.Index(fields=["run", "-created_at"], name="feedback_run_newest"),
            models.Index(fields=["city", "-created_at"], name="feedback_city_newest"),
            models.Index(fields=["source", "-created_at"], name="feedback_source_newest"),
            models.Index(fields=["voice", "-created_at"], name="feedback_voice_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_vote_display()} on {self.session_id or self.run_id}"


class Review(models.Model):
    """Where one vote stands with the reviewers. Only what they accept trains."""

    class Status(models.TextChoices):
        """Where it stands."""

        PENDING = "pending", "waits"
        ACCEPTED = "accepted", "accepted"
        REJECTED = "rejected", "rejected"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, db_column="_id")
    feedback = models.OneToOneField(Feedback, on_delete=models.PROTECT, related_name="review")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    note = models.CharField(max_length=500, blank=True, help_text="Why it was rejected, or opened again.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(null=True, blank=True)
    assigned_to = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    assigned_until = models.DateTimeField(null=True, blank=True, help_text="An assignment runs out, so that nothing lies about.")
    flag = models.CharField(max_length=200, blank=True, help_text="Why it should be looked at with care.")
    disagreement = models.FloatField(default=0.0, help_text="How far it is from the other votes on its target, 0 to 2.")
    created_at = models.DateTimeField(help_text="When the vote came in.")
    # The vote's own, here too so that accepted ones are counted without reading votes and runs.
    vote = models.SmallIntegerField(default=0)
    context = models.CharField(max_length=80, blank=True, help_text="City and use that the vote would train; empty where it trains nothing.")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["status", "-created_at"], name="review_status_newest"),
            models.Index(fields=["status", "-disagreement", "-created_at"], name="review_status_differs"),
            models.Index(fields=["status", "context"], name="review_status_context"),
        ]
        permissions: ClassVar = [("review_feedback", "Can accept, reject and reopen feedback")]

    def __str__(self) -> str:
        return f"{self.get_status_display()}: {self.feedback_id}"


class ReviewStep(models.Model):
    """One step of one review, with those that were done at once under the same batch. Append-only."""

    class Action(models.TextChoices):
        """What was done."""

        ACCEPT = "accept", "accepted"
        REJECT = "reject", "rejected"
        REOPEN = "reopen", "opened again"
        UNDO = "undo", "undone"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, db_column="_id")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="steps")
    batch = models.UUIDField(db_index=True)
    action = models.CharField(max_length=10, choices=Action.choices)
    before = models.CharField(max_length=10, choices=Review.Status.choices)
    after = models.CharField(max_length=10, choices=Review.Status.choices)
    note = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.get_action_display()} by {self.by}"


class SavedFilter(models.Model):
    """A reviewer's own view of the queue."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, db_column="_id")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=300, help_text="The address's query.")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "name"], name="filter_once_per_person")]

    def __str__(self) -> str:
        return self.name


class PolicyVersion(models.Model):
    """A policy as data. Its content never changes; at most one is live."""

    class Status(models.TextChoices):
        """Where it stands."""

        CANDIDATE = "candidate", "candidate"
        LIVE = "live", "live"
        RETIRED = "retired", "retired"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, db_column="_id")
    number = models.PositiveIntegerField(unique=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.CANDIDATE)
    content = models.TextField(help_text="Weights and votes, as JSON.")
    digest = models.CharField(max_length=64)
    votes = models.PositiveIntegerField(help_text="Accepted votes that it was trained on.")
    trained_until = models.DateTimeField(help_text="Votes that came later are not in it.")
    evidence = models.TextField(default="{}", help_text="What the log says of it beside the live one, as JSON.")
    reason = models.CharField(max_length=500, blank=True, help_text="Why it was promoted, or brought back.")
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    live_since = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        permissions: ClassVar = [("promote_policy", "Can promote a policy and take one back")]

    def __str__(self) -> str:
        return f"policy {self.number}"


class Suggestion(models.Model):
    """One design that was shown, with the probability with which it was chosen. Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, db_column="_id")
    request_id = models.CharField(max_length=100, db_index=True)
    place = models.PositiveSmallIntegerField(help_text="Which of the designs of its request it is, from 1.")
    policy = models.ForeignKey(PolicyVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="suggestions", help_text="Empty: the cold start.")
    context = models.TextField(help_text="Where it is wanted, as JSON.")
    city = models.CharField(max_length=40)
    building_use = models.CharField(max_length=20)
    strategy = models.CharField(max_length=60)
    probability = models.FloatField()
    available = models.TextField(help_text="The strategies that were feasible, as JSON.")
    design = models.TextField(help_text="The suggested values, as JSON.")
    release_sha256 = models.CharField(max_length=64, help_text="The release of the rulebook under which it complies.")
    trace_id = models.CharField(max_length=100)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["request_id", "place"], name="suggestion_once_per_place")]
        indexes: ClassVar = [models.Index(fields=["city", "building_use", "-created_at"], name="suggestion_group_newest")]

    def __str__(self) -> str:
        return f"{self.strategy} in {self.city}"
