"""Reading the corpus: spans are exact, faults are all found and say how to mend them."""

from pathlib import Path

import pytest
import yaml

from ingest.corpus import read_corpus
from ingest.documents import Audience, Voice
from ingest.errors import CorpusError

CASES = Path(__file__).parents[2] / "cases"
FAULTS = yaml.safe_load((CASES / "corpus_faults.yaml").read_text("utf-8"))


def _edit(folder: Path, case: dict) -> None:
    path = folder / case["file"]
    text = path.read_text("utf-8")
    assert case["replace"] in text, "the case does not fit the small corpus"
    path.write_text(text.replace(case["replace"], case["with"], 1), "utf-8")


def test_every_statement_is_the_span_of_its_passage(small_corpus: Path) -> None:
    """Offsets count code points of the stored text."""
    corpus = read_corpus(small_corpus)
    for id, statement in corpus.statements.items():
        passage = corpus.place_of_statement[id].passage
        assert passage.text[statement.start : statement.end] == statement.text


def test_markup_and_marks_do_not_reach_the_text(small_corpus: Path) -> None:
    """What is quoted is plain text."""
    texts = [place.passage.text for place in read_corpus(small_corpus).places.values()]
    assert "The founding article describes blocks as wedges" in texts[0]
    assert not any("[^" in text or "**" in text or "|" in text for text in texts)


def test_a_table_row_keeps_its_header_and_lead_in(small_corpus: Path) -> None:
    """A row is a line of its own under the lead-in."""
    passage = read_corpus(small_corpus).places["blocks#placement/1"].passage
    assert passage.text.splitlines() == [
        "SOT class notes name two patterns:",
        "pattern: SB+; place of both blocks: under the iliac crests",
        "pattern: SB-; place of both blocks: under the greater trochanters",
    ]


def test_a_statement_carries_voice_strength_and_line(small_corpus: Path) -> None:
    """Who says it and how strong it is come from the facts; the line leads back to the file."""
    statements = read_corpus(small_corpus).statements
    found = statements["blocks#back/1.2"]
    assert (found.voice, found.strength, found.facts) == (Voice.RESEARCH, "systematic-review", ("evidence-001",))
    assert (statements["history#dating/1.2"].line, statements["blocks#placement/1.2"].line) == (8, 21)


def test_a_heading_narrows_the_audiences(small_corpus: Path) -> None:
    """Exact technique is for students and staff."""
    sections = read_corpus(small_corpus).sections
    assert sections["blocks#placement"].audiences == (Audience.STUDENT, Audience.STAFF)
    assert Audience.PATIENT in sections["blocks#what"].audiences


@pytest.mark.parametrize("case", FAULTS, ids=[case["why"] for case in FAULTS])
def test_a_fault_is_named_with_file_line_rule_and_fix(case: dict, small_corpus: Path) -> None:
    """Each case is one edit that a writer might make."""
    _edit(small_corpus, case)
    with pytest.raises(CorpusError) as caught:
        read_corpus(small_corpus)
    expected = case["fault"]
    fitting = [
        fault
        for fault in caught.value.faults
        if (fault.file, fault.rule) == (expected["file"], expected["rule"]) and expected["says"] in str(fault)
    ]
    assert fitting, [str(fault) for fault in caught.value.faults]
    assert "line" not in expected or fitting[0].line == expected["line"]
    assert all(fault.fix for fault in caught.value.faults)


def test_all_faults_are_found_at_once(small_corpus: Path) -> None:
    """A writer mends a file in one go."""
    for case in (FAULTS[5], FAULTS[9], FAULTS[17]):
        _edit(small_corpus, case)
    with pytest.raises(CorpusError) as caught:
        read_corpus(small_corpus)
    assert {fault.file for fault in caught.value.faults} >= {
        "documents/blocks.md",
        "documents/history.md",
        "conflicts.yaml",
    }


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    """An assistant over nothing would refuse everything without saying why."""
    with pytest.raises(CorpusError, match="no documents"):
        read_corpus(tmp_path)
