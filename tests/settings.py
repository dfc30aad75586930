"""Settings of the tests: the product's own, with a throw-away data folder and quick hashing."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

if "ANXIAO_DATA" not in os.environ:  # workers inherit the folder of the process that made it
    os.environ["ANXIAO_DATA"] = tempfile.mkdtemp(prefix="anxiao-test-")
    atexit.register(shutil.rmtree, os.environ["ANXIAO_DATA"], ignore_errors=True)

if "ANXIAO_TEST_SQLITE" not in os.environ:  # a file: threads of one test share it; in memory if
    memory = Path("/dev/shm")  # the system has a folder there, so that syncing costs nothing
    folder = tempfile.mkdtemp(prefix="anxiao-test-", dir=memory if memory.is_dir() else None)
    os.environ["ANXIAO_TEST_SQLITE"] = f"{folder}/test.sqlite3"
    atexit.register(shutil.rmtree, folder, ignore_errors=True)

from anxiao.project.settings import *  # noqa: F403
from anxiao.project.settings import STORAGES

STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_AUTOREFRESH = True
