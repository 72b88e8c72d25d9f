"""A clause as the fields of a form, and back: what a curator edits instead of YAML.

The form is a tree of texts: mappings and lists, so that a web page can send each text under its path ("limits.0.max.rows.1.is.text").
"""

from compliance.rules.editing.actions import act, filled, filled_value, new_clause
from compliance.rules.editing.names import FormNameError, from_names
from compliance.rules.editing.reading import CellProblem, FormRead, read_form, read_value
from compliance.rules.editing.writing import clause_form, value_form

__all__ = [
    "CellProblem",
    "FormNameError",
    "FormRead",
    "act",
    "clause_form",
    "filled",
    "filled_value",
    "from_names",
    "new_clause",
    "read_form",
    "read_value",
    "value_form",
]
