"""A rulebook's defects are found with a proposal that shows them, and only they are: each kind is planted in a rulebook as a user writes it."""

import datetime
import io
import itertools
import random
import textwrap

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.packaged import FOLDER
from compliance.rules import RulebookError, check_soundness, complete, evaluate, load, load_file
from compliance.rules.judging import judge
from compliance.rules.soundness.gaps import places_of
from compliance.rules.soundness.world import World
from compliance.vocabulary import BLOCKING, BUILDING_TYPES, FIELDS, USES, codes_of

HEAD = """
rulebook: planted-1
title: Planted
edition: test
source: {document: Planted Rules, edition: test}
cities: [Pune]
effective: {from: 2020-01-01}
deciding: limited
"""


def book(clauses, head=HEAD, **defaults):
    """Load a rulebook from its head and its clauses; what every clause has in common is filled in."""
    common = {"clause_no": '"1"', "title": "Row", "category": "height", "verification": "verified", **defaults}
    lines = []
    for line in textwrap.dedent(clauses).strip().splitlines():
        lines.append(line)
        if line.startswith("- id:"):
            lines += [f"  {key}: {value}" for key, value in common.items() if value is not None]
    return load(head + "clauses:\n" + "\n".join(lines), "planted.yaml")


def found(rulebook):
    return list(check_soundness(rulebook))


def only(rulebook, kind):
    faults = found(rulebook)
    assert [fault.kind for fault in faults] == [kind], list(map(str, faults))
    assert faults[0].decided
    return faults[0]


def judged(rulebook, fault):
    """Judge a witness as the engine does."""
    return judge(rulebook, rulebook.environment(complete(rulebook, fault.witness).spec), fault.day)


def applying(rulebook, fault):
    return sorted(name for name, judgement in judged(rulebook, fault).judgements.items() if judgement.applies)


def limits(rulebook, fault, field):
    checks = [check for judgement in judged(rulebook, fault).judgements.values() if judgement.applies for check in judgement.checks if check.field == field]
    return [check for check in checks if not check.displaced_by]


CLEAN = """
- id: NARROW
  table: Table 1
  conditions: {abutting_road_width_m: {below: 9}}
  limits: {height_m: 10, front_setback_m: {min: 1.5}}
- id: MIDDLE
  table: Table 1
  conditions: {abutting_road_width_m: {min: 9, max: 18}}
  limits: {height_m: 24, front_setback_m: {min: 3}}
- id: WIDE
  table: Table 1
  conditions: {abutting_road_width_m: {above: 18}}
  limits: {height_m: none, front_setback_m: {min: "max(height_m / 5, 4.5)"}}
- id: CORE
  replaces: [Table 1]
  conditions: {is_core_area: true}
  limits: {front_setback_m: {min: 1}}
- id: HALLS
  conditions: {building_type: [assembly, cinema]}
  limits: {front_setback_m: {min: 6}}
"""


def test_a_clean_rulebook_has_no_faults():
    rulebook = book(CLEAN, HEAD.replace("limited", "[height_m, front_setback_m]"))
    assert found(rulebook) == []


# Gaps


def test_a_plot_exactly_at_a_boundary_that_no_row_includes_is_a_gap():
    rulebook = book("""
        - id: SMALL
          table: Table A
          conditions: {plot_width_m: {below: 20}}
          limits: {side_setback_m: {min: 2}}
        - id: LARGE
          table: Table A
          conditions: {plot_width_m: {above: 20}}
          limits: {side_setback_m: {min: 3}}
        """)
    fault = only(rulebook, "gap")
    assert fault.witness["plot_width_m"] == 20
    assert (fault.table, fault.fields) == ("Table A", ("side_setback_m",))
    assert "plot width 20 m" in fault.sentence
    assert applying(rulebook, fault) == []


def test_the_domain_of_a_table_is_what_its_rows_say_of_codes_and_facts_are_followed_to_their_fields():
    head = HEAD + "facts: {wide_m: {is: 'max(abutting_road_width_m, 6)'}, is_house: {is: \"building_type in ['row_house', 'tenement']\"}}\n"
    rulebook = book(
        """
        - id: HOUSE
          table: Table B
          conditions: {is_house: true, building_use: residential, wide_m: {below: 12}}
          limits: {storeys: 2}
        - id: HOUSE-WIDE
          table: Table B
          conditions: {is_house: true, building_use: residential, wide_m: {min: 15}}
          limits: {storeys: 3}
        """,
        head,
    )
    fault = only(rulebook, "gap")
    assert 12 <= fault.witness["abutting_road_width_m"] < 15
    assert fault.witness["building_type"] in ("row_house", "tenement")
    assert applying(rulebook, fault) == []


