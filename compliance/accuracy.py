"""The errors we publish: worked cases, the reader's score, how much of each regulation is encoded, and the known limits of the sources.

`manage.py report_accuracy` writes the page docs/accuracy.md from here; CI compares the two, so that the page cannot be out of date.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from compliance.reading.score import Report, score
from compliance.rules import Rulebook, Verdict, complete, coverage, evaluate
from compliance.specs import normalise_spec

CASES_ON = datetime.date(2026, 1, 15)
"""The day under whose law worked cases are judged, where a case names none (`as_of`)."""
OUTCOMES = {"ok": "SATISFIED", "fail": "VIOLATED", "unknown": "UNDETERMINED", "required": "REQUIRED"}
_WORST_FIRST = ("VIOLATED", "UNDETERMINED", "REQUIRED", "SATISFIED")


def worked_cases(folder: Path) -> list[dict[str, Any]]:
    """Return the worked cases of every YAML file of a folder, in the order of the files' names."""
    return [case for path in sorted(folder.glob("*.yaml")) for case in yaml.safe_load(path.read_text(encoding="utf-8"))]


def judge_case(rulebook: Rulebook, case: Mapping[str, Any]) -> Verdict:
    """Return the verdict on a worked case's spec; its city is the rulebook's first where it names none."""
    spec = normalise_spec({"city": rulebook.cities[0], **case["spec"]})
    return evaluate(rulebook, complete(rulebook, spec), case.get("as_of") or CASES_ON)


