"""The verdict: every clause in force judged, the status, what is permissible, and the digests."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from compliance.canonical import canonical, whole_as_integer
from compliance.rules import explaining
from compliance.rules.completing import Completion, vary
from compliance.rules.expressions import is_number
from compliance.rules.judging import Check, Judged, Judgement, Outcome, judge, rejudge, tiers_taken
from compliance.rules.missing import Missing, explain_unknown
from compliance.rules.rulebook import LANGUAGE_VERSION, Categories, Clause, Day, Requirement, Rulebook
from compliance.rules.values import UNLIMITED, Unlimited
from compliance.specs import round_number
from compliance.vocabulary import BLOCKING, FIELDS

Status = Literal["BLOCKED", "ERROR", "NON_COMPLIANT", "INCOMPLETE", "COMPLIANT"]

OutcomesByField = dict[str, dict[str, Outcome]]
"""Field -> clause id -> what its check on that field comes to."""

JudgedCheck = tuple[Check, float | None, dict[str, Any]]
"""A check, by how much it is missed, and its wire form."""

NOT_A_SANCTION = "This is not a sanction: it reads the proposal against the regulations named and must be confirmed with the authority."


@dataclass(frozen=True, slots=True)
class Finding:
    """One clause's outcome for one proposal, as it goes over the wire (`as_dict`)."""

    id: str
    clause_no: str
    title: str
    category: str
    outcome: Outcome
    checks: Mapping[str, Mapping[str, Any]]
    sentence: str
    rests_on: tuple[str, ...]
    displaced: tuple[str, ...]
    needs: tuple[str, ...]
    source: Mapping[str, Any]
    verification: str
    interpretation: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the wire form; what is absent is absent."""
        wire: dict[str, Any] = {
            "id": self.id, "clause_no": self.clause_no, "title": self.title, "category": self.category, "outcome": self.outcome,
            "checks": self.checks, "sentence": self.sentence, "rests_on": list(self.rests_on), "displaced": list(self.displaced),
            "needs": list(self.needs), "source": self.source, "verification": self.verification,
        }  # fmt: skip
        if self.interpretation:
            wire["interpretation"] = self.interpretation
        return wire


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to one proposal under one rulebook on one day.

    Attributes:
        status: BLOCKED, ERROR, NON_COMPLIANT, INCOMPLETE or COMPLIANT.
        findings: the clauses that apply or may apply, worst first; those that do not apply are only counted.
        permissible: field -> the tightest limits that follow given the proposal's other values, with the binding clause.
        must_also_provide: limits on fields that do not decide and that the proposal does not state.
        asks: field -> question, most important first.
        digest: SHA-256 over language version, spec, clause outcomes with their versions, permissible and status.
        outcome_digest: the same without the clause versions.
    """

    status: Status
    reason: str = ""
    missing_fields: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    permissible: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    must_also_provide: tuple[Mapping[str, Any], ...] = ()
    asks: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    digest: str = ""
    outcome_digest: str = ""


class Evaluation:
    """One completed spec under the clauses of a rulebook in force on a day: its verdict, and what other values would change."""

    def __init__(self, rulebook: Rulebook, completion: Completion, as_of: datetime.date) -> None:
        self.rulebook = rulebook
        self.completion = completion
        self.as_of = as_of
        self._judged = judge(rulebook, rulebook.environment(completion.spec), as_of)
        self._before = _by_field(self._judged)

    @cached_property
    def verdict(self) -> Verdict:
        """The verdict. A clause whose outcome would change inside the documented range of an assumption is UNDETERMINED and asks for the fact."""
        return self._assembly.verdict()

    @cached_property
    def outcome_digest(self) -> str:
        """The verdict's `outcome_digest` alone, at half the cost."""
        return self._assembly.outcome_digest()

    @cached_property
    def _assembly(self) -> _Assembly:
        for entry in self.completion.assumptions:
            for end in entry.range or ():
                other = self._with(vary(self.rulebook, self.completion, entry.field, end))
                if other is not None:
                    _mark_flips(self._judged, self._before, other, entry.field)
        return _Assembly(self.rulebook, self.completion, self._judged, self.rulebook.on(self.as_of))

    def differing_fields(self, values: Mapping[str, Any]) -> list[str]:
        """Return the fields whose outcomes would differ with other values for some fields of the spec, in the vocabulary's order."""
        other = self._with(values)
        after = self._before if other is None else _by_field(other)
        return [name for name in FIELDS if self._before.get(name) != after.get(name)]

    def _with(self, values: Mapping[str, Any]) -> Judged | None:
        """Return the spec with other values for some fields, judged; None where no clause comes out otherwise."""
        facts, changed = self.rulebook.environment_with(self._judged.facts, values)
        return None if changed.isdisjoint(self.rulebook.read_by_clauses) else rejudge(self.rulebook, facts, self.as_of, self._judged, changed)


