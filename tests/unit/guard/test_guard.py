"""Rules, classifier and conversation decide together: the most urgent wins, and nothing hides in a long message."""

from pathlib import Path

import numpy as np
import pytest

from assistant.bootstrap import GUARD
from assistant.domain import Action, Conversation, Turn, Verdict
from assistant.errors import GuardError
from assistant.guard.classifier import FEATURES, Classifier, Head, Linear
from assistant.guard.conversation import ConversationPolicy
from assistant.guard.guard import Guard
from assistant.guard.kinds import KINDS, Kind
from assistant.guard.pieces import PIECES_MAX, WINDOW_WORDS
from assistant.guard.policy import Band, Policy
from assistant.guard.review import Reviewer
from assistant.guard.rules import Rulebook
from assistant.guard.wording import BUCKETS
from ingest.encoder import DeferredEncoder, Encoder
from ingest.errors import WeightsMissing
from tests.fakes import DIMENSIONS, ScriptedClassifier, WordEncoder

NOBODY = Conversation("con_test")
POLICY = Policy([Band(kinds=(kind,), maybe=0.5, surely=0.8) for kind in KINDS[:-1]], honest=0.95)
RULE = """
- {{id: {action}.test, action: {action}, source: design-4, why: a test, topic: {topic}, frame: {{word: [{word}]}},
   within: message, unless: [], yes: [a, b, c], no: [d, e, f]}}
"""


@pytest.fixture
def rulebook(tmp_path: Path) -> Rulebook:
    """One word an action."""
    rules = [
        RULE.format(action=action, topic=topic, word=word).replace(".test", f".{topic}")
        for action, topic, word in (
            ("emergency", "stroke", "redword"),
            ("crisis", "suicide", "blackword"),
            ("refuse_diagnosis", "today", "orangeword"),
            ("refuse_injection", "orders", "greenword"),
            ("refuse_diagnosis", "scan", "greyword"),
            ("off_topic", "cooking", "brownword"),
        )
    ]
    (tmp_path / "rules.yaml").write_text("".join(rules), "utf-8")
    return Rulebook.read(tmp_path)


def _no_model() -> Encoder:
    raise WeightsMissing("There is no model.", fix="Install one.")


def _guard(rulebook: Rulebook, classifier: Classifier | None = None, encoder: Encoder | None = None) -> Guard:
    return Guard(
        rulebook=rulebook,
        classifier=classifier or _unsure(),
        policy=POLICY,
        conversation=ConversationPolicy.read(GUARD / "conversation.yaml"),
        reviewer=Reviewer.read(GUARD / "review.yaml"),
        encoder=encoder or WordEncoder(),
        version="3.test",
    )


def _unsure(**given: float) -> ScriptedClassifier:
    """A classifier with the given scores for the word `plain`, and no opinion on anything else."""
    return ScriptedClassifier({"plain": {Kind(kind): score for kind, score in given.items()}, "": {Kind.TODAY: 0.1}})


def _after(asked: str, action: Action = Action.ANSWER, topic: str | None = None) -> Conversation:
    return NOBODY.with_turn(Turn(asked, asked, Verdict(action, "r", "w", topic)))


