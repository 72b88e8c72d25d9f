"""The PDF report of a run: what an architect hands in. The same run gives the same bytes."""

from promptrunner.reporting.reports import report_of

__all__ = ["report_of"]
