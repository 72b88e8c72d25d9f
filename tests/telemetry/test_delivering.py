"""Events on their way to the sinks: at least once, in order per run, whatever fails; against a real HTTP server."""

from __future__ import annotations

import datetime
import json
import uuid
from collections import defaultdict
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone
from hypothesis import HealthCheck, example, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from feedback.models import Feedback
from feedback.services import feedback_record
from promptrunner.pipeline import run_proposal
from telemetry import delivering, sinks
from telemetry.delivering import Deliverer, HeldError, deliveries_resend, lease_drop, lease_take
from telemetry.models import Delivery, Event, Lease, SinkState
from telemetry.services import event_made, event_record
from telemetry.sinks import FileSink, HttpSink, RefusedError, SinkDownError
from tests.factories import BEGAN
from tests.telemetry.receiver import receiving

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch, settings, tmp_path):
    monkeypatch.setattr(delivering, "FIRST_PAUSE", 0.0)
    monkeypatch.setattr(sinks, "AT_MOST_EVERY", 0.0)
    settings.DATA_DIR = tmp_path


@pytest.fixture
def insightflow(settings):
    with receiving() as receiver:
        settings.INSIGHTFLOW_URL = f"{receiver.url}/events"
        yield receiver


def written(run: int, number: int) -> Event:
    """Write the event of a run's n-th happening."""
    return event_record(
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


def numbers(bodies):
    """Return the numbers of the events of each run, in the order in which they came."""
    found = defaultdict(list)
    for body in bodies:
        found[uuid.UUID(body["run_id"]).int].append(body["metadata"]["number"])
    return dict(found)


def http(rounds: int = 1) -> Deliverer:
    deliverer = Deliverer({"http": HttpSink})
    for _ in range(rounds):
        deliverer.round()
    return deliverer


def test_an_event_arrives_in_the_contracts_shape_with_its_trace(insightflow):
    run, _ = run_proposal(prompt="a house in Pune", trace_id="4bf92f3577b34da6a3ce929d0e0e4736")
    http()
    [(path, headers, body)] = insightflow.received
    assert path == "/events"
    assert headers["traceparent"].startswith("00-4bf92f3577b34da6a3ce929d0e0e4736-")
    assert headers["idempotency-key"] == body["event_id"]
    schema = json.loads((Path(sinks.__file__).parent / "schema.json").read_text())
    assert list(Draft202012Validator(schema).iter_errors(body)) == []
    assert (body["event_type"], body["run_id"], body["trace_id"]) == ("compliance_check", str(run.pk), run.trace_id)
    assert Event.objects.get().delivered_at is not None


def test_a_sink_that_fails_twice_first_gets_everything_once_it_is_back(insightflow):
    for number in range(3):
        written(1, number)
    insightflow.answers = [503, 503]
    deliverer = http()
    assert SinkState.objects.get().failures == 1
    assert not Event.objects.exclude(delivered_at=None).exists()
    for _ in range(2):
        deliverer.round()
    assert numbers(insightflow.taken) == {1: [0, 1, 2]}
    assert not Event.objects.filter(delivered_at=None).exists()


def test_a_sink_that_cannot_be_reached_loses_nothing_and_tells_no_address(settings):
    settings.INSIGHTFLOW_URL = "http://user:secret@127.0.0.1:9/events"
    written(1, 0)
    report = http().round()
    assert "cannot be reached" in report.down["http"]
    assert "secret" not in SinkState.objects.get().last_error
    assert not Delivery.objects.exists()
    with receiving() as receiver:
        settings.INSIGHTFLOW_URL = receiver.url
        http()
        assert numbers(receiver.taken) == {1: [0]}


def test_what_a_sink_will_never_take_is_a_dead_letter_and_can_be_sent_again(insightflow, admin_client):
    written(1, 0)
    written(2, 0)
    insightflow.answers = [422]
    http()
    dead = Delivery.objects.get()
    assert (dead.status, dead.last_error) == ("dead", "it answers 422")
    assert numbers(insightflow.taken) == {2: [0]}
    admin_client.post("/admin/telemetry/delivery/", {"action": "send_again", "_selected_action": [str(dead.pk)]})
    http()
    assert numbers(insightflow.taken) == {2: [0], 1: [0]}
    assert Delivery.objects.get().status == "sent"
    assert not Event.objects.filter(delivered_at=None).exists()


def test_an_event_that_is_refused_for_now_holds_up_its_run_and_no_other(insightflow):
    for number in range(2):
        written(1, number)
        written(2, number)
    refused = True
    insightflow.answer = lambda body: 500 if refused and uuid.UUID(body["run_id"]).int == 1 else 200
    deliverer = http()
    assert numbers(insightflow.taken) == {2: [0, 1]}
    assert Delivery.objects.filter(status="waiting").count() == 2
    refused = False
    for _ in range(3):
        deliverer.round()
    assert numbers(insightflow.taken) == {2: [0, 1], 1: [0, 1]}
    assert not Event.objects.filter(delivered_at=None).exists()


def test_an_event_that_is_refused_too_long_is_a_dead_letter(insightflow, settings):
    settings.EVENT_GIVE_UP_HOURS = 1
    written(1, 0)
    insightflow.answer = lambda body: 500
    deliverer = http()
    Delivery.objects.update(first_failed_at=timezone.now() - datetime.timedelta(hours=2))
    deliverer.round()
    assert Delivery.objects.get().status == "dead"


def test_an_event_that_does_not_fit_the_schema_never_leaves(insightflow):
    event = written(1, 0)
    Event.objects.filter(pk=event.pk).update(payload='{"event_type": "other"}')
    http()
    assert not insightflow.received
    assert "does not fit the schema" in Delivery.objects.get(status="dead").last_error


def test_each_sink_goes_its_own_way_and_delivered_means_by_all(insightflow, tmp_path):
    written(1, 0)
    insightflow.answers = [503]
    deliverer = Deliverer({"file": FileSink, "http": HttpSink})
    deliverer.round()
    assert len(json.loads((tmp_path / "reports/insightflow_logs.json").read_text())) == 1
    assert Event.objects.get().delivered_at is None
    deliverer.round()
    assert Event.objects.get().delivered_at is not None
    assert len(json.loads((tmp_path / "reports/insightflow_logs.json").read_text())) == 1


def test_an_event_that_was_committed_late_is_not_forgotten(insightflow):
    late = written(1, 0)
    written(2, 0)
    Event.objects.filter(pk=late.pk).delete()
    deliverer = http()
    late.save(force_insert=True)
    Event.objects.filter(pk=late.pk).update(created_at=timezone.now() - datetime.timedelta(minutes=1))
    deliverer.round()
    assert numbers(insightflow.taken) == {2: [0], 1: [0]}


def test_a_sink_that_is_switched_off_holds_up_nothing(insightflow):
    event = written(1, 0)
    Event.objects.filter(pk=event.pk).update(created_at=timezone.now() - datetime.timedelta(hours=1))
    insightflow.answers = [503]
    Deliverer({"file": FileSink, "http": HttpSink}).round()
    assert Event.objects.get().delivered_at is None
    Deliverer({"file": FileSink}).round()
    assert Event.objects.get().delivered_at is not None


class Moody:
    """A sink that fails as it is told, in the middle of what it is sent."""

    moods: list[str] = []
    taken: list[dict] = []

    def send(self, events):
        for place, event in enumerate(events):
            mood = self.moods.pop(0) if self.moods else "takes"
            if mood == "down":
                raise SinkDownError("down", place)
            if mood == "refuses":
                raise RefusedError("refused", place, forever=False)
            self.taken.append(sinks.body_of(event))
            if mood == "crashes":
                raise KeyboardInterrupt


@example([1] * 6, ["refuses"] * 3)  # more of a run waits than a round takes
@examples(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 3), min_size=1, max_size=12), st.lists(st.sampled_from(["takes", "down", "refuses", "crashes"]), max_size=20))
def test_whatever_fails_everything_arrives_and_each_run_in_order(runs, moods):
    for model in (Delivery, SinkState, Event):
        model.objects.all().delete()
    counts: dict[int, int] = defaultdict(int)
    for run in runs:
        written(run, counts[run])
        counts[run] += 1
    Moody.moods, Moody.taken = list(moods), []
    for _ in range(80):
        try:
            Deliverer({"moody": Moody}).round(5)
        except KeyboardInterrupt:
            continue
        if not Event.objects.filter(delivered_at=None).exists():
            break
    arrived = {run: list(dict.fromkeys(found)) for run, found in numbers(Moody.taken).items()}
    assert arrived == {run: list(range(count)) for run, count in counts.items()}
    assert not Event.objects.filter(delivered_at=None).exists()