class TestUrgency:
    """The most urgent of what was found wins."""

    def test_a_message_that_nothing_objects_to_goes_on(self, rulebook: Rulebook) -> None:
        """The corpus decides the rest."""
        verdict = _guard(rulebook).screen("What is category II?", NOBODY)
        assert (verdict.action, verdict.rule, verdict.sure) == (Action.ANSWER, "guard.pass", True)

    def test_the_most_urgent_action_wins_and_keeps_its_topic(self, rulebook: Rulebook) -> None:
        """The table of actions is an order."""
        verdict = _guard(rulebook).screen("greyword and redword", NOBODY)
        assert (verdict.action, verdict.topic, verdict.also) == (Action.EMERGENCY, "stroke", frozenset())

    def test_emergency_and_crisis_are_both_kept(self, rulebook: Rulebook) -> None:
        """Both kinds of numbers are shown."""
        verdict = _guard(rulebook).screen("blackword and redword", NOBODY)
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
        assert _guard(rulebook, _unsure(**{kind: 0.9})).screen(text, NOBODY).action is action

    def test_a_subject_that_only_the_classifier_misses_is_a_doubt(self, rulebook: Rulebook) -> None:
        """What the corpus holds knows better; a rule that names the subject is no doubt."""
        guard = _guard(rulebook, _unsure(off_topic=0.9))
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
        verdict = _guard(rulebook, _unsure(**{kind: score})).screen("plain", NOBODY)
        assert (verdict.action, verdict.sure) == (kind.action, sure)

    def test_a_rule_is_sure(self, rulebook: Rulebook) -> None:
        """It knows the words that it was written for."""
        assert _guard(rulebook).screen("greyword", NOBODY).sure

    def test_of_two_that_say_the_same_the_sure_one_speaks(self, rulebook: Rulebook) -> None:
        """A rule is not made less sure by a classifier that agrees a little."""
        verdict = _guard(rulebook, _unsure(refuse_diagnosis=0.6)).screen("plain greyword", NOBODY)
        assert (verdict.action, verdict.sure, verdict.topic) == (Action.REFUSE_DIAGNOSIS, True, "scan")

    def test_a_doubtful_danger_comes_before_a_sure_refusal(self, rulebook: Rulebook) -> None:
        """Urgency first, certainty second."""
        verdict = _guard(rulebook, _unsure(emergency=0.5)).screen("plain greyword", NOBODY)
        assert (verdict.action, verdict.sure) == (Action.EMERGENCY, False)


class TestHonest:
    """A message that is surely harmless is not refused by a rule."""

    @pytest.mark.parametrize("word", ["greyword", "greenword", "brownword"])
    def test_a_rule_does_not_refuse_what_is_surely_honest(self, word: str, rulebook: Rulebook) -> None:
        """Words that a rule was written for may stand in a harmless question."""
        classifier = ScriptedClassifier({"plain": {Kind.SMALLTALK: 0.01}, "": {Kind.TODAY: 0.1}})
        guard = _guard(rulebook, classifier)
        found = guard.examine(f"plain {word}", NOBODY)
        assert (found.verdict.action, found.verdict.rule) == (Action.ANSWER, "guard.pass")
        assert [match.rule.topic for match in found.matches]
        assert guard.screen(word, NOBODY).action is not Action.ANSWER

    @pytest.mark.parametrize(("word", "action"), [("redword", Action.EMERGENCY), ("blackword", Action.CRISIS)])
    def test_no_score_voids_a_rule_that_finds_danger(self, word: str, action: Action, rulebook: Rulebook) -> None:
        """A needless warning is the smaller harm."""
        classifier = ScriptedClassifier({"plain": {Kind.SMALLTALK: 0.0}})
        assert _guard(rulebook, classifier).screen(f"plain {word}", NOBODY).action is action


class TestToday:
    """What a doctor should see today is a refusal with a topic of its own."""

    @pytest.mark.parametrize(
        ("text", "rule"), [("orangeword", "refuse_diagnosis.today"), ("plain", "classifier.today")]
    )
    def test_it_is_a_refusal_with_a_topic(self, text: str, rule: str, rulebook: Rulebook) -> None:
        """Whoever finds it; the topic picks the reply."""
        verdict = _guard(rulebook, _unsure(today=0.9)).screen(text, NOBODY)
        assert (verdict.action, verdict.topic, verdict.rule) == (Action.REFUSE_DIAGNOSIS, "today", rule)

    @pytest.mark.parametrize("other", ["greenword", "greyword", "brownword"])
    @pytest.mark.parametrize("found", ["orangeword", "plain"])
    def test_it_comes_before_other_refusals(self, found: str, other: str, rulebook: Rulebook) -> None:
        """An order to forget the rules does not hide a sign of cancer."""
        verdict = _guard(rulebook, _unsure(today=0.6)).screen(f"{other} {found}", NOBODY)
        assert verdict.topic == "today"

    @pytest.mark.parametrize(("danger", "action"), [("redword", Action.EMERGENCY), ("blackword", Action.CRISIS)])
    def test_danger_comes_before_it(self, danger: str, action: Action, rulebook: Rulebook) -> None:
        """Now is sooner than today."""
        assert _guard(rulebook).screen(f"orangeword {danger}", NOBODY).action is action

    def test_a_doubtful_danger_comes_before_it_too(self, rulebook: Rulebook) -> None:
        """Of the classifier alone."""
        assert _guard(rulebook, _unsure(crisis=0.5)).screen("plain orangeword", NOBODY).action is Action.CRISIS


