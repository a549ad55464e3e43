"""The trained head: what it refuses to serve, how it scores, and that what is committed belongs together."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

from assistant.bootstrap import GUARD
from assistant.errors import GuardError
from assistant.guard.classifier import FEATURES, Classifier, Head, features, fingerprint, log_shares
from assistant.guard.kinds import KINDS, RISKY, Kind
from assistant.guard.normalising import read_message
from assistant.guard.pieces import rows
from assistant.guard.training import train
from assistant.guard.training_text import read_texts
from ingest.encoder import ADAPTER_WEIGHTS, PUBLISHED, PUBLISHED_SHA256, Vectors, adapter_fingerprint
from tests.fakes import DIMENSIONS, TOPICS, WordEncoder, WordTeacher, write_training

BYTES_MAX = 5 * 1024 * 1024
FEW = dict.fromkeys(KINDS, 4)
Parts = dict[str, NDArray[Any]]
Change = Callable[[Parts], object]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A guard folder with a head trained on a small text."""
    folder = tmp_path_factory.mktemp("guard")
    training = write_training(folder / "training")
    made = train(read_texts(training, texts_min=FEW), WordTeacher())
    made.head(WordEncoder().identity, training).write(folder / "head.npz")
    return folder


@pytest.fixture
def folder(trained: Path, tmp_path: Path) -> Path:
    """A copy of the trained guard folder, free to be spoilt."""
    return shutil.copytree(trained, tmp_path / "guard")


@pytest.fixture
def classifier(trained: Path) -> Classifier:
    """A classifier that was trained on a small text."""
    return Classifier.read(trained)


def _scores(classifier: Classifier, text: str) -> dict[Kind, float]:
    told = rows(read_message(text))
    return dict(classifier.scores(told, WordEncoder().encode(told)))


def _parts(path: Path) -> Parts:
    with np.load(path) as file:
        return dict(file)


class TestReading:
    """A head that does not belong is refused; nothing may be answered with it."""

    def test_what_was_written_is_read(self, folder: Path) -> None:
        """All layers, the encoder and the text; writing it again gives the same bytes."""
        head = Head.read(folder / "head.npz")
        head.write(folder / "again.npz")
        assert (folder / "again.npz").read_bytes() == (folder / "head.npz").read_bytes()
        assert (head.encoder, head.training) == ("words@fake", fingerprint(folder / "training"))

    def test_another_encoder_is_refused(self, classifier: Classifier) -> None:
        """Vectors of another encoder would make the scores meaningless."""
        classifier.require_encoder("words@fake")
        with pytest.raises(GuardError, match="trained with the encoder words@fake, not another@fake") as caught:
            classifier.require_encoder("another@fake")
        assert "sot guard train" in caught.value.fix

    @pytest.mark.parametrize("name", ["smalltalk.yaml", "new.yaml"])
    def test_changed_training_text_is_refused(self, name: str, folder: Path) -> None:
        """Whoever edits the text must train again."""
        (folder / "training" / name).write_text(yaml.safe_dump([{"family": "new", "texts": ["good morning"]}]), "utf-8")
        with pytest.raises(GuardError, match="training text has changed") as caught:
            Classifier.read(folder)
        assert "sot guard train" in caught.value.fix

    def test_a_training_file_that_is_gone_is_a_change(self, folder: Path) -> None:
        """The head knows what it was trained with and no longer lies beside."""
        (folder / "training" / "crisis.yaml").unlink()
        with pytest.raises(GuardError, match="training text has changed"):
            Classifier.read(folder)

    def test_line_endings_are_no_change(self, folder: Path) -> None:
        """A checkout with Windows line endings holds the same text."""
        before = fingerprint(folder / "training")
        for file in (folder / "training").glob("*.yaml"):
            file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
        assert fingerprint(folder / "training") == before

    @pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 cut short", b"policy: 2\nleast: {}\n"])
    def test_a_missing_or_damaged_head_is_refused(self, content: bytes | None, folder: Path) -> None:
        """Whatever has happened to the file, it is our error with its fix."""
        (folder / "head.npz").unlink()
        if content is not None:
            (folder / "head.npz").write_bytes(content)
        with pytest.raises(GuardError, match=r"head\.npz cannot be read") as caught:
            Classifier.read(folder)
        assert "sot guard train" in caught.value.fix

    @pytest.mark.parametrize("at", [0.02, 0.3, 0.5, 0.7, 0.9])
    def test_a_head_with_a_byte_changed_or_its_end_cut_off_is_refused(self, at: float, folder: Path) -> None:
        """A disk that rots gives our error and no traceback, wherever it rots."""
        content = (folder / "head.npz").read_bytes()
        place = int(at * len(content))
        for damaged in (content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :], content[:place]):
            (folder / "head.npz").write_bytes(damaged)
            with pytest.raises(GuardError) as caught:
                Classifier.read(folder)
            assert caught.value.fix

    @pytest.mark.parametrize(
        "change",
        [
            lambda parts: parts.pop("kinds"),
            lambda parts: parts.pop("encoder"),
            lambda parts: parts.pop("wording_weights"),
            lambda parts: parts.update(kinds=parts["kinds"][::-1]),
            lambda parts: parts.update(kinds=parts["kinds"][:-1]),
            lambda parts: parts.update(kinds=np.array(["panic", *KINDS[1:]])),
            lambda parts: parts.update(meaning_weights=parts["meaning_weights"][:-1]),
            lambda parts: parts.update(meaning_weights=np.float16(1)),
            lambda parts: parts.update(wording_weights=parts["wording_weights"][:, :-1]),
            lambda parts: parts.update(joining_weights=parts["joining_weights"][:, :-1]),
            lambda parts: parts.update(joining_bias=parts["joining_bias"][:-1]),
            lambda parts: parts.update(wording_bias=np.zeros(1, np.float16)),
            lambda parts: parts.update(meaning_bias=np.full(len(KINDS), "x")),
            lambda parts: parts.update(encoder=np.array([None], object)),
        ],
        ids=[
            "no kinds",
            "no encoder",
            "no wording",
            "kinds in another order",
            "a kind less",
            "an unknown kind",
            "a row less",
            "a number for a matrix",
            "fewer buckets",
            "fewer features",
            "a bias less",
            "one bias for all",
            "words for numbers",
            "an object",
        ],
    )
    def test_a_head_of_another_guard_is_refused(self, change: Change, folder: Path) -> None:
        """A head of an earlier form would score wrongly, or fail on the first message."""
        parts = _parts(folder / "head.npz")
        change(parts)
        np.savez(folder / "head.npz", **parts)  # type: ignore[arg-type]
        with pytest.raises(GuardError) as caught:
            Classifier.read(folder)
        assert "sot guard train" in caught.value.fix

    @pytest.mark.parametrize("name", ["meaning_weights", "wording_bias", "joining_weights"])
    @pytest.mark.parametrize("value", [np.nan, np.inf])
    def test_a_head_of_numbers_that_are_not_finite_is_refused(self, name: str, value: float, folder: Path) -> None:
        """A NaN lies below every threshold: such a head would let every message through."""
        parts = _parts(folder / "head.npz")
        parts[name].flat[0] = value
        np.savez(folder / "head.npz", **parts)  # type: ignore[arg-type]
        with pytest.raises(GuardError):
            Classifier.read(folder)


