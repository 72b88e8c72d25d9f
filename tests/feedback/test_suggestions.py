"""Suggestions and the life of a policy, over the API, the commands and the admin."""

from __future__ import annotations

import datetime
import json
import random
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance.rules.solving import Trials, find_envelope
from feedback.models import Feedback, PolicyVersion, Review, Suggestion
from feedback.policies import PolicyError, log_of, policy_of, policy_promote, policy_record, training_votes
from feedback.policy import COLD_START, STRATEGIES, Policy, compare, held_back
from promptrunner.designs import designs_of
from promptrunner.roles import REVIEWER
from tests.conftest import PROPOSAL, _packaged
from tests.feedback.test_reviewing import person

URL = "/api/v1/suggestions/"
SITE = "Residential building in Baner, Pune, zone R2, plot 30 m x 40 m on a 15 m road"
DAY = datetime.date(2026, 1, 1)
TRAINS = next(name for name in ("r-1", "r-2", "r-3", "r-4", "r-5", "r-6") if not held_back(name))
HELD = next(name for name in ("r-1", "r-2", "r-3", "r-4", "r-5", "r-6") if held_back(name))
BOOKS = {city: book for book in _packaged() for city in book.cities if book.name != "prompt-runner-2.0"}


@st.composite
def sites(draw):
    """Draw a plot and a use in any of the cities."""
    city = draw(st.sampled_from(["Mumbai", "Pune", "Nashik", "Ahmedabad"]))
    width, depth = draw(st.integers(8, 80)), draw(st.integers(10, 120))
    zone, use = draw(
        st.sampled_from(
            {"Mumbai": [("R", "residential"), ("C", "commercial"), ("I", "industrial")], "Ahmedabad": [("R1", "residential"), ("C2", "commercial")]}.get(
                city, [("R1", "residential"), ("R2", "residential"), ("C", "commercial")]
            )
        )
    )
    more = (
        {"planning_division": draw(st.sampled_from(["island_city", "suburbs"]))}
        if city == "Mumbai"
        else {"building_type": "apartment"}
        if (city, use) == ("Ahmedabad", "residential")
        else {}
    )
    return {"city": city, "land_use_zone": zone, "building_use": use, "plot_width_m": width, "plot_depth_m": depth, "plot_area_sq_m": width * depth,
            "abutting_road_width_m": draw(st.sampled_from([6, 9, 12, 15, 18, 24, 30])), **more}  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sites())
def test_no_design_that_can_be_suggested_violates_a_clause(site):
    book: Any = BOOKS[site["city"]]
    designs = designs_of(find_envelope(Trials(book, site, DAY)))
    for key, design in designs.items():
        verdict = Trials(book, {**site, **design.spec}, DAY).verdict({})
        assert verdict.status not in ("NON_COMPLIANT", "BLOCKED", "ERROR"), (key, design.spec, verdict.reason)


def test_strategies_come_to_what_they_say():
    site: Any = {
        "city": "Pune",
        "land_use_zone": "R2",
        "building_use": "residential",
        "plot_width_m": 30,
        "plot_depth_m": 40,
        "plot_area_sq_m": 1200,
        "abutting_road_width_m": 15,
    }
    designs: Any = {key: design.spec for key, design in designs_of(find_envelope(Trials(BOOKS["Pune"], site, DAY))).items()}
    assert designs["fsi100-tall0-margins100"]["fsi"] == 2.5  # UDCPR 6.3: 1.10 + 0.50 + 0.90 on a road of 15 m
    assert designs["fsi60-tall0-margins100"]["fsi"] == 1.5
    low, tall = designs["fsi80-tall0-margins100"], designs["fsi80-tall100-margins100"]
    assert low["storeys"] < tall["storeys"]
    assert low["ground_coverage_percent"] > tall["ground_coverage_percent"]
    assert tall["side_setback_m"] == pytest.approx(tall["height_m"] / 5)  # UDCPR 6.2.3 (b): H/5
    assert designs["fsi80-tall100-margins150"]["side_setback_m"] == pytest.approx(1.5 * designs["fsi80-tall100-margins150"]["height_m"] / 5)


pytestmark = [pytest.mark.django_db]


@pytest.fixture
def mira(db):
    return person("mira", REVIEWER)


