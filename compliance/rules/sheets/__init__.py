"""The clauses of a rulebook as a spreadsheet, for curators who work in Excel: out as CSV or XLSX and back to the same rulebook."""

from compliance.rules.sheets.cells import SheetError, SheetProblem
from compliance.rules.sheets.clauses import clauses_to_sheet, sheet_to_clauses
from compliance.rules.sheets.files import FORMATS, SheetFormat, read_sheet, write_sheet

__all__ = ["FORMATS", "SheetError", "SheetFormat", "SheetProblem", "clauses_to_sheet", "read_sheet", "sheet_to_clauses", "write_sheet"]
