"""A small sound rulebook that is in force in Pune, and the people who may change it."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from django.contrib.auth.models import Group

from compliance.models import RulebookRelease
from compliance.rules import load
from compliance.services.releases import rulebook_load
from promptrunner.models import User
from promptrunner.roles import CURATOR, OPERATOR, PUBLISHER

SOURCE = {"document": "Town Rules", "edition": "2020", "page": 3}
TOWN: dict[str, Any] = {
    "rulebook": "town-2020",
    "title": "Town Rules 2020",
    "edition": "2020",
    "source": {"document": "Town Rules", "edition": "2020"},
    "cities": ["Pune"],
    "effective": {"from": "2020-01-01"},
    "deciding": ["fsi", "height_m"],
    "defaults": {"is_core_area": False},
    "facts": {"front_m": {"is": "where(abutting_road_width_m >= 18, 4.5, 3)", "label": "front margin asked for"}},
    "register": [{"clause": "1", "table": "Table 1", "what": "FSI by road", "encoded": ["FSI-NARROW", "FSI-WIDE"]}, {"clause": "2", "what": "Height", "encoded": ["HEIGHT"]}],
    "clauses": [
        {
            "id": "FSI-NARROW", "clause_no": "1", "title": "FSI on narrow roads", "table": "Table 1", "category": "fsi", "verification": "verified",
            "conditions": {"abutting_road_width_m": {"below": 12}}, "limits": {"fsi": {"max": 1.1}}, "source": {"page": 3},
            "examples": [{"spec": {"abutting_road_width_m": 9, "fsi": 1.1}, "expect": {"fsi": "ok"}}, {"spec": {"abutting_road_width_m": 9, "fsi": 1.2}, "expect": {"fsi": "fail"}}],
        },
        {
            "id": "FSI-WIDE", "clause_no": "1", "title": "FSI on wide roads", "table": "Table 1", "category": "fsi", "verification": "verified",
            "conditions": {"abutting_road_width_m": {"min": 12}}, "limits": {"fsi": {"max": {"tiers": [["basic", 1.1], ["premium", 0.5]]}}}, "source": {"page": 3},
            "examples": [{"spec": {"abutting_road_width_m": 12, "fsi": 1.7}, "expect": {"fsi": "fail"}}],
        },
        {
            "id": "HEIGHT", "clause_no": "2", "title": "Height by road", "category": "height", "verification": "verified",
            "limits": {"height_m": {"max": {"by": "abutting_road_width_m", "rows": [{"below": 9, "is": 10}, {"min": 9, "below": 18, "is": "1.5 * abutting_road_width_m"}, {"min": 18, "is": "none"}]}}}, "source": {"page": 4},
            "examples": [{"spec": {"abutting_road_width_m": 9, "height_m": 13.5}, "expect": {"height_m": "ok"}}],
        },
    ],
}  # fmt: skip


@pytest.fixture
def town() -> dict[str, Any]:
    """The rulebook's content, to change freely."""
    return copy.deepcopy(TOWN)


@pytest.fixture
def release(db: None) -> RulebookRelease:
    """The rulebook, published."""
    return rulebook_load(rulebook=load(TOWN)).release


def person(name: str, *roles: str, cities: tuple[str, ...] = ()) -> User:
    """Return a person with roles, in charge of some cities (none: every city)."""
    user = User.objects.create_user(name, password="pw", is_staff=True, cities=list(cities))
    user.groups.add(*Group.objects.filter(name__in=roles))
    return User.objects.get(pk=user.pk)


@pytest.fixture
def asha(db: None) -> User:
    """A curator."""
    return person("asha", CURATOR)


@pytest.fixture
def ravi(db: None) -> User:
    """A publisher."""
    return person("ravi", PUBLISHER)


@pytest.fixture
def olga(db: None) -> User:
    """An operator, who may only read."""
    return person("olga", OPERATOR)
