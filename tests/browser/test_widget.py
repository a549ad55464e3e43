"""The widget on its demo page, as people use it: by mouse, by keyboard, on a phone, in the dark."""

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Route, expect

from tests.browser.conftest import DESKTOP, PHONE, WIDTHS, OpenTab
from tests.browser.steps import (
    ANSWERED,
    CRISIS,
    DIAGNOSIS,
    EMERGENCY,
    IN_CONFLICT,
    NOT_COVERED,
    ask,
    open_source,
    start_anew,
)
from ui.links import passage_page


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
    expect(source).to_contain_text("No clinician has reviewed this yet")
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
    expect(refusal).to_contain_text("At your next visit, ask what they find and why")
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


@pytest.mark.parametrize(("wish", "moving"), [("reduce", 0), ("no-preference", 1)])
def test_reduced_motion_is_kept(wish: str, moving: int, service: str, open_tab: OpenTab) -> None:
    """While an answer is looked for nothing moves, for who asked for that; for others one line breathes."""
    tab = open_tab(service, reduced_motion=wish)
    held: list[Route] = []
    tab.page.route("**/v1/ask/stream", lambda route: held.append(route))
    tab.page.get_by_label("Your question").fill(ANSWERED)
    tab.page.keyboard.press("Enter")
    expect(tab.page.get_by_text("Looking in the sources").last).to_be_visible()
    wait = "(count) => document.querySelector('sot-assistant').shadowRoot.getAnimations().length === count"
    tab.page.wait_for_function(wait, arg=moving)
    held[0].continue_()
    expect(tab.page.locator(".answer[aria-busy=false]")).to_be_visible()


def test_every_citation_shows_what_the_wire_holds(service: str, client: TestClient, open_tab: OpenTab) -> None:
    """Place, words, voice, strength, sources, review status and its page: tests/ui has the other faces."""
    page = open_tab(service).page
    ask(page, ANSWERED)
    citations = client.post("/v1/ask", json={"question": ANSWERED}).json()["citations"]
    words = page.evaluate("import('/widget/words.js').then((words) => JSON.parse(JSON.stringify(words)))")
    assert {"research"} < {citation["voice"] for citation in citations}
    for citation in citations:
        source = open_source(page, citation["marker"])
        place = " › ".join([citation["title"], *citation["heading"]])
        assert source.locator(".source-title").inner_text() == f"Source {citation['marker']}: {place}"
        assert source.locator("mark").inner_text() == citation["quote"]
        shown = [row.locator("dt, dd").all_text_contents() for row in source.locator("dl > div").all()]
        strength = citation["strength"]
        assert shown == [
            ["Who says it", words["VOICES"][citation["voice"]]],
            *([["Kind of evidence", words["STRENGTHS"][strength]]] if strength else []),
            *(["Our wording of", _named(one)] for one in citation["sources"]),
            ["Review", "No clinician has reviewed this yet"],
        ]
        link = source.get_by_role("link", name="Open this passage on its own page")
        path = passage_page(citation["passage_id"], citation["start"], citation["end"])
        assert link.get_attribute("href") == service.removesuffix("/") + path


def _named(source: dict) -> str:
    """A source as the widget names it; a link says that it opens a new tab."""
    beside = [str(source[part]) for part in ("publisher", "year") if source[part]]
    title = f"{source['title']} (opens in a new tab)" if source["url"] else source["title"]
    return ", ".join([title, *beside])


def test_a_new_conversation_deletes_the_old_one_at_the_service_and_says_so(
    service: str, client: TestClient, open_tab: OpenTab
) -> None:
    """Until then each question goes on with the one before."""
    page = open_tab(service).page
    sent = []
    page.on("request", lambda request: request.method == "POST" and sent.append(request.post_data_json))
    for question in ("What is category II?", "and category III?"):
        ask(page, question)
    old = f"/v1/conversations/{sent[1]['conversation_id']}"
    assert len(client.get(old).json()["turns"]) == 2
    start_anew(page)
    expect(page.locator(".log").get_by_text("New conversation. The old one was deleted.")).to_be_visible()
    expect(page.locator("[role=status].unseen")).to_have_text("New conversation. The old one was deleted.")
    assert client.get(old).status_code == 404
    ask(page, "What is category II?")
    first, second, third = (body["conversation_id"] for body in sent)
    assert (first, third) == (None, None)
    assert second.startswith("con_")
    assert page.locator(".asked").count() == 1


def test_a_new_conversation_without_an_old_one_claims_no_deletion(service: str, open_tab: OpenTab) -> None:
    """Nothing was asked, so nothing is asked of the service."""
    tab = open_tab(service)
    start_anew(tab.page)
    expect(tab.page.locator("[role=status].unseen")).to_have_text("New conversation.")
    assert not any("/v1/conversations/" in url for url in tab.requested)


def test_what_is_being_asked_when_a_new_conversation_begins_is_deleted_too(
    service: str, client: TestClient, open_tab: OpenTab
) -> None:
    """Its answer comes to nobody, and only then is the conversation deleted: else it would be remembered again."""
    page = open_tab(service).page
    held: list[Route] = []
    page.route("**/v1/ask/stream", lambda route: held.append(route))
    page.get_by_label("Your question").fill(EMERGENCY)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Looking in the sources").last).to_be_visible()
    start_anew(page)
    expect(page.get_by_text("You could begin with")).to_be_visible()
    with page.expect_request(lambda request: request.method == "DELETE") as deleted:
        held[0].continue_()
    expect(page.locator(".log")).to_contain_text("The old one was deleted.")
    assert client.get(deleted.value.url.removeprefix(service)).status_code == 404
    assert page.locator(".answer").count() == 0
    assert page.locator("[role=alert]").inner_text() == ""


def test_a_question_that_is_too_long_is_kept_and_not_sent(service: str, open_tab: OpenTab) -> None:
    """It says by how much, counted as the service counts: one for a character, whatever its units."""
    page = open_tab(service).page
    box = page.get_by_label("Your question")
    box.fill("😀" * 4001)
    box.press("Enter")
    expect(page.locator(".count")).to_have_text("Please shorten your question by 1 character.")
    assert page.locator(".asked").count() == 0
    assert len(box.input_value()) == 4001
