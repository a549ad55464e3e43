"""Rules, classifier and conversation decide together: the most urgent wins, and nothing hides in a long message."""

from pathlib import Path

import numpy as np
import pytest

from assistant.domain import Action
from assistant.errors import GuardError
from assistant.guard.classifier import FEATURES, Classifier, Head, Linear
from assistant.guard.kinds import KINDS, Kind
from assistant.guard.pieces import PIECES_MAX, WINDOW_WORDS
from assistant.guard.rules import Rulebook
from assistant.guard.wording import BUCKETS
from ingest.encoder import DeferredEncoder, Encoder
from ingest.errors import WeightsMissing
from tests.fakes import DIMENSIONS, ScriptedClassifier, WordEncoder
from tests.unit.guard.scripted import NOBODY, after, face_and_droop, guard_of, unsure


def _no_model() -> Encoder:
    raise WeightsMissing("There is no model.", fix="Install one.")


class TestUrgency:
    """The most urgent of what was found wins."""

    def test_a_message_that_nothing_objects_to_goes_on(self, rulebook: Rulebook) -> None:
        """The corpus decides the rest."""
        verdict = guard_of(rulebook).screen("What is category II?", NOBODY)
        assert (verdict.action, verdict.rule, verdict.sure) == (Action.ANSWER, "guard.pass", True)

    def test_the_most_urgent_action_wins_and_keeps_its_topic(self, rulebook: Rulebook) -> None:
        """The table of actions is an order."""
        verdict = guard_of(rulebook).screen("greyword and redword", NOBODY)
        assert (verdict.action, verdict.topic, verdict.also) == (Action.EMERGENCY, "stroke", frozenset())

    def test_emergency_and_crisis_are_both_kept(self, rulebook: Rulebook) -> None:
        """Both kinds of numbers are shown."""
        verdict = guard_of(rulebook).screen("blackword and redword", NOBODY)
        assert (verdict.action, verdict.also) == (Action.EMERGENCY, frozenset({Action.CRISIS}))

    @pytest.mark.parametrize(
        ("kind", "text", "action"),
        [
            (Kind.EMERGENCY, "plain greyword", Action.EMERGENCY),
            (Kind.CRISIS, "plain brownword", Action.CRISIS),
            (Kind.OFF_TOPIC, "plain greyword", Action.REFUSE_DIAGNOSIS),
            (Kind.SMALLTALK, "plain redword", Action.EMERGENCY),
            (Kind.REFUSE_TREATMENT, "plain", Action.REFUSE_TREATMENT),
            (Kind.REFUSE_INJECTION, "plain", Action.REFUSE_INJECTION),
            (Kind.SMALLTALK, "plain", Action.SMALLTALK),
        ],
    )
    def test_rules_and_classifier_each_may_raise_the_alarm(
        self, kind: Kind, text: str, action: Action, rulebook: Rulebook
    ) -> None:
        """Neither can lower what the other says."""
        assert guard_of(rulebook, unsure(**{kind: 0.9})).screen(text, NOBODY).action is action

    def test_a_subject_that_only_the_classifier_misses_is_a_doubt(self, rulebook: Rulebook) -> None:
        """What the corpus holds knows better; a rule that names the subject is no doubt."""
        guard = guard_of(rulebook, unsure(off_topic=0.9))
        verdict = guard.screen("plain", NOBODY)
        assert (verdict.action, verdict.doubt) == (Action.ANSWER, Action.OFF_TOPIC)
        assert guard.screen("brownword", NOBODY).action is Action.OFF_TOPIC


class TestSure:
    """Between the thresholds the reply allows for a mistake."""

    @pytest.mark.parametrize(("score", "sure"), [(0.5, False), (0.79, False), (0.8, True), (1.0, True)])
    @pytest.mark.parametrize("kind", [Kind.EMERGENCY, Kind.CRISIS, Kind.TODAY, Kind.REFUSE_TREATMENT])
    def test_between_the_thresholds_the_guard_acts_and_is_not_sure(
        self, kind: Kind, score: float, sure: bool, rulebook: Rulebook
    ) -> None:
        """From `maybe` on it acts, from `surely` on without doubt."""
        verdict = guard_of(rulebook, unsure(**{kind: score})).screen("plain", NOBODY)
        assert (verdict.action, verdict.sure) == (kind.action, sure)

    def test_a_rule_is_sure(self, rulebook: Rulebook) -> None:
        """It knows the words that it was written for."""
        assert guard_of(rulebook).screen("greyword", NOBODY).sure

    def test_of_two_that_say_the_same_the_sure_one_speaks(self, rulebook: Rulebook) -> None:
        """A rule is not made less sure by a classifier that agrees a little."""
        verdict = guard_of(rulebook, unsure(refuse_diagnosis=0.6)).screen("plain greyword", NOBODY)
        assert (verdict.action, verdict.sure, verdict.topic) == (Action.REFUSE_DIAGNOSIS, True, "scan")

    def test_a_doubtful_danger_comes_before_a_sure_refusal(self, rulebook: Rulebook) -> None:
        """Urgency first, certainty second."""
        verdict = guard_of(rulebook, unsure(emergency=0.5)).screen("plain greyword", NOBODY)
        assert (verdict.action, verdict.sure) == (Action.EMERGENCY, False)


