"""Stored records for tests, valid with nothing said."""

from __future__ import annotations

import datetime
import hashlib
from typing import Any

import factory

from compliance.models import IdempotencyKey, Rulebook, RulebookRelease, Rule, Run
from promptrunner.models import User
from telemetry.models import Event
from telemetry.services import event_id

BEGAN = datetime.datetime(2026, 1, 5, 9, 30, tzinfo=datetime.UTC)


def sha256(text: object) -> str:
    return hashlib.sha256(str(text).encode()).hexdigest()


class UserFactory(factory.django.DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence("user{}".format)

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **fields: Any) -> User:
        return model_class.objects.create_user(*args, **fields)


class RulebookFactory(factory.django.DjangoModelFactory[Rulebook]):
    class Meta:
        model = Rulebook

    name = factory.Sequence("rulebook-{}".format)
    title = factory.LazyAttribute(lambda book: f"The {book.name}")


class ReleaseFactory(factory.django.DjangoModelFactory[RulebookRelease]):
    """A published release in force in Pune since 2020."""

    class Meta:
        model = RulebookRelease

    rulebook = factory.SubFactory(RulebookFactory)
    sha256 = factory.Sequence(sha256)
    content = "{}"
    status = RulebookRelease.Status.PUBLISHED
    cities = factory.LazyFunction(lambda: ["Pune"])
    effective_from = datetime.date(2020, 1, 1)
    published_at = BEGAN


class RuleFactory(factory.django.DjangoModelFactory[Rule]):
    class Meta:
        model = Rule

    release = factory.SubFactory(ReleaseFactory)
    clause_id = factory.Sequence("C-{}".format)
    clause_no = factory.Sequence("6.{}".format)
    title = "A clause"
    category = "fsi"
    verification = "illustrative"
    version = factory.Sequence(sha256)
    position = factory.Sequence(int)
    content = "{}"


class RunFactory(factory.django.DjangoModelFactory[Run]):
    """A run, each one second after the one before."""

    class Meta:
        model = Run

    prompt = factory.Sequence("Proposal {}".format)
    city = "Pune"
    status = Run.Status.COMPLIANT
    digest = factory.Sequence(sha256)
    outcome_digest = factory.Sequence(sha256)
    as_of = datetime.date(2026, 1, 5)
    spec = '{"city":"Pune"}'
    verdict = '{"status":"COMPLIANT"}'
    session_id = "session-1"
    trace_id = factory.Sequence("{:032x}".format)
    created_at = factory.Sequence(lambda number: BEGAN + datetime.timedelta(seconds=number))


class EventFactory(factory.django.DjangoModelFactory[Event]):
    class Meta:
        model = Event

    run_id = factory.LazyFunction(lambda: RunFactory.create().pk)
    id = factory.LazyAttribute(lambda event: event_id("compliance_check", event.run_id))
    event_type = "compliance_check"
    trace_id = factory.Sequence("{:032x}".format)
    timestamp = BEGAN
    payload = "{}"


class IdempotencyKeyFactory(factory.django.DjangoModelFactory[IdempotencyKey]):
    class Meta:
        model = IdempotencyKey

    owner = "owner"
    key = factory.Sequence("key-{}".format)
    body_sha256 = factory.Sequence(sha256)
    run = factory.SubFactory(RunFactory)
