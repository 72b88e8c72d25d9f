"""The curators' pages: what each role may do, what a person is told, and how often the database is asked."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from compliance.models import Dispute, Rule, RulebookRelease
from compliance.rules import write_yaml
from compliance.services.disputes import dispute_raise
from compliance.services.drafts import draft_begin
from promptrunner.pipeline import run_proposal
from tests.compliance.curating.conftest import TOWN
from tests.compliance.curating.test_drafts import SPEC, edit
from tests.compliance.rules.test_editing import names
from tests.factories import RuleFactory, RunFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(release, asha):
    return draft_begin(release=release, by=asha, reason="Notification of 2026.")


def at(model, name, *args):
    return reverse(f"admin:compliance_{model}_{name}", args=args)


def html(answer):
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def form_of(client, rule):
    """Return the fields of a clause's editor as the browser would send them."""
    context = client.get(at("rule", "edit", rule.pk)).context

    def without_paths(value):
        if isinstance(value, dict):
            return {key: without_paths(inner) for key, inner in value.items() if key != "path"}
        return [without_paths(inner) for inner in value] if isinstance(value, list) else value

    return {**names(without_paths(context["form"])), "seen": rule.version}


def test_a_curator_edits_a_clause_in_fields_and_it_is_saved_in_the_draft(client, draft, asha):
    client.force_login(asha)
    rule = draft.rules.get(clause_id="FSI-NARROW")
    typed = {
        **form_of(client, rule),
        "limits.0.max.text": "1.0",
        "examples.0.spec": "abutting_road_width_m: 9, fsi: 1.0",
        "reason": "Notified.",
        "action": "save",
    }
    answer = client.post(at("rule", "edit", rule.pk), typed, follow=True)
    assert "Saved in the draft." in html(answer)
    draft.refresh_from_db()
    assert json.loads(draft.content)["clauses"][0]["limits"] == {"fsi": {"max": 1.0}}
    shown = html(client.get(at("rule", "change", rule.pk)))
    assert "Notified." in shown
    assert "asha" in shown


def test_a_mistake_is_said_beside_its_field_and_nothing_is_saved(client, draft, asha):
    client.force_login(asha)
    rule = draft.rules.get(clause_id="HEIGHT")
    typed = {**form_of(client, rule), "limits.0.max.rows.1.is.text": "1.5 * raod_width", "reason": "Oops.", "action": "save"}
    answer = client.post(at("rule", "edit", rule.pk), typed)
    assert list(answer.context["errors"]) == ["limits.0.max.rows.1.is.text"]
    assert 'aria-invalid="true"' in html(answer)
    assert not Rule.history.exists()


def test_saving_without_a_reason_is_refused_and_keeps_what_was_typed(client, draft, asha):
    client.force_login(asha)
    rule = draft.rules.get(clause_id="FSI-NARROW")
    answer = client.post(at("rule", "edit", rule.pk), {**form_of(client, rule), "title": "FSI on lanes", "action": "save"})
    assert "Say why" in html(answer)
    assert "FSI on lanes" in html(answer)


def test_a_formula_is_checked_as_it_is_typed(client, draft, asha):
    client.force_login(asha)
    url = at("rule", "formula", draft.pk)
    ask = lambda text: client.post(url, {"limits.0.max.text": text}, headers={"HX-Trigger-Name": "limits.0.max.text"}).content.decode()  # noqa: E731
    assert ask("1.5 * front_m") == ""
    assert "&#x27;fornt_m&#x27; is neither a planning field nor a fact" in ask("1.5 * fornt_m")


def test_a_proposal_is_tried_under_the_draft_before_it_is_saved(client, draft, asha):
    client.force_login(asha)
    rule = draft.rules.get(clause_id="FSI-NARROW")
    prompt = "Residential building in Pune, zone R2, plot 500 sq m on a 9 m road, height 12 m, FSI 1.05"
    typed = {**form_of(client, rule), "limits.0.max.text": "1.0", "prompt": prompt, "action": "try"}
    tried = client.post(at("rule", "edit", rule.pk), typed).context["tried"]
    assert (tried.draft.verdict.status, tried.published.verdict.status, tried.clause.outcome) == ("NON_COMPLIANT", "COMPLIANT", "VIOLATED")
    assert tried.differing == (("FSI-NARROW", "SATISFIED", "VIOLATED"),)


def test_the_check_tells_of_the_gap_that_an_edit_opens(client, draft, asha):
    client.force_login(asha)
    rule = draft.rules.get(clause_id="FSI-NARROW")
    answer = client.post(at("rule", "edit", rule.pk), {**form_of(client, rule), "conditions.0.high": "11", "action": "check"})
    assert "has no row for FSI where abutting road width 11 m to less than 12 m" in answer.context["faults"][0]


