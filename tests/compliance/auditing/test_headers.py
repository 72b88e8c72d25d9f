"""What the columns of a file are taken for."""

import pytest

from compliance.auditing.errors import AuditError
from compliance.auditing.headers import match_columns


@pytest.mark.parametrize(
    ("name", "field", "factor"),
    [
        ("plot_area_sq_m", "plot_area_sq_m", 1.0),
        ("Plot Area", "plot_area_sq_m", 1.0),
        ("Plot Area (sq ft)", "plot_area_sq_m", 0.09290304),
        ("PLOT AREA [guntha]", "plot_area_sq_m", 101.17141056),
        ("road_width_ft", "abutting_road_width_m", 0.3048),
        ("Road Width in metres", "abutting_road_width_m", 1.0),
        ("Building Height (ft)", "height_m", 0.3048),
        ("No. of Floors", "storeys", 1.0),
        ("FSI", "fsi", 1.0),
        ("Zone", "land_use_zone", 1.0),
        ("Proposal", "prompt", 1.0),
    ],
)
def test_a_column_is_known_by_its_name_and_its_unit(name, field, factor):
    (column,) = match_columns([name])
    assert (column.field, column.factor) == (field, factor)


@pytest.mark.parametrize("name", ["Owner", "height above sea", "Plot Area (ft)", "Plot No", "FSI remark"])
def test_a_column_that_says_something_else_is_left_alone(name):
    assert match_columns([name]) == []


def test_a_column_may_be_named_by_hand_and_keeps_the_unit_of_its_name():
    (column,) = match_columns(["SHAPE_AREA sqft"], {"SHAPE_AREA sqft": "plot_area_sq_m"})
    assert (column.field, round(column.factor, 6)) == ("plot_area_sq_m", 0.092903)


def test_two_columns_for_one_field_are_refused_with_the_way_out():
    with pytest.raises(AuditError, match=r"both say plot_area_sq_m.*--map"):
        match_columns(["Plot Area", "Site Area (acre)"])
    assert [column.name for column in match_columns(["Plot Area", "Site Area (acre)"], {"Plot Area": ""})] == ["Site Area (acre)"]


def test_a_mapping_to_what_is_not_there_is_refused():
    with pytest.raises(AuditError, match="no column 'X'"):
        match_columns(["A"], {"X": "fsi"})
    with pytest.raises(AuditError, match="'hight' is no planning field"):
        match_columns(["A"], {"A": "hight"})
