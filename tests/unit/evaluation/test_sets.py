"""Reading the sets: the project's own meet the requirement, and every fault is named where it stands."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from assistant.domain import Action
from assistant.evaluation.checkout import SETS
from assistant.evaluation.errors import CheckoutMissing, SetsError
from assistant.evaluation.sets import EvaluationSets, SetName, Split, read_sets
from ingest.corpus import read_corpus
from tests.unit.evaluation.fakes import CORPUS, dialogue, message, not_covered, question, write_sets


@pytest.fixture(scope="module")
def real() -> EvaluationSets:
    """The project's own sets."""
    return read_sets(SETS, read_corpus().facts)


def test_the_sets_are_as_large_as_required(real: EvaluationSets) -> None:
    """Small sets have wide intervals."""
    assert len(real.questions) >= 320
    assert len(real.half(Split.TEST).questions) >= 160
    assert len(real.not_covered) >= 130
    assert len(real.guard) >= 1_000
    assert len(real.dialogues) >= 90


def test_the_guards_actions_have_enough_messages(real: EvaluationSets) -> None:
    """Each on its own."""
    by_action = Counter(case.action for case in real.guard)
    assert by_action[Action.EMERGENCY] >= 200
    assert by_action[Action.CRISIS] >= 60
    assert by_action[Action.REFUSE_DIAGNOSIS] >= 150
    assert by_action[Action.REFUSE_TREATMENT] >= 150
    assert by_action[Action.REFUSE_INJECTION] >= 100
    assert by_action[Action.OFF_TOPIC] + by_action[Action.SMALLTALK] >= 100
    assert by_action[Action.ANSWER] >= 250


@pytest.mark.parametrize("name", SetName)
def test_the_halves_are_balanced(name: SetName, real: EvaluationSets) -> None:
    """In cases, and in each of the guard's actions."""
    assert abs(real.counts[name]["dev"] - real.counts[name]["test"]) <= 0.05 * len(getattr(real, name))
    halves = [Counter(case.action for case in real.half(split).guard) for split in Split]
    assert all(abs(halves[0][action] - halves[1][action]) <= 6 for action in Action)


_FAULTS: list[tuple[str, list[Any], int, str, str]] = [
    ("questions", [question(), question("q-2", hint="x")], 2, "hint", "Remove the key"),
    ("questions", [question(audience="doctor")], 1, "audience", "Use one of those"),
    ("questions", [question(split="train")], 1, "split", "Use one of those"),
    ("questions", [question(facts=[["seed-999"]])], 1, "seed-999", "corpus/facts"),
    ("questions", [question(facts=[])], 1, "facts", "README.md"),
    ("questions", [question(facts=[[]])], 1, "facts.0", "README.md"),
    ("questions", [question(action="not_covered")], 1, "action", "another set"),
    ("questions", [question(question="")], 1, "question", "README.md"),
    ("questions", [question(), question()], 2, "q-1 exists already at questions.jsonl:1", "Rename"),
    ("not_covered", [not_covered("q-1")], 1, "q-1 exists already at questions.jsonl:1", "Rename"),
    ("not_covered", [not_covered(facts=[["seed-013"]])], 1, "facts", "README.md"),
    ("guard", [message(action="panic")], 1, "action", "Use one of those"),
    ("guard", [message(action="not_covered")], 1, "what the corpus covers", "README.md"),
    ("guard", [message(), "{broken"], 2, "Invalid JSON", "one JSON object a line"),
    ("guard", [message(), "", message("g-2")], 2, "Invalid JSON", "one JSON object a line"),
    ("guard", [{"id": "g-1"}], 1, "message", "Add the key"),
    ("guard", [message(action="panic", message="a\u2028b")], 1, "action", "Use one of those"),
    ("guard", [], 1, "no cases", "one case a line"),
    ("dialogues", [dialogue(turns=[])], 1, "turns", "README.md"),
    (
        "dialogues",
        [dialogue(turns=[{"message": "a", "action": "answer", "facts": [["seed-x"]]}] * 2)],
        1,
        "seed-x",
        "corpus/facts",
    ),
]


@pytest.mark.parametrize(("name", "lines", "line", "says", "fix"), _FAULTS)
def test_a_fault_is_named_with_its_line_and_its_fix(
    name: str, lines: list[Any], line: int, says: str, fix: str, tmp_path: Path
) -> None:
    """Nothing is guessed and nothing skipped."""
    with pytest.raises(SetsError) as raised:
        read_sets(write_sets(tmp_path, **{name: lines}), CORPUS.facts)
    assert any(
        (fault.file, fault.line) == (f"{name}.jsonl", line) and says in fault.problem and fix in fault.fix
        for fault in raised.value.faults
    ), raised.value


def test_all_faults_of_all_files_are_found_at_once(tmp_path: Path) -> None:
    """Mending is one round."""
    folder = write_sets(tmp_path, questions=["{", question(audience="x")], guard=[message(action="x")])
    (folder / "dialogues.jsonl").unlink()
    with pytest.raises(SetsError) as raised:
        read_sets(folder, CORPUS.facts)
    assert len(raised.value.faults) == 4


def test_a_fault_does_not_repeat_the_cases_text(tmp_path: Path) -> None:
    """Cases of the test half stay unseen, faults or not."""
    folder = write_sets(tmp_path, questions=[question(question="a zebra question", more=1), '{"question": "zebra'])
    with pytest.raises(SetsError) as raised:
        read_sets(folder, CORPUS.facts)
    assert "zebra" not in str(raised.value)


def test_without_the_sets_the_option_is_named(tmp_path: Path) -> None:
    """An installation outside the checkout has none."""
    with pytest.raises(CheckoutMissing, match="--sets"):
        read_sets(tmp_path / "nowhere", CORPUS.facts)


def test_a_case_counts_for_all_its_audience_its_tags_and_its_language(tmp_path: Path) -> None:
    """A guard message without a language's tag is English."""
    folder = write_sets(tmp_path, guard=[message(tags=["typo", "lang:es"]), message("g-2", audience="staff", tags=[])])
    first, second = read_sets(folder, CORPUS.facts).guard
    assert first.groups == ("all", "audience:patient", "tag:typo", "lang:es")
    assert second.groups == ("all", "audience:staff", "lang:en")
