"""A curator's mistakes: each is named with file, clause, place and what to write instead."""

import pytest

from compliance.rules import RulebookError, load, load_file


def _change(small, path, value):
    target = small
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (["clauses", 1, "limits"], {"front_setbak_m": 3}, ["clause FRONT", "limits.front_setbak_m", "not a planning field"]),
        (["clauses", 3, "limits", "side_setback_m", "min"], "heigth / 5", ["clause SIDE", "'heigth' is neither a planning field nor a fact"]),
        (["clauses", 3, "limits", "side_setback_m", "min"], "height_m / fsi", ["may divide by zero", "max(x, 0.001)"]),
        (["clauses", 3, "limits", "side_setback_m", "min"], "height_m /", ["cannot be read at character"]),
        (["clauses", 3, "limits", "side_setback_m", "min"], "building_use", ["a number belongs here, not a code"]),
        (["clauses", 1, "conditions"], {"land_use_zone": ["R99"]}, ["'R99' is not a known zone"]),
        (["clauses", 1, "conditions"], {"abutting_road_width_m": {"min": 18, "below": 9}}, ["no number is from 18 to 9"]),
        (["clauses", 1, "conditions"], {"abutting_road_width_m": {"atleast": 18}}, ["use min, max, above, below"]),
        (["clauses", 1, "category"], "margins", ["clause FRONT", "use one of use, access, fsi, height, setback"]),
        (["clauses", 1, "id"], "FSI", ["clause FSI", "this id stands twice"]),
        (["clauses", 1, "verification"], "recalled", ["verified, secondary, illustrative"]),
        (["clauses", 5, "replaces"], ["Table 9"], ["no clause and no table 'Table 9'"]),
        (["clauses", 1, "limits"], {"front_setback_m": {"min": "allowed(height_m) / 5"}}, ["go round in a circle", "FRONT", "HEIGHT"]),
        (
            ["clauses", 0, "limits", "fsi", "max"],
            {"by": "abutting_road_width_m", "rows": [{"min": 9, "is": 1}, {"min": 18, "is": 2}]},
            ["overlaps an earlier row"],
        ),
        (["clauses", 0, "limits", "fsi", "max"], {"by": "abutting_road_width_m", "bands": [[18, 1], [9, 2]]}, ["bands go up"]),
        (["clauses", 0, "colour"], "red", ["'colour' is no part of a clause"]),
        (["clauses", 0, "limits"], {}, ["a clause limits something"]),
        (["clauses", 0, "effective"], {"from": "2nd of May"}, ["'2nd of May' is no date"]),
        (["deciding"], ["fsl"], ["list the planning fields that decide"]),
        (["cities"], ["Poona"], ["'Poona' is not a known city"]),
        (["defaults", "height_m"], "storeys * 3", ["a bare text is a code", '{is: "storeys * 3"}']),
        (["defaults", "floor_height_m"], {"value": 4, "range": [2.9, 3.2]}, ["with the value inside the range"]),
        (["facts", "margin_height_m"], {"is": "required(front_setback_m)"}, ["stands only in clauses"]),
        (["facts", "other_m"], {"is": "other_m + 1"}, ["in a circle"]),
        (["facts", "height_m"], {"is": "1"}, ["cannot have the name of a planning field"]),
        (["language"], 9, ["this program reads language 1"]),
    ],
)
def test_a_mistake_is_reported_with_its_place_and_what_to_write(small, path, value, words):
    _change(small, path, value)
    with pytest.raises(RulebookError) as caught:
        load(small, "small.yaml")
    message = str(caught.value)
    assert "small.yaml" in message
    for word in words:
        assert word in message


def test_every_mistake_is_reported_at_once(small):
    small["clauses"][0]["category"] = "x"
    small["clauses"][1]["limits"] = {"nonsense": 1}
    with pytest.raises(RulebookError) as caught:
        load(small)
    assert {problem.clause for problem in caught.value.problems} == {"FSI", "FRONT"}


def test_a_key_written_twice_is_refused(tmp_path):
    path = tmp_path / "twice.yaml"
    path.write_text("rulebook: a\nrulebook: b\n")
    with pytest.raises(RulebookError, match="'rulebook' stands here twice"):
        load_file(path)


@pytest.mark.parametrize("text", ["clauses: [", "{[a]: b}", "edition: 2021-13-45"])
def test_unreadable_yaml_is_a_clear_error(tmp_path, text):
    path = tmp_path / "broken.yaml"
    path.write_text(text)
    with pytest.raises(RulebookError, match="not readable YAML"):
        load_file(path)


def test_the_same_content_has_the_same_hash_whatever_the_order_of_keys(small):
    assert load(small).sha256 == load(dict(reversed(small.items()))).sha256
