"""The web pages as a browser without scripts sees them; tests/browser/test_pages.py has the rest."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, get_resolver

from compliance.models import Batch, Dispute, Run
from feedback.models import Feedback
from tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rulebooks")]

FAILS = "G+7 residential on a 30 x 40 m plot, 18 m road, Baner, Pune, zone R2, FSI 2.5, front 4.5 m, side and rear margins 4.5 m"
HTML = {"Accept": "text/html"}
STATIC = Path(__file__).parents[2] / "promptrunner" / "static"


@pytest.fixture
def browser(settings):
    settings.ALLOW_ANONYMOUS = True
    return Client(headers=HTML)


def check(browser, prompt=FAILS, **given):
    answer = browser.post("/", {"prompt": prompt, **{f"given-{name}": value for name, value in given.items()}})
    assert answer.status_code == 302, text_of(answer)
    return Run.objects.get(pk=answer["Location"].strip("/").split("/")[1])


def text_of(answer):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def shown(browser, run, **query):
    return browser.get(f"/runs/{run.pk}/", query)


class TestWorkbench:
    def test_a_proposal_in_the_box_leads_to_its_verdict(self, browser):
        run = check(browser)
        page = text_of(shown(browser, run))
        assert "Does not comply The proposal violates 6.2.3 (b)." in page
        assert "at least 4.8 m" in page
        assert "4.5 m is proposed, 0.3 m short" in page
        assert "Unified Development Control and Promotion Regulations for Maharashtra, 2020" in page
        assert "page 116" in page
        assert "This is not a sanction" in page

    def test_a_runs_trace_leads_to_all_that_was_checked_under_it(self, browser):
        first, _ = check(browser), check(browser, "24 m high, Mumbai")
        link = f"/runs/?words={first.trace_id}"
        assert f'href="{link}"' in shown(browser, first).content.decode()
        listed = browser.get(link).content.decode()
        assert f"/runs/{first.pk}/" in listed
        assert "24 m high" not in listed

    def test_what_is_read_is_marked_in_the_words_and_stores_nothing(self, browser):
        answer = browser.post("/reading/", {"prompt": "12 m road in Pune"}, headers={"HX-Request": "true"})
        assert '<mark title="abutting road width 12.0 m">12 m road</mark>' in answer.content.decode()
        assert "plot area = plot width × plot depth" in text_of(browser.post("/reading/", {"prompt": FAILS}))
        assert "2 values read, 0 questions" in answer.content.decode()
        assert "<html" not in answer.content.decode()
        assert "<html" in browser.post("/reading/", {"prompt": "12 m road in Pune"}).content.decode()
        assert not Run.objects.exists()

    def test_a_correction_is_taken_and_kept_as_feedback_with_the_words_that_were_misread(self, browser):
        run = check(browser, abutting_road_width_m="12")
        assert json.loads(run.spec)["abutting_road_width_m"] == 12
        vote = Feedback.objects.get()
        (correction,) = json.loads(vote.corrections)
        assert (vote.kind, correction["field"], correction["value"], correction["read"], correction["text"]) == (
            "misread",
            "abutting_road_width_m",
            12,
            18,
            "18 m road",
        )

    def test_an_answer_to_a_question_is_no_correction(self, browser):
        check(browser, "Residential building in Pune, plot 1000 sq m, 18 m road, height 12 m", land_use_zone="R2")
        assert not Feedback.objects.exists()

    def test_an_answer_where_the_words_contradict_themselves_is_taken_and_is_no_correction(self, browser):
        prompt = "Residential building in Pune, zone R2, plot of 500 sq m, a 30 x 40 m plot, 18 m road"
        page = browser.post("/reading/", {"prompt": prompt}).content.decode()
        assert page.count('name="given-plot_area_sq_m"') == 1  # two of a name would lose the answer
        assert page.index('name="given-plot_area_sq_m"') < page.index('class="values"')
        assert json.loads(check(browser, prompt, plot_area_sq_m="1,200").spec)["plot_area_sq_m"] == 1200
        assert not Feedback.objects.exists()

    @pytest.mark.parametrize(
        ("sent", "says"),
        [
            ({"prompt": ""}, "Describe the building"),
            ({"prompt": "x" * 10_001}, "at most 10,000 are read"),
            ({"prompt": FAILS, "given-height_m": "very high"}, "height_m is a number in metres, not 'very high'"),
            ({"prompt": FAILS, "given-land_use_zone": "Q7"}, "'Q7' is not a known"),
        ],
    )
    def test_what_cannot_be_taken_is_said_beside_what_was_typed(self, browser, sent, says):
        answer = browser.post("/", sent)
        assert answer.status_code == 400
        assert says in text_of(answer)
        assert html.escape(sent["prompt"]) in answer.content.decode()
        assert "maxlength" not in answer.content.decode()  # with which a browser cuts off what is pasted, without a word
        assert all(value in answer.content.decode() for value in sent.values())
        assert not Run.objects.exists()

    @pytest.mark.parametrize("field", ["storeys", "floor_height_m"])  # one that is read, and one that is not
    def test_a_value_that_cannot_be_taken_can_be_mended_where_it_stands(self, browser, field):
        for address in ("/", "/reading/"):
            page = browser.post(address, {"prompt": FAILS, f"given-{field}": "many", "given-fsi": "2"}).content.decode()
            assert re.findall(rf'<input name="given-{field}" id="given-{field}" value="([^"]*)"[^>]* aria-invalid="true"', page) == ["many"]
            assert page.count(f'name="given-{field}"') == 1
            assert "<mark" in page  # all else is read as before
            assert 'name="given-fsi" id="given-fsi" value="2"' in page

    def test_words_of_a_proposal_are_never_taken_for_markup(self, browser):
        run = check(browser, FAILS + " <script>alert(1)</script>")
        for address in (f"/runs/{run.pk}/", "/runs/", "/gallery/", f"/compare/?run={run.pk}"):
            assert "<script>alert" not in browser.get(address).content.decode()

    @pytest.mark.parametrize(
        "prompt",
        [
            FAILS,
            "Residential, 30 m high, in Ahmedabad, zone R1, plot 900 sq m on a 12 m road, FSI 1.8, front 4 m, sides 3 m, rear 3 m",
            "Residential building in Andheri, Mumbai, zone R2, plot 1,000 sq m on a 12 m road, height 24 m, FSI 3.2, margins 6 m all round",
        ],
    )
    def test_applying_a_remedy_gives_the_verdict_that_it_promises(self, browser, prompt):
        run = check(browser, prompt)
        page = browser.get(f"/runs/{run.pk}/remedies/", headers={"HX-Request": "true"}).content.decode()
        forms = re.findall(r"<li><form(.*?)</form>", page, re.DOTALL)
        assert forms
        promised = browser.get(f"/api/v1/runs/{run.pk}/remedies/", headers={"Accept": "application/json"}).json()["remedies"]
        for form, remedy in zip(forms, promised, strict=True):
            fields = {name: html.unescape(value) for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', form)}
            fields.pop("csrfmiddlewaretoken", None)
            answer = browser.post("/", fields)
            after = Run.objects.get(pk=answer["Location"].strip("/").split("/")[1])
            assert after.status == remedy["status"], remedy["sentence"]
        assert not Feedback.objects.exists()  # the words were read well; the proposal is another one now

    def test_what_was_given_once_is_no_new_correction_when_it_is_checked_again(self, browser):
        run = check(browser, storeys="7")
        assert Feedback.objects.count() == 1
        page = shown(browser, run).content.decode()
        sent = {name: html.unescape(value) for name, value in re.findall(r'name="((?:known|given)-[^"]+)"[^>]*? value="([^"]*)"', page)}
        assert sent["known-storeys"] == "7"
        assert "Given beside it: storeys 7" in text_of(shown(browser, run))
        browser.post("/", {"prompt": FAILS, **sent, "given-floor_height_m": "3"})
        assert Feedback.objects.count() == 1
        browser.post("/", {"prompt": FAILS, **sent, "given-storeys": "6"})
        assert Feedback.objects.count() == 2

    def test_a_list_that_no_input_takes_is_kept_when_a_run_is_checked_again(self, browser):
        mix = [{"count": 12, "carpet_sq_m": 60.0}]
        sent = {"prompt": "Residential in Pune, zone R2, plot 1000 sq m, 18 m road, height 24 m, FSI 3, margins 3 m", "spec": {"dwelling_mix": mix}}
        run = Run.objects.get(pk=browser.post("/api/v1/runs/", sent, content_type="application/json", headers={"Accept": "application/json"}).json()["id"])
        for address in (f"/runs/{run.pk}/", f"/runs/{run.pk}/?solve=1"):
            form = re.split(r"</form>", browser.get(address).content.decode().split('class="remedies"')[-1])[0]
            kept = dict(re.findall(r'<input type="hidden" name="((?:given|known)-[^"]+)" value="([^"]*)"', form))
            answer = browser.post("/", {"prompt": run.prompt, **{name: html.unescape(value) for name, value in kept.items()}})
            assert json.loads(Run.objects.get(pk=answer["Location"].strip("/").split("/")[1]).spec)["dwelling_mix"] == mix


class TestRunPage:
    @pytest.mark.parametrize(
        ("prompt", "says"),
        [
            ("A nice house", "Too little is known"),
            ("Residential building in Pune, plot 1000 sq m, 18 m road, height 12 m, zone R2", "Cannot be settled yet"),
            ("Residential in Chennai on 500 sq m", "Too little is known"),
        ],
    )
    def test_every_kind_of_verdict_has_its_page(self, browser, prompt, says):
        assert says in text_of(shown(browser, check(browser, prompt)))

    def test_what_is_not_asked_for_has_no_limit(self, browser):
        run = check(browser, "Bungalow, G+1, in Ahmedabad, zone R1, plot 400 sq yd on a 9 m road, FSI 1.2, front 3 m, sides 2.25 m, rear 2.25 m")
        page = text_of(shown(browser, run))
        assert "abutting road width no limit 9.0 m ✓" in page
        assert "at least 0.0 m" not in page

    def test_verify_judges_again_and_says_whether_the_digest_is_the_same(self, browser):
        run = check(browser)
        assert "Verified" in text_of(browser.post(f"/runs/{run.pk}/verify/"))
        Run.objects.filter(pk=run.pk).update(digest="0" * 64)
        assert "another digest" in text_of(browser.post(f"/runs/{run.pk}/verify/"))

    def test_verify_says_which_stored_outcome_does_not_come_out_again(self, browser):
        run = check(browser)
        verdict = json.loads(run.verdict)
        finding = verdict["findings"][-1]
        Run.objects.filter(pk=run.pk).update(verdict=json.dumps(verdict | {"findings": verdict["findings"][:-1]}))
        assert f"{finding['id']} stored not listed, now {finding['outcome']}" in text_of(browser.post(f"/runs/{run.pk}/verify/"))

    def test_a_vote_on_the_result_and_one_on_a_clause(self, browser):
        run = check(browser)
        assert browser.post(f"/runs/{run.pk}/feedback/", {"vote": "up", "reason": "helpful"}).status_code == 302
        form = browser.get(f"/runs/{run.pk}/feedback/?clause=UD-M9").content.decode()
        assert '<option value="margins_too_wide">' in form
        browser.post(f"/runs/{run.pk}/feedback/", {"vote": "down", "clause_id": "UD-M9", "reason": "margins_too_wide", "comment": "too strict"})
        assert sorted(Feedback.objects.values_list("kind", "vote", "clause_id", "reason", "comment")) == [
            ("clause", -1, "UD-M9", "margins_too_wide", "too strict"),
            ("result", 1, "", "helpful", ""),
        ]

    def test_a_clause_that_is_wrong_needs_a_word_why_and_opens_a_dispute(self, browser):
        run = check(browser)
        answer = browser.post(f"/runs/{run.pk}/feedback/", {"vote": "wrong", "clause_id": "UD-M9"})
        assert answer.status_code == 400
        assert "Say what is wrong with the clause." in text_of(answer)
        browser.post(f"/runs/{run.pk}/feedback/", {"vote": "wrong", "clause_id": "UD-M9", "comment": "H/5 holds above 15 m only"})
        assert Dispute.objects.get().clause_id == "UD-M9"

    def test_a_vote_that_says_nothing_is_refused(self, browser):
        run = check(browser)
        assert browser.post(f"/runs/{run.pk}/feedback/", {}).status_code == 400

    def test_a_newer_check_of_the_same_proposal_is_pointed_to(self, browser):
        old, new = check(browser), check(browser)
        Run.objects.filter(pk=new.pk).update(supersedes=old, root=old, revision=2)
        assert f"/runs/{new.pk}/" in shown(browser, old).content.decode()
        assert f"/runs/{old.pk}/" in shown(browser, Run.objects.get(pk=new.pk)).content.decode()

    def test_overshoots_lead_to_their_clauses(self, browser):
        run = check(browser)
        page = browser.get(f"/runs/{run.pk}/model/")
        assert f'href="/runs/{run.pk}/#clause-UD-M9"' in page.content.decode()
        assert 'id="clause-UD-M9"' in shown(browser, run).content.decode()


class TestLists:
    def test_history_by_city_status_words_and_id(self, browser):
        pune, mumbai = check(browser), check(browser, "Residential building in Andheri, Mumbai, zone R1, plot 1000 sq m, 12 m road")
        for query, found in (
            ({}, {pune, mumbai}),
            ({"city": "Pune"}, {pune}),
            ({"status": pune.status}, {pune}),
            ({"words": "andheri"}, {mumbai}),
            ({"words": str(pune.pk)}, {pune}),
        ):
            page = browser.get("/runs/", query).content.decode()
            assert {run for run in (pune, mumbai) if f"/runs/{run.pk}/" in page} == found, query
        assert "Enter a valid date" in text_of(browser.get("/runs/", {"date_from": "soon"}))

    def test_older_pages_show_every_run_once(self, browser):
        made = {check(browser, f"Residential building in Pune, plot {500 + number} sq m").pk for number in range(30)}
        seen, address = [], "/runs/"
        while address:
            page = browser.get(address).content.decode()
            seen += re.findall(r'name="run" value="([^"]+)"', page)
            older = re.search(r'href="(\?[^"]+)">Older', page)
            address = "/runs/" + html.unescape(older.group(1)) if older else ""
        assert sorted(seen) == sorted(map(str, made))
        assert browser.get("/runs/?before=never,x").status_code == 200

    def test_the_gallery_shows_what_has_a_plot(self, browser):
        with_plot, without = check(browser), check(browser, "A house in Pune")
        page = browser.get("/gallery/").content.decode()
        assert f"{with_plot.pk}/thumbnail.png" in page
        assert str(without.pk) not in page

    def test_runs_side_by_side(self, browser):
        one, other = check(browser), check(browser, FAILS.replace("4.5 m, side", "6 m, side"))
        page = text_of(browser.get("/compare/", {"run": [str(one.pk), f"http://testserver/runs/{other.pk}/"]}))
        assert "front margin 4.5 m at least 4.5 m" in page
        assert "6.0 m at least 4.5 m" in page
        assert "is no run" in text_of(browser.get("/compare/?run=this"))
        assert "There is no run" in text_of(browser.get("/compare/?run=0b0e7a52-4a7c-4f0e-9a55-000000000001"))


class TestRules:
    def test_the_clauses_of_a_city_by_category_and_words_with_their_tables_and_sources(self, browser):
        page = text_of(browser.get("/rules/Pune/", {"category": "setback", "words": "by height"}))
        assert "Side and rear margins by height 6.2.3 (b)" in page
        assert "page 116" in page
        assert "FSI outside the congested area" not in page
        assert "FSI outside the congested area" in text_of(browser.get("/rules/Pune/", {"category": "fsi"}))
        assert "No clause is like that." in text_of(browser.get("/rules/Pune/", {"words": "no such words"}))

    def test_a_clause_in_words_with_its_examples_and_versions(self, browser):
        page = text_of(browser.get("/rules/pune/UD-M9/"))
        assert "Side and rear margins by height" in page
        assert "Regulations for Maharashtra, 2020, text with notifications to 12-01-2024, clause 6.2.3 (b), page 116, verified" in page
        assert "abutting road width 15.0 m, use residential" in page
        assert "verified" in page
        assert "Examples" in page
        assert "Published versions" in page

    def test_the_cities_and_what_is_covered_of_each(self, browser):
        page = text_of(browser.get("/rules/"))
        assert all(city in page for city in ("Mumbai", "Pune", "Nashik", "Ahmedabad"))
        assert "Not checkable from words" in text_of(browser.get("/rules/Mumbai/coverage/"))

    @pytest.mark.parametrize("address", ["/rules/Chennai/", "/rules/Pune/UD-NONE/", "/rules/Pune/?as_of=1990-01-01", "/rules/Chennai/coverage/"])
    def test_what_is_not_in_force_is_not_found(self, browser, address):
        assert browser.get(address).status_code == 404

    def test_the_day_that_was_asked_for_is_kept(self, browser):
        early = browser.get("/rules/Pune/?as_of=1990-01-01&words=margin").content.decode()
        assert "No rulebook holds: 1990-01-01" in early
        assert 'value="margin"' in early
        assert 'href="/rules/Pune/UD-M9/?as_of=2025-01-01"' in browser.get("/rules/Pune/?as_of=2025-01-01").content.decode()

    def test_every_finding_leads_to_its_clause(self, browser):
        run = check(browser)
        addresses = set(re.findall(r'href="(/rules/Pune/[^"]+)"', shown(browser, run).content.decode()))
        assert len(addresses) > 10
        for address in addresses:
            assert browser.get(address).status_code == 200


class TestDashboard:
    def test_operators_see_what_is_checked_and_what_fails_most(self, browser):
        check(browser)
        browser.post(f"/runs/{Run.objects.get().pk}/feedback/", {"vote": "up"})
        assert browser.get("/dashboard/").status_code == 302
        person = UserFactory.create()
        browser.force_login(person)
        assert browser.get("/dashboard/").status_code == 403
        person.groups.add(Group.objects.get(name="Operator"))
        page = text_of(browser.get("/dashboard/"))
        assert "Does not comply 1" in page
        assert "UD-M9 (6.2.3 (b)) Side and rear margins by height 1" in page
        assert "the cold start" in page
        assert "Events that wait 2" in page  # the run's and the vote's, which nothing delivers here


class TestAccess:
    def addresses(self):
        pages = next(pattern for pattern in get_resolver().url_patterns if getattr(pattern, "app_name", "") == "pages")
        for pattern in pages.url_patterns:
            assert isinstance(pattern, URLPattern)
            if pattern.name not in ("login", "logout", "language"):
                yield "/" + re.sub(r"<\w+:\w+>", "0b0e7a52-4a7c-4f0e-9a55-000000000001", str(pattern.pattern).replace("<city:city>", "Pune"))

    def test_who_is_not_logged_in_is_sent_to_the_log_in_where_the_installation_is_closed(self):
        for address in ["/", *self.addresses()]:
            for method in ("get", "post"):
                answer = getattr(Client(headers=HTML), method)(address)
                assert answer.status_code == 405 or answer["Location"].startswith("/login/?next="), address

    def test_a_person_logs_in_and_comes_back(self):
        UserFactory.create(username="asha", password="a-long-password-7")
        client = Client(headers=HTML)
        assert "Please enter a correct" in text_of(client.post("/login/?next=/runs/", {"username": "asha", "password": "no"}))
        answer = client.post("/login/", {"username": "asha", "password": "a-long-password-7", "next": "/runs/"})
        assert answer["Location"] == "/runs/"
        assert client.get("/runs/").status_code == 200

    def test_a_form_from_elsewhere_is_refused(self, settings):
        settings.ALLOW_ANONYMOUS = True
        answer = Client(headers=HTML, enforce_csrf_checks=True).post("/", {"prompt": FAILS})
        assert answer.status_code == 403
        assert "This form is too old" in text_of(answer)
        assert not Run.objects.exists()

    def test_too_many_at_once_are_told_to_wait(self, browser, settings):
        settings.RATES = {**settings.RATES, "run": 2}
        for _ in range(2):
            check(browser)
        assert browser.post("/", {"prompt": FAILS}).status_code == 429


class TestErrors:
    @pytest.mark.parametrize(("name", "heading"), [("prompt", "This is too much at once"), ("given-x", "This cannot be understood")])
    def test_what_is_more_than_is_taken_is_said_on_a_page(self, browser, name, heading):
        many = {f"{name}{number}": "1" for number in range(1100)} if name == "given-x" else {name: "x" * 1_100_000}
        answer = browser.post("/", many)
        assert answer.status_code == (413 if name == "prompt" else 400)
        assert heading in text_of(answer)
        assert answer.headers["X-Trace-Id"] in text_of(answer)
        assert answer["Content-Security-Policy"].startswith("default-src 'none'")

    def test_a_file_of_proposals_that_is_too_large_is_refused_unread(self, browser):
        answer = browser.post("/batches/", {"file": SimpleUploadedFile("many.txt", b"x" * 1_100_000)})
        assert answer.status_code == 413
        assert "This is too much at once" in text_of(answer)
        assert not Batch.objects.exists()

    def test_a_fault_of_ours_has_a_page_with_the_trace(self, browser):
        run = check(browser)
        Run.objects.filter(pk=run.pk).update(verdict="{")
        browser.raise_request_exception = False
        answer = shown(browser, run)
        assert answer.status_code == 500
        assert "A fault of ours" in text_of(answer)
        assert answer.headers["X-Trace-Id"] in text_of(answer)

    def test_a_part_of_a_page_that_cannot_be_had_brings_the_page_of_the_error(self, browser):
        answer = browser.get("/runs/0b0e7a52-4a7c-4f0e-9a55-000000000001/model/", headers={"HX-Request": "true", "Accept": "*/*"})
        assert (answer.status_code, 'id="error"' in answer.content.decode()) == (404, True)

    def test_a_browser_gets_a_page_with_the_trace_and_a_program_gets_a_problem(self, browser):
        page = browser.get("/nowhere/")
        assert page.status_code == 404
        assert "There is nothing here" in text_of(page)
        assert page.headers["X-Trace-Id"] in text_of(page)
        assert browser.get("/runs/0b0e7a52-4a7c-4f0e-9a55-000000000001/").status_code == 404
        assert Client().get("/nowhere/").json()["code"] == "not_found"
        assert browser.get("/api/v1/nowhere/").json()["code"] == "not_found"


def test_a_browser_may_load_nothing_but_our_own_files(browser):
    run = check(browser)
    for address in ("/", "/runs/", "/gallery/", "/compare/", "/rules/", "/rules/Pune/", "/login/", "/nowhere/", f"/runs/{run.pk}/", "/docs", "/api/v1/runs/"):
        policy = browser.get(address)["Content-Security-Policy"]
        assert "'unsafe-inline'" not in policy
        assert "'unsafe-eval'" not in policy
        assert "default-src 'none'" in policy
        page = browser.get(address).content.decode()
        if "/static/promptrunner/" not in page:
            continue
        assert not re.search(r"<[^>]+\s(style|on\w+)=", page)
        assert all(not urlsplit(url).netloc for url in re.findall(r'(?:src|href|action)="([^"]+)"', page))


def test_the_admin_allows_no_more_than_its_theme_needs(admin_client):
    allowed = dict(part.split(" ", 1) for part in admin_client.get("/admin/")["Content-Security-Policy"].split("; "))
    assert allowed["default-src"] == "'none'"
    assert allowed["script-src"] == "'self' 'unsafe-eval'"
    assert "'unsafe-inline'" not in allowed["style-src"]


def test_the_first_page_weighs_less_than_150_kilobytes(browser):
    from django.contrib.staticfiles import finders

    page = browser.get("/").content
    files = set(re.findall(rb'(?:src|href)="/static/([^"]+)"', page))
    weight = len(page) + sum(Path(str(finders.find(name.decode()))).stat().st_size for name in files)
    assert len(files) >= 3
    assert weight < 150_000
