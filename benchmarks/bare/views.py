"""The bare view."""

from __future__ import annotations

import json
import os

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from benchmarks.bare.models import Row

CONTENT = "x" * int(os.environ.get("BENCH_ROW_BYTES", "1000"))


@csrf_exempt
def insert(request: HttpRequest) -> JsonResponse:
    """Parse the body, insert one row, answer with its id."""
    body = json.loads(request.body)
    row = Row(prompt=body["prompt"], content=CONTENT)
    row.save(force_insert=True)
    return JsonResponse({"id": str(row.pk)}, status=201)


def nothing(request: HttpRequest) -> JsonResponse:
    """Answer, and touch nothing."""
    return JsonResponse({"ok": True})
