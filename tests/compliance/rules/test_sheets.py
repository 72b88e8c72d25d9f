"""A curator takes a rulebook's clauses to Excel and brings them back."""

import copy
import csv
import datetime
import io
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
import tablib
from hypothesis import example, given, settings
from hypothesis import strategies as st

from compliance.canonical import sha256
from compliance.packaged import FOLDER
from compliance.rules import RulebookError, compare, load, load_file
from compliance.rules.loading import _CLAUSE, parse_content, plain
from compliance.rules.sheets import FORMATS, SheetError, clauses_to_sheet, read_sheet, sheet_to_clauses, write_sheet
from compliance.rules.sheets.cells import COLUMNS, MOST_CHARACTERS
from compliance.rules.sheets.files import LARGEST, MOST_ROWS
from tests.compliance.rules.conftest import SMALL

PACKAGED = sorted(path.name for path in FOLDER.glob("*.yaml"))
BOTH = pytest.mark.parametrize("form", FORMATS)
ROW_OF = {clause["id"]: number for number, clause in enumerate(SMALL["clauses"], 2)}


def there_and_back(content, form):
    """The content after a way through a file; the clauses come from the file alone."""
    return sheet_to_clauses(read_sheet(write_sheet(content, form), form), {**content, "clauses": []})


def with_clause(content: dict, **values: Any) -> dict:
    """The content with other values in its first clause."""
    content["clauses"][0].update(values)
    return content


