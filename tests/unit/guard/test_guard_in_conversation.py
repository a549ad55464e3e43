"""What earlier turns mean for the guard: danger holds until help has come, and pieces are put together."""

from pathlib import Path

import pytest

from assistant.domain import Action, Conversation, Turn, Verdict
from assistant.guard.guard import Guard
from assistant.guard.kinds import Kind
from assistant.guard.rules import Rulebook
from tests.fakes import ScriptedClassifier
from tests.unit.guard.scripted import NOBODY, RULE, after, face_and_droop, guard_of


class TestEarlierTurns:
    """What was said before counts."""

    def test_danger_told_in_pieces_is_put_together(self, tmp_path: Path) -> None:
        """A face in one message and its droop in the next are a stroke."""
        guard = guard_of(face_and_droop(tmp_path))
        assert guard.screen("it droops", NOBODY).action is Action.ANSWER
        found = guard.examine("it droops", after("my face"))
        assert found.verdict.action is Action.EMERGENCY
        assert (found.matches, [match.rule.topic for match in found.joined]) == ((), ["stroke"])

    def test_refusals_are_not_put_together_by_rules(self, tmp_path: Path) -> None:
        """Only danger is looked for across turns by words alone."""
        rule = RULE.format(action="refuse_diagnosis", topic="scan", word="x")
        (tmp_path / "rules.yaml").write_text(rule.replace("{word: [x]}", "{a: [face], b: [droops]}"), "utf-8")
        assert guard_of(Rulebook.read(tmp_path)).screen("it droops", after("my face")).action is Action.ANSWER

    def test_an_earlier_danger_holds(self, rulebook: Rulebook) -> None:
        """Until help has been reached."""
        earlier = after("redword", Action.EMERGENCY, "stroke")
        found = guard_of(rulebook).examine("what is SOT?", earlier)
        assert (found.verdict.action, found.verdict.topic) == (Action.EMERGENCY, "stroke")
        assert found.held == found.verdict
        assert guard_of(rulebook).screen("false alarm", earlier).action is Action.SMALLTALK

    def test_what_was_only_possible_lets_go_of_an_honest_question(self, rulebook: Rulebook) -> None:
        """A needless alarm walls nobody in; a doubtful message after it is still held."""
        possible = Conversation("con_test", (Turn("x", "x", Verdict(Action.EMERGENCY, "r", "w", sure=False)),))
        doubtful = ScriptedClassifier({"hmm": {Kind.EMERGENCY: 0.2}})
        assert guard_of(rulebook, ScriptedClassifier()).screen("what is SOT?", possible).action is Action.ANSWER
        assert guard_of(rulebook, doubtful).screen("hmm", possible).action is Action.EMERGENCY

    @pytest.mark.parametrize(
        ("said", "action"),
        [
            ("false alarm", Action.SMALLTALK),
            ("I called 911, the ambulance is here.", Action.SMALLTALK),
            ("false alarm, what does category two mean", Action.ANSWER),
            ("false alarm, but now hmm", Action.EMERGENCY),
            ("The ambulance is here. But now redword", Action.EMERGENCY),
            ("is it a false alarm?", Action.EMERGENCY),
        ],
    )
    def test_what_is_said_beside_the_help_is_read_by_itself(
        self, said: str, action: Action, rulebook: Rulebook
    ) -> None:
        """Talk of ambulances is no new danger, and a new danger does not hide behind it."""
        earlier = after("redword", Action.EMERGENCY, "stroke")
        alarmed = ScriptedClassifier({"ambulance": {Kind.EMERGENCY: 0.9}, "hmm": {Kind.EMERGENCY: 0.9}})
        assert guard_of(rulebook, alarmed).screen(said, earlier).action is action

    def test_an_earlier_danger_stands_beside_a_new_one(self, rulebook: Rulebook) -> None:
        """Both kinds of numbers are shown."""
        verdict = guard_of(rulebook).screen("redword", after("blackword", Action.CRISIS))
        assert (verdict.action, verdict.also) == (Action.EMERGENCY, frozenset({Action.CRISIS}))

    def test_both_earlier_dangers_hold_when_one_is_told_again(self, rulebook: Rulebook) -> None:
        """Saying again that it hurts does not take the crisis line away."""
        guard = guard_of(rulebook)
        first = guard.screen("redword and blackword", NOBODY)
        again = guard.screen("redword", NOBODY.with_turn(Turn("", "", first)))
        assert (again.action, again.also) == (Action.EMERGENCY, frozenset({Action.CRISIS}))


