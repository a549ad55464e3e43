"""Training: families stay together, long messages are made fairly, and the same text gives the same head."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import GuardError
from assistant.guard.classifier import Classifier, fingerprint
from assistant.guard.composites import PARTS, SHARE, composed
from assistant.guard.kinds import KINDS, RISKY, Kind
from assistant.guard.normalising import read_message
from assistant.guard.pieces import rows
from assistant.guard.policy import Band, Policy
from assistant.guard.training import FOLDS, Trained, train
from assistant.guard.training_report import COMPOSED, Judged, Share, TrainingReport
from assistant.guard.training_text import TrainingText, read_texts
from assistant.guard.wording import wording
from tests.fakes import FAMILIES, TOPICS, WordTeacher, write_training

FEW = dict.fromkeys(KINDS, 4)
POLICY = Policy([Band(kinds=(kind,), maybe=0.5, surely=0.8) for kind in KINDS[:-1]], honest=0.95)


@pytest.fixture(scope="module")
def training(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small training text."""
    return write_training(tmp_path_factory.mktemp("guard") / "training")


@pytest.fixture(scope="module")
def texts(training: Path) -> tuple[TrainingText, ...]:
    """A small training text."""
    return read_texts(training, texts_min=FEW)


@pytest.fixture(scope="module")
def teacher() -> WordTeacher:
    """Who taught, and remembers what."""
    return WordTeacher()


@pytest.fixture(scope="module")
def said() -> list[str]:
    """What training said while it ran."""
    return []


@pytest.fixture(scope="module")
def trained(texts: tuple[TrainingText, ...], teacher: WordTeacher, said: list[str]) -> Trained:
    """What training on the small text made."""
    return train(texts, teacher, said.append)


def _text(text: str, kind: Kind, family: str = "test/one", language: str = "en") -> TrainingText:
    return TrainingText(text, kind, family, None, language)


class TestFolds:
    """What is judged has not been seen."""

    def test_a_family_is_never_split(self, trained: Trained) -> None:
        """A figure speaks for phrasings that were not seen."""
        folds = defaultdict(set)
        for case in trained.report.judged:
            if case.text.family != COMPOSED:
                folds[case.text.family].add(case.fold)
        assert len(folds) == len(KINDS) * len(FAMILIES)
        assert all(len(own) == 1 for own in folds.values())

    def test_every_text_is_held_out_once_and_every_fold_holds_some(
        self, trained: Trained, texts: tuple[TrainingText, ...]
    ) -> None:
        """No message is judged twice, none not at all."""
        held = [case for case in trained.report.judged if case.text.family != COMPOSED]
        assert sorted(case.text.text for case in held) == sorted(text.text for text in texts)
        assert {case.fold for case in held} == set(range(FOLDS))

    def test_a_lesson_holds_no_text_that_its_fold_is_judged_by(
        self, trained: Trained, texts: tuple[TrainingText, ...], teacher: WordTeacher
    ) -> None:
        """Each lesson is the rest of the text; the last is all of it."""
        *lessons, last = teacher.lessons[: FOLDS + 1]
        assert len(last) == len(texts)
        for fold, lesson in enumerate(lessons):
            held = {case.text.text for case in trained.report.judged if case.fold == fold}
            assert not held & set(lesson)
            assert sum(text.text in held for text in texts) + len(lesson) == len(texts)

    def test_long_messages_are_made_of_the_fold_that_is_held_out(self, trained: Trained) -> None:
        """A sentence that was learnt by heart would make a long message easy."""
        for fold in range(FOLDS):
            own = {case.text.text for case in trained.report.judged if case.fold == fold}
            long = [case for case in trained.report.judged if case.fold == fold and case.text.family == COMPOSED]
            assert long
            for case in long:
                assert {part.strip(" \n") for part in case.text.text.split(".") if part.strip()} <= own

    def test_a_kind_whose_only_family_is_held_out_is_an_error(self, texts: tuple[TrainingText, ...]) -> None:
        """There would be nothing left to learn it from."""
        one = [replace(text, family="crisis/one") if text.kind is Kind.CRISIS else text for text in texts]
        with pytest.raises(GuardError, match="holds all families of a kind") as caught:
            train(one, WordTeacher())
        assert "more families" in caught.value.fix

    def test_a_kind_with_a_single_text_is_an_error_of_ours(self, texts: tuple[TrainingText, ...]) -> None:
        """And no traceback out of a library."""
        lonely = next(text for text in texts if text.kind is Kind.CRISIS)
        with pytest.raises(GuardError):
            train([text for text in texts if text.kind is not Kind.CRISIS] + [lonely], WordTeacher())


