"""What is handed to the operator fits the product: units, compose, proxies, settings, guide."""

import re
import shutil
import subprocess

import pytest
import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management import get_commands, load_command_class

from tests.project.conftest import ROOT
from tests.project.test_doctor import NOW, certificate

DEPLOY = ROOT / "deploy"
GUIDE = (ROOT / "docs/operate/README.md").read_text()
UNITS = sorted((DEPLOY / "systemd").iterdir())
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
NOT_FOR_PRODUCTION = {"ANXIAO_DEMO", "ANXIAO_DEBUG", "ANXIAO_TEST_SQLITE"}


def test_the_example_names_every_setting_and_no_other():
    code = (ROOT / "anxiao/project/env.py").read_text()
    read = set(re.findall(r'environ\.get\(\s*"(\w+)"', code))
    example = (DEPLOY / "anxiao.env.example").read_text()
    assert set(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE)) == read - NOT_FOR_PRODUCTION


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path):
    for unit in UNITS:
        text = unit.read_text().replace("/opt/anxiao/current", str(ROOT))
        text = text.replace("User=anxiao\nGroup=anxiao\n", "")
        (tmp_path / unit.name).write_text(text)
    told = subprocess.run(
        ["systemd-analyze", "verify", *sorted(map(str, tmp_path.iterdir()))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.returncode, told.stderr) == (0, "")


def run_words(text):
    return re.search(r"^ExecStart=\S+/anxiao (.+)$", text, re.MULTILINE)[1].split()


def test_units_start_commands_that_exist_with_time_to_drain():
    started = {unit.stem: run_words(unit.read_text()) for unit in UNITS if ".service" in unit.name}
    assert started == {
        "anxiao-web": ["serve", "--no-worker"],
        "anxiao-worker": ["worker"],
        "anxiao-backup": ["backup", "/var/backups/anxiao"],
    }
    web = (DEPLOY / "systemd/anxiao-web.service").read_text()
    assert int(re.search(r"TimeoutStopSec=(\d+)", web)[1]) > 30


def test_compose_holds_database_web_worker_backup_and_proxy():
    services = COMPOSE["services"]
    assert set(services) == {"database", "web", "worker", "backup", "proxy"}
    ours = {name: each["command"] for name, each in services.items() if "command" in each}
    assert {words[0] for words in ours.values()} == {"anxiao"}
    assert {words[1] for words in ours.values()} <= set(get_commands())
    assert services["proxy"]["ports"] == ["80:80", "443:443"]
    assert [name for name, each in services.items() if "ports" in each] == ["proxy"]
    mounted = {volume.split(":")[0] for each in services.values() for volume in each["volumes"]}
    assert {name for name in mounted if not name.startswith(".")} == set(COMPOSE["volumes"])
    for name in mounted - set(COMPOSE["volumes"]):
        assert (DEPLOY / name).exists()


def test_no_secret_is_written_into_what_is_handed_out():
    for path in (path for path in DEPLOY.rglob("*") if path.is_file()):
        for line in path.read_text().splitlines():
            given = re.match(r"\s*#?\s*\w*(PASSWORD|SECRET)\w*\s*[:=]\s*(.*)", line)
            assert not given or given[2] == "" or given[2].startswith("${"), (path, line)


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not here")
def test_nginx_takes_its_configuration(tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    certificate(tmp_path / "fullchain.pem", NOW, key)
    (tmp_path / "privkey.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    site = (DEPLOY / "nginx/anxiao.conf").read_text()
    site = site.replace("/etc/ssl/anxiao", str(tmp_path)).replace("/var/log/nginx", str(tmp_path))
    (tmp_path / "site.conf").write_text(site)
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid; error_log {tmp_path}/log; events {{}}\n"
        f"http {{ include {tmp_path}/site.conf; }}\n"
    )
    told = subprocess.run(
        ["nginx", "-t", "-q", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.returncode, told.stderr) == (0, "")


def test_proxies_say_how_a_request_came_and_keep_metrics_inside():
    nginx = (DEPLOY / "nginx/anxiao.conf").read_text()
    assert "proxy_set_header X-Forwarded-Proto $scheme;" in nginx
    assert "proxy_set_header Host $host;" in nginx
    assert "return 301 https://$host$request_uri;" in nginx
    assert re.search(r"ssl_protocols TLSv1\.2 TLSv1\.3;", nginx)
    for text in (nginx, (DEPLOY / "caddy/Caddyfile").read_text()):
        assert re.search(r"/metrics \{\s+(return|respond) 404", text)
        assert re.search(r"(client_max_body_size 25m|max_size 25MB)", text)


def test_the_guide_names_commands_units_and_files_that_exist():
    named = set(re.findall(r"(?:^|`|web )anxiao ([a-z][a-z-]+)", GUIDE, re.MULTILINE))
    assert {name.replace("-", "_") for name in named} <= set(get_commands())
    assert {"backup", "restore", "doctor", "setup", "tick", "verify-journal"} <= named
    for path in re.findall(r"deploy/[\w./-]+\w", GUIDE):
        assert any(ROOT.glob(f"{path}*")), path
    for unit in set(re.findall(r"anxiao-(?:web|worker|backup)(?:\.timer)?", GUIDE)):
        names = {each.name for each in UNITS}
        assert {unit, f"{unit}.service"} & names, unit


def test_the_guide_upgrades_and_rolls_back_in_this_order():
    """Nothing is written between the backup and the new program; the backup to return to is named.

    ``python -m bench.guide`` runs these blocks for real.
    """
    sections = re.split(r"^## \d\. ", GUIDE, flags=re.MULTILINE)
    blocks = [re.findall(r"```bash\n(.*?)```", section, re.DOTALL) for section in sections]
    assert [len(each) for each in blocks] == [0, 2, 0, 2, 1, 1, 0]
    (upgrade,), (back,) = blocks[4:6]
    for block, steps in (
        (
            upgrade,
            ("systemctl stop", "anxiao backup", "ln -sfn", "anxiao setup", "systemctl start"),
        ),
        (back, ("systemctl stop", "ln -sfn", "mv -T", "keys", "anxiao restore", "anxiao setup")),
    ):
        places = [block.index(step) for step in steps]
        assert places == sorted(places)
    assert "anxiao restore /var/backups/anxiao/<升级前的备份>\n" in back


def test_the_command_of_the_guide_runs_as_the_units_do():
    command = (DEPLOY / "anxiao").read_text()
    web = (DEPLOY / "systemd/anxiao-web.service").read_text()
    for setting in ("User", "EnvironmentFile"):
        assert re.search(rf"^{setting}=(.+)$", web, re.MULTILINE)[1] in command
    assert "UMask=0077" in web
    assert "umask 077" in command
    assert subprocess.run(["sh", "-n", str(DEPLOY / "anxiao")], check=False).returncode == 0


OURS = sorted(name for name, app in get_commands().items() if app.startswith("anxiao."))


@pytest.mark.parametrize("name", [name for name in OURS if name != "migrate"])
def test_every_command_of_ours_explains_itself(name):
    command = load_command_class(get_commands()[name], name)
    assert re.search("[一-鿿]", command.help)
    for action in command.create_parser("anxiao", name)._actions:
        assert action.help or action.choices, action.dest
