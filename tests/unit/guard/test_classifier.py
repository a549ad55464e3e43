"""The trained head: what it refuses to serve, how it decides, and that what is committed belongs together."""

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml

from assistant.domain import Action
from assistant.errors import GuardError
from assistant.guard.classifier import RISKY, TRAINED, Classifier, Thresholds, combined, fingerprint
from assistant.guard.training import TrainingReport, train
from assistant.guard.training_text import TEXTS_MIN, read_texts
from tests.fakes import DIMENSIONS, WordEncoder

GUARD = Path(__file__).parents[3] / "assistant" / "guard"
FEW = dict.fromkeys(TRAINED, 4)
TOPICS = {
    Action.EMERGENCY: "crushing chest",
    Action.CRISIS: "hopeless dying",
    Action.REFUSE_INJECTION: "ignore rules",
    Action.REFUSE_TREATMENT: "should take",
    Action.REFUSE_DIAGNOSIS: "wrong with",
    Action.OFF_TOPIC: "pancake recipe",
    Action.SMALLTALK: "hello thanks",
    Action.ANSWER: "category blocks",
}
EditFile = Callable[[str, object], None]


def write_texts(folder: Path) -> None:
    """A small training text: every action has words of its own, in three families."""
    folder.mkdir()
    for action, words in TOPICS.items():
        families = [
            {"family": name, "hard": action is Action.ANSWER, "texts": [f"{words} {name} {n}" for n in ("one", "two")]}
            for name in ("monday", "tuesday", "friday")
        ]
        (folder / f"{action}.yaml").write_text(yaml.safe_dump(families), "utf-8")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, TrainingReport]:
    """A guard folder with a head trained on a small text, and what training said."""
    folder = tmp_path_factory.mktemp("guard")
    write_texts(folder / "training")
    shutil.copy(GUARD / "thresholds.yaml", folder)
    return folder, train(folder / "training", WordEncoder(), folder, thresholds(), texts_min=FEW)


@pytest.fixture
def report(trained: tuple[Path, TrainingReport]) -> TrainingReport:
    """What training on the small text said."""
    return trained[1]


@pytest.fixture
def folder(trained: tuple[Path, TrainingReport], tmp_path: Path) -> Path:
    """A copy of the trained guard folder, free to be spoilt."""
    return shutil.copytree(trained[0], tmp_path / "guard")


@pytest.fixture
def rewrite(folder: Path) -> EditFile:
    """Replace one training file's content."""

    def edit(name: str, content: object) -> None:
        (folder / "training" / name).write_text(yaml.safe_dump(content), "utf-8")

    return edit


def thresholds(**least: float) -> Thresholds:
    """Thresholds of a half, but for those given."""
    return Thresholds(dict.fromkeys(TRAINED[:-1], 0.5) | {Action(name): score for name, score in least.items()})


def scores(**given: float) -> dict[Action, float]:
    """Scores of 0 but for those given."""
    return dict.fromkeys(TRAINED, 0.0) | {Action(name): score for name, score in given.items()}


