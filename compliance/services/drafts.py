"""Drafts of the law: begun, edited, sent to review, published by a second person, or sent back. What is published is never changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from django.conf import settings

from compliance.canonical import canonical
from compliance.models import ReleaseStep, Rule, RulebookRelease
from compliance.packaged import failing_examples
from compliance.rules import Rulebook as LoadedRulebook
from compliance.rules import check_soundness, load
from compliance.rules.comparing import Difference, compare
from compliance.rules.register import register_clause, unregister_clause
from compliance.services.releases import release_put_in_force, release_write, rules_of, step_record
from telemetry.transactions import atomic

CURATE = "compliance.curate_rulebookrelease"
PUBLISH = "compliance.publish_rulebookrelease"
Status, Kind = RulebookRelease.Status, ReleaseStep.Kind


class Person(Protocol):
    """Who does something: a user of the installation."""

    pk: Any
    cities: list[str]

    def has_perm(self, perm: str) -> bool:
        """Return whether they have a permission."""


class CurationError(ValueError):
    """Something that may not be done to a release now; the message says why and what to do."""

    code = "not_now"


class NotAllowedError(CurationError):
    """This person may not do this."""

    code = "not_allowed"


class ChangedMeanwhileError(CurationError):
    """Somebody else changed the same clause or draft in the meantime."""

    code = "changed_meanwhile"


def may(person: Person, permission: str, release: RulebookRelease) -> bool:
    """Return whether a person has a permission for a rulebook: theirs are every city, or the cities of which they are in charge."""
    return person.has_perm(permission) and (not person.cities or set(release.cities) <= set(person.cities))


def _ensure(person: Person, permission: str, release: RulebookRelease) -> None:
    if may(person, permission, release):
        return
    if person.has_perm(permission):
        raise NotAllowedError(f"{release.rulebook.name} holds for {' and '.join(release.cities)}, and you are in charge of {' and '.join(person.cities)} only.")
    raise NotAllowedError("Your role does not allow this; ask an administrator for the role of a rule curator or rule publisher.")


def _reason(text: str) -> str:
    reason = text.strip()
    if not reason:
        raise CurationError("Say why: write a reason, such as the notification or the mistake that this mends.")
    return reason


def _locked(release: RulebookRelease, *statuses: str) -> RulebookRelease:
    """Return a release as it stands now, locked until the transaction ends."""
    now = RulebookRelease.objects.select_for_update(of=("self",)).select_related("rulebook").get(pk=release.pk)
    if now.status not in statuses:
        wanted = " or ".join(str(Status(status).label) for status in statuses)
        raise CurationError(
            f"Release {now.sha256[:12]} of {now.rulebook.name} is {now.get_status_display().lower()}; this can be done only while it is {wanted.lower()}."
        )
    return now


def draft_begin(*, release: RulebookRelease, by: Person, reason: str) -> RulebookRelease:
    """Save and return a new draft with the content of a release. Publishing it unchanged brings an earlier content back.

    Raises:
        CurationError: no reason, no permission, or the release is itself still a draft.
    """
    _ensure(by, CURATE, release)
    if release.status in (Status.DRAFT, Status.REVIEW):
        raise CurationError("This is a draft already; edit it.")
    with atomic():
        present = RulebookRelease.objects.published().filter(rulebook=release.rulebook_id, effective_from=release.effective_from).first()
        draft = release_write(rulebook=load(json.loads(release.content)), book=release.rulebook, base=present or release)
        step_record(release=draft, kind=Kind.BEGUN, by=by, reason=_reason(reason))
    return draft


def clause_save(
    *, release: RulebookRelease, clause: Mapping[str, Any], by: Person, reason: str, seen: str | None = None, register: tuple[int, str] | None = None
) -> Rule:
    """Save a clause of a draft, new or edited, and return it; the draft is loaded as a whole first, so that nothing broken is stored.

    Args:
        release: a draft.
        clause: as `Rulebook.content` holds it; its id says which clause it is.
        by: the curator.
        reason: why, kept in the clause's history.
        seen: the version of the clause that was edited; None adds a clause.
        register: for a new clause, the table of the register (counted from 0) and the row of it that it encodes.

    Raises:
        CurationError: it may not be edited now or by this person, there is no reason, or somebody else changed it meanwhile.
        RulebookError: what is wrong with the clause, or with the rulebook as it would become.
    """
    _ensure(by, CURATE, release)
    reason = _reason(reason)
    with atomic():
        draft = _locked(release, Status.DRAFT)
        content = json.loads(draft.content)
        name = str(clause.get("id") or "")
        places = {str(raw["id"]): place for place, raw in enumerate(content["clauses"])}
        if seen is None:
            if name in places:
                raise CurationError(f"There is a clause {name} already; choose another id, or edit that clause.")
            content["clauses"].append(dict(clause))
            if register is not None:
                register_clause(content, *register, name)
        else:
            if name not in places:
                raise ChangedMeanwhileError(f"Clause {name} was removed from this draft meanwhile.")
            content["clauses"][places[name]] = dict(clause)
            if Rule.objects.get(release=draft, clause_id=name).version != seen:
                raise ChangedMeanwhileError(f"Somebody else changed clause {name} meanwhile. Open it again, and make your change to what stands there now.")
        _rewrite(draft, load(content, draft.rulebook.name), by, reason)
        step_record(release=draft, kind=Kind.EDITED, by=by, reason=f"{name}: {reason}")
        return Rule.objects.get(release=draft, clause_id=name)


def clause_remove(*, release: RulebookRelease, clause_id: str, by: Person, reason: str) -> RulebookRelease:
    """Take a clause out of a draft, and out of its register; return the draft. See `clause_save` for the errors."""
    _ensure(by, CURATE, release)
    reason = _reason(reason)
    with atomic():
        draft = _locked(release, Status.DRAFT)
        content = json.loads(draft.content)
        content["clauses"] = [raw for raw in content["clauses"] if raw["id"] != clause_id]
        unregister_clause(content, clause_id)
        _rewrite(draft, load(content, draft.rulebook.name), by, reason)
        step_record(release=draft, kind=Kind.EDITED, by=by, reason=f"{clause_id} removed: {reason}")
    return draft


PARTS = ("facts", "defaults")
"""The named values of a rulebook that its clauses share."""


def given_save(*, release: RulebookRelease, part: str, name: str, value: Any, by: Person, reason: str, seen: str) -> RulebookRelease:
    """Save a fact or a default of a draft (None takes it out) and return the draft. See `clause_save` for the errors.

    Args:
        release: a draft.
        part: one of `PARTS`.
        name: of the fact, or of the planning field.
        value: as the rulebook writes it.
        by: the curator.
        reason: why.
        seen: the hash of the draft that was edited.
    """
    what = f"{part[:-1]} {name}"

    def change(content: dict[str, Any]) -> None:
        values = content.setdefault(part, {})
        if value is None:
            values.pop(name, None)
        else:
            values[name] = value

    return _changed(release, change, what, by, reason, seen)


def edition_save(
    *, release: RulebookRelease, title: str, edition: str, effective_from: str, effective_to: str, by: Person, reason: str, seen: str
) -> RulebookRelease:
    """Save a draft's title, edition and days (ISO dates, may be empty) and return the draft. See `clause_save` for the errors."""

    def change(content: dict[str, Any]) -> None:
        content |= {"title": title, "edition": edition, "effective": {"from": effective_from or None, "to": effective_to or None}}

    return _changed(release, change, "edition and days", by, reason, seen)


