"""From the clauses that judge a proposal to what may be built: remedies, the envelope, and the questions that matter. Pure."""

from compliance.rules.solving.designs import Design, Designs, nearest
from compliance.rules.solving.envelope import Envelope, Point, find_envelope
from compliance.rules.solving.questions import MissingFact, OpenQuestions, find_questions
from compliance.rules.solving.remedies import Remedies, Remedy, find_remedies
from compliance.rules.solving.trials import Trials

__all__ = [
    "Design",
    "Designs",
    "Envelope",
    "MissingFact",
    "OpenQuestions",
    "Point",
    "Remedies",
    "Remedy",
    "Trials",
    "find_envelope",
    "find_questions",
    "find_remedies",
    "nearest",
]
