"""The corpus folder to a Corpus, with every fault found at once and nothing guessed."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from ingest.documents import (
    Ask,
    Audience,
    Conflict,
    Corpus,
    Document,
    Fact,
    Gap,
    Review,
    Section,
    Source,
    Term,
    Voice,
)
from ingest.errors import CorpusError, Fault
from ingest.formats.markdown import read_outline
from ingest.formats.outline import Outline, Part
from ingest.splitting import split
from ingest.yamlfile import LINE, load_with_lines, without_lines

CORPUS = Path(__file__).parent.parent / "corpus"


class _Record(BaseModel):
    """A YAML record: unknown keys are faults, not silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class _SourceRecord(_Record):
    title: str
    publisher: str | None = None
    year: int | None = None
    url: str | None = None


class _FactRecord(_Record):
    id: str
    claim: str
    topic: str
    kind: str
    voice: Voice
    source: _SourceRecord
    audience: tuple[Audience, ...]
    strength: str | None = None
    conflicts: tuple[str, ...] = ()
    note: str | None = None
    # Only some kinds carry these; the guard reads them.
    signs: tuple[str, ...] = ()
    action: str | None = None
    country: str | None = None
    region: str | None = None
    service: str | None = None
    number: str | None = None


class _ReviewRecord(_Record):
    status: Literal["pending", "approved"]
    by: str | None = None
    on: date | None = None
    next: date | None = None


class _FrontMatter(_Record):
    id: str
    title: str
    audiences: tuple[Audience, ...]
    review: _ReviewRecord


class _GapRecord(_Record):
    ask: str
    audience: Audience


class _AskRecord(_GapRecord):
    facts: tuple[str, ...] = ()


class _SideRecord(_Record):
    facts: tuple[str, ...]


class _ConflictRecord(_Record):
    id: str
    about: str
    sides: tuple[_SideRecord, ...]
    comment: str


class _TermRecord(_Record):
    term: str
    means: str
    aliases: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()


_AnyRecord = TypeVar("_AnyRecord", bound=_Record)


def read_corpus(folder: Path = CORPUS) -> Corpus:
    """Read a corpus folder.

    Args:
        folder: holds `facts/`, `documents/`, `asks/`, `gaps/`, `conflicts.yaml` and `glossary.yaml` (docs/corpus.md).

    Returns:
        The corpus, documents ordered by id.

    Raises:
        CorpusError: with every fault of every file.
    """
    return _Reader(folder).read()


