"""Scoring answerable questions: was the right section found, are its facts stated, and how much else is said."""

from collections.abc import Collection, Sequence

from assistant.domain import Action
from assistant.evaluation.asking import Outcome, Scored, states, words
from assistant.evaluation.figures import Miss, System
from assistant.evaluation.measures import Measure
from assistant.evaluation.sets import QuestionCase, SetName, Split
from assistant.evaluation.tally import Tally
from ingest.documents import Audience, Corpus

DEPTH = 4
PATIENT_WORDS_MAX = 150
BESIDE_THE_FACTS = "answer without the facts"


def score_questions(outcomes: Sequence[Outcome[QuestionCase]], corpus: Corpus, split: Split) -> Scored:
    """Score answerable questions.

    Args:
        outcomes: of one half.
        corpus: tells which sections and statements rest on a question's facts.
        split: which half.

    Returns:
        Figures by audience, tag and the documents that state the facts; the questions whose answer states none of
        them.
    """
    tally = Tally(System.ASSISTANT, split, SetName.QUESTIONS)
    misses = []
    for outcome in outcomes:
        groups = (*outcome.case.groups, *_documents(outcome.case, corpus))
        tally_rank(tally, groups, _rank(outcome, corpus))
        _count_action(outcome, corpus, groups, tally)
        if outcome.answer.verdict.action is Action.ANSWER:
            _count_answer(outcome, tally)
        if not _states_any(outcome):
            misses.append(_miss(outcome))
    return Scored(tally.figures(), tuple(misses))


def tally_rank(tally: Tally, groups: Collection[str], rank: int | None, *, depth_max: int | None = None) -> None:
    """Count where the first right section, or the quick-start's first right chunk, stood.

    Args:
        tally: counts.
        groups: those that the question belongs to.
        rank: from 1; None if it was not found.
        depth_max: how many a system finds at most, if it is too few for some measure.
    """
    found = rank or 1_000_000
    tally.add(Measure.RIGHT_FIRST, groups, found == 1)
    tally.add(Measure.RIGHT_AMONG_FOUR, groups, found <= DEPTH)
    if depth_max is None or depth_max > DEPTH:
        tally.add(Measure.RIGHT_AMONG_FIVE, groups, found <= 5)
    # Mean reciprocal rank: Voorhees, 1999, The TREC-8 question answering track report.
    tally.add(Measure.MRR, groups, 1 / found if found <= DEPTH else 0.0)


def _rank(outcome: Outcome[QuestionCase], corpus: Corpus) -> int | None:
    """The place of the first section with a statement that rests on one of the question's facts."""
    gold = outcome.case.gold
    for place, id in enumerate(outcome.sections, start=1):
        if any(gold & set(statement.facts) for statement in corpus.sections[id].statements):
            return place
    return None


def _documents(case: QuestionCase, corpus: Corpus) -> list[str]:
    """The documents that state some fact of a question, as groups."""
    stating = (statement for fact in case.gold for statement in corpus.statements_of_fact.get(fact, ()))
    return sorted({f"document:{corpus.place_of_statement[statement.id].document.id}" for statement in stating})


def _count_action(outcome: Outcome[QuestionCase], corpus: Corpus, groups: Collection[str], tally: Tally) -> None:
    case, action = outcome.case, outcome.answer.verdict.action
    tally.add(Measure.ANSWERED, groups, action is Action.ANSWER)
    tally.add(Measure.ABSTAINED, groups, action is Action.NOT_COVERED)
    tally.add(Measure.REFUSED, groups, action not in {Action.ANSWER, Action.NOT_COVERED})
    tally.add(Measure.FACT_STATED, groups, _states_any(outcome))
    tally.add(Measure.ALL_FACTS_STATED, groups, _states_all(outcome))
    tally.add(Measure.UNREACHABLE, groups, not case.gold & corpus.statements_of_fact.keys())


def _count_answer(outcome: Outcome[QuestionCase], tally: Tally) -> None:
    """What only an answer has: its length, and what it says beyond the question's facts."""
    case, answer = outcome.case, outcome.answer
    beyond = sum(not case.gold & set(statement.facts) for statement in answer.statements)
    length = words(answer)
    tally.add(Measure.IRRELEVANT_STATEMENTS, case.groups, beyond)
    tally.add(Measure.WORDS, case.groups, length)
    if case.audience is Audience.PATIENT:
        tally.add(Measure.WITHIN_150_WORDS, case.groups, length <= PATIENT_WORDS_MAX)


def _states_any(outcome: Outcome[QuestionCase]) -> bool:
    """What stands behind a redirect is no answer, whatever it states."""
    answer = outcome.answer
    return answer.verdict.action is Action.ANSWER and any(states(answer, group) for group in outcome.case.facts)


def _states_all(outcome: Outcome[QuestionCase]) -> bool:
    answer = outcome.answer
    return answer.verdict.action is Action.ANSWER and all(states(answer, group) for group in outcome.case.facts)


def _miss(outcome: Outcome[QuestionCase]) -> Miss:
    verdict = outcome.answer.verdict
    got = BESIDE_THE_FACTS if verdict.action is Action.ANSWER else verdict.action
    return Miss.of(outcome.case, SetName.QUESTIONS, verdict, got=got)
