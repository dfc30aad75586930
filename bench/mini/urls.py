"""Four views and nothing else."""

import json
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone

from bench.mini.models import Line, Record


def _record(request: HttpRequest, body: dict[str, object]) -> Record:
    return Record(uuid=UUID(str(body["uuid"])), user=request.user, body=body, at=timezone.now())


def write(request: HttpRequest) -> HttpResponse:
    """One durable row."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    row = _record(request, json.loads(request.body))
    row.save(force_insert=True)
    return JsonResponse({"id": row.pk}, status=201)


def write_batch(request: HttpRequest) -> HttpResponse:
    """Several rows in one transaction."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    rows = [_record(request, body) for body in json.loads(request.body)["records"]]
    Record.objects.bulk_create(rows)
    return JsonResponse({"ids": [row.pk for row in rows]}, status=201)


def read(request: HttpRequest) -> HttpResponse:
    """Seventy rows as JSON."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    rows = Line.objects.filter(user=request.user).values("id", "title", "status", "due_on", "done")
    return JsonResponse({"lines": list(rows)})


def page(request: HttpRequest) -> HttpResponse:
    """Seventy rows as a bare table."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    rows = Line.objects.filter(user=request.user)
    return render(request, "mini/page.html", {"lines": rows, "user": request.user})


urlpatterns = [
    path("write", write),
    path("batch", write_batch),
    path("read", read),
    path("page", page),
]
