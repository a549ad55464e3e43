"""Words that terminal and app share; the widget, which is JavaScript, has its own in widget/words.js."""

from assistant.domain import Action
from ingest.documents import Review, Source

NOTICE = "Automated information, not a clinician. Nothing here was reviewed by a clinician yet."

STARTED = "New conversation."
OLD_ONE_DELETED = "The old one was deleted."
OLD_ONE_KEPT = "The old one could not be deleted now; it goes by itself when its time has run out."

TITLES = {
    Action.EMERGENCY: "Emergency",
    Action.CRISIS: "You are not alone",
    Action.REFUSE_INJECTION: "Not possible",
    Action.REFUSE_TREATMENT: "For your clinician",
    Action.REFUSE_DIAGNOSIS: "For your clinician",
    Action.OFF_TOPIC: "Outside SOT",
    Action.SMALLTALK: "SOT Assistant",
    Action.NOT_COVERED: "Not in the sources",
    Action.ANSWER: "Answer",
}


def rests_on(*, in_our_words: bool) -> str:
    """What stands before the sources of a quotation: a clinic is quoted as it wrote, everything else is our wording."""
    return "Our wording of" if in_our_words else "From"


def place_name(title: str, heading: tuple[str, ...]) -> str:
    """Where a passage stands: its document, and the headings down to it."""
    return " › ".join((title, *heading))


def voice_name(voice: str, strength: str | None) -> str:
    """Whose voice it is, with how strong it is where that says more."""
    return f"{voice}, {strength.replace('-', ' ')}" if strength and strength != voice else voice


def source_name(source: Source) -> str:
    """A source with what is known of it."""
    return ", ".join(str(part) for part in (source.title, source.publisher, source.year) if part)


def review_status(review: Review) -> str:
    """Whether a clinician stands behind a text."""
    if review.status == "pending" or not review.by:
        return "No clinician has reviewed this yet"
    return f"Reviewed by {review.by}" + (f" on {review.on}" if review.on else "")
