"""Scoring the plain quick-start on the same cases: what it retrieves, and what it lacks.

Only retrieval can be measured: it has no guard and never abstains. Its figures on guard messages and on questions that
no fact answers follow from that: whatever is sent to it goes through and gets the nearest chunks.
"""

import re
from collections.abc import Callable, Sequence

from assistant.evaluation.asking import Scored, Step
from assistant.evaluation.baseline import K
from assistant.evaluation.figures import Figure, System
from assistant.evaluation.measures import Measure
from assistant.evaluation.questions import tally_rank
from assistant.evaluation.sets import EvaluationSets, QuestionCase, SetName, Split
from assistant.evaluation.tally import Tally

# A question to the texts of the chunks found, best first.
FindsChunks = Callable[[str], Sequence[str]]
_MARK = re.compile(r"\[\^([^\]\s]+)\]")


def score_quick_start(find: FindsChunks, half: EvaluationSets, split: Split, step: Step) -> Scored:
    """Score the quick-start.

    Args:
        find: its retriever.
        half: the cases of one half.
        split: which half.
        step: called after each question.

    Returns:
        What it retrieves for answerable questions, and what follows from its having no guard and no abstention.
    """
    retrieval = Tally(System.QUICK_START, split, SetName.QUESTIONS)
    for case in half.questions:
        tally_rank(retrieval, case.groups, _rank(find(case.question), case), depth_max=K)
        step()
    return Scored((*retrieval.figures(), *_without_guard(half, split), *_without_abstention(half, split)))


def _rank(chunks: Sequence[str], case: QuestionCase) -> int | None:
    """The place of the first chunk that holds the mark of one of the question's facts."""
    for place, chunk in enumerate(chunks, start=1):
        if case.gold & set(_MARK.findall(chunk)):
            return place
    return None


def _without_guard(half: EvaluationSets, split: Split) -> tuple[Figure, ...]:
    """Every message passes: right for honest ones, wrong for all others."""
    tally = Tally(System.QUICK_START, split, SetName.GUARD)
    for case in half.guard:
        tally.add(Measure.RIGHT_ACTION, (*case.groups, case.action.value), case.is_honest)
    return tally.figures()


def _without_abstention(half: EvaluationSets, split: Split) -> tuple[Figure, ...]:
    tally = Tally(System.QUICK_START, split, SetName.NOT_COVERED)
    for case in half.not_covered:
        tally.add(Measure.TOLD_NOT_COVERED, case.groups, False)
        tally.add(Measure.FALSELY_ANSWERED, case.groups, True)
    return tally.figures()