def csv_cells(raw: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def csv_file(cells: list[list[str]], delimiter: str = ",") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(cells)
    return out.getvalue().encode("utf-8-sig")


def column_of(cells: list[list[str]], heading: str) -> int:
    return cells[0].index(heading)


class Workbook:
    """A workbook as it lies open in Excel."""

    def __init__(self, content) -> None:
        self.book = openpyxl.load_workbook(io.BytesIO(write_sheet(content, "xlsx")))
        self.page = self.book["clauses"]

    def cell(self, row: int, heading: str):
        place = next(cell.column for cell in self.page[1] if cell.value == heading)
        return self.page.cell(row, place)

    def saved(self) -> bytes:
        out = io.BytesIO()
        self.book.save(out)
        return out.getvalue()

    def read(self, content=SMALL):
        return sheet_to_clauses(read_sheet(self.saved(), "xlsx"), content)


def faults(use: Callable[[], object]) -> list[tuple[int | None, str, str]]:
    with pytest.raises(SheetError) as error:
        use()
    return [(problem.row, problem.column, problem.sentence) for problem in error.value.problems]


# What comes back


@BOTH
@pytest.mark.parametrize("name", PACKAGED)
def test_a_packaged_rulebook_comes_back_the_same_to_its_hash(name, form):
    rulebook = load_file(FOLDER / name)
    assert load(there_and_back(rulebook.content, form)).sha256 == rulebook.sha256


def test_the_hash_would_tell_a_sheet_that_lost_one_example():
    rulebook = load_file(FOLDER / "prompt-runner-2.0.yaml")
    back = copy.deepcopy(dict(there_and_back(rulebook.content, "csv")))
    back["clauses"][-1]["examples"].pop()
    assert load(back).sha256 != rulebook.sha256


@BOTH
def test_the_same_rulebook_always_gives_the_same_file(form):
    assert write_sheet(SMALL, form) == write_sheet(copy.deepcopy(SMALL), form)


def test_a_workbook_does_not_say_when_it_was_written():
    with zipfile.ZipFile(io.BytesIO(write_sheet(SMALL, "xlsx"))) as package:
        assert {part.date_time[0] for part in package.infolist()} == {1980}
        assert str(datetime.datetime.now().year).encode() not in package.read("docProps/core.xml")


def test_every_key_of_a_clause_has_a_column():
    assert {column.path[0] for column in COLUMNS} == _CLAUSE


def test_one_row_a_clause_in_the_rulebook_s_order():
    sheet = clauses_to_sheet(SMALL)
    assert sheet["id"] == [clause["id"] for clause in SMALL["clauses"]]
    assert sheet.headers[:4] == ["id", "clause_no", "title", "table"]


def test_all_of_the_rulebook_besides_its_clauses_is_kept_and_nothing_given_is_changed(small):
    before = copy.deepcopy(small)
    sheet = clauses_to_sheet({**small, "clauses": small["clauses"][:2]})
    back = sheet_to_clauses(sheet, small)
    assert small == before
    assert {key: value for key, value in back.items() if key != "clauses"} == {key: value for key, value in small.items() if key != "clauses"}
    assert [clause["id"] for clause in back["clauses"]] == ["FSI", "FRONT"]


@BOTH
@pytest.mark.parametrize(
    "odd",
    [
        {"source": {}},
        {"clause_no": 6},
        {"interpretation": ""},
        {"title": "ends with a space "},
        {"title": "two\r\nlines \x07"},
        {"title": "words " * 7000 + "of a very long title"},
        {"source": {"document": "D", "page": "116", "sheet": 4}},
        {"source": {"page": 1.0000000000000002}},
        {"source": {"page": 116.5}},
        {"source": {"page": 5e-324}},
        {"source": {"page": 10**15}},
        {"source": None},
        {"conditions": None},
        {"replaces": "Table 2"},
        {"effective": {}},
        {"effective": {"from": "2020-12-02", "to": None}},
        {"effective": {"from": "2020-12-02"}},
        {"effective": {"from": "the second of May"}},
        {"limits": {"fsi": {"max": {"tiers": [["tdr", 0.9], ["basic", 1.1]]}}}},
        {"a key of tomorrow": [1, {"two": 3}]},
        {"<<": {"=": "!", "yes": "no", "2020-12-02": "null"}},
    ],
    ids=lambda odd: str(odd)[:40],
)
def test_what_no_column_holds_comes_back_too(small, odd, form):
    content = with_clause(small, **odd)
    assert sha256(plain(there_and_back(content, form))) == sha256(plain(content))


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**53) + 1, 2**53 - 1), st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: abs(x) < 2**53),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.sampled_from(["=1+1", "'=1+1", "'", "''9", "@SUM(A1)", "-1", "9.10", "TRUE", "null", "1e5", "_x0041_", "2020-12-02", "May 5", "a\nb", "a\r\nb", "{a: 1}", "- x: # y"]),
)  # fmt: skip
json_values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3), max_leaves=8)
mappings = st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=6), json_values, max_size=3)
clauses = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(["clause_no", "title", "table", "category", "verification", "interpretation", "future"], json_values),
        **dict.fromkeys(["conditions", "limits"], mappings),
        **dict.fromkeys(["replaces", "require", "examples"], st.lists(json_values, max_size=3)),
        "source": st.fixed_dictionaries({}, optional=dict.fromkeys(["document", "edition", "clause", "table", "page", "map"], scalars)),
        "effective": st.fixed_dictionaries({}, optional=dict.fromkeys(["from", "to", "until"], st.dates().map(str) | scalars)),
    },
)


def test_an_end_that_the_curator_wrote_as_null_is_shown_as_null(small):
    sheet = clauses_to_sheet(with_clause(small, effective={"from": "2020-12-02", "to": None}))
    assert (sheet["effective_from"][0], sheet["effective_to"][:2]) == ("'2020-12-02", ["null", ""])


@settings(max_examples=250, deadline=None)
@given(st.lists(clauses, min_size=1, max_size=3), st.sampled_from(FORMATS))
@example([{"source": {"page": 5e-324}}], "csv")  # found by a run of 15,000
@example([{"title": "_x0041_", "table": "'=x", "clause_no": "''=x"}], "xlsx")
def test_any_clauses_come_back_as_they_went(drawn, form):
    content = {"rulebook": "any", "clauses": [{"id": f"C{number}", **clause} for number, clause in enumerate(drawn)]}
    assert sha256(plain(there_and_back(content, form))) == sha256(plain(content))


