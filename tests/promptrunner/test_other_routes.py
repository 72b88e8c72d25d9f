"""Reading, cities, rulebooks, rules, the API document and health."""

from __future__ import annotations

import pytest

from tests.conftest import PROPOSAL

pytestmark = pytest.mark.django_db


def test_reading_shows_where_each_value_came_from_and_stores_nothing(api):
    body = api.post("/api/v1/read/", {"prompt": PROPOSAL}, format="json").json()
    road = next(reading for reading in body["readings"] if reading["field"] == "abutting_road_width_m")
    assert road["value"] == 15
    assert PROPOSAL[road["start"] : road["end"]] == road["text"]


@pytest.mark.usefixtures("rulebooks")
def test_the_four_cities_name_the_rulebook_in_force(api):
    cities = {city["name"]: city["rulebook"] for city in api.get("/api/v1/cities/").json()}
    assert cities == {"Ahmedabad": "cgdcr-2017", "Mumbai": "dcpr-2034", "Nashik": "udcpr-2020", "Pune": "udcpr-2020"}


@pytest.mark.usefixtures("rulebooks")
def test_rules_are_filtered_by_city_category_rulebook_and_day(api, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        page = api.get("/api/v1/rules/", {"city": "Mumbai", "category": "fsi"}).json()
    assert {rule["rulebook"] for rule in page["results"]} == {"dcpr-2034", "prompt-runner-2.0"}
    assert {rule["category"] for rule in page["results"]} == {"fsi"}
    earlier = api.get("/api/v1/rules/", {"rulebook": "udcpr-2020", "in_force": "2019-01-01"}).json()
    assert earlier["results"] == []
    assert api.get("/api/v1/rules/", {"city": "Delhi"}).status_code == 400


@pytest.mark.usefixtures("rulebooks")
def test_rulebooks_are_listed_with_their_releases(api):
    names = {release["name"] for release in api.get("/api/v1/rulebooks/").json()}
    assert names == {"prompt-runner-2.0", "dcpr-2034", "udcpr-2020", "cgdcr-2017"}


@pytest.mark.usefixtures("rulebooks")
@pytest.mark.parametrize(("city", "rulebook"), [("Mumbai", "dcpr-2034"), ("Pune", "udcpr-2020"), ("Nashik", "udcpr-2020"), ("Ahmedabad", "cgdcr-2017")])
def test_coverage_says_what_of_a_citys_regulation_is_encoded_and_why_the_rest_is_not(api, city, rulebook):
    body = api.get(f"/api/v1/cities/{city}/coverage/").json()
    totals = body["totals"]
    assert body["rulebook"]["name"] == rulebook
    assert totals["rows"] == totals["encoded"] + totals["not_checkable"] + totals["not_included"]
    assert totals["rows"] == sum(table["rows"] for table in body["tables"])
    assert totals["encoded"] > 100
    assert totals["tested"] == totals["clauses"]
    left_out = [row for table in body["tables"] for row in table["left_out"]]
    assert len(left_out) == totals["not_checkable"] + totals["not_included"]
    assert all(row["why"] for row in left_out)
    assert body["not_checkable"]
    assert body["not_included"]


@pytest.mark.usefixtures("rulebooks")
def test_coverage_of_a_city_or_day_without_a_rulebook_says_so(api):
    assert "none of the cities: Mumbai" in api.get("/api/v1/cities/Delhi/coverage/").json()["detail"]
    earlier = api.get("/api/v1/cities/Pune/coverage/", {"as_of": "2019-01-01"})
    assert (earlier.status_code, earlier.json()["detail"]) == (404, "No rulebook is in force for Pune on 2019-01-01.")
    assert api.get("/api/v1/cities/Pune/coverage/", {"as_of": "soon"}).status_code == 400


def test_the_api_document_is_openapi_3_1_and_names_every_route(client):
    document = client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert {"/api/v1/runs/", "/api/v1/runs/{id}/", "/api/v1/read/", "/api/v1/cities/", "/api/v1/rulebooks/", "/api/v1/rules/"} <= set(document["paths"])
    assert {"200", "201", "400", "401", "409", "413"} <= set(document["paths"]["/api/v1/runs/"]["post"]["responses"])


def test_the_api_page_loads_nothing_from_elsewhere(client):
    page = client.get("/docs").content.decode()
    assert "swagger-ui" in page
    assert "https://" not in page
    assert 'src="//' not in page


def test_alive_is_answered_without_any_dependency(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/system/live").json()["alive"] is True


@pytest.mark.django_db(transaction=True)
def test_ready_only_with_a_rulebook_in_force(client):
    answer = client.get("/system/ready")
    assert answer.status_code == 503
    assert "no rulebook is in force" in answer.json()["reason"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("rulebooks")
def test_ready_and_healthy_with_everything_in_place(client):
    assert client.get("/system/ready").json()["ready"] is True
    health = client.get("/system/health").json()
    assert health["status"] == "healthy"
    assert health["dependencies"]["mongo"]["status"] == health["dependencies"]["database"]["status"] == "ok"