def test_a_row_is_added_to_a_table_and_what_was_typed_stays(client, draft, asha):
    client.force_login(asha)
    rule = draft.rules.get(clause_id="HEIGHT")
    typed = {**form_of(client, rule), "title": "Heights", "action": "add:limits.0.max.rows"}
    form = client.post(at("rule", "edit", rule.pk), typed, headers={"HX-Request": "true"}).context["form"]
    assert (len(form["limits"][0]["max"]["rows"]), form["title"]) == (4, "Heights")


def test_a_new_clause_is_written(client, draft, asha):
    client.force_login(asha)
    url = at("rule", "new", draft.pk)
    assert client.get(url).status_code == 200
    typed = {
        "id": "COVERAGE", "clause_no": "3", "title": "Coverage", "category": "coverage", "verification": "verified", "source.page": "5", "limits.0.field": "ground_coverage_percent",
        "limits.0.how": "number", "limits.0.min.how": "", "limits.0.max.how": "amount", "limits.0.max.text": "50", "examples.0.spec": "ground_coverage_percent: 51",
        "examples.0.expect": "ground_coverage_percent: fail", "register_table": "1", "register_row": "", "reason": "Was missing.", "action": "save",
    }  # fmt: skip
    assert "Saved in the draft." in html(client.post(url, typed, follow=True))
    assert draft.rules.filter(clause_id="COVERAGE").exists()


def test_a_fact_is_edited_in_fields(client, draft, asha):
    client.force_login(asha)
    url = at("release", "given", draft.pk, "facts", "front_m")
    assert client.get(url).context["form"]["value"]["text"] == "where(abutting_road_width_m >= 18, 4.5, 3)"
    typed = {
        "value.how": "named",
        "value.text": "where(abutting_road_width_m >= 18, 6, 3)",
        "value.more": "label: front margin asked for",
        "seen": draft.sha256,
        "reason": "Notified.",
    }
    wrong = client.post(url, {**typed, "value.text": "where(raod >= 18, 6, 3)", "action": "save"})
    assert "'raod' is neither" in wrong.context["errors"]["value.text"][0]
    assert "Saved in the draft." in html(client.post(url, {**typed, "action": "save"}, follow=True))
    draft.refresh_from_db()
    assert json.loads(draft.content)["facts"]["front_m"] == {"is": "where(abutting_road_width_m >= 18, 6, 3)", "label": "front margin asked for"}
    assert "Open it again" in html(client.post(url, {**typed, "action": "save"}))


def test_a_default_is_added_and_taken_out(client, draft, asha):
    client.force_login(asha)
    typed = {"name": "building_use", "value.how": "amount", "value.text": "residential", "seen": draft.sha256, "reason": "Most are.", "action": "save"}
    client.post(at("release", "given", draft.pk, "defaults", "new"), typed)
    draft.refresh_from_db()
    assert json.loads(draft.content)["defaults"] == {"is_core_area": False, "building_use": "residential"}
    client.post(at("release", "given", draft.pk, "defaults", "building_use"), {"seen": draft.sha256, "reason": "Not so.", "action": "remove"})
    draft.refresh_from_db()
    assert json.loads(draft.content)["defaults"] == {"is_core_area": False}


def test_a_draft_is_given_another_edition_and_first_day(client, draft, asha):
    client.force_login(asha)
    url = at("release", "edition", draft.pk)
    typed = {"title": "Town Rules 2026", "edition": "2026", "effective_from": "2026-06-01", "effective_to": "", "seen": draft.sha256, "reason": "New edition."}
    assert "is no date" in html(client.post(url, {**typed, "effective_from": "June"}))
    assert "Saved in the draft." in html(client.post(url, typed, follow=True))
    draft.refresh_from_db()
    assert (draft.edition, str(draft.effective_from)) == ("2026", "2026-06-01")


@pytest.mark.parametrize("who", ["ravi", "olga"])
def test_who_is_no_curator_reads_and_cannot_edit(client, request, draft, who):
    client.force_login(request.getfixturevalue(who))
    rule = draft.rules.first()
    assert client.get(at("rule", "change", rule.pk)).status_code == 200
    assert client.get(at("rule", "edit", rule.pk)).status_code == 403
    assert client.get(at("rule", "new", draft.pk)).status_code == 403
    assert client.get(at("release", "import", draft.pk)).status_code == 403
    assert client.post(at("rule", "change", rule.pk), {"reason": "Gone."}).status_code == 403
    assert client.post(at("rulebookrelease", "change", draft.pk), {"action": "discard", "reason": "Gone."}).status_code == 403
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_a_published_clause_has_no_editor(client, release, asha):
    client.force_login(asha)
    assert client.get(at("rule", "edit", release.rules.first().pk)).status_code == 403


