"""Retrieval and coverage over the small corpus, with an encoder that hears only words."""

from pathlib import Path

import pytest

from assistant.coverage import CoverageJudge
from assistant.domain import Action, Conversation, Evidence, Turn, Verdict
from assistant.retrieval import CANDIDATES_MAX
from assistant.workbench import Workbench, Workbenches
from ingest.build import make_build, open_build
from ingest.corpus import read_corpus
from ingest.documents import Audience
from ingest.errors import BuildMissing
from tests.fakes import WordEncoder


@pytest.fixture
def bench(small_corpus: Path, words: WordEncoder, tmp_path: Path) -> Workbench:
    """A workbench on the small corpus."""
    make_build(read_corpus(small_corpus), words, tmp_path / "home")
    return Workbench.on(open_build(tmp_path / "home", words.identity), words)


@pytest.mark.parametrize(
    ("query", "section"),
    [
        ("When did SOT begin?", "history#dating"),
        ("sacrum bones", "history#sacrum"),
        ("wedges beneath the pelvis", "blocks#what"),
        ("low back pain", "blocks#back"),
        ("iliac crests", "blocks#placement"),
    ],
)
def test_the_right_section_comes_first(query: str, section: str, bench: Workbench) -> None:
    """By meaning or by words."""
    assert bench.retriever.find(query, Audience.STUDENT).candidates[0].section.id == section


def test_a_section_for_this_reader_goes_first(bench: Workbench) -> None:
    """A section for others scores a little lower, and is still found."""
    by_audience = {
        audience: next(
            candidate.score
            for candidate in bench.retriever.find("block patterns", audience).candidates
            if candidate.section.id == "blocks#placement"
        )
        for audience in (Audience.PATIENT, Audience.STUDENT)
    }
    assert 0 < by_audience[Audience.PATIENT] < by_audience[Audience.STUDENT]


def test_features_and_scores_stay_within_bounds(bench: Workbench) -> None:
    """Coverage is decided from them: they must mean the same for every question."""
    evidence = bench.retriever.find("what are the blocks of the pelvis and the sacrum", Audience.PATIENT)
    assert len(evidence.candidates) <= CANDIDATES_MAX
    for candidate in evidence.candidates:
        assert 0 <= candidate.score <= 1
        assert all(0 <= value <= 1 for value in candidate.features.values())


def test_a_question_about_nothing_here_is_off_topic_if_the_guard_doubts_it_too(bench: Workbench) -> None:
    """No word of it is known: it may as well be in a language that the encoder does not read."""
    judge = CoverageJudge()
    evidence = bench.retriever.find("pancake recipe flour", Audience.PATIENT)
    assert judge.decide(evidence, bench.build, doubted=True).rule == "coverage.off_topic"
    assert judge.decide(evidence, bench.build).rule == "coverage.low"


def test_a_question_the_corpus_asks_itself_is_covered(bench: Workbench) -> None:
    """An ask is answered by its section."""
    evidence = bench.retriever.find("What are pelvic blocks?", Audience.PATIENT)
    decision = CoverageJudge().decide(evidence, bench.build)
    assert (decision.covered, decision.rule) == (True, "coverage.ok")


@pytest.mark.parametrize(
    "query", ["what do pelvic blocks cost", "how much do you charge", "can I book an appointment for blocks"]
)
def test_a_practical_question_is_for_the_clinics_own_documents(
    query: str, small_corpus: Path, words: WordEncoder, tmp_path: Path
) -> None:
    """However near the words, the corpus knows no fees."""
    bench = _with_gap(small_corpus, words, tmp_path, "What does a pelvic block cost?")
    evidence = bench.retriever.find(query, Audience.PATIENT)
    assert CoverageJudge().decide(evidence, bench.build).rule == "coverage.practical"


def _with_gap(corpus: Path, words: WordEncoder, home: Path, gap: str) -> Workbench:
    """A workbench on the small corpus with one question that it is known not to answer."""
    (corpus / "gaps").mkdir()
    (corpus / "gaps" / "blocks.yaml").write_text(f"what:\n  - {{ask: {gap!r}, audience: patient}}\n", "utf-8")
    make_build(read_corpus(corpus), words, home)
    return Workbench.on(open_build(home, words.identity), words)


def test_a_question_nearer_to_a_gap_than_to_an_ask_is_not_covered(
    small_corpus: Path, words: WordEncoder, tmp_path: Path
) -> None:
    """One line in corpus/gaps mends an answer that should not have been given; others are answered as before."""
    bench = _with_gap(small_corpus, words, tmp_path, "Who sells pelvic blocks of walnut?")
    judge = CoverageJudge()
    near = bench.retriever.find("who sells pelvic blocks of walnut", Audience.PATIENT)
    assert near.gap > near.ask
    assert judge.decide(near, bench.build).rule == "coverage.low"
    assert judge.decide(bench.retriever.find("What are pelvic blocks?", Audience.PATIENT), bench.build).covered


