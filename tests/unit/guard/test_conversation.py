"""What earlier turns mean for the next message."""

import pytest

from assistant.domain import Action, Conversation, Turn, Verdict
from assistant.guard.conversation import PIECES_MAX, ConversationPolicy

POLICY = ConversationPolicy()


def _after(action: Action, asked: str = "earlier", topic: str | None = None) -> Conversation:
    return Conversation("con_test", (Turn(asked, asked, Verdict(action, "test.rule", "a test", topic)),))


@pytest.mark.parametrize("action", [Action.EMERGENCY, Action.CRISIS])
def test_danger_stays_in_force_whatever_is_asked_next(action: Action) -> None:
    """With its topic, so that the same words go on."""
    held = POLICY.in_force(_after(action, topic="stroke"), "what is category II?")
    assert held
    assert (held.action, held.topic, held.rule) == (action, "stroke", "conversation.in_force")


@pytest.mark.parametrize(
    "message",
    [
        "I called 911 and the ambulance is here",
        "the ambulance is on its way",
        "we are at the hospital now",
        "the doctor checked me and it was a migraine",
        "I am safe now",
        "false alarm",
        "sorry, I was only testing",
        "my wife has called the ambulance",
    ],
)
def test_help_reached_ends_it(message: str) -> None:
    """Nobody is walled in."""
    assert POLICY.in_force(_after(Action.EMERGENCY), message) is None


@pytest.mark.parametrize("message", ["no I will not call", "can you call 911 for me?", "should I call?", "ok"])
def test_talk_of_help_is_not_help(message: str) -> None:
    """Only help reached counts."""
    assert POLICY.in_force(_after(Action.EMERGENCY), message)


@pytest.mark.parametrize("action", [Action.REFUSE_DIAGNOSIS, Action.OFF_TOPIC, Action.ANSWER])
def test_what_is_no_danger_does_not_stay(action: Action) -> None:
    """An honest question after a refusal is answered."""
    assert POLICY.in_force(_after(action), "what is category II?") is None
    assert POLICY.in_force(Conversation("con_test"), "what is category II?") is None


def test_symptoms_in_pieces_are_read_together() -> None:
    """The last turns and the message, as one text, within a bound."""
    conversation = _after(Action.ANSWER, "my face")
    for number in range(5):
        conversation = conversation.with_turn(Turn(f"piece {number}", "", Verdict(Action.ANSWER, "r", "w")))
    joined = POLICY.joined(conversation, "and now")
    assert joined == "\n".join([*(f"piece {number}" for number in range(5 - PIECES_MAX, 5)), "and now"])
    assert POLICY.joined(Conversation("con_test"), "and now") is None


def test_a_danger_that_was_answered_is_not_put_together_again() -> None:
    """Once help has been reached, old words raise no new alarm."""
    conversation = _after(Action.EMERGENCY, "my speech is slurred")
    assert POLICY.joined(conversation, "the ambulance is here") is None
    after = conversation.with_turn(Turn("it is here", "", Verdict(Action.ANSWER, "r", "w")))
    assert POLICY.joined(after, "what is SOT?") == "it is here\nwhat is SOT?"