def test_a_person_is_told_why_a_draft_cannot_be_published(client, draft, asha, ravi):
    edit(draft, asha)
    client.force_login(asha)
    client.post(at("rulebookrelease", "change", draft.pk), {"action": "submit", "reason": "Ready."})
    client.force_login(ravi)
    assert "Look at its impact" in html(client.get(at("rulebookrelease", "change", draft.pk)))
    assert "1 of 1" not in html(client.post(at("release", "impact", draft.pk), follow=True))
    answer = client.post(at("rulebookrelease", "change", draft.pk), {"action": "publish", "reason": ""}, follow=True)
    assert "Say why" in html(answer)
    done = client.post(at("rulebookrelease", "change", draft.pk), {"action": "publish", "reason": "Notification 7."}, follow=True)
    assert "Published. New proposals are judged under it" in html(done)
    assert RulebookRelease.objects.get(pk=draft.pk).status == "published"


def test_a_file_is_looked_at_before_it_is_imported(client, draft, asha, town):
    client.force_login(asha)
    town["clauses"][0]["limits"]["fsi"]["max"] = 1.0
    town["clauses"][0]["examples"] = []
    file = SimpleUploadedFile("town.yaml", write_yaml(town).encode())
    assert "limits.fsi.max" in html(client.post(at("release", "import", draft.pk), {"file": file}))
    draft.refresh_from_db()
    assert draft.sha256 == draft.base.sha256
    assert "Imported." in html(client.post(at("release", "import", draft.pk), {"action": "confirm", "reason": "From the file."}, follow=True))


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("town.yaml", b"clauses: [", "not readable YAML"),
        ("town.yaml", "größe".encode("latin-1"), "no text in UTF-8"),
        ("town.docx", b"PK", "does not end in one of"),
        ("town.yaml", b"rulebook: town-2020\ncities: [Atlantis]", "is not a known city"),
        ("town.yaml", b"a: " + b"[" * 100_000, "brackets stand more than 40 deep"),
        ("town.yaml", b"a0: &a0 [1, 1]\n" + b"".join(b"a%d: &a%d [*a%d, *a%d]\n" % (n, n, n - 1, n - 1) for n in range(1, 60)), "more than 1,000,000 parts"),
        ("town.yaml", b"a: &a [*a]", "points to itself"),
        ("town.yaml", b"a0: &a0 [1]\n" + b"".join(b"a%d: &a%d [*a%d]\n" % (n, n, n - 1) for n in range(1, 1200)), "over too many places"),
        ("town.csv", b"id,titel\nfsi.basic,x", "column titel"),
        ("town.csv", "id,title\nfsi.basic,größe".encode("latin-1"), "CSV UTF-8"),
        ("town.xlsx", b"id,title", "not an Excel workbook"),
    ],
)
def test_a_file_that_cannot_be_used_says_why_and_changes_nothing(client, draft, asha, name, content, sentence):
    client.force_login(asha)
    assert sentence in html(client.post(at("release", "import", draft.pk), {"file": SimpleUploadedFile(name, content)}))
    draft.refresh_from_db()
    assert draft.sha256 == draft.base.sha256


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_clauses_edited_in_a_spreadsheet_come_back_into_the_draft(client, draft, asha, format):
    import tablib

    client.force_login(asha)
    exported = client.get(at("release", "export", draft.pk), {"format": format})
    assert f'.{format}"' in exported["Content-Disposition"]
    untouched = SimpleUploadedFile(f"town.{format}", exported.content)
    assert "Nothing differs" in html(client.post(at("release", "import", draft.pk), {"file": untouched}))
    raw = exported.content if format == "xlsx" else exported.content.decode("utf-8-sig")
    sheet = tablib.Dataset().load(raw, format=format)
    title = sheet.headers.index("title")
    edited = tablib.Dataset(
        *[(*row[:title], f"{row[title]} of the town" if number == 0 else row[title], *row[title + 1 :]) for number, row in enumerate(sheet)]
    )
    edited.headers = sheet.headers
    file = edited.export(format)
    changed = SimpleUploadedFile(f"town.{format}", file if format == "xlsx" else file.encode())
    assert "of the town" in html(client.post(at("release", "import", draft.pk), {"file": changed}))
    assert "Imported." in html(client.post(at("release", "import", draft.pk), {"action": "confirm", "reason": "From Excel."}, follow=True))
    assert draft.rules.order_by("position")[0].title.endswith("of the town")


def test_an_exported_release_loads_to_the_same_hash(client, release, olga):
    from compliance.rules import load

    client.force_login(olga)
    answer = client.get(at("release", "export", release.pk))
    assert load(answer.content.decode()).sha256 == release.sha256
    assert client.get(at("release", "export", release.pk), {"format": "pdf"}).status_code == 400