def test_a_deciding_field_that_no_clause_limits_is_a_gap_and_the_engine_says_the_same():
    rulebook = book(
        """
        - id: HOMES
          conditions: {land_use_zone: {none_of: [AG, GB]}}
          limits: {fsi: 1.5}
        """,
        HEAD.replace("limited", "[fsi]"),
    )
    fault = only(rulebook, "gap")
    assert fault.witness["land_use_zone"] in ("AG", "GB")
    assert "zone AG or GB" in fault.sentence
    verdict = evaluate(rulebook, complete(rulebook, fault.witness), fault.day)
    assert verdict.missing_fields == ()
    assert [finding.id for finding in verdict.findings if finding.checks.get("fsi", {}).get("outcome") == "SATISFIED"] == []


def test_a_gap_between_two_times_is_found_with_its_day():
    clauses = """
        - id: OLD
          table: Table T
          effective: {to: 2021-12-31}
          limits: {height_m: 20}
        - id: NEW
          table: Table T
          effective: {from: 2022-02-01}
          limits: {height_m: 30}
        """
    assert found(book(clauses)) == []  # a row belongs to its table only while it is in force
    fault = only(book(clauses, HEAD.replace("limited", "[height_m]")), "gap")
    assert fault.day == datetime.date(2022, 1, 1)
    assert "on 2022-01-01" in fault.sentence


def test_not_more_than_ten_gaps_of_a_table_and_field_are_listed():
    rows = "\n".join(
        f"- id: R{n}\n  table: Table C\n  conditions: {{plot_width_m: {{min: {n}, below: {n}.5}}}}\n  limits: {{height_m: {n}}}" for n in range(1, 20)
    )
    faults = found(book(rows))
    assert len(faults) == 11
    assert "more cases than the 10 listed" in faults[-1].sentence


def test_a_table_inside_a_clause_that_leaves_values_out_is_a_gap():
    rulebook = book("""
        - id: INSIDE
          conditions: {abutting_road_width_m: {min: 6}}
          limits: {height_m: {max: {by: abutting_road_width_m, rows: [{below: 12, is: 15}, {above: 12, is: 24}]}}}
        - id: TYPES
          conditions: {building_use: institutional}
          limits: {front_setback_m: {min: {by: building_type, rows: [{none_of: [college, hospital, warehouse], is: 3}]}}}
        - id: SAID
          conditions: {abutting_road_width_m: {below: 6}}
          limits: {storeys: {max: {by: abutting_road_width_m, rows: [{below: 3, is: {undecided: "the table is blank below 3 m"}}, {min: 3, is: 2}]}}}
        """)
    inside, types = found(rulebook)
    assert (inside.kind, inside.clauses, inside.witness["abutting_road_width_m"]) == ("by", ("INSIDE",), 12)
    assert [check.open_maximum for check in limits(rulebook, inside, "height_m")] == [True]
    assert types.clauses == ("TYPES",)
    assert "(college, hospital)" in types.sentence  # a warehouse is no institution
    assert [check.open_minimum for check in limits(rulebook, types, "front_setback_m")] == [True]


# Overlaps, contradictions, conflicts


def test_rows_that_apply_together_and_differ_are_an_overlap():
    rulebook = book("""
        - id: A
          table: Table D
          conditions: {height_m: {max: 15}}
          limits: {side_setback_m: {min: 2}}
        - id: B
          table: Table D
          conditions: {height_m: {min: 15}}
          limits: {side_setback_m: {min: "height_m / 5"}}
        """)
    fault = only(rulebook, "overlap")
    assert (fault.clauses, fault.witness["height_m"]) == (("A", "B"), 15)
    assert [check.minimum for check in limits(rulebook, fault, "side_setback_m")] == [2, 3]


@pytest.mark.parametrize("second", ["{min: 2}", "{max: 12}"])
def test_rows_that_say_the_same_or_limit_other_ends_do_not_overlap(second):
    rulebook = book(f"""
        - id: A
          table: Table D
          limits: {{side_setback_m: {{min: 2}}}}
        - id: B
          table: Table D
          limits: {{side_setback_m: {second}}}
        """)
    assert found(rulebook) == []


