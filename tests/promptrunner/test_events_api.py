"""Events over the native API: found, narrowed, paged."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from promptrunner.pipeline import run_proposal
from telemetry.models import Event
from tests.factories import EventFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/events/"


def found(api, **asked):
    answer = api.get(URL, asked)
    assert answer.status_code == 200, answer.json()
    return [row["id"] for row in answer.json()["results"]]


def test_a_runs_event_is_read_in_insightflows_shape(api):
    run, _ = run_proposal(prompt="a house in Pune", trace_id="t-1")
    [row] = api.get(URL, {"run_id": str(run.pk)}).json()["results"]
    assert (row["event_type"], row["trace_id"], row["run_id"], row["delivered_at"]) == ("compliance_check", "t-1", str(run.pk), None)
    assert row["event"]["metadata"]["status"] == run.status
    assert isinstance(row["event"]["performance"]["duration_ms"], float)
    assert api.get(f"{URL}{row['id']}/").json() == row


def test_events_are_narrowed_by_what_they_are_and_where_they_stand(api):
    first, second = EventFactory.create(trace_id="a"), EventFactory.create(trace_id="b", event_type="feedback")
    Event.objects.filter(pk=first.pk).update(delivered_at=timezone.now())
    between = second.created_at.isoformat()
    assert found(api) == [str(second.pk), str(first.pk)]
    for one, asked in (
        (first, {"event_type": "compliance_check"}),
        (second, {"event_type": "feedback"}),
        (first, {"trace_id": "a"}),
        (second, {"run_id": str(second.run_id)}),
        (first, {"delivered": "true"}),
        (second, {"delivered": "false"}),
        (second, {"since": between}),
        (first, {"until": between}),
    ):
        assert found(api, **asked) == [str(one.pk)], asked
    assert found(api, trace_id="a", event_type="feedback") == []


def test_pages_follow_each_other_whatever_is_written_meanwhile(api):
    events = [str(EventFactory.create().pk) for _ in range(5)]
    page = api.get(URL, {"page_size": 2}).json()
    EventFactory.create()
    seen = [row["id"] for row in page["results"]]
    while page["next"]:
        page = api.get(page["next"]).json()
        seen += [row["id"] for row in page["results"]]
    assert seen == events[::-1]


def test_the_number_of_queries_does_not_grow_with_the_events(api):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            found(api)
        return len(asked)

    EventFactory.create_batch(2)
    few = queries()
    EventFactory.create_batch(20)
    assert queries() == few


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"event_type": "other"}, "event_type"), ({"run_id": "x"}, "run_id"), ({"since": "soon"}, "since"), ({"cursor": "x"}, "cursor")],
)
def test_what_cannot_be_asked_is_said(api, asked, field):
    answer = api.get(URL, asked)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == f"/{field}"


def test_an_unknown_event_is_not_found(api):
    assert api.get(f"{URL}{uuid.uuid4()}/").status_code == 404


def test_events_are_only_read(api):
    event = EventFactory.create()
    assert api.post(URL, {}, format="json").status_code == 405
    assert api.delete(f"{URL}{event.pk}/").status_code == 405


def test_events_are_not_for_everybody(api, settings):
    settings.ALLOW_ANONYMOUS = False
    assert api.get(URL).status_code == 401