class TestTraining:
    """From a text to a head."""

    def test_the_teacher_is_shown_messages_as_the_guard_reads_them(self, texts: tuple[TrainingText, ...]) -> None:
        """What is served is normalised, so what is learnt is."""
        teacher = WordTeacher()
        train([replace(text, text=f"  {text.text.upper()}… ") for text in texts], teacher)
        assert all(text == read_message(text).text for lesson in teacher.lessons for text in lesson)

    def test_the_same_text_gives_the_same_bytes(
        self, trained: Trained, texts: tuple[TrainingText, ...], training: Path, tmp_path: Path
    ) -> None:
        """Training twice writes the same head, and says the same of it."""
        again = train(texts, WordTeacher())
        for name, made in (("one", trained), ("two", again)):
            made.head("words@fake", training).write(tmp_path / f"{name}.npz")
        assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
        assert again.report.table(POLICY) == trained.report.table(POLICY)
        assert np.array_equal(again.report.scores, trained.report.scores)

    def test_a_head_is_made_out_to_an_encoder_and_a_text(self, trained: Trained, training: Path) -> None:
        """Whoever reads it can tell what it belongs to."""
        head = trained.head("words@fake", training)
        assert (head.encoder, head.training) == ("words@fake", fingerprint(training))

    @pytest.mark.parametrize(
        "text",
        [
            "Crushing chest on Friday!",
            "category blocks. hopeless dying monday. category blocks sunday",
            "something else",
            " ".join(f"category blocks number{number} here." for number in range(60)),
        ],
        ids=["danger", "several", "neither", "long"],
    )
    def test_serving_scores_as_training_did(self, text: str, trained: Trained, teacher: WordTeacher) -> None:
        """The figures speak for what is served: both read a message the same way."""
        told = rows(read_message(text))
        served = Classifier(trained.head("words@fake", Path())).scores(told, teacher.encoder.encode(told))
        (judged,) = trained.judge([_text(text, Kind.ANSWER)]).scores
        assert list(served.values()) == pytest.approx(judged.tolist(), abs=1e-4)

    def test_figures_of_strangers_texts_are_made_without_training_on_them(
        self, trained: Trained, texts: tuple[TrainingText, ...], teacher: WordTeacher
    ) -> None:
        """They are scored by what is there already, in their order."""
        before = len(teacher.lessons)
        report = trained.judge(texts[:30])
        assert len(teacher.lessons) == before
        assert [case.text for case in report.judged] == list(texts[:30])
        assert report.scores.sum(axis=1) == pytest.approx(np.ones(30))
        assert [KINDS[row.argmax()] for row in report.scores] == [text.kind for text in texts[:30]]

    def test_wording_that_only_one_message_has_teaches_nothing(
        self, trained: Trained, texts: tuple[TrainingText, ...]
    ) -> None:
        """A rare word is an accident of who wrote the text."""
        buckets = [set(wording(read_message(text.text).text)[0].tolist()) for text in texts]
        rare = {
            bucket for at, own in enumerate(buckets[:3]) for bucket in own.difference(*buckets[:at], *buckets[at + 1 :])
        }
        common = set.intersection(*buckets[:3])
        assert rare
        assert not trained.wording.weights[:, sorted(rare)].any()
        assert trained.wording.weights[:, sorted(common)].any()

    def test_it_says_one_line_a_step(self, trained: Trained, said: list[str]) -> None:
        """Whoever waits knows for what."""
        assert said == [*(f"fold {fold + 1} of {FOLDS}" for fold in range(FOLDS)), "all of the text"]


