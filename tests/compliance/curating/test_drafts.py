"""Drafts of the law: nothing that is published changes, and nothing is published by one person or unseen."""

from __future__ import annotations

import copy
import datetime
import json

import pytest

from compliance.impact import impact
from compliance.models import Rule, Run
from compliance.rules import RulebookError, load
from compliance.services.drafts import (
    ChangedMeanwhileError,
    CurationError,
    NotAllowedError,
    clause_remove,
    clause_save,
    draft_begin,
    draft_discard,
    draft_publish,
    draft_return,
    draft_submit,
    hindrances,
    import_confirm,
    import_propose,
    release_check,
)
from compliance.services.releases import release_named, rulebook_load
from promptrunner.pipeline import run_proposal, today
from promptrunner.roles import CURATOR, PUBLISHER
from tests.compliance.curating.conftest import TOWN, person

pytestmark = pytest.mark.django_db
SPEC = {
    "city": "Pune",
    "building_use": "residential",
    "land_use_zone": "R2",
    "plot_area_sq_m": 500.0,
    "abutting_road_width_m": 12.0,
    "height_m": 15.0,
    "fsi": 1.7,
}


@pytest.fixture
def draft(release, asha):
    return draft_begin(release=release, by=asha, reason="Notification of 2026 raises the FSI.")


def raised(draft, most=2.0):
    """Return the clause for wide roads with another FSI, and the version that was edited."""
    rule = draft.rules.get(clause_id="FSI-WIDE")
    clause = json.loads(rule.content)
    clause["limits"] = {"fsi": {"max": most}}
    clause["examples"] = [{"spec": {"abutting_road_width_m": 12, "fsi": most + 0.1}, "expect": {"fsi": "fail"}}]
    return clause, rule.version


def edit(draft, by, most=2.0, reason="As notified."):
    clause, seen = raised(draft, most)
    rule = clause_save(release=draft, clause=clause, by=by, reason=reason, seen=seen)
    draft.refresh_from_db()
    return rule


def reviewed(draft, by):
    """Edit a draft, look at its impact and send it to review."""
    edit(draft, by)
    impact(draft)
    draft_submit(release=draft, by=by, reason="Please read clause 1.")
    draft.refresh_from_db()
    return draft


def test_an_edit_changes_the_draft_and_never_what_is_published(release, draft, asha):
    before = (release.content, release.sha256)
    edit(draft, asha)
    release.refresh_from_db()
    assert (release.content, release.sha256, release.status) == (*before, "published")
    assert json.loads(draft.content)["clauses"][1]["limits"] == {"fsi": {"max": 2.0}}
    assert draft.sha256 == load(json.loads(draft.content)).sha256
    run, _ = run_proposal(spec=SPEC)
    assert (run.status, run.release_id) == ("NON_COMPLIANT", release.pk)


def test_a_published_release_takes_no_edit(release, asha):
    with pytest.raises(CurationError, match="published; this can be done only while it is draft"):
        edit(release, asha)


def test_publishing_needs_a_second_person_a_reason_and_the_impact(release, draft, asha, ravi):
    edit(draft, asha)
    draft_submit(release=draft, by=asha, reason="Ready.")
    draft.refresh_from_db()
    with pytest.raises(CurationError, match="Look at its impact") as refused:
        draft_publish(release=draft, by=ravi, reason="")
    assert "Say why" in str(refused.value)
    impact(draft)
    both = person("both", CURATOR, PUBLISHER)
    draft_return(release=draft, by=both, reason="The page is missing.")
    draft.refresh_from_db()
    clause, seen = raised(draft)
    clause_save(release=draft, clause={**clause, "source": {"page": 5}}, by=both, reason="Page added.", seen=seen)
    draft.refresh_from_db()
    draft_submit(release=draft, by=asha, reason="Ready again.")
    impact(draft)
    draft.refresh_from_db()
    with pytest.raises(CurationError, match="a second person publishes it"):
        draft_publish(release=draft, by=both, reason="I say so.")
    published = draft_publish(release=draft, by=ravi, reason="Notification TPS-1/2026.")
    release.refresh_from_db()
    assert (published.status, release.status) == ("published", "retired")
    assert run_proposal(spec=SPEC)[0].status == "COMPLIANT"
    assert published.steps.get(kind="published").by == ravi


