"""`manage.py audit`: files in, verdicts and what stands behind them out."""

import csv
import datetime
import json
import math

import pytest
import yaml
from django.core.management import call_command
from django.core.management.base import CommandError

from compliance.packaged import FOLDER
from promptrunner.pipeline import assess
from tests.compliance.rules.conftest import SMALL

pytestmark = [pytest.mark.bulk, pytest.mark.django_db]

duckdb = pytest.importorskip("duckdb", reason="requirements/bulk.txt is not installed")
parquet = pytest.importorskip("pyarrow.parquet", reason="requirements/bulk.txt is not installed")

DAY = "2026-01-15"
PLOTS = """Parcel_ID,Plot Area (sq ft),Road Width (m),Use,Height (ft),FSI,Front margin,Side margin
A,5000,12,residential,49.21,1.5,3,3
B,5000,12,Residential,49.21,1.6,3,3
C,5000,12,shop street,49.21,1.5,3,3
D,-4,12,residential,49.21,1.5,3,3
E,5000,,residential,49.21,1.5,3,3
F,5000,12,residential,tall,1.5,3,3
"""


@pytest.fixture
def small_file(tmp_path):
    path = tmp_path / "small.yaml"
    path.write_text(yaml.safe_dump(SMALL, sort_keys=False))
    return path


@pytest.fixture
def audit(tmp_path, small_file):
    """Audit a file under the small rulebook; returns the verdicts by id (or row), the rejects, and the summary."""

    def run(source, *options, rulebook=small_file, code=0):
        out = tmp_path / "verdicts.parquet"
        arguments = [str(source), "--city", "Pune", "--rulebook", str(rulebook), "--as-of", DAY, "--out", str(out), *options]
        if code:
            with pytest.raises(SystemExit) as stop:
                call_command("audit", *arguments)
            assert stop.value.code == code
        else:
            call_command("audit", *arguments)
        rows = parquet.read_table(out).to_pylist()
        with (tmp_path / "verdicts.rejects.csv").open(newline="") as file:
            rejects = list(csv.DictReader(file))
        return rows, rejects, json.loads((tmp_path / "verdicts.summary.json").read_text())

    return run


def test_a_csv_is_judged_with_its_units_and_no_row_is_lost(tmp_path, audit):
    source = tmp_path / "plots.csv"
    source.write_text(PLOTS)
    rows, rejects, summary = audit(source, code=1)
    status = {row["Parcel_ID"]: row["status"] for row in rows}
    assert status == {"A": "COMPLIANT", "B": "NON_COMPLIANT", "E": "BLOCKED"}
    (b,) = (row for row in rows if row["Parcel_ID"] == "B")
    assert b["FSI"] == "VIOLATED"
    assert b["FSI fsi max"] == 1.5
    assert math.isclose(b["FSI fsi short by"], 0.1)
    assert (b["fsi max"], b["fsi max clause"]) == (1.5, "1")
    assert {reject["row"]: reject["reason"] for reject in rejects} == {
        "3": "'shop street' is not a known use.",
        "4": "plot_area_sq_m is more than 0 and at most 1e+08 in square metres; -4 sq ft was given.",
        "6": "height_m is a number in metres, not 'tall'.",
    }
    assert len(rows) + len(rejects) == 6
    assert summary["statuses"] == {"COMPLIANT": 1, "INCOMPLETE": 0, "NON_COMPLIANT": 1, "BLOCKED": 1, "ERROR": 0}
    assert summary["missing_fields"] == {"abutting_road_width_m": 1}
    worst = summary["clauses"][0]
    assert (worst["id"], worst["violated"], worst["alone"]) == ("FSI", 1, 1)
    assert summary["capacity"]["plots"] == 2
    assert math.isclose(summary["capacity"]["sq_m"], 2 * 1.5 * 5000 * 0.09290304, abs_tol=0.01)