def evaluate(rulebook: Rulebook, completion: Completion, as_of: datetime.date) -> Verdict:
    """Return the verdict on a completed spec under the clauses in force on a day."""
    return Evaluation(rulebook, completion, as_of).verdict


def error_verdict(completion_spec: Mapping[str, Any], reason: str) -> Verdict:
    """Return the verdict where no rulebook can judge: ERROR with its reason."""
    return _digested(Verdict("ERROR", reason=reason), completion_spec, {}, b"{}")


def blocked_verdict(spec: Mapping[str, Any], missing: Iterable[str], reason: str) -> Verdict:
    """Return the verdict where not even a rulebook can be chosen: BLOCKED with what is missing."""
    names = tuple(missing)
    asks = {name: _question(name) for name in names}
    return _digested(Verdict("BLOCKED", reason=reason, missing_fields=names, asks=asks), spec, {}, b"{}")


def assemble(rulebook: Rulebook, completion: Completion, judged: Judged, as_of: datetime.date) -> Verdict:
    """Return the verdict that a judgement of a completed spec comes to."""
    return _Assembly(rulebook, completion, judged, rulebook.on(as_of)).verdict()


# Assumptions with a range


def _mark_flips(judged: Judged, base: OutcomesByField, other: Judged, assumption: str) -> None:
    """Mark as open the checks that make a field's outcome differ between a judgement, as it came out at first (`base`), and another one."""
    varied = _by_field(other)
    for name in base.keys() | varied.keys():
        before, after = base.get(name, {}), varied.get(name, {})
        if _worst(before.values()) == _worst(after.values()):
            continue
        for clause_id in before.keys() | after.keys():
            if before.get(clause_id) != after.get(clause_id):
                _open(judged, other, clause_id, name, assumption)


def _by_field(judged: Judged) -> OutcomesByField:
    found: OutcomesByField = {}
    for check in judged.active():
        found.setdefault(check.field, {})[check.clause.id] = "SATISFIED" if check.holds_anyway else check.outcome
    return found


def _worst(outcomes: Iterable[Outcome]) -> str:
    present = set(outcomes)
    return next((outcome for outcome in ("VIOLATED", "UNDETERMINED", "REQUIRED", "SATISFIED") if outcome in present), "")


def _open(judged: Judged, other: Judged, clause_id: str, name: str, assumption: str) -> None:
    judgement = judged.judgements.get(clause_id)
    if judgement is None:
        judgement = judged.judgements[clause_id] = Judgement(other.judgements[clause_id].clause, applies=False)
    own = [check for check in judgement.checks if check.field == name and not check.displaced_by]
    if not own:  # the clause applies only at the other end of the range: its check is taken from there
        own = [check for check in other.judgements[clause_id].checks if check.field == name]
        judgement.checks += own
        judgement.applies = None if judgement.applies is False else judgement.applies
        for check in own:
            check.displaced_by = ""
    for check in own:
        check.outcome, check.holds_anyway = "UNDETERMINED", False
        check.flips = tuple(dict.fromkeys((*check.flips, assumption)))


# The verdict


