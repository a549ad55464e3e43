"""Any answer can be made again from its receipt, byte for byte, and a difference is explained."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
import structlog

from assistant.bootstrap import bootstrap
from assistant.domain import Action, Answer, Conversation, Question
from assistant.errors import StoreError, UnknownConversation
from assistant.guard.audit import NoAudit
from assistant.pipeline import Assistant
from assistant.receipts import answer_bytes, is_same
from assistant.settings import Settings
from assistant.store import IN_MEMORY, DatabaseStore
from ingest.build import make_build
from ingest.corpus import read_corpus
from ingest.documents import Audience
from ingest.encoder import OnnxEncoder
from ingest.errors import BuildError

QUESTIONS = (
    Question("What is category II?"),
    Question("when did SOT begin", Audience.STUDENT),
    Question("my arm is numb and my speech is slurred since the adjustment", region="GB"),
    Question("I have brittle bones, would the blocks be fine for me?"),
    Question("How much do you charge?", Audience.STAFF),
    Question("hallo, wie geht es?"),
    Question("a recipe for pancakes"),
)


@pytest.fixture
def small(small_corpus: Path, tmp_path: Path, encoder: OnnxEncoder, guard_encoder: OnnxEncoder) -> Assistant:
    """A whole assistant over the small corpus, in a home of its own."""
    home = tmp_path / "home"
    make_build(read_corpus(small_corpus), encoder, home)
    return bootstrap(Settings(home=home), encoder=encoder, guard_encoder=guard_encoder, audit=NoAudit())


@pytest.mark.parametrize("question", QUESTIONS, ids=[question.text[:20] for question in QUESTIONS])
def test_a_replayed_answer_is_the_same_byte_for_byte(question: Question, assistant: Assistant) -> None:
    """Every kind of answer, its ids and timings included."""
    answer = assistant.ask(question)
    receipt = assistant.memory.receipt(str(answer.receipt))
    again = assistant.replay(receipt)
    assert again == answer
    assert answer_bytes(again) == answer_bytes(answer)
    assert is_same(receipt, again)
    assert assistant.memory.receipt(answer.id) == receipt


def test_a_follow_up_is_replayed_in_the_conversation_as_it_stood_then(assistant: Assistant) -> None:
    """What was asked after it changes nothing."""
    first = assistant.ask(Question("What is category I?"))
    second = assistant.ask(Question("and the second one?", conversation_id=first.conversation_id))
    assistant.ask(Question("Who was DeJarnette?", conversation_id=first.conversation_id))
    assert assistant.replay(assistant.memory.receipt(str(second.receipt))) == second


def test_a_receipt_holds_no_word_that_redaction_takes_out(assistant: Assistant) -> None:
    """The message as written is nowhere."""
    answer = assistant.ask(Question("I am Jane, jane.doe@example.com, what is category II?"))
    assert "jane.doe" not in repr(assistant.memory.receipt(str(answer.receipt)))


def test_bytes_do_not_depend_on_the_order_of_a_set_or_on_time(assistant: Assistant) -> None:
    """Sets have no order that two processes share."""
    answer = assistant.ask(Question("I took all my pills to end it and my chest hurts badly"))
    assert len({answer_bytes(replace(answer, timings_ms={"total": ms})) for ms in (1.0, 2.0)}) == 1
    also = json.loads(answer_bytes(answer))["verdict"]["also"]
    assert also == sorted(also)


def test_an_altered_answer_is_not_the_same(assistant: Assistant) -> None:
    """One character is enough."""
    answer = assistant.ask(Question("What is category II?"))
    receipt = assistant.memory.receipt(str(answer.receipt))
    assert receipt.sha256 == hashlib.sha256(answer_bytes(answer)).hexdigest()
    assert not is_same(receipt, replace(answer, text=answer.text + "."))


def _edited(small_corpus: Path, small: Assistant, encoder: OnnxEncoder) -> Answer:
    """An answer, after which its first sentence is worded otherwise and a new build made."""
    answer = small.ask(Question("What are blocks?"))
    file = small_corpus / "documents" / "blocks.md"
    file.write_text(
        file.read_text("utf-8").replace("The founding article describes **blocks** as", "Blocks are"), "utf-8"
    )
    make_build(read_corpus(small_corpus), encoder, small._home)
    return answer


def test_an_answer_is_replayed_from_its_own_build_after_the_corpus_changed(
    small_corpus: Path, small: Assistant, encoder: OnnxEncoder
) -> None:
    """And the difference names the corpus and what it took away."""
    answer = _edited(small_corpus, small, encoder)
    receipt = small.memory.receipt(str(answer.receipt))
    assert small.replay(receipt) == answer
    difference = small.compare(receipt)
    assert set(difference.changed) == {"build", "corpus"}
    assert any(answer.statements[0].text in line for line in difference.removed)
    assert difference.candidates
    assert not difference.is_none


def test_nothing_differs_where_nothing_changed(assistant: Assistant) -> None:
    """A comparison with today is empty."""
    difference = assistant.compare(assistant.memory.receipt(str(assistant.ask(QUESTIONS[0]).receipt)))
    assert difference.is_none
    assert not difference.changed
    assert all(one.then == one.now for one in difference.candidates)


def test_a_build_that_is_gone_is_told(small: Assistant) -> None:
    """Old builds are kept up to a bound."""
    receipt = small.memory.receipt(str(small.ask(QUESTIONS[0]).receipt))
    with pytest.raises(BuildError):
        small.replay(replace(receipt, made_from={**receipt.made_from, "build": "20200101T000000-gone"}))


class FullDisk:
    """A store that can neither read nor write."""

    def conversation(self, id: str | None) -> Conversation:
        """Fails."""
        raise StoreError("full", fix="make room")

    def add(self, *_: object) -> None:
        """Fails."""
        raise StoreError("full", fix="make room")


def test_nobody_goes_without_an_answer_because_it_cannot_be_kept(
    real_home: Path, encoder: OnnxEncoder, guard_encoder: OnnxEncoder
) -> None:
    """It has no receipt then, and the log tells why."""
    assistant = bootstrap(
        Settings(home=real_home), encoder=encoder, guard_encoder=guard_encoder, audit=NoAudit(), store=FullDisk()
    )
    with structlog.testing.capture_logs() as events:
        answer = assistant.ask(Question(QUESTIONS[2].text))
    assert (answer.verdict.action, answer.receipt) == (Action.EMERGENCY, None)
    assert {event["event"] for event in events} >= {"conversation not read", "answer not recorded"}


@pytest.fixture
def private(real_home: Path, encoder: OnnxEncoder, guard_encoder: OnnxEncoder) -> Assistant:
    """The whole assistant, its memory its own."""
    store = DatabaseStore(IN_MEMORY, retention_days=1)
    return bootstrap(
        Settings(home=real_home), encoder=encoder, guard_encoder=guard_encoder, audit=NoAudit(), store=store
    )


def test_a_forgotten_conversation_is_gone(private: Assistant) -> None:
    """Turns, receipts, and the danger that was in force with them."""
    answer = private.ask(Question(QUESTIONS[2].text))
    private.memory.forget(answer.conversation_id)
    with pytest.raises(UnknownConversation):
        private.memory.conversation(answer.conversation_id)
    with pytest.raises(UnknownConversation):
        private.memory.forget(answer.conversation_id)
