"""A county with something in every register, and the command line."""

import io
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError


@dataclass
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str


@pytest.fixture
def say(db):
    """``say("import", "units", file)``: exit code and both streams."""

    def say(name, *words):
        out, err = io.StringIO(), io.StringIO()
        code = 0
        try:
            with redirect_stdout(out), redirect_stderr(err):
                call_command(name, *map(str, words), stdout=out, stderr=err)
        except CommandError as error:
            code = error.returncode
            err.write(str(error))
        except SystemExit as end:
            code = int(end.code or 0)
        return Said(code, out.getvalue(), err.getvalue())

    return say
