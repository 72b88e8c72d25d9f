"""export_rulebook and diff_rulebooks, as a curator at a terminal uses them."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command

from compliance.rules import load, load_file
from compliance.rules.sheets import FORMATS, read_sheet, sheet_to_clauses
from compliance.services.releases import release_named, rulebook_named
from promptrunner.pipeline import today

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rulebooks")]


def test_an_exported_rulebook_reads_back_to_the_release_that_it_came_from(tmp_path, capsys):
    file = tmp_path / "pune.yaml"
    call_command("export_rulebook", "udcpr-2020", "--output", str(file))
    assert load_file(file).sha256 == release_named(name="udcpr-2020", as_of=today()).sha256
    assert "written to" in capsys.readouterr().out


@pytest.mark.parametrize("form", FORMATS)
def test_a_rulebook_exported_as_a_spreadsheet_reads_back_to_its_release(form, tmp_path, capsys):
    file = tmp_path / f"pune.{form}"
    call_command("export_rulebook", "udcpr-2020", "--format", form, "--output", str(file))
    release = release_named(name="udcpr-2020", as_of=today())
    content = rulebook_named("udcpr-2020").content
    back = sheet_to_clauses(read_sheet(file.read_bytes(), form), {**content, "clauses": []})
    assert load(back).sha256 == release.sha256
    assert f"release {release.sha256[:12]}, written to {file}" in capsys.readouterr().out


def test_a_csv_is_printed_where_no_file_is_named(capsys):
    call_command("export_rulebook", "prompt-runner-2.0", "--format", "csv")
    assert capsys.readouterr().out.startswith("\ufeffid,clause_no,title")


def test_a_workbook_asks_for_a_file(capsys):
    with pytest.raises(CommandError, match="name a file with --output") as error:
        call_command("export_rulebook", "prompt-runner-2.0", "--format", "xlsx")
    assert error.value.returncode == 2
    assert capsys.readouterr().out == ""


def test_a_changed_number_shows_as_before_and_after(tmp_path, capsys):
    file = tmp_path / "earlier.yaml"
    call_command("export_rulebook", "prompt-runner-2.0", "--output", str(file))
    text = file.read_text(encoding="utf-8")
    assert "fsi: 2.5" in text
    file.write_text(text.replace("fsi: 2.5", "fsi: 2.75"), encoding="utf-8")
    with pytest.raises(SystemExit) as left:
        call_command("diff_rulebooks", "prompt-runner-2.0", str(file))
    printed = capsys.readouterr().out
    assert left.value.code == 1
    assert "limits.fsi: 2.5 -> 2.75" in printed
    with pytest.raises(SystemExit):
        call_command("diff_rulebooks", "prompt-runner-2.0", str(file), "--json")
    (difference,) = json.loads(capsys.readouterr().out)
    assert difference["kind"] == "changed"


def test_a_release_is_named_by_the_first_digits_of_its_hash(capsys):
    release = release_named(name="dcpr-2034", as_of=today())
    call_command("diff_rulebooks", release.sha256[:8], "dcpr-2034")
    assert "no differences" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("reference", "says"),
    [("udcpr-1066", "names nothing: write a rulebook (cgdcr-2017"), ("nowhere.yaml", "nowhere.yaml cannot be read"), ("ab", "names nothing")],
)
def test_what_names_nothing_says_what_to_write(reference, says):
    with pytest.raises(CommandError) as error:
        call_command("export_rulebook", reference)
    assert says in str(error.value)
    assert error.value.returncode == 2
