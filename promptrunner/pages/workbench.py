"""The workbench: a proposal in one box, what is read of it while one types, corrections in place, and the way to its verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from compliance.models import Run
from compliance.reading import PromptTooLongError, ReadResult, read_prompt
from compliance.specs import SpecError, normalise_spec
from compliance.vocabulary import CITIES, FIELDS
from feedback.models import Feedback
from promptrunner.pages.page import is_partial, page
from promptrunner.pipeline import run_proposal
from promptrunner.rating import feedback_give, source_of
from promptrunner.showing import asked, correctable_row, label, marked
from telemetry.trace import current_trace_id

GIVEN = "given-"
"""Before the name of a field: its value as a person gives or corrects it."""
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
    prompt, given = typed(request)
    try:
        run = checked(request, prompt, given)
    except (SpecError, PromptTooLongError) as error:
        return render(request, "pages/workbench.html", form_context(prompt=prompt, given=given, error=error), status=400)
    return redirect("pages:run", run.pk)


@page("POST")
def reading(request: HttpRequest) -> HttpResponse:
    """Show what is read of what is typed so far; nothing is stored."""
    prompt, given = typed(request)
    context = form_context(prompt=prompt, given=given)
    return render(request, "pages/_reading.html" if is_partial(request) else "pages/workbench.html", context)


def typed(request: HttpRequest) -> tuple[str, dict[str, str]]:
    """Return the proposal and the values given beside it, as they were typed."""
    given = {name.removeprefix(GIVEN): text.strip() for name, text in request.POST.items() if name.startswith(GIVEN) and isinstance(text, str)}
    return request.POST.get("prompt", "").replace("\r\n", "\n").strip(), {name: text for name, text in given.items() if text and name in FIELDS}


def checked(request: HttpRequest, prompt: str, given: Mapping[str, str]) -> Run:
    """Return the run of a proposal. A value that was given against what is read of the words is kept as feedback: it was misread.

    Raises:
        SpecError: a value that no proposal can have.
        PromptTooLongError: more than 10,000 characters.
    """
    if not prompt and not given:
        raise SpecError([("/prompt", "Describe the building and its plot, or take an example.")])
    spec = normalise_spec(values(given))
    run, _ = run_proposal(prompt=prompt, spec=spec, session_id=voice_of(request))
    readings = [entry.as_dict() for entry in read_prompt(prompt).readings] if spec else []
    stated = {entry["field"]: entry["value"] for entry in readings if entry["origin"] == "stated"}
    wrong = [{"field": name, "value": value} for name, value in spec.items() if name in stated and stated[name] != value]
    if wrong:
        feedback_give(run=run, kind=Feedback.Kind.MISREAD, vote=None, corrections=wrong, readings=readings, **whose(request))
    return run


def values(given: Mapping[str, str]) -> dict[str, Any]:
    """Return values as the spec takes them: Indian digit grouping is allowed in numbers."""
    return {name: text.replace(",", "") if FIELDS[name].kind in ("number", "count") else text for name, text in given.items()}


def form_context(*, prompt: str, given: Mapping[str, str], error: Exception | None = None) -> dict[str, Any]:
    """Return what the box and what is read of it need."""
    errors = (
        [{"field": pointer.strip("/"), "label": label(pointer.strip("/")), "says": says} for pointer, says in error.errors]
        if isinstance(error, SpecError)
        else []
    )
    if isinstance(error, PromptTooLongError):
        errors = [{"field": "prompt", "label": "", "says": str(error)}]
    context: dict[str, Any] = {"prompt": prompt, "given": given, "examples": EXAMPLES, "cities": list(CITIES), "errors": errors, "read": bool(prompt or given)}
    if not context["read"] or errors:
        return context | {"values": [], "questions": [], "kept": [(GIVEN + name, text) for name, text in given.items()]}
    try:
        read = read_prompt(prompt, normalise_spec(values(given)))
    except (SpecError, PromptTooLongError) as failed:
        return form_context(prompt=prompt, given=given, error=failed)
    return context | read_context(prompt, read, given)


def read_context(prompt: str, read: ReadResult, given: Mapping[str, str]) -> dict[str, Any]:
    """Return what was read as the page shows it: the marked text, the values and the questions."""
    readings = [entry.as_dict() for entry in read.readings]
    city = str(read.spec.get("city", "")) or None
    rows = [correctable_row(entry, city, given) for entry in readings]
    questions = asked([question.as_dict() for question in read.questions], city, given)
    there = {row["field"] for row in [*rows, *questions] if row.get("field")}
    return {
        "pieces": marked(prompt, readings),
        "values": rows,
        "questions": questions,
        "kept": [(GIVEN + name, text) for name, text in given.items() if name not in there],
    }


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
