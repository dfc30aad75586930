"""``python -m bench.guide``: walks docs/operate as it is written, from an earlier version to this.

Install, import, sign in, back up, restore, sign in, upgrade, sign in, roll back, sign in: the
blocks of the guide are run line by line, by their own paths, in a mount namespace of its own, so
that nothing of the machine is touched. Only ``systemctl`` is a stand-in, which starts what the
units say. Needs root on Linux, Python 3.11 in /usr/bin, and the history of the repository.
"""

import argparse
import contextlib
import http.client
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GUIDE = ROOT / "docs/operate/README.md"
EARLIER = "1de9447"
"""A state with fewer migrations, to begin from."""
FIRST, NEW = "0.1.0", "0.2.0"
HOUSES = ("/opt/anxiao", "/etc", "/var/lib", "/var/backups", "/usr/local/bin")
LEDGER = Path("/tmp/学校基本情况统计表.xlsx")  # noqa: S108 - where the guide says it may lie
HOST, NAME, WORD = "anxiao.example.org", "shouan", "Baiyun-7712-hai"
SYSTEMCTL = r"""#!/bin/bash
# starts and stops what the units say, as the user they name, with the settings they name
case $1 in start|stop|enable) how=${1/enable/start};; *) exit 0;; esac
for unit in "${@:2}"; do
  file=/etc/systemd/system/$unit.service; pid=$RUN/$unit.pid
  [ -f "$file" ] || continue
  if [ $how = start ]; then
    cd "$(sed -n s/^WorkingDirectory=//p "$file")"; umask 077; set -f
    settings=$(grep -v '^#' "$(sed -n s/^EnvironmentFile=//p "$file")")
    setsid runuser -u anxiao -- env $settings $(sed -n s/^ExecStart=//p "$file") \
      >>"$RUN/$unit.log" 2>&1 & echo $! >"$pid"
  elif [ -f "$pid" ]; then
    kill -TERM "$(cat "$pid")"
    while kill -0 "$(cat "$pid")" 2>/dev/null; do sleep 0.2; done
    rm "$pid"
  fi
done
"""