@pytest.mark.usefixtures("rulebooks")
class TestSuggesting:
    def test_designs_comply_and_say_why_and_with_what_probability_they_were_drawn(self, api):
        answer = api.post(URL, {"prompt": SITE, "count": 4, "request_id": "r-1"}, format="json")
        assert answer.status_code == 200
        body = answer.json()
        assert body["policy"] == {"number": 0, "digest": COLD_START.digest}
        assert len(body["suggestions"]) == 4
        for suggestion in body["suggestions"]:
            judged = api.post("/api/v1/runs/", {"prompt": SITE, "spec": suggestion["design"]}, format="json").json()
            assert judged["status"] == suggestion["status"]
            assert judged["status"] in ("COMPLIANT", "INCOMPLETE")
            assert suggestion["reason"].startswith("Nobody voted in Pune, for residential buildings yet")
            stored = Suggestion.objects.get(pk=suggestion["id"])
            assert suggestion["probability"] == pytest.approx(stored.probability, abs=1e-6)
            assert suggestion["strategy"] in json.loads(stored.available)

    def test_the_same_request_is_answered_with_the_same_designs_and_logged_once(self, api):
        first, again = (api.post(URL, {"prompt": SITE, "request_id": "r-1"}, format="json").json() for _ in range(2))
        assert first == again
        assert Suggestion.objects.count() == 3
        other = api.post(URL, {"prompt": SITE.replace("Pune", "Nashik").replace("Baner, ", ""), "request_id": "r-1"}, format="json")
        assert (other.status_code, other.json()["code"]) == (409, "request_id_conflict")

    def test_a_request_id_is_never_answered_with_a_design_of_another_plot_that_does_not_comply_there(self, api):
        def on(road):
            return api.post(URL, {"prompt": SITE.replace("15 m road", road), "request_id": "r-1", "count": 6}, format="json")

        assert on("15 m road").status_code == 200
        for road in ("12 m road", "18 m road"):  # of the same kind of width, and all strategies are feasible there too
            assert (on(road).status_code, on(road).json()["code"]) == (409, "request_id_conflict")

    def test_a_request_that_is_repeated_is_answered_with_the_same_words_after_another_policy_went_live(self, api, mira):
        first = api.post(URL, {"prompt": SITE, "request_id": "r-1"}, format="json").json()
        voted(60, 1)
        call_command("train_policy", verbosity=0)
        call_command("promote_policy", "1", "--by", "mira", "--reason", "The first.", verbosity=0)
        assert api.post(URL, {"prompt": SITE, "request_id": "r-1"}, format="json").json() == first

    def test_where_nothing_may_be_built_it_says_why(self, api):
        body = api.post(URL, {"prompt": "Industrial building in Ahmedabad, zone R1, plot 30 m x 40 m on a 6 m road"}, format="json").json()
        if not body["suggestions"]:
            assert body["reason"]

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [({"prompt": SITE, "count": 9}, "/count"), ({"prompt": SITE, "request_id": "a b"}, "/request_id"), ({"prompt": SITE, "colour": 1}, "/colour")],
    )
    def test_bad_input_is_told(self, api, body, pointer):
        answer = api.post(URL, body, format="json")
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)
        assert api.post(URL, {"prompt": "a house"}, format="json").status_code == 400

    def test_a_vote_on_a_suggestion_waits_for_review_and_trains(self, api, mira, capsys):
        shown = api.post(URL, {"prompt": SITE, "request_id": TRAINS}, format="json").json()["suggestions"][0]
        given_ = api.post("/api/v1/feedback/", {"suggestion": shown["id"], "vote": 1, "reason": "helpful"}, format="json")
        assert (given_.status_code, given_.json()["kind"], given_.json()["suggestion"], given_.json()["city"]) == (201, "suggestion", shown["id"], "Pune")
        with pytest.raises(CommandError, match="No accepted vote trains yet"):
            call_command("train_policy")
        Review.objects.update(status="accepted")
        call_command("train_policy")
        assert "1 votes" in capsys.readouterr().out
        version = PolicyVersion.objects.get()
        learnt = Policy.from_dict(json.loads(version.content))
        assert (version.status, learnt.digest, learnt.votes) == ("candidate", version.digest, {"city=Pune,use=residential": 1})

    def test_a_vote_that_is_held_back_judges_a_policy_and_trains_none(self, api, capsys):
        shown = {name: api.post(URL, {"prompt": SITE, "request_id": name}, format="json").json()["suggestions"][0] for name in (HELD, TRAINS)}
        api.post("/api/v1/feedback/", {"suggestion": shown[HELD]["id"], "vote": 1}, format="json")
        Review.objects.update(status="accepted")
        with pytest.raises(CommandError, match="The 1 that were accepted are held back"):
            call_command("train_policy")
        api.post("/api/v1/feedback/", {"suggestion": shown[TRAINS]["id"], "vote": 1}, format="json")
        Review.objects.update(status="accepted")
        call_command("train_policy", verbosity=0)
        assert PolicyVersion.objects.get().votes == 1
        with pytest.raises(SystemExit):
            call_command("evaluate_policy")
        assert "Policy 1 by 1 votes" in capsys.readouterr().out

    def test_a_vote_on_a_run_trains_the_strategy_that_its_design_is_most_like(self, api):
        run = api.post("/api/v1/runs/", {"prompt": PROPOSAL, "spec": {"storeys": 6}}, format="json").json()
        api.post("/api/v1/feedback/", {"run": run["id"], "vote": -1}, format="json")
        Review.objects.update(status="accepted")
        call_command("train_policy", verbosity=0)
        weights = json.loads(PolicyVersion.objects.get().content)["weights"]
        trained = {name.split("|")[1] for name in weights if name.startswith("city=Pune,use=residential|") and name.split("|")[1] in STRATEGIES}
        assert len(trained) == 1
        assert trained.pop().startswith("fsi100")  # FSI 2.3 of 2.5

    def test_feedback_names_a_run_or_a_suggestion(self, api):
        for body in ({"vote": 1}, {"vote": 1, "run": "0" * 8 + "-0000-4000-8000-" + "0" * 12, "suggestion": "0" * 8 + "-0000-4000-8000-" + "0" * 12}):
            assert api.post("/api/v1/feedback/", body, format="json").json()["errors"][0]["pointer"] == "/run"


