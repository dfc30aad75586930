"""What is in the repository: hashed pins, known vendor files, no addresses, no secrets."""

import hashlib
import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
VENDORED = [ROOT / "anxiao/foundation/ui/static/vendor", ROOT / "tests/vendor"]
LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-uv.lock"]
PACKAGE_HOSTS = re.compile(
    r"pypi\.org|pythonhosted\.org|npmjs\.(org|com)|npmmirror|unpkg\.com|jsdelivr|cdnjs|"
    r"mirrors\.\w+|deb\.debian\.org|index-url\s*=",
    re.IGNORECASE,
)
TEXTS = {".py", ".md", ".toml", ".lock", ".html", ".css", ".js", ".txt", ".json", ".cfg", ""}


def tracked():
    told = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in told.stdout.split("\0") if name]


def own_texts():
    for path in tracked():
        if path.suffix in TEXTS and path.exists() and not any(v in path.parents for v in VENDORED):
            yield path, path.read_text(encoding="utf-8")


def pins(name):
    """Name → pin with its hashes."""
    entries = re.split(r"\n(?=[a-z0-9])", (ROOT / name).read_text().strip())
    return {re.split(r"==", entry)[0]: entry for entry in entries}


@pytest.mark.parametrize("name", LOCKS)
def test_s38_every_pin_is_hashed_and_names_no_address(name):
    assert "://" not in (ROOT / name).read_text()
    for pin in pins(name).values():
        assert re.match(r"^[a-zA-Z0-9._-]+==", pin), pin
        assert "--hash=sha256:" in pin, pin


def test_s38_the_locks_hold_what_the_project_asks_and_agree_with_each_other():
    runtime, everything = pins("requirements.lock"), pins("requirements-dev.lock")
    assert runtime.items() <= everything.items()
    assert {*asked(), "setuptools"} <= set(runtime)
    assert asked("dev") <= set(everything)
    assert set(pins("requirements-uv.lock")) == {"uv"}


@pytest.mark.parametrize("folder", VENDORED, ids=lambda p: p.parent.name)
def test_s38_vendored_files_are_what_their_note_says(folder):
    note = json.loads((folder / "VENDOR.json").read_text())
    assert set(note) == {p.name for p in folder.iterdir()} - {"VENDOR.json", "licences"}
    for name, told in note.items():
        content = (folder / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == told["sha256"], name
        assert told["licence"], name
        assert b"sourceMappingURL" not in content
        package = told["package"].rpartition("@")[0].lstrip("@").replace("/", "-")
        assert (folder / "licences" / f"{package}.LICENSE.txt").read_text(), package


def asked(extra=None):
    """Names of the dependencies of the project, or of one of its extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["optional-dependencies"][extra] if extra else project["dependencies"]
    return {re.split(r"[\[=;<> ]", entry)[0].lower() for entry in wanted}


def test_every_dependency_is_accounted_for():
    page = (ROOT / "docs/dev/dependencies.md").read_text().lower()
    told = set(re.findall(r"^\| `([^`]+)`", page, re.MULTILINE))
    assert told == asked() | asked("dev")


IMPORTED_AS = {
    "pillow": "PIL",
    "chinesecalendar": "chinese_calendar",
    "django-csp": "csp",
    "django-allauth": "allauth",
    "django-ninja": "ninja",
}
USED_BY = {  # never named in an import of ours: who loads it, and the word that makes it so
    "psycopg": "postgresql",
    "argon2-cffi": "Argon2PasswordHasher",
    "tzdata": "Asia/Shanghai",
    "defusedxml": "openpyxl",
}


@pytest.mark.parametrize("name", sorted(asked()))
def test_every_dependency_of_the_product_is_used(name):
    word = USED_BY.get(name) or IMPORTED_AS.get(name) or name.replace("-", "_")
    sources = (p.read_text(encoding="utf-8") for p in sorted((ROOT / "anxiao").rglob("*.py")))
    assert any(re.search(rf"\b{word}\b", source) for source in sources)


def test_no_package_host_is_tracked():
    """Whoever builds this chooses where packages come from."""
    for path, text in own_texts():
        assert path == Path(__file__) or not PACKAGE_HOSTS.search(text), path


def test_s34_no_secret_and_no_machine_path_is_tracked():
    machine = re.compile(r"(?<![\w.])/(work|farm|home/\w+|Users)/[a-z]")
    secret = re.compile(r"BEGIN (RSA |EC |OPENSSH )?PRIVATE KEY|AKIA[0-9A-Z]{16}")
    for path, text in own_texts():
        assert not machine.search(text), path
        assert path == Path(__file__) or not secret.search(text), path