class TestModels:
    """A danger that rules find waits for no model, and without a model nothing else is answered."""

    @pytest.mark.parametrize(("text", "action"), [("redword", Action.EMERGENCY), ("blackword", Action.CRISIS)])
    def test_a_danger_that_rules_find_needs_no_model(self, text: str, action: Action, rulebook: Rulebook) -> None:
        """An encoder that cannot be opened is never asked."""
        classifier = ScriptedClassifier()
        found = _guard(rulebook, classifier, DeferredEncoder(_no_model)).examine(text, NOBODY)
        assert found.verdict.action is action
        assert found.scores is None
        assert found.decision is None
        assert not classifier.shown

    def test_a_danger_in_pieces_needs_no_model_either(self, tmp_path: Path) -> None:
        """A face in one message and its droop in the next are a stroke before anything has loaded."""
        guard = _guard(_face_and_droop(tmp_path), encoder=DeferredEncoder(_no_model))
        assert guard.screen("it droops", _after("my face")).action is Action.EMERGENCY

    @pytest.mark.parametrize("text", ["What is category II?", "greyword", "orangeword"])
    def test_without_a_model_nothing_else_is_answered(self, text: str, rulebook: Rulebook) -> None:
        """A refusal that rules ask for may hide a danger that only the classifier sees: it is the guard's error."""
        with pytest.raises(GuardError) as caught:
            _guard(rulebook, encoder=DeferredEncoder(_no_model)).screen(text, NOBODY)
        assert caught.value.fix

    def test_an_encoder_that_the_head_was_not_trained_with_is_refused(self, rulebook: Rulebook) -> None:
        """Its vectors would make the scores meaningless."""
        bias = np.zeros(len(KINDS), np.float32)
        meaning, wording, joining = (
            Linear(np.zeros((len(KINDS), size), np.float32), bias) for size in (DIMENSIONS, BUCKETS, FEATURES)
        )
        classifier = Classifier(Head(meaning, wording, joining, "words@fake", "text"))
        assert _guard(rulebook, classifier).screen("plain", NOBODY)
        with pytest.raises(GuardError, match="trained with the encoder words@fake, not others@fake"):
            _guard(rulebook, classifier, WordEncoder("others")).screen("plain", NOBODY)


class TestLongMessages:
    """Nothing hides in a long message."""

    def test_the_classifier_sees_the_whole_and_each_sentence_within_a_bound(self, rulebook: Rulebook) -> None:
        """The encoder reads only the beginning of a long text."""
        classifier = ScriptedClassifier()
        guard = _guard(rulebook, classifier)
        guard.screen("One is here now. Two is here now. Three is here now.", NOBODY)
        guard.screen(" ".join(f"This is sentence {number}." for number in range(400)), NOBODY)
        few, many = classifier.shown
        assert few[1:] == ("one is here now.", "two is here now.", "three is here now.")
        assert 1 < len(many) <= 1 + PIECES_MAX

    def test_a_long_run_without_full_stops_is_seen_in_windows(self, rulebook: Rulebook) -> None:
        """No word of it lies beyond what the encoder reads."""
        encoder = WordEncoder()
        _guard(rulebook, encoder=encoder).screen(" ".join(f"word{number}" for number in range(100)), NOBODY)
        whole, *windows = encoder.encoded
        assert all(len(window.split()) <= WINDOW_WORDS for window in windows)
        assert {word for window in windows for word in window.split()} == set(whole.split())


def _face_and_droop(folder: Path) -> Rulebook:
    rule = RULE.format(action="emergency", topic="stroke", word="x")
    (folder / "rules.yaml").write_text(rule.replace("{word: [x]}", "{a: [face], b: [droops]}"), "utf-8")
    return Rulebook.read(folder)


