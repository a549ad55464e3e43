"""The whole path of a question over the real corpus: privacy, conversation, and what holds for every answer."""

import re
from pathlib import Path

import pytest
import structlog
import yaml

from assistant.composing import LeadIn
from assistant.domain import Action, Answer, Question
from assistant.pipeline import Assistant
from ingest.documents import Audience

CASES = Path(__file__).parents[2] / "cases"
FOUNDING = [
    {"section": part["topic"], **question}
    for part in yaml.safe_load((CASES / "founding_article.yaml").read_text("utf-8"))
    for question in part["questions"]
]
_MARKERS = re.compile(r" \[\d+\]")


def _facts(answer: Answer) -> set[str]:
    """Every fact that the answer states, conflicts included."""
    by_marker = {citation.marker: citation.facts for citation in answer.citations}
    sides = (side for conflict in answer.conflicts for side in conflict.sides)
    markers = [*(m for s in answer.statements for m in s.citations), *(m for side in sides for m in side.citations)]
    return {fact for marker in markers for fact in by_marker[marker]}


def _sections() -> dict[str, list[dict]]:
    found: dict[str, list[dict]] = {}
    for case in FOUNDING:
        found.setdefault(case["section"], []).append(case)
    return found


@pytest.mark.parametrize("section", sorted(_sections()))
def test_each_section_of_the_founding_article_is_answered_in_five_wordings(section: str, assistant: Assistant) -> None:
    """At least five differently worded questions a section, written from its facts and not from the asks."""
    answered = [
        case["ask"]
        for case in _sections()[section]
        for answer in [assistant.ask(Question(case["ask"], Audience(case["audience"])))]
        if answer.verdict.action is Action.ANSWER and _facts(answer) & set(case["facts"])
    ]
    assert len(answered) >= 5, answered


@pytest.mark.parametrize("case", FOUNDING[::5], ids=[case["section"] for case in FOUNDING[::5]])
def test_an_answer_holds_statements_lead_ins_and_conflict_lines_and_nothing_else(
    case: dict, assistant: Assistant
) -> None:
    """Take those away and nothing is left."""
    answer = assistant.ask(Question(case["ask"], Audience(case["audience"])))
    left = _MARKERS.sub("", answer.text)
    parts = [s.text for s in answer.statements] + [side.text for c in answer.conflicts for side in c.sides]
    parts += [c.comment for c in answer.conflicts] + [c.about for c in answer.conflicts] + [e.value for e in LeadIn]
    for part in sorted(parts, key=len, reverse=True):
        left = left.replace(part, "")
    assert answer.verdict.action is not Action.ANSWER or set(left) <= set(" -\n")


def test_the_same_question_gets_the_same_text(assistant: Assistant) -> None:
    """Nothing in an answer is left to chance but its ids."""
    texts = {assistant.ask(Question("what happens at a visit?")).text for _ in range(3)}
    assert len(texts) == 1


def test_no_log_event_holds_message_text(assistant: Assistant) -> None:
    """One event a question: ids, rule, timings."""
    with structlog.testing.capture_logs() as events:
        assistant.ask(Question("my secret zebra worry: what is category II?"))
    assert [event["event"] for event in events] == ["answered"]
    assert "zebra" not in repr(events)


def test_later_steps_see_the_redacted_text(assistant: Assistant) -> None:
    """What is remembered of a turn holds no address."""
    answer = assistant.ask(Question("my mail is anna@example.org, what is category II?"))
    kept = assistant.memory.conversation(answer.conversation_id)
    assert "anna@example.org" not in repr(kept)
    assert kept.turns[-1].verdict.action is Action.ANSWER


def test_an_emergency_stays_in_force_until_help_is_reached(assistant: Assistant) -> None:
    """A change of subject does not end a stroke."""
    first = assistant.ask(Question("my speech is slurred and my left arm is weak since this morning"))
    conversation = first.conversation_id
    second = assistant.ask(Question("what is category II?", conversation_id=conversation))
    third = assistant.ask(Question("I called 911, the ambulance is here", conversation_id=conversation))
    fourth = assistant.ask(Question("what is category II?", conversation_id=conversation))
    assert [a.verdict.action for a in (first, second)] == [Action.EMERGENCY, Action.EMERGENCY]
    assert second.verdict.rule == "conversation.in_force"
    assert third.verdict.action is not Action.EMERGENCY
    assert fourth.verdict.action is Action.ANSWER