class _Assembly:
    def __init__(self, rulebook: Rulebook, completion: Completion, judged: Judged, day: Day) -> None:
        self.rulebook = rulebook
        self.completion = completion
        self.judged = judged
        self.day = day
        self.deciding = judged.deciding
        self.outcomes = {name: judgement.outcome for name, judgement in judged.judgements.items()}
        self.active = judged.active()
        self.settled = {check.field for check in self.active if check.outcome == "SATISFIED"}
        self.behind = completion.behind
        self.assumed = frozenset(entry.field for entry in completion.assumptions)
        area = completion.spec.get("net_plot_area_sq_m")
        self.net_area = float(area) if isinstance(area, (int, float)) else None

    def verdict(self) -> Verdict:
        """Return the verdict."""
        outcome = self._outcome()
        findings = [self._finding(judgement, self._wires[judgement.clause.id]) for judgement in self._applicable]
        ungoverned = tuple(self._ungoverned()) if self._leaves_ungoverned else ()
        return replace(
            outcome,
            findings=tuple(sorted((*ungoverned, *findings), key=_finding_order)),
            must_also_provide=tuple(self._must_provide()),
            asks=self._asks(outcome.missing_fields),
            counts=self._counts(len(ungoverned)),
        )

    def outcome_digest(self) -> str:
        """Return the verdict's `outcome_digest`."""
        return self._outcome().outcome_digest

    def _outcome(self) -> Verdict:
        """Return what the digests are taken over, with the digests."""
        missing = tuple(name for name in BLOCKING if name not in self.completion.spec)
        status, reason = self._status(missing, bool(self._applicable), self._leaves_ungoverned)
        outcome = Verdict(status=status, reason=reason, missing_fields=missing, permissible=self._permissible())
        return _digested(outcome, self.completion.spec, self._clauses(), self.day.versions)

    @cached_property
    def _applicable(self) -> list[Judgement]:
        return [judgement for judgement in self.judged.judgements.values() if judgement.applies is not False]

    @cached_property
    def _wires(self) -> dict[str, list[JudgedCheck]]:
        return {
            judgement.clause.id: [(check, short := _short(check), _wire_check(check, short, self.net_area)) for check in judgement.checks]
            for judgement in self._applicable
        }

    @cached_property
    def _leaves_ungoverned(self) -> bool:
        """Whether there are deciding fields that no clause governs, of a proposal that can be judged."""
        return bool(self._applicable) and all(name in self.completion.spec for name in BLOCKING) and bool(self._without_check())

    def _clauses(self) -> dict[str, Any]:
        """Return what the digest says of each clause: its outcome, and its checks in an order of their own."""
        found: dict[str, Any] = {clause.id: "NOT_APPLICABLE" for clause in self.day.clauses}
        for judgement in self._applicable:
            name = judgement.clause.id
            found[name] = [self.outcomes[name], [[check.field, check.displaced_by, wire] for check, _, wire in sorted(self._wires[name], key=_check_order)]]
        return found

    def _status(self, missing: tuple[str, ...], applicable: bool, ungoverned: bool) -> tuple[Status, str]:
        if missing:
            labels = ", ".join(FIELDS[name].label for name in missing)
            return "BLOCKED", f"The proposal does not say: {labels}."
        if not applicable:
            return "ERROR", f"None of the clauses of {self.rulebook.title} applies to this proposal."
        active = self.active
        violated = sorted({check.clause.clause_no for check in active if check.outcome == "VIOLATED"})
        if violated:
            return "NON_COMPLIANT", f"The proposal violates {', '.join(violated)}."
        undetermined = {check.field for check in active if self._holds_up(check)}
        if undetermined or ungoverned:
            names = [FIELDS[name].label for name in self.deciding if name in undetermined or name in self._without_check()]
            return "INCOMPLETE", f"Nothing is violated so far, but these are not determined: {', '.join(names)}."
        return "COMPLIANT", "Every deciding field was checked and holds."

    def _holds_up(self, check: Check) -> bool:
        """Return whether a check keeps the verdict open.

        One that holds even if its clause applies does not, where another clause decides the field: the outcome is the same with it and without.
        """
        if check.outcome != "UNDETERMINED" or check.field not in self.deciding:
            return False
        return not (check.holds_anyway and check.field in self.settled)

    def _without_check(self) -> list[str]:
        """Return the deciding fields that no applicable clause limits and no clause may limit either."""
        limited = {check.field for check in self.active}
        return [name for name in self.deciding if name not in limited]

    def _ungoverned(self) -> Iterable[Finding]:
        for name in self._without_check():
            sentence = f"No clause of {self.rulebook.title} governs {FIELDS[name].label} here."
            yield Finding(
                f"none:{name}", "", f"No clause governs {FIELDS[name].label}", _category_of(name), "UNDETERMINED", {name: {"outcome": "UNDETERMINED"}}, sentence,
                (), (), (), dict(self.rulebook.content.get("source") or {}), "verified",
            )  # fmt: skip

    def _finding(self, judgement: Judgement, wires: list[JudgedCheck]) -> Finding:
        clause = judgement.clause
        standing = [(check, short, wire) for check, short, wire in wires if not check.displaced_by]
        checks = [check for check, _, _ in standing]
        shorts = [(check, short) for check, short, _ in standing]
        missing = self._missing(judgement, checks)
        outcome = self.outcomes[clause.id]
        displaced = outcome == "NOT_APPLICABLE"
        because = _because(missing, checks) if outcome == "UNDETERMINED" else ""
        sentence = (
            f"{explaining.write_source(self.rulebook, clause)}: displaced by {', '.join(sorted({check.displaced_by for check in judgement.checks}))}."
            if displaced
            else explaining.write_sentence(self.rulebook, clause, shorts, because, self.net_area, self.assumed)
        )
        return Finding(
            id=clause.id, clause_no=clause.clause_no, title=clause.title, category=clause.category, outcome=outcome,
            checks={check.field: wire for check, _, wire in standing}, sentence=sentence, rests_on=self._rests_on(clause),
            displaced=tuple(f"{target}:{name}" for target, name in judgement.displaced), needs=tuple(missing.fields),
            source=clause.source, verification=clause.verification, interpretation=clause.interpretation,
        )  # fmt: skip

    def _missing(self, judgement: Judgement, checks: list[Check]) -> Missing:
        missing = Missing()
        if self.outcomes[judgement.clause.id] != "UNDETERMINED":
            return missing
        env, rulebook, clause = self.judged.env, self.rulebook, judgement.clause
        env = {**env, **self._bindings(clause)}
        explain_unknown(clause.applies, env, rulebook, missing)
        for check in checks:
            if check.outcome != "UNDETERMINED":
                continue
            for name in check.flips:
                missing.fields.setdefault(name)
            for contender in map(rulebook.by_id.__getitem__, check.contested_by):
                explain_unknown(contender.applies, env, rulebook, missing)
                missing.reasons.setdefault(f"{explaining.write_source(rulebook, contender)} ({contender.title}) may take its place")
            if check.subject is None and not check.settled_by and not check.flips:
                missing.fields.setdefault(check.field)
            nodes = (check.limit.test,) if isinstance(check.limit, Requirement) else check.limit.nodes()
            for node in nodes:
                explain_unknown(node, env, rulebook, missing)
        for name in clause.required | clause.allowed:
            if any(env.get(f"{word}:{name}") is None for word in ("required", "allowed") if name in getattr(clause, word)):
                self._missing_behind(name, clause, missing)
        return missing

    def _bindings(self, clause: Clause) -> dict[str, Any]:
        return {f"{word}:{name}": self.judged.env.get(f"{word}:{name}") for word in ("required", "allowed") for name in getattr(clause, word)}

    def _missing_behind(self, name: str, asking: Clause, missing: Missing) -> None:
        """Add what would settle a limit that another clause asks for by required() or allowed()."""
        for clause in self.rulebook.limiting.get(name, ()):
            judgement = self.judged.judgements.get(clause.id)
            if judgement is None or clause.id == asking.id or judgement.applies is False:
                continue
            explain_unknown(clause.applies, self.judged.env, self.rulebook, missing)
            for check in judgement.checks:
                if check.field == name and check.is_open and not isinstance(check.limit, Requirement):
                    for node in check.limit.nodes():
                        explain_unknown(node, self.judged.env, self.rulebook, missing)

    def _rests_on(self, clause: Clause) -> tuple[str, ...]:
        names = {behind for name in clause.reads for behind in self.behind.get(name, ())}
        for options in clause.falls_back:
            taken = next((place for place, (node, _) in enumerate(options) if node.run(self.judged.env) is not None), 0)
            if taken > 0:
                names |= options[taken][1]
        return tuple(sorted(names))

    def _permissible(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for check in sorted(self.active, key=lambda check: check.clause.id):
            if isinstance(check.limit, Requirement):
                continue
            entry = found.setdefault(check.field, {})
            if self.judged.judgements[check.clause.id].applies is None or check.is_open or check.flips:
                entry.setdefault("pending", []).append(check.clause.clause_no)
            if self.judged.judgements[check.clause.id].applies:
                _tighten(entry, check)
        ordered = {name: {key: found[name][key] for key in sorted(found[name])} for name in FIELDS if name in found}
        for entry in ordered.values():
            if "pending" in entry:
                entry["pending"] = sorted(set(entry["pending"]))
        return ordered

    def _must_provide(self) -> Iterable[dict[str, Any]]:
        required = [check for check in self.active if check.outcome == "REQUIRED"]
        most = {
            check.field: max(other.minimum for other in required if other.field == check.field and is_number(other.minimum))
            for check in required
            if is_number(check.minimum)
        }
        for check in sorted(required, key=lambda check: (check.field, check.clause.id)):
            lone = check.maximum is None and not isinstance(check.limit, Requirement)
            if not (lone and is_number(check.minimum) and check.minimum < most[check.field]):  # a greater one takes care of it
                wire = {key: value for key, value in _wire_check(check, None, None).items() if key.startswith("rule_")}
                sentence = explaining.write_sentence(self.rulebook, check.clause, [(check, None)], "")
                yield {"field": check.field, **wire, "clause_no": check.clause.clause_no, "sentence": sentence}

    def _asks(self, missing: tuple[str, ...]) -> dict[str, str]:
        """Return the questions of this verdict: what blocks first, then an assumed zone, then what keeps deciding fields open."""
        asks = {name: _question(name) for name in missing}
        assumed = {entry.field: entry for entry in self.completion.assumptions}
        if "land_use_zone" in assumed:
            asks["land_use_zone"] = f"Which zone is the plot in? {assumed['land_use_zone'].value} is assumed from the use."
        needs: dict[str, int] = {}
        for judgement in self.judged.judgements.values():
            if judgement.applies is False or self.outcomes[judgement.clause.id] != "UNDETERMINED":
                continue
            checks = [check for check in judgement.checks if not check.displaced_by and self._holds_up(check)]
            for name in self._missing(judgement, checks).fields if checks else ():
                needs[name] = needs.get(name, 0) + 1
        for name in sorted(needs, key=lambda name: (-needs[name], name)):
            known = assumed.get(name)
            hint = f" {explaining.write_value(name, known.value)} is assumed, and the answer depends on it." if known else ""
            asks.setdefault(name, _question(name) + hint)
        return asks

    def _counts(self, ungoverned: int) -> dict[str, int]:
        outcomes = list(self.outcomes.values())
        counts = {outcome.lower(): outcomes.count(outcome) for outcome in ("SATISFIED", "VIOLATED", "UNDETERMINED", "REQUIRED", "NOT_APPLICABLE")}
        counts["undetermined"] += ungoverned
        counts["not_applicable"] += len(self.day.clauses) - len(outcomes)
        return {"clauses": len(self.day.clauses), **counts}


def _question(name: str) -> str:
    definition = FIELDS[name]
    if definition.kind == "flag":
        return f"Does this hold: {definition.label}?"
    return f"Which {definition.label} is it?" if definition.kind == "code" else f"What is the {definition.label}?"


def _category_of(name: str) -> str:
    words = {"fsi": "fsi", "height": "height", "setback": "setback", "road": "access", "coverage": "coverage", "use": "use", "parking": "parking"}
    return next((category for word, category in words.items() if word in name), "access")


_OUTCOME_ORDER = ("VIOLATED", "UNDETERMINED", "REQUIRED", "SATISFIED", "NOT_APPLICABLE")


def _finding_order(finding: Finding) -> tuple[int, int, str]:
    return _OUTCOME_ORDER.index(finding.outcome), Categories.index(finding.category), finding.id


def _because(missing: Missing, checks: list[Check]) -> str:
    parts = []
    if missing.fields:
        parts.append("it depends on " + ", ".join(FIELDS[name].label if name in FIELDS else name for name in missing.fields))
    parts += list(missing.reasons)
    if all(check.holds_anyway for check in checks if check.outcome == "UNDETERMINED"):
        parts.append("it holds even if the clause applies")
    return "; ".join(parts) or "whether it applies or displaces another clause is not determined"


def wire_number(value: float) -> float:
    """Return a number as it goes over the wire: 6 decimals, whole ones as integers."""
    number = round_number(value)
    return int(number) if number.is_integer() else number


def _short(check: Check) -> float | None:
    """Return by how much a violated limit is missed, in the field's unit; None where that is no number."""
    if check.outcome != "VIOLATED" or not isinstance(check.subject, (int, float)):
        return None
    if is_number(check.minimum) and check.subject < check.minimum:
        return wire_number(check.minimum - check.subject)
    if is_number(check.maximum) and check.subject > check.maximum:
        return wire_number(check.subject - check.maximum)
    return None


def _wire_check(check: Check, short: float | None, net_area: float | None) -> dict[str, Any]:
    wire: dict[str, Any] = {"outcome": check.outcome}
    limit = check.limit
    if isinstance(limit, Requirement):
        wire["rule"] = limit.says
    elif limit.one_of is not None:
        wire["rule_one_of"] = sorted(limit.one_of)
    elif limit.none_of is not None:
        wire["rule_none_of"] = sorted(limit.none_of)
    if is_number(check.minimum):
        wire["rule_min"] = wire_number(check.minimum)
    if is_number(check.maximum):
        wire["rule_max"] = wire_number(check.maximum)
    if UNLIMITED in (check.minimum, check.maximum):
        wire["unlimited"] = True
    if check.subject is not None:
        wire["subject"] = whole_as_integer(check.subject)
    if check.outcome in ("SATISFIED", "VIOLATED"):
        wire["ok"] = check.outcome == "SATISFIED"
    if short is not None:
        wire["short_by" if is_number(check.minimum) and check.subject < check.minimum else "over_by"] = short
    if check.tiers:
        wire.update(_tiers(check, net_area))
    if check.settled_by:
        wire["settled_by"] = check.settled_by
    if check.flips:
        wire["depends_on"] = list(check.flips)
    return wire


def _tiers(check: Check, net_area: float | None) -> dict[str, Any]:
    """Return the tiers of a limit, the tier that the proposal reaches, and what must be bought of those beyond the first."""
    wire: dict[str, Any] = {"tiers": [{"name": name, "adds": wire_number(value)} for name, value in check.tiers if is_number(value)]}
    reached, taken = tiers_taken(check)
    if reached:
        wire["tier"] = reached
    if taken:
        wire["buys"] = [{"tier": name, "amount": wire_number(amount), **_area_of(check, amount, net_area)} for name, amount in taken]
    return wire


def _area_of(check: Check, amount: float, net_area: float | None) -> dict[str, float]:
    """Return an FSI as an area, which is how it is bought."""
    return {"area_sq_m": wire_number(amount * net_area)} if check.field == "fsi" and net_area is not None else {}


def _tighten(entry: dict[str, Any], check: Check) -> None:
    """Narrow a permissible entry by one check; the first clause (by id) that gives the tightest limit is the binding one."""
    limit = check.limit
    if isinstance(limit, Requirement):
        return
    if limit.one_of is not None:
        entry["one_of"] = sorted(set(entry.get("one_of", limit.one_of)) & limit.one_of)
        entry["clause_no"] = check.clause.clause_no
    if limit.none_of is not None:
        entry["none_of"] = sorted(set(entry.get("none_of", ())) | limit.none_of)
        entry["clause_no"] = check.clause.clause_no
    for key, bound, tighter in (("min", check.minimum, max), ("max", check.maximum, min)):
        if is_number(bound):
            value = wire_number(bound)
            if key not in entry or tighter(value, entry[key]) != entry[key]:
                entry[key] = value
                entry["clause_no" if "clause_no" not in entry or key == "max" or "max" not in entry else "clause_no_min"] = check.clause.clause_no
                if key == "max":
                    entry.pop("tiers", None)
                    if check.tiers:
                        entry["tiers"] = _tiers_up_to(check)
        elif isinstance(bound, Unlimited) and key == "max":
            entry.setdefault("clause_no", check.clause.clause_no)
            entry["unlimited"] = True
    if "min" in entry or "max" in entry:
        entry.pop("unlimited", None)


def _tiers_up_to(check: Check) -> list[dict[str, Any]]:
    total, tiers = 0.0, []
    for name, value in check.tiers:
        if is_number(value):
            total += value
            tiers.append({"name": name, "adds": wire_number(value), "up_to": wire_number(total)})
    return tiers


# Digests


def _digested(verdict: Verdict, spec: Mapping[str, Any], clauses: Mapping[str, Any], versions: bytes) -> Verdict:
    outcome = canonical(
        {"clauses": clauses, "language": LANGUAGE_VERSION, "permissible": verdict.permissible, "spec": whole_as_integer(dict(spec)), "status": verdict.status}
    )
    # The canonical JSON of {"outcome": ..., "versions": ...}, put together from its two parts.
    whole = b'{"outcome":' + outcome + b',"versions":' + versions + b"}"
    return replace(verdict, digest=hashlib.sha256(whole).hexdigest(), outcome_digest=hashlib.sha256(outcome).hexdigest())


def _check_order(entry: JudgedCheck) -> tuple[str, str]:
    limit = entry[0].limit
    return entry[0].field, limit.says if isinstance(limit, Requirement) else ""
