"""The widget on its demo page, as people use it: by mouse, by keyboard, on a phone, in the dark, and when all fails."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Locator, Page, expect
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, StreamingResponse
from starlette.routing import Route

from assistant.bootstrap import bootstrap
from assistant.errors import GuardError
from assistant.settings import Settings
from ingest.encoder import OnnxEncoder
from tests.browser.conftest import DESKTOP, PHONE, WIDTHS, OpenTab, Tab, served
from tests.browser.hostile import IMAGE, SCRIPT, hostile_home
from ui.api.app import create_app

ANSWERED = "does SOT help migraines"
IN_CONFLICT = "When did SOT begin?"
EMERGENCY = "my speech is slurred and my left arm is weak since this morning"
CRISIS = "everyone would be better off without me"
DIAGNOSIS = "which category am I? my left hip sits higher"
NOT_COVERED = "how much does a visit cost?"
MARKUP = "<img src=x onerror='window.hurt=1'><script>window.hurt=1</script> **what** [is](javascript:hurt) a category?"


def ask(page: Page, question: str) -> Locator:
    """Type a question, send it with Enter, and wait for its answer."""
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")
    exchange = page.locator(".exchange").last
    answer = exchange.locator(".answer[aria-busy=false]")
    expect(exchange.locator(".asked")).to_contain_text(question)
    expect(answer).to_be_visible()
    return answer


def open_source(page: Page, marker: int) -> Locator:
    """Press a marker and wait until its passage has come."""
    page.locator("button.marker").get_by_text(str(marker), exact=True).first.click()
    source = page.get_by_role("region", name=f"Source {marker}", exact=True)
    expect(source.get_by_text("Fetching the passage")).to_have_count(0)
    return source


@WIDTHS
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_kind_of_answer_passes_axe_and_fits_its_window(
    viewport: dict, theme: str, service: str, open_tab: OpenTab
) -> None:
    """At 320 and 1280 pixels, light and dark: no violation, and nothing to scroll sideways for."""
    tab = open_tab(service, viewport=viewport, color_scheme=theme, reduced_motion="reduce")
    expect(tab.page.get_by_text("You could begin with")).to_be_visible()
    found = [*tab.violations()]
    for question in (ANSWERED, IN_CONFLICT, DIAGNOSIS, NOT_COVERED, CRISIS, EMERGENCY):
        ask(tab.page, question)
        if question == ANSWERED:
            open_source(tab.page, 1)
        found += tab.violations()
        assert not tab.is_wider_than_its_window(), question
    assert found == []


def test_a_citation_opens_its_passage_with_the_quote_marked(service: str, open_tab: OpenTab) -> None:
    """With who says it, how strongly, whose words ours rest on, and that no clinician has reviewed them."""
    page = open_tab(service).page
    answer = ask(page, ANSWERED)
    source = open_source(page, 2)
    quote = source.locator("mark").inner_text()
    assert quote in answer.locator("p.paragraph").first.inner_text()
    assert len(source.locator("blockquote").inner_text()) > len(quote)
    expect(source).to_contain_text("Research")
    expect(source).to_contain_text("Kind of evidence")
    expect(source).to_contain_text("Our wording of")
    expect(source).to_contain_text("Not reviewed by a clinician yet")
    assert source.get_by_role("link").first.get_attribute("href").startswith("http")


def test_one_source_is_open_at_a_time_and_its_marker_closes_it(service: str, open_tab: OpenTab) -> None:
    """A second press is the way back."""
    page = open_tab(service).page
    ask(page, ANSWERED)
    open_source(page, 1)
    open_source(page, 2)
    expect(page.locator(".source")).to_have_count(1)
    page.locator("button.marker").get_by_text("2", exact=True).click()
    expect(page.locator(".source")).to_have_count(0)


def test_sources_that_differ_stand_side_by_side(service: str, open_tab: OpenTab) -> None:
    """Each side with its marker, on one line where there is room, in one column where there is not."""
    wide, narrow = (open_tab(service, viewport=viewport).page for viewport in (DESKTOP, PHONE))
    for page in (wide, narrow):
        ask(page, IN_CONFLICT)
    tops = [{side.bounding_box()["y"] for side in page.locator(".sides li").all()} for page in (wide, narrow)]
    assert len(tops[0]) == 1
    assert len(tops[1]) == narrow.locator(".sides li").count() >= 2
    assert wide.locator(".sides button.marker").count() >= 2
    assert wide.locator(".answer").get_by_text("Where sources differ:").count() == 1


def test_an_emergency_shows_the_regions_number_to_tap_and_no_source(service: str, open_tab: OpenTab) -> None:
    """The number comes before everything else."""
    page = open_tab(service).page
    page.locator("sot-assistant").evaluate("element => element.setAttribute('region', 'GB')")
    answer = ask(page, EMERGENCY)
    expect(answer).to_have_attribute("data-action", "emergency")
    expect(answer.get_by_role("link", name="Call 999")).to_have_attribute("href", "tel:999")
    assert answer.inner_text().startswith("Get help now\n")
    assert page.locator("button.marker").count() == 0


def test_a_crisis_line_that_takes_texts_is_texted_and_not_called(service: str, open_tab: OpenTab) -> None:
    """741741 answers messages only."""
    answer = ask(open_tab(service).page, CRISIS)
    expect(answer.get_by_role("link", name="Call 988")).to_have_attribute("href", "tel:988")
    expect(answer.get_by_role("link", name="Text 741741")).to_have_attribute("href", "sms:741741")


def test_a_refusal_says_what_to_do_and_offers_questions_that_are_answered(service: str, open_tab: OpenTab) -> None:
    """Pressing one asks it."""
    page = open_tab(service).page
    refusal = ask(page, DIAGNOSIS)
    expect(refusal).to_contain_text("A chiropractor who works with SOT can tell you")
    refusal.locator(".suggestions button").first.click()
    expect(page.locator(".answer[aria-busy=false][data-action=answer]")).to_be_visible()


def test_it_works_with_the_keyboard_alone(service: str, open_tab: OpenTab) -> None:
    """Ask, walk back to a marker, open it, read, close with Escape, and be where one was."""
    page = open_tab(service).page
    focused = "document.querySelector('sot-assistant').shadowRoot.activeElement?.{}"
    expect(page.get_by_label("Your question")).to_be_visible()
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate(focused.format("id")) == "question":
            break
    page.keyboard.type(ANSWERED)
    page.keyboard.press("Enter")
    expect(page.locator(".answer[aria-busy=false]")).to_be_visible()
    for _ in range(12):
        page.keyboard.press("Shift+Tab")
        if page.evaluate(focused.format("className")) == "marker":
            break
    marker = page.evaluate(focused.format("textContent"))
    page.keyboard.press("Enter")
    assert page.evaluate(focused.format("className")) == "source"
    page.keyboard.press("Tab")
    assert page.evaluate(focused.format("textContent")) == "Close"
    page.keyboard.press("Escape")
    expect(page.locator(".source")).to_have_count(0)
    assert page.evaluate(focused.format("textContent")) == marker


def test_shift_and_enter_make_a_new_line(service: str, open_tab: OpenTab) -> None:
    """A long message may have paragraphs."""
    page = open_tab(service).page
    box = page.get_by_label("Your question")
    box.fill("one")
    box.press("Shift+Enter")
    assert box.input_value() == "one\n"
    assert page.locator(".asked").count() == 0


def test_a_screen_reader_hears_the_answer_without_its_markers(service: str, open_tab: OpenTab) -> None:
    """A polite region for answers; numbers to call interrupt."""
    page = open_tab(service).page
    ask(page, ANSWERED)
    spoken = page.locator("[role=status].unseen").inner_text()
    assert spoken.startswith("Answer: ")
    assert "[1]" not in spoken
    assert spoken.endswith("sources.")
    ask(page, EMERGENCY)
    assert page.locator("[role=alert]").inner_text() == "emergency: 911"


def test_reduced_motion_is_kept(service: str, open_tab: OpenTab) -> None:
    """Nothing moves by itself."""
    page = open_tab(service, reduced_motion="reduce").page
    ask(page, ANSWERED)
    assert page.evaluate("document.getAnimations({subtree: true}).length") == 0


def test_start_over_forgets_the_conversation(service: str, open_tab: OpenTab) -> None:
    """Until then each question goes on with the one before."""
    page = open_tab(service).page
    sent = []
    page.on("request", lambda request: request.method == "POST" and sent.append(request.post_data_json))
    for question in ("What is category II?", "and category III?"):
        ask(page, question)
    page.get_by_role("button", name="Start over").click()
    ask(page, "What is category II?")
    first, second, third = (body["conversation_id"] for body in sent)
    assert (first, third) == (None, None)
    assert second.startswith("con_")
    assert page.locator(".asked").count() == 1


def test_a_question_that_is_too_long_is_kept_and_not_sent(service: str, open_tab: OpenTab) -> None:
    """It says by how much, counted as the service counts: one for a character, whatever its units."""
    page = open_tab(service).page
    box = page.get_by_label("Your question")
    box.fill("😀" * 4001)
    box.press("Enter")
    expect(page.locator(".count")).to_have_text("Please shorten your question by 1 character.")
    assert page.locator(".asked").count() == 0
    assert len(box.input_value()) == 4001


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
    assert source.get_by_role("link").count() == 0
    assert_harmless(tab)


def assert_harmless(tab: Tab) -> None:
    """No element came out of text, no script ran, nothing was asked of a foreign host."""
    shadow = (
        "document.querySelector('sot-assistant').shadowRoot.querySelectorAll('img, script, iframe, [onerror]').length"
    )
    assert tab.page.evaluate(shadow) == 0
    assert tab.page.evaluate("window.hurt") is None
    assert all(url.startswith(("http://127.0.0.1:", "data:")) for url in tab.requested), tab.requested


def test_the_policy_lets_no_string_become_script(service: str, open_tab: OpenTab) -> None:
    """Even if the widget's own care failed."""
    tab = open_tab(service)
    outcome = tab.page.evaluate(
        "() => { try { document.body.innerHTML = '<img>'; return 'made' } catch (error) { return error.name } }"
    )
    assert outcome == "TypeError"
    tab.complaints.clear()


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
