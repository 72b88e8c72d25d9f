"""Lists that walk an index in the order of their pages cost the same for a thousand runs and for a million."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compliance.models import Run
from promptrunner.api.views import NewestFirst
from tests.factories import RuleFactory, RunFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("filters", "index"),
    [({}, "run_newest"), ({"city": "Pune"}, "run_city_newest"), ({"status": "COMPLIANT"}, "run_status_newest"), ({"session_id": "s"}, "run_session_newest")],
)
def test_each_filtered_list_walks_its_index(filters, index):
    if connection.vendor != "sqlite":
        pytest.skip("the plan is read from SQLite's EXPLAIN QUERY PLAN; the other engines have the same indexes")
    newest = Run.objects.defer("spec", "verdict").filter(**filters).order_by(*NewestFirst.ordering)[:25]
    plan = newest.explain()
    assert f"USING INDEX {index}" in plan
    assert "USE TEMP B-TREE FOR ORDER BY" not in plan


@pytest.mark.parametrize("field", ["external_id", "trace_id"])
def test_a_run_is_found_by_the_callers_ids_through_an_index(field):
    if connection.vendor != "sqlite":
        pytest.skip("as above")
    assert "USING INDEX" in Run.objects.filter(**{field: "x"}).explain()


def test_a_page_costs_one_query_however_many_runs_it_shows(api, django_assert_num_queries):
    RunFactory.create_batch(2)
    with django_assert_num_queries(1):
        api.get("/api/v1/runs/")
    RunFactory.create_batch(23)
    with django_assert_num_queries(1):
        assert len(api.get("/api/v1/runs/").json()["results"]) == 25


def test_listing_clauses_leaves_the_content_of_their_releases_in_the_database(api):
    RuleFactory.create_batch(2)
    with CaptureQueriesContext(connection) as queries:
        assert len(api.get("/api/v1/rules/").json()["results"]) == 2
    joined = [query["sql"] for query in queries if "compliance_rulebookrelease" in query["sql"]]
    assert joined
    assert not [sql for sql in joined if 'release"."content"' in sql or "'content': '$release" in sql]