class _Reader:
    """Reads file by file and collects faults as it goes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._faults: list[Fault] = []

    def read(self) -> Corpus:
        """The corpus of the folder, or all of its faults at once."""
        facts = self._facts()
        documents = tuple(self._documents(facts))
        sections = {section.id: section for document in documents for section in document.sections}
        corpus = Corpus(
            facts=facts,
            documents=documents,
            asks=tuple(self._asks(sections)),
            gaps=tuple(self._gaps(sections)),
            conflicts=tuple(self._conflicts(facts)),
            glossary=tuple(self._glossary(facts)),
        )
        if not documents and not self._faults:
            self._fault("documents", 1, "empty", "The corpus has no documents.", "Add Markdown files to documents/.")
        if self._faults:
            raise CorpusError(self._faults)
        return corpus

    def _facts(self) -> dict[str, Fact]:
        facts: dict[str, Fact] = {}
        for path in sorted(self._folder.glob("facts/*.yaml")):
            for record, line in self._records(path, _FactRecord):
                if record.id in facts:
                    self._fault(path, line, "duplicate-id", f"Fact {record.id} exists twice.", "Rename one.")
                facts[record.id] = Fact(
                    id=record.id,
                    claim=record.claim,
                    topic=record.topic,
                    kind=record.kind,
                    voice=record.voice,
                    source=Source(**record.source.model_dump()),
                    strength=record.strength,
                    conflicts=record.conflicts,
                    note=record.note,
                )
        return facts

    def _documents(self, facts: Mapping[str, Fact]) -> Iterator[Document]:
        seen: set[str] = set()
        for path in sorted(self._folder.glob("documents/*.md")):
            outline = read_outline(path.read_text("utf-8"), self._name(path))
            self._faults.extend(outline.faults)
            meta = self._front_matter(path, outline)
            if meta is None:
                continue
            if meta.id in seen or meta.id != path.stem:
                self._fault(path, 2, "duplicate-id", f"The id {meta.id!r} is not the file's name.", f"Use {path.stem}.")
            seen.add(meta.id)
            yield Document(
                id=meta.id,
                title=meta.title,
                review=Review(**meta.review.model_dump()),
                sections=tuple(self._sections(path, meta, outline, facts)),
                file=self._name(path),
            )

    def _front_matter(self, path: Path, outline: Outline) -> _FrontMatter | None:
        if not outline.meta:
            return None
        try:
            return _FrontMatter.model_validate(outline.meta)
        except ValidationError as error:
            self._validation_faults(path, 2, error, "front-matter")
            return None

    def _sections(
        self, path: Path, meta: _FrontMatter, outline: Outline, facts: Mapping[str, Fact]
    ) -> Iterator[Section]:
        headings: list[Part] = []
        slugs: set[str] = set()
        for part in outline.parts:
            headings = [above for above in headings if above.level < part.level] + [part]
            if part.slug in slugs:
                self._fault(path, part.line, "duplicate-id", f"The slug {part.slug} exists twice.", "Rename one.")
            slugs.add(part.slug)
            if not part.blocks:
                continue
            id = f"{meta.id}#{part.slug}"
            self._check_marks(path, part, facts)
            known = [block for block in part.blocks if all(m in facts for s in block.sentences for m in s.marks)]
            yield Section(
                id=id,
                heading=tuple(above.title for above in headings),
                audiences=self._audiences(path, part, meta),
                passages=split(id, known, facts),
                line=part.line,
            )

    def _audiences(self, path: Path, part: Part, meta: _FrontMatter) -> tuple[Audience, ...]:
        known = {audience.value for audience in meta.audiences}
        for unknown in sorted(set(part.audiences) - known):
            self._fault(
                path,
                part.line,
                "audience",
                f"The audience {unknown!r} is not one of the document's.",
                f"Use some of: {', '.join(sorted(known))}.",
            )
        return tuple(a for a in meta.audiences if not part.audiences or a.value in part.audiences)

    def _check_marks(self, path: Path, part: Part, facts: Mapping[str, Fact]) -> None:
        for sentence in (sentence for block in part.blocks for sentence in block.sentences):
            for mark in sentence.marks:
                if mark not in facts:
                    self._fault(
                        path,
                        sentence.line,
                        "unknown-fact",
                        f"No fact has the id {mark!r}.",
                        "Use the id of a fact in corpus/facts, or add the fact there with its source.",
                    )
            voices = {facts[mark].voice for mark in sentence.marks if mark in facts}
            if len(voices) > 1:
                self._fault(
                    path,
                    sentence.line,
                    "mixed-voices",
                    f"One sentence rests on facts of the voices {', '.join(sorted(voices))}.",
                    "Split it, one voice a sentence.",
                )

    def _asks(self, sections: Mapping[str, Section]) -> Iterator[Ask]:
        for path, section, records in self._by_section("asks", sections):
            stated = {fact for statement in sections[section].statements for fact in statement.facts}
            for number, (record, line) in enumerate(self._validated(path, records, _AskRecord), start=1):
                for fact in record.facts:
                    if fact not in stated:
                        problem = f"The section {section} does not state {fact}, which this ask is answered by."
                        self._fault(path, line, "ask-facts", problem, "Name facts that the section states.")
                yield Ask(f"{section}?{number}", section, record.ask, record.audience, record.facts)

    def _gaps(self, sections: Mapping[str, Section]) -> Iterator[Gap]:
        for path, section, records in self._by_section("gaps", sections):
            for number, (record, _) in enumerate(self._validated(path, records, _GapRecord), start=1):
                yield Gap(f"{section}!{number}", section, record.ask, record.audience)

    def _by_section(self, kind: str, sections: Mapping[str, Section]) -> Iterator[tuple[Path, str, list[Any]]]:
        """The records of a folder's files (`asks`, `gaps`) by the section that they belong to."""
        for path in sorted(self._folder.glob(f"{kind}/*.yaml")):
            for slug, records in self._mapping(path).items():
                section = f"{path.stem}#{slug}"
                if section in sections:
                    yield path, section, records
                    continue
                line = records[0].get(LINE, 1) if records and isinstance(records[0], dict) else 1
                self._fault(path, line, kind, f"No section has the id {section!r}.", "Use a section's slug.")

    def _conflicts(self, facts: Mapping[str, Fact]) -> Iterator[Conflict]:
        path = self._folder / "conflicts.yaml"
        for record, line in self._records(path, _ConflictRecord) if path.exists() else ():
            if len(record.sides) < 2:
                self._fault(path, line, "conflict", f"{record.id} has fewer than two sides.", "Add the other side.")
            for fact in (fact for side in record.sides for fact in side.facts):
                self._check_fact(path, line, fact, facts)
            sides = tuple(side.facts for side in record.sides)
            yield Conflict(record.id, record.about, sides, record.comment, line)

    def _glossary(self, facts: Mapping[str, Fact]) -> Iterator[Term]:
        path = self._folder / "glossary.yaml"
        for record, line in self._records(path, _TermRecord) if path.exists() else ():
            for fact in record.facts:
                self._check_fact(path, line, fact, facts)
            yield Term(record.term, record.means, record.aliases, record.facts)

    def _check_fact(self, path: Path, line: int, fact: str, facts: Mapping[str, Fact]) -> None:
        if fact not in facts:
            self._fault(path, line, "unknown-fact", f"No fact has the id {fact!r}.", "Use an id of corpus/facts.")

    def _records(self, path: Path, model: type[_AnyRecord]) -> Iterator[tuple[_AnyRecord, int]]:
        """The records of a file that is a YAML list, each with its line."""
        data = self._yaml(path)
        if data is not None and not isinstance(data, list):
            self._fault(path, 1, "format", "The file is not a list.", "Start each record with `- `.")
            return
        yield from self._validated(path, data or [], model)

    def _mapping(self, path: Path) -> dict[str, list[Any]]:
        """A file that maps slugs to lists."""
        data = self._yaml(path) or {}
        if not isinstance(data, dict):
            self._fault(path, 1, "format", "The file is not a mapping.", "Write `slug:` and a list under it.")
            return {}
        return {slug: value or [] for slug, value in data.items() if slug != LINE}

    def _validated(self, path: Path, items: list[Any], model: type[_AnyRecord]) -> Iterator[tuple[_AnyRecord, int]]:
        for item in items:
            line = item.get(LINE, 1) if isinstance(item, dict) else 1
            try:
                yield model.model_validate(without_lines(item)), line
            except ValidationError as error:
                self._validation_faults(path, line, error, "format")

    def _yaml(self, path: Path) -> Any:
        try:
            return load_with_lines(path.read_text("utf-8"))
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            problem = getattr(error, "problem", None) or "it cannot be parsed"
            self._fault(path, mark.line + 1 if mark else 1, "format", f"Not YAML: {problem}.", "Mend the line.")
            return None

    def _validation_faults(self, path: Path, line: int, error: ValidationError, rule: str) -> None:
        for detail in error.errors():
            where = ".".join(str(part) for part in detail["loc"])
            self._fault(path, line, rule, f"{where}: {detail['msg']}.", "See docs/corpus.md for the format.")

    def _fault(self, path: Path | str, line: int, rule: str, problem: str, fix: str) -> None:
        name = self._name(path) if isinstance(path, Path) else path
        self._faults.append(Fault(name, line, rule, problem, fix))

    def _name(self, path: Path) -> str:
        """A file as people find it: relative to the corpus folder."""
        return path.relative_to(self._folder).as_posix()
