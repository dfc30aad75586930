"""A real server on a real file database with the demo county, and a real Chromium."""

import json
import os
import re
import runpy
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

ROOT = Path(__file__).parent.parent.parent
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
STARTS_WITHIN = 180
EXPECTED = ("status of 4", "ERR_INTERNET_DISCONNECTED")
"""Refusals, and a line that a test has cut."""
WALKS = ("test_axe.py", "test_s14_stored_xss.py")
expect.set_options(timeout=10_000)


def pytest_collection_modifyitems(items):
    """The walks over all pages come first, so that no worker is left waiting for one at the end."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(300))
    items.sort(key=lambda item: item.path.name not in WALKS)


def free_port():
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(folder):
    """The environment of a product that knows nothing of the tests, with a folder of its own."""
    foreign = {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}
    return {k: v for k, v in os.environ.items() if k not in foreign} | {"ANXIAO_DATA": str(folder)}


def stop(process):
    """End the product as its service manager does; whatever is left of its session is killed."""
    process.terminate()
    try:
        process.wait(timeout=60)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture(scope="session")
def data_folder(tmp_path_factory):
    """The product's folder; a copy of ``ANXIAO_DEMO_DATA``, if given, saves building the county."""
    folder = tmp_path_factory.mktemp("anxiao")
    if built := os.environ.get("ANXIAO_DEMO_DATA"):
        shutil.copytree(built, folder, dirs_exist_ok=True)
    return folder


@contextmanager
def running(folder):
    """The product serving the demo county of ``folder``; its address."""
    port = free_port()
    log = folder / "server.log"
    with log.open("w") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "anxiao", "serve", "--demo"],
            cwd=ROOT,
            env=environment(folder) | {"PORT": str(port)},
            stdout=written,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # web server and worker can then be stopped together
        )
    address = f"http://127.0.0.1:{port}"
    try:
        if not answers(f"{address}/account/sign-in", process):
            pytest.fail(f"the server did not start:\n{log.read_text()[-5000:]}")
        yield address
    finally:
        stop(process)


@pytest.fixture(scope="session")
def server(data_folder):
    """Address of a running demo county."""
    with running(data_folder) as address:
        yield address


def answers(url, process):
    """Whether the server of ``process`` answers in time."""
    deadline = time.monotonic() + STARTS_WITHIN
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError), urllib.request.urlopen(url, timeout=2):
            return True
        time.sleep(0.3)
    return False


@pytest.fixture(scope="session")
def accounts(server, data_folder):
    """The demo's accounts by user name, as ``anxiao demo --json`` tells them."""
    told = subprocess.run(
        [sys.executable, "-m", "anxiao", "demo", "--json"],
        cwd=ROOT,
        env=environment(data_folder),
        capture_output=True,
        text=True,
        check=True,
    )
    return {account["username"]: account for account in json.loads(told.stdout)["accounts"]}


@pytest.fixture
def sign_in(accounts):
    """``sign_in(page, username)``: as people do in the demo, with one click on their name."""

    def act(page, username):
        account = accounts[username]
        page.goto("/account/sign-in")
        unit = page.locator("section").filter(
            has=page.get_by_role("heading", name=account["unit"], exact=True)
        )
        person = unit.locator("button[name=user]").filter(
            has=page.get_by_text(account["name"], exact=True)
        )
        person.first.click()
        expect(page).not_to_have_url(re.compile("/account/sign-in"))
        return page

    return act


def chromium_path():
    """Path of a Chromium as ``tools/browser.py`` finds it, or ``""``."""
    finder = ROOT / "tools" / "browser.py"
    return str(runpy.run_path(str(finder))["find"]())


@pytest.fixture(scope="session")
def browser():
    path = chromium_path()
    if not path:
        message = "no Chromium: run `python tools/browser.py` or name one with CHROMIUM"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


class Watched:
    """What a page must not do: break the CSP, err in the console, or ask a foreign host."""

    def __init__(self, page, server):
        self.faults = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.on("request", lambda request: self._request(request.url, server))

    def _console(self, message):
        if message.type == "error" and not any(each in message.text for each in EXPECTED):
            self.faults.append(f"console: {message.text}")

    def _request(self, url, server):
        if not url.startswith((server, "data:", "blob:", "about:")):
            self.faults.append(f"foreign: {url}")


@pytest.fixture
def open_page(browser, server):
    """Open a page of a given size; at the end no page may have done what it must not."""
    opened = []

    def make(viewport=PHONE) -> Page:
        context = browser.new_context(
            viewport=viewport, base_url=server, locale="zh-CN", timezone_id="Asia/Shanghai"
        )
        page = context.new_page()
        opened.append((context, Watched(page, server)))
        return page

    yield make
    faults = [fault for _context, watched in opened for fault in watched.faults]
    for context, _watched in opened:
        context.close()
    assert faults == []


@pytest.fixture
def page(open_page):
    """A phone."""
    return open_page(PHONE)


@pytest.fixture
def desk(open_page):
    """A desk."""
    return open_page(DESK)
