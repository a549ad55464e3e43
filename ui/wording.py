"""Words that terminal and app share; the widget, which is JavaScript, has its own in widget/words.js."""

from assistant.domain import Action

NOTICE = "Automated information, not a clinician. Nothing here was reviewed by a clinician yet."

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
