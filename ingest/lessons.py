"""What the encoder can learn from the corpus: which statement answers which question, and which only sounds like it.

An ask with its facts is a question whose answers are known. What stands beside them in the same section, and what
sounds most like the question elsewhere, does not answer it. A gap is a question that nothing answers. No evaluation
question is among them.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.documents import Ask, Corpus, Gap
from ingest.encoder import Encoder
from ingest.index import Kind, entries

ASKS_A_BATCH = 32
GAPS_A_BATCH = 10
# How often the wrong statement comes from the right section; else it is one of those that sound most like the question.
FROM_SECTION = 0.6
# How often a question is taught its best answer; else any of its answers.
THE_BEST = 0.7
NEAR_ASKS, NEAR_GAPS = 30, 6
# How many of the asks are also taught the passage of their section, each epoch.
WITH_PASSAGES = 0.5


@dataclass(frozen=True, slots=True)
class Batch:
    """Questions beside texts. `right[i, j]`: text j answers question i; `best[i]`: the text that answers it best.

    Questions beyond the length of `best` are answered by none. `all_told` is false where a text that is not marked
    right may be right all the same, so that only the best can be learnt from.
    """

    questions: tuple[str, ...]
    texts: tuple[str, ...]
    right: NDArray[np.bool_]
    best: tuple[int, ...]
    all_told: bool


class Lessons:
    """The lessons of one corpus."""

    def __init__(self, corpus: Corpus, encoder: Encoder) -> None:
        """Find what sounds like what.

        Args:
            corpus: asks without facts teach nothing.
            encoder: as it is before it learns; tells which statements sound most like a question.
        """
        self._corpus = corpus
        self._asks = [ask for ask in corpus.asks if ask.facts]
        self._text = {entry.id: entry.text for found in entries(corpus).values() for entry in found}
        self._ids = [entry.id for entry in entries(corpus)[Kind.STATEMENT]]
        self._vectors = encoder.encode([self._text[id] for id in self._ids])
        self._near = self._nearest(self._asks, encoder, NEAR_ASKS) | self._nearest(corpus.gaps, encoder, NEAR_GAPS)
        self._right = {ask.id: self._answers(ask) for ask in self._asks}

    def epoch(self, chance: random.Random) -> list[Batch]:
        """Every ask once, gaps among them, half of the asks with their passages too, in a random order."""
        asks, gaps = self._asks[:], list(self._corpus.gaps)
        chance.shuffle(asks)
        chance.shuffle(gaps)
        batches = []
        for number, some in enumerate(_cut(asks, ASKS_A_BATCH)):
            start = number * GAPS_A_BATCH
            beside = [gaps[(start + place) % len(gaps)] for place in range(GAPS_A_BATCH)] if gaps else []
            batches.append(self._statements(some, beside, chance))
        chance.shuffle(asks)
        for some in _cut(asks[: int(len(asks) * WITH_PASSAGES)], ASKS_A_BATCH):
            batches.append(self._passages(some, chance))
        chance.shuffle(batches)
        return batches

    def _nearest(self, questions: Sequence[Ask | Gap], encoder: Encoder, k: int) -> dict[str, list[str]]:
        """For each question the statements that sound most like it, nearest first."""
        if not questions:
            return {}
        vectors = encoder.encode([question.text for question in questions])
        order = np.argsort(-(vectors @ self._vectors.T), axis=1, kind="stable")[:, :k]
        return {question.id: [self._ids[row] for row in rows] for question, rows in zip(questions, order, strict=True)}

    def _answers(self, ask: Ask) -> frozenset[str]:
        """Ids of all statements, of any section, that rest on a fact which answers it."""
        return frozenset(s.id for fact in ask.facts for s in self._corpus.statements_of_fact.get(fact, ()))

    def _statements(self, asks: Sequence[Ask], gaps: Sequence[Gap], chance: random.Random) -> Batch:
        best = [self._one_answer(ask, chance) for ask in asks]
        wrong = [self._one_wrong(ask, chance) for ask in asks] + [chance.choice(self._near[gap.id]) for gap in gaps]
        ids = list(dict.fromkeys((*best, *(id for id in wrong if id))))
        right = np.zeros((len(asks) + len(gaps), len(ids)), bool)
        for row, ask in enumerate(asks):
            right[row] = [id in self._right[ask.id] for id in ids]
        return Batch(
            (*(ask.text for ask in asks), *(gap.text for gap in gaps)),
            tuple(self._text[id] for id in ids),
            right,
            tuple(ids.index(id) for id in best),
            all_told=True,
        )

    def _one_answer(self, ask: Ask, chance: random.Random) -> str:
        answers = self._corpus.answers_of_ask[ask.id]
        return answers[0].id if chance.random() < THE_BEST else chance.choice(answers).id

    def _one_wrong(self, ask: Ask, chance: random.Random) -> str | None:
        """A statement that does not answer: from the same section, or from what sounds most like the question."""
        section = [s.id for s in self._corpus.sections[ask.section].statements if s.id not in self._right[ask.id]]
        if section and chance.random() < FROM_SECTION:
            return chance.choice(section)
        near = [id for id in self._near[ask.id] if id not in self._right[ask.id]]
        return chance.choice(near) if near else None

    def _passages(self, asks: Sequence[Ask], chance: random.Random) -> Batch:
        """Asks beside a passage of their section each; another passage of it is not told wrong."""
        ids = [chance.choice(self._corpus.sections[ask.section].passages).id for ask in asks]
        sections = [ask.section for ask in asks]
        right = np.array([[one == other for other in sections] for one in sections])
        return Batch(
            tuple(ask.text for ask in asks),
            tuple(self._text[id] for id in ids),
            right,
            tuple(range(len(asks))),
            all_told=False,
        )


def _cut(asks: Sequence[Ask], size: int) -> Iterator[Sequence[Ask]]:
    """Whole batches; the few that are left over come another epoch."""
    for start in range(0, len(asks) - size + 1, size):
        yield asks[start : start + size]
