"""What can go wrong between an event and its sinks, and what is then still true."""

from __future__ import annotations

import contextlib
import datetime
import functools
import json
import time
import uuid

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from compliance.models import Run
from feedback.models import Feedback
from feedback.services import feedback_record
from promptrunner.pipeline import run_proposal
from promptrunner.roles import OPERATOR, REVIEWER, make_roles
from telemetry import delivering, sinks
from telemetry.delivering import Deliverer, HeldError, LeaseKept, oldest_waiting
from telemetry.models import Delivery, Event, Lease, Pruning, SinkState
from telemetry.services import EventShapeError, event_made, event_record
from telemetry.sinks import FileSink, HttpSink, PausedError, RefusedError, SinkDownError
from tests.factories import BEGAN, UserFactory
from tests.telemetry.receiver import receiving

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch, settings, tmp_path):
    monkeypatch.setattr(delivering, "FIRST_PAUSE", 0.0)
    monkeypatch.setattr(sinks, "AT_MOST_EVERY", 0.0)
    settings.DATA_DIR = tmp_path


def written(run: int, number: int = 0, ago: float = 0.0) -> Event:
    """Write the n-th event of a run, so many seconds ago."""
    event = event_record(
        event_made(
            event_type="compliance_check",
            record_id=uuid.uuid4(),
            trace_id="t-1",
            run_id=uuid.UUID(int=run),
            metadata={"city": "Pune", "status": "COMPLIANT", "rules_evaluated": 3, "compliance_rate": 1.0, "number": number},
            performance={"duration_ms": 1.5, "rules_filtered": 4, "rules_applicable": 3},
            timestamp=BEGAN,
        )
    )
    if ago:
        Event.objects.filter(pk=event.pk).update(created_at=timezone.now() - datetime.timedelta(seconds=ago))
    return event


class Keeping:
    """A sink that keeps what it is sent, refuses some runs, is down or not, and does something once while it is sent to."""

    at_once = 1_000

    def __init__(self):
        self.taken, self.refuses, self.down, self.meanwhile = [], set(), False, None

    def send(self, events):
        if self.down:
            raise SinkDownError("it is down", 0)
        for place, event in enumerate(events):
            if event.run_id.int in self.refuses:
                raise RefusedError("it answers 500", place, forever=False)
            self.taken.append(event.pk)
            if self.meanwhile is not None:
                act, self.meanwhile = self.meanwhile, None
                act()


def deliverer(**kept):
    return Deliverer({name: functools.partial(lambda sink: sink, sink) for name, sink in kept.items()})


def numbers_in(path):
    return [entry["metadata"]["number"] for entry in json.loads(path.read_text())]


# Nothing is lost


def test_an_event_that_is_committed_while_one_sink_is_ahead_reaches_every_sink():
    first, second = Keeping(), Keeping()
    written(1)
    late = []
    first.meanwhile = lambda: late.append(written(2, ago=60))
    delivers = deliverer(first=first, second=second)
    for _ in range(3):
        delivers.round()
    assert first.taken.count(late[0].pk) == second.taken.count(late[0].pk) == 1
    assert not Event.objects.filter(delivered_at=None).exists()


def test_a_sink_that_comes_back_gets_what_the_others_got_meanwhile_in_order():
    up, away = Keeping(), Keeping()
    away.down = True
    delivers = deliverer(up=up, away=away)
    events = []
    for number in range(3):
        events += [written(run, number).pk for run in (1, 2)]
        delivers.round()
    assert up.taken == events
    assert (away.taken, Event.objects.filter(delivered_at=None).count()) == ([], 6)
    away.down = False
    for _ in range(2):
        delivers.round()
    assert away.taken == up.taken == events
    assert not Event.objects.filter(delivered_at=None).exists()


def test_while_every_sink_is_down_events_stay_as_they_were_written():
    away = Keeping()
    away.down = True
    written(1)
    report = deliverer(away=away).round()
    assert report.down == {"away": "it is down"}
    assert not Delivery.objects.exists()
    assert not Event.objects.get().queued


