"""What the encoder learns: known answers are right, their neighbours are wrong, gaps have no answer."""

import random
from pathlib import Path

import numpy as np
import pytest

from ingest.corpus import read_corpus
from ingest.documents import Corpus
from ingest.lessons import GAPS_A_BATCH, Batch, Lessons
from tests.fakes import WordEncoder

ASKS = "".join(f"  - {{ask: what is block number {n}, audience: patient, facts: [seed-013]}}\n" for n in range(40))
GAPS = "what:\n  - {ask: what does a wedge beneath the pelvis cost, audience: patient}\n"


@pytest.fixture
def corpus(small_corpus: Path) -> Corpus:
    """The small corpus with asks enough for a batch, and one gap."""
    asks = small_corpus / "asks" / "blocks.yaml"
    asks.write_text(asks.read_text("utf-8").replace("back:\n", f"{ASKS}back:\n", 1), "utf-8")
    (small_corpus / "gaps").mkdir()
    (small_corpus / "gaps" / "blocks.yaml").write_text(GAPS, "utf-8")
    return read_corpus(small_corpus)


@pytest.fixture
def batches(corpus: Corpus, words: WordEncoder) -> list[Batch]:
    """Many epochs of lessons, for what happens by chance."""
    lessons, chance = Lessons(corpus, words), random.Random(0)
    return [batch for _ in range(20) for batch in lessons.epoch(chance)]


def _statements(batches: list[Batch]) -> list[Batch]:
    return [batch for batch in batches if batch.all_told]


def test_the_best_answer_of_an_ask_is_right(batches: list[Batch]) -> None:
    """And a batch's shapes fit each other."""
    for batch in batches:
        assert batch.right.shape == (len(batch.questions), len(batch.texts))
        assert all(batch.right[row, place] for row, place in enumerate(batch.best))


def test_right_is_what_rests_on_the_asks_facts_and_nothing_else(corpus: Corpus, batches: list[Batch]) -> None:
    """In whatever section it stands."""
    facts_of_ask = {ask.text: set(ask.facts) for ask in corpus.asks}
    facts_of_text = {statement.text: set(statement.facts) for statement in corpus.statements.values()}
    for batch in _statements(batches):
        for row, question in enumerate(batch.questions):
            for column, text in enumerate(batch.texts):
                rests = bool(facts_of_ask.get(question, set()) & facts_of_text[text])
                assert batch.right[row, column] == rests


def test_a_gap_stands_behind_the_asks_and_has_no_answer(corpus: Corpus, batches: list[Batch]) -> None:
    """It is beside what sounds like it, so that it has to be told apart."""
    (gap,) = corpus.gaps
    for batch in _statements(batches):
        behind = batch.questions[len(batch.best) :]
        assert behind == (gap.text,) * GAPS_A_BATCH
        assert not batch.right[len(batch.best) :].any()


def test_a_wrong_statement_of_the_right_section_is_among_the_texts(batches: list[Batch]) -> None:
    """What stands beside the answer is the hardest to tell apart."""
    assert any("MRI comparison" in text for batch in _statements(batches) for text in batch.texts)


def test_passages_teach_only_what_is_best(batches: list[Batch]) -> None:
    """Another passage of the section may answer too, so it is not told wrong."""
    with_passages = [batch for batch in batches if not batch.all_told]
    assert all(np.array_equal(batch.right, batch.right.T) for batch in with_passages)


def test_the_same_chance_gives_the_same_lessons(corpus: Corpus, words: WordEncoder) -> None:
    """One command gives one result."""
    lessons = Lessons(corpus, words)
    one, other = (lessons.epoch(random.Random(3)) for _ in range(2))
    assert [(batch.questions, batch.texts, batch.best) for batch in one] == [
        (batch.questions, batch.texts, batch.best) for batch in other
    ]


def test_asks_without_facts_teach_nothing(small_corpus: Path, words: WordEncoder) -> None:
    """And a corpus without gaps is no fault."""
    for path in (small_corpus / "asks").glob("*.yaml"):
        path.write_text("", "utf-8")
    assert Lessons(read_corpus(small_corpus), words).epoch(random.Random(0)) == []
