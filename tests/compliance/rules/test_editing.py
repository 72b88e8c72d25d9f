"""A clause in the fields of a form: nothing is lost on the way there and back, and what is wrong is said beside its field."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.canonical import canonical
from compliance.packaged import packaged_rulebooks
from compliance.rules import load
from compliance.rules.editing import FormNameError, act, clause_form, filled, filled_value, from_names, new_clause, read_form, read_value, value_form
from compliance.rules.formulas import Scope

RULEBOOKS = {rulebook.name: rulebook for rulebook in packaged_rulebooks()}
SCOPE = Scope({})


def scope(rulebook):
    return Scope({fact.name: fact.node for fact in rulebook.facts})


def names(value: Any, path: str = "") -> dict[str, str]:
    """Return a form as the browser sends it."""
    if isinstance(value, dict):
        return {name: text for key, inner in value.items() for name, text in names(inner, f"{path}.{key}" if path else key).items()}
    if isinstance(value, list):
        return {name: text for number, inner in enumerate(value) for name, text in names(inner, f"{path}.{number}").items()}
    return {path: value}


def without_empty(value: Any) -> Any:
    """Return a clause without parts that say nothing: `source: {}`, `to: null`."""
    if isinstance(value, dict):
        return {key: inner for key, raw in value.items() if (inner := without_empty(raw)) not in (None, {}, [])}
    return value


@pytest.mark.parametrize("name", RULEBOOKS)
def test_every_packaged_clause_comes_back_from_its_form_as_it_was(name):
    rulebook = RULEBOOKS[name]
    for clause in rulebook.content["clauses"]:
        read = read_form(filled(from_names(names(clause_form(clause)))), scope(rulebook))
        assert not read.problems
        expected = {key: clause[key] if key == "examples" else without_empty(clause[key]) for key in clause if without_empty(clause[key])}
        assert canonical(read.clause) == canonical(expected)


@pytest.mark.parametrize("name", RULEBOOKS)
def test_every_fact_and_default_comes_back_from_its_form_as_it_was(name):
    rulebook = RULEBOOKS[name]
    for part in ("facts", "defaults"):
        for key, value in (rulebook.content.get(part) or {}).items():
            sent = from_names(names({"value": value_form(value)}))["value"]
            read, problems = read_value(filled_value(sent), scope(rulebook), key if part == "defaults" else "")
            assert (read, problems) == (value, [])


CLAUSE = {
    "id": "FRONT", "clause_no": "6.2", "title": "Front margin", "category": "setback", "verification": "verified",
    "conditions": {"building_use": ["residential", "mixed"], "abutting_road_width_m": {"min": 9, "below": 18}},
    "limits": {
        "front_setback_m": {"min": {"by": "abutting_road_width_m", "bands": [[0, 3], [18, 4.5]]}},
        "height_m": {"max": {"by": "abutting_road_width_m", "rows": [{"below": 12, "is": 24}, {"min": 12, "is": "none"}]}},
        "fsi": {"max": {"tiers": [["basic", 1.1], ["premium", 0.5]]}},
    },
    "examples": [{"spec": {"abutting_road_width_m": 9}, "expect": {"front_setback_m": "required"}}],
}  # fmt: skip


@pytest.fixture
def form():
    return clause_form(CLAUSE)


def said(form):
    return {problem.path: problem.sentence for problem in read_form(form, SCOPE).problems}


def test_bands_rows_and_tiers_are_fields_of_their_own(form):
    front, height, fsi = form["limits"]
    assert [(band["from"], band["is"]["text"]) for band in front["min"]["bands"]] == [("0", "3"), ("18", "4.5")]
    assert [(row["low"], row["high"], row["is"]["text"]) for row in height["max"]["rows"]] == [("", "12", "24"), ("12", "", "none")]
    assert [(tier["name"], tier["is"]["text"]) for tier in fsi["max"]["tiers"]] == [("basic", "1.1"), ("premium", "0.5")]


@pytest.mark.parametrize(
    ("path", "typed", "where", "sentence"),
    [
        (("limits", 0, "min", "bands", 1, "from"), "wide", "limits.0.min.bands.1.from", "'wide' is no number"),
        (("limits", 0, "min", "bands", 1, "is", "text"), "heigt_m / 5", "limits.0.min.bands.1.is.text", "'heigt_m' is neither a planning field nor a fact"),
        (("limits", 1, "max", "by"), "raod_width", "limits.1.max.by", "'raod_width' is neither"),
        (("limits", 1, "field"), "hieght_m", "limits.1.field", "'hieght_m' is not a planning field"),
        (("limits", 2, "max", "tiers", 1, "name"), "", "limits.2.max.tiers.1.name", "name the tier"),
        (("conditions", 0, "codes"), "residental", "conditions.0.codes", "'residental' is not a known"),
        (("conditions", 1, "low"), "20", "conditions.1.low", "no number is from 20 to 18"),
        (("examples", 0, "expect"), "front: [", "examples.0.expect", "this cannot be read"),
        (("examples", 0, "expect"), "", "examples.0.expect", "say what comes out"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(form, path, typed, where, sentence):
    entry = form
    for step in path[:-1]:
        entry = entry[step]
    entry[path[-1]] = typed
    assert said(form).keys() == {where}
    assert sentence in said(form)[where]


def test_rows_are_added_moved_and_removed(form):
    more = act(form, "add:limits.1.max.rows")
    assert [row["low"] for row in more["limits"][1]["max"]["rows"]] == ["", "12", ""]
    moved = act(more, "up:limits.1.max.rows.2")
    assert [row["low"] for row in moved["limits"][1]["max"]["rows"]] == ["", "", "12"]
    assert act(moved, "remove:limits.1.max.rows.1") == form
    assert act(form, "up:limits.1.max.rows.0") == form


def test_a_button_that_the_form_does_not_have_changes_nothing(form):
    for action in ("add:title", "remove:limits.9", "up:", "add:limits.0.max.rows.x.y", "explode:limits.0"):
        assert act(form, action) == form


def test_the_form_of_a_new_clause_asks_for_what_a_clause_needs():
    found = said(new_clause())
    assert found["limits.0.field"] == "choose a planning field."


def test_an_edited_band_makes_the_clause_that_was_typed(form):
    form["limits"][0]["min"]["bands"][1]["is"]["text"] = "abutting_road_width_m / 4"
    clause = read_form(form, SCOPE).clause
    assert clause["limits"]["front_setback_m"] == {"min": {"by": "abutting_road_width_m", "bands": [[0, 3], [18, "abutting_road_width_m / 4"]]}}
    book = {"rulebook": "one", "cities": ["Pune"], "deciding": "limited", "clauses": [clause]}
    assert {limit.field for limit in load(book).by_id["FRONT"].limits if limit.minimum is not None} == {"front_setback_m"}


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)
PATHS = sorted(names(clause_form(CLAUSE)))


@given(st.dictionaries(st.sampled_from(PATHS), TEXTS, max_size=6))
def test_whatever_is_typed_gives_a_clause_or_says_what_is_wrong(typed):
    form = from_names({**names(clause_form(CLAUSE)), **typed})
    read = read_form(form, SCOPE)
    assert isinstance(read.clause, dict)
    assert all(problem.sentence for problem in read.problems)


@given(
    st.dictionaries(
        st.lists(st.sampled_from(["limits", "conditions", "0", "1", "max", "rows", "is", "text", "any", "how"]), min_size=1, max_size=8).map(".".join),
        TEXTS,
        max_size=8,
    )
)
def test_whatever_names_are_sent_are_read_or_refused(sent):
    try:
        form = filled(from_names(sent))
    except FormNameError:
        return
    read_form(form, SCOPE)
    for action in ("add:limits", "remove:limits.0", "add:limits.0.max.rows"):
        act(copy.deepcopy(form), action)
