"""The interface's own description: every operation, every refusal, every reference."""

import json

import pytest
from django.test import Client


class TestDescription:
    @pytest.fixture
    def schema(self, world):
        answer = Client().get("/api/openapi.json")
        assert answer.status_code == 200
        return answer.json()

    def test_what_the_issue_asks_for_is_there(self, schema):
        wanted = {
            "/api/v1/token": {"post"},
            "/api/v1/me/today": {"get"},
            "/api/v1/hazards": {"get", "post"},
            "/api/v1/hazards/{id}": {"get"},
            "/api/v1/hazards/{id}/photos/{photo}": {"get"},
            "/api/v1/files": {"post"},
            "/api/v1/files/{uuid}": {"get"},
            "/api/v1/checklists": {"get"},
            "/api/v1/points/{code}": {"get"},
            "/api/v1/inspections": {"post"},
            "/api/v1/inspections/batch": {"post"},
            "/api/v1/duties/status": {"get"},
            "/api/v1/registers/{slug}": {"get"},
            "/api/v1/registers/{slug}.xlsx": {"get"},
        }
        for path, methods in wanted.items():
            assert methods <= set(schema["paths"][path])
        for step in ("assign", "submit", "reject", "close", "report_up", "accept_up", "send_back"):
            assert f"/api/v1/hazards/{{id}}/{step}" in schema["paths"]

    def test_every_operation_is_told_apart_and_in_chinese(self, schema):
        operations = [one for path in schema["paths"].values() for one in path.values()]
        names = [one["operationId"] for one in operations]
        assert len(set(names)) == len(names)
        assert all(any(char >= "\u4e00" for char in one["summary"]) for one in operations)

    def test_every_refusal_is_the_one_error_body(self, schema):
        problem = {"$ref": "#/components/schemas/Problem"}
        for path, methods in schema["paths"].items():
            for one in methods.values():
                answers = one["responses"]
                assert {"400", "401", "403", "404", "409", "413", "422", "429"} <= set(answers), (
                    path
                )
                for status, answer in answers.items():
                    if int(status) >= 400:
                        assert answer["content"]["application/json"]["schema"] == problem

    def test_every_reference_leads_somewhere(self, schema):
        known = {f"#/components/schemas/{name}" for name in schema["components"]["schemas"]}
        text = json.dumps(schema)
        used = {part.split('"')[0] for part in text.split('"$ref": "')[1:]}
        assert used <= known

    def test_bodies_refuse_what_they_do_not_know(self, schema):
        shapes = schema["components"]["schemas"]
        for path in schema["paths"].values():
            body = path.get("post", {}).get("requestBody", {}).get("content", {})
            if "application/json" in body:
                name = body["application/json"]["schema"]["$ref"].rpartition("/")[2]
                assert shapes[name]["additionalProperties"] is False, name