# What Excel makes of it

TURNED = [
    "=1+1",
    "+ 1.0 m from 15 m height",
    "-3",
    "@SUM(A1)",
    "＝1",
    "9.10",
    "6.3",
    "007",
    "1e5",
    "2-3",
    "(5)",
    "₹5",
    "TRUE",
    "false",
    "MAR1",
    "May 2020",
    "2020-12-02",
]


@pytest.mark.parametrize("text", TURNED)
def test_a_csv_shows_excel_nothing_that_it_would_turn_into_a_formula_number_or_date(small, text):
    raw = write_sheet(with_clause(small, title=text), "csv")
    cells = csv_cells(raw)
    assert cells[1][column_of(cells, "title")] == f"'{text}"
    assert sheet_to_clauses(read_sheet(raw, "csv"), small)["clauses"][0]["title"] == text


@pytest.mark.parametrize("text", ["Side margin", "Table 6-D", "UD-M9", "Marginal open space 5", "'tis", "true to its word", "not-1"])
def test_other_texts_stand_in_a_csv_as_they_are(small, text):
    cells = csv_cells(write_sheet(with_clause(small, title=text), "csv"))
    assert cells[1][column_of(cells, "title")] == text


def test_no_cell_of_a_packaged_csv_begins_a_formula():
    for name in PACKAGED:
        cells = csv_cells(write_sheet(parse_content((FOLDER / name).read_text(encoding="utf-8")), "csv"))
        assert not [cell for row in cells for cell in row if cell[:1] in set("=+-@\t\r")]


@pytest.mark.parametrize("text", TURNED)
def test_a_workbook_holds_such_texts_as_texts_without_an_apostrophe(small, text):
    cell = Workbook(with_clause(small, title=text)).cell(2, "title")
    assert (cell.value, cell.data_type) == (text, "s")
    assert cell.quotePrefix  # Excel keeps it a text when the cell is edited


def test_a_new_row_of_a_workbook_takes_clause_numbers_as_texts_and_pages_as_numbers(small):
    book = Workbook(with_clause(small, source={"page": 116}))
    assert book.page.column_dimensions["B"].number_format == "@"
    assert book.cell(2, "clause_no").number_format == "@"
    assert (book.cell(2, "source_page").value, book.cell(2, "source_page").data_type) == (116, "n")


def test_a_workbook_saved_again_is_the_same_rulebook():
    content = load_file(FOLDER / "udcpr-2020.yaml").content
    assert sha256(plain(Workbook(content).read({**content, "clauses": []}))) == sha256(content)


def test_a_csv_that_excel_saved_as_a_workbook_reads_the_same(small):
    content = with_clause(small, title="=A1", clause_no="9.10", table="'=A1")
    book = openpyxl.Workbook()
    for row in csv_cells(write_sheet(content, "csv")):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    assert sheet_to_clauses(read_sheet(out.getvalue(), "xlsx"), small) == content


def test_a_clause_number_typed_without_an_apostrophe_in_a_csv_keeps_its_last_zero(small):
    cells = csv_cells(write_sheet(small, "csv"))
    cells[1][column_of(cells, "clause_no")] = " 9.10 "
    assert sheet_to_clauses(read_sheet(csv_file(cells), "csv"), small)["clauses"][0]["clause_no"] == "9.10"


def test_a_changed_limit_is_the_only_difference(small):
    book = Workbook(small)
    book.cell(ROW_OF["FRONT"], "limits").value = "{front_setback_m: {min: 3.5}}"
    (difference,) = compare(small, book.read())
    assert (difference.clause_id, [(change.path, change.after) for change in difference.changes]) == ("FRONT", [("limits.front_setback_m.min", 3.5)])


