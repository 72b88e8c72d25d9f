"""Any request that the OpenAPI document allows, and many that it does not, get an answer that the document describes."""

from __future__ import annotations

from typing import Any

import hypothesis
import pytest
from schemathesis import openapi
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.mark.slow
@pytest.mark.usefixtures("rulebooks")
def test_every_answer_is_a_documented_one(settings: Any) -> None:
    settings.ALLOW_ANONYMOUS = True
    from promptrunner.wsgi import application

    schema = openapi.from_wsgi("/openapi.json", application)
    called = set()
    for result in schema.get_all_operations():
        operation = result.ok()
        called.add(operation.label)

        @hypothesis.settings(
            max_examples=40, derandomize=True, deadline=None, suppress_health_check=list(hypothesis.HealthCheck), phases=[hypothesis.Phase.generate]
        )
        @hypothesis.given(case=operation.as_strategy())
        def answers_as_documented(case: Any) -> None:
            case.call_and_validate(checks=CHECKS)

        answers_as_documented()
    assert "POST /api/v1/runs/" in called
