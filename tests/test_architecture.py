"""Rules about the code itself that no linter knows."""

import ast
import re
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

ROOT = Path(__file__).parent.parent / "anxiao"
MODULES = [p for p in sorted(ROOT.rglob("*.py")) if "migrations" not in p.parts]
MAX_LINES = 400
FORBIDDEN_NAMES = {"utils", "helpers", "common", "signals", "misc"}
EVERY = pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))


def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def within(*parts):
    """Modules of a room's part, be it a file or a package."""
    return [
        p
        for p in MODULES
        if p.stem in parts or any(parent.name in parts for parent in p.relative_to(ROOT).parents)
    ]


@EVERY
def test_module_is_short_and_well_named(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES
    assert path.stem not in FORBIDDEN_NAMES


@EVERY
def test_state_is_written_only_by_the_journal(path):
    if path.relative_to(ROOT) == Path("foundation/journal/services.py"):
        return
    for node in ast.walk(tree_of(path)):
        targets = node.targets if isinstance(node, ast.Assign) else []
        assert not any(isinstance(t, ast.Attribute) and t.attr == "state" for t in targets)
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "update"
        ):
            assert all(keyword.arg != "state" for keyword in node.keywords), node.lineno


@EVERY
def test_nothing_is_imported_inside_a_function(path):
    """Each such import is a cycle stepped around."""
    for function in ast.walk(tree_of(path)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            inner = [n for n in ast.walk(function) if isinstance(n, ast.Import | ast.ImportFrom)]
            assert not inner, f"{path}:{inner[0].lineno}"


@pytest.mark.parametrize("path", within("views", "forms", "api"), ids=str)
def test_pages_read_only_scoped_querysets(path):
    tree = tree_of(path)
    scoped = {
        id(n.func.value)
        for n in ast.walk(tree)
        if isinstance(n, ast.Call)
        and isinstance(n.func, ast.Attribute)
        and n.func.attr in {"visible_to", "visible_with", "none"}
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager"}:
            assert id(node) in scoped, f"{path}:{node.lineno} use .objects.visible_to(actor)"


PAGES = re.compile(r"anxiao\.(\w+\.\w+)\.(views|forms|api)\b")
SHARED = {"foundation.access"}  # its `api` holds what every router wears, and no page


def rooms_of_pages_named(path):
    """The rooms, as ``floor.room``, whose views, forms or API a module imports."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            within_module = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            found = (PAGES.match(within_module + alias.name) for alias in node.names)
            yield from (match[1] for match in found if match)


@EVERY
def test_the_pages_of_a_room_are_its_own(path):
    """Only a room's own pages and routes, and the front door, know its views, forms and API."""
    floor, *rest = path.relative_to(ROOT).with_suffix("").parts
    rooms = set(rooms_of_pages_named(path)) - SHARED
    if floor != "project" and rooms:
        assert rooms == {f"{floor}.{rest[0]}"}
        assert rest[1] in {"urls", "views", "forms", "api"}


@pytest.mark.parametrize("path", within("services", "queries", "rules", "models"), ids=str)
def test_the_clock_is_read_at_the_edge_only(path):
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            named = ast.unparse(node.func)
            assert (
                named
                not in {
                    "timezone.now",
                    "datetime.now",
                    "date.today",
                    "datetime.utcnow",
                }
                or path.relative_to(ROOT) in CLOCKS
            ), f"{path}:{node.lineno}"


CLOCKS = {
    Path("foundation/jobs/services.py"),  # when a job ended is not when it was started
    Path("foundation/messaging/services.py"),  # when an answer came is not when it was sent
}


@pytest.mark.parametrize("path", within("models"), ids=str)
def test_foreign_keys_name_classes_not_strings(path):
    """A string target would hide an upward dependency from import-linter."""
    tree = tree_of(path)
    here = {n.name for n in ast.walk(tree) if isinstance(n, ast.ClassDef)} | {"self"}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        if node.func.attr in {"ForeignKey", "OneToOneField", "ManyToManyField"}:
            target = node.args[0]
            assert not isinstance(target, ast.Constant) or target.value in here


@pytest.mark.parametrize("path", within("models"), ids=str)
def test_no_model_overrides_save(path):
    for node in ast.walk(tree_of(path)):
        assert not (isinstance(node, ast.FunctionDef) and node.name in {"save", "delete"})


def routes(resolver, prefix=""):
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from routes(entry, prefix + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            yield prefix + str(entry.pattern), entry.callback


def capabilities(view):
    """What a route demands: its decorator's, or that of each operation of an API path."""
    path_view = getattr(view, "__self__", None)
    operations = getattr(path_view, "operations", None)
    if operations is None:
        return [getattr(view, "capability", None)]
    return [getattr(operation.view_func, "capability", None) for operation in operations]


def test_every_route_declares_a_capability():
    bare = [route for route, view in routes(get_resolver()) if None in capabilities(view)]
    assert bare == []
