"""The Streamlit app in a real browser, started as people start it."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Locator, Page, expect

from ingest.encoder import OnnxEncoder
from tests.browser.conftest import WIDTHS, OpenTab
from tests.browser.hostile import IMAGE, SCRIPT, assert_harmless, hostile_home
from ui.app.launch import command

CONFLICT = "When did SOT begin?"
EMERGENCY = "my speech is slurred and my left arm is weak since this morning"
SECONDS_MAX = 60


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(address: str) -> bool:
    """Whether something serves there."""
    try:
        with urlopen(address, timeout=5) as response:
            return bool(response.status == 200)
    except (URLError, OSError):
        return False


def wait_until(holds: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    """Wait, but not for ever, and not for a process that has ended."""
    until = time.monotonic() + SECONDS_MAX
    while not holds():
        assert process.poll() is None, "It ended before it served."
        assert time.monotonic() < until, "It did not serve in time."
        time.sleep(0.1)


@contextmanager
def running(arguments: list[str], **settings: object) -> Iterator[subprocess.Popen[bytes]]:
    """A process with these settings and no others; ended as a service manager ends it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SOT_")}
    environment |= {f"SOT_{name.upper()}": str(value) for name, value in settings.items()}
    process = subprocess.Popen(arguments, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(SECONDS_MAX)


@pytest.fixture(scope="module")
def app(real_home: Path) -> Iterator[str]:
    """The app's address, started by `sot serve`; at the end both are gone."""
    page, port = free_port(), free_port()
    sot = [str(Path(sys.executable).parent / "sot"), "serve", "--port", str(page)]
    address = f"http://127.0.0.1:{port}/"
    with running(sot, home=real_home, app_port=port) as process:
        wait_until(lambda: answers(f"http://127.0.0.1:{page}/readyz") and answers(address + "_stcore/health"), process)
        yield address
    assert not answers(address + "_stcore/health"), "The app outlived the service."


@pytest.fixture(scope="module")
def hostile_app(tmp_path_factory: pytest.TempPathFactory, encoder: OnnxEncoder, encoder_home: Path) -> Iterator[str]:
    """An app over a corpus that somebody filled with markup."""
    home = hostile_home(tmp_path_factory.mktemp("hostile"), encoder)
    (home / "encoders").symlink_to(encoder_home / "encoders")
    port = free_port()
    with running(command("127.0.0.1", port), home=home) as process:
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/_stcore/health"), process)
        yield f"http://127.0.0.1:{port}/"


def field(page: Page) -> Locator:
    """Where a question is typed."""
    return page.get_by_role("textbox", name="Ask about Sacro-Occipital Technique")


def ask(page: Page, question: str) -> Locator:
    """Type a question, send it, and wait for the answer, which is the newest."""
    count = page.get_by_test_id("stChatMessage").count()
    field(page).fill(question)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("stChatMessage")).to_have_count(count + 2, timeout=SECONDS_MAX * 1000)
    answer = page.get_by_test_id("stChatMessage").nth(1)
    expect(answer.get_by_text("Why this answer")).to_be_visible()
    expect(page.locator("[data-stale=true]")).to_have_count(0)
    return answer


@WIDTHS
def test_the_chat_passes_axe_and_fits_its_window(viewport: dict, app: str, open_tab: OpenTab) -> None:
    """Empty, with sources that differ, and in an emergency, with all its work laid open."""
    tab = open_tab(app, viewport=viewport, reduced_motion="reduce")
    expect(field(tab.page)).to_be_visible(timeout=SECONDS_MAX * 1000)
    found = tab.violations()
    for question in (CONFLICT, EMERGENCY):
        answer = ask(tab.page, question)
        answer.get_by_text("Why this answer").click()
        expect(answer.get_by_text("Screened as")).to_be_visible()
        found += tab.violations()
        assert not tab.is_wider_than_its_window(), question
    assert found == []


