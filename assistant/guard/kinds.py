"""What the classifier can take a message for: the actions, and the signs that a doctor should see today."""

from enum import StrEnum

from assistant.domain import Action

TODAY = "today"


class Kind(StrEnum):
    """A class of messages, most urgent first. Each is an action, but `today`, which is a refusal with a topic."""

    EMERGENCY = "emergency"
    CRISIS = "crisis"
    TODAY = "today"
    REFUSE_INJECTION = "refuse_injection"
    REFUSE_TREATMENT = "refuse_treatment"
    REFUSE_DIAGNOSIS = "refuse_diagnosis"
    OFF_TOPIC = "off_topic"
    SMALLTALK = "smalltalk"
    ANSWER = "answer"

    @property
    def action(self) -> Action:
        """The action that a message of this kind gets."""
        return Action.REFUSE_DIAGNOSIS if self is Kind.TODAY else Action(self.value)

    @property
    def topic(self) -> str | None:
        """The topic that picks its reply, if it is not the action's default one."""
        return TODAY if self is Kind.TODAY else None


KINDS: tuple[Kind, ...] = tuple(Kind)
# One sentence of these kinds makes a message so; what is harmless is so as a whole.
RISKY: tuple[Kind, ...] = KINDS[: KINDS.index(Kind.OFF_TOPIC)]