def test_a_line_that_cannot_be_parsed_is_rejected_by_its_number_and_the_rows_after_it_keep_theirs(tmp_path, audit):
    source = tmp_path / "plots.csv"
    source.write_text("id,plot_area_sq_m,road_width_m,building_use,fsi\nA,500,12,residential,1\nB,500,12,residential,1,7,7\nC,500,12,residential,-1\n")
    rows, rejects, _ = audit(source, code=1)
    assert [(row["id"], row["row"]) for row in rows] == [("A", 1)]
    assert [reject["row"] for reject in rejects] == ["2", "3"]
    assert "cannot be parsed" in rejects[0]["reason"]
    assert rejects[1]["reason"].startswith("fsi is at least 0")


def test_geojson_takes_the_area_from_the_polygon_where_no_property_says_it(tmp_path, audit):
    ring = [[73.0, 18.0], [73.0005, 18.0], [73.0005, 18.0005], [73.0, 18.0005], [73.0, 18.0]]
    feature = {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {"id": 7, "road_width_m": 12, "use": "residential", "fsi": 1.4, "height_m": 12, "front_margin": 3, "side_margin": 3, "owner": None},
    }
    source = tmp_path / "plots.geojson"
    source.write_text(json.dumps({"type": "FeatureCollection", "features": [feature, {"type": "Nothing"}]}))
    rows, rejects, _ = audit(source, code=1)
    assert [(row["id"], row["status"]) for row in rows] == [("7", "COMPLIANT")]
    assert math.isclose(rows[0]["plot_area_sq_m"], 52.93 * 55.33, rel_tol=1e-3)
    assert rejects == [{"file": "plots.geojson", "row": "2", "reason": "This is no GeoJSON feature."}]


def test_one_prompt_a_row_gives_what_the_prompt_gives_alone(tmp_path, audit, small_file):
    prompts = [
        "Residential, 500 sq m plot, 12 m road, Pune, FSI 1.5, height 15 m, front margin 3 m, side margins 3 m",
        "Residential, 500 sq m plot, 12 m road, FSI 1.9, G+4, front margin 3 m, side margins 3 m",
        "Residential in Mumbai, 500 sq m plot",
        "a house",
    ]
    source = tmp_path / "prompts.csv"
    with source.open("w", newline="") as file:
        csv.writer(file).writerows([["id", "Prompt"], *enumerate(prompts)])
    rows, rejects, _ = audit(source, code=1)
    assert {row["id"]: row["status"] for row in rows} == {"0": "COMPLIANT", "1": "NON_COMPLIANT", "3": "BLOCKED"}
    assert [reject["reason"] for reject in rejects] == ["The rulebook holds for Pune, and the row is in Mumbai."]


def test_a_second_edition_says_who_gains_and_who_loses_by_clause(tmp_path, audit):
    looser = {**SMALL, "rulebook": "small-2", "clauses": [dict(clause) for clause in SMALL["clauses"]]}
    looser["clauses"][0] = {**looser["clauses"][0], "limits": {"fsi": {"max": 2}}}
    looser["clauses"][1] = {**looser["clauses"][1], "limits": {"front_setback_m": {"min": 3.5}}}
    other = tmp_path / "other.yaml"
    other.write_text(yaml.safe_dump(looser, sort_keys=False))
    source = tmp_path / "plots.csv"
    source.write_text(
        "id,plot_area_sq_m,road_width_m,use,height_m,fsi,front_margin,side_margin\n"
        "A,500,12,residential,15,1.6,4,3\nB,500,12,residential,15,1.5,3,3\nC,500,12,residential,15,1.5,4,3\n"
    )
    _, _, summary = audit(source, "--compare", str(other))
    comparison = summary["comparison"]
    assert (comparison["gains"], comparison["loses"]) == (2, 1)  # A complies now, C may build more, B no longer complies
    assert comparison["capacity_sq_m"] == 3 * 0.5 * 500
    assert {(change["clause"], change["here"], change["there"], change["cases"]) for change in comparison["clauses"]} == {
        ("FSI", "VIOLATED", "SATISFIED", 1),
        ("FRONT", "SATISFIED", "VIOLATED", 1),
    }


