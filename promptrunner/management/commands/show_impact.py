"""`manage.py show_impact RELEASE`: which stored runs come out otherwise under a draft."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from compliance.impact import SAMPLE, impact
from compliance.services.releases import UnknownReleaseError, release_of

SHOWN = 50


class Command(BaseCommand):
    """Judge stored runs under a draft, keep the result for the curators' pages, and print it. Nothing is published and no run is written."""

    help = "Work out which stored runs would come out otherwise under a draft of the law."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("release", help="the first digits of the draft's hash")
        parser.add_argument("--all", action="store_true", help=f"judge every run it concerns, not a sample of {SAMPLE}")

    def handle(self, *args: Any, **options: Any) -> None:
        """Work it out, with a progress line on standard error."""
        try:
            release = release_of(options["release"], drafts=True)
        except UnknownReleaseError as error:
            raise CommandError(str(error), returncode=2) from None

        def progress(done: int, of: int) -> None:
            if done % SHOWN == 0 or done == of:
                self.stderr.write(f"\r{done:,} of {of:,} runs ({done / of:.0%})", ending="\n" if done == of else "")

        report = impact(release, sample=None if options["all"] else SAMPLE, progress=progress)
        whole = "all that it concerns" if report["whole"] else f"a sample of the {report['runs']:,} that it concerns"
        self.stdout.write(
            f"{report['changed']:,} of {report['checked']:,} runs ({whole}) come out otherwise under {release.rulebook.name} {release.sha256[:12]}."
        )
        for before, after, number in report["statuses"]:
            self.stdout.write(f"  {before} -> {after}: {number:,}")
        if report["clauses"]:
            self.stdout.write("By clause:")
        for clause, before, after, number in report["clauses"]:
            self.stdout.write(f"  {clause}: {before} -> {after}: {number:,}")