def voted(count, seed, liking=0.7):
    """Log designs shown by the cold start with accepted votes of a public that likes tall buildings so much; 0: it tosses a coin."""
    from feedback.policies import context_data
    from feedback.policy import Context, choices

    chance, context = random.Random(seed), Context("Pune", "residential", "R2", "middle", "middle")  # noqa: S311 - a simulation
    chances = choices(COLD_START, context, STRATEGIES)
    now, suggestions, votes = timezone.now(), [], []
    for number in range(count):
        key = chance.choices(list(chances), list(chances.values()))[0]
        shown = Suggestion(
            request_id=f"{seed}-{number}", place=1, context=context_data(context), city="Pune", building_use="residential", strategy=key, probability=chances[key],
            available=json.dumps(list(chances)), design="{}", release_sha256="0" * 64, trace_id="t", created_at=now,
        )  # fmt: skip
        vote = 1 if chance.random() < 0.5 + liking * (STRATEGIES[key].tallness - 0.5) else -1
        suggestions.append(shown)
        votes.append(Feedback(
            suggestion=shown, session_id=f"{seed}-{number}", voice=f"session:{seed}-{number}", vote=vote, sent=str(vote), reward=vote, route="native", kind="suggestion",
            city="Pune", trace_id="t", created_at=now,
        ))  # fmt: skip
    Suggestion.objects.bulk_create(suggestions)
    Feedback.objects.bulk_create(votes)
    Review.objects.bulk_create([Review(feedback=vote, status="accepted", vote=vote.vote, context="Pune, residential", created_at=now) for vote in votes])


