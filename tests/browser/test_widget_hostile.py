"""The widget before text that would be more than text: in questions, in the corpus, in a mistake of its own."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from assistant.bootstrap import bootstrap
from assistant.settings import Settings
from ingest.encoder import OnnxEncoder
from tests.browser.conftest import OpenTab, served
from tests.browser.hostile import IMAGE, SCRIPT, assert_harmless, hostile_home
from tests.browser.steps import ask, open_source
from ui.api.app import create_app

MARKUP = f"{IMAGE}{SCRIPT} **what** [is](javascript:hurt) a category?"


def test_markup_in_a_question_stays_text(service: str, open_tab: OpenTab) -> None:
    """It is shown as it was written, and nothing of it lives."""
    tab = open_tab(service)
    ask(tab.page, MARKUP)
    assert_harmless(tab)
    assert tab.page.locator(".asked").inner_text().endswith(MARKUP)


@pytest.fixture(scope="module")
def hostile_service(tmp_path_factory: pytest.TempPathFactory, encoder: OnnxEncoder) -> Iterator[str]:
    """A service whose corpus somebody filled with markup."""
    home = hostile_home(tmp_path_factory.mktemp("hostile"), encoder)
    with served(
        create_app(Settings(home=home, rate_limit="off"), bootstrap(Settings(home=home), encoder=encoder))
    ) as at:
        yield at


def test_markup_in_the_corpus_stays_text(hostile_service: str, open_tab: OpenTab) -> None:
    """In titles, headings, statements, sources and suggestions; a source's `javascript:` address is no link."""
    tab = open_tab(hostile_service)
    answer = ask(tab.page, "what are pelvic blocks?")
    expect(answer.locator("button.marker").first).to_be_visible()
    source = open_source(tab.page, 1)
    assert IMAGE in source.locator("mark").inner_text()
    assert SCRIPT in source.locator(".source-title").inner_text()
    (own_page,) = source.get_by_role("link").all()
    assert own_page.get_attribute("href").startswith(f"{hostile_service}passage?id=")
    assert_harmless(tab)


def test_the_policy_lets_no_string_become_script(service: str, open_tab: OpenTab) -> None:
    """Even if the widget's own care failed."""
    tab = open_tab(service)
    outcome = tab.page.evaluate(
        "() => { try { document.body.innerHTML = '<img>'; return 'made' } catch (error) { return error.name } }"
    )
    assert outcome == "TypeError"
    tab.complaints.clear()