def test_a_row_written_in_excel_is_a_clause_of_the_rulebook(small):
    book = Workbook(small)
    row = len(SMALL["clauses"]) + 2
    typed = {
        "id": "REAR", "clause_no": 7, "title": "Rear margin", "category": "setback", "verification": "verified", "source_page": 12,
        "limits": "{rear_setback_m: {min: 3}}", "effective_from": datetime.datetime(2021, 5, 1),
        "examples": "- spec: {rear_setback_m: 3}\n  expect: {rear_setback_m: ok}",
    }  # fmt: skip
    for heading, value in typed.items():
        book.cell(row, heading).value = value
    clause = load(book.read()).by_id["REAR"]
    assert (clause.clause_no, clause.source["page"], clause.effective_from) == ("7", 12, datetime.date(2021, 5, 1))
    assert clause.examples == ({"spec": {"rear_setback_m": 3}, "expect": {"rear_setback_m": "ok"}},)


def test_rows_in_another_order_and_empty_rows_between_them_are_read(small):
    cells = csv_cells(write_sheet(small, "csv"))
    cells = [cells[0], [], *reversed(cells[1:]), [" "] * len(cells[0])]
    back = sheet_to_clauses(read_sheet(csv_file(cells), "csv"), small)
    assert back["clauses"] == small["clauses"][::-1]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_csv_of_an_excel_that_writes_semicolons_or_tabs_is_read(small, delimiter):
    raw = csv_file(csv_cells(write_sheet(small, "csv")), delimiter)
    assert sheet_to_clauses(read_sheet(raw, "csv"), small) == small


def test_the_sheet_named_clauses_is_read_wherever_it_stands(small):
    book = Workbook(small)
    book.book.create_sheet("Notes", 0)["A1"] = "my notes"
    book.book.active = 0
    assert book.read() == small


def test_a_rulebook_that_is_wrong_by_law_is_told_by_the_loader_not_the_sheet(small):
    book = Workbook(small)
    book.cell(2, "category").value = "colour"
    with pytest.raises(RulebookError, match="clause FSI, category"):
        load(book.read())


# Long cells


def long_examples(count: int) -> list[dict]:
    return [{"spec": {"height_m": number, "city": "Pune"}, "expect": {"height_m": "ok"}} for number in range(count)]


@BOTH
def test_long_examples_go_on_in_further_columns_that_excel_can_hold(small, form):
    content = with_clause(small, examples=long_examples(1500))
    dataset = read_sheet(write_sheet(content, form), form)
    assert dataset.headers[-5:] == ["examples_2", "examples_3", "examples_4", "examples_5", "examples_6"]
    cells = [cell for row in dataset for cell in row if isinstance(cell, str)]
    assert max(map(len, cells)) <= MOST_CHARACTERS
    assert max(cell.count("\n") for cell in cells) <= 253
    assert sheet_to_clauses(dataset, small) == content


def test_a_deleted_continuation_is_a_fault_and_no_silent_loss(small):
    book = Workbook(with_clause(small, examples=long_examples(600)))
    place = book.cell(1, "examples_2").column
    book.page.delete_cols(place, 9)
    ((row, column, says),) = faults(book.read)
    assert (row, column) == (2, "examples")
    assert "close every bracket" in says


def test_a_continuation_left_out_in_the_middle_is_named(small):
    book = Workbook(with_clause(small, examples=long_examples(600)))
    book.page.delete_cols(book.cell(1, "examples_2").column)
    assert (1, "examples_2", "this column is missing, but examples_3 goes on with it; add it.") in faults(book.read)


@BOTH
def test_a_value_that_no_cell_of_excel_holds_is_refused_when_writing(small, form):
    ((row, column, says),) = faults(lambda: write_sheet(with_clause(small, limits={"fsi": "x" * 40_000}), form))
    assert (row, column) == (2, "limits")
    assert "32,767" in says