def _changed(release: RulebookRelease, change: Callable[[dict[str, Any]], None], what: str, by: Person, reason: str, seen: str) -> RulebookRelease:
    _ensure(by, CURATE, release)
    reason = _reason(reason)
    with atomic():
        draft = _locked(release, Status.DRAFT)
        if draft.sha256 != seen:
            raise ChangedMeanwhileError("The draft was changed meanwhile. Open it again, and make your change to what stands there now.")
        content = json.loads(draft.content)
        change(content)
        _rewrite(draft, load(content, draft.rulebook.name), by, reason)
        step_record(release=draft, kind=Kind.EDITED, by=by, reason=f"{what}: {reason}")
    return draft


def import_propose(*, release: RulebookRelease, content: Mapping[str, Any], name: str, by: Person) -> tuple[Difference, ...]:
    """Keep a content that a curator may import into a draft, and return what it would change; the draft itself stays as it is.

    Raises:
        RulebookError: what is wrong with the content.
        CurationError: the draft cannot be edited now or by this person, or it is another rulebook's content.
    """
    _ensure(by, CURATE, release)
    with atomic():
        draft = _locked(release, Status.DRAFT)
        if (rulebook := load(content, name)).name != draft.rulebook.name:
            raise CurationError(f"This is the content of {rulebook.name}, not of {draft.rulebook.name}.")
        draft.proposed = json.dumps({"sha256": draft.sha256, "name": name, "content": rulebook.content})
        draft.save(update_fields=["proposed"])
    return compare(json.loads(draft.content), rulebook.content)


