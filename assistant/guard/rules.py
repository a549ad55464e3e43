"""Rules as frames, not words: a rule fires when every slot of its frame is met, and no context voids it.

The data is rules/*.yaml: `_words.yaml` names classes of words, `_contexts.yaml` the contexts (negation, history,
textbook wording), every other file holds rules with messages that must and must not fire them. Patterns run on RE2 in
time linear in the message, whatever a stranger types.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

import re2
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from yaml import YAMLError

from assistant.domain import Action
from assistant.errors import GuardError
from assistant.guard.normalising import Message
from ingest.errors import Fault
from ingest.yamlfile import LINE, load_with_lines, without_lines

EXAMPLES_MIN = 3
GAP_WORDS_MAX = 4
_GAP = rf"(?:[^\s]+\s+){{0,{GAP_WORDS_MAX}}}"
_DANGERS = frozenset({Action.EMERGENCY, Action.CRISIS})


class _RuleRecord(BaseModel):
    """A rule as written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    action: Action
    source: str
    why: str
    frame: dict[str, tuple[str, ...]] = Field(min_length=1)
    topic: str | None = None
    within: Literal["sentence", "message", "whole"] = "sentence"
    unless: tuple[str, ...] | None = None
    yes: tuple[str, ...] = Field(min_length=EXAMPLES_MIN)
    no: tuple[str, ...] = Field(min_length=EXAMPLES_MIN)


@dataclass(frozen=True, slots=True)
class Context:
    """Wording that voids a rule in its sentence. `before` is read just before a hit, `anywhere` in its sentence."""

    name: str
    before: Any | None
    anywhere: Any | None
    overridden_by: Any | None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: every slot of the frame must be met within its reach, outside the contexts that void it."""

    id: str
    action: Action
    source: str
    why: str
    topic: str | None
    within: str
    slots: tuple[Any, ...]
    contexts: tuple[Context, ...]
    yes: tuple[str, ...]
    no: tuple[str, ...]

    def fires(self, message: Message) -> bool:
        """Whether a message meets the frame."""
        if self.within == "whole":
            return len(self.slots) == 1 and self.slots[0].fullmatch(message.text.strip(" .!?,")) is not None
        reaches = message.sentences if self.within == "sentence" else (message.text,)
        return any(all(self._met(slot, reach) for slot in self.slots) for reach in reaches)

    def _met(self, slot: Any, reach: str) -> bool:
        """Whether a slot has a hit that no context voids."""
        return any(not self._void(reach, hit) for hit in slot.finditer(reach))

    def _void(self, reach: str, hit: Any) -> bool:
        for context in self.contexts:
            if context.overridden_by and context.overridden_by.search(reach):
                continue
            if context.anywhere and context.anywhere.search(reach):
                return True
            if context.before and context.before.search(reach[: hit.start()]):
                return True
        return False


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that fired."""

    rule: Rule


class Rulebook:
    """All rules, most urgent first."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(sorted(rules, key=lambda rule: rule.action.precedence))

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read a folder of rules.

        Args:
            folder: holds `_words.yaml`, `_contexts.yaml` and files of rules.

        Raises:
            GuardError: with every fault of every file, by file and line.
        """
        reader = _Reader(folder)
        rules = list(reader.rules())
        if not rules and not reader.faults:
            raise GuardError(f"There are no guard rules in {folder.name}.", fix="Reinstall: the rules are missing.")
        if reader.faults:
            listed = "\n".join(f"  {fault}" for fault in sorted(reader.faults))
            raise GuardError(f"The guard's rules have faults:\n{listed}\n", fix="Mend each line as it says.")
        return cls(rules)

    def matches(self, message: Message) -> tuple[Match, ...]:
        """The rules that a message fires, most urgent first."""
        return tuple(Match(rule) for rule in self.rules if rule.fires(message))