def test_a_sink_that_was_switched_off_and_on_again_gets_what_waited_for_it():
    up, away = Keeping(), Keeping()
    away.down = True
    event = written(1)
    deliverer(up=up, away=away).round()
    deliverer(up=up).round()
    assert Event.objects.get().delivered_at is not None
    away.down = False
    deliverer(up=up, away=away).round()
    assert (up.taken, away.taken) == ([event.pk], [event.pk])


def test_events_that_wait_out_their_back_off_do_not_keep_others_from_their_turn():
    sink = Keeping()
    sink.refuses = {1, 2}
    first, other = written(1), written(2)
    for number in range(8):
        written(1, number + 1)
    delivers = deliverer(sink=sink)
    for _ in range(4):
        delivers.round(5)
    sink.refuses = {1}
    now = timezone.now()
    Delivery.objects.update(next_attempt_at=now - datetime.timedelta(minutes=5))
    Delivery.objects.filter(event=first).update(next_attempt_at=now + datetime.timedelta(hours=1))
    Delivery.objects.filter(event=other).update(next_attempt_at=now - datetime.timedelta(minutes=4))
    for _ in range(3):
        delivers.round(5)
    assert sink.taken == [other.pk]


def test_what_waited_behind_an_event_goes_as_soon_as_that_has_gone(monkeypatch):
    monkeypatch.setattr(delivering, "FIRST_PAUSE", 600.0)
    sink = Keeping()
    sink.refuses = {1}
    events = [written(1, number).pk for number in range(3)]
    delivers = deliverer(sink=sink)
    delivers.round()
    assert Delivery.objects.filter(next_attempt_at__gt=timezone.now()).count() == 3
    sink.refuses = set()
    Delivery.objects.filter(event=events[0]).update(next_attempt_at=timezone.now())
    for _ in range(2):
        delivers.round()
    assert sink.taken == events


def test_what_waited_behind_a_dead_letter_goes_too(settings):
    sink = Keeping()
    sink.refuses = {1}
    events = [written(1, number) for number in range(2)]
    delivers = deliverer(sink=sink)
    delivers.round()
    Delivery.objects.filter(event=events[0]).update(first_failed_at=timezone.now() - datetime.timedelta(hours=settings.EVENT_GIVE_UP_HOURS + 1))
    delivers.round()
    assert Delivery.objects.get(event=events[0]).status == "dead"
    sink.refuses = set()
    delivers.round()
    assert sink.taken == [events[1].pk]


# One process at a time


def test_a_process_whose_lease_was_taken_over_sends_nothing_more(monkeypatch):
    monkeypatch.setattr(delivering, "RENEWED_AFTER", 0.0)
    sink = Keeping()
    sink.at_once = 1
    sink.meanwhile = lambda: Lease.objects.update(holder="another:1:x")
    for run in range(3):
        written(run)
    with pytest.raises(HeldError, match="another:1:x delivers events until"):
        Deliverer({"sink": lambda: sink}, go_on=LeaseKept(lambda: False)).round()
    assert len(sink.taken) == 1


def test_a_slow_sink_hands_back_so_that_the_lease_is_renewed(monkeypatch, settings):
    monkeypatch.setattr(sinks, "HANDS_BACK_AFTER", 0.0)
    with receiving() as receiver:
        settings.INSIGHTFLOW_URL = receiver.url
        events = [written(run) for run in range(4)]
        with pytest.raises(PausedError) as handed_back:
            HttpSink().send(events)
        assert handed_back.value.taken == 1
        asked = iter(range(100))
        Deliverer({"http": HttpSink}, go_on=lambda: next(asked) >= 0).round()
        assert next(asked) == 4
    assert not Event.objects.filter(delivered_at=None).exists()


def test_a_process_that_is_asked_to_end_remembers_what_it_sent():
    fast, slow = Keeping(), Keeping()
    slow.at_once = 1
    events = [written(run).pk for run in range(4)]
    goes_on = iter([True, True, True, False])
    Deliverer({"fast": lambda: fast, "slow": lambda: slow}, go_on=lambda: next(goes_on, False)).round()
    assert (fast.taken, slow.taken) == (events, events[:2])
    deliverer(fast=fast, slow=slow).round()
    assert (fast.taken, slow.taken) == (events, events)


