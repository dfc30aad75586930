"""One person's browser and program: asked, listened to, and all that was written undone."""

import io
import json
import re
import zipfile
from collections import Counter
from contextlib import contextmanager
from fnmatch import fnmatch
from itertools import count
from urllib.parse import unquote

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.http import SimpleCookie
from django.test import Client

from anxiao.foundation.access.capabilities import ROLE_CAPABILITIES, Role
from anxiao.project import api as front

TALLY: Counter[str] = Counter()


class Bodies:
    """The smallest valid body of each API operation, made from its description."""

    def __init__(self) -> None:
        schema = front.api.get_openapi_schema()
        self.shapes = schema["components"]["schemas"]
        self.uuids = count(1)
        self.posts = {
            one["post"]["operationId"]: one["post"].get("requestBody", {}).get("content", {})
            for one in schema["paths"].values()
            if "post" in one
        }
        self.paths = {
            re.sub(r"\{\w+\}", "*", path): one["post"]["operationId"]
            for path, one in schema["paths"].items()
            if "post" in one
        }

    def of(self, path: str, target) -> dict:
        names = (operation for shape, operation in self.paths.items() if fnmatch(path, shape))
        content = self.posts.get(next(names, ""), {})
        if "application/json" not in content:
            return {}
        known = {"unit": target.org.pk, "checklist": target.ids["gate"]}
        return self._least(content["application/json"]["schema"], known)

    def _least(self, shape: dict, known: dict):
        if "$ref" in shape:
            shape = self.shapes[shape["$ref"].rpartition("/")[2]]
        if "enum" in shape:
            return shape["enum"][0]
        if shape.get("type") == "object":
            names = shape.get("required", ())
            return {
                name: known.get(name) or self._least(shape["properties"][name], known)
                for name in names
            }
        if "anyOf" in shape:
            return self._least(shape["anyOf"][0], known)
        if shape.get("minItems"):
            return [self._least(shape["items"], known)]
        formats = {"uuid": str(_uuid(next(self.uuids))), "date": "2026-11-23"}
        plain = {"string": "fire", "integer": 1, "number": 1, "boolean": True, "array": []}
        return formats.get(shape.get("format", "")) or plain[shape["type"]]


def _uuid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


class Asker:
    """One holder's browser and program."""

    def __init__(self, world, holder) -> None:
        self.world, self.holder = world, holder
        self.client = Client(raise_request_exception=False)
        if holder:
            self.client.force_login(holder.user)
            self.held = ROLE_CAPABILITIES[Role(holder.role)]
        self.cookies = self.client.cookies.output(header="", sep="\r\n")

    def ask(self, route, method, path, target, **headers):
        """Status, everything that was said, and how many rows were touched; then undone."""
        if self.holder and route.is_api:
            headers["Authorization"] = f"Bearer {self.holder.secret}"
        self.client.cookies = SimpleCookie(self.cookies)
        mark = transaction.savepoint()
        send = self.client.get if method == "GET" else self.client.post
        more = self._body(route, method, path, target)
        with counted() as written:
            response = send(path, **more, headers=headers)
            said = told(response)
        transaction.set_rollback(False)
        transaction.savepoint_rollback(mark)
        TALLY["requests"] += 1
        return response.status_code, said, written["rows"]

    def _body(self, route, method, path, target):
        if method == "GET":
            return {}
        if route.name == "api:upload":
            file = SimpleUploadedFile("x.jpg", self.world.photo_bytes, "image/jpeg")
            return {"data": {"uuid": _uuid(999), "file": file, "unit": target.org.pk}}
        if route.is_api:
            body = self.world.bodies.of(path, target)
            return {"data": json.dumps(body), "content_type": "application/json"}
        return {}


@contextmanager
def counted():
    """Rows written meanwhile, but for the session's own: a flash message is kept there."""
    written = Counter()

    def watch(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if sql.startswith(WRITES) and "django_session" not in sql:
            written["rows"] += max(0, context["cursor"].rowcount)
        return result

    with connection.execute_wrapper(watch):
        yield written


WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


def told(response) -> bytes:
    """Everything an answer says: headers, body, the inside of workbooks."""
    content = (
        b"".join(response.streaming_content)
        if getattr(response, "streaming", False)
        else response.content
    )
    heads = unquote(" ".join(f"{name}: {value}" for name, value in response.items())).encode()
    if content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = b"\n".join(archive.read(name) for name in archive.namelist())
    if b"json" in heads:
        content = json.dumps(json.loads(content), ensure_ascii=False).encode()
    return heads + content
