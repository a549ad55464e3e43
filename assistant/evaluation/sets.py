"""The evaluation sets, strictly: every fault of every file at once, with its line, and nothing guessed."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from assistant.domain import Action
from assistant.evaluation.errors import CheckoutMissing, SetsError
from ingest.documents import Audience
from ingest.errors import Fault

ALL = "all"


class SetName(StrEnum):
    """The four sets, by file name."""

    QUESTIONS = "questions"
    NOT_COVERED = "not_covered"
    GUARD = "guard"
    DIALOGUES = "dialogues"


class Split(StrEnum):
    """The half that a case belongs to: `dev` may choose weights and thresholds, `test` may only judge them."""

    DEV = "dev"
    TEST = "test"


_Text = Annotated[str, Field(min_length=1)]
# An answer states a group if one of its statements rests on any fact of it.
_Groups = tuple[Annotated[tuple[_Text, ...], Field(min_length=1)], ...]


class _Record(BaseModel):
    """A line, or a part of one: unknown keys are faults, not silence."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Case(_Record):
    """What every case has."""

    id: _Text
    split: Split
    audience: Audience
    tags: tuple[_Text, ...]

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups that the case counts in: all, its audience, its tags, its language."""
        tags = (tag if tag.startswith("lang:") else f"tag:{tag}" for tag in self.tags)
        return (ALL, f"audience:{self.audience}", *tags)


class QuestionCase(Case):
    """A question that facts answer."""

    question: _Text
    action: Literal[Action.ANSWER]
    facts: Annotated[_Groups, Field(min_length=1)]

    @property
    def gold(self) -> frozenset[str]:
        """Every fact of every group."""
        return frozenset(fact for group in self.facts for fact in group)


class NotCoveredCase(Case):
    """A question on the subject that no fact answers."""

    question: _Text
    action: Literal[Action.NOT_COVERED]
    facts: Annotated[_Groups, Field(max_length=0)]


class GuardCase(Case):
    """A message and the action that fits it; `answer` means that the guard lets it pass."""

    message: _Text
    action: Action

    @field_validator("action")
    @classmethod
    def _is_the_guards(cls, action: Action) -> Action:
        if action is Action.NOT_COVERED:
            raise ValueError("the guard cannot know what the corpus covers; a message it lets pass is `answer`")
        return action

    @property
    def groups(self) -> tuple[str, ...]:
        """As of every case; a message that carries no language's tag is English."""
        groups = super().groups
        return groups if any(group.startswith("lang:") for group in groups) else (*groups, "lang:en")

    @property
    def is_honest(self) -> bool:
        """Whether the guard should let it pass."""
        return self.action is Action.ANSWER


class TurnCase(_Record):
    """One turn of a dialogue: an `answer` with facts is right if it states a group of them."""

    message: _Text
    action: Action
    facts: _Groups


class DialogueCase(Case):
    """Turns of one conversation, in order."""

    turns: Annotated[tuple[TurnCase, ...], Field(min_length=2)]


@dataclass(frozen=True, slots=True)
class EvaluationSets:
    """The cases by set."""

    questions: tuple[QuestionCase, ...] = ()
    not_covered: tuple[NotCoveredCase, ...] = ()
    guard: tuple[GuardCase, ...] = ()
    dialogues: tuple[DialogueCase, ...] = ()

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """How many cases each half of each set has."""
        return {
            name.value: {half.value: sum(case.split is half for case in getattr(self, name)) for half in Split}
            for name in SetName
        }

    def half(self, split: Split) -> "EvaluationSets":
        """The cases of one half."""
        return EvaluationSets(
            tuple(case for case in self.questions if case.split is split),
            tuple(case for case in self.not_covered if case.split is split),
            tuple(case for case in self.guard if case.split is split),
            tuple(case for case in self.dialogues if case.split is split),
        )

    def only(self, names: Collection[SetName]) -> "EvaluationSets":
        """The cases of some sets; the others are left empty."""
        left_out: dict[str, Any] = {name.value: () for name in SetName if name not in names}
        return replace(self, **left_out)

    @property
    def messages(self) -> int:
        """How many messages asking them all takes."""
        turns = sum(len(case.turns) for case in self.dialogues)
        return len(self.questions) + len(self.not_covered) + len(self.guard) + turns


