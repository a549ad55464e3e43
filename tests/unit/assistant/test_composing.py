"""Composing, drafting and citing: every sentence is a quote, claims and conflicts do not stand alone."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.citing import Citations, is_carried, quotes_its_passage
from assistant.composing import WORDS_MAX, LeadIn
from assistant.domain import StatedSentence
from assistant.drafting import Draft, draft
from assistant.workbench import Workbench
from ingest.build import make_build, open_build
from ingest.corpus import read_corpus
from ingest.documents import Audience, Corpus
from tests.fakes import WordEncoder

_MARKERS = re.compile(r" \[\d+\]")


@pytest.fixture
def bench(small_corpus: Path, words: WordEncoder, tmp_path: Path) -> Workbench:
    """A workbench on the small corpus."""
    make_build(read_corpus(small_corpus), words, tmp_path / "home")
    return Workbench.on(open_build(tmp_path / "home", words.identity), words)


def _drafted(bench: Workbench, query: str, audience: Audience = Audience.PATIENT) -> Draft:
    evidence = bench.retriever.find(query, audience)
    written = draft(bench.composer.compose(evidence, audience), bench.build.corpus, lambda _: True)
    assert written is not None
    return written


QUERIES = ["When did SOT begin?", "low back pain", "What are pelvic blocks?", "What is SB+?", "sacrum"]


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("audience", list(Audience))
def test_every_sentence_is_the_quote_of_its_citation(query: str, audience: Audience, bench: Workbench) -> None:
    """To the code point, for every audience."""
    written = _drafted(bench, query, audience)
    by_marker = {citation.marker: citation for citation in written.citations}
    assert written.is_sound(bench.build.corpus)
    for sentence in written.statements:
        assert [by_marker[marker].quote for marker in sentence.citations] == [sentence.text]


@pytest.mark.parametrize("query", QUERIES)
def test_the_text_is_statements_lead_ins_and_conflict_lines_and_nothing_else(query: str, bench: Workbench) -> None:
    """Take those away and nothing is left."""
    written = _drafted(bench, query)
    left = _MARKERS.sub("", written.text)
    parts = [s.text for s in written.statements] + [side.text for c in written.conflicts for side in c.sides]
    parts += [c.comment for c in written.conflicts] + [c.about for c in written.conflicts] + [e.value for e in LeadIn]
    for part in sorted(parts, key=len, reverse=True):
        left = left.replace(part, "")
    assert set(left) <= set(" -\n")


def test_a_claim_of_benefit_is_followed_by_research(bench: Workbench) -> None:
    """The claim says whose it is, and what a review found stands behind it."""
    written = _drafted(bench, "does SOT ease long-term pain of the low back")
    voices = [sentence.voice for sentence in written.statements]
    assert voices == ["article", "research"]
    assert LeadIn.RESEARCH in written.text


def test_sources_that_differ_stand_side_by_side(bench: Workbench) -> None:
    """Both datings, each cited, with a line on what to make of it."""
    written = _drafted(bench, "When did SOT begin?")
    conflict = written.conflicts[0]
    assert [side.text for side in conflict.sides] == [
        "The founding article dates SOT to the middle of the twentieth century.",
        "SOTO Europe dates the start of SOT to 1925.",
    ]
    assert len({side.citations for side in conflict.sides}) == 2
    assert conflict.comment in written.text


def test_a_patient_gets_at_most_80_words_outside_conflicts(bench: Workbench) -> None:
    """People in pain read short answers."""
    for query in QUERIES:
        said = bench.composer.compose(bench.retriever.find(query, Audience.PATIENT), Audience.PATIENT).said
        assert sum(len(statement.text.split()) for statement in said) <= WORDS_MAX[Audience.PATIENT]


def test_table_rows_stand_on_lines_of_their_own(bench: Workbench) -> None:
    """A row run into a paragraph cannot be read."""
    written = _drafted(bench, "What is SB+?", Audience.STUDENT)
    assert "\n".join(line for line in written.text.splitlines() if line.startswith("- pattern: SB+"))


def test_a_sentence_that_may_not_be_shown_is_dropped_not_reworded(bench: Workbench) -> None:
    """The review has the last word."""
    selection = bench.composer.compose(
        bench.retriever.find("wedges beneath the pelvis", Audience.PATIENT), Audience.PATIENT
    )
    written = draft(selection, bench.build.corpus, lambda statement: "MRI" not in statement.text)
    assert written is not None
    assert "MRI" not in written.text
    assert draft(selection, bench.build.corpus, lambda _: False) is None


def test_suggestions_are_this_readers_questions_that_were_not_just_answered(bench: Workbench) -> None:
    """By the facts that were stated."""
    evidence = bench.retriever.find("What are pelvic blocks for the low back?", Audience.PATIENT)
    every = bench.composer.suggestions(evidence, Audience.PATIENT)
    assert set(every) == {"What are pelvic blocks?", "Does SOT help low back pain?"}
    assert bench.composer.suggestions(evidence, Audience.PATIENT, ["seed-013"]) == ("Does SOT help low back pain?",)
    # What students ask in their own terms is not suggested to a patient, nor the other way round.
    assert not set(every) & set(bench.composer.suggestions(evidence, Audience.STUDENT))


@pytest.fixture
def corpus(bench: Workbench) -> Corpus:
    """The corpus that citations are checked against."""
    return bench.build.corpus


def test_one_span_has_one_marker(corpus: Corpus) -> None:
    """Cited twice, it keeps its number."""
    citations = Citations(corpus)
    first, second = list(corpus.statements.values())[:2]
    assert [citations.cite(s).marker for s in (first, second, first)] == [1, 2, 1]
    assert [citation.marker for citation in citations.given] == [1, 2]


def test_a_quote_that_is_not_at_its_span_is_caught(corpus: Corpus) -> None:
    """One code point off is enough."""
    citation = Citations(corpus).cite(next(iter(corpus.statements.values())))
    assert quotes_its_passage(citation, corpus)
    for wrong in (
        replace(citation, start=citation.start + 1),
        replace(citation, end=citation.end - 1),
        replace(citation, quote=citation.quote.replace("a", "b")),
        replace(citation, sources=()),
        replace(citation, passage=replace(citation.passage, id="blocks#nowhere/1")),
    ):
        assert not quotes_its_passage(wrong, corpus)


def test_a_sentence_that_is_not_its_quote_is_caught(corpus: Corpus) -> None:
    """A stated sentence is the quoted span, or it is not stated."""
    statement = next(iter(corpus.statements.values()))
    citation = Citations(corpus).cite(statement)
    sentence = StatedSentence(statement.text, (1,), statement.facts, statement.voice, None)
    assert is_carried(sentence, [citation], corpus)
    assert not is_carried(replace(sentence, text=statement.text + " Really."), [citation], corpus)
    assert not is_carried(replace(sentence, citations=(2,)), [citation], corpus)
    assert not is_carried(replace(sentence, citations=()), [citation], corpus)