def test_a_row_that_replaces_the_other_settles_an_overlap():
    rulebook = book("""
        - id: A
          table: Table D
          limits: {side_setback_m: {min: 2}}
        - id: B
          table: Table D
          replaces: [A]
          conditions: {is_corner_plot: true}
          limits: {side_setback_m: {min: 1}}
        """)
    assert found(rulebook) == []


@pytest.mark.parametrize(
    ("first", "second", "field"),
    [
        ("{front_setback_m: {min: 6}}", "{front_setback_m: {max: 'abutting_road_width_m / 4'}}", "front_setback_m"),
        ("{building_use: {one_of: [residential]}}", "{building_use: {none_of: [residential, mixed]}}", "building_use"),
    ],
)
def test_limits_that_no_value_satisfies_are_a_contradiction(first, second, field):
    rulebook = book(f"""
        - id: A
          conditions: {{abutting_road_width_m: {{min: 12}}}}
          limits: {first}
        - id: B
          conditions: {{is_core_area: true}}
          limits: {second}
        """)
    fault = only(rulebook, "contradiction")
    assert (fault.clauses, fault.fields) == (("A", "B"), (field,))
    assert applying(rulebook, fault) == ["A", "B"]
    if field == "front_setback_m":
        assert limits(rulebook, fault, field)[0].minimum > limits(rulebook, fault, field)[1].maximum


def test_a_clause_whose_least_value_lies_above_its_greatest_contradicts_itself():
    rulebook = book("""
        - id: A
          limits: {front_setback_m: {min: "height_m / 3", max: 12}}
        """)
    fault = only(rulebook, "contradiction")
    assert fault.witness["height_m"] > 36


def test_none_beside_a_limit_is_a_conflict_unless_replaces_settles_it():
    text = """
        - id: FREE
          {replaces}
          conditions: {{abutting_road_width_m: {{min: 18}}}}
          limits: {{height_m: none}}
        - id: LOW
          conditions: {{is_core_area: true}}
          limits: {{height_m: 15}}
        """
    rulebook = book(text.format(replaces="interpretation: x"))
    fault = only(rulebook, "conflict")
    assert fault.clauses == ("FREE", "LOW")
    assert applying(rulebook, fault) == ["FREE", "LOW"]
    assert found(book(text.format(replaces="replaces: [LOW]"))) == []


def test_two_clauses_that_displace_one_limit_with_different_values_are_a_conflict():
    rulebook = book("""
        - id: BASE
          limits: {front_setback_m: {min: 4.5}}
        - id: CORNER
          replaces: [BASE]
          conditions: {is_corner_plot: true}
          limits: {front_setback_m: {min: 3}}
        - id: CORE
          replaces: [BASE]
          conditions: {is_core_area: true}
          limits: {front_setback_m: {min: 1}}
        """)
    fault = only(rulebook, "conflict")
    assert fault.clauses == ("CORNER", "CORE")
    assert applying(rulebook, fault) == ["BASE", "CORE", "CORNER"]


def test_clauses_that_replace_each_other_are_a_circle():
    rulebook = book("""
        - id: A
          replaces: [B]
          conditions: {is_corner_plot: true}
          limits: {front_setback_m: {min: 3}}
        - id: B
          replaces: [C]
          limits: {front_setback_m: {min: 1}}
        - id: C
          replaces: [A]
          conditions: {plot_width_m: {below: 9}}
          limits: {front_setback_m: {min: 2}}
        """)
    circle = next(fault for fault in found(rulebook) if fault.kind == "circle")
    assert sorted(circle.clauses) == ["A", "B", "C"]
    assert limits(rulebook, circle, "front_setback_m") == []


def test_the_tightest_of_several_tables_is_normal_law():
    rulebook = book("""
        - id: A
          table: Table E
          limits: {front_setback_m: {min: 3}}
        - id: B
          table: Table F
          limits: {front_setback_m: {min: 4.5}}
        """)
    assert found(rulebook) == []


# Rows without effect, sources


