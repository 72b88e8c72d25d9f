"""Why something is unknown: the missing fields, and the reasons that no field can cure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from compliance.rules.formulas import Node
from compliance.rules.rulebook import Rulebook
from compliance.vocabulary import FIELDS


@dataclass(slots=True)
class Missing:
    """The fields that a proposal would have to state, and sentences for what the law leaves open; both without doubles, in order."""

    fields: dict[str, None] = field(default_factory=dict)
    reasons: dict[str, None] = field(default_factory=dict)


def explain_unknown(node: Node, env: Mapping[str, Any], rulebook: Rulebook, missing: Missing) -> None:
    """Collect why a node is unknown; nothing is collected where it is known."""
    if node.run(env) is not None:
        return
    if node.op == "name":
        fact = rulebook.fact_by_name.get(node.value)
        if fact is None:
            missing.fields.setdefault(node.value)
        else:
            explain_unknown(fact.node, env, rulebook, missing)
    elif node.op == "undecided":
        missing.reasons.setdefault(str(node.value))
    elif node.op in ("required", "allowed"):
        _binding(node, env, missing)
    elif node.op in ("count", "sum"):
        missing.fields.setdefault("dwelling_mix")
    elif node.op == "by":
        _by(node, env, rulebook, missing)
    elif node.op == "where" and (test := node.args[0].run(env)) is not None:
        explain_unknown(node.args[1 if test else 2], env, rulebook, missing)
    elif node.args and any(arg.run(env) is None for arg in node.args):
        for arg in node.args:
            explain_unknown(arg, env, rulebook, missing)
    else:
        missing.reasons.setdefault("a formula of this clause has no value here")


def _binding(node: Node, env: Mapping[str, Any], missing: Missing) -> None:
    label = FIELDS[node.value].label
    missing.reasons.setdefault(f"the {'required' if node.op == 'required' else 'allowed'} {label} is itself not determined")


def _by(node: Node, env: Mapping[str, Any], rulebook: Rulebook, missing: Missing) -> None:
    key, *values = node.args
    value = key.run(env)
    if value is None:
        explain_unknown(key, env, rulebook, missing)
        return
    for match, row in zip(node.value, values, strict=True):
        if match(value):
            explain_unknown(row, env, rulebook, missing)
            return
    name = FIELDS[key.value].label if key.op == "name" and key.value in FIELDS else "this value"
    missing.reasons.setdefault(
        f"no row of the table covers {name} {value:g}" if isinstance(value, (int, float)) else f"no row of the table covers {name} {value}"
    )
