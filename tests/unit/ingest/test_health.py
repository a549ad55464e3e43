"""The corpus's health: what reading cannot see is found, with file, line and fix."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml

from ingest.corpus import read_corpus
from ingest.documents import Passage, Section, Term
from ingest.health import check, grade, reach
from ingest.health.left_out import LeftOut
from ingest.health.places import Places
from ingest.health.subject import Subject

CASES = Path(__file__).parents[2] / "cases"
HEALTH = yaml.safe_load((CASES / "corpus_health.yaml").read_text("utf-8"))
TODAY = date(2026, 11, 25)


def _edit(folder: Path, edit: dict) -> None:
    path = folder / edit["file"]
    if "append" in edit:
        before = path.read_text("utf-8") if path.exists() else ""
        path.write_text(before + edit["append"], "utf-8")
        return
    text = path.read_text("utf-8")
    assert edit["replace"] in text, "the case does not fit the small corpus"
    path.write_text(text.replace(edit["replace"], edit["with"], 1), "utf-8")


def test_the_small_corpus_is_healthy(small_corpus: Path) -> None:
    """The cases below start from no faults."""
    assert check(small_corpus, today=TODAY).faults == ()


@pytest.mark.parametrize("case", HEALTH, ids=[case["why"] for case in HEALTH])
def test_a_fault_is_named_with_file_line_rule_and_fix(case: dict, small_corpus: Path) -> None:
    """Each case is an edit or a few that a writer might make; it gives the faults it names and no other."""
    for edit in case["edits"]:
        _edit(small_corpus, edit)
    found = check(small_corpus, today=case.get("today", TODAY)).faults
    assert [(fault.file, fault.line, fault.rule) for fault in found] == [tuple(fault[:3]) for fault in case["faults"]]
    assert all(says in str(fault) for fault, (*_, says) in zip(found, case["faults"], strict=True))
    assert all(fault.fix for fault in found)


def test_rules_are_counted_most_first(small_corpus: Path) -> None:
    """A long list begins with what is wrong most."""
    (small_corpus / "asks/history.yaml").unlink()
    _edit(small_corpus, {"file": "documents/blocks.md", "replace": "In one MRI", "with": "This one MRI"})
    assert list(check(small_corpus, today=TODAY).by_rule.items()) == [("asks", 2), ("leans-back", 1)]


def test_a_fault_of_form_is_told_beside_those_of_reading(small_corpus: Path) -> None:
    """A table without a header makes the corpus unreadable, and is told as what it is."""
    _edit(
        small_corpus,
        {"file": "documents/blocks.md", "replace": "| pattern | place of both blocks |\n| --- | --- |\n", "with": ""},
    )
    found = check(small_corpus, today=TODAY)
    assert ("documents/blocks.md", 18, "table-header") in {(f.file, f.line, f.rule) for f in found.faults}
    assert found.counts == {"documents": 0}


def test_the_check_reports_reading_faults(small_corpus: Path) -> None:
    """One command tells a writer everything: also that an ask lost what answers it."""
    _edit(small_corpus, {"file": "documents/blocks.md", "replace": "[^seed-013]", "with": "[^seed-999][^seed-013]"})
    assert {fault.rule for fault in check(small_corpus, today=TODAY).faults} == {"unknown-fact", "ask-facts"}


def test_today_is_the_real_one_unless_told(small_corpus: Path) -> None:
    """A gate that runs every day finds what became due overnight."""
    _edit(small_corpus, {"file": "documents/blocks.md", "replace": "2027-11-01", "with": "2020-01-01"})
    assert "review" in check(small_corpus).by_rule


def test_a_glossary_term_counts_as_one_short_word(small_corpus: Path) -> None:
    """Terms that the glossary explains do not make a section hard to read."""
    corpus = read_corpus(small_corpus)
    section = corpus.sections["blocks#back"]
    explained = replace(corpus, glossary=(Term("manipulation", "moving a joint by hand"),))
    assert grade(section, explained) < grade(section, corpus)


@pytest.fixture
def examine(small_corpus: Path) -> Callable[[Callable[[Section], Section]], Subject]:
    """The small corpus with its last section changed in a way that no file can hold, before the rules."""

    def made(change: Callable[[Section], Section]) -> Subject:
        corpus = read_corpus(small_corpus)
        last = corpus.documents[-1]
        changed = replace(last, sections=(*last.sections[:-1], change(last.sections[-1])))
        corpus = replace(corpus, documents=(*corpus.documents[:-1], changed))
        return Subject(corpus, Places.read(small_corpus), LeftOut.read(small_corpus), TODAY)

    return made


def test_a_passage_without_statements_is_unreachable(examine: Callable[..., Subject]) -> None:
    """It could be found and nothing of it quoted."""
    subject = examine(lambda section: replace(section, passages=(Passage("history#sacrum/1", "A bone.", ()),)))
    assert [(f.line, f.rule) for f in reach.faults(subject)] == [(11, "unreachable")]


def test_a_section_for_nobody_is_unreachable(examine: Callable[..., Subject]) -> None:
    """No audience is shown it."""
    subject = examine(lambda section: replace(section, audiences=()))
    assert [(f.line, f.rule) for f in reach.faults(subject)] == [(11, "unreachable")]