class _Reader:
    """Reads rule files and collects faults."""

    def __init__(self, folder: Path) -> None:
        self.faults: list[Fault] = []
        self._folder = folder
        self._words = self._mapping("_words.yaml")
        self._contexts = {name: self._context(name, data) for name, data in self._mapping("_contexts.yaml").items()}

    def rules(self) -> Iterator[Rule]:
        """Every rule that can be read; what cannot is a fault."""
        seen: set[str] = set()
        for path in sorted(self._folder.glob("[!_]*.yaml")):
            for item in self._yaml(path) or []:
                line = item.get(LINE, 1) if isinstance(item, dict) else 1
                try:
                    record = _RuleRecord.model_validate(without_lines(item))
                except ValidationError as error:
                    for detail in error.errors():
                        where = ".".join(str(part) for part in detail["loc"])
                        self._fault(path.name, line, f"{where}: {detail['msg']}.", "See docs/guard.md.")
                    continue
                if record.id in seen:
                    self._fault(path.name, line, f"The rule {record.id} exists twice.", "Rename one.")
                seen.add(record.id)
                yield self._rule(record, path.name, line)

    def _rule(self, record: _RuleRecord, file: str, line: int) -> Rule:
        slots = tuple(self._compiled(record, name, file, line) for name in record.frame)
        default = ("negated", "history", "textbook", "general") if record.action in _DANGERS else ()
        names = default if record.unless is None else record.unless
        for unknown in set(names) - self._contexts.keys():
            self._fault(file, line, f"{record.id}: no context is called {unknown!r}.", "Use one of _contexts.yaml.")
        contexts = tuple(self._contexts[name] for name in names if name in self._contexts)
        return Rule(
            record.id,
            record.action,
            record.source,
            record.why,
            record.topic,
            record.within,
            slots,
            contexts,
            record.yes,
            record.no,
        )

    def _compiled(self, record: _RuleRecord, slot: str, file: str, line: int) -> Any:
        if not record.frame[slot]:
            self._fault(file, line, f"{record.id}: the slot {slot} is empty.", "Name alternatives, or drop it.")
        try:
            return _compile(record.frame[slot], self._words)
        except (KeyError, re2.error) as error:
            self._fault(file, line, f"{record.id}: the slot {slot} cannot be compiled ({error}).", "Mend its pattern.")
            return re2.compile(r"\z.")

    def _context(self, name: str, data: Mapping[str, list[str]]) -> Context:
        def pattern(key: str, behind: str = "") -> Any | None:
            return _compile(data[key], self._words, behind) if data.get(key) else None

        # Up to three words may stand between a negator and its hit, within one clause.
        near = r"(?:\s+[^\s,;:]+){0,3}\s*$"
        return Context(name, pattern("before", near), pattern("anywhere"), pattern("overridden_by"))

    def _mapping(self, name: str) -> dict[str, Any]:
        path = self._folder / name
        data = without_lines(self._yaml(path)) if path.exists() else {}
        return data if isinstance(data, dict) else {}

    def _yaml(self, path: Path) -> Any:
        try:
            return load_with_lines(path.read_text("utf-8"))
        except YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            self._fault(path.name, mark.line + 1 if mark else 1, "Not YAML.", "Mend the line.")
            return None

    def _fault(self, file: str, line: int, problem: str, fix: str) -> None:
        self.faults.append(Fault(file, line, "rule", problem, fix))


def _compile(alternatives: Sequence[str], words: Mapping[str, list[str]], behind: str = "") -> Any:
    """One pattern for a slot's alternatives, between word boundaries.

    A space is any white space, ` .. ` a gap of up to `GAP_WORDS_MAX` words, `$name` a class of `_words.yaml`.

    Raises:
        KeyError: no class has this name.
        re2.error: a pattern is not one.
    """
    expanded = "|".join(_expand(alternative, words) for alternative in alternatives)
    return re2.compile(rf"(?:^|\b)(?:{expanded})(?:\b|$){behind}")


def _expand(alternative: str, words: Mapping[str, list[str]], depth: int = 4) -> str:
    if depth == 0:
        raise KeyError("word classes refer to each other too deeply")
    parts = []
    for part in alternative.split(" "):
        if part == "..":
            parts.append(None)
            continue
        while "$" in part:
            start = part.index("$")
            end = start + 1
            while end < len(part) and (part[end].isalnum() or part[end] == "_"):
                end += 1
            inner = "|".join(_expand(word, words, depth - 1) for word in words[part[start + 1 : end]])
            part = f"{part[:start]}(?:{inner}){part[end:]}"
        parts.append(part)
    pattern = ""
    for part in parts:
        if part is None:
            pattern += _GAP
        else:
            pattern += part + r"\s+"
    return pattern.removesuffix(r"\s+")
