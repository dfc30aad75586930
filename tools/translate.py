"""Maintainers only: bring ``anxiao/locale`` up to what the sources say, and compile it.

`.venv/bin/python tools/translate.py` keeps every translation it knows, adds new texts empty,
drops what nobody says any more, and lists what is still to be translated. No gettext program is
needed: Python is read as a tree, templates through Django's own ``templatize``.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import polib
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "anxiao"
CATALOGUE = SOURCES / "locale" / "en" / "LC_MESSAGES" / "django.po"
PLURALS = {"ngettext", "ngettext_lazy"}
SINGULARS = {"gettext", "gettext_lazy", "gettext_noop"}
MARKERS = {"django.utils.translation", "anxiao.foundation.kernel.spellings.texts"}
"""Modules whose functions mark a text; rules are plain Python and take the kernel's."""
HEAD = {
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Language": "en",
    "MIME-Version": "1.0",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}
CALL = re.compile(
    r"\b(gettext|ngettext|_)\(\s*(u?'(?:[^'\\]|\\.)*'|u?\"(?:[^\"\\]|\\.)*\")"
    r"(?:\s*,\s*(u?'(?:[^'\\]|\\.)*'|u?\"(?:[^\"\\]|\\.)*\"))?",
    re.DOTALL,
)
Text = tuple[str, str]
"""A message and its plural, ``""`` where there is none."""


def main() -> int:
    """Write both files; 1 while something is untranslated."""
    catalogue = merged(known(), said())
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(CATALOGUE))
    catalogue.save_as_mofile(str(CATALOGUE.with_suffix(".mo")))
    empty = catalogue.untranslated_entries()
    print(f"{len(catalogue)} texts, {len(empty)} untranslated")
    return 1 if empty else 0


def known() -> polib.POFile:
    """The catalogue as it is."""
    if CATALOGUE.exists():
        return polib.pofile(str(CATALOGUE), wrapwidth=100)
    return polib.POFile(wrapwidth=100)


def merged(old: polib.POFile, texts: dict[Text, set[str]]) -> polib.POFile:
    """``texts`` with what ``old`` says of them, in the order of their text."""
    new = polib.POFile(wrapwidth=100)
    new.metadata = HEAD
    before = {entry.msgid: entry for entry in old}
    for (text, plural), places in sorted(texts.items()):
        entry = polib.POEntry(msgid=text, occurrences=[(place, "") for place in sorted(places)])
        entry.flags = ["python-format"] if re.search(r"%\(\w+\)[sd]", text) else []
        had = before.get(text)
        if plural:
            entry.msgid_plural = plural
            entry.msgstr_plural = had.msgstr_plural if had and had.msgstr_plural else {0: "", 1: ""}
        else:
            entry.msgstr = had.msgstr if had else ""
        new.append(entry)
    return new


def said() -> dict[Text, set[str]]:
    """Every text of the product, with the files that say it."""
    if not settings.configured:
        settings.configure(USE_I18N=True)
    found: dict[Text, set[str]] = {}
    for path in sorted(SOURCES.rglob("*")):
        reader = {".py": in_python, ".html": in_template}.get(path.suffix)
        for text in reader(path.read_text(encoding="utf-8")) if reader else ():
            found.setdefault(text, set()).add(str(path.relative_to(ROOT)))
    return found


def in_python(source: str) -> Iterator[Text]:
    """Literal texts handed to gettext under whatever name it was imported."""
    tree = ast.parse(source)
    names = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in MARKERS
        for alias in node.names
    }
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        kind = names.get(node.func.id)
        words = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
        if kind in PLURALS and len(words) > 1:
            yield str(words[0]), str(words[1])
        elif kind in SINGULARS and words:
            yield str(words[0]), ""


def in_template(source: str) -> Iterator[Text]:
    """Texts of ``translate`` and ``blocktranslate``, as Django looks them up."""
    for kind, text, plural in CALL.findall(templatize(source)):
        if text:
            more = ast.literal_eval(plural) if plural and kind == "ngettext" else ""
            yield ast.literal_eval(text), more


if __name__ == "__main__":
    sys.exit(main())
