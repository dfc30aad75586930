"""The ``anxiao`` command as people write it, rightly and wrongly: sentences, no tracebacks."""

import os
import subprocess
import sys

import pytest

from tests.project.conftest import ROOT


def run(folder, *words, **named):
    foreign = {"DATABASE_URL", "DJANGO_SETTINGS_MODULE", "PORT"}
    kept = {name: value for name, value in os.environ.items() if name not in foreign}
    return subprocess.run(
        [sys.executable, "-m", "anxiao", *words],
        cwd=ROOT,
        env=kept | {"ANXIAO_DATA": str(folder)} | named,
        capture_output=True,
        text=True,
        check=False,
    )


def test_no_command_and_help_list_our_commands_alone(tmp_path):
    told = run(tmp_path)
    assert told.returncode == 0
    for command in ("backup", "first-admin", "serve", "verify-journal"):
        assert f"  {command} " in told.stdout
    assert "makemigrations" not in told.stdout
    assert run(tmp_path, "--help").stdout == told.stdout


@pytest.mark.parametrize("words", [("recount",), ("plan", "publish", "X"), ("doctor",)])
def test_a_house_not_yet_built_is_said_in_a_sentence(tmp_path, words):
    told = run(tmp_path, *words)
    assert told.returncode == 1
    assert told.stdout == ""
    assert told.stderr.strip().endswith("数据库还没有建好，请先运行 anxiao setup。")
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize(
    ("words", "named", "shown"),
    [(("--port", "99999"), {}, "99999"), ((), {"PORT": "abc"}, "abc")],
)
def test_a_port_that_is_none_is_said_in_a_sentence(tmp_path, words, named, shown):
    told = run(tmp_path, "serve", *words, **named)
    assert told.returncode != 0
    assert f"端口应为 1 到 65535 的整数，现为“{shown}”。" in told.stderr
    assert "Traceback" not in told.stderr
