"""What earlier turns mean for the next message."""

from pathlib import Path

import pytest
import yaml

from assistant.bootstrap import GUARD
from assistant.domain import Action, Conversation, Turn, Verdict
from assistant.errors import GuardError
from assistant.guard.conversation import PIECES_MAX, ConversationPolicy

POLICY = ConversationPolicy.read(GUARD / "conversation.yaml")
NOBODY = Conversation("con_test")


def _after(*turns: tuple[str, Action]) -> Conversation:
    conversation = NOBODY
    for asked, action in turns:
        conversation = conversation.with_turn(Turn(asked, asked, Verdict(action, "test.rule", "a test")))
    return conversation


def _in_danger(action: Action = Action.EMERGENCY) -> Conversation:
    return _after(("earlier", action))


class TestInForce:
    """A danger holds until help has been reached."""

    @pytest.mark.parametrize("action", [Action.EMERGENCY, Action.CRISIS])
    def test_danger_stays_in_force_whatever_is_asked_next(self, action: Action) -> None:
        """With its topic, so that the same words go on."""
        earlier = NOBODY.with_turn(Turn("earlier", "earlier", Verdict(action, "test.rule", "a test", "stroke")))
        held = POLICY.in_force(earlier, "what is category II?")
        assert held
        assert (held.action, held.topic, held.rule) == (action, "stroke", "conversation.in_force")

    def test_both_dangers_stay_in_force(self) -> None:
        """Both kinds of numbers go on being shown."""
        verdict = Verdict(Action.EMERGENCY, "test.rule", "a test", also=frozenset({Action.CRISIS}))
        held = POLICY.in_force(NOBODY.with_turn(Turn("earlier", "earlier", verdict)), "what is category II?")
        assert held
        assert held.also == {Action.CRISIS}

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
            "ya llamé al 911",
            "la ambulancia está en camino",
            "j'ai appelé le 15",
            "les pompiers arrivent",
            "ich habe den Notruf gerufen",
            "der Krankenwagen ist unterwegs",
            "já chamei o SAMU",
            "a ambulância está a caminho",
            "ho chiamato il 118",
            "l'ambulanza sta arrivando",
            "我已经打了120",
            "救护车在路上了",
            "اتصلت بالإسعاف",
            "الإسعاف في الطريق",
            "एंबुलेंस आ रही है",
        ],
    )
    def test_help_reached_ends_it(self, message: str) -> None:
        """Nobody is walled in, in any language that we reply in."""
        assert POLICY.in_force(_in_danger(), message) is None

    @pytest.mark.parametrize(
        "message",
        [
            "no I will not call",
            "can you call 911 for me?",
            "should I call?",
            "ok",
            "has anyone called an ambulance?",
            "nobody called an ambulance",
            "I haven't called 911",
            "the ambulance is not coming",
            "I am not ok now",
            "we are not at the hospital",
            "dois-je appeler le 15 ?",
            "soll ich den Notarzt rufen?",
            "devo chamar o SAMU?",
            "devo chiamare il 118?",
            "要不要打120？",
            "هل أتصل بالإسعاف؟",
        ],
    )
    def test_talk_of_help_is_not_help(self, message: str) -> None:
        """Only help reached counts."""
        assert POLICY.in_force(_in_danger(), message)

    @pytest.mark.parametrize(
        "message",
        [
            "is the ambulance coming?",
            "it is not a false alarm",
            "they said it looks droopy",
            "¿llamo al 911?",
            "¿quiere que llame a la ambulancia?",
            "l'ambulance est chère ?",
            "क्या मैं डॉक्टर को बुलाऊँ?",
            "क्या मुझे अस्पताल में जाना चाहिए?",
            "kya main ambulance bulaun?",
            "kya main hospital mein jaun?",
        ],
    )
    def test_asking_whether_to_get_help_is_not_help(self, message: str) -> None:
        """A wish, a doubt or a question that only sounds like help ends no danger, in any language."""
        assert POLICY.in_force(_in_danger(), message)

    @pytest.mark.parametrize("action", [Action.REFUSE_DIAGNOSIS, Action.OFF_TOPIC, Action.ANSWER])
    def test_what_is_no_danger_does_not_stay(self, action: Action) -> None:
        """An honest question after a refusal is answered."""
        assert POLICY.in_force(_in_danger(action), "what is category II?") is None
        assert POLICY.in_force(NOBODY, "what is category II?") is None


