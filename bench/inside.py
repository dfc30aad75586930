"""Run one module of bench inside the product: ``python -m bench.inside bench.chaos.found …``.

Django is set up first, so that the module may import rooms at its top like any other; its
``main(words)`` gives the exit code.
"""

import os
import sys
from importlib import import_module

import django


def main() -> int:
    """Set up, import, run."""
    name, *words = sys.argv[1:]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anxiao.project.settings")
    django.setup()
    return int(import_module(name).main(words))


if __name__ == "__main__":
    sys.exit(main())