def case_problems(rulebook: Rulebook, case: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence for everything in which a worked case does not come out as the regulation says.

    Args:
        rulebook: the rulebook under which it is judged.
        case: `spec`, and what is expected: `permissible` (field -> {min, max}), `outcome` (field -> ok, fail, unknown or required), `status`.
    """
    verdict = judge_case(rulebook, case)
    for name, limits in (case.get("permissible") or {}).items():
        found = verdict.permissible.get(name, {})
        for end, number in limits.items():
            if not math.isclose(found.get(end, math.nan), number, abs_tol=1e-6):
                yield f"permissible {name} {end} should be {number} and is {found.get(end, 'absent')}"
    for name, word in (case.get("outcome") or {}).items():
        outcomes = {finding.checks[name]["outcome"] for finding in verdict.findings if name in finding.checks}
        worst = next((outcome for outcome in _WORST_FIRST if outcome in outcomes), "absent")
        if worst != OUTCOMES[word]:
            yield f"{name} should be {OUTCOMES[word]} and is {worst}"
    if "status" in case and verdict.status != case["status"]:
        yield f"the status should be {case['status']} and is {verdict.status} ({verdict.reason})"


def accuracy_page(rulebooks: Sequence[Rulebook], cases: Sequence[Mapping[str, Any]], samples: Mapping[str, Iterable[str]]) -> str:
    """Return the page as Markdown.

    Args:
        rulebooks: the packaged rulebooks.
        cases: worked cases.
        samples: title -> lines of known prompts (see `compliance.reading.score`).
    """
    parts = [
        "# Accuracy",
        "Written by `manage.py report_accuracy`; do not edit. What the program gets right of what is known, and what it does not cover.",
        *_cases_part(rulebooks, cases),
        *_reader_part({title: score(lines) for title, lines in samples.items()}),
        *_coverage_part([rulebook for rulebook in rulebooks if rulebook.register]),
        *(part for rulebook in rulebooks for part in _limits_part(rulebook)),
    ]
    return "\n\n".join(parts) + "\n"


def _table(*rows: Sequence[object]) -> str:
    head, *body = [" | ".join(map(str, row)) for row in rows]
    return "\n".join([f"| {head} |", "|" + " --- |" * len(rows[0]), *(f"| {row} |" for row in body)])


def _cases_part(rulebooks: Sequence[Rulebook], cases: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    by_name = {rulebook.name: rulebook for rulebook in rulebooks}
    rows: list[tuple[object, ...]] = [("rulebook", "cases", "right")]
    wrong: list[str] = []
    for name in sorted({str(case["rulebook"]) for case in cases}):
        own = [case for case in cases if case["rulebook"] == name]
        failing = {str(case["case"]): list(case_problems(by_name[name], case)) for case in own}
        failing = {case: problems for case, problems in failing.items() if problems}
        rows.append((name, len(own), len(own) - len(failing)))
        wrong += [f"- {name}, {case}: {'; '.join(problems)}" for case, problems in failing.items()]
    yield "## Worked cases"
    yield "Proposals worked out by hand from the regulations' tables (`tests/data/cases`), judged by the program."
    yield _table(*rows)
    if wrong:
        yield "\n".join(wrong)


def _reader_part(reports: Mapping[str, Report]) -> Iterator[str]:
    yield "## Reading"
    yield (
        "Fields read from prompts whose values a careful human wrote down. Recall: expected values that were read right. Precision: of the values "
        "returned that can be judged, those that are right. A number is right within 1 %. Errors found in a batch were mended afterwards, so these "
        "are figures of prompts that the program has seen; the first run on unseen batches of our own gave a recall of 0.93 to 0.99 and a precision "
        "of 0.981 to 0.9985."
    )
    rows: list[tuple[object, ...]] = [("prompts", "number", "values expected", "recall", "values judged", "precision")]
    for title, report in reports.items():
        total = report.total
        rows.append((title, report.prompts, total.expected, f"{total.recall:.3f}", total.returned, f"{total.precision:.3f}"))
    yield _table(*rows)


def _coverage_part(rulebooks: Sequence[Rulebook]) -> Iterator[str]:
    yield "## How much of each regulation is encoded"
    yield (
        "Rows are rows of the regulation's tables and numbered rules that were read; clauses are the rulebook's. Verified: the transcription was "
        "checked against the text named in the clause. Interpreted: the text is unclear and our reading stands in the finding. Undecided: the law is blank there."
    )
    names = ("rulebook", "rows", "encoded", "not checkable", "not included", "clauses", "verified", "tested", "interpreted", "undecided")
    rows: list[tuple[object, ...]] = [names]
    for rulebook in rulebooks:
        totals = coverage(rulebook)["totals"]
        rows.append((rulebook.name, totals["rows"], _share(totals["encoded"], totals["rows"]), totals["not_checkable"], totals["not_included"],
                     totals["clauses"], _share(totals["verified"], totals["clauses"]), *(totals[name] for name in ("tested", "interpreted", "undecided"))))  # fmt: skip
    yield _table(*rows)
    for rulebook in rulebooks:
        yield f"### {rulebook.title}, table by table"
        tables: list[tuple[object, ...]] = [("regulation", "table", "what", "rows", "encoded", "verified clauses", "not checkable", "not included")]
        for table in coverage(rulebook)["tables"]:
            verified = f"{table['verified']} of {table['clauses']}"
            tables.append((table["clause"], table.get("table", ""), table["what"], table["rows"], _share(table["encoded"], table["rows"]), verified,
                           table["not_checkable"], table["not_included"]))  # fmt: skip
        yield _table(*tables)


def _share(part: int, whole: int) -> str:
    return f"{part} ({part / whole:.0%})" if whole else str(part)


def _limits_part(rulebook: Rulebook) -> Iterator[str]:
    yield f"## Known limits: {rulebook.title}"
    yield f"Edition read: {rulebook.edition}."
    lines = [f"- not included: {text}" for text in rulebook.not_included]
    for table in rulebook.register:
        for state, rows in (("not checkable", table.not_checkable), ("not included", table.not_included)):
            lines += [f"- {state}: {table.clause}{f', {table.table}' if table.table else ''}, row {row}: {why}" for row, why in rows.items()]
    lines += [f"- not checkable from words: {entry['clause']}: {entry['what']}" for entry in rulebook.not_checkable]
    lines += [f"- our reading of {clause.clause_no} ({clause.id}): {clause.interpretation}" for clause in rulebook.clauses if clause.interpretation]
    yield "\n".join(lines) or "None named."