def main() -> int:
    """Set the stage, then walk on it in a namespace of mounts."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--earlier", default=EARLIER, help="commit to begin from")
    reader.add_argument("--stage", help=argparse.SUPPRESS)
    given = reader.parse_args()
    if given.stage:
        Walk(Path(given.stage)).go()
        return 0
    with tempfile.TemporaryDirectory(prefix="anxiao-guide-") as folder:
        stage = Path(folder)
        stage.chmod(0o755)
        set_stage(stage, given.earlier)
        mounts = "; ".join(f"mount --bind {stage}/{place_of(house)} {house}" for house in HOUSES)
        again = f"{sys.executable} -m bench.guide --stage {stage}"
        made = [house for house in HOUSES if not Path(house).exists()]
        for house in made:
            Path(house).mkdir()
        try:
            return subprocess.call(["unshare", "-m", "bash", "-c", f"{mounts}; exec {again}"])
        finally:
            for house in made:
                Path(house).rmdir()


def place_of(house: str) -> str:
    return house.strip("/").replace("/", "-")


def set_stage(stage: Path, earlier: str) -> None:
    """Two versions to install, empty places for them, and the stand-in."""
    git = ["git", "-c", "user.name=guide", "-c", "user.email=guide@localhost", "-C"]
    run("git", "clone", "-q", str(ROOT), str(stage / "repo"))
    for words in (
        ["tag", NEW],
        ["checkout", "-q", earlier],
        ["checkout", "-q", NEW, "--", "deploy"],
        ["commit", "-q", "--allow-empty", "-m", "the units of today"],
        ["tag", FIRST],
    ):
        run(*git, str(stage / "repo"), *words)
    for house in HOUSES:
        (stage / place_of(house)).mkdir()
    shutil.rmtree(stage / "etc")
    run("cp", "-a", "/etc", str(stage / "etc"))
    stand_in = stage / "usr-local-bin" / "systemctl"
    stand_in.write_text(SYSTEMCTL)
    stand_in.chmod(0o755)
    (stage / "run").mkdir()


def run(*words: str) -> None:
    subprocess.run(words, check=True)


class Walk:
    """The walk itself, inside the namespace."""

    def __init__(self, stage: Path) -> None:
        self.stage, self.port = stage, free_port()
        self.blocks = {
            number: re.findall(r"```bash\n(.*?)```", text, re.DOTALL)
            for number, text in re.findall(
                r"^## (\d)\. .*?\n(.*?)(?=^## |\Z)", GUIDE.read_text(), re.DOTALL | re.MULTILINE
            )
        }

    def go(self) -> None:
        """Section after section; the first step that fails ends it with an error."""
        install, county = self.blocks["1"]
        backup, restore = self.blocks["3"]
        try:
            self.take("install", install.replace("<版本>", FIRST))
            self.workbook()
            told = self.take("county", county.replace("某某区", "云河区").split("anxiao first")[0])
            code = re.search(r"单位代码 (\w+)", told)[1]
            named = {"单位代码": code, "姓名": "王守安", "用户名": NAME}
            told = self.take("first administrator", replaced(county.split("\n", 1)[1], named))
            self.enters(re.search(r"初始密码 (\S+)", told)[1], changes_to=WORD)
            self.take("backup", backup)
            self.take("restore", restore)
            self.enters(WORD)
            self.take("clear", "mv /var/lib/anxiao.old /var/lib/anxiao.first\n")
            told = self.take("upgrade", self.blocks["4"][0].replace("<新版本>", NEW))
            kept = re.search(r"已备份到 (\S+?)：", told)[1]
            self.enters(WORD)
            self.take("the night after", backup + "anxiao verify-journal\n")
            back = replaced(
                self.blocks["5"][0], {"<旧版本>": FIRST, "<升级前的备份>": Path(kept).name}
            )
            self.take("roll back", back)
            self.enters(WORD)
        finally:
            LEDGER.unlink(missing_ok=True)
            self.take("stop", "systemctl stop anxiao-web anxiao-worker\n")

    def take(self, name: str, block: str) -> str:
        """Run a block as a shell would; what it said."""
        began = time.monotonic()
        block = block.replace("<仓库地址>", str(self.stage / "repo"))
        block = block.replace("git clone", "git -c advice.detachedHead=false clone -q")
        block = block.replace(f"clone -q {self.stage}", f"clone -q --branch {FIRST} {self.stage}")
        block = re.sub(r"^anxiao doctor$", "anxiao doctor || [ $? = 1 ]", block, flags=re.MULTILINE)
        fill = f"sed -i 's/^ANXIAO_HOSTS=.*/ANXIAO_HOSTS={HOST}/; s/^PORT=.*/PORT={self.port}/'"
        block = re.sub(
            r"^(install -D .*)$", rf"\1\n{fill} /etc/anxiao/anxiao.env", block, flags=re.MULTILINE
        )
        told = subprocess.run(
            ["bash", "-e", "-c", f"cd /root\n{block}"],
            env={
                "PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "HOME": "/root",
                "LANG": "C.UTF-8",
                "RUN": str(self.stage / "run"),
                "PYTHON": "/usr/bin/python3",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        print(f"{name}: {told.returncode} in {time.monotonic() - began:.0f} s", flush=True)
        if told.returncode:
            print(block, told.stdout, *(log.read_text() for log in self.logs()), sep="\n")
            sys.exit(1)
        return told.stdout

    def logs(self) -> list[Path]:
        return sorted((self.stage / "run").glob("*.log"))

    def workbook(self) -> None:
        """The list of schools, where the guide says it may lie."""
        write = (
            "import openpyxl; book = openpyxl.Workbook();"
            "[book.active.append(row) for row in (['单位名称', '单位代码', '所属镇街', '学校类型'],"
            "['石门镇第一小学', 'S0001', '石门镇教委', '小学'])];"
            f"book.save('{LEDGER}')"
        )
        run("/opt/anxiao/current/.venv/bin/python", "-c", write)

    def enters(self, word: str, changes_to: str = "") -> None:
        """Sign in by the page, as the first administrator."""
        person = Browser(self.port)
        person.waits()
        page = person.ask("/account/sign-in")[2]
        token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page)[1]
        body = {"username": NAME, "password": word, "csrfmiddlewaretoken": token}
        status, place, _page = person.ask("/account/sign-in", body)
        assert (status, place) == (302, "/"), "not signed in"
        status, _place, page = person.ask("/account/password")
        assert status == 200, "no page after signing in"
        if changes_to:
            token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page)[1]
            body = {"old": word, "new": changes_to, "again": changes_to}
            status, _place, _page = person.ask(
                "/account/password", body | {"csrfmiddlewaretoken": token}
            )
            assert status == 302, "password not changed"
        print("signed in", flush=True)


class Browser:
    """As much of one as signing in needs."""

    def __init__(self, port: int) -> None:
        self.port, self.cookies = port, {}

    def waits(self) -> None:
        """Until the server answers."""
        for _ in range(600):
            with contextlib.suppress(OSError):
                self.ask("/healthz?only=database")
                return
            time.sleep(0.2)
        raise SystemExit("nothing answers")

    def ask(self, path: str, body: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, where it leads, what it says."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        heads = {
            "Host": HOST,
            "X-Forwarded-Proto": "https",
            "Referer": f"https://{HOST}/",
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        with contextlib.closing(line):
            line.request("POST" if body else "GET", path, urllib.parse.urlencode(body or {}), heads)
            answer = line.getresponse()
            for kept in answer.headers.get_all("Set-Cookie") or ():
                name, _, value = kept.split(";")[0].partition("=")
                self.cookies[name] = value
            return answer.status, answer.headers.get("Location", ""), answer.read().decode()


def replaced(text: str, words: dict[str, str]) -> str:
    for old, new in words.items():
        text = text.replace(old, new)
    return text


def free_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main())
