"""What every database has to do alike. The engine is DATABASE_URL's: `make test-all` runs these on SQLite, PostgreSQL and MongoDB's wire protocol."""

from __future__ import annotations

import datetime
import threading
import uuid
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import IntegrityError, connection
from django.db.models import ProtectedError

from compliance.models import Rule, RulebookRelease, Run
from telemetry.transactions import atomic, on_commit
from tests.factories import BEGAN, EventFactory, IdempotencyKeyFactory, ReleaseFactory, RuleFactory, RunFactory

VENDORS = {"sqlite": "sqlite", "postgres": "postgresql", "postgresql": "postgresql", "mongodb": "mongodb"}


@pytest.mark.django_db
def test_the_tests_run_on_the_database_that_was_asked_for():
    assert connection.vendor == VENDORS[settings.DATABASE_URL.split(":")[0]]


@pytest.mark.django_db
def test_no_model_differs_from_its_migrations():
    call_command("makemigrations", "--check", "--dry-run", stdout=StringIO())


# Transactions


class InterruptedWriteError(Exception):
    """Something that goes wrong in the middle of a transaction."""


def write_and_fail(blocks: int = 1) -> None:
    """Write a run in each of so many nested blocks, then fail in the innermost."""
    with atomic():
        RunFactory.create()
        on_commit(lambda: pytest.fail("this was rolled back"))
        if blocks > 1:
            write_and_fail(blocks - 1)
        raise InterruptedWriteError


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("blocks", [1, 2])
def test_an_error_that_leaves_every_block_leaves_nothing_behind(blocks):
    with pytest.raises(InterruptedWriteError):
        write_and_fail(blocks)
    assert Run.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_blocks_that_end_well_are_kept():
    with atomic():
        RunFactory.create()
        with atomic():
            RunFactory.create()
    assert Run.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_transaction_works_again_after_one_that_failed():
    with pytest.raises(InterruptedWriteError):
        write_and_fail()
    with atomic():
        RunFactory.create()
    assert Run.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_waits_for_the_commit_runs_after_it():
    seen: list[str] = []
    with atomic():
        RunFactory.create()
        on_commit(lambda: seen.append(f"{Run.objects.count()} stored"))
        seen.append("still inside")
    assert seen == ["still inside", "1 stored"]


@pytest.mark.django_db(transaction=True)
def test_an_event_that_exists_takes_its_run_down_with_it():
    known = EventFactory.create()

    def run_with_the_same_event() -> None:
        with atomic():
            RunFactory.create()
            EventFactory.create(id=known.pk, run_id=known.run_id)

    with pytest.raises(IntegrityError):
        run_with_the_same_event()
    assert Run.objects.count() == 1  # the one that the known event reports


# Constraints


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("make", "fields"),
    [
        (IdempotencyKeyFactory, {"owner": "a", "key": "k"}),
        (EventFactory, {"id": uuid.UUID(int=7), "run_id": uuid.UUID(int=8)}),
    ],
)
def test_what_may_exist_once_is_refused_the_second_time(make, fields):
    make.create(**fields)
    with pytest.raises(IntegrityError):
        make.create(**fields)


@pytest.mark.django_db(transaction=True)
def test_a_clause_stands_once_in_a_release_and_may_stand_in_the_next():
    first, second = ReleaseFactory.create_batch(2)
    RuleFactory.create(release=first, clause_id="C-1")
    RuleFactory.create(release=second, clause_id="C-1")
    with pytest.raises(IntegrityError):
        RuleFactory.create(release=first, clause_id="C-1")


@pytest.mark.django_db(transaction=True)
def test_a_run_has_one_successor_and_many_runs_have_no_predecessor():
    first, _ = RunFactory.create_batch(2)
    RunFactory.create(supersedes=first, root=first, revision=2)
    with pytest.raises(IntegrityError):
        RunFactory.create(supersedes=first, root=first, revision=2)
    assert Run.objects.filter(supersedes=None).count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_same_idempotency_key_belongs_to_each_owner_on_its_own():
    for owner in ("", "a", "b"):
        IdempotencyKeyFactory.create(owner=owner, key="k")


# What is read back


@pytest.mark.django_db
def test_values_come_back_as_they_were_written():
    text = '{"note":"१०० sq m – 40′ × 60′","z":7.1}'
    made = RunFactory.create(spec=text, prompt="मुंबई\nline 2", fsi=0.1 + 0.2, height_m=7.1, plot_area_sq_m=None, created_at=BEGAN.replace(microsecond=123000))
    read = Run.objects.get(pk=made.pk)
    assert isinstance(read.pk, uuid.UUID)
    assert (read.spec, read.prompt, read.fsi, read.height_m, read.plot_area_sq_m) == (text, "मुंबई\nline 2", 0.30000000000000004, 7.1, None)
    assert (read.created_at, read.as_of) == (BEGAN.replace(microsecond=123000), datetime.date(2026, 1, 5))


@pytest.mark.django_db
def test_lists_in_json_and_joins_read_alike():
    release = ReleaseFactory.create(cities=["Pune", "Nashik"])
    RuleFactory.create(release=release)
    ReleaseFactory.create(status=RulebookRelease.Status.DRAFT)
    assert RulebookRelease.objects.published().get().cities == ["Pune", "Nashik"]
    assert Rule.objects.published().select_related("release__rulebook").get().release.rulebook == release.rulebook


@pytest.mark.django_db
def test_runs_are_filtered_and_ordered_alike():
    runs = RunFactory.create_batch(4)
    RunFactory.create(city="Mumbai", status=Run.Status.BLOCKED)
    newest = Run.objects.filter(city="Pune", created_at__gte=runs[1].created_at).order_by("-created_at", "-id")
    assert [run.pk for run in newest] == [run.pk for run in reversed(runs[1:])]


@pytest.mark.django_db
def test_what_a_run_was_judged_by_cannot_be_deleted():
    run = RunFactory.create(release=ReleaseFactory.create())
    with pytest.raises(ProtectedError):
        run.release.delete()


# Each engine's own


@pytest.mark.django_db(transaction=True)
@pytest.mark.mongodb
def test_the_key_of_a_run_is_mongodbs_own_id():
    made = RunFactory.create()
    document = getattr(connection, "database")["compliance_run"].find_one()  # noqa: B009 - only MongoDB's connection has one
    assert document["_id"] == made.pk.hex
    assert "id" not in document


@pytest.mark.django_db(transaction=True)
def test_writers_at_the_same_moment_do_not_fail():
    if connection.vendor == "sqlite":
        pytest.skip("the test database is in memory, where threads share one cache; test_sqlite.py has this for files")
    failures: list[Exception] = []

    def write() -> None:
        try:
            for _ in range(5):
                with atomic():
                    Run.objects.count()
                    RunFactory.create()
        except Exception as error:  # whatever it is, the test fails with it
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert Run.objects.count() == 40
