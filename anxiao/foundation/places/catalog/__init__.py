"""Key parts (重点部位) that points belong to: the words that points and checklists meet in."""

import tomllib
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "key_parts.toml"


@cache
def key_parts() -> dict[str, str]:
    """Labels of the key parts by code, in the order of the file."""
    entries = tomllib.loads(FILE.read_text(encoding="utf-8"))["key_part"]
    return {entry["code"]: entry["label"] for entry in entries}


def key_part_label(code: str) -> str:
    """The label of a key part; the code itself where none is known."""
    return key_parts().get(code, code)