def test_a_single_curator_may_publish_what_they_wrote_where_the_installation_says_so(draft, settings):
    both = person("both", CURATOR, PUBLISHER)
    reviewed(draft, both)
    with pytest.raises(CurationError, match="second person"):
        draft_publish(release=draft, by=both, reason="Mine.")
    settings.SINGLE_CURATOR = True
    assert draft_publish(release=draft, by=both, reason="Mine.").status == "published"


def test_a_draft_with_a_gap_is_refused_and_says_which_roads_have_no_row(draft, asha, ravi):
    rule = draft.rules.get(clause_id="FSI-WIDE")
    clause = {**json.loads(rule.content), "conditions": {"abutting_road_width_m": {"min": 15}}, "examples": []}
    clause_save(release=draft, clause=clause, by=asha, reason="From 15 m.", seen=rule.version)
    draft.refresh_from_db()
    assert "Table 1 has no row for FSI where abutting road width 12 m to less than 15 m" in release_check(release=draft)["faults"][0]["sentence"]
    impact(draft)
    draft_submit(release=draft, by=asha, reason="Ready?")
    draft.refresh_from_db()
    with pytest.raises(CurationError, match="soundness check found 2 faults"):
        draft_publish(release=draft, by=ravi, reason="Yes.")


def test_a_draft_whose_examples_fail_is_refused(draft, asha, ravi):
    clause, seen = raised(draft)
    clause["examples"] = [{"spec": {"abutting_road_width_m": 12, "fsi": 1.9}, "expect": {"fsi": "fail"}}]
    clause_save(release=draft, clause=clause, by=asha, reason="As notified.", seen=seen)
    draft.refresh_from_db()
    draft_submit(release=draft, by=asha, reason="Ready?")
    impact(draft)
    draft.refresh_from_db()
    with pytest.raises(CurationError, match="1 of its 4 examples fail"):
        draft_publish(release=draft, by=ravi, reason="Yes.")


def test_a_broken_clause_is_refused_whole(draft, asha):
    clause, seen = raised(draft)
    clause["limits"] = {"fsi": {"max": "1.1 + plot_aera_sq_m"}}
    with pytest.raises(RulebookError, match="plot_aera_sq_m"):
        clause_save(release=draft, clause=clause, by=asha, reason="Oops.", seen=seen)
    draft.refresh_from_db()
    assert draft.content == draft.base.content
    assert not Rule.history.filter(release=draft).exists()


def test_two_curators_do_not_undo_each_other(draft, asha):
    clause, seen = raised(draft)
    edit(draft, person("bela", CURATOR), most=1.8)
    with pytest.raises(ChangedMeanwhileError, match="Open it again"):
        clause_save(release=draft, clause=clause, by=asha, reason="As notified.", seen=seen)
    assert json.loads(draft.rules.get(clause_id="FSI-WIDE").content)["limits"] == {"fsi": {"max": 1.8}}


def test_a_draft_that_fell_behind_is_not_published(release, asha, ravi):
    first, second = (draft_begin(release=release, by=asha, reason="One of two.") for _ in range(2))
    draft_publish(release=reviewed(first, asha), by=ravi, reason="The first.")
    edit(second, asha, most=1.9)
    impact(second)
    draft_submit(release=second, by=asha, reason="The second.")
    second.refresh_from_db()
    with pytest.raises(CurationError, match="Another release was published since this draft began"):
        draft_publish(release=second, by=ravi, reason="The second.")


def test_an_earlier_content_comes_back_as_a_release_of_its_own(release, draft, asha, ravi):
    draft_publish(release=reviewed(draft, asha), by=ravi, reason="Raised.")
    release.refresh_from_db()
    back = draft_begin(release=release, by=asha, reason="The notification was withdrawn.")
    draft_submit(release=back, by=asha, reason="As it was.")
    impact(back)
    back.refresh_from_db()
    draft_publish(release=back, by=ravi, reason="Withdrawn.")
    assert (back.pk != release.pk, back.sha256) == (True, release.sha256)
    assert release_named(name="town-2020", as_of=today()).pk == back.pk
    assert run_proposal(spec=SPEC)[0].status == "NON_COMPLIANT"


@pytest.mark.parametrize("role", [PUBLISHER, "Operator", "Feedback reviewer"])
def test_only_curators_write_drafts(release, role):
    with pytest.raises(NotAllowedError):
        draft_begin(release=release, by=person("someone", role), reason="Me too.")


