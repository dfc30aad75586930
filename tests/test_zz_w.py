import pytest, time
from tests.world import World


def test_w(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.ANXIAO_DATA = tmp_path
    t = time.time()
    w = World()
    print("built", time.time() - t)
    for k, v in w.targets.items():
        print(k, v.ids)
