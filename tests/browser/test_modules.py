"""The widget's modules one by one, in the browser they run in."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Browser, Page

from assistant.composing import LeadIn
from assistant.domain import Action, Question
from assistant.guard.contacts import last_resort
from assistant.pipeline import CHARACTERS_MAX, Assistant
from ingest.corpus import read_corpus
from ingest.documents import Audience, Voice

CASES = yaml.safe_load((Path(__file__).parents[1] / "cases/widget.yaml").read_text("utf-8"))
_CALL = """async ({module, name, given}) => {
    const found = await import(`/widget/${module}.js`);
    return found[name](...given.map((one) => (one?.set ? new Set(one.set) : one)));
}"""
_EVENTS_IN_PIECES = """async ({text, size}) => {
    const { events } = await import("/widget/service.js");
    const bytes = new TextEncoder().encode(text);
    const stream = new ReadableStream({start(controller) {
        for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
        controller.close();
    }});
    const heard = [];
    for await (const event of events(stream)) heard.push(event);
    return heard;
}"""


@pytest.fixture(scope="module")
def page(browser: Browser, service: str) -> Iterator[Page]:
    """The demo page, whose modules are called."""
    opened = browser.new_page()
    opened.goto(service)
    yield opened
    opened.close()


@pytest.mark.parametrize("case", CASES, ids=[case["says"] for case in CASES])
def test_each_case_of_the_widget(case: dict[str, Any], page: Page) -> None:
    """As tests/cases/widget.yaml says."""
    module, name = case["call"].split(".")
    assert page.evaluate(_CALL, {"module": module, "name": name, "given": case["given"]}) == case["gives"]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("line", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_events_are_heard_whole_however_the_bytes_are_cut(size: int, line: str, page: Page) -> None:
    """Between two bytes of a character, between the two line ends, wherever."""
    parts = [
        ": a comment",
        "",
        "event: verdict",
        'data: {"a": "😀é"}',
        "",
        'data: {"b":',
        "data: 1}",
        "",
        "data: cut off",
    ]
    heard = page.evaluate(_EVENTS_IN_PIECES, {"text": line.join(parts), "size": size})
    assert heard == [{"name": "verdict", "data": {"a": "😀é"}}, {"name": "message", "data": {"b": 1}}]


@pytest.fixture(scope="module")
def words(page: Page) -> dict[str, Any]:
    """What the widget says itself, without its functions."""
    return page.evaluate("import('/widget/words.js').then((words) => JSON.parse(JSON.stringify(words)))")


def test_the_numbers_known_without_the_service_are_the_services_own(words: dict[str, Any]) -> None:
    """A number that changes must change in both."""
    assert words["LAST_RESORT"] == [
        {"service": c.service, "number": c.number, "region": c.region} for c in last_resort()
    ]
    assert words["REGIONS"].keys() == {contact.region for contact in last_resort()}


def test_the_widget_knows_every_voice_strength_audience_and_bound(words: dict[str, Any]) -> None:
    """What the service adds, the widget must learn to say."""
    strengths = {fact.strength for fact in read_corpus().facts.values() if fact.strength}
    assert words["VOICES"].keys() == {str(voice) for voice in Voice}
    assert strengths <= words["STRENGTHS"].keys()
    assert words["AUDIENCES"].keys() == words["STARTERS"].keys() == {str(audience) for audience in Audience}
    assert words["CHARACTERS_MAX"] == CHARACTERS_MAX
    assert words["CONFLICT_LEAD_IN"] == LeadIn.CONFLICT
    assert words["TITLES"].keys() | words["SUGGESTIONS"].keys() <= {str(action) for action in Action}


def test_every_question_to_begin_with_is_answered(words: dict[str, Any], assistant: Assistant) -> None:
    """For the audience it is offered to."""
    for audience, questions in words["STARTERS"].items():
        for question in questions:
            answer = assistant.ask(Question(question, Audience(audience)))
            assert answer.verdict.action is Action.ANSWER, f"{audience}: {question}"
