"""Every write of the compliance app, and the look-ups that the pipeline needs."""

from __future__ import annotations

import datetime
import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.core.cache import cache
from django.utils import timezone

from compliance.canonical import canonical
from compliance.models import City, IdempotencyKey, Rule, Rulebook, RulebookRelease, Run
from compliance.rules import Rulebook as LoadedRulebook
from compliance.rules import load
from compliance.vocabulary import CITIES
from telemetry.services import event_record
from telemetry.transactions import atomic, on_commit


class UnknownRulebookError(ValueError):
    """A rulebook was asked for by name and no published release of it exists."""

    code = "unknown_rulebook"


class IdempotencyConflictError(Exception):
    """The same idempotency key came with another body."""

    code = "idempotency_conflict"


# Rulebooks


@dataclass(frozen=True, slots=True)
class LoadedRelease:
    """What loading a rulebook did: the release, and whether it is new."""

    release: RulebookRelease
    created: bool


def rulebook_load(*, rulebook: LoadedRulebook, publish: bool = False) -> LoadedRelease:
    """Store a checked rulebook and return its release; the same content is stored once.

    The first release of a rulebook is published. A changed one becomes a draft unless `publish` says otherwise; published content is
    never touched.
    """
    with atomic():
        for name in CITIES:
            City.objects.get_or_create(name=name)
        book, is_new = Rulebook.objects.get_or_create(name=rulebook.name, defaults={"title": rulebook.title})
        release = RulebookRelease.objects.filter(sha256=rulebook.sha256).first()
        created = release is None
        if release is None:
            release = RulebookRelease.objects.create(
                rulebook=book,
                sha256=rulebook.sha256,
                content=canonical(rulebook.content).decode(),
                edition=rulebook.edition,
                status=RulebookRelease.Status.DRAFT,
                cities=list(rulebook.cities),
                effective_from=rulebook.effective_from,
                effective_to=rulebook.effective_to,
            )
            Rule.objects.bulk_create(_rules(release, rulebook))
        if release.status == RulebookRelease.Status.DRAFT and (publish or is_new):
            release_publish(release=release)
    return LoadedRelease(release, created)


def _rules(release: RulebookRelease, rulebook: LoadedRulebook) -> list[Rule]:
    written = {str(raw["id"]): (position, raw) for position, raw in enumerate(rulebook.content["clauses"])}
    return [
        Rule(
            release=release,
            clause_id=clause.id,
            clause_no=clause.clause_no,
            title=clause.title,
            category=clause.category,
            table=clause.table,
            verification=clause.verification,
            cities=list(rulebook.cities),
            effective_from=clause.effective_from or rulebook.effective_from,
            effective_to=clause.effective_to or rulebook.effective_to,
            version=clause.version,
            position=written[clause.id][0],
            content=canonical(written[clause.id][1]).decode(),
        )
        for clause in rulebook.clauses
    ]


def release_publish(*, release: RulebookRelease) -> None:
    """Put a draft release in force; an earlier release of the same edition (the same first day) is retired.

    Another edition stays published beside it: a proposal is judged under the one in force on its day.
    """
    with atomic():
        same_edition = RulebookRelease.objects.published().filter(rulebook=release.rulebook, effective_from=release.effective_from)
        same_edition.update(status=RulebookRelease.Status.RETIRED)
        release.status = RulebookRelease.Status.PUBLISHED
        release.published_at = timezone.now()
        release.save(update_fields=["status", "published_at"])
        on_commit(lambda: cache.delete(PUBLISHED))


def release_in_force(*, city: str, as_of: datetime.date) -> RulebookRelease | None:
    """Return the published release in force in a city on a day, or None. A rulebook without effective dates is never in force by itself.

    Where several are, the one that came into force last.
    """
    return _newest(release for release in map(_release, _published()) if city in release.cities and release.in_force(as_of))


def _newest(releases: Iterable[RulebookRelease]) -> RulebookRelease | None:
    return max(releases, key=lambda release: (release.effective_from or datetime.date.min, release.published_at), default=None)


PUBLISHED = "compliance.published_releases"
PUBLISHED_FOR_SECONDS = 1
"""How long a process may take a publish by another one not to have happened; asking for every request would cost a tenth of it."""


def _published() -> list[uuid.UUID]:
    """Return the ids of the published releases."""
    found: list[uuid.UUID] | None = cache.get(PUBLISHED)
    if found is None:
        found = list(RulebookRelease.objects.published().values_list("pk", flat=True))
        cache.set(PUBLISHED, found, PUBLISHED_FOR_SECONDS)
    return found


@lru_cache(maxsize=256)
def _release(pk: uuid.UUID) -> RulebookRelease:
    """Return a release without its content; what a release is for never changes, so that processes may keep it."""
    return RulebookRelease.objects.select_related("rulebook").defer("content").get(pk=pk)


def release_named(*, name: str, as_of: datetime.date) -> RulebookRelease:
    """Return the published release of a rulebook in force on a day, else the newest one (a rulebook asked for by name need not be in force).

    Raises:
        UnknownRulebookError: there is none.
    """
    releases = [release for release in map(_release, _published()) if release.rulebook.name == name]
    found = _newest(release for release in releases if release.in_force(as_of)) or _newest(releases)
    if found is None:
        known = ", ".join(Rulebook.objects.order_by("name").values_list("name", flat=True))
        raise UnknownRulebookError(f"There is no published rulebook '{name[:80]}'; the rulebooks are: {known or 'none yet (manage.py load_rulebooks)'}.")
    return found


@lru_cache(maxsize=64)
def _compiled(sha256: str) -> LoadedRulebook:
    content = RulebookRelease.objects.values_list("content", flat=True).get(sha256=sha256)
    return load(json.loads(content))


