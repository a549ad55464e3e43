"""What people do on the demo page, as steps of tests."""

from playwright.sync_api import Locator, Page, expect

ANSWERED = "does SOT help migraines"
IN_CONFLICT = "When did SOT begin?"
EMERGENCY = "my speech is slurred and my left arm is weak since this morning"
CRISIS = "everyone would be better off without me"
DIAGNOSIS = "which category am I? my left hip sits higher"
NOT_COVERED = "how much does a visit cost?"


def ask(page: Page, question: str) -> Locator:
    """Type a question, send it with Enter, and wait for its answer."""
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")
    exchange = page.locator(".exchange").last
    answer = exchange.locator(".answer[aria-busy=false]")
    expect(exchange.locator(".asked")).to_contain_text(question)
    expect(answer).to_be_visible()
    return answer


def start_anew(page: Page) -> None:
    """Press the button that begins a new conversation."""
    page.get_by_role("button", name="New conversation").click()


def open_source(page: Page, marker: int) -> Locator:
    """Press a marker and wait until its passage has come."""
    page.locator("button.marker").get_by_text(str(marker), exact=True).first.click()
    source = page.get_by_role("region", name=f"Source {marker}", exact=True)
    expect(source.get_by_text("Fetching the passage")).to_have_count(0)
    return source