def test_a_curator_of_another_city_cannot_touch_this_ones_rules(release):
    with pytest.raises(NotAllowedError, match="town-2020 holds for Pune, and you are in charge of Mumbai only"):
        draft_begin(release=release, by=person("meera", CURATOR, cities=("Mumbai",)), reason="By mistake.")
    assert draft_begin(release=release, by=person("pooja", CURATOR, cities=("Pune", "Nashik")), reason="Mine.").status == "draft"


def test_a_change_needs_a_reason(draft, asha):
    with pytest.raises(CurationError, match="Say why"):
        edit(draft, asha, reason="  ")
    with pytest.raises(CurationError, match="Say why"):
        draft_submit(release=edit(draft, asha).release, by=asha, reason="")


def test_a_draft_that_changes_nothing_is_not_reviewed(draft, asha):
    with pytest.raises(CurationError, match="Nothing differs"):
        draft_submit(release=draft, by=asha, reason="Ready.")


def test_a_draft_in_review_is_not_edited_until_it_is_sent_back(draft, asha, ravi):
    reviewed(draft, asha)
    with pytest.raises(CurationError, match="is in review"):
        edit(draft, asha, most=2.1)
    draft_return(release=draft, by=ravi, reason="Read the notification again.")
    draft.refresh_from_db()
    assert edit(draft, asha, most=2.1).release.status == "draft"


def test_a_discarded_draft_stays_to_be_read(draft, asha):
    draft_discard(release=draft, by=asha, reason="Superseded by another notification.")
    draft.refresh_from_db()
    assert (draft.status, draft.rules.count()) == ("discarded", 3)
    assert "It is discarded; send it to review first." in hindrances(draft, asha)


# Clauses


NEW = {
    "id": "COVERAGE", "clause_no": "3", "title": "Coverage", "category": "coverage", "verification": "verified", "limits": {"ground_coverage_percent": 50}, "source": {"page": 5},
    "examples": [{"spec": {"ground_coverage_percent": 51}, "expect": {"ground_coverage_percent": "fail"}}],
}  # fmt: skip


def test_a_new_clause_is_entered_in_the_register(draft, asha):
    with pytest.raises(RulebookError, match="COVERAGE"):
        clause_save(release=draft, clause=NEW, by=asha, reason="Was missing.")
    clause_save(release=draft, clause=NEW, by=asha, reason="Was missing.", register=(1, ""))
    draft.refresh_from_db()
    assert json.loads(draft.content)["register"][1]["encoded"] == ["HEIGHT", "COVERAGE"]
    assert release_check(release=draft)["faults"] == []
    with pytest.raises(CurationError, match="already"):
        clause_save(release=draft, clause=NEW, by=asha, reason="Again.", register=(1, ""))


def test_a_clause_that_is_taken_out_leaves_its_row_as_not_included(draft, asha):
    clause_remove(release=draft, clause_id="HEIGHT", by=asha, reason="Ceased in 2026.")
    draft.refresh_from_db()
    content = json.loads(draft.content)
    assert [clause["id"] for clause in content["clauses"]] == ["FSI-NARROW", "FSI-WIDE"]
    assert content["register"][1]["not_included"] == {"HEIGHT": "its clause was taken out"}
    assert not draft.rules.filter(clause_id="HEIGHT").exists()


def test_the_history_says_who_changed_what_when_and_why(draft, asha):
    edit(draft, asha, most=2.0, reason="As notified.")
    edit(draft, person("bela", CURATOR), most=2.2, reason="A slip of the pen.")
    found = [
        (str(version.history_user), version.history_change_reason, json.loads(version.content)["limits"])
        for version in Rule.history.filter(clause_id="FSI-WIDE").order_by("history_date")
    ]
    assert found == [("asha", "As notified.", {"fsi": {"max": 2.0}}), ("bela", "A slip of the pen.", {"fsi": {"max": 2.2}})]
    assert not Rule.history.filter(clause_id="HEIGHT").exists()


# Import


def test_an_import_shows_what_it_would_change_and_changes_nothing_before_it_is_confirmed(draft, asha, town):
    town["clauses"][0]["limits"]["fsi"]["max"] = 1.0
    town["clauses"][0]["examples"] = []
    differences = import_propose(release=draft, content=town, name="town.yaml", by=asha)
    assert [(difference.clause_id, difference.changes[-1].path, difference.changes[-1].after) for difference in differences] == [
        ("FSI-NARROW", "limits.fsi.max", 1.0)
    ]
    draft.refresh_from_db()
    assert draft.content == draft.base.content
    import_confirm(release=draft, by=asha, reason="From the spreadsheet.")
    assert json.loads(draft.rules.get(clause_id="FSI-NARROW").content)["limits"] == {"fsi": {"max": 1.0}}
    assert [version.clause_id for version in Rule.history.filter(release=draft)] == ["FSI-NARROW"]