def import_confirm(*, release: RulebookRelease, by: Person, reason: str) -> RulebookRelease:
    """Import what was proposed, where the draft is still as it was then, and return the draft."""
    proposed = json.loads(release.proposed or "{}")
    if proposed.get("sha256") != release.sha256:
        raise ChangedMeanwhileError("The draft was changed meanwhile; choose the file again and look at what it would change.")
    draft = draft_replace(release=release, content=proposed["content"], by=by, reason=reason)
    RulebookRelease.objects.filter(pk=release.pk).update(proposed="")
    return draft


def draft_replace(*, release: RulebookRelease, content: Mapping[str, Any], by: Person, reason: str) -> RulebookRelease:
    """Give a draft another content as a whole (an import), or nothing of it. See `clause_save` for the errors."""
    _ensure(by, CURATE, release)
    with atomic():
        draft = _locked(release, Status.DRAFT)
        rulebook = load(content, draft.rulebook.name)
        if rulebook.name != draft.rulebook.name:
            raise CurationError(f"This is the content of {rulebook.name}, not of {draft.rulebook.name}.")
        _rewrite(draft, rulebook, by, _reason(reason))
        step_record(release=draft, kind=Kind.IMPORTED, by=by, reason=reason)
    return draft


def _rewrite(draft: RulebookRelease, rulebook: LoadedRulebook, by: Person, reason: str) -> None:
    """Save a draft's new content, and each clause that differs with its history."""
    draft.content = canonical(rulebook.content).decode()
    draft.sha256, draft.edition, draft.cities = rulebook.sha256, rulebook.edition, list(rulebook.cities)
    draft.effective_from, draft.effective_to = rulebook.effective_from, rulebook.effective_to
    draft.save(update_fields=["content", "sha256", "edition", "cities", "effective_from", "effective_to"])
    before = {rule.clause_id: rule for rule in Rule.objects.filter(release=draft)}
    for rule in rules_of(draft, rulebook):
        known = before.pop(rule.clause_id, None)
        if known is not None:
            rule.pk, rule._state.adding = known.pk, False
            if (known.version, known.position, known.effective_from, known.effective_to) == (
                rule.version,
                rule.position,
                rule.effective_from,
                rule.effective_to,
            ):
                continue
            if known.version == rule.version:  # only its place or the rulebook's days changed: no edit of the clause
                rule.skip_history_when_saving = True  # type: ignore[attr-defined]
        rule._history_user, rule._change_reason = by, reason  # type: ignore[attr-defined]
        rule.save()
    for rule in before.values():
        rule._history_user, rule._change_reason = by, reason  # type: ignore[attr-defined]
        rule.delete()


# Review and publishing


def release_check(*, release: RulebookRelease) -> dict[str, Any]:
    """Return what is wrong with a release as a whole: `failing` examples and `faults` of soundness; kept for as long as the content stays."""
    kept: dict[str, Any] = json.loads(release.checked) if release.checked else {}
    if kept.get("sha256") == release.sha256:
        return kept
    rulebook = load(json.loads(release.content))
    report = {
        "sha256": release.sha256,
        "examples": sum(len(clause.examples) for clause in rulebook.clauses),
        "failing": list(failing_examples(rulebook)),
        "faults": [
            {"kind": fault.kind, "sentence": fault.sentence, "clauses": list(fault.clauses), "decided": fault.decided} for fault in check_soundness(rulebook)
        ],
    }
    RulebookRelease.objects.filter(pk=release.pk, sha256=release.sha256).update(checked=json.dumps(report))
    release.checked = json.dumps(report)
    return report


