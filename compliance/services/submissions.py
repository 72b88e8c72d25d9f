"""Clauses that platforms send: kept for a curator, who takes them into a draft; none comes into force by being sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from compliance.earlier_rules import draft_clause
from compliance.models import Rule, RulebookRelease, SubmittedClause
from compliance.services.drafts import CurationError, Person, clause_remove, clause_save
from telemetry.transactions import atomic

Kind, Status = SubmittedClause.Kind, SubmittedClause.Status


def clause_submit(
    *, city: str, rule_id: str, clause_no: str, category: str, text: str, values: Mapping[str, Any], sent: Mapping[str, Any], source: str
) -> tuple[SubmittedClause, bool]:
    """Save what a platform says of a clause, and return it and whether it is new; sent again it is brought up to date and waits again.

    Args:
        city: whose law it is.
        rule_id: the platform's own id; once per city.
        clause_no: the authority's number.
        category: as sent.
        text: the clause in words.
        values: its numbers.
        sent: the whole message.
        source: the route or the file.
    """
    now = timezone.now()
    with atomic():
        found, created = SubmittedClause.objects.get_or_create(
            city=city, rule_id=rule_id, kind=Kind.CLAUSE, defaults={"clause_no": clause_no, "source": source, "created_at": now, "updated_at": now}
        )
        found = SubmittedClause.objects.select_for_update().get(pk=found.pk)
        again = not created and found.status == Status.RETIRED
        found.clause_no, found.category, found.text, found.source = clause_no, category, text, source
        found.values, found.sent = json.dumps(dict(values), sort_keys=True), json.dumps(dict(sent), sort_keys=True)
        found.status, found.updated_at = Status.WAITING, now
        found.save()
    return found, created or again


def clause_retire(*, rule_id: str, source: str) -> list[SubmittedClause]:
    """Withdraw what was submitted under an id and, where a published clause has this id, ask a curator to retire that; return what was done.

    Nothing in force is changed by it. Empty where the id is unknown.
    """
    now = timezone.now()
    done = []
    with atomic():
        for found in SubmittedClause.objects.filter(rule_id=rule_id, kind=Kind.CLAUSE).exclude(status=Status.RETIRED):
            found.status, found.updated_at = Status.RETIRED, now
            found.save()
            done.append(found)
        for rule in Rule.objects.published().filter(clause_id=rule_id):
            fields = {"clause_no": rule.clause_no, "category": rule.category, "source": source, "status": Status.WAITING, "updated_at": now}
            asked, _ = SubmittedClause.objects.update_or_create(
                city=rule.cities[0], rule_id=rule_id, kind=Kind.RETIREMENT, defaults=fields, create_defaults={**fields, "text": rule.title, "created_at": now}
            )
            done.append(asked)
    return done


def submission_take(*, submission: SubmittedClause, draft: RulebookRelease, by: Person, reason: str, register: tuple[int, str] | None = None) -> Rule | None:
    """Write a submitted clause into a draft, or take the clause out that it says is to be retired; return the clause written.

    Args:
        submission: one that waits.
        draft: a draft of a rulebook that holds for its city.
        by: the curator.
        reason: why.
        register: the table of the rulebook's register (counted from 0) and the row of it that the clause encodes, where there is a register.

    Raises:
        CurationError: it waits no longer, or the draft may not be edited now or by this person.
        RulebookError: what is wrong with the clause in this rulebook.
    """
    with atomic():
        now = SubmittedClause.objects.select_for_update().get(pk=submission.pk)
        if now.status != Status.WAITING:
            raise CurationError(f"{now.rule_id} is {now.get_status_display()}; nothing waits to be done.")
        rule = None
        if now.kind == Kind.RETIREMENT:
            clause_remove(release=draft, clause_id=now.rule_id, by=by, reason=reason)
        else:
            title = (now.text.strip().splitlines() or [now.rule_id])[0][:300]
            clause = draft_clause(now.rule_id, now.clause_no, title, now.category, now.text, json.loads(now.values))
            known = Rule.objects.filter(release=draft, clause_id=now.rule_id).first()
            rule = clause_save(release=draft, clause=clause, by=by, reason=reason, seen=known.version if known else None, register=register)
        now.status, now.taken_into, now.updated_at = Status.TAKEN, draft, timezone.now()
        now.save()
    return rule
