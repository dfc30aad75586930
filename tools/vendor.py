"""Maintainers only: fetch the front-end files with npm, check them, and note what they are.

Nothing of this runs at set-up: the files are committed. `python tools/vendor.py` renews them.
"""

import base64
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "anxiao" / "foundation" / "ui" / "static"
VENDOR = STATIC / "vendor"
AXE = ROOT / "tests" / "vendor"
PACKAGES: dict[str, tuple[Path, dict[str, str]]] = {
    "@tabler/core@1.6.1": (
        VENDOR,
        {"dist/css/tabler.min.css": "tabler.min.css"},
    ),
    "htmx.org@2.0.11": (VENDOR, {"dist/htmx.min.js": "htmx.min.js"}),
    "echarts@6.1.0": (VENDOR, {"dist/echarts.common.min.js": "echarts.common.min.js"}),
    "signature_pad@5.1.4": (VENDOR, {"dist/signature_pad.min.js": "signature_pad.min.js"}),
    "jsqr@1.4.0": (VENDOR, {"dist/jsQR.js": "jsQR.js"}),
    "axe-core@4.14.1": (AXE, {"axe.min.js": "axe.min.js"}),
}
ICONS = "@tabler/icons@3.48.0"
PAPERS = ("LICENSE", "LICENSE-3RD-PARTY.txt", "NOTICE")  # must travel with the files
LICENCES = "licences"
SOURCE_MAP = re.compile(rb"\n?/[/*][#@] ?sourceMappingURL=[^\n*]*(\*/)?\s*")


def main() -> int:
    """Fetch all packages and the icon sprite; return 0 when everything agreed with npm's word."""
    for folder in {folder for folder, _files in PACKAGES.values()}:
        folder.mkdir(parents=True, exist_ok=True)
    notes: dict[Path, dict[str, object]] = {VENDOR: {}, AXE: {}}
    with tempfile.TemporaryDirectory() as scratch:
        for name, (folder, files) in PACKAGES.items():
            archive, integrity, licence = fetch(name, Path(scratch))
            for inside, outside in files.items():
                content = SOURCE_MAP.sub(b"\n", member(archive, inside))
                (folder / outside).write_bytes(content)
                notes[folder][outside] = {
                    "package": name,
                    "licence": licence,
                    "integrity": integrity,
                    "sha256": hashlib.sha256(content).hexdigest(),
                }
            papers(archive, name, folder / LICENCES)
        icons = fetch(ICONS, Path(scratch))[0]
        papers(icons, ICONS, VENDOR / LICENCES)
        tabler_licence(icons)
        sprite(icons)
    for folder, note in notes.items():
        text = json.dumps(note, indent=2, sort_keys=True)
        (folder / "VENDOR.json").write_text(text + "\n")
    return 0


def fetch(name: str, scratch: Path) -> tuple[Path, str, str]:
    """Pack ``name`` into ``scratch``; return archive, npm's integrity (checked) and licence."""
    words = ["npm", "pack", "--json", "--silent", name]
    packed = subprocess.run(words, cwd=scratch, capture_output=True, text=True, check=True)
    told = json.loads(packed.stdout)
    told = told[0] if isinstance(told, list) else next(iter(told.values()))
    archive = scratch / Path(told["filename"]).name
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if told["integrity"] != f"sha512-{digest}":
        raise SystemExit(f"{name}: the archive is not what npm says it is")
    licence = json.loads(member(archive, "package.json")).get("license", "")
    return archive, told["integrity"], licence


def member(archive: Path, inside: str) -> bytes:
    """One file of a package's archive."""
    with tarfile.open(archive) as tar:
        found = tar.extractfile(f"package/{inside}")
        if found is None:
            raise SystemExit(f"{archive.name} holds no {inside}")
        return found.read()


def papers(archive: Path, name: str, folder: Path) -> None:
    """Lay the licence and the notice of one package beside its files."""
    folder.mkdir(exist_ok=True)
    with tarfile.open(archive) as tar:
        present = set(tar.getnames())
    for paper in PAPERS:
        if f"package/{paper}" in present:
            (folder / paper_name(name, paper)).write_bytes(member(archive, paper))


def tabler_licence(icons: Path) -> None:
    """Write Tabler's licence: its archive has none, its style sheet names owners and MIT.

    The wording of MIT is taken from Tabler's icons, the owners from the style sheet's head.
    """
    head = (VENDOR / "tabler.min.css").read_text(encoding="utf-8")[:1000]
    owners = "\n".join(re.findall(r"\* (Copyright .*)", head))
    mit = member(icons, "LICENSE").decode()
    wording = mit[mit.index("Permission is hereby granted") :]
    (VENDOR / LICENCES / paper_name("@tabler/core@", "LICENSE")).write_text(
        f"MIT License\n\n{owners}\n\n{wording}", encoding="utf-8"
    )


def paper_name(package: str, paper: str) -> str:
    """File name of a paper: ``@tabler/core@1.6.1`` and ``LICENSE`` give tabler-core.LICENSE.txt."""
    short = package.rpartition("@")[0].lstrip("@").replace("/", "-")
    return f"{short}.{paper.removesuffix('.txt')}.txt"


def sprite(archive: Path) -> None:
    """Build one sprite of the icons that templates and code name."""
    names = sorted((ROOT / "tools" / "icons.txt").read_text().split())
    symbols = []
    for name in names:
        svg = member(archive, f"icons/outline/{name}.svg").decode()
        paths = "".join(re.findall(r"<path [^>]*?/>", svg))
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{paths}</symbol>\n')
    text = f'<svg xmlns="http://www.w3.org/2000/svg">\n{"".join(symbols)}</svg>\n'
    (STATIC / "ui" / "icons.svg").write_text(text)


if __name__ == "__main__":
    sys.exit(main())
