"""The workbench: a proposal in one box, what is read of it while one types, corrections in place, and the way to its verdict."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from compliance.models import Run
from compliance.reading import PromptTooLongError, ReadResult, read_prompt
from compliance.specs import SpecError, normalise_spec
from compliance.vocabulary import FIELDS
from feedback.models import Feedback
from promptrunner.pages.page import is_partial, page
from promptrunner.pipeline import run_proposal
from promptrunner.rating import feedback_give, source_of
from promptrunner.showing import control_of, label, marked, rows_and_questions
from telemetry.trace import current_trace_id

GIVEN = "given-"
"""Before the name of a field: its value as a person gives or corrects it."""
KNOWN = "known-"
"""Before the name of a field: its value as the page itself gave it, from the run before or a remedy; only what differs from it is a correction."""
EXAMPLES = {
    "Mumbai": "Residential building in Andheri, Mumbai, zone R2, plot 1,000 sq m on a 12 m road, height 24 m, FSI 2, margins 3.6 m all round",
    "Pune": "G+7 residential on a 30 x 40 m plot, 18 m road, Baner, Pune, zone R2, FSI 2.5, front 4.5 m, side and rear margins 4.5 m",
    "Nashik": "Shop-cum-residential, stilt + 5, in Nashik, zone R2, plot of 600 sq m on a 15 m road, FSI 1.9, front margin 4.5 m, sides and rear 3 m",
    "Ahmedabad": "Bungalow, G+1, in Ahmedabad, zone R1, plot 400 sq yd on a 9 m road, FSI 1.2, front 3 m, sides 2.25 m, rear 2.25 m",
}


@page("GET", "HEAD", "POST")
def workbench(request: HttpRequest) -> HttpResponse:
    """Show the box; take a proposal and go to its verdict. What cannot be taken is said beside what was typed."""
    if request.method != "POST":
        prompt = EXAMPLES.get(request.GET.get("example", ""), "")
        return render(request, "pages/workbench.html", form_context(prompt=prompt, given={}))
    prompt, given, known = typed(request)
    try:
        run = checked(request, prompt, given, known)
    except (SpecError, PromptTooLongError) as error:
        return render(request, "pages/workbench.html", form_context(prompt=prompt, given=given, known=known, error=error), status=400)
    return redirect("pages:run", run.pk)


@page("POST")
def reading(request: HttpRequest) -> HttpResponse:
    """Show what is read of what is typed so far; nothing is stored."""
    prompt, given, known = typed(request)
    context = form_context(prompt=prompt, given=given, known=known) | {"partial": is_partial(request)}
    return render(request, "pages/_reading.html" if is_partial(request) else "pages/workbench.html", context)


def typed(request: HttpRequest) -> tuple[str, dict[str, str], dict[str, str]]:
    """Return the proposal, the values given beside it as they were typed, and those of them that the page itself had put there."""
    prompt = request.POST.get("prompt", "").replace("\r\n", "\n").strip()
    return prompt, _values_named(request, GIVEN), _values_named(request, KNOWN)


def _values_named(request: HttpRequest, prefix: str) -> dict[str, str]:
    named = {name.removeprefix(prefix): text.strip() for name, text in request.POST.items() if name.startswith(prefix) and isinstance(text, str)}
    return {name: text for name, text in named.items() if text and name in FIELDS}


def checked(request: HttpRequest, prompt: str, given: Mapping[str, str], known: Mapping[str, str]) -> Run:
    """Return the run of a proposal. A value that a person gave against what is read of the words is kept as feedback: it was misread.

    Raises:
        SpecError: a value that no proposal can have.
        PromptTooLongError: more than 10,000 characters.
    """
    if not prompt and not given:
        raise SpecError([("/prompt", _("Describe the building and its plot, or take an example."))])
    spec = normalise_spec(values(given))
    run, _created = run_proposal(prompt=prompt, spec=spec, session_id=voice_of(request))
    if spec:
        read = read_prompt(prompt)
        readings = [entry.as_dict() for entry in read.readings]
        stated = {entry["field"]: entry["value"] for entry in readings if entry["origin"] == "stated"}
        answered = {question.field for question in read.questions}
        corrected = stated.keys() - answered - {name for name, text in known.items() if text == given.get(name)}
        wrong = [{"field": name, "value": value} for name, value in spec.items() if name in corrected and stated[name] != value]
        if wrong:
            feedback_give(run=run, kind=Feedback.Kind.MISREAD, vote=None, corrections=wrong, readings=readings, **whose(request))
    return run


def values(given: Mapping[str, str]) -> dict[str, Any]:
    """Return values as the spec takes them: Indian digit grouping is allowed in numbers."""
    return {name: _value(FIELDS[name].kind, text) for name, text in given.items()}


def _value(kind: str, text: str) -> Any:
    if kind == "items":
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text.replace(",", "") if kind in ("number", "count") else text


def as_typed(value: Any) -> str:
    """Return a value of a spec as a form takes it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return json.dumps(value) if isinstance(value, list) else str(value)


