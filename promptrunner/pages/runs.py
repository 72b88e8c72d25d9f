"""A run's page, the list of runs, the gallery of models, and runs side by side."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from compliance.models import Run
from compliance.rechecking import NothingToSolveError, UnverifiableRunError, trials_of_run, verify
from compliance.rules.explaining import write_number
from compliance.services.releases import release_compiled
from compliance.vocabulary import CITIES, FIELDS
from feedback.models import Feedback
from promptrunner.api.filters import RunFilter
from promptrunner.modelling import NoModelError, figures_of, has_model
from promptrunner.pages.page import is_partial, page
from promptrunner.pages.workbench import GIVEN, KNOWN, as_typed, given_of, hidden, whose
from promptrunner.pipeline import run_wire
from promptrunner.rating import RatingError, feedback_give
from promptrunner.security import MODEL_POLICY
from promptrunner.showing import OUTCOMES, STATUSES, TIERS, finding_rows, fragment, label, marked, rows_and_questions, tier_tables, value_row
from promptrunner.solving import MOST_COMPARED, remedies, side_by_side

ON_A_PAGE = 25
IN_THE_GALLERY = 24


def stored_run(pk: UUID) -> Run:
    """Return a run, or raise Http404."""
    return get_object_or_404(Run.objects.select_related("release__rulebook").defer("release__content"), pk=pk)


@page()
def run_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a run: the verdict first, then why, what would change it, and what it looks like."""
    run = stored_run(pk)
    context = run_context(run)
    if request.GET.get("solve"):
        context |= solved_context(run, context["given"])
    return _run_response(request, context)


