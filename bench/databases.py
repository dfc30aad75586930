"""A database of one's own: a file on this disk, or a new database on a PostgreSQL server."""

import contextlib
import runpy
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

POSTGRES = Path(__file__).resolve().parent.parent / "tools" / "postgres.py"


@contextlib.contextmanager
def database(kind: str) -> Iterator[str]:
    """Yield a ``DATABASE_URL``: ``""`` for SQLite in the data folder; dropped afterwards."""
    if kind == "sqlite":
        yield ""
        return
    with runpy.run_path(str(POSTGRES))["server"]() as address, fresh(address) as url:
        yield url


@contextlib.contextmanager
def fresh(address: str) -> Iterator[str]:
    """A new database on the server of ``address``."""
    name = f"anxiao_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    try:
        yield urlunsplit(urlsplit(address)._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(
                sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
            )
