"""The Python contract, and the same answer whichever way one asks."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command

from compliance.models import Run
from compliance.packaged import packaged_rulebooks
from compliance.reading import read_prompt
from compliance.rules import complete, evaluate
from promptrunner.pipeline import assess, run_compliance_pipeline, today
from tests.conftest import PROPOSAL

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rulebooks")]

TEN = [
    PROPOSAL,
    "20 m high residential building, zone R1, plot 500 sq m, 9 m road, Mumbai, FSI 1.0, setback 4 m",
    "8 guntha land at Gangapur Road Nashik, 30 feet road, I plan a bungalow of G+1",
    "Shopping complex in Ahmedabad, C2 zone, FP 45, 2,500 sq.mt., 30 mtr wide road, ht 30 mtr",
    "What can I build?",
    "FSI: 1.8 | Height: 18 m | Road: 12 m | Plot: 400 m2 | City: Ahmedabad | Zone: R2 | Use: residential",
    "Dadar, Mumbai: 800 sq m plot, road 12.2 m, residential 32 m tall",
    "Warehouse, Pune, ground coverage 60 %, plot 1 ha, 12 m road, eave height 9 m",
    "height 20 or 24 m, Mumbai",
    "Old city (pol) house in Ahmedabad, core walled city, 90 sq m plot, 3 m street, G+2",
]


def _without_a_database(prompt: str) -> tuple[str, str]:
    """The status and digest that the pure rooms give, straight from the packaged files: what every database must reproduce."""
    read = read_prompt(prompt)
    day = today()
    rulebook = next(rulebook for rulebook in packaged_rulebooks() if rulebook.in_force(day) and read.spec.get("city") in rulebook.cities)
    verdict = evaluate(rulebook, complete(rulebook, read.spec, {question.field for question in read.questions if question.field}), day)
    return verdict.status, verdict.digest


@pytest.mark.parametrize("prompt", TEN)
def test_command_api_and_python_give_the_same_digest(api, capsys, prompt):
    over_http = api.post("/api/v1/runs/", {"prompt": prompt}, format="json").json()
    in_python = run_compliance_pipeline(prompt)
    try:
        call_command("evaluate", prompt, "--json")
    except SystemExit as left:
        assert left.code == 1  # noqa: PT017
    on_the_command_line = json.loads(capsys.readouterr().out)
    assert over_http["digest"] == in_python["digest"] == on_the_command_line["digest"]
    assert over_http["status"] == in_python["status"] == on_the_command_line["status"]
    stored = Run.objects.get(pk=over_http["id"])
    assert stored.digest == json.loads(stored.verdict)["digest"] == over_http["digest"]
    if "city" in over_http:
        assert (over_http["status"], over_http["digest"]) == _without_a_database(prompt)


def test_the_python_answer_has_the_contracts_shape():
    answer = run_compliance_pipeline(PROPOSAL, trace_id="caller-7")
    assert {"status", "case_id", "run_id", "trace_id", "city", "summary", "building_parameters", "evaluations", "geometry", "timestamp"} <= set(answer)
    assert answer["trace_id"] == "caller-7"
    assert answer["geometry"] == {"generated": True, "path": f"data/outputs/geometry/{answer['case_id']}.glb"}
    assert answer["building_parameters"]["fsi"] == 2.3
    assert answer["timestamp"].endswith("Z")
    front = next(entry["checks"]["front_setback_m"] for entry in answer["evaluations"] if "front_setback_m" in entry["checks"])
    assert front == {"rule_min": 3, "subject": 3, "ok": True}


def test_blocked_names_the_missing_fields_and_error_its_reason():
    blocked = run_compliance_pipeline("a nice house")
    assert blocked["status"] == "BLOCKED"
    assert "city" in blocked["missing_fields"]
    assert blocked["reason"].startswith("The proposal does not say")


def test_overrides_beat_the_words_and_given_rules_replace_the_rulebook():
    assert run_compliance_pipeline(PROPOSAL, spec_override={"fsi": 2.9})["status"] == "NON_COMPLIANT"
    rules = [{"clause_no": "X-1", "conditions": "any building", "parsed_fields": {"height_m": 17.9, "setback_m": 1}}]
    answer = run_compliance_pipeline(PROPOSAL, rules=rules)
    assert answer["status"] == "NON_COMPLIANT"
    assert [(entry["clause_no"], entry["checks"]["height_m"]["ok"]) for entry in answer["evaluations"]] == [("X-1", False)]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--set", "height_m"], "is no assignment"),
        (["--set", "heigth_m=3"], "no planning field 'heigth_m'"),
        (["--as-of", "31/12/2024"], "is no date"),
        (["--rulebook", "none-such"], "no published rulebook 'none-such'"),
        (["x" * 10_001], "10,000"),
    ],
)
def test_wrong_use_of_the_command_is_said_and_exits_2(arguments, words):
    with pytest.raises(CommandError, match=words) as caught:
        call_command("evaluate", *arguments)
    assert caught.value.returncode == 2
    assert Run.objects.count() == 0


def test_a_person_at_a_terminal_sees_table_reasons_and_questions(capsys):
    with pytest.raises(SystemExit) as left:
        call_command("evaluate", PROPOSAL.replace("FSI 2.3", "FSI 2.6"))
    assert left.value.code == 1
    text = capsys.readouterr().out
    assert text.startswith("NOT COMPLIANT")
    assert "clause" in text
    assert "2.6 is proposed, 0.1 too much" in text
    assert "Questions:" in text or "Assumptions:" in text


def test_a_compliant_proposal_exits_0(capsys):
    call_command("evaluate", PROPOSAL)
    assert capsys.readouterr().out.startswith("COMPLIANT")


def test_loading_the_rulebooks_twice_changes_nothing(capsys):
    call_command("load_rulebooks")
    assert "unchanged, published" in capsys.readouterr().out


def test_sides_without_words_are_asked_about_only_where_swapping_them_changes_an_outcome():
    narrow = "Residential, Borivali Mumbai, plot 12 m x 30 m, 12 m road, height 14 m, FSI 1, front 4.5 m, sides 3 m, rear 3.6 m"
    questions = {question["field"]: question["question"] for question in assess(prompt=narrow).wire()["questions"]}
    assert "side margin" in questions["plot_width_m"]  # 12 m wide: sides of 3 m by Table 19; 30 m wide: 3.6 m by Table A
    named = assess(prompt=narrow.replace("12 m x 30 m", "12 m wide and 30 m deep")).wire()
    assert not [question for question in named["questions"] if "along the road" in question["question"]]
    pune = assess(prompt="Residential, Pune, plot 12 m x 30 m, 12 m road, height 9 m").wire()
    assert not [question for question in pune["questions"] if "along the road" in question["question"]]