class TestEarlierTurns:
    """What was said before counts."""

    def test_danger_told_in_pieces_is_put_together(self, tmp_path: Path) -> None:
        """A face in one message and its droop in the next are a stroke."""
        guard = _guard(_face_and_droop(tmp_path))
        assert guard.screen("it droops", NOBODY).action is Action.ANSWER
        found = guard.examine("it droops", _after("my face"))
        assert found.verdict.action is Action.EMERGENCY
        assert (found.matches, [match.rule.topic for match in found.joined]) == ((), ["stroke"])

    def test_refusals_are_not_put_together_by_rules(self, tmp_path: Path) -> None:
        """Only danger is looked for across turns by words alone."""
        rule = RULE.format(action="refuse_diagnosis", topic="scan", word="x")
        (tmp_path / "rules.yaml").write_text(rule.replace("{word: [x]}", "{a: [face], b: [droops]}"), "utf-8")
        assert _guard(Rulebook.read(tmp_path)).screen("it droops", _after("my face")).action is Action.ANSWER

    def test_an_earlier_danger_holds(self, rulebook: Rulebook) -> None:
        """Until help has been reached."""
        earlier = _after("redword", Action.EMERGENCY, "stroke")
        found = _guard(rulebook).examine("what is SOT?", earlier)
        assert (found.verdict.action, found.verdict.topic) == (Action.EMERGENCY, "stroke")
        assert found.held == found.verdict
        assert _guard(rulebook).screen("false alarm", earlier).action is Action.ANSWER

    def test_what_was_only_possible_lets_go_of_an_honest_question(self, rulebook: Rulebook) -> None:
        """A needless alarm walls nobody in; a doubtful message after it is still held."""
        possible = Conversation("con_test", (Turn("x", "x", Verdict(Action.EMERGENCY, "r", "w", sure=False)),))
        doubtful = ScriptedClassifier({"hmm": {Kind.EMERGENCY: 0.2}})
        assert _guard(rulebook, ScriptedClassifier()).screen("what is SOT?", possible).action is Action.ANSWER
        assert _guard(rulebook, doubtful).screen("hmm", possible).action is Action.EMERGENCY

    def test_an_earlier_danger_stands_beside_a_new_one(self, rulebook: Rulebook) -> None:
        """Both kinds of numbers are shown."""
        verdict = _guard(rulebook).screen("redword", _after("blackword", Action.CRISIS))
        assert (verdict.action, verdict.also) == (Action.EMERGENCY, frozenset({Action.CRISIS}))

    def test_both_earlier_dangers_hold_when_one_is_told_again(self, rulebook: Rulebook) -> None:
        """Saying again that it hurts does not take the crisis line away."""
        guard = _guard(rulebook)
        first = guard.screen("redword and blackword", NOBODY)
        again = guard.screen("redword", NOBODY.with_turn(Turn("", "", first)))
        assert (again.action, again.also) == (Action.EMERGENCY, frozenset({Action.CRISIS}))


