"""Rules as frames, not words: a rule fires when every slot of its frame is met, and no context voids it.

The data is rules/*.yaml: `_words.yaml` names classes of words, `_contexts.yaml` the contexts (negation, history,
textbook wording), every other file holds rules with messages that must and must not fire them. Patterns run on RE2 in
time linear in the message, whatever a stranger types.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

import re2
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from yaml import YAMLError

from assistant.domain import DANGERS, Action
from assistant.errors import GuardError
from assistant.guard.normalising import Message
from ingest.errors import Fault
from ingest.yamlfile import LINE, load_with_lines, without_lines

EXAMPLES_MIN = 3
GAP_WORDS_MAX = 4
NEGATION_WORDS_MAX = 4  # the negator and up to three words between it and its hit
ENGINE_BYTES_MAX = 64 * 1024 * 1024
RULE_OF_DESIGN = "design-4"

Span = tuple[int, int]
Reach = Literal["sentence", "message", "whole"]
Pattern = Any  # google-re2 has no types
_Item = TypeVar("_Item")

_GAP = rf"\s+(?:\S+\s+){{0,{GAP_WORDS_MAX}}}"
_TOKEN = re.compile(r"\[[^\]]*\]| \.\. | \?|\s+|\$(?P<name>[a-z_]+)")
_WITHOUT_BOUNDARIES = re.compile("[\u0600-\u06ff\u0900-\u097f\u4e00-\u9fff]")
_NOT_WORDS = re.compile(r"[^\w' ]+")
_DANGER_CONTEXTS = ("negated", "history", "textbook", "general")


@dataclass(frozen=True, slots=True)
class Clause:
    """One kind of wording that voids a hit in its sentence, unless the sentence speaks of present danger.

    `anywhere` is looked for in the whole sentence, `message` in the whole message: an exam's patient is told of in one
    sentence and asked about in another. `before` is looked for in the few words before the hit, back to the last of
    `breaks` and leaving out what is `feigned` ("not only").
    """

    anywhere: Pattern | None
    message: Pattern | None
    before: Pattern | None
    feigned: Pattern | None
    breaks: Pattern | None
    overridden_by: Pattern | None

    def voids(self, sentence: str, hit_at: int, message: str) -> bool:
        """Whether a hit that starts at `hit_at` of a normalised sentence of a normalised message does not count."""
        if self.overridden_by and self.overridden_by.search(message if self.message else sentence):
            return False
        if self.message and self.message.search(message):
            return True
        if self.anywhere and self.anywhere.search(sentence):
            return True
        return bool(self.before and self.before.search(self._just_before(sentence[:hit_at])))

    def _just_before(self, text: str) -> str:
        honest = self.feigned.sub(" ", text) if self.feigned else text
        clause = self.breaks.split(honest)[-1] if self.breaks else honest
        return " ".join(clause.split()[-NEGATION_WORDS_MAX:])


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: every slot of the frame must be met within its reach, outside the clauses that void it."""

    id: str
    action: Action
    topic: str | None
    source: str
    why: str
    frame: Mapping[str, Pattern]
    within: Reach
    unless: tuple[Clause, ...]
    yes: tuple[str, ...]
    no: tuple[str, ...]

    def match(self, message: Message) -> "Match | None":
        """How a message meets the frame, or None. Spans count in `message.text`; contexts reach one sentence far."""
        if self.within == "whole":
            (slot,) = self.frame.values()
            said = " ".join(_NOT_WORDS.sub(" ", message.text).split())
            return Match(self, ((0, len(message.text)),)) if slot.fullmatch(said) else None
        if not all(slot.search(message.text) for slot in self.frame.values()):
            return None
        places = _places(message)
        reaches = [places] if self.within == "message" else [[place] for place in places]
        for reach in reaches:
            spans = [span for slot in self.frame.values() if (span := self._met(slot, reach, message.text))]
            if len(spans) == len(self.frame):
                return Match(self, tuple(spans))
        return None

    def _met(self, slot: Pattern, reach: Sequence[tuple[int, str]], message: str) -> Span | None:
        """Where a slot is first hit without being void."""
        for offset, sentence in reach:
            for hit in slot.finditer(sentence):
                if not any(clause.voids(sentence, hit.start(), message) for clause in self.unless):
                    return offset + hit.start(), offset + hit.end()
        return None


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that fired, and where in the message's normalised text each slot was met."""

    rule: Rule
    spans: tuple[Span, ...]


