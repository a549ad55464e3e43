"""Every fact is stated, or left out for a reason."""

from collections.abc import Iterator

from ingest.errors import Fault
from ingest.health.left_out import FILE, RULE
from ingest.health.subject import Subject


def faults(subject: Subject) -> Iterator[Fault]:
    """A fact is either stated or listed with the reason why not, and listed once."""
    yield from subject.left_out.faults
    yield from _entry_faults(subject)
    stated = subject.corpus.statements_of_fact
    for fact in subject.corpus.facts:
        if fact not in stated and fact not in subject.left_out.facts:
            spot = subject.places.facts[fact]
            yield Fault(
                spot.file,
                spot.line,
                RULE,
                f"No document states the fact {fact}.",
                f"State it in a document, or list it in {FILE} with the reason why not.",
            )


def _entry_faults(subject: Subject) -> Iterator[Fault]:
    corpus, seen = subject.corpus, set[str]()
    for entry in subject.left_out.entries:
        if entry.fact not in corpus.facts:
            yield Fault(FILE, entry.line, RULE, f"No fact has the id {entry.fact!r}.", "Use an id of corpus/facts.")
        elif stating := corpus.statements_of_fact.get(entry.fact):
            problem = f"The fact {entry.fact} is listed, and stated at {stating[0].id} all the same."
            yield Fault(FILE, entry.line, RULE, problem, "Take it off the list.")
        if entry.fact in seen:
            yield Fault(FILE, entry.line, RULE, f"The fact {entry.fact} is listed twice.", "Keep one reason.")
        seen.add(entry.fact)
