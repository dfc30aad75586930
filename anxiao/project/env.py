"""What the environment says: data folder, database, port, demo; and the keys kept in the folder."""

import os
import re
import secrets
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import dj_database_url

ROOT = Path(__file__).resolve().parent.parent.parent
DATA = Path(os.environ.get("ANXIAO_DATA", ROOT / "data")).resolve()
DEMO = os.environ.get("ANXIAO_DEMO") == "1"
DEBUG = os.environ.get("ANXIAO_DEBUG") == "1"
PORT = os.environ.get("PORT", "8000")
HOSTS = [host for host in os.environ.get("ANXIAO_HOSTS", "").split(",") if host]
ROBOT_HOSTS = [host for host in os.environ.get("ANXIAO_ROBOT_HOSTS", "").split(",") if host]
GROUP_COMMIT = os.environ.get("ANXIAO_GROUP_COMMIT") == "1"
"""SQLite only: commits share the disk's sync. ``serve`` switches it on for the web server."""
LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]
CERTIFICATES = [Path(path) for path in os.environ.get("ANXIAO_CERTIFICATES", "").split(",") if path]
METRICS_SECRET = os.environ.get("ANXIAO_METRICS_SECRET", "")
LOG = os.environ.get("ANXIAO_LOG", "")
"""``json`` or ``line``: every request gets a line of the log; empty: faults alone."""
WEB_PROCESSES = int(os.environ.get("WEB_PROCESSES", "0"))
WEB_THREADS = int(os.environ.get("WEB_THREADS", "0")) or min(8, 2 * (os.cpu_count() or 1) + 1)
"""No more than a process has connections to PostgreSQL, nor than its cores can use (ADR 0004)."""
KEYS = ("secret_key", "field_key", "mfa_key")
SHORTEST_KEY, SHORTEST_SECRET, SHORTEST_PASSWORD = 50, 24, 12
FEWEST_LETTERS = 10
GUESSABLE = re.compile(
    r"change|default|example|insecure|secret|password|123456|^(anxiao|postgres|admin|root|test)$",
    re.IGNORECASE,
)


def folder(name: str) -> Path:
    """A folder below the data folder, made on first use, open to its owner alone."""
    path = DATA / name
    for each in (DATA, path):  # of parents made on the way, mkdir heeds no mode
        each.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def secret(name: str) -> str:
    """A key of 64 random bytes, made at first start and kept with mode 0600."""
    path = folder("keys") / name
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(64))
    return path.read_text().strip()


def weak_secrets() -> list[str]:
    """What anybody could guess, in words; production refuses to start with any of it."""
    found = [f"密钥 {name} 过于简单" for name in KEYS if _weak(secret(name), SHORTEST_KEY)]
    if METRICS_SECRET and _weak(METRICS_SECRET, SHORTEST_SECRET):
        found.append(f"ANXIAO_METRICS_SECRET 须为 {SHORTEST_SECRET} 位以上的随机值")
    url = urlsplit(os.environ.get("DATABASE_URL", ""))
    password = unquote(url.password or "")
    at_home = not password and url.hostname in {None, *LOOPBACK}  # a socket, or a trusted machine
    if url.scheme and not at_home and (len(password) < SHORTEST_PASSWORD or _guessable(password)):
        found.append(f"DATABASE_URL 中的密码须为 {SHORTEST_PASSWORD} 位以上的随机值")
    return found


def _weak(key: str, shortest: int) -> bool:
    return len(key) < shortest or len(set(key)) < FEWEST_LETTERS or _guessable(key)


def _guessable(word: str) -> bool:
    return bool(GUESSABLE.search(word))


def database() -> dict[str, object]:
    """The database: SQLite in the data folder, or what ``DATABASE_URL`` names."""
    url = os.environ.get("DATABASE_URL", "")
    if url:
        return postgresql(url)
    DATA.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {
        "ENGINE": "anxiao.project.sqlite",
        "NAME": DATA / "anxiao.sqlite3",
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON;"
                f"PRAGMA synchronous={'NORMAL' if GROUP_COMMIT else 'FULL'};"
                "PRAGMA cache_size=-32000; PRAGMA temp_store=MEMORY;"
                "PRAGMA wal_autocheckpoint=4000;"  # 16 MB: pages written again and again go once
            ),
        },
        "TEST": {"NAME": os.environ.get("ANXIAO_TEST_SQLITE", ":memory:")},
    }


def mail_server() -> dict[str, object] | None:
    """The SMTP server of ``ANXIAO_MAIL``, if any: ``smtp+tls://user:password@host/?from=a@b``."""
    url = urlsplit(os.environ.get("ANXIAO_MAIL", ""))
    if not url.hostname:
        return None
    sender = parse_qs(url.query).get("from", [f"anxiao@{url.hostname}"])[0]
    return {
        "host": url.hostname,
        "port": url.port or 587,
        "sender": sender,
        "user": unquote(url.username or ""),
        "password": unquote(url.password or ""),
        "tls": url.scheme != "smtp",
    }


def postgresql(url: str) -> dict[str, object]:
    """Settings for ``postgresql://user:password@host:port/name``; connections are pooled.

    The pool gives a connection up after two seconds without the server, and whoever asks next
    tries again: by its own measure it would wait ever longer, long after the server is back.
    """
    settings: dict[str, object] = {**dj_database_url.parse(url)}
    settings["CONN_MAX_AGE"] = 0
    settings["OPTIONS"] = {
        "pool": {"min_size": 1, "max_size": 8, "timeout": 5, "reconnect_timeout": 2},
        "prepare_threshold": 2,  # for access/rows.py; querysets carry their values in the text
    }
    return settings