class TestPromotion:
    def test_the_first_by_signature_a_later_one_by_evidence_and_back_again(self, api, mira, capsys):
        def learning():
            votes = {"/core/feedback": {"session_id": "session-1", "feedback": 1}, "/api/mcp/feedback": {"case_id": "case-1", "feedback": "up"}}
            return [api.post(address, body, format="json").json()["rl_learning_active"] for address, body in votes.items()]

        voted(60, 1)
        call_command("train_policy")
        assert learning() == [False, False]
        call_command("promote_policy", "1", "--by", "mira", "--reason", "The first.")
        assert learning() == [True, True]
        assert api.get("/api/v1/policy/stats").json()["policy"]["number"] == 1
        # A candidate of which the log says next to nothing is refused, with the reason.
        policy_record(policy=Policy({"all|fsi60-tall0-margins150": 9.0}), votes=1, until=timezone.now())
        with pytest.raises(CommandError, match=r"not promoted.*lack of overlap"):
            call_command("promote_policy", "2", "--by", "mira", "--reason", "Try.")
        voted(1500, 2)
        call_command("train_policy")
        capsys.readouterr()
        call_command("evaluate_policy", "3")
        assert "gain over it" in capsys.readouterr().out
        call_command("promote_policy", "3", "--by", "mira", "--reason", "Better by the log.")
        assert dict(PolicyVersion.objects.values_list("number", "status")) == {1: "retired", 2: "candidate", 3: "live"}
        live = PolicyVersion.objects.get(number=3)
        assert (live.signed_by, live.reason, json.loads(live.evidence)["against"]) == (mira, "Better by the log.", [])
        call_command("promote_policy", "--back", "--by", "mira", "--reason", "People complain.")
        assert "Policy 1 is live again" in capsys.readouterr().out
        call_command("promote_policy", "--back", "--by", "mira", "--reason", "All of it.")
        assert "cold start" in capsys.readouterr().out
        assert learning() == [False, False]
        # Taking policies back opens no way round the evidence.
        with pytest.raises(CommandError, match=r"not promoted.*not shown to be better"):
            call_command("promote_policy", "2", "--by", "mira", "--reason", "Now nothing is live.")
        assert api.get("/api/v1/policy/stats").json()["policy"]["number"] == 0

    def test_a_policy_that_learnt_from_tossed_coins_is_not_promoted(self, mira):
        voted(60, 1, liking=0)
        call_command("train_policy", verbosity=0)
        call_command("promote_policy", "1", "--by", "mira", "--reason", "The first.", verbosity=0)
        voted(1500, 2, liking=0)
        call_command("train_policy", verbosity=0)
        # By the votes that it was trained on it would look better.
        learnt, live = (policy_of(PolicyVersion.objects.get(number=number)) for number in (2, 1))
        seen = [vote for vote in training_votes() if not held_back(vote.suggestion.request_id)]
        assert compare(learnt, live, log_of(seen)).against == []
        with pytest.raises(CommandError, match="not shown to be better"):
            call_command("promote_policy", "2", "--by", "mira", "--reason", "It looks better.")

    def test_who_comes_second_is_told_so_and_changes_nothing(self, mira):
        voted(60, 1)
        call_command("train_policy", verbosity=0)
        seen = PolicyVersion.objects.get()  # as it is when the page is opened
        PolicyVersion.objects.update(status="retired")
        with pytest.raises(PolicyError, match="Somebody was faster"):
            policy_promote(version=seen, by=mira, reason="The first.")
        assert PolicyVersion.objects.get().status == "retired"

    def test_only_who_may_signs_and_says_why(self, mira):
        voted(10, 1)
        call_command("train_policy", verbosity=0)
        person("omar", "Operator")
        for arguments, says in (
            (["1", "--by", "omar", "--reason", "x"], "role does not allow"),
            (["1", "--by", "nobody", "--reason", "x"], "no user 'nobody'"),
            (["1", "--by", "mira", "--reason", " "], "Say why"),
            (["9", "--by", "mira", "--reason", "x"], "no policy 9"),
            (["--by", "mira", "--reason", "x"], "number, or --back"),
            (["--back", "--by", "mira", "--reason", "x"], "No policy is live"),
        ):
            with pytest.raises(CommandError, match=says):
                call_command("promote_policy", *arguments)

    def test_stats_say_rounds_acceptance_and_preferences(self, api, mira):
        voted(200, 3)
        call_command("train_policy", verbosity=0)
        call_command("promote_policy", "1", "--by", "mira", "--reason", "The first.")
        group = api.get("/api/v1/policy/stats").json()["groups"][0]
        ups = Feedback.objects.filter(vote=1).count()
        assert (group["city"], group["building_use"], group["rounds"], group["votes"]) == ("Pune", "residential", 200, 200)
        assert group["trained_on"] == 200 - sum(held_back(f"3-{number}") for number in range(200))
        assert group["acceptance_rate"] == pytest.approx(ups / 200)
        assert "tall100" in next(iter(group["preferences"]))

    def test_a_reviewer_judges_signs_and_takes_back_in_the_admin(self, client, mira):
        voted(60, 1)
        call_command("train_policy", verbosity=0)
        version = PolicyVersion.objects.get()
        client.force_login(mira)
        address = f"/admin/feedback/policyversion/{version.pk}/"

        def do(**form):
            return client.post(f"{address}do/", form, follow=True).content.decode()

        assert "Not judged by the log yet." in client.get(f"{address}change/").content.decode()
        judged = do(action="evaluate")
        assert "Candidate, doubly robust" in judged
        assert "Pune, residential (40 votes)" in judged  # a third is held back
        assert "Say why" in do(action="promote", reason="")
        assert f"Policy {version.number} is live." in do(action="promote", reason="The first.")
        assert "cold start again" in do(action="back", reason="Not yet.")
        client.force_login(person("olga", "Operator"))
        assert "role does not allow" in do(action="promote", reason="x")
        assert not PolicyVersion.objects.filter(status="live").exists()
