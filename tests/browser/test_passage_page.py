"""The page of one passage, as people reach it from an answer, from the terminal, or by a link that no longer fits."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from assistant.bootstrap import bootstrap
from assistant.domain import Citation, Question
from assistant.pipeline import Assistant
from assistant.settings import Settings
from ingest.encoder import OnnxEncoder
from ingest.errors import BuildError
from tests.browser.conftest import PHONE, WIDTHS, OpenTab, served
from tests.browser.hostile import IMAGE, SCRIPT, assert_harmless, hostile_home
from tests.browser.steps import ANSWERED, ask, open_source
from ui.api.app import create_app
from ui.links import passage_page

IS_IN_VIEW = "mark => { const at = mark.getBoundingClientRect(); return at.top >= 0 && at.bottom <= innerHeight; }"
ABROAD = {
    "id": "a#b/1",
    "document": "a",
    "title": "🦴 Bones",
    "heading": ["Outer", "Inner"],
    "text": "👩‍⚕️ says 😀 one.\n𝔗wo é.",
    "review": {"status": "pending", "by": None, "on": None, "next": None},
}


@pytest.fixture(scope="module")
def cited(assistant: Assistant) -> Citation:
    """A citation whose quote is not all of its passage."""
    citations = assistant.ask(Question(ANSWERED)).citations
    return next(one for one in citations if one.start > 0)


def page_of(citation: Citation) -> str:
    """Its page's path, to put behind an address that ends with a slash."""
    return passage_page(citation.passage.id, citation.start, citation.end).removeprefix("/")


def answer_with(page: Page, passage: dict[str, Any]) -> None:
    """Let the service hold this passage and no other."""
    page.route("**/v1/passages/**", lambda route: route.fulfill(json=passage))


def test_an_opened_citation_leads_to_its_passage_on_a_page_of_its_own(service: str, open_tab: OpenTab) -> None:
    """In a new tab that cannot reach back, with the very words marked and scrolled to."""
    page = open_tab(service, reduced_motion="reduce").page
    ask(page, ANSWERED)
    source = open_source(page, 2)
    link = source.get_by_role("link", name="Open this passage on its own page (opens in a new tab)")
    assert "noopener" in link.get_attribute("rel").split()
    with page.context.expect_page() as opened:
        link.click()
    alone = opened.value
    expect(alone.locator("mark")).to_have_text(source.locator("mark").inner_text())
    assert alone.evaluate("window.opener") is None
    assert alone.locator("blockquote").inner_text() == source.locator("blockquote").inner_text()


@WIDTHS
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_shows_where_the_quote_stands_and_that_nobody_reviewed_it(
    viewport: dict, theme: str, service: str, cited: Citation, open_tab: OpenTab
) -> None:
    """At 320 and 1280 pixels, light and dark: no violation, nothing to scroll sideways for, the quote in view."""
    tab = open_tab(service + page_of(cited), viewport=viewport, color_scheme=theme)
    page = tab.page
    expect(page.locator("mark")).to_have_text(cited.quote)
    expect(page.locator("blockquote")).to_have_text(cited.passage.text)
    expect(page.get_by_role("heading", level=1)).to_have_text(cited.title)
    expect(page.locator("main")).to_contain_text(" › ".join(cited.heading))
    expect(page.locator("main")).to_contain_text("No clinician has reviewed this yet")
    assert page.title() == f"{cited.title} · SOT Assistant"
    assert page.locator("mark").evaluate(IS_IN_VIEW)
    assert tab.violations() == []
    assert not tab.is_wider_than_its_window()


def test_the_span_counts_code_points(service: str, open_tab: OpenTab) -> None:
    """Characters beyond the first plane are one each, as the service counts them."""
    tab = open_tab(service)
    answer_with(tab.page, ABROAD)
    start = ABROAD["text"].index("😀")
    tab.page.goto(f"{service}passage?id={quote(ABROAD['id'], safe='')}&start={start}&end={start + 6}")
    expect(tab.page.locator("mark")).to_have_text("😀 one.")
    expect(tab.page.locator("main")).to_contain_text("Outer › Inner")
    expect(tab.page.locator("main")).to_contain_text(f"characters {start + 1} to {start + 6} of {len(ABROAD['text'])}")


@pytest.mark.parametrize(
    ("query", "title", "says"),
    [
        ("", "This link is not complete", "ask the question anew"),
        ("?start=1&end=2", "This link is not complete", "ask the question anew"),
        ("?id=no%23where%2F1&start=0&end=5", "There is no such passage", "ask the question anew"),
        ("?id=..%2F..%2Fdocuments&start=0&end=5", "There is no such passage", "ask the question anew"),
        (f"?id={'x' * 3000}", "There is no such passage", "ask the question anew"),
    ],
    ids=["nothing", "no passage", "unknown", "a path", "endless"],
)
def test_a_link_that_leads_to_no_passage_says_what_to_do(
    query: str, title: str, says: str, service: str, open_tab: OpenTab
) -> None:
    """It is announced, and the assistant is one link away."""
    tab = open_tab(f"{service}passage{query}", viewport=PHONE)
    expect(tab.page.get_by_role("heading", level=1)).to_have_text(title)
    expect(tab.page.get_by_role("alert")).to_contain_text(says)
    assert tab.violations() == []
    assert not tab.is_wider_than_its_window()
    tab.page.get_by_role("link", name="Ask the assistant").click()
    expect(tab.page.get_by_label("Your question")).to_be_visible()
    tab.complaints.clear()  # the browser notes a 404


