"""Nothing is said twice, word for word or nearly."""

import re
from collections.abc import Iterator, Mapping
from itertools import combinations

from rapidfuzz import fuzz

from ingest.documents import Corpus, Statement
from ingest.errors import Fault
from ingest.health.subject import Subject, begins, is_row
from ingest.terms import words

# Indel similarity of the sorted words, of 100. Chosen on the corpus of November 2026 (1,538 statements) by reading its
# pairs from the top. From 95.5 up all say the same with an article or a clause moved; at 95.4 the first pair says
# something else ("fit for seniors" beside "fit for infants, seniors"), and at 94.7 a list of diseases differs. Pairs
# that share no fact reach 89.1 and are different claims in one pattern, so only statements of one fact are compared.
# That bounds the cost too: a fact has a handful of statements, however many the corpus holds.
NEAR_MIN = 96.0

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def twins(corpus: Corpus) -> Mapping[str, tuple[Statement, ...]]:
    """Which statements say (nearly) the same.

    Args:
        corpus: what to compare.

    Returns:
        Statement id → the others that repeat it, in reading order; a statement that nothing repeats is left out.
    """
    order = {id: number for number, id in enumerate(corpus.statements)}
    found: dict[str, dict[str, Statement]] = {}
    for one, other in (*_same(corpus), *_nearly_same(corpus)):
        found.setdefault(one.id, {})[other.id] = other
        found.setdefault(other.id, {})[one.id] = one
    return {id: tuple(sorted(others.values(), key=lambda other: order[other.id])) for id, others in found.items()}


def faults(subject: Subject) -> Iterator[Fault]:
    """A statement that repeats an earlier one, once, beside the first that it repeats."""
    order = {id: number for number, id in enumerate(subject.corpus.statements)}
    for id, others in twins(subject.corpus).items():
        if order[others[0].id] > order[id]:
            continue
        statement, first = subject.corpus.statements[id], others[0]
        same = statement.text.casefold() == first.text.casefold()
        problem = f"{begins(statement)} {'also stands' if same else 'says nearly the same as the one'} at {first.id}."
        fix = "Keep it in one place." if same else "Keep the fuller one, or let each say what its section alone needs."
        yield subject.at_statement(statement, "repeated", problem, fix)


def _same(corpus: Corpus) -> Iterator[tuple[Statement, Statement]]:
    """Pairs of one text, whatever their facts."""
    seen: dict[str, Statement] = {}
    for statement in corpus.statements.values():
        first = seen.setdefault(statement.text.casefold(), statement)
        if first is not statement:
            yield first, statement


def _nearly_same(corpus: Corpus) -> Iterator[tuple[Statement, Statement]]:
    """Pairs that rest on one fact and say it in nearly the same words; rows of a table share words by design."""
    sorted_words = {id: " ".join(sorted(words(one.text))) for id, one in corpus.statements.items() if not is_row(one)}
    for statements in corpus.statements_of_fact.values():
        for one, other in combinations((each for each in statements if each.id in sorted_words), 2):
            near = fuzz.ratio(sorted_words[one.id], sorted_words[other.id], score_cutoff=NEAR_MIN)
            if near and _numbers(one) == _numbers(other):
                yield one, other


def _numbers(statement: Statement) -> list[str]:
    """Years, sizes and results: statements that differ in one say different things."""
    return sorted(_NUMBER.findall(statement.text))
