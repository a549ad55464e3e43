"""The wire contract of what is remembered: conversations with their turns, and receipts."""

from assistant.domain import Conversation, Receipt, Turn
from ingest.documents import Audience
from ui.api.schemas import VerdictOut, Wire


class TurnOut(Wire):
    """One remembered exchange: what was asked, redacted, how it was read, what was done, and from which sections."""

    asked: str
    understood: str
    verdict: VerdictOut
    sections: list[str]

    @classmethod
    def of(cls, turn: Turn) -> "TurnOut":
        """From the noun."""
        return cls(
            asked=turn.asked,
            understood=turn.query,
            verdict=VerdictOut.of(turn.verdict),
            sections=list(turn.sections),
        )


class ConversationOut(Wire):
    """The last turns of a conversation, oldest first."""

    id: str
    turns: list[TurnOut]

    @classmethod
    def of(cls, conversation: Conversation) -> "ConversationOut":
        """From the noun."""
        return cls(id=conversation.id, turns=[TurnOut.of(turn) for turn in conversation.turns])


class WeighedOut(Wire):
    """A section that was found, and how well it fitted."""

    section: str
    score: float
    features: dict[str, float]


class ReceiptOut(Wire):
    """What an answer was made from. `sha256` is over the answer; `sot replay` makes it again from this receipt."""

    id: str
    answer_id: str
    at: str
    question: str
    audience: Audience
    region: str
    screened: VerdictOut
    verdict: VerdictOut
    made_from: dict[str, str]
    candidates: list[WeighedOut]
    confidence: float | None
    sha256: str

    @classmethod
    def of(cls, receipt: Receipt) -> "ReceiptOut":
        """From the noun."""
        return cls(
            id=receipt.id,
            answer_id=receipt.answer_id,
            at=receipt.at,
            question=receipt.question.text,
            audience=receipt.question.audience,
            region=receipt.question.region,
            screened=VerdictOut.of(receipt.screened),
            verdict=VerdictOut.of(receipt.verdict),
            made_from=dict(receipt.made_from),
            candidates=[
                WeighedOut(section=one.section, score=one.score, features=dict(one.features)) for one in receipt.weighed
            ],
            confidence=receipt.confidence,
            sha256=receipt.sha256,
        )
