"""What a report is made of: a run's verdict in words, its drawings, and where it can be verified."""

from __future__ import annotations

from django.utils import translation

from compliance.models import Run
from compliance.services.releases import release_compiled
from geometry.massing import mass
from promptrunner.modelling import NoModelError, proposal_of
from promptrunner.pipeline import run_wire
from promptrunner.reporting.document import Pictures, report_pdf


def report_of(run: Run, address: str) -> bytes:
    """Return a run's report as PDF, in English.

    Args:
        run: the run.
        address: where its page is, for the link and the QR code with which it is verified.
    """
    with translation.override("en"):
        rulebook = release_compiled(run.release) if run.release else None
        unchecked = [str(entry.get("what") or entry.get("subject") or next(iter(entry.values()))) for entry in rulebook.not_checkable] if rulebook else []
        return report_pdf(run_wire(run), run.prompt, address, title=rulebook.title if rulebook else "", unchecked=unchecked, pictures=_pictures(run))


def _pictures(run: Run) -> Pictures:
    from geometry.drawing import section, site_plan, thumbnail_png  # noqa: PLC0415 - heavy imports stay out of serving

    try:
        massing = mass(proposal_of(run))
    except NoModelError as error:
        return Pictures(why_not=str(error))
    return Pictures(
        site_plan(massing, f"Site plan, {run.city}"),
        section(massing, f"Section, {run.city}"),
        thumbnail_png(massing, 2),
        cannot_fit=tuple(massing.cannot_fit),
        notes=tuple(massing.notes),
    )
