"""Releases of rulebooks: loading, publishing, and finding the one in force."""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.core.cache import cache
from django.utils import timezone

from compliance.canonical import canonical
from compliance.models import City, ReleaseStep, Rule, Rulebook, RulebookRelease
from compliance.rules import Rulebook as LoadedRulebook
from compliance.rules import load
from compliance.vocabulary import CITIES
from telemetry.transactions import atomic, on_commit


class UnknownRulebookError(ValueError):
    """A rulebook was asked for by name and no published release of it exists."""

    code = "unknown_rulebook"


@dataclass(frozen=True, slots=True)
class LoadedRelease:
    """What loading a rulebook did: the release, and whether it is new."""

    release: RulebookRelease
    created: bool


def rulebook_load(*, rulebook: LoadedRulebook, publish: bool = False) -> LoadedRelease:
    """Store a checked rulebook and return its release; the same content is loaded once.

    The first release of a rulebook is published. A changed one becomes a draft unless `publish` says otherwise; published content is
    never touched.
    """
    with atomic():
        for name in CITIES:
            City.objects.get_or_create(name=name)
        book, is_new = Rulebook.objects.get_or_create(name=rulebook.name, defaults={"title": rulebook.title})
        book = Rulebook.objects.select_for_update().get(pk=book.pk)  # two processes that start at once load the same content once
        release = RulebookRelease.objects.filter(rulebook=book, sha256=rulebook.sha256).order_by("created_at").first()
        created = release is None
        if release is None:
            release = release_write(rulebook=rulebook, book=book)
            step_record(release=release, kind=ReleaseStep.Kind.LOADED)
        if release.status == RulebookRelease.Status.DRAFT and (publish or is_new):
            release_put_in_force(release=release, by=None, reason="Loaded from a file." if created else "Published from the command line.")
    return LoadedRelease(release, created)


def release_write(*, rulebook: LoadedRulebook, book: Rulebook, base: RulebookRelease | None = None) -> RulebookRelease:
    """Save a draft release with its clauses; the caller's transaction makes it whole."""
    release = RulebookRelease.objects.create(
        rulebook=book,
        base=base,
        sha256=rulebook.sha256,
        content=canonical(rulebook.content).decode(),
        edition=rulebook.edition,
        status=RulebookRelease.Status.DRAFT,
        cities=list(rulebook.cities),
        effective_from=rulebook.effective_from,
        effective_to=rulebook.effective_to,
    )
    Rule.objects.bulk_create(rules_of(release, rulebook))
    return release


def rules_of(release: RulebookRelease, rulebook: LoadedRulebook) -> list[Rule]:
    """Return a release's clauses as rows to list and filter, unsaved."""
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


def step_record(*, release: RulebookRelease, kind: ReleaseStep.Kind, by: Any = None, reason: str = "") -> ReleaseStep:
    """Save what was done to a release; the caller's transaction does both or neither."""
    return ReleaseStep.objects.create(release=release, kind=kind, by=by, reason=reason, sha256=release.sha256, at=timezone.now())


def release_put_in_force(*, release: RulebookRelease, by: Any, reason: str) -> None:
    """Publish a release; an earlier release of the same edition (the same first day) is retired. `drafts.draft_publish` asks whether it may be.

    Another edition stays published beside it: a proposal is judged under the one in force on its day.
    """
    with atomic():
        for earlier in RulebookRelease.objects.published().filter(rulebook=release.rulebook, effective_from=release.effective_from):
            earlier.status = RulebookRelease.Status.RETIRED
            earlier.save(update_fields=["status"])
            step_record(release=earlier, kind=ReleaseStep.Kind.RETIRED, by=by, reason=f"Release {release.sha256[:12]} took its place.")
        release.status = RulebookRelease.Status.PUBLISHED
        release.published_at = timezone.now()
        release.save(update_fields=["status", "published_at"])
        step_record(release=release, kind=ReleaseStep.Kind.PUBLISHED, by=by, reason=reason)
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
    content = RulebookRelease.objects.filter(sha256=sha256).values_list("content", flat=True).first()
    if content is None:
        raise UnknownReleaseError(f"There is no release {sha256[:12]} any more; the draft was changed meanwhile.")
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
    return release_compiled(release_of(reference, drafts=True))


def release_of(reference: str, *, drafts: bool = False) -> RulebookRelease:
    """Return the release that a rulebook's name (its newest published release) or the first digits of a hash name.

    Args:
        reference: a name or digits.
        drafts: whether a draft may be named by its digits.

    Raises:
        UnknownReleaseError: it is neither, or the digits begin several hashes.
    """
    named = RulebookRelease.objects.published().filter(rulebook__name=reference).order_by("-effective_from", "-published_at").first()
    if named is not None:
        return named
    releases = RulebookRelease.objects.all() if drafts else RulebookRelease.objects.been_in_force()
    digits = reference.lower()
    hashes = list(releases.filter(sha256__startswith=digits).values_list("sha256", flat=True).distinct()[:2]) if len(digits) >= SHORTEST_HASH else []
    if len(hashes) == 1:
        return releases.filter(sha256=hashes[0]).order_by("created_at")[0]
    if hashes:
        raise UnknownReleaseError(f"Several releases begin with '{reference}'; write more digits.")
    known = ", ".join(Rulebook.objects.order_by("name").values_list("name", flat=True))
    raise UnknownReleaseError(
        f"'{reference[:80]}' names nothing: write a rulebook ({known or 'none is loaded yet'}), the first {SHORTEST_HASH} digits or more of a release, "
        "or, for a command, a file that ends in .yaml."
    )


SHORTEST_HASH = 6
