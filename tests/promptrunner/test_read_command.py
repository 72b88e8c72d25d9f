"""`manage.py read`: one prompt, a stream of them, a score."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command


def test_one_prompt_is_printed_with_the_words_behind_each_value(capsys):
    call_command("read", "G+4, Pune, 40' road")
    read = json.loads(capsys.readouterr().out)
    assert read["spec"] == {"city": "Pune", "storeys": 5, "abutting_road_width_m": 12.192}
    assert {reading["text"] for reading in read["readings"]} == {"Pune", "G+4", "40' road"}


def test_a_stream_is_answered_line_by_line_in_order(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO('{"prompt": "Pune 500 sqm"}\nNashik, 9 m road\n\n'))
    call_command("read", "--jsonl")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["spec"] for line in lines] == [{"city": "Pune", "plot_area_sq_m": 500.0}, {"city": "Nashik", "abutting_road_width_m": 9.0}, {}]


def test_the_score_prints_precision_and_recall_per_field(capsys, tmp_path):
    file = tmp_path / "known.jsonl"
    file.write_text(json.dumps({"prompt": "Pune 500 sqm", "expect": {"city": "Pune", "plot_area_sq_m": 400}, "absent": ["fsi"]}) + "\n")
    call_command("read", "--score", str(file))
    rows = {line.split()[0]: line.split()[1:] for line in capsys.readouterr().out.splitlines() if line.strip()}
    assert rows["city"] == ["1", "1", "1.000", "1", "1", "1.000"]
    assert rows["plot_area_sq_m"] == ["1", "0", "0.000", "1", "0", "0.000"]


@pytest.mark.parametrize("arguments", [[], ["x", "--jsonl"], ["x", "--city", "Delhi"], ["--score", "no-such-file"], ["x" * 10_001]])
def test_wrong_use_exits_2(arguments):
    with pytest.raises(CommandError) as caught:
        call_command("read", *arguments)
    assert caught.value.returncode == 2