def test_no_evidence_is_not_covered(bench: Workbench) -> None:
    """Nothing found is nothing said."""
    assert not CoverageJudge().decide(Evidence("?"), bench.build).covered


def _after(query: str, section: str) -> Conversation:
    turn = Turn(query, query, Verdict(Action.ANSWER, "coverage.ok", ""), (section,))
    return Conversation("con_x", (turn,))


@pytest.mark.parametrize(
    ("message", "query"),
    [
        ("whats a cat 2", "whats a category II"),
        ("explain category three", "explain category III"),
        ("what is the sacurm", "what is the sacrum"),
        ("do blocks go under the hips", "do blocks go under the hips (pelvis)"),
        ("booking a visit", "booking a visit"),
        ("When did SOT begin?", "When did SOT begin?"),
    ],
)
def test_a_message_becomes_the_corpuss_words(message: str, query: str, bench: Workbench) -> None:
    """Numerals, misspelt subject words and lay words; ordinary English stays as it is."""
    assert bench.rewriter.rewrite(message, Conversation("con_x")).text == query


@pytest.mark.parametrize(
    ("message", "about"),
    [
        ("and where do they go?", "and where do they go? (blocks)"),
        ("when was he born?", "when was DeJarnette born?"),
        ("why?", "why? (blocks)"),
    ],
)
def test_a_follow_up_is_completed_from_the_topic(message: str, about: str, bench: Workbench) -> None:
    """What it was taken to mean is shown."""
    assert bench.rewriter.rewrite(message, _after("what are blocks", "blocks#what")).about == about


def test_the_second_one_is_the_second_category(bench: Workbench) -> None:
    """An ordinal after a question on categories counts categories."""
    query = bench.rewriter.rewrite("and the second one?", _after("what is category I", "blocks#what"))
    assert query.about == "and the category II?"


def test_a_new_question_is_not_a_follow_up(bench: Workbench) -> None:
    """A topic switch stands on its own."""
    asked = "Which five bones grow together in the sacrum?"
    query = bench.rewriter.rewrite(asked, _after("what are blocks", "blocks#what"))
    assert (query.text, query.about, query.context) == (asked, None, None)


@pytest.mark.parametrize("message", ["and the sacrum?", "any scans?"])
def test_a_terse_question_may_go_on_about_the_topic(message: str, bench: Workbench) -> None:
    """It is searched as it stands; the topic pulls a little, and is shown."""
    query = bench.rewriter.rewrite(message, _after("what are blocks", "blocks#what"))
    assert (query.text, query.context) == (message, "blocks")
    assert query.about == f"{message} (blocks)"
    assert query.sections == ("blocks#what",)


def test_the_topic_of_a_follow_up_stays_the_topic(bench: Workbench) -> None:
    """What stood in brackets goes on, turn by turn."""
    query = bench.rewriter.rewrite("is it proven?", _after("where do they go? (blocks)", "blocks#what"))
    assert query.about == "is it proven? (blocks)"


def test_a_section_that_answered_last_goes_first_among_equals(bench: Workbench) -> None:
    """A little: another that fits clearly better still wins."""
    asked = "what do sources say"
    plain = {c.section.id: c.score for c in bench.retriever.find(asked, Audience.STUDENT).candidates}
    found = bench.retriever.find(asked, Audience.STUDENT, topic=("history#sacrum",)).candidates
    scores = {candidate.section.id: candidate.score for candidate in found}
    assert scores["history#sacrum"] > plain.get("history#sacrum", 0.0)
    clear = bench.retriever.find("When did SOT begin?", Audience.STUDENT, topic=("history#sacrum",)).candidates
    assert clear[0].section.id == "history#dating"


def test_a_new_build_is_picked_up_without_a_restart(small_corpus: Path, words: WordEncoder, tmp_path: Path) -> None:
    """The next question is answered from it."""
    benches = Workbenches(tmp_path / "home", words)
    with pytest.raises(BuildMissing):
        benches.current()
    corpus = read_corpus(small_corpus)
    first = make_build(corpus, words, tmp_path / "home")
    assert benches.current().build.id == first.id
    second = make_build(corpus, words, tmp_path / "home", fresh=True)
    assert benches.current().build.id == second.id
    assert benches.current() is benches.current()