def test_the_file_is_valid_json_with_the_newest_events_and_older_ones_are_numbered(monkeypatch, tmp_path):
    monkeypatch.setattr(sinks, "NEWEST", 5)
    sink = FileSink()
    for first in (0, 4, 8):
        sink.send([written(1, number) for number in range(first, first + 4)])
    folder = tmp_path / "reports"
    found = {path.name: [entry["metadata"]["number"] for entry in json.loads(path.read_text())] for path in folder.iterdir()}
    assert found["insightflow_logs.json"] == [7, 8, 9, 10, 11]
    assert found["insightflow_logs.000001.json"] + found["insightflow_logs.000002.json"] == [0, 1, 2, 3, 4, 5, 6]


def test_a_file_that_was_sent_twice_holds_each_event_once(tmp_path):
    events = [written(1, number) for number in range(3)]
    FileSink().send(events)
    FileSink().send(events)
    assert len(json.loads((tmp_path / "reports/insightflow_logs.json").read_text())) == 3


def test_a_damaged_file_is_kept_aside(tmp_path):
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports/insightflow_logs.json").write_text("{not json")
    FileSink().send([written(1, 0)])
    assert len(json.loads((tmp_path / "reports/insightflow_logs.json").read_text())) == 1
    assert list((tmp_path / "reports").glob("insightflow_logs.damaged-*"))


def test_one_process_delivers_at_a_time():
    lease_take()
    Lease.objects.update(holder="another:1")
    with pytest.raises(HeldError, match="another:1 delivers events until"):
        lease_take()
    Lease.objects.update(until=timezone.now() - datetime.timedelta(seconds=1))
    lease_take()
    lease_drop()
    assert not Lease.objects.exists()


def test_the_command_says_what_it_did(settings, insightflow, capsys):
    settings.EVENT_SINKS = ["file", "http"]
    for number in range(3):
        written(1, number)
    call_command("deliver_events")
    printed = capsys.readouterr().out
    assert "file: 3 sent" in printed
    assert "http: 3 sent" in printed
    assert not Lease.objects.exists()


def test_the_command_says_which_sink_is_down(settings, insightflow, capsys, monkeypatch):
    monkeypatch.setattr(delivering, "FIRST_PAUSE", 60.0)
    settings.EVENT_SINKS = ["http"]
    insightflow.answer = lambda body: 503
    written(1, 0)
    with pytest.raises(SystemExit):
        call_command("deliver_events")
    assert "http is down: it answers 503; its events wait." in capsys.readouterr().err


def test_missing_events_are_made_again_as_they_were(capsys):
    run, _ = run_proposal(prompt="a house in Pune")
    feedback_record(run=run, session_id="session-0001", vote=1, sent=1, reward=1, route=Feedback.Route.CORE, trace_id="t-1")
    before = {event.pk: event.payload for event in Event.objects.all()}
    assert len(before) == 2
    Event.objects.all().delete()
    call_command("reconcile_events")
    assert "2 records looked at, 2 missing events made." in capsys.readouterr().out
    assert {event.pk: event.payload for event in Event.objects.all()} == before
    call_command("reconcile_events")
    assert "0 missing events made" in capsys.readouterr().out


def test_pruning_deletes_what_every_sink_has_and_nothing_that_waits(insightflow, capsys):
    for number in range(2):
        written(number, 0)
    insightflow.answers = [200, 422]
    http()
    written(3, 0)
    Event.objects.update(created_at=timezone.now() - datetime.timedelta(days=500))
    call_command("prune_events")
    assert "1 events older than 400 days deleted." in capsys.readouterr().out
    assert Event.objects.count() == 2
    call_command("prune_events", "--dead")
    assert Event.objects.count() == 1


def test_dead_letters_of_one_choice_are_sent_again(insightflow):
    for run in range(2):
        written(run, 0)
    insightflow.answers = [400, 400]
    http()
    assert deliveries_resend(deliveries=Delivery.objects.filter(run_id=uuid.UUID(int=0))) == 1
    assert Delivery.objects.filter(status="dead").count() == 1
