"""The PDF report as a person reads it: its text is taken out of the file again."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pypdfium2
import pytest
from django.core.management import CommandError, call_command

from compliance.models import Run
from promptrunner.pipeline import run_proposal, run_wire
from promptrunner.reporting import report_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rulebooks")]

ROOT = Path(__file__).parents[2]
FAILS = "G+7 residential on a 30 x 40 m plot, 18 m road, Baner, Pune, zone R2, FSI 2.5, front 4.5 m, side and rear margins 4.5 m"
ADDRESS = "https://rules.example.org/runs/1/"


def checked(prompt=FAILS, **given):
    return run_proposal(prompt=prompt, **given)[0]


def pages(data):
    with pypdfium2.PdfDocument(data) as document:
        return [document[number].get_textpage().get_text_range() for number in range(len(document))]


def flat(text):
    return " ".join(text.replace("￾", "-").split())


def report(run, address=ADDRESS):
    return flat(" ".join(pages(report_of(run, address))))


def test_a_report_says_what_an_architect_hands_in():
    run = checked()
    text = report(run)
    assert "Does not comply The proposal violates 6.2.3 (b)." in text
    assert FAILS in text
    assert "side margin: at least 4.8 m; provided 4.5 m, off by 0.3 m" in text
    assert "Unified Development Control and Promotion Regulations for Maharashtra, 2020" in text
    assert "clause 6.2.3 (b)" in text
    assert "page 116" in text
    for heading in (
        "Clause by clause", "What the limits are made of", "Site plan", "Section", "In three dimensions", "Must also provide", "Assumed, because the proposal does not say it",
        "Not checkable from a proposal in words", "Not included in this edition of the rulebook", "How to verify this report",
    ):  # fmt: skip
        assert heading in text
    assert "This is not a sanction" in text
    assert run.digest in text
    assert run_wire(run)["rulebook"]["release"] in text
    assert ADDRESS in text
    assert "a storey is 3.0 m high" in text


def test_every_clause_every_assumption_and_every_duty_of_the_verdict_is_in_the_report():
    run = checked()
    wire, text = run_wire(run), report(run)
    said = [entry["sentence"] for entry in (*wire["findings"], *wire["must_also_provide"])] + [entry["question"] for entry in wire["questions"]]
    # A row that is split over lines keeps its words; hyphenless line ends may lose a space.
    closed = re.sub(r"\s", "", text)
    assert [sentence for sentence in said if re.sub(r"\s", "", sentence) not in closed] == []
    assert len(said) > 10


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("Residential building in Pune, zone R2, plot 1000 sq m, 18 m road", "Cannot be settled yet"),
        ("A tower in Navi Mumbai, 20 m high", "Too little is known"),
        ("Residential building in Mumbai, zone R, plot 1000 sq m, 18 m road, FSI 1.0", "Clause by clause"),
        ("", "Too little is known"),
        (FAILS, "Does not comply"),
    ],
)
def test_every_kind_of_verdict_has_a_report(prompt, words):
    run = checked(prompt) if prompt else checked("", city="Pune")
    text = report(run)
    assert words in text
    assert "This is not a sanction" in text
    assert f"Page 1 of {len(pages(report_of(run, ADDRESS)))}" in text


def test_a_report_without_enough_for_a_model_says_why_there_is_no_drawing():
    text = report(checked("A shop in Pune"))
    assert "Site plan, Pune" not in text
    assert re.search(r"Drawings .*(plot|needs|model)", text)


@pytest.mark.parametrize(
    "prompt",
    [
        "पुणे येथे बाणेर मध्ये निवासी इमारत, भूखंड 30 x 40 मीटर, 18 मीटर रस्ता",
        "અમદાવાદમાં રહેણાંક મકાન, 500 ચો.મી. પ્લોટ",
        "Building in Pune <b>&amp; <para> 🏢 \u202e 中文 \x07 24 m high",
        "Pune " + "height 24 m and so on " * 450,
        "Pune " + "x" * 9_000,
    ],
)
def test_whatever_a_proposal_is_written_in_it_is_in_the_report(prompt):
    data = report_of(checked(prompt), ADDRESS)
    text = flat(" ".join(pages(data)))
    assert "The proposal" in text
    assert run_word(prompt) in text


def run_word(prompt):
    return (
        "height 24 m and so on"
        if "and so on" in prompt
        else "24 m high"
        if "high" in prompt
        else "x" * 50
        if "xxx" in prompt
        else "18"
        if "18" in prompt
        else "500"
    )


IN_ANOTHER_PROCESS = """
import hashlib, json, sys
import django
django.setup()
from geometry.drawing import section, site_plan, thumbnail_png
from geometry.massing import mass
from promptrunner.reporting.document import Pictures, report_pdf
from tests.geometry.proposals import proposal
massing = mass(proposal())
pictures = Pictures(site_plan(massing), section(massing), thumbnail_png(massing, 2))
data = report_pdf(json.load(sys.stdin), "पुणे", "https://rules.example.org/", title="a title", unchecked=["one"], pictures=pictures)
print(hashlib.sha256(data).hexdigest())
"""


def test_the_same_run_gives_the_same_bytes_also_in_another_process():
    run = checked()
    assert report_of(run, ADDRESS) == report_of(Run.objects.select_related("release__rulebook").get(pk=run.pk), ADDRESS)
    wire = json.dumps(run_wire(run))
    told = {
        subprocess.run(
            [sys.executable, "-c", IN_ANOTHER_PROCESS], input=wire, env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone}, cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
        for seed, zone in (("1", "Asia/Kolkata"), ("2", "UTC"))
    }  # fmt: skip
    assert len(told) == 1


def test_the_api_serves_the_report_and_knows_when_the_caller_has_it(api):
    run = checked()
    answer = api.get(f"/api/v1/runs/{run.pk}/report.pdf")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'inline; filename="check-pune-{str(run.pk)[:8]}.pdf"'
    assert f"http://testserver/runs/{run.pk}/" in flat(" ".join(pages(answer.content)))
    assert api.get(f"/api/v1/runs/{run.pk}/report.pdf", headers={"If-None-Match": answer["ETag"]}).status_code == 304
    missing = api.get("/api/v1/runs/00000000-0000-0000-0000-000000000000/report.pdf")
    assert (missing.status_code, missing.json()["status"]) == (404, 404)


def test_the_command_writes_a_report_or_says_why_not(tmp_path, capsys):
    run, out = checked(), tmp_path / "check.pdf"
    call_command("report", str(run.pk), out=out, address="https://rules.example.org/")
    assert f"https://rules.example.org/runs/{run.pk}/" in flat(" ".join(pages(out.read_bytes())))
    assert "bytes." in capsys.readouterr().out
    with pytest.raises(CommandError, match="There is no run"):
        call_command("report", "00000000-0000-0000-0000-000000000000", out=out)
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("report", str(run.pk), out=tmp_path / "nowhere" / "check.pdf")
    assert [path.name for path in tmp_path.iterdir()] == ["check.pdf"]


def test_the_run_page_leads_to_the_report(settings, client):
    settings.ALLOW_ANONYMOUS = True
    run = checked()
    assert f'href="/api/v1/runs/{run.pk}/report.pdf"' in client.get(f"/runs/{run.pk}/", headers={"Accept": "text/html"}).content.decode()
