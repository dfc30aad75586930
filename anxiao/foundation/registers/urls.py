"""Routes of all registers, one set for each declaration."""

from collections.abc import Iterator

from django.urls import URLPattern, path

from anxiao.foundation.registers.declare import ImportSpec, Register
from anxiao.foundation.registers.views import imports, lists


def register_urls(registers: tuple[Register, ...]) -> tuple[list[URLPattern], str]:
    """Patterns and namespace for ``include``: ``path("registers/", include(register_urls(…)))``."""
    patterns = [path("", lists.index_view(registers), name="index")]
    for register in registers:
        patterns.extend(_pages(register))
        if register.importer:
            patterns.extend(_imports(register, register.importer))
    return patterns, "registers"


def _pages(register: Register) -> Iterator[URLPattern]:
    slug = register.slug
    yield path(f"{slug}/", lists.list_view(register), name=slug)
    yield path(f"{slug}/print", lists.print_view(register), name=f"{slug}-print")
    yield path(f"{slug}/export", lists.export_view(register), name=f"{slug}-export")
    yield path(f"{slug}/saved", lists.save_view(register), name=f"{slug}-save")
    yield path(f"{slug}/saved/<uuid:uuid>", lists.saved_view(register), name=f"{slug}-saved")
    yield path(
        f"{slug}/saved/<uuid:uuid>/delete", lists.unsave_view(register), name=f"{slug}-unsave"
    )


def _imports(register: Register, spec: ImportSpec) -> Iterator[URLPattern]:
    slug, one = register.slug, f"{register.slug}/import/<uuid:uuid>"
    yield path(f"{slug}/import", imports.upload_view(register, spec), name=f"{slug}-import")
    yield path(one, imports.preview_view(register, spec), name=f"{slug}-preview")
    yield path(f"{one}/apply", imports.apply_view(register, spec), name=f"{slug}-apply")
    yield path(f"{one}/discard", imports.discard_view(register, spec), name=f"{slug}-discard")
    yield path(f"{one}/errors", imports.errors_view(register, spec), name=f"{slug}-errors")
