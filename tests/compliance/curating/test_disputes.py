""" "This clause is wrong": raised at a finding, settled by the release that mends it, with the case checked again."""

from __future__ import annotations

import pytest

from compliance.impact import impact
from compliance.models import Dispute, Run
from compliance.rechecking import settle
from compliance.services.disputes import dispute_dismiss, dispute_raise
from compliance.services.drafts import CurationError, NotAllowedError, draft_begin, draft_publish, draft_submit
from promptrunner.pipeline import run_proposal
from tests.compliance.curating.test_drafts import SPEC, edit

pytestmark = pytest.mark.django_db(transaction=True)  # what is published is known once it is committed


@pytest.fixture
def dispute(release):
    run, _ = run_proposal(spec=SPEC)
    return dispute_raise(run=run, clause_id="FSI-WIDE", text="The notification of 2026 allows 2.0.")


def mended(release, asha, ravi):
    draft = draft_begin(release=release, by=asha, reason="Dispute about clause 1.")
    edit(draft, asha)
    impact(draft)
    draft_submit(release=draft, by=asha, reason="Mended.")
    return draft_publish(release=draft, by=ravi, reason="Notification of 2026.")


def test_settling_names_the_release_that_mends_it_and_checks_the_case_again(release, dispute, asha, ravi):
    fixed = mended(release, asha, ravi)
    report = settle(dispute=dispute, release=fixed, by=asha, answer="The notification was missing; thank you.")
    assert (dispute.status, dispute.settled_in_id, dispute.settled_by) == ("settled", fixed.pk, asha)
    assert (report.seen, report.superseded) == (1, 1)
    latest = Run.objects.get(supersedes=dispute.run)
    assert (dispute.run.status, latest.status, latest.release_id) == ("NON_COMPLIANT", "COMPLIANT", fixed.pk)


def test_every_case_with_the_same_clause_is_checked_again(release, dispute, asha, ravi):
    other, _ = run_proposal(spec={**SPEC, "fsi": 1.9})
    dispute_raise(run=other, clause_id="FSI-WIDE", text="Mine too.")
    fixed = mended(release, asha, ravi)
    assert settle(dispute=dispute, release=fixed, by=asha, answer="Mended.").superseded == 2


def test_a_dispute_is_not_settled_by_a_draft_or_by_another_rulebooks_release(release, dispute, asha):
    draft = draft_begin(release=release, by=asha, reason="Dispute about clause 1.")
    with pytest.raises(CurationError, match="Name a published release of town-2020"):
        settle(dispute=dispute, release=draft, by=asha, answer="Soon.")
    assert Dispute.objects.get().status == "open"


def test_a_dispute_is_dismissed_with_a_reason_and_closed_once(dispute, asha):
    with pytest.raises(CurationError, match="Write an answer"):
        dispute_dismiss(dispute=dispute, by=asha, answer=" ")
    dispute_dismiss(dispute=dispute, by=asha, answer="That notification is of another town.")
    assert dispute.status == "dismissed"
    with pytest.raises(CurationError, match="already"):
        dispute_dismiss(dispute=dispute, by=asha, answer="Again.")


def test_an_operator_cannot_close_disputes(dispute, olga):
    with pytest.raises(NotAllowedError):
        dispute_dismiss(dispute=dispute, by=olga, answer="No.")


def test_over_the_api_a_dispute_is_raised_at_a_finding(api, release):
    run = api.post("/api/v1/runs/", {"spec": SPEC}, format="json").json()
    answer = api.post(f"/api/v1/runs/{run['id']}/disputes/", {"clause_id": "FSI-WIDE", "text": "It is 2.0 since 2026."}, format="json")
    assert (answer.status_code, answer.json()["status"], answer.json()["clause_no"]) == (201, "open", "1")
    assert [entry["text"] for entry in api.get(f"/api/v1/runs/{run['id']}/disputes/").json()] == ["It is 2.0 since 2026."]
    wrong = api.post(f"/api/v1/runs/{run['id']}/disputes/", {"clause_id": "NONE", "text": "Wrong."}, format="json")
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (400, "/clause_id")
    assert api.post("/api/v1/runs/0b0e7a52-4a7c-4f0e-9a55-00000000dead/disputes/", {"clause_id": "A", "text": "b"}, format="json").status_code == 404


def test_over_the_api_two_releases_are_compared(api, release, asha, ravi):
    fixed = mended(release, asha, ravi)
    answer = api.get("/api/v1/rulebooks/compare/", {"old": release.sha256[:12], "new": "town-2020"}).json()
    assert (answer["old"]["release"], answer["new"]["release"]) == (release.sha256, fixed.sha256)
    paths = {change["path"]: (change["before"], change["after"]) for change in answer["differences"][0]["changes"]}
    assert answer["differences"][0]["clause"] == "FSI-WIDE"
    assert paths["limits.fsi.max"] == ({"tiers": [["basic", 1.1], ["premium", 0.5]]}, 2.0)
    assert api.get("/api/v1/rulebooks/compare/", {"old": "none-such", "new": "town-2020"}).status_code == 404
    assert api.get("/api/v1/rulebooks/compare/", {"old": "town-2020"}).status_code == 400


def test_drafts_are_not_shown_over_the_api(api, release, asha):
    draft = draft_begin(release=release, by=asha, reason="Secret until published.")
    edit(draft, asha)
    assert draft.sha256 not in {entry["release"] for entry in api.get("/api/v1/rulebooks/").json()}
    assert api.get("/api/v1/rulebooks/compare/", {"old": "town-2020", "new": draft.sha256[:12]}).status_code == 404