class TestScoring:
    """A message's rows become one calibrated score a kind."""

    def test_the_head_knows_its_own_text(self, trained: Path, classifier: Classifier) -> None:
        """Every message of a text that can be told apart is scored highest for its own kind."""
        for text in read_texts(trained / "training", texts_min=FEW):
            found = _scores(classifier, text.text)
            assert max(found, key=lambda kind: found[kind]) is text.kind

    @pytest.mark.parametrize("text", ["category blocks", "something else entirely", "", "我想死", "hello. " * 200])
    def test_scores_are_probabilities_of_every_kind(self, text: str, classifier: Classifier) -> None:
        """Whatever the message: in the order of the kinds, none below 0, adding up to 1."""
        found = _scores(classifier, text)
        assert tuple(found) == KINDS
        assert sum(found.values()) == pytest.approx(1)
        assert min(found.values()) >= 0

    @pytest.mark.parametrize("kind", RISKY)
    def test_a_risky_sentence_shows_among_friendly_ones(self, kind: Kind, classifier: Classifier) -> None:
        """Its score is higher than that of the friendly ones alone, wherever it stands."""
        friendly = [f"{TOPICS[Kind.ANSWER]} on {day}." for day in ("monday", "tuesday", "wednesday", "friday")]
        calm = _scores(classifier, " ".join(friendly))
        for place in range(len(friendly) + 1):
            hidden = [*friendly[:place], f"{TOPICS[kind]} monday one.", *friendly[place:]]
            assert _scores(classifier, " ".join(hidden))[kind] > calm[kind]

    def test_the_order_of_the_pieces_does_not_count(self, classifier: Classifier) -> None:
        """Only the first row, the whole, has a place of its own."""
        told = ("category blocks crushing chest", "category blocks monday", "crushing chest monday")
        other = (told[0], told[2], told[1])
        encoder = WordEncoder()
        assert classifier.scores(told, encoder.encode(told)) == pytest.approx(
            classifier.scores(other, encoder.encode(other))
        )

    @pytest.mark.parametrize(
        "vectors",
        [
            np.zeros((0, DIMENSIONS), np.float32),
            np.zeros((2, DIMENSIONS), np.float32),
            np.zeros((1, 7), np.float32),
            np.zeros(DIMENSIONS, np.float32),
            np.full((1, DIMENSIONS), np.nan, np.float32),
            np.full((1, DIMENSIONS), np.inf, np.float32),
        ],
        ids=["no rows", "too many rows", "other encoder", "no matrix", "not numbers", "not finite"],
    )
    def test_vectors_that_cannot_be_scored_let_nothing_through(self, vectors: Vectors, classifier: Classifier) -> None:
        """A NaN lies below every threshold, so it must be an error and not a pass."""
        with pytest.raises(GuardError) as caught:
            classifier.scores(["one"], vectors)
        assert caught.value.fix


