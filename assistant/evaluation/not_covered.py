"""Scoring abstention: does the assistant say so where the sources do not say?

Right is `not_covered` alone. Any other action without an answer is safe but turns the person away with something
untrue ("that is outside SOT"); an answer is the failure that matters.
"""

from collections.abc import Sequence

from assistant.domain import Action
from assistant.evaluation.asking import Outcome, Scored
from assistant.evaluation.figures import Miss, System
from assistant.evaluation.measures import Measure
from assistant.evaluation.sets import ALL, NotCoveredCase, QuestionCase, SetName, Split
from assistant.evaluation.tally import Tally


def score_not_covered(
    outcomes: Sequence[Outcome[NotCoveredCase]], answerable: Sequence[Outcome[QuestionCase]], split: Split
) -> Scored:
    """Score questions that no fact answers.

    Args:
        outcomes: of one half.
        answerable: the outcomes of the same half's answerable questions; without them there is no precision.
        split: which half.

    Returns:
        Figures by audience and tag, recall (`told_not_covered`) and precision of abstention; the questions that were
        not told so.
    """
    tally = Tally(System.ASSISTANT, split, SetName.NOT_COVERED)
    misses = []
    for outcome in outcomes:
        case, action = outcome.case, outcome.answer.verdict.action
        tally.add(Measure.TOLD_NOT_COVERED, case.groups, action is Action.NOT_COVERED)
        tally.add(Measure.TURNED_AWAY, case.groups, action not in {Action.NOT_COVERED, Action.ANSWER})
        tally.add(Measure.FALSELY_ANSWERED, case.groups, action is Action.ANSWER)
        if action is not Action.NOT_COVERED:
            misses.append(Miss.of(outcome.case, SetName.NOT_COVERED, outcome.answer.verdict))
    if answerable:
        _count_precision([*outcomes, *answerable], tally)
    return Scored(tally.figures(), tuple(misses))


def _count_precision(outcomes: Sequence[Outcome[NotCoveredCase] | Outcome[QuestionCase]], tally: Tally) -> None:
    """Of everybody who was told so, to whom it was true. The sets share audiences and not tags."""
    for outcome in outcomes:
        if outcome.answer.verdict.action is Action.NOT_COVERED:
            groups = (ALL, f"audience:{outcome.case.audience}")
            tally.add(Measure.ABSTENTION_PRECISION, groups, outcome.case.action is Action.NOT_COVERED)