# HTTP


def test_an_event_at_which_the_endpoint_hangs_holds_up_no_other(monkeypatch, settings):
    monkeypatch.setattr(sinks, "SECONDS", 0.2)
    with receiving() as receiver:
        settings.INSIGHTFLOW_URL = receiver.url

        def hangs(body):
            time.sleep(0.5 if uuid.UUID(body["run_id"]).int == 1 else 0)
            return 200

        receiver.answer = hangs
        hanging, other = written(1), written(2)
        Deliverer({"http": HttpSink}).round()
    assert Event.objects.get(pk=other.pk).delivered_at is not None
    assert "does not answer within" in Delivery.objects.get(event=hanging, status="waiting").last_error


@pytest.mark.parametrize("status", [301, 308, 408, 429, 503])
def test_an_answer_that_is_not_about_the_event_makes_no_dead_letter(settings, status):
    with receiving() as receiver:
        settings.INSIGHTFLOW_URL = receiver.url
        receiver.answers = [status]
        written(1)
        report = Deliverer({"http": HttpSink}).round()
    assert report.down == {"http": f"it answers {status}"}
    assert not Delivery.objects.exists()


def test_an_event_whose_record_cannot_be_told_is_a_dead_letter_and_stops_nobody(settings):
    class Broken(HttpSink):
        def requests_of(self, event):
            if event.run_id.int == 1:
                raise KeyError("feedback_id")
            return super().requests_of(event)

    with receiving() as receiver:
        settings.INSIGHTFLOW_URL = receiver.url
        written(1), written(2)
        Deliverer({"http": Broken}).round()
        assert len(receiver.taken) == 1
    assert "cannot be told (KeyError)" in Delivery.objects.get(status="dead").last_error


# The file


@pytest.mark.parametrize("content", ['{"kept": 1}', "[1]", "[[]]", "null", '"text"'])
def test_a_file_that_is_no_array_of_events_is_kept_aside(tmp_path, content):
    file = tmp_path / "reports/insightflow_logs.json"
    file.parent.mkdir()
    file.write_text(content)
    FileSink().send([written(1, 7)])
    assert numbers_in(file) == [7]
    assert [path.read_text() for path in file.parent.glob("*.damaged-*")] == [content]


def test_a_crash_between_the_numbered_files_and_the_newest_one_doubles_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr(sinks, "NEWEST", 4)
    events = [written(1, number) for number in range(12)]
    FileSink().send(events[:4])
    replaces = sinks._replace

    def crashes(path, entries):
        if path.name == "insightflow_logs.json":
            raise KeyboardInterrupt
        replaces(path, entries)

    for _ in range(3):
        monkeypatch.setattr(sinks, "_replace", crashes)
        with pytest.raises(KeyboardInterrupt):
            FileSink().send(events[4:10])
    monkeypatch.setattr(sinks, "_replace", replaces)
    FileSink().send(events[4:10])
    FileSink().send(events[10:])
    folder = tmp_path / "reports"
    found = {path.name: numbers_in(path) for path in sorted(folder.glob("*.json"))}
    assert found.pop("insightflow_logs.json") == [8, 9, 10, 11]
    assert [number for numbers in found.values() for number in numbers] == list(range(8))
    assert all(len(numbers) <= 4 for numbers in found.values())


def test_a_crash_while_the_file_is_written_leaves_the_earlier_one_and_nothing_behind(monkeypatch, tmp_path):
    FileSink().send([written(1, 0)])
    folder = tmp_path / "reports"

    def full(descriptor):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        with pytest.raises(SinkDownError, match="No space left on device"):
            FileSink().send([written(1, 1)])
    assert numbers_in(folder / "insightflow_logs.json") == [0]
    FileSink().send([written(1, 2)])
    assert [path.name for path in folder.iterdir()] == ["insightflow_logs.json"]


# Reconciling and pruning