@pytest.mark.parametrize(("heading", "says"), [("limits", "32,767 characters that a cell of Excel holds; go on in a column limits_2"), ("title", "shorten it")])
def test_a_cell_that_excel_would_cut_off_is_a_fault_of_a_csv_too(small, heading, says):
    cells = csv_cells(CSV)
    cells[1][column_of(cells, heading)] += " " * MOST_CHARACTERS
    ((row, column, sentence),) = faults(lambda: sheet_to_clauses(read_sheet(csv_file(cells), "csv"), small))
    assert (row, column) == (2, heading)
    assert says in sentence


@BOTH
def test_a_text_of_more_lines_than_a_cell_shows_is_kept_elsewhere(small, form):
    content = with_clause(small, interpretation="\n".join(f"line {number}" for number in range(300)))
    dataset = read_sheet(write_sheet(content, form), form)
    assert dataset["interpretation"][0] == ""
    assert max(str(cell).count("\n") for row in dataset for cell in row) <= 253
    assert sheet_to_clauses(dataset, small) == content


# Faults of a sheet


@pytest.mark.parametrize(
    ("heading", "value", "says"),
    [
        ("id", "", "this is empty; give the clause an id"),
        ("id", "FSI", "'FSI' stands in row 2 too"),
        ("limits", "{front_setback_m: {min: 3}", "not readable YAML"),
        ("limits", "{front_setback_m: 3, front_setback_m: 4}", "the key 'front_setback_m' stands here twice"),
        ("limits", "24", "a mapping stands here; write it like {height_m: 24}."),
        ("limits", "{[a]: 3}", "a key is a text or a number, not a list"),
        ("limits", "{height_m: .inf}", "inf is no number"),
        ("limits", "{height_m: 123456789012345678901234567890}", "no number that can be reckoned with"),
        ("limits", "{height_m: 2021-13-45}", "not readable YAML"),
        ("limits", "[" * 15_000 + "]" * 15_000, "40 deep"),
        ("limits", "{a: &x [1], b: *x}", "begins with &, * or !"),
        ("limits", "{a: !!python/object/apply:os.getcwd []}", "begins with &, * or !"),
        ("conditions", "building_use", "a mapping stands here"),
        ("replaces", "Table 2", "a list stands here; write it like [UD-M3, Table 6-D]."),
        ("examples", "{spec: {}}", "a list stands here"),
        ("effective_from", "02-12-2020", "'02-12-2020' is no date; write year-month-day"),
        ("effective_to", "2020-02-30", "'2020-02-30' is no date"),
    ],
)
@BOTH
def test_a_fault_is_told_with_its_row_its_column_and_what_to_write(small, heading, value, says, form):
    cells = csv_cells(write_sheet(small, "csv"))
    cells[2][column_of(cells, heading)] = value
    if form == "csv":
        raw = csv_file(cells)
    else:
        book = Workbook(small)
        book.cell(3, heading).value = value
        raw = book.saved()
    ((row, column, sentence),) = faults(lambda: sheet_to_clauses(read_sheet(raw, form), small))
    assert (row, column) == (3, heading)
    assert says in sentence


@pytest.mark.parametrize(
    ("heading", "value", "says"),
    [
        ("clause_no", 9.1, "Excel made a number of what was typed (9.1); format the cell as Text"),
        ("clause_no", datetime.datetime(2026, 3, 2), "Excel made a date of what was typed"),
        ("title", True, "Excel made a truth value"),
        ("source_page", datetime.datetime(2026, 3, 2), "write a number"),
        ("effective_from", 44197, "'44197' is no date"),
        ("effective_from", datetime.datetime(2026, 3, 2, 12), "is no date"),
        ("title", "=A1", "this is a formula (=A1); write the text itself"),
        ("title", "#REF!", "this is an error of Excel (#REF!)"),
    ],
)
def test_what_excel_turned_into_something_else_is_told_not_guessed(small, heading, value, says):
    book = Workbook(small)
    book.cell(4, heading).quotePrefix = False
    book.cell(4, heading).value = value
    ((row, column, sentence),) = faults(book.read)
    assert (row, column) == (4, heading)
    assert says in sentence