def release_compiled(release: RulebookRelease) -> LoadedRulebook:
    """Return the compiled rulebook of a release; processes cache it by content hash, so that a publish needs no invalidation."""
    return _compiled(release.sha256)


class UnknownReleaseError(ValueError):
    """What was named is no release, no rulebook and no readable file, or several releases."""

    code = "unknown_release"


def rulebook_named(reference: str) -> LoadedRulebook:
    """Return the rulebook that a person names: a YAML file, a rulebook's name (its newest published release), or the first digits of a release's hash.

    Raises:
        UnknownReleaseError: it is none of these, or the digits begin several hashes.
        RulebookError: what is wrong in the file.
    """
    if reference.endswith((".yaml", ".yml")):
        try:
            return load(Path(reference).read_text(encoding="utf-8"), reference)
        except (OSError, UnicodeDecodeError) as error:
            raise UnknownReleaseError(f"{reference} cannot be read: {error}.") from None
    named = RulebookRelease.objects.published().filter(rulebook__name=reference).order_by("-effective_from", "-published_at").first()
    found = [named] if named else list(RulebookRelease.objects.filter(sha256__startswith=reference.lower())[:2]) if len(reference) >= SHORTEST_HASH else []
    if len(found) == 1:
        return release_compiled(found[0])
    if found:
        raise UnknownReleaseError(f"Several releases begin with '{reference}'; write more digits.")
    known = ", ".join(Rulebook.objects.order_by("name").values_list("name", flat=True))
    raise UnknownReleaseError(
        f"'{reference[:80]}' names nothing: write a rulebook ({known or 'none is loaded yet'}), the first {SHORTEST_HASH} digits or more of a release, "
        "or a file that ends in .yaml."
    )


SHORTEST_HASH = 6


# Runs


def run_record(
    *,
    prompt: str,
    spec: Mapping[str, Any],
    reading: Mapping[str, Any],
    verdict: Mapping[str, Any],
    release: RulebookRelease | None,
    as_of: datetime.date,
    session_id: str,
    trace_id: str,
    performance: Mapping[str, float],
    external_id: str = "",
    idempotency: IdempotencyKey | None = None,
    supersedes: Run | None = None,
) -> Run:
    """Save a run, its telemetry event and, where one was sent, its idempotency key, in one transaction.

    Args:
        prompt: the proposal as it was written.
        spec: the completed spec.
        reading: what was read (`spec`) before the rulebook's defaults, and the reader's `questions`: all that checking again needs.
        verdict: the deterministic part of the wire form.
        release: the release that judged it, None where none could.
        as_of: the day whose law was asked for.
        session_id: the caller's session, may be empty.
        trace_id: never empty.
        performance: milliseconds per stage.
        external_id: the caller's own id, may be empty.
        idempotency: an unsaved key with its owner and body hash.
        supersedes: the run of the same proposal that this one takes the place of.

    Raises:
        IntegrityError: the idempotency key was used, or the run superseded, at the same moment by another request.
    """
    summary = verdict["summary"]
    run = Run(
        external_id=external_id,
        prompt=prompt,
        city=spec.get("city", ""),
        status=verdict["status"],
        digest=verdict["digest"],
        outcome_digest=verdict["outcome_digest"],
        release=release,
        as_of=as_of,
        spec=canonical(verdict["spec"]).decode(),
        reading=canonical(reading).decode(),
        verdict=canonical(verdict).decode(),
        session_id=session_id,
        trace_id=trace_id,
        land_use_zone=spec.get("land_use_zone", ""),
        building_use=spec.get("building_use", ""),
        plot_area_sq_m=spec.get("plot_area_sq_m"),
        abutting_road_width_m=spec.get("abutting_road_width_m"),
        height_m=spec.get("height_m"),
        fsi=spec.get("fsi"),
        rules_evaluated=summary["clauses"] - summary["not_applicable"],
        duration_ms=performance["total_ms"],
        supersedes=supersedes,
        root_id=(supersedes.root_id or supersedes.pk) if supersedes else None,
        revision=supersedes.revision + 1 if supersedes else 1,
        created_at=_now(),
    )
    decided = summary["satisfied"] + summary["violated"]
    with atomic():
        run.save(force_insert=True)
        event_record(
            event_type="compliance_check",
            record_id=run.id,
            trace_id=trace_id,
            run_id=run.id,
            metadata={
                "city": run.city,
                "status": run.status,
                "rules_evaluated": run.rules_evaluated,
                "compliance_rate": round(summary["satisfied"] / decided, 4) if decided else 0.0,
                **({"supersedes": str(supersedes.pk)} if supersedes else {}),
            },
            performance={"duration_ms": performance["total_ms"], "rules_filtered": summary["not_applicable"], "rules_applicable": run.rules_evaluated},
            timestamp=run.created_at,
        )
        if idempotency is not None:
            idempotency.run = run
            idempotency.save(force_insert=True)
    return run


def _now() -> datetime.datetime:
    """Return the time to the millisecond, which is all that MongoDB keeps: a run reads the same from every database."""
    now = timezone.now()
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def body_sha256(body: object) -> str:
    """Return the hash by which two requests with the same idempotency key are compared."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()


def idempotent_run(*, owner: str, key: str, body_hash: str) -> Run | None:
    """Return the run that an idempotency key already made, or None.

    Raises:
        IdempotencyConflictError: the key came with another body before.
    """
    known = IdempotencyKey.objects.select_related("run").filter(owner=owner, key=key).first()
    if known is None:
        return None
    if known.body_sha256 != body_hash:
        raise IdempotencyConflictError(f"The idempotency key '{key[:80]}' was used before with another body; send a new key or the same body.")
    return known.run