def test_after_a_refusal_an_honest_question_is_answered(assistant: Assistant) -> None:
    """Nobody is locked out."""
    first = assistant.ask(Question("which category am I? my left hip sits higher"))
    second = assistant.ask(Question("What is category II?", conversation_id=first.conversation_id))
    assert first.verdict.action is Action.REFUSE_DIAGNOSIS
    assert second.verdict.action is Action.ANSWER


def test_a_patients_median_answer_is_short(assistant: Assistant) -> None:
    """At most 150 words, conflicts included."""
    lengths = sorted(len(assistant.ask(Question(case["ask"])).text.split()) for case in FOUNDING)
    assert lengths[len(lengths) // 2] <= 100


def test_an_explanation_is_the_answer_with_its_work(assistant: Assistant) -> None:
    """What was screened, how the question was read, what was found, and the very answer that `ask` gives."""
    question = Question("which category am I? my left hip sits higher")
    explained = assistant.explain(question)
    assert explained.answer.text == assistant.ask(question).text
    assert explained.screened.action is Action.REFUSE_DIAGNOSIS
    assert explained.found is not None
    assert explained.found.evidence.candidates


def test_an_emergency_is_explained_without_a_search(assistant: Assistant) -> None:
    """Nothing is looked up while somebody must call for help."""
    explained = assistant.explain(Question("crushing chest pain and I am short of breath"))
    assert explained.screened.action is Action.EMERGENCY
    assert explained.found is None


def test_each_part_of_a_question_is_answered_and_what_is_not_is_told(assistant: Assistant) -> None:
    """Fees are for the clinic; the category is not held back for them."""
    answer = assistant.ask(Question("what is category II and how much does a session cost?"))
    assert answer.verdict.action is Action.ANSWER
    assert "Category II" in answer.statements[0].text
    assert answer.text.endswith(LeadIn.PARTLY)


def test_a_contrast_states_both_sides(assistant: Assistant) -> None:
    """What tells them apart, then each."""
    answer = assistant.ask(Question("What is the difference between blocks and the Activator?"))
    said = " ".join(sentence.text for sentence in answer.statements)
    assert "Activator" in said
    assert "lock" in said
    assert LeadIn.PARTLY not in answer.text


def test_no_fact_is_stated_twice(assistant: Assistant) -> None:
    """A second sentence on the same facts adds nothing; rows of a table and sides of a conflict are another matter."""
    for asked in ("What was The Dural Connection?", "is SOT safe for kids", "what does category 2 mean"):
        answer = assistant.ask(Question(asked))
        sides = {marker for conflict in answer.conflicts for side in conflict.sides for marker in side.citations}
        seen: set[str] = set()
        for sentence in answer.statements:
            if sentence.citations[0] in sides or not sentence.text.endswith("."):
                continue
            assert not seen.issuperset(sentence.facts), answer.text
            seen |= set(sentence.facts)


def test_suggestions_are_answered(assistant: Assistant) -> None:
    """A door that is shown opens."""
    for asked in ("How much do you charge for a session?", "What is category II?", "does SOT help bunions"):
        suggestions = assistant.ask(Question(asked)).suggestions
        assert suggestions
        for suggestion in suggestions:
            assert assistant.ask(Question(suggestion)).verdict.action is Action.ANSWER, suggestion


@pytest.mark.parametrize("case", FOUNDING[::3], ids=[case["section"] for case in FOUNDING[::3]])
def test_a_patient_reads_150_words_at_most(case: dict, assistant: Assistant) -> None:
    """Sources that differ and what research found included, markers not."""
    answer = assistant.ask(Question(case["ask"]))
    assert len(_MARKERS.sub("", answer.text).split()) <= 150


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("name the warning signs of cauda equina", ("bladder", "saddle", "both legs", "both sides")),
        ("which back symptoms need A&E, generally", ("bladder", "both legs", "aneurysm")),
        ("Which symptoms after neck treatment are an emergency?", ("drooping face", "weak arm", "speech", "sight")),
    ],
)
def test_a_list_of_warning_signs_is_given_whole(asked: str, told: tuple[str, ...], assistant: Assistant) -> None:
    """A part of it, near the words of the question, could send somebody home who should not go."""
    answer = assistant.ask(Question(asked))
    assert [word for word in told if word not in answer.text] == []
    assert answer.text.count("\n- ") == len(answer.statements) - 1