class Rulebook:
    """All rules, most urgent first."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(sorted(rules, key=lambda rule: rule.action.precedence))

    @classmethod
    def read(cls, folder: Path, *, sources: Collection[str] | None = None) -> Self:
        """Read a folder of rules.

        Args:
            folder: holds `_words.yaml`, `_contexts.yaml` and files of rules.
            sources: the fact ids that a rule may rest on; None to look only at their form.

        Returns:
            The rulebook.

        Raises:
            GuardError: with every fault of every file, by file, line and rule.
        """
        reader = _Reader(folder, sources)
        rules = list(reader.rules())
        if reader.faults:
            listed = "\n".join(f"  {fault}" for fault in sorted(reader.faults))
            raise GuardError(f"The guard's rules have faults:\n{listed}\n", fix="Mend each line as it says.")
        if not rules:
            raise GuardError(f"There are no guard rules in {folder.name}.", fix="Reinstall: the rules are missing.")
        return cls(rules)

    def matches(self, message: Message) -> tuple[Match, ...]:
        """The rules that a message fires, most urgent first."""
        return tuple(match for rule in self.rules if (match := rule.match(message)))


def _places(message: Message) -> list[tuple[int, str]]:
    """Each sentence with its offset in the message's text."""
    places, offset = [], 0
    for sentence in message.sentences:
        places.append((offset, sentence))
        offset += len(sentence) + 1
    return places


class _RuleRecord(BaseModel):
    """A rule as written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z_]+(\.[a-z0-9_]+)+$")
    action: Action
    topic: str | None = None
    source: str = Field(pattern=r"^(design-4|[a-z-]+-[0-9]{3})$")
    why: str
    frame: dict[str, tuple[str, ...]] = Field(min_length=1)
    within: Reach = "sentence"
    unless: tuple[str, ...] | None = None
    yes: tuple[str, ...] = Field(min_length=EXAMPLES_MIN)
    no: tuple[str, ...] = Field(min_length=EXAMPLES_MIN)


class _ClauseRecord(BaseModel):
    """A clause of a context as written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    anywhere: tuple[str, ...] | None = None
    message: tuple[str, ...] | None = None
    before: tuple[str, ...] | None = None
    feigned: tuple[str, ...] | None = None
    breaks: tuple[str, ...] | None = None
    overridden_by: tuple[str, ...] | None = None


_WORDS = TypeAdapter(dict[str, tuple[str, ...]])
_CONTEXTS = TypeAdapter(dict[str, tuple[_ClauseRecord, ...]])