class TestTraining:
    """`train` makes a head from text, or names every fault."""

    def test_the_head_knows_its_own_text(self, folder: Path) -> None:
        """Every message of a text that can be told apart is scored highest for its own action."""
        encoder = WordEncoder()
        classifier = Classifier.read(folder / "head.npz", encoder.identity)
        for text in read_texts(folder / "training", texts_min=FEW):
            found = classifier.scores(encoder.encode([text.text]))
            assert max(found, key=lambda action: found[action]) is text.action

    def test_the_same_text_gives_the_same_bytes(self, folder: Path, report: TrainingReport) -> None:
        """Training twice writes the same head."""
        first = (folder / "head.npz").read_bytes()
        again = train(folder / "training", WordEncoder(), folder, thresholds(), texts_min=FEW)
        assert (folder / "head.npz").read_bytes() == first
        assert again == report

    def test_the_report_has_a_line_an_action_with_its_interval(self, report: TrainingReport) -> None:
        """The table counts texts and families and gives a Wilson interval for each share."""
        lines = report.table().splitlines()
        emergency = next(line for line in lines if line.startswith("emergency"))
        assert emergency.split()[1:3] == ["6", "3"]
        assert "1.00 (0.61-1.00)" in emergency
        assert [line.split()[0] for line in lines[1 : len(TRAINED) + 1]] == list(TRAINED)

    def test_all_faults_are_named_at_once(self, folder: Path, rewrite: EditFile) -> None:
        """A duplicate across actions, too few texts, a broken family and a missing file come in one error."""
        rewrite("crisis.yaml", [{"family": "a", "texts": ["Crushing  chest MONDAY one"]}])
        rewrite("smalltalk.yaml", [{"family": "b", "text": ["misspelt key"]}])
        (folder / "training" / "answer.yaml").unlink()
        with pytest.raises(GuardError) as caught:
            train(folder / "training", WordEncoder(), folder / "nowhere", thresholds(), texts_min=FEW)
        for fault in ("crisis.yaml:1: [twice]", "crisis.yaml:1: [too-few]", "smalltalk.yaml:1: [family]"):
            assert fault in caught.value.problem
        assert "answer.yaml:1: [unreadable]" in caught.value.problem
        assert "sot guard train" in caught.value.fix


class TestReading:
    """A head that does not belong is refused; nothing may be answered with it."""

    def test_another_encoder_is_refused(self, folder: Path) -> None:
        """Vectors of another encoder would make the scores meaningless."""
        with pytest.raises(GuardError, match="trained with the encoder words@fake") as caught:
            Classifier.read(folder / "head.npz", "another@fake")
        assert "sot guard train" in caught.value.fix

    def test_changed_training_text_is_refused(self, folder: Path, rewrite: EditFile) -> None:
        """Whoever edits the text must train again."""
        rewrite("smalltalk.yaml", [{"family": "new", "texts": ["good morning"]}])
        with pytest.raises(GuardError, match="training text has changed") as caught:
            Classifier.read(folder / "head.npz", WordEncoder().identity)
        assert "sot guard train" in caught.value.fix

    def test_line_endings_are_no_change(self, folder: Path) -> None:
        """A checkout with Windows line endings holds the same text."""
        before = fingerprint(folder / "training")
        for file in (folder / "training").glob("*.yaml"):
            file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
        assert fingerprint(folder / "training") == before

    @pytest.mark.parametrize("name", ["head.npz", "thresholds.yaml"])
    @pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 cut short", b"policy: 2\nleast: {}\n"])
    def test_a_missing_or_damaged_file_is_refused(self, folder: Path, name: str, content: bytes | None) -> None:
        """Whatever has happened to a file, it is our error with its fix."""
        (folder / name).unlink()
        if content is not None:
            (folder / name).write_bytes(content)
        with pytest.raises(GuardError) as caught:
            Classifier.read(folder / "head.npz", WordEncoder().identity)
        assert caught.value.fix

    @pytest.mark.parametrize(
        "change", [{"policy": 1}, {"least": {"emergency": 0.5}}, {"emergency": 0}, {"emergency": 1.2}, {"panic": 0.5}]
    )
    def test_thresholds_that_make_no_sense_are_refused(self, folder: Path, change: dict[str, object]) -> None:
        """Of another policy, for too few or unknown actions, or outside of what a score can be."""
        data = yaml.safe_load((folder / "thresholds.yaml").read_text("utf-8"))
        top = {name: value for name, value in change.items() if name in data}
        data = data | top | ({} if top else {"least": data["least"] | change})
        (folder / "thresholds.yaml").write_text(yaml.safe_dump(data), "utf-8")
        with pytest.raises(GuardError):
            Thresholds.read(folder / "thresholds.yaml")

    @pytest.mark.parametrize(
        "vectors",
        [
            np.zeros((0, DIMENSIONS), np.float32),
            np.zeros((1, 7), np.float32),
            np.zeros(DIMENSIONS, np.float32),
            np.full((1, DIMENSIONS), np.nan, np.float32),
        ],
        ids=["no rows", "other encoder", "no matrix", "not numbers"],
    )
    def test_vectors_that_cannot_be_scored_let_nothing_through(self, folder: Path, vectors: np.ndarray) -> None:
        """A NaN lies below every threshold, so it must be an error and not a pass."""
        classifier = Classifier.read(folder / "head.npz", WordEncoder().identity)
        with pytest.raises(GuardError):
            classifier.scores(vectors)

    def test_scores_are_probabilities_of_every_trained_action(self, folder: Path) -> None:
        """One row's scores sum to one; more rows can only raise a risky action."""
        encoder = WordEncoder()
        classifier = Classifier.read(folder / "head.npz", encoder.identity)
        rows = encoder.encode(["category blocks", "crushing chest"])
        alone, together = classifier.scores(rows[:1]), classifier.scores(rows)
        assert tuple(alone) == TRAINED
        assert sum(alone.values()) == pytest.approx(1)
        assert all(together[action] >= alone[action] - 1e-6 for action in RISKY)
        assert together[Action.EMERGENCY] > alone[Action.EMERGENCY]
        assert classifier.decide(alone) is None or classifier.decide(alone) != classifier.decide(together)


