"""The widget and its service: away, broken, asked too often, slow, and on another site's page."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Route as PlaywrightRoute
from playwright.sync_api import expect
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, StreamingResponse
from starlette.routing import Route

from assistant.errors import GuardError
from assistant.settings import Settings
from tests.browser.conftest import OpenTab, Tab, served
from tests.browser.steps import ANSWERED, EMERGENCY, IN_CONFLICT, ask, open_source, start_anew
from ui.api.app import create_app


def test_when_the_service_is_away_the_numbers_stand_there_and_nothing_is_lost(service: str, open_tab: OpenTab) -> None:
    """Once it is back, one press asks again."""
    tab = open_tab(service)
    page = tab.page
    expect(page.get_by_text("You could begin with")).to_be_visible()
    page.route("**/v1/**", lambda route: route.abort())
    box = page.get_by_label("Your question")
    box.fill(ANSWERED)
    box.press("Enter")
    failure = page.get_by_role("group", name="I cannot reach the service")
    expect(failure.get_by_role("link", name="Call 911 United States")).to_have_attribute("href", "tel:911")
    assert box.input_value() == ANSWERED
    assert tab.violations() == []
    page.unroute("**/v1/**")
    failure.get_by_role("button", name="Try again").click()
    expect(page.locator(".answer[aria-busy=false]")).to_be_visible()
    assert page.locator(".failure").count() == 0
    assert box.input_value() == ""
    tab.complaints.clear()


@pytest.mark.parametrize("fails", [lambda route: route.abort(), lambda route: route.fulfill(status=500)])
def test_a_deletion_that_fails_is_told_and_keeps_nothing_from_starting(
    fails: Callable[[PlaywrightRoute], None], service: str, open_tab: OpenTab
) -> None:
    """In one calm line: no alarm, no numbers to call."""
    tab = open_tab(service)
    page = tab.page
    ask(page, ANSWERED)
    page.route("**/v1/conversations/**", fails)
    start_anew(page)
    expect(page.locator(".log")).to_contain_text("The old one could not be deleted now; it goes by itself")
    assert page.locator(".failure").count() == 0
    assert page.locator("[role=alert]").inner_text() == ""
    ask(page, ANSWERED)
    expect(page.locator(".log .asked")).to_have_count(1)
    tab.complaints.clear()


def test_a_conversation_that_is_gone_already_counts_as_deleted(
    service: str, client: TestClient, open_tab: OpenTab
) -> None:
    """Its time had run out, or it was deleted elsewhere."""
    tab = open_tab(service)
    ask(tab.page, ANSWERED)

    def come_second(route: PlaywrightRoute) -> None:
        assert client.delete(route.request.url.removeprefix(service)).status_code == 204
        route.continue_()

    tab.page.route("**/v1/conversations/**", come_second)
    start_anew(tab.page)
    expect(tab.page.locator(".log")).to_contain_text("The old one was deleted.")
    tab.complaints.clear()  # the browser notes a 404


def test_a_service_whose_guard_is_broken_says_so_before_anybody_types(open_tab: OpenTab) -> None:
    """With the emergency numbers it sends."""

    class Broken:
        def warm_up(self) -> None:
            raise GuardError("The guard cannot load.", fix="Reinstall.")

        workbench = property(warm_up)

    with served(create_app(Settings(), Broken())) as address:
        tab = open_tab(address)
        failure = tab.page.get_by_role("group", name="The assistant is not answering")
        expect(failure).to_contain_text("Reinstall.")
        expect(failure.get_by_role("link", name="Call 999 United Kingdom")).to_be_visible()
        tab.complaints.clear()


def test_too_many_questions_are_told_when_to_try_again(assistant: object, open_tab: OpenTab) -> None:
    """The box keeps what was written."""
    with served(create_app(Settings(rate_limit="1/hour"), assistant)) as address:
        tab = open_tab(address)
        ask(tab.page, ANSWERED)
        box = tab.page.get_by_label("Your question")
        box.fill(IN_CONFLICT)
        box.press("Enter")
        failure = tab.page.get_by_role("group", name="Too many questions")
        expect(failure).to_contain_text("Wait ")
        assert box.input_value() == IN_CONFLICT
        tab.complaints.clear()


@contextmanager
def clinic_page(service: str, attributes: str) -> Iterator[str]:
    """A clinic's own page, of another origin, with the widget pasted in."""
    pasted = f'<script type="module" src="{service}widget.js"></script>'
    element = f"<sot-assistant {attributes}>Loading</sot-assistant>"
    page = f'<!doctype html><html lang="en"><title>Clinic</title><h1>Clinic</h1>{pasted}{element}</html>'

    async def home(_: object) -> HTMLResponse:
        return HTMLResponse(page)

    with served(Starlette(routes=[Route("/", home), Route("/favicon.ico", home)])) as address:
        yield address