def test_the_page_needs_nothing_else_and_says_what_was_found(tmp_path, audit):
    source = tmp_path / "plots <1>.csv"
    source.write_text(PLOTS)
    audit(source, code=1)
    page = (tmp_path / "verdicts.html").read_text()
    assert "plots &lt;1&gt;.csv" in page
    assert "FSI by road" in page
    assert "src=" not in page
    assert "http" not in page


def test_nothing_is_left_behind_where_the_file_cannot_be_audited(tmp_path, small_file):
    source = tmp_path / "plots.csv"
    source.write_text("a,b\n1,2\n")
    for arguments, sentence in (
        ([str(source), "--city", "Pune"], "None of the columns is a planning field: a, b"),
        ([str(tmp_path / "none.csv"), "--city", "Pune"], "There is no file or folder"),
        ([str(source), "--city", "Mumbai"], "does not hold for Mumbai"),
        ([str(source), "--city", "Pune", "--as-of", "soon"], "'soon' is no date"),
        ([str(source), "--city", "Pune", "--map", "a"], "is no mapping"),
        ([str(small_file), "--city", "Pune"], "no file that can be audited"),
    ):
        with pytest.raises(CommandError, match=sentence) as error:
            call_command("audit", *arguments, "--rulebook", str(small_file), "--out", str(tmp_path / "v.parquet"))
        assert error.value.returncode == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plots.csv", "small.yaml"]


def test_a_folder_of_parquet_is_judged_as_one(tmp_path, audit):
    from compliance.auditing.generating import write_plots

    folder = tmp_path / "plots"
    folder.mkdir()
    write_plots(folder / "a.parquet", "Pune", 300, seed=1)
    write_plots(folder / "b.parquet", "Pune", 200, seed=2)
    rows, rejects, summary = audit(folder)
    assert (len(rows), rejects, summary["cases"]) == (500, [], 500)
    assert {(row["file"], row["row"]) for row in rows} >= {("a.parquet", 1), ("a.parquet", 300), ("b.parquet", 200)}


def test_made_up_plots_are_the_same_for_the_same_seed_and_begin_alike_whatever_their_number(tmp_path):
    from compliance.auditing.generating import TOWNS, write_plots

    for city in TOWNS:
        write_plots(tmp_path / "one.parquet", city, 50, seed=3)
        write_plots(tmp_path / "two.parquet", city, 80, seed=3)
        one, two = (parquet.read_table(tmp_path / name) for name in ("one.parquet", "two.parquet"))
        assert one.equals(two.slice(0, 50))


@pytest.mark.slow
def test_spark_writes_the_same_verdicts_as_duckdb(tmp_path, audit):
    pytest.importorskip("pyspark", reason="requirements/bulk.txt is not installed")
    from compliance.auditing.generating import write_plots

    source = tmp_path / "plots.parquet"
    write_plots(source, "Pune", 400, seed=9)
    found = []
    for engine in ("duckdb", "spark"):
        rows, _, summary = audit(source, "--engine", engine)
        found.append((sorted(rows, key=lambda row: row["row"]), summary))
    assert found[0] == found[1]


@pytest.mark.slow
def test_an_audit_gives_every_plot_the_verdict_that_it_gets_alone(tmp_path, audit, rulebooks):
    from compliance.auditing.generating import write_plots

    source = tmp_path / "plots.parquet"
    write_plots(source, "Pune", 150, seed=5)
    rows, _, _ = audit(source, rulebook=FOLDER / "udcpr-2020.yaml")
    plots = parquet.read_table(source).to_pylist()
    for row in rows:
        plot = {name: value for name, value in plots[row["row"] - 1].items() if name != "id" and value is not None and value == value}
        verdict = assess(spec={**plot, "city": "Pune"}, rulebook="udcpr-2020", as_of=datetime.date.fromisoformat(DAY)).verdict
        assert row["status"] == verdict.status
        assert {finding.id: finding.outcome for finding in verdict.findings if finding.outcome != "NOT_APPLICABLE"} == {
            finding.id: row[finding.id] for finding in verdict.findings if finding.outcome != "NOT_APPLICABLE"
        }
