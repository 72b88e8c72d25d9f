"""Envelope, remedies and comparison over the API and the command."""

from __future__ import annotations

import json

import pytest
from django.core.management import call_command

from compliance.models import Run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rulebooks")]
SITE = "Residential, zone R2, 30 x 40 m plot, 18 m road, Baner, Pune"
FAILING = f"{SITE}, height 24 m, FSI 2.5, front margin 6 m, side margins 4.5 m, rear margin 4.8 m"  # H/5 = 4.8 m


def test_what_may_be_built_on_a_plot(api):
    answer = api.post("/api/v1/envelope/", {"prompt": SITE}, format="json")
    body = answer.json()
    assert (answer.status_code, body["rulebook"]["name"]) == (200, "udcpr-2020")
    assert body["envelope"]["largest"]["built_up_area_sq_m"] == 4800
    assert body["envelope"]["fields"]["fsi"]["max"] == 2.5
    assert not Run.objects.exists()


def test_what_to_change_for_a_proposal_and_for_a_stored_run(api):
    by_words = api.post("/api/v1/remedies/", {"prompt": FAILING}, format="json").json()
    run = api.post("/api/v1/runs/", {"prompt": FAILING}, format="json").json()
    by_run = api.post("/api/v1/remedies/", {"run": run["id"]}, format="json").json()
    assert by_words == by_run
    assert by_words["status"] == "NON_COMPLIANT"
    assert by_words["remedies"][1]["sentence"] == "Widen both side margins by 0.3 m (to 4.8 m)."
    assert by_words["holds"] == {"status": "NON_COMPLIANT", "clauses": ["6.2.3 (b)"]}


def test_proposals_side_by_side(api):
    body = api.post("/api/v1/compare/", {"proposals": [{"prompt": FAILING}, {"prompt": FAILING, "spec": {"side_setback_m": 4.8}}]}, format="json").json()
    assert [proposal["status"] for proposal in body["proposals"]] == ["NON_COMPLIANT", "COMPLIANT"]
    side = next(row for row in body["by_field"] if row["field"] == "side_setback_m")
    assert [(cell["provided"], cell["outcome"], cell["min"]) for cell in side["cells"]] == [(4.5, "VIOLATED", 4.8), (4.8, "SATISFIED", 4.8)]


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("envelope", {"prompt": "a house"}, "does not say: city"),
        ("remedies", {"prompt": SITE, "rulebook": "nowhere"}, "nowhere"),
        ("remedies", {"prompt": SITE, "spec": {"height_m": -1}}, "height_m is more than 0"),
        ("compare", {"proposals": [{"prompt": SITE}]}, "at least 2"),
        ("compare", {"proposals": [{"prompt": SITE}] * 5}, "no more than 4"),
        ("compare", {"proposals": [{"prompt": SITE}, {"prompt": SITE, "spec": {"fsi": "much"}}]}, "fsi is a number"),
        ("envelope", {"colour": "red"}, "There is no such member"),
    ],
)
def test_what_cannot_be_solved_is_told_why(api, path, body, says):
    answer = api.post(f"/api/v1/{path}/", body, format="json")
    assert answer.status_code == 400
    assert says in json.dumps(answer.json(), ensure_ascii=False)


def test_an_unknown_run_is_not_found(api):
    assert api.post("/api/v1/remedies/", {"run": "0b0e7a52-4a7c-4f0e-9a55-000000000001"}, format="json").status_code == 404


def test_the_command_says_what_would_make_it_comply(capsys):
    with pytest.raises(SystemExit):
        call_command("evaluate", FAILING, "--remedies")
    printed = capsys.readouterr().out
    assert "What would make it comply:" in printed
    assert "Widen both side margins by 0.3 m (to 4.8 m). Then COMPLIANT" in printed