class TestComposites:
    """Long messages that are made of several."""

    TEXTS = tuple(
        _text(f"{language} {kind} {number}", kind, f"{kind}/{number}", language)
        for language in ("en", "es")
        for kind in KINDS
        for number in range(20)
    )

    def test_each_is_of_one_language_and_has_at_most_one_risky_kind(self) -> None:
        """Nobody writes half a page in two languages, and a label must be right."""
        found = composed(self.TEXTS, seed=0)
        assert {text.language for text in found} == {"en", "es"}
        for text in found:
            parts = [part.strip() for part in text.text.replace("\n", " ").split(".") if part.strip()]
            assert {part.split()[0] for part in parts} == {text.language}
            risky = [part.split()[1] for part in parts if part.split()[1] in RISKY]
            assert risky == ([] if text.kind is Kind.ANSWER else [str(text.kind)])
            assert PARTS[0] <= len(parts) - len(risky) <= PARTS[1]
            assert (text.family, text.near) == (COMPOSED, None)

    def test_half_are_honest_and_their_number_is_a_share_of_the_texts(self) -> None:
        """What hides is to be found, and a friendly page is not to be feared."""
        found = composed(self.TEXTS, seed=0)
        assert len(found) == pytest.approx(SHARE * len(self.TEXTS), abs=2)
        honest = sum(text.kind is Kind.ANSWER for text in found)
        assert abs(2 * honest - len(found)) <= 2

    def test_what_hides_may_stand_anywhere(self) -> None:
        """First, last and in between."""
        places = set()
        for text in composed(self.TEXTS, seed=0):
            if text.kind is not Kind.ANSWER:
                kinds = [part.split()[1] for part in text.text.replace("\n", " ").split(".") if part.strip()]
                at = kinds.index(str(text.kind))
                places.add("first" if at == 0 else "last" if at == len(kinds) - 1 else "between")
        assert places == {"first", "last", "between"}

    def test_the_same_seed_gives_the_same_messages_and_another_one_others(self) -> None:
        """So that training is the same twice and folds do not repeat each other."""
        assert composed(self.TEXTS, seed=1) == composed(self.TEXTS, seed=1)
        assert composed(self.TEXTS, seed=1) != composed(self.TEXTS, seed=2)

    @pytest.mark.parametrize("without", [{Kind.ANSWER}, set(RISKY)])
    def test_a_language_without_honest_or_without_risky_texts_has_none(self, without: set[Kind]) -> None:
        """There is nothing to hide, or nothing to hide it in."""
        kept = [text for text in self.TEXTS if text.language == "en" or text.kind not in without]
        assert {text.language for text in composed(kept, seed=0)} == {"en"}

    def test_sentences_stay_apart(self) -> None:
        """A text without a full stop gets one; one with its own end keeps it."""
        texts = [_text("no end", Kind.ANSWER), _text("我想死。", Kind.CRISIS), _text("really?", Kind.ANSWER)] * 20
        for text in composed(texts, seed=0):
            assert "?." not in text.text
            assert "。." not in text.text
            assert "no end " not in f"{text.text} "


def _report(*cases: tuple[TrainingText, Kind]) -> TrainingReport:
    scores = np.array([[1.0 if kind is got else 0.0 for kind in KINDS] for _, got in cases])
    return TrainingReport(tuple(Judged(text, 0) for text, _ in cases), scores)