@pytest.mark.parametrize(
    "row",
    [
        "conditions: {abutting_road_width_m: {max: 9}, test: 'abutting_road_width_m > 12'}",
        "conditions: {storeys: {above: 4, below: 5}}",
        "conditions: {abutting_road_width_m: {above: 200}}",
        "conditions: {building_use: industrial, building_type: hospital}",
        "conditions: {land_use_zone: CW}",
        "effective: {from: 2022-01-01, to: 2021-01-01}",
        "effective: {to: 2019-01-01}",
    ],
)
def test_a_row_that_can_never_apply_is_told(row):
    fault = only(book(f"- id: DEAD\n  {row}\n  limits: {{height_m: 10}}"), "never applies")
    assert fault.clauses == ("DEAD",)


def test_a_row_whose_limits_are_always_displaced_is_told():
    rulebook = book("""
        - id: LOST
          conditions: {plot_width_m: {below: 9}}
          limits: {front_setback_m: {min: 1}}
        - id: ONE
          replaces: [LOST]
          conditions: {plot_width_m: {below: 5}}
          limits: {front_setback_m: {min: 2}}
        - id: OTHER
          replaces: [LOST]
          conditions: {plot_width_m: {min: 5}}
          limits: {front_setback_m: {min: 3}}
        """)
    assert only(rulebook, "always displaced").clauses == ("LOST",)


def test_a_missing_source_is_told():
    clauses = "- id: A\n  table: Table 9\n  limits: {height_m: 10}"
    faults = found(book(clauses, HEAD.replace("source: {document: Planted Rules, edition: test}\n", ""), clause_no="Table 9"))
    assert [fault.kind for fault in faults] == ["source"] * 3
    assert "document" in faults[0].sentence
    assert "edition" in faults[1].sentence
    assert "the number of the clause" in faults[2].sentence


# Declared ones, undecided ones


GAP = """
- id: ROW
  table: Table G
  conditions: {abutting_road_width_m: {min: 9}}
  limits: {fsi: 1.5}
- id: TWICE
  table: Table G
  conditions: {abutting_road_width_m: {min: 30}}
  limits: {fsi: 2}
"""


def test_declared_gaps_and_overlaps_are_silent_and_a_stale_declaration_is_told():
    assert sorted(fault.kind for fault in found(book(GAP))) == ["gap", "overlap"]
    meant = """
intended:
- {gap: fsi, table: Table G, where: {abutting_road_width_m: {below: 9}}, because: the table begins at 9 m}
- {overlap: fsi, where: {abutting_road_width_m: {min: 30}}, because: the greater holds on wide roads}
"""
    assert found(book(GAP, HEAD + meant)) == []
    assert len(book(GAP, HEAD + meant).content["intended"]) == 2  # a release keeps them
    partly = found(book(GAP, HEAD + meant.replace("below: 9", "below: 6")))
    assert [fault.kind for fault in partly] == ["gap"]
    assert 6 <= partly[0].witness["abutting_road_width_m"] < 9
    stale = "- {gap: fsi, table: Table G, where: {abutting_road_width_m: {min: 12}}, because: long gone}\n"
    stale += "- {overlap: fsi, where: {abutting_road_width_m: {below: 12}}, because: long gone}\n"
    faults = found(book(GAP, HEAD + meant + stale))
    assert [(fault.kind, "was not found" in fault.sentence) for fault in faults] == [("stale", True), ("stale", True)]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("{gap: fsi}", "say with `because`"),
        ("{gap: fsi, overlap: fsi, because: x}", "one gap or one overlap"),
        ("{gap: fsi, colour: red, because: x}", "one gap or one overlap"),
        ("{gap: fsl, because: x}", "['fsl'] cannot stand there"),
        ("{gap: fsi, table: Table Z, because: x}", "there is no table 'Table Z'"),
        ("{gap: fsi, where: {land_use_zone: [R99]}, because: x}", "'R99' is not a known zone"),
        ("{gap: fsi, where: {test: 'required(fsi) > 1'}, because: x}", "stands only in clauses"),
    ],
)
def test_a_malformed_declaration_is_refused(entry, words):
    with pytest.raises(RulebookError) as caught:
        book(GAP, HEAD + f"intended: [{entry}]\n")
    assert words in str(caught.value)
    assert "intended, entry 1" in str(caught.value)


def test_what_the_solver_cannot_decide_is_told_as_undecided():
    fermat = "storeys * storeys * storeys + beds * beds * beds == students * students * students"
    (fault,) = found(book(f"- id: CUBES\n  conditions: {{beds: {{min: 1}}, test: '{fermat}'}}\n  limits: {{height_m: 10}}"))
    assert (fault.kind, fault.decided) == ("never applies", False)
    assert "could not be decided" in fault.sentence


