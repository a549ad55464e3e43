"""A scripted assistant and small sets: ordinary classes and plain lines."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.case import Explanation
from assistant.coverage import Coverage
from assistant.domain import Action, Answer, Candidate, Evidence, Question, StatedSentence, Verdict
from assistant.finding import Found
from assistant.rewriting import Query
from ingest.corpus import read_corpus
from ingest.documents import Corpus, Voice

CORPUS = read_corpus(Path(__file__).parents[2] / "data" / "corpus")
A = Action


@dataclass(frozen=True)
class SmallBuild:
    """As much of a build as scorers need."""

    id: str = "build-1"
    corpus: Corpus = field(default=CORPUS)


@dataclass(frozen=True)
class Says:
    """What the scripted assistant does with one message. `facts`: those of each statement in turn."""

    action: Action = A.ANSWER
    facts: tuple[tuple[str, ...], ...] = ()
    sections: tuple[str, ...] = ()
    screened: Action | None = None
    also: frozenset[Action] = frozenset()
    text: str = "One two [1] three."


class ScriptedAssistant:
    """Says what it was told to say, and remembers what it was asked."""

    def __init__(self, script: Mapping[str, Says], otherwise: Says | None = None) -> None:
        self._script = script
        self._otherwise = otherwise or Says(A.NOT_COVERED)
        self.asked: list[Question] = []

    def explain(self, question: Question) -> Explanation:
        """As `Assistant.explain`."""
        self.asked.append(question)
        says = self._script.get(question.text, self._otherwise)
        answer = Answer(
            id="ans_1",
            conversation_id=question.conversation_id or f"con_{len(self.asked)}",
            language="en",
            verdict=Verdict(says.action, f"rule.{says.action}", "scripted", also=says.also),
            text=says.text,
            build="build-1",
            statements=tuple(StatedSentence("A sentence.", (1,), facts, Voice.ARTICLE, None) for facts in says.facts),
        )
        evidence = Evidence(question.text, tuple(Candidate(CORPUS.sections[id], 1.0, {}) for id in says.sections))
        found = (
            Found(None, Query(question.text), evidence, Coverage(True, "coverage.ok", 1.0)) if says.sections else None
        )
        return Explanation(answer, Verdict(says.screened or says.action, "screened", "scripted"), found)


def question(id: str = "q-1", **more: Any) -> dict[str, Any]:
    """A line of questions.jsonl."""
    line = {"id": id, "split": "dev", "audience": "patient", "question": f"question {id}", "action": "answer"}
    return line | {"facts": [["seed-013"]], "tags": ["lay"]} | more


def not_covered(id: str = "n-1", **more: Any) -> dict[str, Any]:
    """A line of not_covered.jsonl."""
    line = {"id": id, "split": "dev", "audience": "patient", "question": f"gap {id}", "action": "not_covered"}
    return line | {"facts": [], "tags": ["price"]} | more


def message(id: str = "g-1", **more: Any) -> dict[str, Any]:
    """A line of guard.jsonl."""
    line = {"id": id, "split": "dev", "audience": "patient", "message": f"message {id}", "action": "emergency"}
    return line | {"tags": ["plain"]} | more


def dialogue(id: str = "d-1", **more: Any) -> dict[str, Any]:
    """A line of dialogues.jsonl."""
    turns = [
        {"message": f"first {id}", "action": "answer", "facts": [["seed-001"]]},
        {"message": f"second {id}", "action": "emergency", "facts": []},
    ]
    return {"id": id, "split": "dev", "audience": "patient", "turns": turns, "tags": ["escalation"]} | more


def write_sets(folder: Path, **sets: list[dict[str, Any] | str]) -> Path:
    """A folder of sets: the lines given, and one good case in every set not named."""
    good: dict[str, list[Any]] = {
        "questions": [question()],
        "not_covered": [not_covered()],
        "guard": [message()],
        "dialogues": [dialogue()],
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in (good | sets).items():
        written = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        (folder / f"{name}.jsonl").write_text("".join(f"{line}\n" for line in written), "utf-8")
    return folder