class TestReport:
    """What is said of a classifier, and how surely."""

    @pytest.mark.parametrize(
        ("hits", "cases", "shown"),
        [(0, 0, "-"), (6, 6, "1.000 (0.610-1.000)"), (0, 4, "0.000 (0.000-0.490)"), (90, 100, "0.900 (0.826-0.945)")],
    )
    def test_a_share_has_its_wilson_interval(self, hits: int, cases: int, shown: str) -> None:
        """Six of six is not the same as six hundred of six hundred."""
        assert str(Share(hits, cases)) == shown

    def test_the_table_has_a_line_a_kind_in_the_order_of_urgency(self, trained: Trained) -> None:
        """With its texts and families; long messages that were made count apart."""
        lines = trained.report.table(POLICY).splitlines()[1 : len(KINDS) + 1]
        assert [line.split()[0] for line in lines] == list(KINDS)
        assert {line.split()[1] for line in lines} == {str(4 * len(FAMILIES))}
        assert {line.split()[2] for line in lines} == {str(len(FAMILIES))}

    def test_a_line_says_how_many_got_the_kind_something_as_urgent_and_how_many_rightly(self) -> None:
        """Missing a crisis by calling an emergency is the smaller mistake."""
        crisis, answer = _text("a", Kind.CRISIS), _text("b", Kind.ANSWER)
        report = _report(
            (crisis, Kind.CRISIS),
            (crisis, Kind.CRISIS),
            (crisis, Kind.EMERGENCY),
            (crisis, Kind.ANSWER),
            (answer, Kind.CRISIS),
            (answer, Kind.CRISIS),
        )
        line = next(line for line in report.table(POLICY).splitlines() if line.startswith("crisis"))
        shares = [part for part in line.split() if "." in part and "(" not in part]
        assert shares == ["0.500", "0.750", "0.500"]

    @pytest.mark.parametrize(
        ("text", "got", "line", "share"),
        [
            (
                replace(_text("a", Kind.ANSWER), near=Kind.EMERGENCY),
                Kind.EMERGENCY,
                "near misses of danger that raised no alarm",
                "0.000",
            ),
            (
                replace(_text("a", Kind.ANSWER), near=Kind.CRISIS),
                Kind.ANSWER,
                "near misses of danger that raised no alarm",
                "1.000",
            ),
            (
                replace(_text("a", Kind.ANSWER), near=Kind.REFUSE_DIAGNOSIS),
                Kind.REFUSE_DIAGNOSIS,
                "honest near misses of a refusal that passed",
                "0.000",
            ),
            (_text("a", Kind.ANSWER), Kind.OFF_TOPIC, "honest messages that passed", "1.000"),
            (_text("a", Kind.ANSWER), Kind.REFUSE_TREATMENT, "honest messages that passed", "0.000"),
            (_text("a", Kind.ANSWER, COMPOSED), Kind.CRISIS, "long honest messages that passed", "0.000"),
            (_text("a", Kind.CRISIS, COMPOSED), Kind.EMERGENCY, "danger hidden in long messages", "1.000"),
            (_text("a", Kind.CRISIS, COMPOSED), Kind.ANSWER, "danger hidden in long messages", "0.000"),
            (_text("a", Kind.CRISIS, language="es"), Kind.CRISIS, "es", "danger 1.000"),
            (_text("a", Kind.ANSWER, language="es"), Kind.CRISIS, "es", "danger -, honest 0.000"),
        ],
    )
    def test_each_way_of_going_wrong_has_a_line(self, text: TrainingText, got: Kind, line: str, share: str) -> None:
        """Near misses, long messages and other languages are where classifiers fail."""
        assert f"\n{line}: {share}" in _report((text, got)).table(POLICY)

    def test_rows_give_each_message_its_kind_and_scores(self) -> None:
        """For whoever chooses thresholds or looks for wrong labels."""
        (row,) = _report((_text("a", Kind.CRISIS, "x/y", "es"), Kind.EMERGENCY)).rows()
        assert row == {
            "text": "a",
            "kind": "crisis",
            "family": "x/y",
            "language": "es",
            "scores": [1.0, *[0.0] * (len(KINDS) - 1)],
        }


@pytest.mark.parametrize(("one", "other"), list(combinations(KINDS, 2)))
def test_the_small_text_can_be_told_apart(one: Kind, other: Kind, texts: Sequence[TrainingText]) -> None:
    """A text whose kinds share words would make these tests depend on luck."""
    assert not set(TOPICS[one].split()) & set(TOPICS[other].split())
