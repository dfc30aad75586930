"""The journal of the house that the other journeys fill: no line of it shows a code."""

import json
import re
import sqlite3
from contextlib import closing

from anxiao.project.journal_words import action_word, detail_words, subject_word

CODE = re.compile(r"[a-z]{2,}[a-z_.]*|[0-9a-f]{8}-")


def test_no_line_shows_a_code(server, data_folder):
    with closing(sqlite3.connect(data_folder / "anxiao.sqlite3")) as database:
        lines = database.execute("SELECT DISTINCT action, subject, detail FROM journal_entry")
        told = [
            f"{action_word(action, subject)} {subject_word(subject)} {words}"
            for action, subject, detail in lines
            if (words := detail_words(json.loads(detail), subject)) is not None
        ]
    assert len(told) > 100
    assert [line for line in told if CODE.search(line)] == []