@WIDTHS
@pytest.mark.parametrize(("path", "heading"), [("corpus", "Corpus"), ("figures", "Figures")])
def test_the_other_pages_pass_axe_and_fit_their_window(
    viewport: dict, path: str, heading: str, app: str, open_tab: OpenTab
) -> None:
    """The corpus by document, and the figures with their plots."""
    tab = open_tab(app + path, viewport=viewport, reduced_motion="reduce")
    expect(tab.page.get_by_role("heading", name=heading, level=1)).to_be_visible(timeout=SECONDS_MAX * 1000)
    expect(tab.page.get_by_role("heading", level=2).first).to_be_visible()
    expect(tab.page.locator("[data-stale=true]")).to_have_count(0)
    assert tab.violations() == []
    assert not tab.is_wider_than_its_window()


def test_an_answer_stands_beside_its_passages_with_the_quotes_marked(app: str, open_tab: OpenTab) -> None:
    """A marker leads to the passage that holds its quote."""
    page = open_tab(app).page
    answer = ask(page, CONFLICT)
    expect(answer.get_by_role("heading", name="Passages it quotes")).to_be_visible()
    marker = answer.get_by_role("link", name="[1]").first
    anchor = marker.get_attribute("href")
    assert re.fullmatch(r"#answer-1-passage-\d", anchor)
    expect(page.locator(anchor)).to_be_visible()
    expect(answer.locator(".stMarkdownColoredBackground").first).to_be_visible()


def test_a_quote_leads_to_its_passage_on_a_page_of_the_service(app: str, open_tab: OpenTab) -> None:
    """`sot serve` starts both, so the app knows where it is; the page opens in a new tab with the quote marked."""
    page = open_tab(app).page
    answer = ask(page, CONFLICT)
    own = answer.locator("a[href*='/passage?id=']").first
    assert "noopener" in own.get_attribute("rel").split()
    with page.context.expect_page() as opened:
        own.click()
    quoted = opened.value.locator("mark").inner_text()
    assert quoted in answer.inner_text()


def test_a_new_conversation_says_that_the_old_one_was_deleted(app: str, open_tab: OpenTab) -> None:
    """Above the questions to begin with."""
    page = open_tab(app).page
    ask(page, CONFLICT)
    page.get_by_role("button", name="New conversation").click()
    expect(page.get_by_text("New conversation. The old one was deleted.")).to_be_visible()
    expect(page.get_by_test_id("stChatMessage")).to_have_count(0)


def test_it_asks_with_the_keyboard_alone(app: str, open_tab: OpenTab) -> None:
    """Walk to the field, type, send, and walk on to a suggestion."""
    page = open_tab(app).page
    expect(field(page)).to_be_visible(timeout=SECONDS_MAX * 1000)
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "TEXTAREA":
            break
    page.keyboard.type("What is category II?")
    page.keyboard.press("Enter")
    expect(page.get_by_text("You could also ask")).to_be_visible(timeout=SECONDS_MAX * 1000)
    suggestion = page.get_by_test_id("stChatMessage").nth(1).get_by_role("button").first
    suggestion.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("stChatMessage")).to_have_count(4, timeout=SECONDS_MAX * 1000)


def test_markup_in_a_question_stays_text(app: str, open_tab: OpenTab) -> None:
    """It is shown as it was written, and nothing of it lives."""
    tab = open_tab(app)
    ask(tab.page, f"{IMAGE} {SCRIPT} **what** [is](javascript:hurt) :red[a] category?")
    asked = tab.page.get_by_test_id("stChatMessage").first.inner_text()
    assert f"{IMAGE} {SCRIPT} **what** [is](javascript:hurt) :red[a] category?" in asked
    assert_harmless(tab)


def test_markup_in_the_corpus_stays_text(hostile_app: str, open_tab: OpenTab) -> None:
    """In answers, passages and sources, and where the corpus is read."""
    tab = open_tab(hostile_app)
    answer = ask(tab.page, "what are pelvic blocks?")
    assert IMAGE in answer.inner_text()
    assert SCRIPT in answer.inner_text()
    assert_harmless(tab)
    tab.page.goto(hostile_app + "corpus")
    tab.page.get_by_role("combobox", name="Document").click(timeout=SECONDS_MAX * 1000)
    tab.page.get_by_role("option").filter(has_text=SCRIPT).click()
    expect(tab.page.get_by_role("heading", level=2).filter(has_text=SCRIPT)).to_be_visible()
    tab.page.get_by_text("Low back pain", exact=True).click()
    expect(tab.page.get_by_text(IMAGE).locator("visible=true").first).to_be_visible()
    assert_harmless(tab)