def test_an_import_of_something_wrong_changes_nothing(draft, asha, town):
    town["clauses"][2]["limits"] = {"heigth_m": 3}
    with pytest.raises(RulebookError, match="heigth_m"):
        import_propose(release=draft, content=town, name="town.yaml", by=asha)
    with pytest.raises(CurationError, match="This is the content of other-1, not of town-2020"):
        import_propose(release=draft, content={**TOWN, "rulebook": "other-1"}, name="other.yaml", by=asha)
    with pytest.raises(ChangedMeanwhileError):
        import_confirm(release=draft, by=asha, reason="Anyway.")


def test_an_import_that_somebody_overtook_is_looked_at_again(draft, asha, town):
    town["clauses"][0]["limits"]["fsi"]["max"] = 1.0
    import_propose(release=draft, content=town, name="town.yaml", by=asha)
    edit(draft, asha)
    with pytest.raises(ChangedMeanwhileError, match="choose the file again"):
        import_confirm(release=draft, by=asha, reason="From the spreadsheet.")


def test_loading_a_file_again_leaves_what_curators_published(release, draft, asha, ravi):
    draft_publish(release=reviewed(draft, asha), by=ravi, reason="Raised.")
    assert not rulebook_load(rulebook=load(TOWN), publish=True).created
    assert release_named(name="town-2020", as_of=today()).pk == draft.pk


# Impact


def test_the_impact_names_the_verdicts_that_flip_and_their_clauses(release, draft, asha):
    flipping, _ = run_proposal(spec=SPEC)
    run_proposal(spec={**SPEC, "fsi": 1.5})
    edit(draft, asha)
    report = impact(draft)
    assert (report["runs"], report["checked"], report["whole"], report["changed"]) == (2, 2, True, 2)
    assert ["NON_COMPLIANT", "COMPLIANT", 1] in report["statuses"]
    assert report["clauses"] == [["FSI-WIDE", "VIOLATED", "SATISFIED", 1]]
    assert report["flips"][0] == {"run": str(flipping.pk), "city": "Pune", "before": "NON_COMPLIANT", "after": "COMPLIANT", "clauses": ["FSI-WIDE"]}
    assert report["by_city"] == [["Pune", 2, 2]]
    assert Run.objects.count() == 2


def test_the_impact_of_many_runs_is_a_stated_sample(release, draft, asha):
    for fsi in (1.5, 1.6, 1.7, 1.8):
        run_proposal(spec={**SPEC, "fsi": fsi})
    edit(draft, asha)
    report = impact(draft, sample=3)
    assert (report["runs"], report["checked"], report["whole"]) == (4, 3, False)


def test_an_impact_holds_for_the_content_that_it_was_worked_out_for(draft, asha, ravi):
    reviewed(draft, asha)
    draft_return(release=draft, by=asha, reason="One more.")
    draft.refresh_from_db()
    edit(draft, asha, most=2.4)
    draft_submit(release=draft, by=asha, reason="Ready.")
    draft.refresh_from_db()
    assert hindrances(draft, ravi) == ["Look at its impact on the stored runs first."]


def test_a_draft_of_a_new_edition_holds_from_its_first_day(release, asha, ravi, town):
    draft = draft_begin(release=release, by=asha, reason="New edition.")
    changed = copy.deepcopy(town)
    changed["effective"] = {"from": "2026-06-01"}
    changed["edition"] = "2026"
    changed["clauses"][1]["limits"] = {"fsi": {"max": 2.0}}
    changed["clauses"][1]["examples"] = []
    import_propose(release=draft, content=changed, name="town.yaml", by=asha)
    draft.refresh_from_db()
    import_confirm(release=draft, by=asha, reason="As printed.")
    draft.refresh_from_db()
    impact(draft)
    draft_submit(release=draft, by=asha, reason="Ready.")
    draft.refresh_from_db()
    draft_publish(release=draft, by=ravi, reason="In force from June.")
    release.refresh_from_db()
    assert release.status == "published"
    assert run_proposal(spec=SPEC, as_of=datetime.date(2026, 5, 31))[0].status == "NON_COMPLIANT"
    assert run_proposal(spec=SPEC, as_of=datetime.date(2026, 6, 1))[0].status == "COMPLIANT"
