"""What reviewers do, in the admin and underneath."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from feedback.models import Feedback, Review, ReviewStep
from feedback.policies import last_words, training_votes
from feedback.reviewing import NotAReviewerError, ReviewError, reviews_decide, reviews_release, reviews_take, reviews_undo
from feedback.services import feedback_record
from promptrunner.pipeline import run_proposal
from promptrunner.roles import CURATOR, REVIEWER
from tests.conftest import PROPOSAL
from tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rulebooks", "files")]
QUEUE = "/admin/feedback/review/"


def person(name, *roles):
    user: Any = UserFactory(username=name, password="pw", is_staff=True)
    user.groups.set(Group.objects.filter(name__in=roles))
    return user


@pytest.fixture
def mira(db):
    return person("mira", REVIEWER)


@pytest.fixture
def omar(db):
    return person("omar", REVIEWER)


@pytest.fixture
def run(db):
    return run_proposal(prompt=PROPOSAL)[0]


def vote(run, cast=1, session="s-1", **more):
    feedback = feedback_record(run=run, session_id=session, vote=cast, sent=cast, reward=cast, route="native", trace_id="t", **more)
    return feedback.review


def status(*reviews):
    return [Review.objects.get(pk=review.pk).status for review in reviews]


def test_accepted_rejected_and_opened_again_each_with_its_step(run, mira):
    one, two = vote(run), vote(run, -1)
    reviews_decide(ids=[one.pk], action="accept", by=mira)
    reviews_decide(ids=[two.pk], action="reject", by=mira, note="Not about the building.")
    assert status(one, two) == ["accepted", "rejected"]
    reviews_decide(ids=[two.pk], action="reopen", by=mira, note="It is.")
    assert status(two) == ["pending"]
    steps = ReviewStep.objects.filter(review=two).order_by("at")
    assert [(step.action, step.before, step.after, step.note) for step in steps] == [
        ("reject", "pending", "rejected", "Not about the building."), ("reopen", "rejected", "pending", "It is."),
    ]  # fmt: skip


def test_a_rejection_needs_a_reason_and_a_reviewer_the_role(run, mira):
    one = vote(run)
    with pytest.raises(ReviewError, match="needs a reason"):
        reviews_decide(ids=[one.pk], action="reject", by=mira)
    with pytest.raises(NotAReviewerError):
        reviews_decide(ids=[one.pk], action="accept", by=person("asha", CURATOR))
    with pytest.raises(ReviewError, match="at least one"):
        reviews_decide(ids=[], action="accept", by=mira)
    assert status(one) == ["pending"]


def test_many_at_once_are_undone_at_once(run, mira):
    reviews = [vote(run, session=f"s-{number}") for number in range(5)]
    batch = reviews_decide(ids=[review.pk for review in reviews], action="accept", by=mira)
    assert reviews_undo(batch=batch, by=mira) == 5
    assert set(status(*reviews)) == {"pending"}
    with pytest.raises(ReviewError, match="undone before"):
        reviews_undo(batch=batch, by=mira)


def test_what_was_decided_on_again_is_not_undone(run, mira, omar):
    one, two = vote(run), vote(run, session="s-2")
    batch = reviews_decide(ids=[one.pk, two.pk], action="accept", by=mira)
    reviews_decide(ids=[one.pk], action="reject", by=omar, note="Spam.")
    with pytest.raises(ReviewError, match="decided on again"):
        reviews_undo(batch=batch, by=mira)
    assert status(one, two) == ["rejected", "accepted"]


def test_two_reviewers_do_not_collide(run, mira, omar):
    one, two = vote(run), vote(run, session="s-2")
    assert reviews_take(ids=[one.pk], by=mira) == 1
    assert reviews_take(ids=[one.pk, two.pk], by=omar) == 1
    with pytest.raises(ReviewError, match="mira is at one of these"):
        reviews_decide(ids=[one.pk, two.pk], action="accept", by=omar)
    assert status(one, two) == ["pending", "pending"]
    reviews_release(ids=[one.pk], by=mira)
    reviews_decide(ids=[one.pk, two.pk], action="accept", by=omar)
    with pytest.raises(ReviewError, match="omar was faster"):
        reviews_decide(ids=[one.pk], action="reject", by=mira, note="x", seen={one.pk: "pending"})


def test_what_was_taken_and_forgotten_is_free_again(run, mira, omar):
    one = vote(run)
    reviews_take(ids=[one.pk], by=mira)
    Review.objects.filter(pk=one.pk).update(assigned_until=timezone.now() - datetime.timedelta(minutes=1))
    reviews_decide(ids=[one.pk], action="accept", by=omar)
    assert status(one) == ["accepted"]


def test_only_accepted_votes_train_and_of_each_voice_the_last(run, mira):
    first, second, other, rejected = vote(run, 1), vote(run, -1), vote(run, 1, "s-2"), vote(run, 1, "s-3")
    reviews_decide(ids=[first.pk, second.pk, other.pk], action="accept", by=mira)
    reviews_decide(ids=[rejected.pk], action="reject", by=mira, note="Spam.")
    assert [(entry.voice, entry.vote) for entry in last_words(training_votes())] == [("session:s-1", -1), ("session:s-2", 1)]


# In the admin


def test_the_queue_shows_the_run_its_picture_and_the_verdict_beside_the_vote(client, run, mira):
    vote(run, -1, reason="too_tall", comment="It shades the school.")
    client.force_login(mira)
    page = client.get(QUEUE).content.decode()
    for told in (f"/api/v1/runs/{run.pk}/thumbnail.png", "too tall", "It shades the school.", "COMPLIANT", "Residential building in Baner", "1 wait"):
        assert told in page
    rows = client.get(QUEUE, HTTP_HX_REQUEST="true").content.decode()
    assert "<html" not in rows
    assert "It shades the school." in rows


def test_a_reviewer_decides_and_undoes_in_the_admin(client, run, mira):
    reviews = [vote(run, session=f"s-{number}") for number in range(2)]
    client.force_login(mira)
    ids = [str(review.pk) for review in reviews]
    answer = client.post(f"{QUEUE}do/", {"review": ids, "action": "accept", "query": "order=oldest", **{f"seen-{pk}": "pending" for pk in ids}}, follow=True)
    page = answer.content.decode()
    assert "2 accepted." in page
    assert set(status(*reviews)) == {"accepted"}
    undo = answer.redirect_chain[-1][0].split("undo=")[1]
    assert "order=oldest" in answer.redirect_chain[-1][0]
    assert "Undone: 2 as before." in client.post(f"{QUEUE}undo/{undo}/", {}, follow=True).content.decode()
    assert set(status(*reviews)) == {"pending"}


def test_what_cannot_be_done_is_said_and_changes_nothing(client, run, mira):
    one = vote(run)
    client.force_login(mira)
    for form, says in (
        ({"review": [str(one.pk)], "action": "reject"}, "a rejection needs a reason"),
        ({"action": "accept"}, "Choose at least one item"),
        ({"review": ["nonsense"], "action": "accept"}, "Choose at least one item"),
        ({"review": [str(uuid.uuid4())], "action": "accept"}, "not there any more"),
        ({"review": [str(one.pk)], "action": "burn"}, "Choose what to do"),
    ):
        assert says in client.post(f"{QUEUE}do/", form, follow=True).content.decode()
    assert status(one) == ["pending"]


def test_people_without_the_role_read_or_do_not_get_in(client, run):
    one = vote(run)
    client.force_login(person("asha", CURATOR))
    assert client.get(QUEUE).status_code == 403
    client.force_login(person("olga", "Operator"))
    page = client.get(QUEUE)
    assert page.status_code == 200
    assert "Accept" not in page.content.decode()
    assert client.post(f"{QUEUE}do/", {"review": [str(one.pk)], "action": "accept"}).status_code == 403


@pytest.mark.parametrize(
    ("query", "sessions"),
    [
        ({}, ["c", "b", "a"]),
        ({"order": "oldest"}, ["a", "b", "c"]),
        ({"order": "disagreement"}, ["c", "b", "a"]),
        ({"vote": "-1"}, ["c"]),
        ({"kind": "misread"}, []),
        ({"city": "Mumbai"}, []),
        ({"flagged": "1"}, ["b"]),
        ({"mine": "1"}, ["a"]),
        ({"status": "accepted"}, ["d"]),
        ({"status": "all", "order": "oldest"}, ["a", "b", "c", "d"]),
    ],
)
def test_the_queue_is_narrowed_and_ordered(client, run, mira, query, sessions):
    reviews = {name: vote(run, -1 if name == "c" else 1, name) for name in "abcd"}
    for place, name in enumerate("abcd"):
        Review.objects.filter(pk=reviews[name].pk).update(created_at=timezone.now() + datetime.timedelta(seconds=place))
    Review.objects.filter(pk=reviews["b"].pk).update(flag="A burst.", disagreement=0.5)
    reviews_take(ids=[reviews["a"].pk], by=mira)
    reviews_decide(ids=[reviews["d"].pk], action="accept", by=mira)
    client.force_login(mira)
    shown = client.get(QUEUE, query).context["queue"].items
    assert [item.review.feedback.session_id for item in shown] == sessions


def test_the_order_by_influence_puts_first_what_would_move_the_mean_most(client, run, mira):
    ahmedabad = run_proposal(prompt="Residential apartment in Ahmedabad, zone R1, plot 1000 sq m, 12 m road, height 20 m")[0]
    reviews_decide(ids=[vote(run, 1, f"old-{number}").pk for number in range(9)], action="accept", by=mira)
    vote(run, 1, "agrees")  # the mean of Pune's 9 accepted votes is 1: nothing moves
    vote(run, -1, "differs")  # 1 to 0.8
    vote(ahmedabad, 1, "first")  # 0 to 1
    client.force_login(mira)
    items = client.get(QUEUE, {"order": "influence"}).context["queue"].items
    assert [(item.review.feedback.session_id, item.influence) for item in items] == [("first", 1.0), ("differs", 0.2), ("agrees", 0.0)]


def test_a_view_of_the_queue_is_kept_under_a_name(client, run, mira):
    client.force_login(mira)
    client.post(f"{QUEUE}filters/", {"name": "Pune, down", "query": "city=Pune&vote=-1"}, follow=True)
    page = client.get(QUEUE).content.decode()
    assert "Pune, down" in page
    assert "?city=Pune&amp;vote=-1" in page
    assert "Give the filter a name" in client.post(f"{QUEUE}filters/", {"name": " ", "query": ""}, follow=True).content.decode()


def test_feedback_from_before_the_queue_is_in_it(run):
    from importlib import import_module

    from django.apps import apps

    old = Feedback.objects.create(run=run, session_id="s", vote=1, sent="1", reward=1, route="core", trace_id="t", created_at=timezone.now())
    import_module("feedback.migrations.0002_review").queue_earlier_votes(apps, None)
    old.refresh_from_db()
    assert (old.voice, old.review.status, old.review.vote, old.review.context) == ("session:s", "pending", 1, "Pune, residential")
