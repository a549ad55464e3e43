"""Review: nothing shown diagnoses, directs, doses, promises or poses as a clinician."""

from pathlib import Path

import pytest

import assistant.guard
from assistant.errors import GuardError
from assistant.guard.review import UNCITED, Reviewer
from ingest.corpus import read_corpus
from ingest.documents import Voice

REVIEWER = Reviewer.read(Path(assistant.guard.__file__).parent / "review.yaml")
YES = [(rule.id, sentence) for rule in REVIEWER.rules for sentence in rule.yes]
NO = [sentence for rule in REVIEWER.rules for sentence in rule.no]


@pytest.mark.parametrize(("rule", "sentence"), YES)
def test_what_may_not_be_said_is_objected_to(rule: str, sentence: str) -> None:
    """Each rule's own examples."""
    found = REVIEWER.objections(sentence, voice=Voice.TEACHING, cited=True)
    assert rule in [objection.rule for objection in found]


@pytest.mark.parametrize("sentence", NO)
def test_what_only_reports_a_claim_passes(sentence: str) -> None:
    """Attributed, and aimed at nobody."""
    assert REVIEWER.objections(sentence, voice=Voice.TEACHING, cited=True) == ()


def test_an_uncited_sentence_is_objected_to() -> None:
    """Whatever it says."""
    found = REVIEWER.objections("The sacrum is a bone.", voice=Voice.TEACHING, cited=False)
    assert [objection.rule for objection in found] == [UNCITED]


def test_a_clinic_may_tell_its_visitors_what_to_do_about_a_visit() -> None:
    """Its own words, on its own ground."""
    sentence = "You should come ten minutes early."
    assert REVIEWER.objections(sentence, voice=Voice.CLINIC, cited=True) == ()
    assert REVIEWER.objections(sentence, voice=Voice.TEACHING, cited=True)


def test_every_sentence_of_the_corpus_may_be_shown() -> None:
    """A sentence that the review drops could never be quoted."""
    offenders = {
        statement.id: (statement.text, found)
        for statement in read_corpus().statements.values()
        if (found := REVIEWER.objections(statement.text, voice=statement.voice, cited=bool(statement.facts)))
    }
    assert not offenders


def test_broken_rules_are_an_error_with_a_fix(tmp_path: Path) -> None:
    """Nothing is shown unreviewed because a file was damaged."""
    broken = tmp_path / "review.yaml"
    broken.write_text("rules: [{id: x, why: y, patterns: ['('], yes: [], no: []}]\nattribution: [says]\n", "utf-8")
    with pytest.raises(GuardError, match="Mend the file"):
        Reviewer.read(broken)