def test_every_fault_is_told_at_once(small):
    cells = csv_cells(write_sheet(small, "csv"))
    place = column_of(cells, "replaces")
    cells = [[cell for number, cell in enumerate(row) if number != place] for row in cells]
    cells[0].append("colour")
    cells[0].append("title")
    cells[1][0] = ""
    cells[2][column_of(cells, "limits")] = "{"
    cells[2][column_of(cells, "conditions")] = "{a: [}"
    cells[4][0] = "FRONT-WIDE"
    cells[5] += ["", "", "stray"]
    with pytest.raises(SheetError) as error:
        sheet_to_clauses(read_sheet(csv_file(cells), "csv"), small)
    found = [(problem.row, problem.column) for problem in error.value.problems]
    assert found == [(1, "colour"), (1, "title"), (1, "replaces"), (2, "id"), (3, "conditions"), (3, "limits"), (5, "id"), (6, "number 21")]
    assert error.value.code == "invalid_sheet"
    assert "row 5, column id: 'FRONT-WIDE' stands in row 4 too" in str(error.value)


def test_a_key_in_its_column_and_under_other_is_a_fault(small):
    book = Workbook(with_clause(small, future=1))
    book.cell(2, "other").value = "{title: another, future: 1}"
    assert faults(book.read) == [(2, "other", "'title' stands in a column of its own too; delete it in one of the two.")]


def test_a_sheet_with_headings_alone_is_a_fault():
    ((row, _, says),) = faults(lambda: sheet_to_clauses(clauses_to_sheet({"clauses": []}), SMALL))
    assert row is None
    assert says.startswith("There is no clause in the sheet")


@pytest.mark.parametrize("dataset", [tablib.Dataset(), tablib.Dataset(["a"], headers=["colour"])], ids=["empty", "another sheet"])
def test_a_sheet_of_something_else_is_told_which_headings_to_write(dataset):
    ((row, _, says),) = faults(lambda: sheet_to_clauses(dataset, SMALL))
    assert row == 1
    assert "write id, clause_no, title" in says


# Faults of a file


