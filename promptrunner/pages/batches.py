"""Many proposals at once: a form for them, and a page that shows how far their checking is."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from compliance.models import Batch
from compliance.services.batches import batch_cancel
from compliance.vocabulary import CITIES
from promptrunner.api.batches import LIMIT, batch_of, proposals_of, see_to
from promptrunner.errors import first_error
from promptrunner.pages.page import is_partial, page
from promptrunner.pages.workbench import voice_of
from promptrunner.results import PARQUET_INSTALLED
from promptrunner.showing import STATUSES

SHOWN = 100
LISTED = 25


@page("GET", "HEAD", "POST")
def batches(request: HttpRequest) -> HttpResponse:
    """Show the form and the newest batches; take proposals, typed or as a file, and go to their page."""
    error = ""
    if request.method == "POST":
        try:
            return redirect("pages:batch", _taken(request).pk)
        except ValidationError as fault:
            error = first_error(fault)
    newest = [(batch, _progress(batch)) for batch in Batch.objects.order_by("-created_at", "-id")[:LISTED]]
    context = {
        "newest": newest,
        "cities": CITIES,
        "limit": LIMIT,
        "error": error,
        "typed": request.POST.get("proposals", ""),
        "city": request.POST.get("city", ""),
    }
    return render(request, "pages/batches.html", context, status=400 if error else 200)


def _taken(request: HttpRequest) -> Batch:
    file = request.FILES.get("file")
    if file is not None and (file.size or 0) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:  # Django limits a body without its files
        raise RequestDataTooBig
    proposals = proposals_of(file.read() if file else request.POST.get("proposals", "").encode())
    if not proposals:
        raise ValidationError(_("Write a proposal on each line, or choose a file."))
    city = {"city": request.POST["city"]} if request.POST.get("city") else {}
    return batch_of({"proposals": proposals, "session_id": voice_of(request), **city}, owner=str(request.user.pk or ""))


@page()
def batch_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show how far a batch is, and its results so far; asked again every second while it is worked off."""
    batch = get_object_or_404(Batch, pk=pk)
    see_to(batch)
    results = batch.results.select_related("run").order_by("number")[:SHOWN]
    rows = [{"result": row, "words": STATUSES[row.run.status] if row.run else _("not checked")} for row in results]
    context: dict[str, Any] = {"batch": batch, "progress": _progress(batch), "rows": rows, "shown": SHOWN, "parquet": PARQUET_INSTALLED}
    return render(request, "pages/_batch.html" if is_partial(request) else "pages/batch.html", context)


@page("POST")
def batch_stop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Cancel what is not checked yet."""
    batch_cancel(batch=get_object_or_404(Batch, pk=pk))
    return redirect("pages:batch", pk)


def _progress(batch: Batch) -> int:
    return batch.results.count()