def test_a_run_is_shown_in_words(client, release, olga):
    run, _ = run_proposal(prompt="Residential building in Pune, zone R2, plot 500 sq m on a 12 m road, height 15 m, FSI 1.7")
    client.force_login(olga)
    shown = html(client.get(at("run", "change", run.pk)))
    assert "<q>12 m road</q>" in shown or "12 m" in shown
    assert "FSI on wide roads" in shown
    assert "{&quot;" not in shown


def test_a_dispute_is_shown_with_its_case_and_dismissed(client, release, asha):
    run, _ = run_proposal(spec=SPEC)
    dispute = dispute_raise(run=run, clause_id="FSI-WIDE", text="It is 2.0 now.")
    client.force_login(asha)
    shown = html(client.get(at("dispute", "change", dispute.pk)))
    assert "It is 2.0 now." in shown
    assert "FSI on wide roads" in shown
    client.post(at("dispute", "change", dispute.pk), {"action": "dismiss", "answer": "Not yet in force."})
    assert Dispute.objects.get().status == "dismissed"
    assert "It is 2.0 now." in html(client.get(at("rule", "change", release.rules.get(clause_id="FSI-WIDE").pk)))


def test_addresses_that_lead_nowhere_are_not_found(client, asha):
    client.force_login(asha)
    for model in ("rule", "rulebookrelease", "run", "dispute"):
        assert client.get(at(model, "change", "none-such")).status_code in (302, 404)
        assert client.get(at(model, "change", "0b0e7a52-4a7c-4f0e-9a55-00000000dead")).status_code in (302, 404)


def queries(client, url):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_lists_and_pages_ask_as_often_for_many_records_as_for_few(client, release, draft, admin_user):
    """The lists are also timed with 5,000 clauses and 100,000 runs (benchmarks.bench_admin)."""
    client.force_login(admin_user)
    edit(draft, admin_user)
    RunFactory.create_batch(3, release=release)
    urls = [at(name, "changelist") for name in ("rule", "run", "rulebookrelease", "rulebook", "dispute")]
    urls += [at("rulebookrelease", "change", draft.pk), at("rule", "change", draft.rules.get(clause_id="FSI-WIDE").pk)]
    for url in urls:  # each once, so that the rulebook is compiled
        queries(client, url)
    before = [queries(client, url) for url in urls]
    RuleFactory.create_batch(30, release=draft)
    for run in RunFactory.create_batch(30, release=release):
        Dispute.objects.create(run=run, rulebook=release.rulebook, clause_id="X", clause_no="1", text="?", raised_at=run.created_at)
    assert [queries(client, url) for url in urls] == before


def test_the_packaged_content_is_never_shown_as_one_heap_of_json(client, release, olga):
    client.force_login(olga)
    for url in (at("rulebookrelease", "change", release.pk), at("rule", "change", release.rules.first().pk)):
        assert json.dumps(TOWN)[:40] not in html(client.get(url))


def test_a_clause_that_a_platform_sent_is_taken_into_a_draft(client, draft, asha):
    from compliance.services.submissions import clause_submit

    submitted, _ = clause_submit(
        city="Pune", rule_id="R-12", clause_no="12", category="height", text="At most 24 m.", values={"height_m": 24}, sent={"a": 1}, source="save_rule"
    )
    client.force_login(asha)
    at_submission = reverse("admin:compliance_submittedclause_change", args=[submitted.pk])
    assert "At most 24 m." in html(client.get(at_submission))
    assert "Choose a draft" in html(client.post(at_submission, {"reason": "x"}, follow=True))
    assert "Say why" in html(client.post(at_submission, {"place": f"{draft.pk}:0", "row": "12", "reason": ""}, follow=True))
    client.post(at_submission, {"place": f"{draft.pk}:0", "row": "12", "reason": "Sent by the platform."}, follow=True)
    assert json.loads(draft.rules.get(clause_id="R-12").content)["limits"] == {"height_m": {"max": 24}}
    assert "nothing waits" in html(client.post(at_submission, {"place": f"{draft.pk}:0", "row": "12", "reason": "again"}, follow=True))


def test_a_retirement_that_a_platform_asks_for_takes_the_clause_out_of_the_draft(client, draft, asha):
    from compliance.services.submissions import clause_retire

    [asked] = clause_retire(rule_id="HEIGHT", source="delete_rule")
    client.force_login(asha)
    client.post(reverse("admin:compliance_submittedclause_change", args=[asked.pk]), {"place": str(draft.pk), "reason": "No longer in force."})
    assert not draft.rules.filter(clause_id="HEIGHT").exists()
    asked.refresh_from_db()
    assert (asked.status, asked.taken_into) == ("taken", draft)