def test_what_other_clauses_give_is_taken_as_they_give_it():
    text = """
        - id: FRONT
          limits: {front_setback_m: {min: LIMIT}}
        - id: CORNER
          replaces: [FRONT]
          conditions: {is_corner_plot: true}
          limits: {front_setback_m: {min: 3}}
        - id: HIGH
          table: Table H
          limits: {height_m: {max: "9 + required(front_setback_m)"}}
        - id: ALSO
          table: Table H
          limits: {height_m: 12}
        """
    assert found(book(text.replace("LIMIT", "3"))) == []
    rulebook = book(text.replace("LIMIT", "'abutting_road_width_m / 4'"))
    fault = only(rulebook, "overlap")
    high, also = (check.maximum for check in limits(rulebook, fault, "height_m"))
    assert high != also
    assert not fault.witness.get("is_corner_plot")


def test_a_case_that_the_engine_does_not_bear_out_is_told_as_undecided():
    (fault,) = found(
        book("""
        - id: BY-FLATS
          table: Table P
          limits: {parking_spaces: {min: "sum(dwelling_mix, where(carpet_sq_m <= 45, 0.5, 1))"}}
        - id: FIXED
          table: Table P
          limits: {parking_spaces: {min: 10}}
        """)
    )
    assert (fault.kind, fault.decided) == ("overlap", False)
    assert "not borne out by the engine" in fault.sentence


def test_a_gap_says_whether_other_clauses_limit_the_field_there():
    text = """
        - id: ROW
          table: Table L
          conditions: {abutting_road_width_m: {min: 9}}
          limits: {fsi: 1.5}
        - id: ELSE
          conditions: {abutting_road_width_m: {below: WIDTH}}
          limits: {fsi: 1}
        """
    assert "where abutting road width less than 9 m (other clauses limit it there)" in only(book(text.replace("WIDTH", "9")), "gap").sentence
    assert "(and no other clause limits some of these)" in only(book(text.replace("WIDTH", "6")), "gap").sentence


def test_unknown_is_kept_apart_from_false():
    rulebook = book("""
        - id: SMALL
          table: Table K
          conditions: {test: "first_known(plot_width_m < 9, false)"}
          limits: {side_setback_m: {min: 1}}
        - id: OTHER
          table: Table K
          conditions: {test: "plot_width_m >= 9"}
          limits: {side_setback_m: {min: 2}}
        """)
    assert found(rulebook) == []  # without a width the second row is unknown, not out


# The same on every run, and the same as trying every corner


def test_the_answer_is_the_same_each_time():
    rulebook = book(GAP)
    assert list(map(str, found(rulebook))) == list(map(str, found(rulebook)))


ENDS = (6, 9, 12)
PLACES = (3, 6, 7.5, 9, 10.5, 12, 15)


@st.composite
def intervals(draw):
    """Nothing, one end or two, each including its number or not."""
    low, high = draw(st.sampled_from([(None, None), *itertools.product((None, *ENDS), (None, *ENDS))]))
    interval = {}
    if low is not None:
        interval[draw(st.sampled_from(["min", "above"]))] = low
    if high is not None:
        interval[draw(st.sampled_from(["max", "below"]))] = high
    if low is not None and high is not None and (low > high or (low == high and set(interval) != {"min", "max"})):
        return {}
    return interval


def fits(interval, value):
    tests = {"min": value.__ge__, "max": value.__le__, "above": value.__gt__, "below": value.__lt__}
    return all(tests[key](end) for key, end in interval.items())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(intervals(), intervals(), st.sampled_from([10, 20])), min_size=1, max_size=5))
def test_the_solver_agrees_with_every_corner_and_midpoint(rows):
    clauses = [
        {
            "id": f"R{number}", "clause_no": "1", "title": "Row", "table": "Table 1", "category": "height", "verification": "verified",
            "conditions": {name: interval for name, interval in (("plot_width_m", width), ("plot_depth_m", depth)) if interval},
            "limits": {"height_m": height},
        }
        for number, (width, depth, height) in enumerate(rows)
    ]  # fmt: skip
    rulebook = load({"rulebook": "r", "source": {"document": "d", "edition": "e"}, "cities": ["Pune"], "deciding": "limited", "clauses": clauses})
    fitting = [[height for w, d, height in rows if fits(w, float(x)) and fits(d, float(y))] for x, y in itertools.product(PLACES, PLACES)]
    kinds = {fault.kind for fault in found(rulebook)}
    assert ("gap" in kinds) == any(not heights for heights in fitting)
    assert ("overlap" in kinds) == any(len(set(heights)) > 1 for heights in fitting)
    assert kinds <= {"gap", "overlap"}


