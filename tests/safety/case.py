"""A class of tests that share one house; each test takes back what it writes."""

import shutil
import tempfile
from pathlib import Path
from typing import Any, ClassVar

import pytest
import time_machine
from django.test import TestCase, override_settings

from tests.builders import AT
from tests.safety.world import PERSONS, House


@pytest.mark.timeout(300)
@pytest.mark.xdist_group("house")
class HouseCase(TestCase):
    """``self.house``, with the clock at ``AT``; bureau posts need no second factor (demo)."""

    house: ClassVar[House]

    @classmethod
    def setUpClass(cls) -> None:
        folder = Path(tempfile.mkdtemp(prefix="anxiao-safety-"))
        cls.addClassCleanup(shutil.rmtree, folder)
        told: dict[str, Any] = {"MEDIA_ROOT": folder / "files", "ANXIAO_DATA": folder}
        cls.enterClassContext(override_settings(ANXIAO_DEMO=True, **told))
        cls.enterClassContext(time_machine.travel(AT, tick=False))
        super().setUpClass()

    @classmethod
    def setUpTestData(cls) -> None:
        cls.house = House()
        for name in PERSONS:
            cls.house.client(name)