class _Reader:
    """Reads rule files and collects faults."""

    def __init__(self, folder: Path, sources: Collection[str] | None) -> None:
        self.faults: list[Fault] = []
        self._folder = folder
        self._sources = sources
        self._words = self._mapping("_words.yaml", _WORDS)
        self._contexts = {
            name: tuple(self._clause(name, clause) for clause in clauses)
            for name, clauses in self._mapping("_contexts.yaml", _CONTEXTS).items()
        }

    def rules(self) -> Iterator[Rule]:
        """Every rule that can be read; what cannot is a fault."""
        seen: set[str] = set()
        for path in sorted(self._folder.glob("[!_]*.yaml")):
            for item in self._yaml(path) or []:
                line = item.get(LINE, 1) if isinstance(item, dict) else 1
                try:
                    record = _RuleRecord.model_validate(without_lines(item))
                except ValidationError as error:
                    name = item.get("id", "?") if isinstance(item, dict) else "?"
                    for detail in error.errors():
                        where = ".".join(str(part) for part in detail["loc"])
                        self._fault(path.name, line, f"{name}: {where}: {detail['msg']}.", "See DESIGN.md, 5.")
                    continue
                if record.id in seen:
                    self._fault(path.name, line, f"{record.id}: this id exists twice.", "Rename one.")
                seen.add(record.id)
                yield self._rule(record, path.name, line)

    def _rule(self, record: _RuleRecord, file: str, line: int) -> Rule:
        if self._sources is not None and record.source not in {RULE_OF_DESIGN, *self._sources}:
            self._fault(file, line, f"{record.id}: no fact is called {record.source}.", "Name a fact of the corpus.")
        if record.within == "whole" and len(record.frame) != 1:
            self._fault(file, line, f"{record.id}: `whole` takes one slot.", "Join the slots, or drop `whole`.")
        default = _DANGER_CONTEXTS if record.action in DANGERS else ()
        names = default if record.unless is None else record.unless
        for unknown in sorted(set(names) - self._contexts.keys()):
            self._fault(file, line, f"{record.id}: no context is called {unknown}.", "Use one of _contexts.yaml.")
        return Rule(
            id=record.id,
            action=record.action,
            topic=record.topic,
            source=record.source,
            why=record.why,
            frame={
                slot: self._compiled(
                    f"{record.id}: the slot {slot}", alternatives, file, line, record.within == "whole"
                )
                for slot, alternatives in record.frame.items()
            },
            within=record.within,
            unless=tuple(clause for name in names for clause in self._contexts.get(name, ())),
            yes=record.yes,
            no=record.no,
        )

    def _clause(self, name: str, record: _ClauseRecord) -> Clause:
        parts = {
            kind: self._compiled(f"{name}: {kind}", alternatives, "_contexts.yaml", 1)
            for kind, alternatives in record
            if alternatives is not None
        }
        return Clause(**{kind: parts.get(kind) for kind in _ClauseRecord.model_fields})

    def _compiled(
        self, what: str, alternatives: Sequence[str], file: str, line: int, repeated: bool = False
    ) -> Pattern | None:
        if not alternatives:
            self._fault(file, line, f"{what} has no alternatives.", "Name some, or drop it.")
            return None
        try:
            pattern = "|".join(bounded(_expand(alternative, self._words)) for alternative in alternatives)
            return re2.compile(rf"(?:{pattern})(?:\s+(?:{pattern}))*" if repeated else pattern, options=_engine())
        except KeyError as error:
            self._fault(file, line, f"{what} names an unknown class {error}.", "Add it to _words.yaml.")
        except re2.error as error:
            self._fault(file, line, f"{what} is no pattern ({error}).", "Mend it.")
        return None

    def _mapping(self, name: str, form: TypeAdapter[dict[str, _Item]]) -> dict[str, _Item]:
        """A file of names; what does not have its form is a fault."""
        path = self._folder / name
        try:
            return form.validate_python(without_lines(self._yaml(path)) or {}) if path.exists() else {}
        except ValidationError as error:
            for detail in error.errors():
                where = ".".join(str(part) for part in detail["loc"])
                self._fault(name, 1, f"{where}: {detail['msg']}.", "Quote what holds `: `, and see the file's head.")
            return {}

    def _yaml(self, path: Path) -> Any:
        try:
            return load_with_lines(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, YAMLError) as error:
            mark = getattr(error, "problem_mark", None)
            self._fault(path.name, mark.line + 1 if mark else 1, "This file is not YAML.", "Mend the line.")
            return None

    def _fault(self, file: str, line: int, problem: str, fix: str) -> None:
        self.faults.append(Fault(file, line, "rule", problem, fix))


def _engine() -> Any:
    """RE2's options: frames of many words need more than the 8 MiB that it would fall back to a slower way beyond."""
    options = re2.Options()
    options.max_mem = ENGINE_BYTES_MAX
    return options


def _expand(alternative: str, words: Mapping[str, Sequence[str]], within: tuple[str, ...] = ()) -> str:
    """A fragment as a pattern: a space is any white space, ` .. ` a gap of up to four words, `$name` a class.

    Raises:
        KeyError: no class has this name, or a class is part of itself.
    """

    def token(found: re.Match[str]) -> str:
        """The pattern for a gap, a space or a class."""
        name = found["name"]
        if name is None:
            return {" .. ": _GAP, " ?": r"\s*"}.get(found[0], r"\s+" if found[0].isspace() else found[0])
        if name in within:
            raise KeyError(name)
        return "(?:" + "|".join(_expand(word, words, (*within, name)) for word in words[name]) + ")"

    return _TOKEN.sub(token, alternative)


def bounded(pattern: str) -> str:
    """Put a pattern between word boundaries.

    Args:
        pattern: RE2, over normalised text.

    Returns:
        The pattern with a boundary where its edges are words; a class of signs alone has none. Chinese puts no space
        between words, and RE2 knows no boundaries in Arabic and Hindi: there a pattern may be met inside a longer
        word.
    """
    if re.fullmatch(r"\[[^\w\]]+\]", pattern) or _WITHOUT_BOUNDARIES.search(pattern):
        return pattern
    start = r"\b" if re.match(r"[\w(\[]", pattern) else ""
    end = "" if re.search(r"(?:\\\W|[:>])$", pattern) else r"\b"
    return f"{start}(?:{pattern}){end}"