class TestHonest:
    """A message that is surely harmless is not refused by a rule."""

    @pytest.mark.parametrize("word", ["greyword", "greenword", "brownword"])
    def test_a_rule_does_not_refuse_what_is_surely_honest(self, word: str, rulebook: Rulebook) -> None:
        """Words that a rule was written for may stand in a harmless question."""
        classifier = ScriptedClassifier({"plain": {Kind.SMALLTALK: 0.01}, "": {Kind.TODAY: 0.1}})
        guard = guard_of(rulebook, classifier)
        found = guard.examine(f"plain {word}", NOBODY)
        assert (found.verdict.action, found.verdict.rule) == (Action.ANSWER, "guard.pass")
        assert [match.rule.topic for match in found.matches]
        assert guard.screen(word, NOBODY).action is not Action.ANSWER

    @pytest.mark.parametrize(("word", "action"), [("redword", Action.EMERGENCY), ("blackword", Action.CRISIS)])
    def test_no_score_voids_a_rule_that_finds_danger(self, word: str, action: Action, rulebook: Rulebook) -> None:
        """A needless warning is the smaller harm."""
        classifier = ScriptedClassifier({"plain": {Kind.SMALLTALK: 0.0}})
        assert guard_of(rulebook, classifier).screen(f"plain {word}", NOBODY).action is action


class TestToday:
    """What a doctor should see today is a refusal with a topic of its own."""

    @pytest.mark.parametrize(
        ("text", "rule"), [("orangeword", "refuse_diagnosis.today"), ("plain", "classifier.today")]
    )
    def test_it_is_a_refusal_with_a_topic(self, text: str, rule: str, rulebook: Rulebook) -> None:
        """Whoever finds it; the topic picks the reply."""
        verdict = guard_of(rulebook, unsure(today=0.9)).screen(text, NOBODY)
        assert (verdict.action, verdict.topic, verdict.rule) == (Action.REFUSE_DIAGNOSIS, "today", rule)

    @pytest.mark.parametrize("other", ["greenword", "greyword", "brownword"])
    @pytest.mark.parametrize("found", ["orangeword", "plain"])
    def test_it_comes_before_other_refusals(self, found: str, other: str, rulebook: Rulebook) -> None:
        """An order to forget the rules does not hide a sign of cancer."""
        verdict = guard_of(rulebook, unsure(today=0.6)).screen(f"{other} {found}", NOBODY)
        assert verdict.topic == "today"

    @pytest.mark.parametrize(("danger", "action"), [("redword", Action.EMERGENCY), ("blackword", Action.CRISIS)])
    def test_danger_comes_before_it(self, danger: str, action: Action, rulebook: Rulebook) -> None:
        """Now is sooner than today."""
        assert guard_of(rulebook).screen(f"orangeword {danger}", NOBODY).action is action

    def test_a_doubtful_danger_comes_before_it_too(self, rulebook: Rulebook) -> None:
        """Of the classifier alone."""
        assert guard_of(rulebook, unsure(crisis=0.5)).screen("plain orangeword", NOBODY).action is Action.CRISIS


