"""R3: a disk that is full keeps nobody from reading, though each reading would be noted."""

from contextlib import contextmanager
from datetime import timedelta

from django.db import OperationalError, connection
from django.test import Client

from tests.builders import AT

LATER = AT + timedelta(minutes=11)
WRITES = ("INSERT", "UPDATE", "DELETE")


@contextmanager
def no_room():
    """No statement that writes succeeds; how many were tried."""
    tried = []

    def refuse(execute, sql, params, many, context):
        if sql.lstrip().upper().startswith(WRITES):
            tried.append(sql)
            raise OperationalError("database or disk is full")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        yield tried


def test_r3_pages_are_read_on_a_full_disk(world, time_machine):
    client = Client()
    client.force_login(world.users["officer"])
    assert client.get("/registers/hazards/").status_code == 200
    time_machine.move_to(LATER, tick=False)
    with no_room() as tried:
        assert client.get("/registers/hazards/").status_code == 200
    assert len(tried) == 1
    assert client.get("/registers/hazards/").status_code == 200


def test_r3_a_use_of_the_session_is_still_noted_where_there_is_room(world, time_machine):
    client = Client()
    client.force_login(world.users["officer"])
    client.get("/registers/hazards/")
    time_machine.move_to(LATER, tick=False)
    client.get("/registers/hazards/")
    assert client.session["seen_at"] == LATER.timestamp()


def test_r3_programs_read_on_a_full_disk(world, time_machine):
    assert world.officer.get("/hazards").status_code == 200
    time_machine.move_to(LATER, tick=False)
    with no_room() as tried:
        assert world.officer.get("/hazards").status_code == 200
        assert world.officer.post("/hazards", world.officer.hazard()).status_code == 503
    assert len(tried) >= 2