def test_pruned_events_are_not_made_again(capsys):
    run_proposal(prompt="a house in Pune")
    old = timezone.now() - datetime.timedelta(days=40)
    Run.objects.update(created_at=old)
    Event.objects.update(created_at=old, delivered_at=old)
    call_command("prune_events", "--older-than", "30", "--dry-run")
    assert "1 events older than 30 days would be deleted." in capsys.readouterr().out
    assert Event.objects.count() == 1
    call_command("prune_events", "--older-than", "30")
    assert (Event.objects.count(), Pruning.objects.get().events) == (0, 1)
    call_command("reconcile_events")
    assert not Event.objects.exists()


def test_an_event_made_again_goes_before_the_vote_on_its_run():
    run, _ = run_proposal(prompt="a house in Pune")
    feedback_record(run=run, session_id="session-0001", vote=1, sent=1, reward=1, route=Feedback.Route.CORE, trace_id="t-1")
    Event.objects.filter(event_type="compliance_check").delete()
    call_command("reconcile_events")
    sink = Keeping()
    deliverer(sink=sink).round()
    kinds = dict(Event.objects.values_list("pk", "event_type"))
    assert [kinds[event] for event in sink.taken] == ["compliance_check", "feedback"]


def test_a_dead_letter_that_another_sink_still_waits_for_is_not_pruned(settings):
    settings.EVENT_SINKS = ["refuses", "away"]

    class Refuses(Keeping):
        def send(self, events):
            raise RefusedError("it answers 422", 0, forever=True)

    away = Keeping()
    written(1, ago=86_400 * 500)
    deliverer(refuses=Refuses(), up=Keeping(), away=away).round()
    assert Delivery.objects.filter(status="dead").count() == 1
    Delivery.objects.filter(sink="away").update(status="waiting")
    call_command("prune_events", "--dead")
    assert Event.objects.count() == 1
    Delivery.objects.filter(sink="away").update(status="sent")
    call_command("prune_events", "--dead")
    assert Event.objects.count() == 0


@pytest.mark.parametrize("words", [["prune_events", "--older-than", "0"], ["deliver_events", "--limit", "0"]])
def test_wrong_use_is_said(words):
    with pytest.raises(CommandError) as refused:
        call_command(*words)
    assert refused.value.returncode == 2


# What people see


def test_the_admin_counts_what_a_sink_has_not_got(admin_client):
    away = Keeping()
    away.down = True
    for run in range(3):
        written(run)
    deliverer(away=away).round()
    assert waiting_shown(admin_client) == 3
    deliverer(away=away, up=Keeping()).round()
    assert waiting_shown(admin_client) == 3
    away.down = False
    deliverer(away=away, up=Keeping()).round()
    assert waiting_shown(admin_client) == 0
    assert SinkState.objects.get(sink="away").sent == 3


def waiting_shown(client):
    changelist = client.get("/admin/telemetry/sinkstate/").context["cl"]
    return changelist.model_admin.waiting(next(state for state in changelist.result_list if state.sink == "away"))


@pytest.mark.parametrize(("role", "status"), [(OPERATOR, "waiting"), (REVIEWER, "dead")])
def test_an_operator_sends_dead_letters_again_and_a_reviewer_does_not(client, role, status):
    class Refuses(Keeping):
        def send(self, events):
            raise RefusedError("it answers 422", 0, forever=True)

    make_roles()
    person = UserFactory.create(is_staff=True)
    person.groups.add(Group.objects.get(name=role))
    client.force_login(person)
    written(1)
    deliverer(sink=Refuses()).round()
    dead = Delivery.objects.get()
    client.post("/admin/telemetry/delivery/", {"action": "send_again", "_selected_action": [str(dead.pk)]})
    assert Delivery.objects.get().status == status


def test_a_dead_letter_is_no_event_that_waits(settings):
    class Refuses(Keeping):
        def send(self, events):
            raise RefusedError("it answers 422", 0, forever=True)

    settings.EVENT_SINKS = ["sink"]
    event = written(1)
    assert oldest_waiting() == Event.objects.get(pk=event.pk).created_at
    deliverer(sink=Refuses()).round()
    assert oldest_waiting() is None