class TestModels:
    """A danger that rules find waits for no model, and without a model nothing else is answered."""

    @pytest.mark.parametrize(("text", "action"), [("redword", Action.EMERGENCY), ("blackword", Action.CRISIS)])
    def test_a_danger_that_rules_find_needs_no_model(self, text: str, action: Action, rulebook: Rulebook) -> None:
        """An encoder that cannot be opened is never asked."""
        classifier = ScriptedClassifier()
        found = guard_of(rulebook, classifier, DeferredEncoder(_no_model)).examine(text, NOBODY)
        assert found.verdict.action is action
        assert found.scores is None
        assert found.decision is None
        assert not classifier.shown

    def test_a_danger_in_pieces_needs_no_model_either(self, tmp_path: Path) -> None:
        """A face in one message and its droop in the next are a stroke before anything has loaded."""
        guard = guard_of(face_and_droop(tmp_path), encoder=DeferredEncoder(_no_model))
        assert guard.screen("it droops", after("my face")).action is Action.EMERGENCY

    @pytest.mark.parametrize("text", ["What is category II?", "greyword", "orangeword"])
    def test_without_a_model_nothing_else_is_answered(self, text: str, rulebook: Rulebook) -> None:
        """A refusal that rules ask for may hide a danger that only the classifier sees: it is the guard's error."""
        with pytest.raises(GuardError) as caught:
            guard_of(rulebook, encoder=DeferredEncoder(_no_model)).screen(text, NOBODY)
        assert caught.value.fix

    def test_an_encoder_that_the_head_was_not_trained_with_is_refused(self, rulebook: Rulebook) -> None:
        """Its vectors would make the scores meaningless."""
        bias = np.zeros(len(KINDS), np.float32)
        meaning, wording, joining = (
            Linear(np.zeros((len(KINDS), size), np.float32), bias) for size in (DIMENSIONS, BUCKETS, FEATURES)
        )
        classifier = Classifier(Head(meaning, wording, joining, "words@fake", "text"))
        assert guard_of(rulebook, classifier).screen("plain", NOBODY)
        with pytest.raises(GuardError, match="trained with the encoder words@fake, not others@fake"):
            guard_of(rulebook, classifier, WordEncoder("others")).screen("plain", NOBODY)


class TestLongMessages:
    """Nothing hides in a long message."""

    def test_the_classifier_sees_the_whole_and_each_sentence_within_a_bound(self, rulebook: Rulebook) -> None:
        """The encoder reads only the beginning of a long text."""
        classifier = ScriptedClassifier()
        guard = guard_of(rulebook, classifier)
        guard.screen("One is here now. Two is here now. Three is here now.", NOBODY)
        guard.screen(" ".join(f"This is sentence {number}." for number in range(400)), NOBODY)
        few, many = classifier.shown
        assert few[1:] == ("one is here now.", "two is here now.", "three is here now.")
        assert 1 < len(many) <= 1 + PIECES_MAX

    def test_a_long_run_without_full_stops_is_seen_in_windows(self, rulebook: Rulebook) -> None:
        """No word of it lies beyond what the encoder reads."""
        encoder = WordEncoder()
        guard_of(rulebook, encoder=encoder).screen(" ".join(f"word{number}" for number in range(100)), NOBODY)
        whole, *windows = encoder.encoded
        assert all(len(window.split()) <= WINDOW_WORDS for window in windows)
        assert {word for window in windows for word in window.split()} == set(whole.split())


class TestShowingTheWork:
    """What an examination and a verdict hold."""

    def test_an_examination_holds_everything_that_led_to_the_verdict(self, rulebook: Rulebook) -> None:
        """For a developer's eyes, with the version of the data that decided."""
        found = guard_of(rulebook, unsure(refuse_treatment=0.9)).examine("PLAIN greyword", NOBODY)
        assert (found.message.text, found.language, found.policy) == ("plain greyword", "en", "3.test")
        assert [match.rule.id for match in found.matches] == ["refuse_diagnosis.scan"]
        assert found.scores is not None
        assert found.scores[Kind.REFUSE_TREATMENT] == 0.9
        assert found.decision is not None
        assert (found.decision.kind, found.decision.sure) == (Kind.REFUSE_TREATMENT, True)
        assert found.verdict.rule == "classifier.refuse_treatment"

    def test_screening_and_examining_decide_the_same(self, rulebook: Rulebook) -> None:
        """One is the other without the work."""
        guard = guard_of(rulebook, unsure(crisis=0.6))
        for text in ("plain", "redword", "greyword plain", "hello"):
            assert guard.screen(text, NOBODY) == guard.examine(text, NOBODY).verdict

    @pytest.mark.parametrize(
        ("text", "kind"),
        [("plain zebra redword", Kind.EMERGENCY), ("plain zebra", Kind.CRISIS), ("zebra plain", Kind.OFF_TOPIC)],
    )
    def test_a_reason_never_holds_words_of_the_message(self, text: str, kind: Kind, rulebook: Rulebook) -> None:
        """Verdicts are logged; messages are not."""
        verdict = guard_of(rulebook, unsure(**{kind: 0.9})).screen(text, after("plain zebra", Action.CRISIS))
        assert not {*text.split()} & {*f"{verdict.reason} {verdict.rule} {verdict.topic}".split()}

    @pytest.mark.parametrize(("score", "limit"), [(0.6, "0.50"), (0.9, "0.80")])
    def test_a_reason_gives_the_numbers(self, score: float, limit: str, rulebook: Rulebook) -> None:
        """What was measured, and what it was held against."""
        verdict = guard_of(rulebook, unsure(crisis=score)).screen("plain", NOBODY)
        assert verdict.reason == f"the classifier scores {score:.2f}, at or above {limit}"
