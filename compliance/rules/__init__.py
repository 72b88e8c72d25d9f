"""The clause language: load and check a rulebook, prove it sound, complete a spec, evaluate it, explain the verdict. Pure: no Django, clock or network."""

from compliance.rules.comparing import Change, Difference, compare
from compliance.rules.completing import Completed, Completion, complete
from compliance.rules.coverage import coverage
from compliance.rules.errors import Problem, RulebookError
from compliance.rules.evaluating import NOT_A_SANCTION, Evaluation, Finding, Verdict, blocked_verdict, error_verdict, evaluate
from compliance.rules.loading import load, load_file, parse_content
from compliance.rules.rulebook import LANGUAGE_VERSION, Clause, Rulebook
from compliance.rules.soundness import Fault, check_soundness
from compliance.rules.writing import write_yaml

__all__ = [
    "LANGUAGE_VERSION", "NOT_A_SANCTION", "Change", "Clause", "Completed", "Completion", "Difference", "Evaluation", "Fault", "Finding", "Problem", "Rulebook",
    "RulebookError", "Verdict", "blocked_verdict", "check_soundness", "compare", "complete", "coverage", "error_verdict", "evaluate", "load", "load_file",
    "parse_content", "write_yaml",
]  # fmt: skip