class TestTakenTogether:
    """Innocent turns that surely add up to more than each of them."""

    @staticmethod
    def _guard(rulebook: Rulebook, kind: Kind, score: float) -> Guard:
        return guard_of(rulebook, ScriptedClassifier({"leg mine": {kind: score}}))

    @pytest.mark.parametrize(
        "kind", [Kind.REFUSE_DIAGNOSIS, Kind.REFUSE_TREATMENT, Kind.TODAY, Kind.EMERGENCY, Kind.CRISIS]
    )
    def test_innocent_turns_that_surely_add_up_are_refused(self, kind: Kind, rulebook: Rulebook) -> None:
        """Questions that are each innocent may lead to a diagnosis."""
        guard = self._guard(rulebook, kind, 0.9)
        assert guard.screen("what does a short leg mean?", NOBODY).action is Action.ANSWER
        assert guard.screen("mine is", NOBODY).action is Action.ANSWER
        found = guard.examine("mine is", after("what does a short leg mean?"))
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
        found = self._guard(rulebook, kind, score).examine("mine is", after("what does a short leg mean?"))
        assert (found.verdict.rule, found.together) == ("guard.pass", None)

    @pytest.mark.parametrize("action", [Action.REFUSE_DIAGNOSIS, Action.REFUSE_TREATMENT, Action.REFUSE_INJECTION])
    def test_what_was_refused_is_not_joined(self, action: Action, rulebook: Rulebook) -> None:
        """After a refusal an honest question is answered."""
        guard = self._guard(rulebook, Kind.REFUSE_DIAGNOSIS, 1.0)
        assert guard.screen("mine is", after("what does a short leg mean?", action)).action is Action.ANSWER

    def test_a_message_about_nobody_is_not_joined(self, rulebook: Rulebook) -> None:
        """Whoever reads on about SOT is not asking for a diagnosis."""
        classifier = ScriptedClassifier({"leg blocks": {Kind.REFUSE_DIAGNOSIS: 1.0}})
        found = guard_of(rulebook, classifier).examine("how do blocks work", after("what does a short leg mean?"))
        assert (found.verdict.action, found.together) == (Action.ANSWER, None)
        assert len(classifier.shown) == 1

    def test_a_message_that_is_refused_by_itself_is_not_read_again(self, rulebook: Rulebook) -> None:
        """Nothing is gained by a second look."""
        classifier = ScriptedClassifier({"mine": {Kind.REFUSE_TREATMENT: 0.6}})
        verdict = guard_of(rulebook, classifier).screen("mine is", after("what does a short leg mean?"))
        assert (verdict.action, verdict.sure) == (Action.REFUSE_TREATMENT, False)
        assert len(classifier.shown) == 1

    def test_a_doubt_about_the_subject_does_not_hide_what_turns_add_up_to(self, rulebook: Rulebook) -> None:
        """A short message in the middle of a talk is easily taken for another subject."""
        classifier = ScriptedClassifier({"leg mine": {Kind.REFUSE_DIAGNOSIS: 1.0}, "mine": {Kind.OFF_TOPIC: 0.9}})
        verdict = guard_of(rulebook, classifier).screen("mine is", after("what does a short leg mean?"))
        assert verdict.action is Action.REFUSE_DIAGNOSIS
