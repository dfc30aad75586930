"""What is in the repository: hashed pins, known vendor files, no addresses, no secrets."""

import hashlib
import json
import re
import subprocess
import tomllib
from importlib import metadata
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


LICENCES = re.compile(
    r"MIT|BSD|Apache|PSF|Python Software Foundation|MPL-2\.0|Mozilla Public|LGPL-3\.0-only|Zlib"
)
"""May be used by a product under Apache-2.0; of the LGPL, libraries that are used as they are."""
UNSAID = {"pysqlite3": "Zlib", "colorama": "BSD-3-Clause"}
"""Told by their own texts: the one says nothing in its metadata, the other is for Windows alone."""


def licences(name):
    """What a package says of its licence, each part of it."""
    if name in UNSAID:
        return [UNSAID[name]]
    told = metadata.metadata(name)
    words = told.get("License-Expression") or ""
    classes = [each for each in told.get_all("Classifier") or () if each.startswith("License ::")]
    known = [each.rpartition(" :: ")[2] for each in classes]
    return (
        re.split(r" AND | OR ", words.translate({40: None, 41: None}))
        if words
        else known or [told.get("License", "")]
    )


def test_s38_every_licence_is_on_the_list(record_property):
    everything = pins("requirements-dev.lock")
    faults = {
        name: said
        for name in everything
        for said in licences(name)
        if not LICENCES.match(said) and said not in {"DFSG approved", "Other/Proprietary License"}
    }
    assert faults == {}
    assert all(map(licences, everything))
    record_property("S38", f"{len(everything)} pins, all hashed, every licence on the list")


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


SECRETS = re.compile(
    r"BEGIN (?:[A-Z]+ )?PRIVATE KEY-|AKIA[0-9A-Z]{16}|gh[pousr]_\w{30}|xox[abp]-\w{10}|"
    r"anx_[\w-]{40}|webhook/send\?key=[0-9a-f]{8}-|"
    r"\w+://[\w.-]+:(?!anxiao@|postgres-password@|k7Rw|password@)[^\s/@'\"{}<>:]{6,}@"
)
"""Keys, tokens of ours and others', robots' addresses, passwords in addresses but for samples."""
PRIVATE_FILES = re.compile(r"(^|/)(keys/|\.env$|id_rsa)|\.(pem|key|p12|sqlite3|dump)$")


def test_s34_no_secret_and_no_machine_path_is_tracked():
    machine = re.compile(r"(?<![\w.])/(work|farm|home/\w+|Users)/[a-z]")
    for path, text in own_texts():
        assert not machine.search(text), path
        assert path == Path(__file__) or not SECRETS.search(text), path


def git(*words):
    told = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, check=True)
    return told.stdout.decode("utf-8", "replace")


def test_s34_no_secret_ever_was(record_property):
    """Every line that any commit added, and every name that any file had."""
    history = git(
        "log", "-p", "-U0", "--no-color", "--diff-filter=AM", "HEAD", "--", ":!tests/vendor"
    )
    added = [line for line in history.split("\n") if line.startswith("+")]
    assert [line[:80] for line in added if SECRETS.search(line)] == []
    names = set(git("log", "--format=", "--name-only", "HEAD").split("\n"))
    assert [name for name in names if PRIVATE_FILES.search(name)] == []
    commits = git("rev-list", "--count", "HEAD").strip()
    record_property("S34", f"{commits} commits, {len(added)} lines: 0 secrets")


@pytest.mark.parametrize(
    "secret",
    [
        "-----BEGIN EC PRIVATE" + " KEY-----",
        "AKIA" + "ABCDEFGHIJKLMNOP",
        "anx_" + "aB3-" * 10,
        "postgresql://anxiao:" + "Vq3x8TzLwkR5@db/anxiao",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=" + "693a91f6-7xxx",
    ],
)
def test_s34_the_scan_knows_a_secret(secret):
    assert SECRETS.search(f"+X = {secret!r}")