class TestArithmetic:
    """What the layers are joined by."""

    @pytest.mark.parametrize("shift", [0.0, 1e4, -1e4])
    def test_log_shares_are_logarithms_of_shares_however_large_the_logits(self, shift: float) -> None:
        """Nothing overflows, and a constant on top changes nothing."""
        logits = np.array([[0.0, np.log(3.0)], [5.0, 5.0]]) + shift
        assert np.exp(log_shares(logits)) == pytest.approx(np.array([[0.25, 0.75], [0.5, 0.5]]))

    def test_features_are_the_whole_message_and_its_most_telling_piece_of_each_risky_kind(self) -> None:
        """Harmless kinds are read of the whole alone: one friendly sentence makes no message friendly."""
        meaning = np.full((3, len(KINDS)), -3.0)
        said = np.full((3, len(KINDS)), -4.0)
        meaning[2, 0], said[1, 1], meaning[1, -1] = -0.5, -0.25, -0.1
        told = [
            *[-3.0] * len(KINDS),
            *[-4.0] * len(KINDS),
            *(-0.5 if kind is KINDS[0] else -3.0 for kind in RISKY),
            *(-0.25 if kind is KINDS[1] else -4.0 for kind in RISKY),
        ]
        found = features("three pieces", meaning, said)
        assert found.shape == (FEATURES,)
        assert found.tolist() == [*told, *[0.0] * len(told), 0.0]
        # In a script that the encoder hardly knows, all of it is weighed anew.
        assert features("我胸口好痛 ok", meaning, said).tolist() == [*told, *told, 1.0]

    def test_features_are_bounded(self) -> None:
        """One near-certain zero does not outweigh everything else."""
        sunk = np.full((1, len(KINDS)), -500.0)
        assert features("one piece", sunk, sunk).min() == -10.0

    def test_a_fingerprint_is_of_names_and_texts(self, tmp_path: Path) -> None:
        """Moving a text to another file is a change; a file that is no training file is none."""
        (tmp_path / "a.yaml").write_text("one", "utf-8")
        before = fingerprint(tmp_path)
        (tmp_path / "notes.txt").write_text("two", "utf-8")
        assert fingerprint(tmp_path) == before
        (tmp_path / "a.yaml").rename(tmp_path / "b.yaml")
        assert fingerprint(tmp_path) != before


class TestCommitted:
    """What lies in the repository belongs together."""

    def test_the_head_was_trained_on_this_text(self) -> None:
        """Editing the text without `sot guard train` fails here, before it fails in a clinic."""
        assert Head.read(GUARD / "head.npz").training == fingerprint(GUARD / "training")

    def test_the_head_was_trained_with_this_adapter_of_the_published_encoder(self) -> None:
        """An adapter of another training would give other vectors."""
        expected = f"{PUBLISHED}@{PUBLISHED_SHA256[:16]}+{adapter_fingerprint(GUARD / 'adapter')}"
        Classifier.read(GUARD).require_encoder(expected)

    def test_the_head_scores_vectors_of_the_published_encoders_width(self) -> None:
        """384 numbers a row."""
        found = Classifier.read(GUARD).scores(["hello"], np.zeros((1, 384), np.float32))
        assert sum(found.values()) == pytest.approx(1)

    def test_the_adapter_names_no_path_of_the_machine_that_trained_it(self) -> None:
        """It would be wrong on any other."""
        config = json.loads((GUARD / "adapter" / "adapter_config.json").read_text("utf-8"))
        assert config["base_model_name_or_path"] == PUBLISHED

    def test_the_head_is_small_enough_to_be_committed(self) -> None:
        """It is read at every start and kept with the code."""
        for file in (GUARD / "head.npz", GUARD / "adapter" / ADAPTER_WEIGHTS):
            assert file.stat().st_size < BYTES_MAX