class TestJoined:
    """Symptoms that arrive in pieces are read together."""

    def test_the_last_turns_and_the_message_are_one_text_within_a_bound(self) -> None:
        """What was said long ago is no symptom of now."""
        conversation = _after(*((f"piece {number}", Action.ANSWER) for number in range(5)))
        joined = POLICY.joined(conversation, "and now")
        assert joined == "\n".join([*(f"piece {number}" for number in range(5 - PIECES_MAX, 5)), "and now"])
        assert POLICY.joined(NOBODY, "and now") is None

    def test_a_danger_that_was_answered_is_not_put_together_again(self) -> None:
        """Once help has been reached, old words raise no new alarm."""
        conversation = _after(("my speech is slurred", Action.EMERGENCY))
        assert POLICY.joined(conversation, "the ambulance is here") is None
        after = conversation.with_turn(Turn("it is here", "", Verdict(Action.ANSWER, "r", "w")))
        assert POLICY.joined(after, "what is SOT?") == "it is here\nwhat is SOT?"

    def test_what_was_refused_is_read_for_danger_all_the_same(self) -> None:
        """A refused question may hold the first half of a stroke."""
        assert POLICY.joined(_after(("is my face ok?", Action.REFUSE_DIAGNOSIS)), "it droops")


class TestLeadingUpTo:
    """Innocent turns that may add up to a question about somebody's body."""

    @pytest.mark.parametrize("action", [Action.ANSWER, Action.NOT_COVERED])
    def test_innocent_turns_and_a_message_about_somebody_are_one_text(self, action: Action) -> None:
        """Questions that are each innocent may lead to a diagnosis."""
        conversation = _after(("what does a short leg mean?", action))
        assert POLICY.leading_up_to(conversation, "mine is short") == "what does a short leg mean?\nmine is short"

    def test_only_the_last_few_are_read(self) -> None:
        """Within the same bound as symptoms."""
        conversation = _after(*((f"piece {number}", Action.ANSWER) for number in range(6)))
        joined = POLICY.leading_up_to(conversation, "and me?")
        assert joined
        assert joined.splitlines() == [*(f"piece {number}" for number in range(6 - PIECES_MAX, 6)), "and me?"]

    @pytest.mark.parametrize(
        "message", ["what is category II?", "how do the blocks work?", "which bones are in the skull?", "thanks"]
    )
    def test_a_message_about_nobody_is_not_joined(self, message: str) -> None:
        """Whoever reads on about SOT is not asking for a diagnosis."""
        assert POLICY.leading_up_to(_after(("earlier", Action.ANSWER)), message) is None

    @pytest.mark.parametrize(
        "message",
        [
            "is that what I have?",
            "and for my mum?",
            "she has it too",
            "a 45 year old with it?",
            "a 45yo with it?",
            "my patient has it",
        ],
    )
    def test_a_message_about_anybody_is_joined(self, message: str) -> None:
        """Oneself, a relation, a patient or an age."""
        assert POLICY.leading_up_to(_after(("earlier", Action.ANSWER)), message)

    @pytest.mark.parametrize(
        "action", [Action.REFUSE_DIAGNOSIS, Action.REFUSE_TREATMENT, Action.REFUSE_INJECTION, Action.EMERGENCY]
    )
    def test_what_was_refused_is_not_joined(self, action: Action) -> None:
        """After a refusal an honest question is answered; what was refused does not taint it."""
        assert POLICY.leading_up_to(_after(("earlier", action)), "does it hurt me?") is None
        conversation = _after(("before", Action.ANSWER), ("refused", action), ("after", Action.ANSWER))
        assert POLICY.leading_up_to(conversation, "does it hurt me?") == "after\ndoes it hurt me?"

    def test_a_first_message_has_nothing_before_it(self) -> None:
        """Alone, it is judged alone."""
        assert POLICY.leading_up_to(NOBODY, "does it hurt me?") is None


class TestReading:
    """The words are data, whole or refused."""

    @pytest.mark.parametrize(
        "content",
        [
            None,
            b"",
            b"\xff\xfe",
            b"help_reached: [",
            b"- help_reached",
            b"help_reached: [called]\n",
            b"help_reached: [called]\nsomebody: ['(']\n",
            b"help_reached: [called]\nsomebody: 7\n",
            b"help_reached: [called]\nsomebody: [1, 2]\n",
        ],
    )
    def test_a_missing_or_damaged_file_is_our_error_with_its_fix(self, content: bytes | None, tmp_path: Path) -> None:
        """Half a list would wall people in, or let them go too soon."""
        if content is not None:
            (tmp_path / "conversation.yaml").write_bytes(content)
        with pytest.raises(GuardError, match=r"conversation\.yaml") as caught:
            ConversationPolicy.read(tmp_path / "conversation.yaml")
        assert caught.value.fix

    @pytest.mark.parametrize("name", ["help_reached", "somebody"])
    def test_an_empty_list_is_refused(self, name: str, tmp_path: Path) -> None:
        """A pattern of no alternatives is met by every message: all danger would end at once."""
        data = yaml.safe_load((GUARD / "conversation.yaml").read_text("utf-8")) | {name: []}
        (tmp_path / "conversation.yaml").write_text(yaml.safe_dump(data), "utf-8")
        with pytest.raises(GuardError):
            ConversationPolicy.read(tmp_path / "conversation.yaml")