def zipped(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return out.getvalue()


WORKBOOK = write_sheet(SMALL, "xlsx")
CSV = write_sheet(SMALL, "csv")


@pytest.mark.parametrize(
    ("raw", "form", "says"),
    [
        (b"", "csv", "The file is empty"),
        (b"", "xlsx", "The file is empty"),
        (WORKBOOK, "csv", "not a CSV file but an Excel workbook; give it as xlsx"),
        (CSV, "xlsx", "not an Excel workbook"),
        (b"%PDF-1.7 \0\xff", "xlsx", "not an Excel workbook"),
        (b"%PDF-1.7 \0", "csv", "not a CSV file"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "xlsx", "an old Excel workbook or one with a password"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "csv", "an old Excel workbook"),
        (zipped(readme=b"hello"), "xlsx", "not an Excel workbook"),
        (zipped(**{"[Content_Types].xml": b"<oops"}), "xlsx", "cannot be read"),
        (WORKBOOK[: len(WORKBOOK) // 2], "xlsx", "not an Excel workbook"),
        (WORKBOOK[:300] + bytes(300) + WORKBOOK[600:], "xlsx", "Excel"),
        (CSV.decode("utf-8-sig").replace("Front margin", "Front märgin", 1).encode("cp1252"), "csv", "not in UTF-8 (line 3); in Excel choose 'CSV UTF-8"),
        (CSV.decode("utf-8-sig").encode("utf-16"), "csv", "not in UTF-8"),
        (CSV + b'"never closed', "csv", "this is no CSV"),
        (CSV + b" " * LARGEST, "csv", "at most 20 MB are read"),
        (WORKBOOK + b" " * LARGEST, "xlsx", "at most 20 MB are read"),
        (zipped(**{"[Content_Types].xml": bytes(101_000_000)}), "xlsx", "unpacks to 101 MB; at most 100 MB are read"),
        (CSV, "ods", "'ods' is no format of sheets; use csv or xlsx"),
        (csv_file([[f"c{number}" for number in range(300)]]), "csv", "300 columns"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} bytes",
)
def test_a_file_that_is_no_sheet_is_told_what_it_is_and_what_to_save(raw, form, says):
    ((_, _, sentence),) = faults(lambda: read_sheet(raw, form))
    assert says in sentence


def test_the_row_is_named_from_which_a_csv_cannot_be_read(small):
    cells = CSV.decode("utf-8-sig").replace('"Front', "Front", 1)
    raw = f'{cells}A,"b"c,d\r\n'.encode()
    ((row, _, says),) = faults(lambda: read_sheet(raw, "csv"))
    assert row == len(SMALL["clauses"]) + 2
    assert "double the quotes" in says


def many_rows(count: int, form: str) -> bytes:
    if form == "csv":
        return csv_file([["id"], *([f"C{number}"] for number in range(count))])
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("clauses")
    page.append(["id"])
    for number in range(count):
        page.append([f"C{number}"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@BOTH
def test_ten_thousand_rows_are_read_and_one_more_is_refused(form):
    assert len(read_sheet(many_rows(MOST_ROWS, form), form)) == MOST_ROWS
    ((_, _, says),) = faults(lambda: read_sheet(many_rows(MOST_ROWS + 1, form), form))
    assert "more than 10,000 rows" in says


def with_page(xml: str) -> bytes:
    """The workbook with another page in it, as someone who means harm writes it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, xml if name == "xl/worksheets/sheet1.xml" else old.read(name))
    return out.getvalue()


PAGE = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/><sheetData>{}</sheetData></worksheet>'
TEXT = '<c r="{}" t="inlineStr"><is><t>{}</t></is></c>'


def test_a_workbook_that_lies_about_its_size_is_read_by_what_it_holds():
    sheet = read_sheet(with_page(PAGE.format('<row r="1">' + TEXT.format("A1", "id") + "</row>")), "xlsx")
    assert (sheet.headers, len(sheet)) == (["id"], 0)


def test_a_row_without_end_does_not_hang_the_reader():
    raw = with_page(PAGE.format('<row r="1">' + TEXT.format("A1", "id") + '</row><row r="999999999999">' + TEXT.format("A999999999999", "X") + "</row>"))
    assert "more than 10,000 rows" in faults(lambda: read_sheet(raw, "xlsx"))[0][2]


@pytest.mark.parametrize(("cell", "says"), [("XFD1", "16384 columns; at most 200"), ("ZZZZZZZZ1", "cannot be read")])
def test_a_cell_far_to_the_right_is_refused_and_not_left_out(cell, says):
    raw = with_page(PAGE.format('<row r="1">' + TEXT.format("A1", "id") + TEXT.format(cell, "X") + "</row>"))
    assert says in faults(lambda: read_sheet(raw, "xlsx"))[0][2]


def test_a_small_file_of_millions_of_cells_is_refused_before_it_is_parsed(monkeypatch):
    monkeypatch.setattr("openpyxl.load_workbook", lambda *_, **__: pytest.fail("parsed"))
    raw = with_page(PAGE.format("<row>" + "<c/>" * 2_000_001 + "</row>"))
    assert len(raw) < 30_000
    assert "far more cells than any rulebook" in faults(lambda: read_sheet(raw, "xlsx"))[0][2]


def test_an_xml_bomb_is_refused():
    entities = '<!ENTITY a0 "aaaaaaaaaa">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    raw = with_page(f"<!DOCTYPE bomb [{entities}]>" + PAGE.format('<row r="1">' + TEXT.format("A1", "&a9;") + "</row>"))
    assert "cannot be read" in faults(lambda: read_sheet(raw, "xlsx"))[0][2]
