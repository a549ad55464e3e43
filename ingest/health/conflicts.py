"""Where sources differ, both sides can be shown."""

from collections.abc import Iterator
from itertools import permutations

from ingest.documents import Conflict, Corpus
from ingest.errors import Fault
from ingest.health.subject import Subject

RULE = "conflict"


def faults(subject: Subject) -> Iterator[Fault]:
    """Sides that cannot be quoted, and facts that differ without the ledger knowing."""
    for conflict in subject.corpus.conflicts:
        yield from _side_faults(conflict, subject.corpus)
    yield from _unledgered(subject)


def _side_faults(conflict: Conflict, corpus: Corpus) -> Iterator[Fault]:
    """Each side is stated somewhere, and no fact stands on two."""
    for side in conflict.sides:
        if not any(corpus.statements_of_fact.get(fact) for fact in side):
            problem = f"No document states any of {', '.join(side) or 'no facts'}, a side of {conflict.id!r}."
            fix = "State it in a document, so that it can be quoted."
            yield Fault("conflicts.yaml", conflict.line, RULE, problem, fix)
    facts = [fact for side in conflict.sides for fact in set(side)]
    for fact in sorted({fact for fact in facts if facts.count(fact) > 1}):
        problem = f"The fact {fact} stands on two sides of {conflict.id!r}."
        yield Fault("conflicts.yaml", conflict.line, RULE, problem, "Keep it on the side it speaks for.")


def _unledgered(subject: Subject) -> Iterator[Fault]:
    """A fact that names another as conflicting stands opposite it in the ledger, once either can be quoted."""
    corpus = subject.corpus
    seen: set[frozenset[str]] = set()
    for fact in corpus.facts.values():
        for other in fact.conflicts:
            spot, pair = subject.places.facts[fact.id], frozenset((fact.id, other))
            if other not in corpus.facts:
                problem = f"{fact.id} conflicts with {other!r}, which is no fact's id."
                yield Fault(spot.file, spot.line, "unknown-fact", problem, "Use an id of corpus/facts.")
            elif pair not in seen and pair & corpus.statements_of_fact.keys() and not _opposed(fact.id, other, corpus):
                problem = f"{fact.id} conflicts with {other}, and no entry of conflicts.yaml has them on two sides."
                yield Fault(spot.file, spot.line, RULE, problem, "Enter the conflict in conflicts.yaml.")
            seen.add(pair)


def _opposed(one: str, other: str, corpus: Corpus) -> bool:
    """Whether a conflict has the two on different sides."""
    return any(one in a and other in b for conflict in corpus.conflicts for a, b in permutations(conflict.sides, 2))
