"""The corpus report: figures that add up, a page that is safe, nothing of the questions but their facts."""

import json
from datetime import date
from pathlib import Path

import pytest

from ingest.documents import Audience, Voice
from ingest.errors import CorpusError
from ingest.report import CorpusReport, CorpusReportError, make_report, write_report
from ingest.report.page import render

TODAY = date(2026, 11, 25)
SECRET = "how old is the method really"


@pytest.fixture
def sets(tmp_path: Path) -> Path:
    """A folder with two questions: one that the small corpus states, one that it does not."""
    folder = tmp_path / "sets"
    folder.mkdir()
    cases = [
        {"id": "q-1", "split": "dev", "question": SECRET, "facts": [["seed-001"], ["history-025", "seed-013"]]},
        {"id": "q-2", "split": "test", "question": SECRET, "facts": [["elsewhere-001"]]},
    ]
    (folder / "questions.jsonl").write_text("".join(json.dumps(case) + "\n" for case in cases), "utf-8")
    return folder


@pytest.fixture
def report(small_corpus: Path, sets: Path) -> CorpusReport:
    """The report on the small corpus, one fact of which is left out and one missing."""
    path = small_corpus / "documents/history.md"
    text = (
        path.read_text("utf-8")
        .replace("\n## The sacrum {#sacrum}\n", "")
        .replace("The sacrum is made of five bones that grow together.[^anatomy-001]\n", "")
    )
    path.write_text(text, "utf-8")
    asks = small_corpus / "asks/history.yaml"
    asks.write_text(asks.read_text("utf-8").split("sacrum:")[0], "utf-8")
    path = small_corpus / "documents/blocks.md"
    path.write_text(path.read_text("utf-8").replace("[^seed-024]", "[^seed-013]"), "utf-8")
    asks = small_corpus / "asks/blocks.yaml"
    asks.write_text(asks.read_text("utf-8").replace("seed-024, ", ""), "utf-8")
    (small_corpus / "left-out.yaml").write_text("- {facts: [anatomy-001], why: Nobody asks <b>why</b>.}\n", "utf-8")
    return make_report(small_corpus, sets=sets, today=TODAY)


def test_facts_are_stated_left_out_or_missing(report: CorpusReport) -> None:
    """Each fact counts once, in each grouping."""
    everything = report.coverage.all
    assert (everything.stated, everything.left_out, everything.missing) == (6, 1, 1)
    assert report.coverage.missing == ("seed-024",)
    for groups in (report.coverage.by_kind, report.coverage.by_voice, report.coverage.by_topic):
        assert sum(group.total for group in groups) == everything.total == 8
    assert {group.name for group in report.coverage.topics_with_gaps} == {"sacrum", "benefits"}
    assert [(reason.why, reason.facts) for reason in report.coverage.reasons] == [
        ("Nobody asks <b>why</b>.", ("anatomy-001",))
    ]


def test_documents_count_voices_strengths_asks_and_conflicts(report: CorpusReport) -> None:
    """What a document holds."""
    blocks, history = report.documents
    assert blocks.voices == {Voice.ARTICLE: 2, Voice.TEACHING: 2, Voice.RESEARCH: 2}
    assert blocks.strengths == {"case-series": 1, "systematic-review": 1}
    assert sum(blocks.asks.values()) == 24
    assert (blocks.conflicts, history.conflicts) == ((), ("dating",))
    assert (history.review.status, history.review.overdue) == ("pending", False)
    assert report.conflicts[0].documents == ("History",)


def test_only_sections_that_patients_read_have_a_grade(report: CorpusReport) -> None:
    """And each of them falls into one bar."""
    assert [section.id for section in report.sections if section.grade is None] == ["blocks#placement"]
    assert sum(bar.number for bar in report.grades) == len(report.graded) == 3
    assert report.graded[0].grade == max(section.grade or 0 for section in report.graded)


def test_a_section_without_an_ask_of_its_readers_is_told(small_corpus: Path, sets: Path) -> None:
    """By whom nobody asks."""
    path = small_corpus / "asks/blocks.yaml"
    path.write_text(path.read_text("utf-8").replace("staff", "student"), "utf-8")
    found = {section.id: section.unasked for section in make_report(small_corpus, sets=sets).unasked}
    assert found["blocks#placement"] == (Audience.STAFF,)


def test_what_no_question_reaches_is_told_by_its_id(report: CorpusReport) -> None:
    """Statements rest on other facts; one asked fact is stated nowhere."""
    unreached = report.unreached
    assert unreached is not None
    assert unreached.questions == 2
    assert unreached.sections == ("blocks#placement",)
    assert unreached.by_document == {"blocks": 4}
    assert unreached.unstated == ("elsewhere-001",)


def test_faults_are_those_of_the_check(report: CorpusReport) -> None:
    """The page is made of a corpus with faults too."""
    assert {bar.label: bar.number for bar in report.rules} == {"left-out": 1}


def test_a_broken_case_is_named_without_its_question(small_corpus: Path, sets: Path) -> None:
    """Neither the error nor what is chained to it holds the text."""
    (sets / "questions.jsonl").write_text(json.dumps({"question": SECRET}) + "\n", "utf-8")
    with pytest.raises(CorpusReportError, match=r"questions\.jsonl:1") as caught:
        make_report(small_corpus, sets=sets)
    assert caught.value.__cause__ is None
    assert SECRET not in str(caught.value)


def test_without_sets_the_page_says_so(small_corpus: Path, tmp_path: Path) -> None:
    """An installation has no evaluation sets."""
    report = make_report(small_corpus, sets=tmp_path / "none", today=TODAY)
    assert report.unreached is None
    assert "No evaluation set was found" in render(report)


def test_a_corpus_that_cannot_be_read_has_no_report(tmp_path: Path) -> None:
    """The check tells what is wrong."""
    with pytest.raises(CorpusError):
        make_report(tmp_path, sets=tmp_path)


def test_the_page_escapes_every_text_and_loads_nothing(report: CorpusReport) -> None:
    """It is one file that can be opened from anywhere."""
    page = render(report)
    assert "Nobody asks &lt;b&gt;why&lt;/b&gt;." in page
    assert "<script" not in page
    assert "http://" not in page
    assert "https://" not in page


def test_page_and_data_are_written_without_the_questions(report: CorpusReport, tmp_path: Path) -> None:
    """The data are the report, whole."""
    page = write_report(report, tmp_path / "new" / "folder")
    data = (page.parent / "report.json").read_text("utf-8")
    assert CorpusReport.model_validate_json(data) == report
    assert SECRET not in data + page.read_text("utf-8")


def test_a_folder_that_cannot_be_written_is_named(report: CorpusReport, tmp_path: Path) -> None:
    """With what to do instead."""
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(CorpusReportError, match="--to"):
        write_report(report, tmp_path / "file")


def test_an_overdue_review_and_an_approval_are_told(small_corpus: Path, sets: Path) -> None:
    """On the day of the report."""
    path = small_corpus / "documents/blocks.md"
    signed = "status: approved, by: Dr <Doe>, on: 2026-11-01"
    path.write_text(path.read_text("utf-8").replace("status: pending, by: null, on: null", signed), "utf-8")
    report = make_report(small_corpus, sets=sets, today=date(2027, 12, 1))
    assert report.approved == 1
    assert all(document.review.overdue for document in report.documents)
    page = render(report)
    assert "overdue since 2027-11-01" in page
    assert "approved by Dr &lt;Doe&gt; on 2026-11-01" in page