@pytest.mark.parametrize(
    "span", ["start=0&end=99999", "start=5&end=5", "start=9&end=2", "start=-1&end=4", "end=4", "start=x&end=y"]
)
def test_a_span_that_the_passage_does_not_have_is_told_and_the_passage_shown(
    span: str, service: str, cited: Citation, open_tab: OpenTab
) -> None:
    """Nothing wrong is marked."""
    page = open_tab(f"{service}passage?id={quote(cited.passage.id, safe='')}&{span}").page
    expect(page.get_by_role("alert")).to_contain_text("nothing is marked")
    expect(page.get_by_role("alert")).to_contain_text("ask the question anew")
    expect(page.locator("blockquote")).to_have_text(cited.passage.text)
    expect(page.locator("mark")).to_have_count(0)


def test_without_a_span_the_passage_is_shown_as_it_is(service: str, cited: Citation, open_tab: OpenTab) -> None:
    """Nothing is marked, and nothing is wrong."""
    page = open_tab(f"{service}passage?id={quote(cited.passage.id, safe='')}").page
    expect(page.locator("blockquote")).to_have_text(cited.passage.text)
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("body", [None, "<!doctype html>a wall before the internet"], ids=["away", "something else"])
def test_a_service_that_is_away_is_told_and_tried_again(
    body: str | None, service: str, cited: Citation, open_tab: OpenTab
) -> None:
    """One press, with the keyboard too; the focus is where one goes on reading."""
    tab = open_tab(service)
    page = tab.page
    page.route("**/v1/**", lambda route: route.fulfill(body=body) if body else route.abort())
    page.goto(service + page_of(cited))
    expect(page.get_by_role("heading", level=1)).to_have_text("The passage cannot be fetched now")
    assert tab.violations() == []
    page.unroute("**/v1/**")
    page.get_by_role("button", name="Try again").press("Enter")
    expect(page.locator("mark")).to_have_text(cited.quote)
    assert page.evaluate("document.activeElement.tagName") == "H1"
    tab.complaints.clear()


def test_a_service_that_cannot_serve_says_why_in_its_own_words(cited: Citation, open_tab: OpenTab) -> None:
    """A problem document carries its fix."""

    class Broken:
        def warm_up(self) -> None:
            """There is nothing to warm up."""

        def place(self, _: str) -> None:
            raise BuildError("There is no build.", fix="Run `sot ingest`.")

    with served(create_app(Settings(), Broken())) as address:
        tab = open_tab(address + page_of(cited))
        alert = tab.page.get_by_role("alert")
        expect(alert).to_contain_text("There is no build.")
        expect(alert).to_contain_text("What you can do: Run `sot ingest`.")
        expect(alert.get_by_role("button", name="Try again")).to_be_visible()
        tab.complaints.clear()


def test_the_keyboard_goes_to_the_quote(service: str, cited: Citation, open_tab: OpenTab) -> None:
    """The second stop on the page leads there, past whatever comes before it."""
    page = open_tab(service + page_of(cited), viewport=PHONE).page
    expect(page.locator("mark")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Go to the quoted words"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.tagName") == "MARK"


def test_a_screen_reader_hears_where_the_quote_begins_and_ends(
    service: str, cited: Citation, open_tab: OpenTab
) -> None:
    """And nobody who copies the words takes that along."""
    page = open_tab(service + page_of(cited)).page
    heard = page.locator("blockquote").aria_snapshot()
    assert "[quote begins]" in heard
    assert "[quote ends]" in heard
    page.locator("mark").evaluate("mark => getSelection().selectAllChildren(mark)")
    assert page.evaluate("getSelection().toString()") == cited.quote


def test_on_paper_the_quote_is_underlined_on_white(service: str, cited: Citation, open_tab: OpenTab) -> None:
    """Grounds are often left off, and what can only be pressed is left out."""
    page = open_tab(service + page_of(cited), color_scheme="dark").page
    expect(page.locator("mark")).to_be_visible()
    page.emulate_media(media="print")
    style = page.locator("mark").evaluate(
        "mark => [getComputedStyle(mark).textDecorationLine, getComputedStyle(mark).color]"
    )
    assert style == ["underline", "rgb(27, 38, 41)"]
    assert page.locator(".to-quote").is_hidden()
    expect(page.get_by_text("No clinician has reviewed this yet")).to_be_visible()


@pytest.fixture(scope="module")
def hostile_service(tmp_path_factory: pytest.TempPathFactory, encoder: OnnxEncoder) -> Iterator[str]:
    """A service whose corpus somebody filled with markup."""
    home = hostile_home(tmp_path_factory.mktemp("hostile"), encoder)
    settings = Settings(home=home, rate_limit="off")
    with served(create_app(settings, bootstrap(settings, encoder=encoder))) as address:
        yield address


def test_markup_in_a_passage_or_in_a_link_stays_text(hostile_service: str, open_tab: OpenTab) -> None:
    """Titles, headings and text are shown as they are written."""
    tab = open_tab(f"{hostile_service}passage?id=blocks%23what%2F1&start=0&end=40")
    expect(tab.page.locator("h1")).to_contain_text(SCRIPT)
    expect(tab.page.locator("blockquote")).to_contain_text(IMAGE)
    assert_harmless(tab)
    tab.page.goto(f"{hostile_service}passage?id={quote(IMAGE)}&start={quote(SCRIPT)}&end=1")
    expect(tab.page.get_by_role("alert")).to_be_visible()
    assert_harmless(tab)
    tab.complaints.clear()
