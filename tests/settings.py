"""Settings of the tests: the product's own, with a throw-away data folder and quick hashing."""

import os
import tempfile

os.environ.setdefault("ANXIAO_DATA", tempfile.mkdtemp(prefix="anxiao-test-"))

from anxiao.project.settings import *  # noqa: F403
from anxiao.project.settings import STORAGES

STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_AUTOREFRESH = True
