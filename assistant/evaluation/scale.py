"""Scale: what a large corpus costs a search. A corpus made of invented words, built, then searched in its own process.

Nothing here is encoded by a model: a vector is the sum of its words' directions, which is made in microseconds and,
like a real one, is near where words are shared. So the figures are those of the index and of retrieval alone. A build
of 50,000 passages takes minutes and a gigabyte of disk, which is given back.

    python -m assistant.evaluation.scale 500 50000
"""

import json
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from assistant.evaluation.checkout import Commit
from assistant.evaluation.report import CorpusSize, Scale
from assistant.evaluation.timing import in_own_process, machine, p95
from assistant.retrieval import PROPOSED_BY_WORDS_MAX, PROPOSED_MAX, Retriever
from ingest.build import make_build, open_build
from ingest.documents import Ask, Audience, Corpus, Document, Passage, Review, Section, Statement, Voice
from ingest.encoder import Vectors

PASSAGES = (500, 50_000)
SEARCHES = 200
_DIMENSIONS = 384
_VOCABULARY = 20_000
_WORDS_A_STATEMENT = 14
_WORDS_A_SUBJECT = 60
_PASSAGES_A_SECTION = 2
_SECTIONS_A_DOCUMENT = 20
_SYLLABLES = tuple(consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou")


def run_scale(sizes: Sequence[int] = PASSAGES) -> Scale:
    """Measure building and searching at some sizes; the builds are made in a temporary folder and removed.

    Args:
        sizes: numbers of passages.

    Returns:
        The report, the smallest size first.

    Raises:
        EvaluationError: a process that measures failed.
    """
    commit = Commit.current()
    return Scale(
        measured=date.today().isoformat(),
        commit=commit.id,
        dirty=commit.dirty,
        machine=machine(),
        sizes=tuple(_measured(size) for size in sorted(sizes)),
    )


def made_up(passages: int) -> Corpus:
    """A corpus of so many passages of two statements each, one subject a document; one ask a section.

    The same number gives the same corpus.
    """
    language = _Language(passages)
    starts = range(0, passages, _PASSAGES_A_SECTION)
    documents: list[Document] = []
    asks: list[Ask] = []
    for first in range(0, len(starts), _SECTIONS_A_DOCUMENT):
        id = f"made-{len(documents)}"
        language.turn_to(len(documents))
        sections = [
            _section(f"{id}#{number}", min(_PASSAGES_A_SECTION, passages - start), language)
            for number, start in enumerate(starts[first : first + _SECTIONS_A_DOCUMENT])
        ]
        asks += [Ask(f"{s.id}?0", s.id, language.sentence(7), Audience.PATIENT) for s in sections]
        documents.append(Document(id, language.sentence(3), Review("pending"), tuple(sections), f"{id}.md"))
    return Corpus(facts={}, documents=tuple(documents), asks=tuple(asks))


def _section(id: str, passages: int, language: "_Language") -> Section:
    made = tuple(_passage(f"{id}/{number}", language) for number in range(1, passages + 1))
    return Section(id, (language.sentence(4),), tuple(Audience), made, line=1)


def _passage(id: str, language: "_Language") -> Passage:
    first, second = language.sentence(_WORDS_A_STATEMENT), language.sentence(_WORDS_A_STATEMENT)
    spans = ((0, len(first)), (len(first) + 1, len(first) + 1 + len(second)))
    text = f"{first} {second}"
    return Passage(
        id,
        text,
        tuple(
            Statement(f"{id}:{number}", start, end, text[start:end], (), Voice.TEACHING, None, line=1)
            for number, (start, end) in enumerate(spans, start=1)
        ),
    )


class _Language:
    """Sentences of invented words: half from all the language, some frequent and most rare; half from one subject."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        frequency = 1 / np.arange(10, _VOCABULARY + 10)
        self._cumulated = np.cumsum(frequency / frequency.sum())
        self.turn_to(0)

    def turn_to(self, subject: int) -> None:
        """Speak of a subject from now on: its words are the same in any instance."""
        self._subject = np.random.default_rng(subject).choice(_VOCABULARY, _WORDS_A_SUBJECT)

    def sentence(self, length: int) -> str:
        """So many words."""
        drawn = np.searchsorted(self._cumulated[:-1], self._random.random(length))
        drawn[::2] = self._random.choice(self._subject, len(drawn[::2]))
        return " ".join(_word(int(number)) for number in drawn).capitalize() + "."


def _word(number: int) -> str:
    """The invented word of a number."""
    size = len(_SYLLABLES)
    return "".join(_SYLLABLES[number // size**place % size] for place in range(3))


class WordSum:
    """An encoder without a model: the unit sum of one fixed random direction a word."""

    identity = "word-sum@scale"

    def __init__(self) -> None:
        self._directions = np.random.default_rng(0).standard_normal((_VOCABULARY, _DIMENSIONS)).astype(np.float32)
        self._number = {_word(number): number for number in range(_VOCABULARY)}

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (n, dimensions); frequent words weigh less, as they tell less."""
        vectors = np.stack([self._sum(text) for text in texts])
        unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit

    def _sum(self, text: str) -> Vectors:
        words = [word.strip(".:").casefold() for word in text.split()]
        numbers = [self._number[word] for word in words if word in self._number] or [0]
        weights = np.log2(np.array(numbers, np.float32) + 2)
        summed: Vectors = weights @ self._directions[numbers]
        return summed


def _measured(size: int) -> CorpusSize:
    with tempfile.TemporaryDirectory(prefix="sot-scale-") as home:
        return CorpusSize(**_in_own_process("build", home, size), **_in_own_process("search", home, size))


def _in_own_process(step: str, home: str, passages: int) -> dict[str, Any]:
    fix = "Free some disk space and memory, or ask for fewer."
    measured: dict[str, Any] = in_own_process("assistant.evaluation.scale", [step, home, str(passages)], fix=fix)
    return measured


def _build(home: Path, passages: int) -> dict[str, float]:
    corpus = made_up(passages)
    before = time.perf_counter()
    make_build(corpus, WordSum(), home)
    return {
        "passages": len(corpus.places),
        "statements": len(corpus.statements),
        "asks": len(corpus.asks),
        "build_s": round(time.perf_counter() - before, 1),
    }


def _search(home: Path, passages: int) -> dict[str, float]:
    """Search for questions in the corpus's own language, none of which is in it."""
    language, encoder = _Language(passages + 1), WordSum()
    before = time.perf_counter()
    build = open_build(home, encoder.identity)
    retriever = Retriever(build, encoder)
    opened = time.perf_counter() - before
    questions = []
    for number in range(SEARCHES + 1):
        language.turn_to(number % len(build.corpus.documents))
        questions.append(language.sentence(8))
    retriever.find(questions[0], Audience.PATIENT)
    index, vectors = build.index, encoder.encode(questions)
    whole = [_ms(retriever.find, question, Audience.PATIENT) for question in questions[1:]]
    words = [_ms(index.matching, question, PROPOSED_BY_WORDS_MAX) for question in questions[1:]]
    near = [sum(_ms(index.nearest, kind, vector, k) for kind, k in PROPOSED_MAX.items()) for vector in vectors[1:]]
    return {
        "open_s": round(opened, 2),
        "search_median_ms": round(statistics.median(whole), 2),
        "search_p95_ms": p95(whole),
        "nearest_median_ms": round(statistics.median(near), 2),
        "matching_median_ms": round(statistics.median(words), 2),
        "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


def _ms(work: Callable[..., object], *given: object) -> float:
    before = time.perf_counter()
    work(*given)
    return (time.perf_counter() - before) * 1000


def _main(arguments: Sequence[str]) -> None:
    if arguments[:1] in (["build"], ["search"]):
        step = _build if arguments[0] == "build" else _search
        print(json.dumps(step(Path(arguments[1]), int(arguments[2]))))
    else:
        for size in run_scale([int(size) for size in arguments] or PASSAGES).sizes:
            print(size.model_dump_json())


if __name__ == "__main__":
    _main(sys.argv[1:])