def test_it_answers_on_another_sites_page(service: str, open_tab: OpenTab) -> None:
    """Its attributes choose region, audience and theme; without a cookie and without telling where it stands."""
    with clinic_page(service, 'region="IE" audience="patient" theme="dark"') as address:
        tab = open_tab(address)
        posted: list = []
        tab.page.on("request", lambda request: request.method == "POST" and posted.append(request))
        answer = ask(tab.page, EMERGENCY)
        expect(answer.get_by_role("link", name="Call 112")).to_be_visible()
        assert tab.page.get_by_label("Answers for").count() == 0
        assert tab.page.evaluate("getComputedStyle(document.querySelector('sot-assistant')).colorScheme") == "dark"
        assert posted[0].post_data_json["region"] == "IE"
        assert not {"cookie", "referer"} & posted[0].all_headers().keys()
        start_anew(tab.page)
        expect(tab.page.locator(".log")).to_contain_text("The old one was deleted.")
        ask(tab.page, ANSWERED)
        own = open_source(tab.page, 1).get_by_role("link", name="Open this passage on its own page")
        assert own.get_attribute("href").startswith(f"{service}passage?id=")


BEGUN = {
    "id": "ans_1",
    "conversation_id": "con_1",
    "verdict": {"action": "emergency", "rule": "r", "reason": ""},
    "language": "en",
    "contacts": [{"service": "emergency", "number": "112", "region": "EU"}],
}


class Slow:
    """A service that begins an answer with its verdict and goes on when it is told to, or breaks off."""

    def __init__(self, *, breaks_off: bool) -> None:
        self.go_on = threading.Event()
        self._breaks_off = breaks_off

    def application(self) -> Starlette:
        """Its routes, open to every page as the real ones are."""
        routes = [Route("/readyz", self._ready), Route("/v1/ask/stream", self._stream, methods=["POST"])]
        return Starlette(
            routes=routes, middleware=[Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["*"])]
        )

    async def _ready(self, _: Request) -> JSONResponse:
        return JSONResponse({"status": "ready"})

    async def _stream(self, _: Request) -> StreamingResponse:
        return StreamingResponse(self._events(), media_type="text/event-stream")

    async def _events(self) -> AsyncIterator[str]:
        rest = {"text": "Call 112 now.", "citations": [], "conflicts": [], "suggestions": [], "about": None}
        yield ": a comment\n\n" + _event("verdict", BEGUN)
        await asyncio.to_thread(self.go_on.wait, 10)
        if not self._breaks_off:
            yield _event("done", {**BEGUN, **rest})


def _event(name: str, data: object) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"


@contextmanager
def begun_answer(service: str, open_tab: OpenTab, slow: Slow) -> Iterator[Tab]:
    """A page on which an answer has begun and not ended."""
    with served(slow.application()) as address, clinic_page(service, f'service="{address}"') as page:
        tab = open_tab(page)
        tab.page.get_by_label("Your question").fill("help")
        tab.page.keyboard.press("Enter")
        yield tab


def test_the_number_to_call_stands_there_before_the_answer_has_come(service: str, open_tab: OpenTab) -> None:
    """The first event is enough."""
    slow = Slow(breaks_off=False)
    with begun_answer(service, open_tab, slow) as tab:
        expect(tab.page.get_by_role("link", name="Call 112")).to_be_visible()
        expect(tab.page.locator(".answer")).to_have_attribute("aria-busy", "true")
        slow.go_on.set()
        expect(tab.page.locator(".answer[aria-busy=false]")).to_contain_text("Call 112 now.")


def test_an_answer_that_breaks_off_is_not_taken_for_a_whole_one(service: str, open_tab: OpenTab) -> None:
    """What had come is taken away, and the numbers are shown."""
    slow = Slow(breaks_off=True)
    with begun_answer(service, open_tab, slow) as tab:
        expect(tab.page.locator(".answer[data-action=emergency]")).to_be_visible()
        slow.go_on.set()
        expect(tab.page.get_by_role("group", name="I cannot reach the service")).to_be_visible()
        assert tab.page.locator(".answer").count() == 0
        assert tab.page.get_by_label("Your question").input_value() == "help"


def test_what_broke_off_is_gone_on_with_and_so_can_be_deleted(service: str, open_tab: OpenTab) -> None:
    """The service remembers it, though its answer never came whole."""
    slow = Slow(breaks_off=True)
    with begun_answer(service, open_tab, slow) as tab:
        expect(tab.page.locator(".answer[data-action=emergency]")).to_be_visible()
        slow.go_on.set()
        failure = tab.page.get_by_role("group", name="I cannot reach the service")
        with tab.page.expect_request(lambda request: request.method == "POST") as again:
            failure.get_by_role("button", name="Try again").click()
        assert again.value.post_data_json["conversation_id"] == "con_1"
        expect(failure).to_be_visible()
        with tab.page.expect_request("**/v1/conversations/con_1"):
            start_anew(tab.page)
        expect(tab.page.locator(".log")).to_contain_text("The old one could not be deleted now")
        tab.complaints.clear()
