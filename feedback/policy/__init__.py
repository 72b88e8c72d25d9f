"""Which designs are wanted where: strategies, a policy over them, its training and its evidence. Pure: no Django, no clock, no chance of its own."""

from feedback.policy.evidence import Estimate, Evidence, Logged, compare, held_back
from feedback.policy.model import COLD_START, Policy, choices, preferred
from feedback.policy.strategies import STRATEGIES, Context, Strategy
from feedback.policy.training import Example, train

__all__ = [
    "COLD_START",
    "STRATEGIES",
    "Context",
    "Estimate",
    "Evidence",
    "Example",
    "Logged",
    "Policy",
    "Strategy",
    "choices",
    "compare",
    "held_back",
    "preferred",
    "train",
]
