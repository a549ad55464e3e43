"""From which score on the classifier acts: bands in order of urgency, and a file that is whole or refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from assistant.bootstrap import GUARD
from assistant.errors import GuardError
from assistant.guard.classifier import Scores
from assistant.guard.kinds import KINDS, Kind
from assistant.guard.policy import Band, Policy

COMMITTED = GUARD / "policy.yaml"
POLICY = Policy(
    [
        Band(kinds=(Kind.EMERGENCY, Kind.CRISIS), maybe=0.4, surely=0.8),
        Band(kinds=(Kind.TODAY,), maybe=0.5, surely=0.7),
        Band(kinds=(Kind.REFUSE_INJECTION,), maybe=0.5, surely=0.7),
        Band(kinds=(Kind.REFUSE_TREATMENT, Kind.REFUSE_DIAGNOSIS), maybe=0.5, surely=0.8),
        Band(kinds=(Kind.OFF_TOPIC,), maybe=0.6, surely=0.9),
        Band(kinds=(Kind.SMALLTALK,), maybe=0.7, surely=0.7),
    ],
    honest=0.9,
)
Change = Callable[[dict[str, Any]], object]


def scores(**given: float) -> Scores:
    """Scores of 0 but for those given; `answer` has the rest."""
    return dict.fromkeys(KINDS, 0.0) | {Kind.ANSWER: 1 - sum(given.values())} | {Kind(k): v for k, v in given.items()}


class TestDeciding:
    """Scores become a kind by bands."""

    @pytest.mark.parametrize(
        ("given", "kind", "sure"),
        [
            ({"emergency": 0.4}, Kind.EMERGENCY, False),
            ({"emergency": 0.79}, Kind.EMERGENCY, False),
            ({"emergency": 0.8}, Kind.EMERGENCY, True),
            ({"crisis": 0.9}, Kind.CRISIS, True),
            ({"today": 0.6}, Kind.TODAY, False),
            ({"smalltalk": 0.7}, Kind.SMALLTALK, True),
        ],
    )
    def test_from_maybe_on_it_acts_and_from_surely_on_without_doubt(
        self, given: dict[str, float], kind: Kind, sure: bool
    ) -> None:
        """Between the thresholds it acts and allows for a mistake."""
        decision = POLICY.decide(scores(**given))
        assert decision is not None
        assert (decision.kind, decision.sure) == (kind, sure)

    @pytest.mark.parametrize("given", [{}, {"emergency": 0.39}, {"refuse_diagnosis": 0.49}, {"smalltalk": 0.69}])
    def test_below_every_threshold_a_message_may_be_answered(self, given: dict[str, float]) -> None:
        """Refusing an honest question is a failure too."""
        assert POLICY.decide(scores(**given)) is None

    def test_a_danger_acts_whatever_else_scores_higher(self) -> None:
        """A needless warning is the smaller harm."""
        decision = POLICY.decide(scores(emergency=0.4, refuse_treatment=0.6))
        assert decision is not None
        assert decision.kind is Kind.EMERGENCY

    @pytest.mark.parametrize(
        ("given", "kind"),
        [
            ({"emergency": 0.21, "crisis": 0.2}, Kind.EMERGENCY),
            ({"emergency": 0.2, "crisis": 0.21}, Kind.CRISIS),
            ({"refuse_treatment": 0.2, "refuse_diagnosis": 0.31}, Kind.REFUSE_DIAGNOSIS),
        ],
    )
    def test_a_band_adds_up_its_kinds_and_gives_the_likeliest(self, given: dict[str, float], kind: Kind) -> None:
        """Two dangers that are each too unlikely are one danger together."""
        decision = POLICY.decide(scores(**given))
        assert decision is not None
        assert decision.kind is kind

    @pytest.mark.parametrize(
        ("given", "kind", "score"),
        [
            ({"emergency": 0.35, "today": 0.2}, Kind.TODAY, 0.55),
            ({"crisis": 0.3, "refuse_treatment": 0.3}, Kind.REFUSE_TREATMENT, 0.6),
            ({"today": 0.4, "refuse_injection": 0.15}, Kind.REFUSE_INJECTION, 0.55),
        ],
    )
    def test_a_bands_score_includes_the_more_urgent_ones(
        self, given: dict[str, float], kind: Kind, score: float
    ) -> None:
        """What may be an emergency or else a question of treatment is at least personal."""
        decision = POLICY.decide(scores(**given))
        assert decision is not None
        assert decision.kind is kind
        assert decision.score == pytest.approx(score)

    @pytest.mark.parametrize(("share", "is_honest"), [(0.89, False), (0.9, True), (1.0, True)])
    def test_a_message_is_honest_from_a_high_score_of_answer_on(self, share: float, is_honest: bool) -> None:
        """A rule that refuses may be wrong about what is so surely harmless."""
        assert POLICY.is_honest({**scores(off_topic=1 - share), Kind.ANSWER: share}) is is_honest

    def test_what_was_not_scored_is_not_called_honest(self) -> None:
        """Where a danger rule decided, no model was asked."""
        assert not POLICY.is_honest(None)

    def test_a_decision_gives_the_numbers_it_was_made_with(self) -> None:
        """Whoever reads the audit sees what was held against what."""
        decision = POLICY.decide(scores(emergency=0.5))
        assert decision is not None
        assert (decision.score, decision.maybe, decision.surely) == (0.5, 0.4, 0.8)

    @given(st.lists(st.floats(0.001, 1), min_size=len(KINDS), max_size=len(KINDS)))
    def test_more_danger_never_makes_a_message_less_urgent(self, shares: list[float]) -> None:
        """Moving probability from an answer to an emergency can only raise the alarm."""
        total = sum(shares)
        calm = dict(zip(KINDS, (share / total for share in shares), strict=True))
        moved = calm[Kind.ANSWER] / 2
        worse = calm | {Kind.ANSWER: moved, Kind.EMERGENCY: calm[Kind.EMERGENCY] + moved}
        before, after = POLICY.decide(calm), POLICY.decide(worse)
        urgency = [KINDS.index(found.kind) if found else len(KINDS) for found in (before, after)]
        band = next((band.kinds for band in POLICY.bands if before and before.kind in band.kinds), ())
        assert urgency[1] <= urgency[0] or (after is not None and after.kind in band)


def _band(data: dict[str, Any], number: int, **change: Any) -> None:
    data["bands"][number] |= change


class TestReading:
    """A policy is whole or refused: with a band less, what it held back would pass."""

    @pytest.mark.parametrize(
        ("change", "says"),
        [
            (lambda data: data.update(version=2), "not a policy of version 3"),
            (lambda data: data.pop("version"), "not a policy of version 3"),
            (lambda data: data.update(author="me"), "not a policy of version 3"),
            (lambda data: data.pop("honest"), "not a policy of version 3"),
            (lambda data: data.update(honest=0), "not a policy of version 3"),
            (lambda data: _band(data, 0, maybe=0), "not a policy of version 3"),
            (lambda data: _band(data, 0, surely=1.1), "not a policy of version 3"),
            (lambda data: _band(data, 0, maybe="often"), "not a policy of version 3"),
            (lambda data: _band(data, 0, kinds=[]), "not a policy of version 3"),
            (lambda data: _band(data, 0, kinds=["panic"]), "not a policy of version 3"),
            (lambda data: _band(data, 0, sure=0.5), "not a policy of version 3"),
            (lambda data: data["bands"].pop(1), "every kind but `answer` once"),
            (lambda data: data["bands"].reverse(), "most urgent first"),
            (lambda data: data["bands"].append(data["bands"][0]), "every kind but `answer` once"),
            (lambda data: _band(data, 5, kinds=["smalltalk", "answer"]), "every kind but `answer` once"),
            (lambda data: _band(data, 0, kinds=["crisis", "emergency"]), "most urgent first"),
            (lambda data: _band(data, 0, maybe=0.9, surely=0.5), "`surely` below `maybe`"),
        ],
    )
    def test_a_policy_that_makes_no_sense_is_refused(self, change: Change, says: str, tmp_path: Path) -> None:
        """Of another version, with a kind too few, too many or out of order, or with thresholds no score can be."""
        data = yaml.safe_load(COMMITTED.read_text("utf-8"))
        change(data)
        (tmp_path / "policy.yaml").write_text(yaml.safe_dump(data), "utf-8")
        with pytest.raises(GuardError, match=says) as caught:
            Policy.read(tmp_path / "policy.yaml")
        assert caught.value.fix

    @pytest.mark.parametrize("content", [None, b"", b"bands: [", b"- emergency", b"\xff\xfe\x00", b"version: 3\n"])
    def test_a_missing_or_damaged_file_is_our_error_with_its_fix(self, content: bytes | None, tmp_path: Path) -> None:
        """Whatever has happened to the file, nothing is answered without it."""
        if content is not None:
            (tmp_path / "policy.yaml").write_bytes(content)
        with pytest.raises(GuardError, match=r"policy\.yaml") as caught:
            Policy.read(tmp_path / "policy.yaml")
        assert caught.value.fix


class TestCommitted:
    """The policy in the repository."""

    def test_it_can_be_read_and_acts_on_danger_soonest(self) -> None:
        """A needless warning is the smaller harm, so danger has the lowest threshold."""
        bands = Policy.read(COMMITTED).bands
        assert bands[0].kinds == (Kind.EMERGENCY, Kind.CRISIS)
        assert bands[0].maybe == min(band.maybe for band in bands)

    @pytest.mark.parametrize("kind", KINDS[:-1])
    def test_what_is_certain_is_acted_on_without_doubt(self, kind: Kind) -> None:
        """Every kind has its band."""
        decision = Policy.read(COMMITTED).decide(scores(**{kind: 1.0}))
        assert decision is not None
        assert (decision.kind, decision.sure) == (kind, True)

    def test_an_honest_question_is_answered(self) -> None:
        """Certainly harmless is certainly no refusal."""
        assert Policy.read(COMMITTED).decide(scores()) is None

    def test_nobody_is_greeted_whose_message_is_hardly_small_talk(self) -> None:
        """Of a message that may be anything, the mildest band must not make a surely meant `hello`."""
        spread = scores(emergency=0.3, refuse_treatment=0.15, off_topic=0.04, smalltalk=0.02)
        decision = Policy.read(COMMITTED).decide(spread)
        assert decision is None or decision.kind is not Kind.SMALLTALK