def given_of(readings: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the values that were given beside a run's words, as a form takes them."""
    return {entry["field"]: as_typed(entry["value"]) for entry in readings if entry["origin"] == "given"}


def form_context(*, prompt: str, given: Mapping[str, str], known: Mapping[str, str] | None = None, error: Exception | None = None) -> dict[str, Any]:
    """Return what the box and what is read of it need. A value that cannot be taken is shown as it was typed, and nothing is read of it."""
    known = known or {}
    wrong = {pointer.split("/")[1] for pointer, _says in error.errors} if isinstance(error, SpecError) else set()
    context: dict[str, Any] = {"prompt": prompt, "examples": EXAMPLES, "errors": []}
    right = {name: text for name, text in given.items() if name not in wrong}
    read = None
    if (prompt or right) and not isinstance(error, PromptTooLongError):
        try:
            read = read_prompt(prompt, normalise_spec(values(right)))
        except (SpecError, PromptTooLongError) as failed:
            if error is None:
                return form_context(prompt=prompt, given=given, known=known, error=failed)
    if read is not None:
        context |= read_context(prompt, read, given, wrong)
    shown = {row["field"] for row in (*context.get("values", ()), *context.get("questions", ())) if row["control"]}
    if isinstance(error, PromptTooLongError):
        context["errors"] = [{"field": "", "label": "", "says": str(error)}]
    elif isinstance(error, SpecError):
        city = given.get("city")
        context["errors"] = [_error_row(pointer.split("/")[1], says, city, given, shown) for pointer, says in error.errors]
        shown |= wrong & FIELDS.keys()
    return context | {"kept": hidden(GIVEN, {name: text for name, text in given.items() if name not in shown}) + hidden(KNOWN, known)}


def _error_row(name: str, says: str, city: str | None, given: Mapping[str, str], shown: set[str]) -> dict[str, Any]:
    """Return what is wrong with a value, and an input to mend it where there is none on the page."""
    control = control_of(name, city, given, empty=_("as read"), wrong={name}) if name in FIELDS and name not in shown else ""
    return {"field": name, "label": _(label(name)) if name in FIELDS else "", "says": says, "control": control}


def hidden(prefix: str, named: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return values as hidden inputs of a form: name and text."""
    return [(prefix + name, text) for name, text in named.items()]


def read_context(prompt: str, read: ReadResult, given: Mapping[str, str], wrong: Collection[str]) -> dict[str, Any]:
    """Return what was read as the page shows it: the marked text, the values and the questions."""
    readings = [entry.as_dict() for entry in read.readings]
    city = str(read.spec.get("city", "")) or None
    questions = [question.as_dict() for question in read.questions]
    return {"pieces": marked(prompt, readings), **rows_and_questions(readings, questions, city, given, wrong)}


def voice_of(request: HttpRequest) -> str:
    """Return the session under which a browser's runs and votes stand; a person who is logged in is known by name besides."""
    if not request.session.session_key:
        request.session["pages"] = True
        request.session.save()
    return f"web-{source_of(request.session.session_key or '')[:24]}"


def whose(request: HttpRequest) -> dict[str, Any]:
    """Return whose feedback it is, and where it comes from."""
    return {
        "voter": request.user if request.user.is_authenticated else None,
        "session_id": voice_of(request),
        "source": source_of(request.META.get("REMOTE_ADDR", "")),
        "trace_id": current_trace_id(),
    }
