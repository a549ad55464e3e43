"""Every section can be asked for, every passage can be found."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from ingest.documents import Ask, Document, Passage, Section, Statement
from ingest.errors import Fault
from ingest.health.repetition import twins
from ingest.health.subject import Subject, at_section
from ingest.terms import words

ASKS_MIN = 8


def faults(subject: Subject) -> Iterator[Fault]:
    """Sections with too few asks, asks that point two ways, passages that nothing leads to."""
    repeated = twins(subject.corpus)
    for document in subject.corpus.documents:
        for section in document.sections:
            yield from _few_asks(subject, document, section)
            yield from _unreachable(subject, document, section, repeated)
    yield from _two_ways(subject)


def _few_asks(subject: Subject, document: Document, section: Section) -> Iterator[Fault]:
    number = len(subject.corpus.asks_of_section.get(section.id, ()))
    if number < ASKS_MIN:
        problem = f"The section {section.id} has {number} asks."
        fix = f"Add at least {ASKS_MIN - number} to asks/{document.id}.yaml, to make {ASKS_MIN}."
        yield at_section(document, section, "asks", problem, fix)


def _unreachable(
    subject: Subject, document: Document, section: Section, repeated: Mapping[str, tuple[Statement, ...]]
) -> Iterator[Fault]:
    """A passage is found by its section's asks or by a statement that is its own, and it is written for somebody."""
    if not section.audiences:
        problem = f"The section {section.id} is for nobody."
        yield at_section(document, section, "unreachable", problem, "Name its audiences.")
    asked = section.id in subject.corpus.asks_of_section
    for passage in section.passages:
        if not passage.statements:
            problem = f"The passage {passage.id} holds no statement, so nothing of it can be quoted."
            yield at_section(document, section, "unreachable", problem, "Give its sentences the marks of their facts.")
        elif not asked and not any(_is_own(statement, passage, repeated) for statement in passage.statements):
            problem = f"Nothing leads to the passage {passage.id}: no ask, and each statement stands elsewhere too."
            yield Fault(
                document.file,
                passage.statements[0].line,
                "unreachable",
                problem,
                f"Add asks to asks/{document.id}.yaml, or remove the passage.",
            )


def _is_own(statement: Statement, passage: Passage, repeated: Mapping[str, tuple[Statement, ...]]) -> bool:
    """Whether no other passage says the same."""
    here = {each.id for each in passage.statements}
    return all(other.id in here for other in repeated.get(statement.id, ()))


def _two_ways(subject: Subject) -> Iterator[Fault]:
    """An ask that stands word for word under two sections decides for neither."""
    asked: dict[tuple[str, ...], list[Ask]] = defaultdict(list)
    for ask in subject.corpus.asks:
        asked[tuple(words(ask.text))].append(ask)
    for same in asked.values():
        for ask in same[1:]:
            if ask.section == same[0].section:
                continue
            spot = subject.places.asks[ask.id]
            problem = f"{ask.text!r} also asks for the section {same[0].section}."
            yield Fault(spot.file, spot.line, "ask-twice", problem, "Keep it where it is answered best.")