_AnyCase = TypeVar("_AnyCase", bound=Case)


def read_sets(folder: Path, facts: Collection[str]) -> EvaluationSets:
    """Read the sets.

    Args:
        folder: holds `questions.jsonl`, `not_covered.jsonl`, `guard.jsonl` and `dialogues.jsonl`, one case a line.
        facts: the ids of all facts that cases may name.

    Returns:
        The cases in the order of the files.

    Raises:
        CheckoutMissing: there is no such folder.
        SetsError: with every fault of every file.
    """
    if not folder.is_dir():
        raise CheckoutMissing(
            f"There are no evaluation sets in {folder}.",
            fix="Run it in the project's checkout, or name the folder of the sets with --sets.",
        )
    return _Reader(folder, frozenset(facts)).read()


class _Reader:
    """Reads file by file and collects faults as it goes. Faults never repeat a case's text."""

    def __init__(self, folder: Path, facts: frozenset[str]) -> None:
        self._folder = folder
        self._facts = facts
        self._seen: dict[str, str] = {}
        self._faults: list[Fault] = []

    def read(self) -> EvaluationSets:
        """Every set; what cannot be read is a fault."""
        sets = EvaluationSets(
            tuple(self._cases(SetName.QUESTIONS, QuestionCase)),
            tuple(self._cases(SetName.NOT_COVERED, NotCoveredCase)),
            tuple(self._cases(SetName.GUARD, GuardCase)),
            tuple(self._cases(SetName.DIALOGUES, DialogueCase)),
        )
        if self._faults:
            raise SetsError(self._faults)
        return sets

    def _cases(self, name: SetName, model: type[_AnyCase]) -> Iterator[_AnyCase]:
        file = f"{name}.jsonl"
        try:
            # Not splitlines(): JSON strings may hold other line separators.
            lines = (self._folder / file).read_text("utf-8").removesuffix("\n").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            self._fault(file, 1, "format", f"The file cannot be read: {type(error).__name__}.", "Restore it.")
            return
        if lines == [""]:
            self._fault(file, 1, "empty", "The set has no cases.", "Write one case a line.")
            return
        for number, line in enumerate(lines, start=1):
            try:
                case = model.model_validate_json(line)
            except ValidationError as error:
                self._validation_faults(file, number, error, model)
                continue
            self._check(file, number, case)
            yield case

    def _check(self, file: str, line: int, case: Case) -> None:
        """What a record alone cannot tell: ids are unique across the sets, facts exist."""
        if first := self._seen.get(case.id):
            self._fault(file, line, "duplicate-id", f"{case.id} exists already at {first}.", "Rename one.")
        self._seen.setdefault(case.id, f"{file}:{line}")
        for fact in _facts(case):
            if fact not in self._facts:
                self._fault(
                    file, line, "unknown-fact", f"{case.id}: no fact has the id {fact!r}.", "Use an id of corpus/facts."
                )

    def _validation_faults(self, file: str, line: int, error: ValidationError, model: type[Case]) -> None:
        for detail in error.errors(include_url=False, include_input=False):
            where = ".".join(str(part) for part in detail["loc"]) or "the line"
            fix = _FIXES.get(detail["type"], "See tests/evaluation/README.md for the format.")
            known = ", ".join(model.model_fields)
            self._fault(file, line, detail["type"], f"{where}: {detail['msg']}.", fix.format(known=known))

    def _fault(self, file: str, line: int, rule: str, problem: str, fix: str) -> None:
        self._faults.append(Fault(file, line, rule, problem, fix))


_FIXES: Mapping[str, str] = {
    "extra_forbidden": "Remove the key or mend its spelling; a case has: {known}.",
    "missing": "Add the key.",
    "enum": "Use one of those.",
    "literal_error": "Use that one, or move the case to another set.",
    "json_invalid": "Write one JSON object a line.",
}


def _facts(case: Case) -> Iterator[str]:
    """Every fact that a case names."""
    parts = case.turns if isinstance(case, DialogueCase) else (case,)
    for part in parts:
        for group in getattr(part, "facts", ()):
            yield from group