class TestTakenTogether:
    """Innocent turns that surely add up to more than each of them."""

    @staticmethod
    def _guard(rulebook: Rulebook, kind: Kind, score: float) -> Guard:
        return _guard(rulebook, ScriptedClassifier({"leg mine": {kind: score}}))

    @pytest.mark.parametrize(
        "kind", [Kind.REFUSE_DIAGNOSIS, Kind.REFUSE_TREATMENT, Kind.TODAY, Kind.EMERGENCY, Kind.CRISIS]
    )
    def test_innocent_turns_that_surely_add_up_are_refused(self, kind: Kind, rulebook: Rulebook) -> None:
        """Questions that are each innocent may lead to a diagnosis."""
        guard = self._guard(rulebook, kind, 0.9)
        assert guard.screen("what does a short leg mean?", NOBODY).action is Action.ANSWER
        assert guard.screen("mine is", NOBODY).action is Action.ANSWER
        found = guard.examine("mine is", _after("what does a short leg mean?"))
        assert (found.verdict.action, found.verdict.topic) == (kind.action, kind.topic)
        assert found.decision is None
        assert found.together is not None
        assert found.together.kind is kind

    @pytest.mark.parametrize(
        ("kind", "score"),
        [
            (Kind.REFUSE_DIAGNOSIS, 0.79),
            (Kind.EMERGENCY, 0.6),
            (Kind.REFUSE_INJECTION, 1.0),
            (Kind.OFF_TOPIC, 1.0),
            (Kind.SMALLTALK, 1.0),
        ],
    )
    def test_what_only_may_add_up_or_adds_up_to_no_harm_goes_on(
        self, kind: Kind, score: float, rulebook: Rulebook
    ) -> None:
        """A conversation that wanders is no reason to refuse its last message."""
        found = self._guard(rulebook, kind, score).examine("mine is", _after("what does a short leg mean?"))
        assert (found.verdict.rule, found.together) == ("guard.pass", None)

    @pytest.mark.parametrize("action", [Action.REFUSE_DIAGNOSIS, Action.REFUSE_TREATMENT, Action.REFUSE_INJECTION])
    def test_what_was_refused_is_not_joined(self, action: Action, rulebook: Rulebook) -> None:
        """After a refusal an honest question is answered."""
        guard = self._guard(rulebook, Kind.REFUSE_DIAGNOSIS, 1.0)
        assert guard.screen("mine is", _after("what does a short leg mean?", action)).action is Action.ANSWER

    def test_a_message_about_nobody_is_not_joined(self, rulebook: Rulebook) -> None:
        """Whoever reads on about SOT is not asking for a diagnosis."""
        classifier = ScriptedClassifier({"leg blocks": {Kind.REFUSE_DIAGNOSIS: 1.0}})
        found = _guard(rulebook, classifier).examine("how do blocks work", _after("what does a short leg mean?"))
        assert (found.verdict.action, found.together) == (Action.ANSWER, None)
        assert len(classifier.shown) == 1

    def test_a_message_that_is_refused_by_itself_is_not_read_again(self, rulebook: Rulebook) -> None:
        """Nothing is gained by a second look."""
        classifier = ScriptedClassifier({"mine": {Kind.REFUSE_TREATMENT: 0.6}})
        verdict = _guard(rulebook, classifier).screen("mine is", _after("what does a short leg mean?"))
        assert (verdict.action, verdict.sure) == (Action.REFUSE_TREATMENT, False)
        assert len(classifier.shown) == 1

    def test_a_doubt_about_the_subject_does_not_hide_what_turns_add_up_to(self, rulebook: Rulebook) -> None:
        """A short message in the middle of a talk is easily taken for another subject."""
        classifier = ScriptedClassifier({"leg mine": {Kind.REFUSE_DIAGNOSIS: 1.0}, "mine": {Kind.OFF_TOPIC: 0.9}})
        verdict = _guard(rulebook, classifier).screen("mine is", _after("what does a short leg mean?"))
        assert verdict.action is Action.REFUSE_DIAGNOSIS


class TestShowingTheWork:
    """What an examination and a verdict hold."""

    def test_an_examination_holds_everything_that_led_to_the_verdict(self, rulebook: Rulebook) -> None:
        """For a developer's eyes, with the version of the data that decided."""
        found = _guard(rulebook, _unsure(refuse_treatment=0.9)).examine("PLAIN greyword", NOBODY)
        assert (found.message.text, found.language, found.policy) == ("plain greyword", "en", "3.test")
        assert [match.rule.id for match in found.matches] == ["refuse_diagnosis.scan"]
        assert found.scores is not None
        assert found.scores[Kind.REFUSE_TREATMENT] == 0.9
        assert found.decision is not None
        assert (found.decision.kind, found.decision.sure) == (Kind.REFUSE_TREATMENT, True)
        assert found.verdict.rule == "classifier.refuse_treatment"

    def test_screening_and_examining_decide_the_same(self, rulebook: Rulebook) -> None:
        """One is the other without the work."""
        guard = _guard(rulebook, _unsure(crisis=0.6))
        for text in ("plain", "redword", "greyword plain", "hello"):
            assert guard.screen(text, NOBODY) == guard.examine(text, NOBODY).verdict

    @pytest.mark.parametrize(
        ("text", "kind"),
        [("plain zebra redword", Kind.EMERGENCY), ("plain zebra", Kind.CRISIS), ("zebra plain", Kind.OFF_TOPIC)],
    )
    def test_a_reason_never_holds_words_of_the_message(self, text: str, kind: Kind, rulebook: Rulebook) -> None:
        """Verdicts are logged; messages are not."""
        verdict = _guard(rulebook, _unsure(**{kind: 0.9})).screen(text, _after("plain zebra", Action.CRISIS))
        assert not {*text.split()} & {*f"{verdict.reason} {verdict.rule} {verdict.topic}".split()}

    @pytest.mark.parametrize(("score", "limit"), [(0.6, "0.50"), (0.9, "0.80")])
    def test_a_reason_gives_the_numbers(self, score: float, limit: str, rulebook: Rulebook) -> None:
        """What was measured, and what it was held against."""
        verdict = _guard(rulebook, _unsure(crisis=score)).screen("plain", NOBODY)
        assert verdict.reason == f"the classifier scores {score:.2f}, at or above {limit}"
