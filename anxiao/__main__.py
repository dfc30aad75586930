"""``python -m anxiao`` is the ``anxiao`` command."""

from anxiao.project.cli import main

main()
