"""The curators' lists and pages with 5,000 clauses and 100,000 runs: `python -m benchmarks.bench_admin`.

On SQLite in a temporary folder, or on the empty database that DATABASE_URL names (scripts/with_database.py postgres python -m
benchmarks.bench_admin). Each page is asked 5 times through Django's test client; milliseconds and database queries are printed.
"""

from __future__ import annotations

import copy
import datetime
import os
import statistics
import tempfile
import time
import uuid
from typing import Any

CLAUSES, RUNS, TIMES = 5_000, 100_000, 5
PROMPT = "Residential building in Baner, Pune, zone R2. Plot 25 m x 40 m on a 15 m road. Height 18 m. FSI 2.3. Front margin 3 m, sides and rear 3.6 m."


def main() -> None:
    """Fill a database and time the pages."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DJANGO_SETTINGS_MODULE": "promptrunner.settings", "PROMPTRUNNER_ENV": "development", "DATA_DIR": folder}
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3")
        import django  # noqa: PLC0415 - after the environment
        from django.core.management import call_command  # noqa: PLC0415

        django.setup()
        call_command("migrate", verbosity=0)
        call_command("load_rulebooks", verbosity=0, stdout=open(os.devnull, "w"))  # noqa: SIM115, PTH123
        paths = fill()
        measure(paths)


def fill() -> dict[str, str]:
    """Store clauses and runs, and return the pages to ask, by what they are."""
    from compliance.models import Rule, RulebookRelease, Run  # noqa: PLC0415
    from promptrunner.models import User  # noqa: PLC0415
    from promptrunner.pipeline import run_proposal  # noqa: PLC0415

    User.objects.create_superuser("bench")
    release = RulebookRelease.objects.get(rulebook__name="udcpr-2020")
    rules = list(Rule.objects.filter(release=release))
    number = Rule.objects.count()
    drafts: list[RulebookRelease] = []
    while number < CLAUSES:
        draft = copy.copy(release)
        draft.pk, draft._state.adding, draft.status = uuid.uuid4(), True, RulebookRelease.Status.RETIRED
        draft.save()
        drafts.append(draft)
        Rule.objects.bulk_create([_copied(rule, release=draft) for rule in rules])
        number += len(rules)
    run, _ = run_proposal(prompt=PROMPT)
    for chunk in range(RUNS // 2_000):
        seconds = (datetime.timedelta(seconds=chunk * 2_000 + place) for place in range(2_000))
        Run.objects.bulk_create([_copied(run, created_at=run.created_at - second) for second in seconds])
    print(f"{Rule.objects.count():,} clauses in {RulebookRelease.objects.count()} releases, {Run.objects.count():,} runs of {len(run.verdict) / 1024:.0f} KB")
    rule = rules[0]
    return {
        "list of clauses": "/admin/compliance/rule/",
        "list of clauses, a word searched": "/admin/compliance/rule/?q=parking",
        "list of clauses, filtered": "/admin/compliance/rule/?category__exact=fsi&release__status__exact=published",
        "list of runs": "/admin/compliance/run/",
        "list of runs, page 500": "/admin/compliance/run/?p=500",
        "list of runs, filtered": "/admin/compliance/run/?status__exact=COMPLIANT&city__exact=Pune",
        "list of runs, an id searched": f"/admin/compliance/run/?q={run.pk}",
        "list of rulebooks": "/admin/compliance/rulebook/",
        "list of releases": "/admin/compliance/rulebookrelease/",
        "a release": f"/admin/compliance/rulebookrelease/{release.pk}/change/",
        "a clause": f"/admin/compliance/rule/{rule.pk}/change/",
        "a run": f"/admin/compliance/run/{run.pk}/change/",
    }


def _copied(record: Any, **fields: Any) -> Any:
    other = copy.copy(record)
    other._state = copy.copy(record._state)
    other.pk, other._state.adding = uuid.uuid4(), True
    for name, value in fields.items():
        setattr(other, name, value)
    return other


def measure(paths: dict[str, str]) -> None:
    """Print the median milliseconds and the queries of each page."""
    from django.db import connection  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    from promptrunner.models import User  # noqa: PLC0415

    client = Client()
    client.force_login(User.objects.get(username="bench"))
    print(f"{'page':36} {'median ms':>10} {'queries':>8}   ({connection.vendor})")
    for name, path in paths.items():
        client.get(path)
        took = []
        for _ in range(TIMES):
            with CaptureQueriesContext(connection) as queries:
                began = time.perf_counter()
                answer = client.get(path)
                took.append((time.perf_counter() - began) * 1000)
            assert answer.status_code == 200, (path, answer.status_code)  # noqa: S101 - a page that fails has no time
        print(f"{name:36} {statistics.median(took):10.0f} {len(queries):8}")


if __name__ == "__main__":
    main()
