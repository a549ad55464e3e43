"""A real Chromium before a real service. Without a browser these tests are skipped, unless SOT_BROWSER=required."""

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from assistant.pipeline import Assistant
from assistant.settings import Settings
from ui.api.app import create_app

HERE = Path(__file__).parent
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
# Read here: no SOT_ variable reaches a test.
REQUIRED = os.environ.get("SOT_BROWSER") == "required"
PHONE = {"width": 320, "height": 640}
DESKTOP = {"width": 1280, "height": 900}
WIDTHS = pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
# axe measures with a style of its own, which our policy refuses, as it should.
_AXE_IS_REFUSED = "Applying inline style violates"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests talk to 127.0.0.1; the browser itself can resolve nothing else."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.enable_socket)


@contextmanager
def served(application: Any) -> Iterator[str]:
    """An ASGI application on a free port, in a thread; gives its address."""
    config = uvicorn.Config(application, host="127.0.0.1", port=0, log_level="critical")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "The service did not start."
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join(10)


@pytest.fixture(scope="session")
def service(assistant: Assistant) -> Iterator[str]:
    """The address of the whole service over the real corpus."""
    with served(create_app(Settings(rate_limit="off"), assistant)) as address:
        yield address


# Not for the session: while Playwright runs, no other test can have an event loop in this thread.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, which can reach this machine and nothing else."""
    if CHROMIUM is None:
        if REQUIRED:
            pytest.fail("SOT_BROWSER=required, but there is no Chromium. Install it: apt-get install chromium")
        pytest.skip("No Chromium on this machine. Install it (apt-get install chromium) to run the browser tests.")
    arguments = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ]
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield opened
        opened.close()


@dataclass
class Tab:
    """A page with what went wrong on it, and every address that it asked for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requested: list[str] = field(default_factory=list)

    def hear(self, kind: str, text: str, url: str) -> None:
        """Note what the console says, if it is an error. Streamlit first looks for itself below a page's own path."""
        if kind == "error" and "/_stcore/" not in url:
            self.complaints.append(text)

    def violations(self) -> list[str]:
        """What axe finds, as `rule: where`."""
        found = Axe().run(self.page).response["violations"]
        self.complaints = [one for one in self.complaints if not one.startswith(_AXE_IS_REFUSED)]
        return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found]

    def is_wider_than_its_window(self) -> bool:
        """Whether somebody would have to scroll sideways."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > innerWidth"))


OpenTab = Callable[..., Tab]


@pytest.fixture
def open_tab(browser: Browser) -> Iterator[OpenTab]:
    """Opens an address in a context of its own; at the end no page may have complained."""
    tabs = []

    def open_(address: str, **options: Any) -> Tab:
        page = browser.new_context(**{"viewport": DESKTOP, **options}).new_page()
        page.set_default_timeout(15_000)
        tab = Tab(page)
        page.on("console", lambda message: tab.hear(message.type, message.text, message.location["url"]))
        page.on("pageerror", lambda error: tab.complaints.append(str(error)))
        page.on("request", lambda request: tab.requested.append(request.url))
        tabs.append(tab)
        page.goto(address)
        return tab

    yield open_
    complaints = [complaint for tab in tabs for complaint in tab.complaints]
    for tab in tabs:
        tab.page.context.close()
    assert not complaints
