"""Bodies that come in chunks, as some HTTP clients send them."""

from __future__ import annotations

import io
import json

import pytest
from django.test import RequestFactory

from compliance.models import Run
from promptrunner.wsgi import application

pytestmark = pytest.mark.django_db(transaction=True)  # the application closes connections at the start of a request


def post_in_chunks(body: bytes) -> tuple[str, dict]:
    """Post as gunicorn hands over a chunked body: no length, and an input that ends by itself."""
    environ = RequestFactory().post("/api/v1/runs/", content_type="application/json").environ
    environ.update({"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input": io.BytesIO(body), "wsgi.input_terminated": True})
    statuses: list[str] = []
    answer = application(environ, lambda status, _: statuses.append(status))
    return statuses[0], json.loads(b"".join(answer))


@pytest.fixture(autouse=True)
def _anonymous(settings):
    settings.ALLOW_ANONYMOUS = True


def test_a_body_in_chunks_is_read():
    status, body = post_in_chunks(json.dumps({"city": "Pune"}).encode())
    assert (status, body["city"]) == ("201 Created", "Pune")


def test_a_body_in_chunks_is_checked_like_any_other():
    status, body = post_in_chunks(b'{"spec": {"height": 3}}')
    assert (status[:3], body["errors"][0]["pointer"]) == ("400", "/spec/height")


def test_a_body_in_chunks_may_not_be_larger_than_others():
    status, body = post_in_chunks(json.dumps({"prompt": "x" * 1_200_000}).encode())
    assert (status[:3], body["code"]) == ("413", "too_large")
    assert Run.objects.count() == 0