def _run_response(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    response = render(request, "pages/run.html", context)
    if context["has_model"]:
        response["Content-Security-Policy"] = MODEL_POLICY
    return response


def run_context(run: Run) -> dict[str, Any]:
    """Return what a run's page shows."""
    wire = run_wire(run)
    city = run.city or None
    given = given_of(wire["readings"])
    published = release_compiled(run.release).by_id if run.release is not None and run.release.effective_from and run.city else {}
    findings = [{**row, "about": _about(row, wire["as_of"], run.city if row["id"] in published else "")} for row in finding_rows(wire)]
    newer = None if wire["latest"] else Run.objects.filter(supersedes=run.pk).only("pk").first()
    return {
        "run": run,
        "wire": wire,
        "status_words": STATUSES[run.status],
        "pieces": marked(run.prompt, wire["readings"]),
        **rows_and_questions(wire["readings"], wire["questions"], city, given),
        "given_rows": [value_row(entry) for entry in wire["readings"] if entry["origin"] == "given" and run.prompt],
        "assumptions": [value_row(entry) for entry in wire["assumptions"]],
        "given": given,
        "kept": hidden(GIVEN, {name: text for name, text in given.items() if FIELDS[name].kind == "items"}) + hidden(KNOWN, given),
        "findings": findings,
        "counts": [(outcome, words, sum(row["outcome"] == outcome for row in findings)) for outcome, words in OUTCOMES.items()],
        "failing": sum(row["outcome"] in ("VIOLATED", "UNDETERMINED") for row in findings),
        "tiers": tier_tables(wire),
        "bought": [text for row in findings for check in row["rows"] for text in check["buys"]],
        "checks_head": fragment("pages/_checks_head.html"),
        "has_model": has_model(run),
        "switch_labels": {"envelope": _("legal envelope"), "overshoot": _("what oversteps it")},
        "newer": newer,
        "reasons": _reasons(),
        "can_solve": run.release is not None and run.status != "COMPLIANT",
    }


def _about(row: Mapping[str, Any], as_of: str, city: str) -> SafeString:
    """Return where a finding's clause stands and how it is read, with the way to the clause itself where it is published for a city."""
    said = {
        "source": row["source_line"],
        "interpretation": row.get("interpretation") or "",
        "needs": ", ".join(_(label(name)) for name in row["needs"]),
        "displaced": ", ".join(f"{clause} ({_(label(name))})" for clause, _colon, name in (entry.partition(":") for entry in row["displaced"])),
    }
    return fragment("pages/_source.html", clause=row["id"], city=city, as_of=as_of, **said)


@page()
def run_remedies(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show what would make a run's proposal comply, each as a button that applies it."""
    if not is_partial(request):
        return redirect(f"{reverse('run', args=[pk])}?solve=1#remedies")
    run = stored_run(pk)
    given = given_of(json.loads(run.verdict)["readings"])
    return render(request, "pages/_remedies.html", {"run": run, **solved_context(run, given)})


def solved_context(run: Run, given: Mapping[str, str]) -> dict[str, Any]:
    """Return the remedies of a run, each with the values that applying it gives, and the questions that can still change the verdict."""
    try:
        solved = remedies(trials_of_run(run))
    except NothingToSolveError as error:
        return {"solved": {"remedies": [], "reason": str(error), "questions": []}}
    for remedy in solved["remedies"]:
        remedy["said"] = STATUSES[remedy["status"]]
        changed = {**given, **{name: as_typed(value) for name, value in remedy["changes"].items()}}
        remedy["given"] = hidden(GIVEN, changed) + hidden(KNOWN, changed)  # a change of the proposal, no correction of what was read
        remedy["bought"] = [f"{part['amount']:g} {TIERS.get(part['tier'], part['tier'])}" for part in remedy.get("buys", ())]
    deciding = [question for question in solved["questions"] if len(question["can_be"]) > 1]
    return {"solved": {**solved, "questions": [{**entry, "words": [STATUSES[status] for status in entry["can_be"]]} for entry in deciding]}}


@page()
def run_model(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show what the model has to say: what was measured, what oversteps the law, and what was drawn without having been stated."""
    run = stored_run(pk)
    clauses = {finding["clause_no"]: finding["id"] for finding in reversed(json.loads(run.verdict)["findings"])}
    try:
        figures = figures_of(run)
    except NoModelError as error:
        return render(request, "pages/_model.html", {"run": run, "no_model": str(error)})
    overshoots = [{**piece, "label": _(label(piece["field"])), "clause": clauses.get(piece["clause_no"], "")} for piece in figures["overshoots"]]
    return render(request, "pages/_model.html" if is_partial(request) else "pages/model.html", {"run": run, **figures, "overshoots": overshoots})


@page("POST")
def run_verify(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Judge a run again under the release and on the day that it names, and show whether the same comes out."""
    run = stored_run(pk)
    try:
        found = verify(run)
        context = {"holds": found.holds, "digest": found.digest, "run": run}
        if found.differences:
            context["says"] = f"Run {run.pk}: {found.says()}."
    except UnverifiableRunError as error:
        context = {"says": str(error), "run": run}
    if is_partial(request):
        return render(request, "pages/_verified.html", context)
    return _run_response(request, run_context(run) | {"verified": context})


@page("GET", "HEAD", "POST", scope="feedback")
def run_feedback(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take what somebody thinks of a run or of one clause of its verdict; the form comes back with what was typed where it cannot be taken."""
    run = stored_run(pk)
    finding = _finding(run, request.POST.get("clause_id", "") or request.GET.get("clause", ""))
    context: dict[str, Any] = {"run": run, "finding": finding, "reasons": _reasons(), "typed": request.POST}
    if request.method == "POST":
        try:
            _vote(request, run, finding)
        except RatingError as error:
            context["errors"] = [sentence for _pointer, sentence in error.errors]
            return render(
                request, "pages/_feedback.html" if is_partial(request) else "pages/feedback.html", context, status=200 if is_partial(request) else 400
            )
        if is_partial(request):
            return render(request, "pages/_thanks.html", context)
        messages.success(request, _("Thank you. A reviewer will look at it."))
        return redirect(f"{reverse('run', args=[pk])}{'#clause-' + finding['id'] if finding else ''}")
    return render(request, "pages/_feedback.html" if is_partial(request) else "pages/feedback.html", context)


def _vote(request: HttpRequest, run: Run, finding: Mapping[str, Any] | None) -> None:
    wrong = request.POST.get("vote") == "wrong"
    kind = Feedback.Kind.CLAUSE_WRONG if wrong and finding else Feedback.Kind.CLAUSE if finding else Feedback.Kind.RESULT
    reason = request.POST.get("reason", "")
    feedback_give(
        run=run,
        kind=kind,
        vote={"up": 1, "down": -1}.get(request.POST.get("vote", "")),
        clause_id=finding["id"] if finding else "",
        reason=reason if reason in Feedback.Reason.values else "",
        comment=request.POST.get("comment", "")[:5000],
        **whose(request),
    )


def _reasons() -> list[tuple[str, str]]:
    return [(code, _(words)) for code, words in Feedback.Reason.choices]


def _finding(run: Run, clause_id: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = next((finding for finding in json.loads(run.verdict)["findings"] if finding["id"] == clause_id), None)
    return found


# Lists


@page()
def history(request: HttpRequest) -> HttpResponse:
    """List runs, newest first, by city, status, day and words."""
    runs, filters = _filtered(request)
    shown, older = _newest(request, runs, ON_A_PAGE)
    return render(request, "pages/history.html", {**filters, "runs": shown, "older": older})


@page()
def gallery(request: HttpRequest) -> HttpResponse:
    """Show the models of runs, newest first."""
    runs, filters = _filtered(request)
    shown, older = _newest(request, runs.filter(plot_area_sq_m__isnull=False), IN_THE_GALLERY)
    return render(request, "pages/gallery.html", {**filters, "runs": shown, "older": older})


def _filtered(request: HttpRequest) -> tuple[QuerySet[Run], dict[str, Any]]:
    found = RunFilter(request.GET, queryset=Run.objects.defer("spec", "reading", "verdict"))
    runs = found.qs if found.is_valid() else Run.objects.none()
    words = request.GET.get("words", "").strip()[:200]
    if words:
        runs = runs.filter(_saying(words))
    chosen = {name: request.GET.get(name, "") for name in ("city", "status", "date_from", "date_to", "words")}
    errors = [str(sentence) for sentences in found.errors.values() for sentence in sentences]
    return runs, {"cities": list(CITIES), "statuses": list(STATUSES.items()), "chosen": chosen, "errors": errors}


def _saying(words: str) -> Q:
    named = Q(external_id=words) | Q(session_id=words) | Q(trace_id=words)
    try:
        return named | Q(pk=UUID(words))  # a trace may look like a run's id
    except ValueError:
        return named | Q(prompt__icontains=words)


def _newest(request: HttpRequest, runs: QuerySet[Run], number: int) -> tuple[list[dict[str, Any]], str]:
    """Return some runs, and the address of the page of older ones; the page begins where the last one ended, so that none gets slower than the first."""
    moment, _comma, pk = request.GET.get("before", "").partition(",")
    try:
        before = parse_datetime(moment) if moment else None
        if before is not None:
            runs = runs.filter(Q(created_at__lt=before) | Q(created_at=before, pk__lt=UUID(pk)))
    except (ValueError, ValidationError):
        pass  # an address that somebody changed: the newest are shown
    found = list(runs.order_by("-created_at", "-id")[: number + 1])
    older = ""
    if len(found) > number:
        last = found[number - 1]
        kept = {name: text for name, text in request.GET.items() if name != "before" and text}
        older = "?" + urlencode({**kept, "before": f"{last.created_at.astimezone(datetime.UTC).isoformat()},{last.pk}"})
    return [{"run": run, "words": STATUSES[run.status], "title": run.prompt or _("structured values")} for run in found[:number]], older


@page()
def compare(request: HttpRequest) -> HttpResponse:
    """Show up to four runs side by side."""
    wanted, errors = [], []
    for text in request.GET.getlist("run"):
        for word in text.replace(",", " ").split():
            try:
                wanted.append(UUID(word.strip("/").rsplit("/", 1)[-1]))
            except ValueError:
                errors.append(_("“%s” is no run: paste the address of its page, or its id.") % word[:60])
    found = {run.pk: run for run in Run.objects.filter(pk__in=wanted[:MOST_COMPARED])}
    errors += [_("There is no run %s.") % pk for pk in wanted[:MOST_COMPARED] if pk not in found]
    if len(wanted) > MOST_COMPARED:
        errors.append(_("The first %s are shown.") % MOST_COMPARED)
    runs = [found[pk] for pk in dict.fromkeys(wanted) if pk in found]
    table = side_by_side([json.loads(run.verdict) for run in runs]) if runs else {"proposals": [], "by_field": []}
    for row in table["by_field"]:
        row["label"] = _(row["label"])
        row["cells"] = [_cell(row["field"], cell) for cell in row["cells"]]
    columns = [{"run": run, "words": STATUSES[run.status], "reason": column["reason"]} for run, column in zip(runs, table["proposals"], strict=True)]
    blanks = range(MOST_COMPARED - len(runs))
    return render(request, "pages/compare.html", {"columns": columns, "rows": table["by_field"], "errors": errors, "blanks": blanks})


def _cell(name: str, cell: Mapping[str, Any]) -> dict[str, Any]:
    permissible = [
        words % write_number(name, cell[key]) for key, words in (("min", _("at least %s")), ("max", _("at most %s"))) if isinstance(cell.get(key), int | float)
    ]
    return {**cell, "permissible": " ".join(permissible), "said": OUTCOMES.get(cell.get("outcome", ""), "")}
