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


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_s38_every_pin_is_hashed_and_names_no_address(name):
    text = (ROOT / name).read_text()
    assert "://" not in text
    pins = re.split(r"\n(?=[a-z0-9])", text.strip())
    assert len(pins) > 20
    for pin in pins:
        assert re.match(r"^[a-zA-Z0-9._-]+==", pin), pin
        assert "--hash=sha256:" in pin, pin


@pytest.mark.parametrize("folder", VENDORED, ids=lambda p: p.parent.name)
def test_s38_vendored_files_are_what_their_note_says(folder):
    note = json.loads((folder / "VENDOR.json").read_text())
    assert set(note) == {p.name for p in folder.iterdir()} - {"VENDOR.json"}
    for name, told in note.items():
        content = (folder / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == told["sha256"], name
        assert told["licence"], name
        assert b"sourceMappingURL" not in content


def test_every_dependency_earns_its_place():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    names = {re.split(r"[\[=;< ]", entry)[0].lower() for entry in wanted}
    page = (ROOT / "docs/dev/dependencies.md").read_text().lower()
    told = set(re.findall(r"^\| `([^`]+)`", page, re.MULTILINE))
    assert told == names


def test_s34_no_secret_and_no_machine_path_is_tracked():
    machine = re.compile(r"(?<![\w.])/(work|farm|home/\w+|Users)/[a-z]")
    secret = re.compile(r"BEGIN (RSA |EC |OPENSSH )?PRIVATE KEY|AKIA[0-9A-Z]{16}")
    for path, text in own_texts():
        assert not machine.search(text), path
        assert path == Path(__file__) or not secret.search(text), path
