"""Scoring dialogues: each turn, and whether the whole of it went right."""

from collections.abc import Sequence

from assistant.domain import Action, Answer
from assistant.evaluation.asking import Played, Scored, states
from assistant.evaluation.figures import Miss, System
from assistant.evaluation.measures import Measure
from assistant.evaluation.questions import BESIDE_THE_FACTS
from assistant.evaluation.sets import DialogueCase, SetName, Split, TurnCase
from assistant.evaluation.tally import Tally


def score_dialogues(dialogues: Sequence[Played], split: Split) -> Scored:
    """Score dialogues.

    Args:
        dialogues: of one half, as they were played.
        split: which half.

    Returns:
        Turns by action, audience and tag, whole dialogues by audience and tag; the turns that went wrong, by
        `<dialogue>/<turn>`.
    """
    tally = Tally(System.ASSISTANT, split, SetName.DIALOGUES)
    misses = []
    for played in dialogues:
        case = played.case
        rights = []
        for number, (turn, answer) in enumerate(zip(case.turns, played.answers, strict=True), start=1):
            right = _is_right(turn, answer)
            rights.append(right)
            tally.add(Measure.TURN_RIGHT, (*case.groups, turn.action.value), right)
            if not right:
                misses.append(_miss(case, number, turn, answer))
        tally.add(Measure.DIALOGUE_RIGHT, case.groups, all(rights))
    return Scored(tally.figures(), tuple(misses))


def _is_right(turn: TurnCase, answer: Answer) -> bool:
    if answer.verdict.action is not turn.action:
        return False
    must_state = turn.action is Action.ANSWER and turn.facts
    return not must_state or any(states(answer, group) for group in turn.facts)


def _miss(case: DialogueCase, number: int, turn: TurnCase, answer: Answer) -> Miss:
    got = BESIDE_THE_FACTS if answer.verdict.action is turn.action else answer.verdict.action
    return Miss.of(case, SetName.DIALOGUES, answer.verdict, id=f"{case.id}/{number}", expected=turn.action, got=got)