# The command


def run(*args):
    out, err = io.StringIO(), io.StringIO()
    code: object = 0
    try:
        call_command("check_rulebooks", *args, stdout=out, stderr=err)
    except SystemExit as stopped:
        code = stopped.code
    return code, out.getvalue(), err.getvalue()


def test_the_command_prints_each_problem_and_a_summary(tmp_path):
    row = '- {id: A, clause_no: "1", title: Row, category: height, verification: verified, conditions: {abutting_road_width_m: {min: 9}}, table: T, limits: {height_m: %s}}\n'
    gap, broken, clean = (tmp_path / name for name in ("gap.yaml", "broken.yaml", "clean.yaml"))
    gap.write_text(HEAD + "clauses:\n" + row % 10)
    broken.write_text(HEAD + "clauses:\n" + row % "heigth")
    clean.write_text(HEAD + "clauses:\n" + (row % 10).replace("table: T, ", ""))
    code, out, err = run(str(gap), str(broken), str(clean))
    assert code == 1
    assert "planted-1, gap: T has no row for height" in err
    assert '"abutting_road_width_m":' in err
    assert "clause A, limits.height_m" in err
    assert "1 clauses, 0 examples, 0 failing, 1 defect, 0 undecided" in out
    assert "broken: cannot be loaded, 2 mistakes" in out
    assert "0 failing, sound" in out
    assert run(str(clean))[0] == 0


def test_the_command_names_what_there_is():
    assert run("--rulebook", "prompt-runner-2.0")[0] == 0
    with pytest.raises(CommandError, match=r"there are .*udcpr-2020"):
        call_command("check_rulebooks", rulebook="udcpr")


# The packaged rulebooks


NUMBERS = (3, 6, 7.5, 9, 12, 15, 16.5, 18, 20, 24, 27, 30, 32, 36, 45, 52, 70, 120, 125, 150, 250, 300, 500, 1000, 1500, 4000)


def proposals(rulebook, world, number):
    """Random proposals at and around the numbers that tables turn on, with everything known that a proof takes for known."""
    rng = random.Random(5)  # noqa: S311 - any spread of proposals does
    names = world.closure({*BLOCKING, "building_type", *(name for clause in rulebook.clauses for name in clause.reads)})
    for _ in range(number):
        spec = {"city": rng.choice(rulebook.cities), "building_use": rng.choice(USES)}
        for name in names:
            field = FIELDS[name]
            if name in spec or field.kind == "items" or (name in world.maybe_absent and rng.random() < 0.4):
                continue
            if field.kind == "flag":
                spec[name] = rng.random() < 0.5
            elif name == "building_type":
                spec[name] = rng.choice([code for code, kind in BUILDING_TYPES.items() if spec["building_use"] in ("mixed", kind.use)])
            elif field.kind == "code":
                spec[name] = rng.choice(codes_of(name, spec["city"]))
            elif field.kind == "count":
                spec[name] = rng.choice((1, 2, 3, 5, 8, 20))
            else:
                spec[name] = min(max(rng.choice(NUMBERS) + rng.choice((0, 0, -0.5, 0.5)), field.low), field.high)
        yield spec, rng.choice(world.days)


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_random_proposals_show_no_gap_that_the_proof_missed(path):
    rulebook = load_file(path)
    world = World(rulebook)
    places = list(places_of(rulebook, world.order))
    told = {(fault.table, name) for fault in found(rulebook) if fault.kind == "gap" for name in fault.fields}
    seen = set()
    for spec, day in proposals(rulebook, world, 1000):
        answer = judge(rulebook, rulebook.environment(spec), day)
        for place in places:
            if any(row.id in answer.judgements and answer.judgements[row.id].applies is not False for row in place.rows):
                continue
            if place.table and not any(row.in_force(day) and all(node.run(answer.env) for node in nodes) for row, nodes in place.domains):
                continue
            meant = {name for entry in rulebook.intended if entry.table in ("", place.table) and entry.where.run(answer.env) for name in entry.fields}
            seen |= {(place.table, name) for name in place.fields if name not in meant}
    assert seen <= told
