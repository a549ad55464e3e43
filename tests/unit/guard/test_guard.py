"""Rules, classifier and conversation decide together: the most urgent wins, and nothing hides in a long message."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from assistant.bootstrap import GUARD
from assistant.domain import Action, Conversation, Turn, Verdict
from assistant.errors import GuardError
from assistant.guard.classifier import Decision
from assistant.guard.conversation import ConversationPolicy
from assistant.guard.general import GeneralQuestions
from assistant.guard.guard import PIECES_MAX, WINDOW_WORDS, Guard
from assistant.guard.review import Reviewer
from assistant.guard.rules import Rulebook
from ingest.encoder import Vectors
from tests.fakes import WordEncoder

GENERAL = GeneralQuestions.read(GUARD / "general.yaml")
NOBODY = Conversation("con_test")
RULE = """
- {{id: {action}.test, action: {action}, source: design-4, why: a test, topic: {topic}, frame: {{word: [{word}]}},
   within: message, unless: [], yes: [a, b, c], no: [d, e, f]}}
"""


class ScriptedClassifier:
    """A classifier that decides what it is told to, and remembers how many texts it was shown."""

    def __init__(self, action: Action | None = None) -> None:
        self.action = action
        self.shown = 0

    def scores(self, vectors: Vectors) -> dict[Action, float]:
        """No scores; only how many rows came."""
        self.shown = len(vectors)
        return {}

    def decide(self, _scores: Mapping[Action, float]) -> Decision | None:
        """The scripted decision."""
        return Decision(self.action, f"classifier.{self.action}", "a script") if self.action else None


@pytest.fixture
def rulebook(tmp_path: Path) -> Rulebook:
    """One word a danger, one a refusal."""
    rules = [
        RULE.format(action=action, topic=topic, word=word)
        for action, topic, word in (
            ("emergency", "stroke", "redword"),
            ("crisis", "suicide", "blackword"),
            ("refuse_diagnosis", "scan", "greyword"),
        )
    ]
    (tmp_path / "rules.yaml").write_text("".join(rules), "utf-8")
    return Rulebook.read(tmp_path)


def _guard(
    rulebook: Rulebook, classifier: ScriptedClassifier | None = None, encoder: WordEncoder | None = None
) -> Guard:
    return Guard(
        rulebook=rulebook,
        classifier=classifier or ScriptedClassifier(),
        general=GENERAL,
        policy=ConversationPolicy(),
        reviewer=Reviewer.read(GUARD / "review.yaml"),
        encoder=encoder or WordEncoder(),
    )


def test_a_message_that_nothing_objects_to_goes_on(rulebook: Rulebook) -> None:
    """The corpus decides the rest."""
    verdict = _guard(rulebook).screen("What is category II?", NOBODY)
    assert (verdict.action, verdict.rule) == (Action.ANSWER, "guard.pass")


def test_the_most_urgent_action_wins_and_keeps_its_topic(rulebook: Rulebook) -> None:
    """The table of actions is an order."""
    verdict = _guard(rulebook).screen("greyword and redword", NOBODY)
    assert (verdict.action, verdict.topic, verdict.also) == (Action.EMERGENCY, "stroke", frozenset())


def test_emergency_and_crisis_are_both_kept(rulebook: Rulebook) -> None:
    """Both kinds of numbers are shown."""
    verdict = _guard(rulebook).screen("blackword and redword", NOBODY)
    assert (verdict.action, verdict.also) == (Action.EMERGENCY, frozenset({Action.CRISIS}))


@pytest.mark.parametrize(
    ("decided", "text", "action"),
    [
        (Action.EMERGENCY, "greyword", Action.EMERGENCY),
        (Action.OFF_TOPIC, "greyword", Action.REFUSE_DIAGNOSIS),
        (Action.REFUSE_TREATMENT, "plain", Action.REFUSE_TREATMENT),
    ],
)
def test_rules_and_classifier_each_may_raise_the_alarm(
    decided: Action, text: str, action: Action, rulebook: Rulebook
) -> None:
    """Neither can lower what the other says."""
    assert _guard(rulebook, ScriptedClassifier(decided)).screen(text, NOBODY).action is action


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("Can SOT help migraines?", Action.ANSWER),
        ("Can SOT help my migraines?", Action.REFUSE_TREATMENT),
        ("can blocks help her hip", Action.REFUSE_TREATMENT),
        ("good for migraines?", Action.REFUSE_TREATMENT),
    ],
)
def test_a_general_question_with_nobody_in_it_is_not_taken_for_a_personal_one(
    text: str, action: Action, rulebook: Rulebook
) -> None:
    """The classifier alone may not refuse it; danger it may see."""
    assert _guard(rulebook, ScriptedClassifier(Action.REFUSE_TREATMENT)).screen(text, NOBODY).action is action
    assert _guard(rulebook, ScriptedClassifier(Action.EMERGENCY)).screen(text, NOBODY).action is Action.EMERGENCY


def test_damaged_words_stop_the_guard(tmp_path: Path) -> None:
    """Half a list would let personal questions through."""
    for text in ("method: [sot]", "method: ['(']\nsomebody: [i]", "- sot", "method: ["):
        (tmp_path / "general.yaml").write_text(text, "utf-8")
        with pytest.raises(GuardError, match=r"general\.yaml"):
            GeneralQuestions.read(tmp_path / "general.yaml")


def test_a_subject_that_only_the_classifier_misses_is_a_doubt(rulebook: Rulebook) -> None:
    """What the corpus holds knows better."""
    verdict = _guard(rulebook, ScriptedClassifier(Action.OFF_TOPIC)).screen("plain", NOBODY)
    assert (verdict.action, verdict.doubt) == (Action.ANSWER, Action.OFF_TOPIC)


def test_the_classifier_sees_the_whole_and_each_sentence_within_a_bound(rulebook: Rulebook) -> None:
    """The encoder reads only the beginning of a long text."""
    classifier = ScriptedClassifier()
    _guard(rulebook, classifier).screen("One here. Two here. Three here.", NOBODY)
    assert classifier.shown == 4
    _guard(rulebook, classifier).screen(" ".join(f"Sentence {number}." for number in range(400)), NOBODY)
    assert classifier.shown == 1 + PIECES_MAX


def test_a_long_run_without_full_stops_is_seen_in_windows(rulebook: Rulebook) -> None:
    """No word of it lies beyond what the encoder reads."""
    encoder = WordEncoder()
    _guard(rulebook, encoder=encoder).screen(" ".join(f"word{number}" for number in range(100)), NOBODY)
    whole, *windows = encoder.encoded
    assert all(len(window.split()) <= WINDOW_WORDS for window in windows)
    assert {word for window in windows for word in window.split()} == set(whole.split())


def test_danger_told_in_pieces_is_put_together(tmp_path: Path) -> None:
    """A face in one message and its droop in the next are a stroke."""
    (tmp_path / "rules.yaml").write_text(
        RULE.format(action="emergency", topic="stroke", word="x").replace("{word: [x]}", "{a: [face], b: [droops]}"),
        "utf-8",
    )
    guard = _guard(Rulebook.read(tmp_path))
    earlier = NOBODY.with_turn(Turn("my face", "my face", Verdict(Action.ANSWER, "r", "w")))
    assert guard.screen("it droops", NOBODY).action is Action.ANSWER
    assert guard.screen("it droops", earlier).action is Action.EMERGENCY


def test_an_earlier_danger_holds(rulebook: Rulebook) -> None:
    """Until help has been reached."""
    earlier = NOBODY.with_turn(Turn("redword", "redword", Verdict(Action.EMERGENCY, "r", "w", "stroke")))
    held = _guard(rulebook).screen("what is SOT?", earlier)
    assert held.action is Action.EMERGENCY
    assert _guard(rulebook).screen("false alarm", NOBODY).action is Action.ANSWER


def test_a_reason_never_holds_words_of_the_message(rulebook: Rulebook) -> None:
    """Verdicts are logged; messages are not."""
    verdict = _guard(rulebook, ScriptedClassifier(Action.EMERGENCY)).screen("redword zebra", NOBODY)
    assert "zebra" not in verdict.reason
    assert "redword" not in verdict.reason
