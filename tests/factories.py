"""Stored records for tests, valid with nothing said."""

from __future__ import annotations

import datetime
import hashlib
from typing import Any

from factory.declarations import LazyAttribute, LazyFunction, Sequence, SubFactory
from factory.django import DjangoModelFactory

from compliance.models import IdempotencyKey, Rule, Rulebook, RulebookRelease, Run
from promptrunner.models import User
from telemetry.models import Event
from telemetry.services import event_id

BEGAN = datetime.datetime(2026, 1, 5, 9, 30, tzinfo=datetime.UTC)


def sha256(text: object) -> str:
    return hashlib.sha256(str(text).encode()).hexdigest()


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = Sequence("user{}".format)

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **fields: Any) -> User:
        return model_class.objects.create_user(*args, **fields)


class RulebookFactory(DjangoModelFactory[Rulebook]):
    class Meta:
        model = Rulebook

    name = Sequence("rulebook-{}".format)
    title = LazyAttribute(lambda book: f"The {book.name}")


class ReleaseFactory(DjangoModelFactory[RulebookRelease]):
    """A published release in force in Pune since 2020."""

    class Meta:
        model = RulebookRelease

    rulebook = SubFactory(RulebookFactory)
    sha256 = Sequence(sha256)
    content = "{}"
    status = RulebookRelease.Status.PUBLISHED
    cities = LazyFunction(lambda: ["Pune"])
    effective_from = datetime.date(2020, 1, 1)
    published_at = BEGAN


class RuleFactory(DjangoModelFactory[Rule]):
    class Meta:
        model = Rule

    release = SubFactory(ReleaseFactory)
    clause_id = Sequence("C-{}".format)
    clause_no = Sequence("6.{}".format)
    title = "A clause"
    category = "fsi"
    verification = "illustrative"
    version = Sequence(sha256)
    position = Sequence(int)
    content = "{}"


class RunFactory(DjangoModelFactory[Run]):
    """A run, each one second after the one before."""

    class Meta:
        model = Run

    prompt = Sequence("Proposal {}".format)
    city = "Pune"
    status = Run.Status.COMPLIANT
    digest = Sequence(sha256)
    outcome_digest = Sequence(sha256)
    as_of = datetime.date(2026, 1, 5)
    spec = '{"city":"Pune"}'
    verdict = '{"status":"COMPLIANT"}'
    session_id = "session-1"
    trace_id = Sequence("{:032x}".format)
    created_at = Sequence(lambda number: BEGAN + datetime.timedelta(seconds=number))


class EventFactory(DjangoModelFactory[Event]):
    class Meta:
        model = Event

    run_id = LazyFunction(lambda: RunFactory.create().pk)
    id = LazyAttribute(lambda event: event_id("compliance_check", event.run_id))
    event_type = "compliance_check"
    trace_id = Sequence("{:032x}".format)
    timestamp = BEGAN
    payload = "{}"


class IdempotencyKeyFactory(DjangoModelFactory[IdempotencyKey]):
    class Meta:
        model = IdempotencyKey

    owner = "owner"
    key = Sequence("key-{}".format)
    body_sha256 = Sequence(sha256)
    run = SubFactory(RunFactory)