def test_an_event_that_waits_for_one_sink_waits(settings):
    settings.EVENT_SINKS = ["up", "away"]
    away = Keeping()
    away.down = True
    event = written(1, ago=600)
    deliverer(up=Keeping(), away=away).round()
    assert oldest_waiting() == Event.objects.get(pk=event.pk).created_at


def test_standard_output_holds_events_only_where_it_is_a_sink(settings, capsys):
    settings.EVENT_SINKS = ["stdout"]
    event = written(1)
    call_command("deliver_events")
    printed = capsys.readouterr()
    assert [json.loads(line)["event_id"] for line in printed.out.splitlines()] == [str(event.pk)]
    assert "stdout: 1 sent" in printed.err


# Writing


def test_an_event_that_nobody_would_understand_is_refused_with_its_record():
    with pytest.raises(EventShapeError, match="/performance/duration_ms"):
        event_record(
            event_made(
                event_type="compliance_check",
                record_id=uuid.uuid4(),
                trace_id="t-1",
                run_id=uuid.uuid4(),
                metadata={"city": "Pune", "status": "COMPLIANT", "rules_evaluated": 3, "compliance_rate": 1.0},
                performance={"duration_ms": "fast", "rules_filtered": 4, "rules_applicable": 3},  # type: ignore[dict-item]
                timestamp=BEGAN,
            )
        )
    assert not Event.objects.exists()


def test_the_number_of_queries_does_not_grow_with_the_events():
    def queries(count):
        for run in range(count):
            written(run)
        with CaptureQueriesContext(connection) as asked:
            deliverer(one=Keeping(), two=Keeping()).round()
        return len(asked)

    queries(1)
    assert queries(2) == queries(40)
    assert not Event.objects.filter(delivered_at=None).exists()


class Moody(Keeping):
    """A sink that takes two at once, and fails as it is told."""

    at_once = 2

    def __init__(self, moods):
        super().__init__()
        self.moods = list(moods)

    def send(self, events):
        for place, event in enumerate(events):
            mood = self.moods.pop(0) if self.moods else "takes"
            if mood == "is down":
                raise SinkDownError("it is down", place)
            if mood == "refuses":
                raise RefusedError("it answers 500", place, forever=False)
            self.taken.append(event.pk)
            if mood == "is killed":
                raise KeyboardInterrupt


MOODS = st.lists(st.sampled_from(["takes", "takes", "is down", "refuses", "refuses", "is killed"]), max_size=40)


@examples(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 3), st.lists(st.booleans(), max_size=4)), min_size=1, max_size=12), MOODS, MOODS, st.integers(1, 6))
def test_whatever_fails_and_however_long_each_waits_every_sink_gets_everything_in_order(story, moods, others, limit):
    """Each step writes an event of a run, goes some rounds, and lets some of what waits become due, and some not."""
    for model in (Delivery, SinkState, Event):
        model.objects.all().delete()
    one, two = Moody(moods), Moody(others)

    def goes():
        with contextlib.suppress(KeyboardInterrupt):
            deliverer(one=one, two=two).round(limit)

    written_of: dict[uuid.UUID, list[uuid.UUID]] = {}
    for run, rounds, due in story:
        event = written(run)
        written_of.setdefault(event.run_id, []).append(event.pk)
        for _ in range(rounds):
            goes()
        for delivery, is_due in zip(Delivery.objects.filter(status="waiting").order_by("event_at"), due, strict=False):
            moment = timezone.now() + datetime.timedelta(hours=-1 if is_due else 1)
            Delivery.objects.filter(pk=delivery.pk).update(next_attempt_at=moment)
    for _ in range(150):
        Delivery.objects.filter(status="waiting", next_attempt_at__gt=timezone.now() + datetime.timedelta(minutes=1)).update(next_attempt_at=timezone.now())
        goes()
        if not Event.objects.filter(delivered_at=None).exists():
            break
    runs = {event: run for run, events in written_of.items() for event in events}
    for sink in (one, two):
        came: dict[uuid.UUID, list[uuid.UUID]] = {}
        for event in dict.fromkeys(sink.taken):
            came.setdefault(runs[event], []).append(event)
        assert came == written_of
    assert not Event.objects.filter(delivered_at=None).exists()