def impact_record(*, release: RulebookRelease, report: Mapping[str, Any]) -> None:
    """Keep which stored runs would come out otherwise under a draft."""
    release.impact = json.dumps(report)
    RulebookRelease.objects.filter(pk=release.pk, sha256=release.sha256).update(impact=release.impact)


def impact_of(release: RulebookRelease) -> dict[str, Any] | None:
    """Return the impact that was worked out for a release's present content, or None."""
    kept: dict[str, Any] = json.loads(release.impact) if release.impact else {}
    return kept if kept.get("sha256") == release.sha256 else None


def draft_submit(*, release: RulebookRelease, by: Person, reason: str) -> None:
    """Send a draft to review: it cannot be edited until it is sent back."""
    _ensure(by, CURATE, release)
    with atomic():
        draft = _locked(release, Status.DRAFT)
        if draft.base is not None and draft.base.sha256 == draft.sha256:
            raise CurationError("Nothing differs from what is published; edit a clause first, or discard the draft.")
        draft.status = Status.REVIEW
        draft.save(update_fields=["status"])
        step_record(release=draft, kind=Kind.SUBMITTED, by=by, reason=_reason(reason))


def draft_return(*, release: RulebookRelease, by: Person, reason: str) -> None:
    """Send a draft back from review, so that it can be edited again; its curators may take it back themselves."""
    if not may(by, CURATE, release):
        _ensure(by, PUBLISH, release)
    with atomic():
        draft = _locked(release, Status.REVIEW)
        draft.status = Status.DRAFT
        draft.save(update_fields=["status"])
        step_record(release=draft, kind=Kind.RETURNED, by=by, reason=_reason(reason))


def draft_discard(*, release: RulebookRelease, by: Person, reason: str) -> None:
    """Give a draft up; it stays to be read."""
    _ensure(by, CURATE, release)
    with atomic():
        draft = _locked(release, Status.DRAFT)
        draft.status = Status.DISCARDED
        draft.save(update_fields=["status"])
        step_record(release=draft, kind=Kind.DISCARDED, by=by, reason=_reason(reason))


def authors(release: RulebookRelease) -> set[Any]:
    """Return the ids of the people who wrote a draft or sent it to review."""
    wrote = (Kind.BEGUN, Kind.EDITED, Kind.IMPORTED, Kind.SUBMITTED)
    return set(release.steps.filter(kind__in=wrote).exclude(by=None).values_list("by", flat=True))


def hindrances(release: RulebookRelease, by: Person) -> list[str]:
    """Return why a release cannot be published now by this person, a sentence each; none where it can."""
    found = []
    if release.status != Status.REVIEW:
        found.append(f"It is {release.get_status_display().lower()}; send it to review first.")
    if not may(by, PUBLISH, release):
        found.append("Your role or your cities do not allow you to publish it.")
    elif by.pk in authors(release) and not settings.SINGLE_CURATOR:
        found.append("You wrote it or sent it to review yourself: a second person publishes it.")
    if release.base is not None and release.base.status != Status.PUBLISHED:
        found.append("Another release was published since this draft began; begin a new draft from that one, so that its changes are not lost.")
    report = release_check(release=release)
    if report["failing"]:
        found.append(f"{len(report['failing'])} of its {report['examples']} examples fail.")
    if report["faults"]:
        found.append(f"Its soundness check found {len(report['faults'])} faults.")
    if impact_of(release) is None:
        found.append("Look at its impact on the stored runs first.")
    return found


def draft_publish(*, release: RulebookRelease, by: Person, reason: str) -> RulebookRelease:
    """Put a reviewed draft in force and return it; it is never changed again.

    Raises:
        CurationError: every reason why it cannot be published now, in one message.
    """
    release_check(release=release)  # takes seconds; nothing waits for it
    with atomic():
        draft = _locked(release, Status.DRAFT, Status.REVIEW)
        found = hindrances(draft, by)
        if not reason.strip():
            found.append("Say why: write a reason.")
        if found:
            raise CurationError(" ".join(found))
        release_put_in_force(release=draft, by=by, reason=reason.strip())
    return draft