class TestDeciding:
    """Scores become an action by thresholds."""

    def test_the_likeliest_action_acts_if_its_score_is_enough(self) -> None:
        """Under the rule of its name."""
        decision = thresholds().decide(scores(refuse_diagnosis=0.6, refuse_treatment=0.55))
        assert decision is not None
        assert (decision.action, decision.rule) == (Action.REFUSE_DIAGNOSIS, "classifier.refuse_diagnosis")

    @pytest.mark.parametrize(
        "given", [{"refuse_diagnosis": 0.49}, {"answer": 0.6, "refuse_diagnosis": 0.55}, {"answer": 0.9}]
    )
    def test_a_low_score_or_a_more_honest_look_lets_a_message_go_on(self, given: dict[str, float]) -> None:
        """Refusing an honest question is a failure too."""
        assert thresholds().decide(scores(**given)) is None

    def test_a_danger_acts_whatever_else_scores_higher(self) -> None:
        """A needless warning is the smaller harm."""
        decision = thresholds(emergency=0.7).decide(scores(emergency=0.7, refuse_treatment=0.9))
        assert decision is not None
        assert decision.action is Action.EMERGENCY

    def test_the_reason_gives_the_numbers(self) -> None:
        """A reason says what was measured; there is no message text to leak."""
        decision = thresholds(crisis=0.6).decide(scores(crisis=0.75))
        assert decision is not None
        assert decision.reason == "the trained head scores 0.75, at or above 0.60"

    def test_a_risky_sentence_is_not_diluted_by_the_rest(self) -> None:
        """Risky actions take their highest row, the others the whole message's."""
        rows = np.full((3, len(TRAINED)), 0.1)
        rows[2, 0], rows[1, -1] = 0.9, 0.7
        found = dict(zip(TRAINED, combined(rows).tolist(), strict=True))
        assert found[Action.EMERGENCY] == 0.9
        assert found[Action.ANSWER] == 0.1


class TestCommitted:
    """What lies in the repository belongs together."""

    def test_the_training_text_is_whole(self) -> None:
        """Every file loads, no text stands twice and each action has enough; many honest ones look risky."""
        texts = read_texts(GUARD / "training")
        counts = Counter(text.action for text in texts)
        assert all(counts[action] >= fewest for action, fewest in TEXTS_MIN.items())
        assert sum(text.hard for text in texts) >= 200
        assert {text.action for text in texts if text.hard} == {Action.ANSWER}

    def test_there_is_a_file_for_each_trained_action_and_no_other(self) -> None:
        """A file under a misspelt name would be left out of training silently."""
        assert {file.stem for file in (GUARD / "training").iterdir()} == set(TRAINED)

    def test_the_head_was_trained_on_this_text(self) -> None:
        """Editing the text without `sot guard train` fails here, before it fails in a clinic."""
        with np.load(GUARD / "head.npz") as head:
            assert str(head["training"]) == fingerprint(GUARD / "training")
            encoder = str(head["encoder"])
        assert encoder.startswith("all-MiniLM-L6-v2@")
        assert Classifier.read(GUARD / "head.npz", encoder).scores(np.zeros((1, 384), np.float32))
