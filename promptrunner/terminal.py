"""What a person at a terminal reads: a verdict as an aligned table with reasons, assumptions and questions, and how far long work is."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from compliance.rules.explaining import write_number, write_value
from compliance.vocabulary import FIELDS

WIDTH = 110
_WORDS = {"SATISFIED": "holds", "VIOLATED": "VIOLATED", "UNDETERMINED": "open", "REQUIRED": "required"}
_MARKS = {"COMPLIANT": "COMPLIANT", "NON_COMPLIANT": "NOT COMPLIANT", "INCOMPLETE": "INCOMPLETE", "BLOCKED": "BLOCKED", "ERROR": "ERROR"}


def progress_line(seen: int, total: int, seconds: float) -> str:
    """Return how far long work on runs is, at what rate, and how long it still takes; it overwrites the line before."""
    rate = seen / seconds
    return f"\r{seen:,} of {total:,} runs, {rate:,.0f} a second, {(total - seen) / rate:,.0f} s left "


def verdict_text(wire: Mapping[str, Any]) -> str:
    """Return a run's wire form as text."""
    return "\n".join(_lines(wire)) + "\n"


def _lines(wire: Mapping[str, Any]) -> Iterator[str]:
    rulebook = wire.get("rulebook")
    yield f"{_MARKS[wire['status']]} - {wire['reason']}"
    if rulebook:
        yield f"{wire.get('city', '')}, {rulebook['name']} ({rulebook['edition']}), as of {wire['as_of']}"
    yield ""
    yield from _read(wire)
    yield from _table(wire)
    decisive = [finding for finding in wire["findings"] if finding["outcome"] in ("VIOLATED", "UNDETERMINED")]
    yield from _section("Reasons", (finding["sentence"] + _interpreted(finding) for finding in decisive))
    yield from _section("Must also provide", (entry["sentence"] for entry in wire["must_also_provide"]))
    yield from _section("Assumptions", (_assumption(entry) for entry in wire["assumptions"]))
    yield from _section("Questions", (question["question"] for question in wire["questions"]))
    yield from _solved(wire.get("solved"))
    summary = wire["summary"]
    yield (
        f"{summary['clauses']} clauses: {summary['satisfied']} hold, {summary['violated']} violated, {summary['undetermined']} open, "
        f"{summary['required']} required, {summary['not_applicable']} not applicable; {wire['not_checkable']} subjects not checkable from words."
    )
    yield f"Run {wire['id']}, digest {wire['digest'][:16]}..."
    yield wire["notice"]


def _solved(solved: Mapping[str, Any] | None) -> Iterator[str]:
    if solved is None:
        return
    yield from _section("What would make it comply", (_remedy(entry) for entry in solved["remedies"]))
    if solved["reason"]:
        yield from _section("Note", iter([solved["reason"]]))
    deciding = (entry for entry in solved["questions"] if len(entry["can_be"]) > 1)
    yield from _section("What can still change the verdict", (f"{entry['question']} ({' or '.join(entry['can_be'])})" for entry in deciding))


def _remedy(entry: Mapping[str, Any]) -> str:
    bought = ", ".join(f"{part['amount']:g} of {part['tier']}" for part in entry.get("buys", ()))
    return f"{entry['sentence']} Then {_MARKS[entry['status']]}{f', with {bought} to be bought' if bought else ''}."


def _interpreted(finding: Mapping[str, Any]) -> str:
    return f" Our reading: {finding['interpretation']}" if finding.get("interpretation") else ""


def _assumption(entry: Mapping[str, Any]) -> str:
    span = f" (range {entry['range'][0]:g} to {entry['range'][1]:g})" if "range" in entry else ""
    return f"{FIELDS[entry['field']].label}: {write_value(entry['field'], entry['value'])}{span} - {entry['says']}"


def _read(wire: Mapping[str, Any]) -> Iterator[str]:
    rows = []
    for reading in wire["readings"]:
        words = f'"{reading["text"]}"' if reading.get("text") else reading.get("note", "")
        rows.append((FIELDS[reading["field"]].label, write_value(reading["field"], reading["value"]), reading["origin"], words))
    if rows:
        yield "Read:"
        yield from _aligned(rows)
        yield ""


def _table(wire: Mapping[str, Any]) -> Iterator[str]:
    rows = [("clause", "what", "permissible", "provided", "verdict")]
    for finding in wire["findings"]:
        for name, check in finding["checks"].items():
            provided = write_value(name, check["subject"]) if "subject" in check else "-"
            rows.append((finding["clause_no"] or "-", FIELDS[name].label, _permissible(name, check), provided, _WORDS[check["outcome"]]))
    if len(rows) > 1:
        yield from _aligned(rows)
        yield ""


def _permissible(name: str, check: Mapping[str, Any]) -> str:
    parts = []
    if "rule_min" in check:
        parts.append(f"at least {write_number(name, check['rule_min'])}")
    if "rule_max" in check:
        parts.append(f"at most {write_number(name, check['rule_max'])}")
    if "rule_one_of" in check:
        parts.append(" or ".join(write_value(name, code) for code in check["rule_one_of"]))
    if "rule_none_of" in check:
        parts.append("not " + " or ".join(write_value(name, code) for code in check["rule_none_of"]))
    if not parts and check.get("unlimited"):
        parts.append("no limit")
    return ", ".join(parts) or check.get("rule", "-")[:40]


def _aligned(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _section(title: str, entries: Iterator[str]) -> Iterator[str]:
    lines = [line for entry in dict.fromkeys(entries) for line in textwrap.wrap(entry, WIDTH, initial_indent="  - ", subsequent_indent="    ")]
    if lines:
        yield f"{title}:"
        yield from lines
        yield ""
