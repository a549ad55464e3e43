"""The trained classifier: a message's meaning and wording, read by numpy alone, joined into calibrated scores.

Two linear heads read every row of a message (see assistant/guard/pieces.py): one the vectors of an encoder that was
tuned on the training text, one hashed words and pieces of words. A third one joins what they say of the whole and of
its most telling piece. `sot guard train` (assistant/guard/training.py) writes all of it: `adapter/` for the encoder,
`head.npz` for the rest. The head knows which encoder and which text it was trained with and refuses any other: a
silently stale head would screen wrongly without a sign. `policy.yaml` says from which score on it acts.

Source of the joining: Wolpert, "Stacked Generalization" (Neural Networks, 1992).
"""

import hashlib
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from assistant.errors import GuardError
from assistant.guard.kinds import KINDS, RISKY, Kind
from assistant.guard.wording import BUCKETS, wording
from ingest.encoder import Vectors

FIX = "Run `sot guard train` and commit what it writes."
LAYERS = ("meaning", "wording", "joining")
FEATURES = 4 * (len(KINDS) + len(RISKY)) + 1
# Scripts that the encoder's vocabulary hardly knows.
_FOREIGN = re.compile("[\u0600-\u06ff\u0900-\u097f\u3040-\u30ff\u4e00-\u9fff]")

Scores = Mapping[Kind, float]
Logs = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Linear:
    """A linear layer: weights of shape (outputs, inputs) and a bias of shape (outputs,)."""

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def takes(self, width: tuple[int, ...]) -> bool:
        """Whether it reads inputs of a width, shape (inputs,), and gives a number for every kind."""
        return self.weights.shape == (len(KINDS), *width) and self.bias.shape == (len(KINDS),)


@dataclass(frozen=True, slots=True)
class Head:
    """The three layers, and what they were trained with: an encoder's identity, a training text's fingerprint."""

    meaning: Linear
    wording: Linear
    joining: Linear
    encoder: str
    training: str

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a head.

        Args:
            path: `head.npz`.

        Raises:
            GuardError: it is missing, damaged, or knows other kinds than the guard.
        """
        try:
            # numpy leaves a file that it opened itself open if the file is damaged.
            with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
                parts = dict(file)
            meaning, of_wording, joining = (
                Linear(parts[f"{name}_weights"].astype(np.float32), parts[f"{name}_bias"].astype(np.float32))
                for name in LAYERS
            )
            order, encoder, training = tuple(parts["kinds"].tolist()), str(parts["encoder"]), str(parts["training"])
        # What numpy and zipfile raise for a file that is cut, altered byte by byte, or none of theirs.
        except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error, NotImplementedError) as error:
            raise GuardError(f"The head {path.name} cannot be read ({type(error).__name__}).", fix=FIX) from error
        # A NaN is below every threshold, so it would let any message through.
        if not all(np.isfinite(part).all() for name, part in parts.items() if name.endswith(("_weights", "_bias"))):
            raise GuardError(f"The head {path.name} holds numbers that are not finite.", fix=FIX)
        widths = (meaning.weights.shape[-1:], (BUCKETS,), (FEATURES,))
        fits = (layer.takes(width) for layer, width in zip((meaning, of_wording, joining), widths, strict=True))
        if order != KINDS or not all(fits):
            raise GuardError(f"The head {path.name} knows other kinds of messages than the guard.", fix=FIX)
        return cls(meaning, of_wording, joining, encoder, training)

    def write(self, path: Path) -> None:
        """Write a head. Half precision swallows what differs between linear algebra libraries."""
        layers: dict[str, Any] = {}
        for name, layer in zip(LAYERS, (self.meaning, self.wording, self.joining), strict=True):
            layers[f"{name}_weights"] = layer.weights.astype(np.float16)
            layers[f"{name}_bias"] = layer.bias.astype(np.float16)
        np.savez_compressed(
            path,
            **layers,
            kinds=np.array(KINDS),
            encoder=np.array(self.encoder),
            training=np.array(self.training),
        )


class Classifier:
    """Scores messages with a head."""

    def __init__(self, head: Head) -> None:
        self._head = head

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read the head that lies in a folder beside the training text.

        Raises:
            GuardError: a file is missing or damaged, or the training text has changed since.
        """
        head = Head.read(folder / "head.npz")
        if head.training != fingerprint(folder / "training"):
            raise GuardError("The training text has changed since the head was trained.", fix=FIX)
        return cls(head)

    def require_encoder(self, identity: str) -> None:
        """Make sure that vectors will come from the right encoder.

        Raises:
            GuardError: they would come from another one.
        """
        if identity != self._head.encoder:
            raise GuardError(f"The head was trained with the encoder {self._head.encoder}, not {identity}.", fix=FIX)

    def scores(self, rows: Sequence[str], vectors: Vectors) -> Scores:
        """Score one message.

        Args:
            rows: its texts, the whole first (see `assistant.guard.pieces.rows`).
            vectors: a unit vector for each row.

        Returns:
            Each kind's calibrated probability; they add up to 1.

        Raises:
            GuardError: these are not vectors of the head's encoder, or not finite numbers.
        """
        meaning = self._head.meaning
        if vectors.ndim != 2 or len(vectors) != len(rows) or vectors.shape[1] != meaning.weights.shape[1]:
            raise GuardError(f"Vectors of shape {vectors.shape} are not from the head's encoder.", fix=FIX)
        if not np.isfinite(vectors).all():
            raise GuardError("The encoder gave vectors that are not finite.", fix="Delete its export and start again.")
        of_meaning = log_shares(vectors @ meaning.weights.T + meaning.bias)
        of_wording = log_shares(np.stack([self._wording(row) for row in rows]))
        joined = self._head.joining.weights @ features(rows[0], of_meaning, of_wording) + self._head.joining.bias
        return dict(zip(KINDS, np.exp(log_shares(joined)).tolist(), strict=True))

    def _wording(self, row: str) -> NDArray[np.float32]:
        buckets, weights = wording(row)
        logits: NDArray[np.float32] = self._head.wording.weights[:, buckets] @ weights + self._head.wording.bias
        return logits


def log_shares(logits: NDArray[Any]) -> Logs:
    """The logarithm of softmax over the last axis."""
    shifted = np.asarray(logits, np.float64)
    shifted = shifted - shifted.max(axis=-1, keepdims=True)
    logs: Logs = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return logs


def features(whole: str, of_meaning: Logs, of_wording: Logs) -> NDArray[np.float64]:
    """What the joining layer reads of one message.

    Args:
        whole: the whole message, normalised.
        of_meaning: log shares, shape (rows, kinds), the whole message first.
        of_wording: likewise.

    Returns:
        Shape (FEATURES,): both for the whole; then both for the risky kinds, each in its most telling row; and all of
        that again for a message in a script that the encoder hardly knows, where meaning tells less than wording.
        Bounded, so that one near-certain zero does not outweigh everything else.
    """
    risky = len(RISKY)
    told = (of_meaning[0], of_wording[0], of_meaning[:, :risky].max(axis=0), of_wording[:, :risky].max(axis=0))
    bounded = np.maximum(np.concatenate(told), -10.0)
    foreign = 1.0 if 2 * len(_FOREIGN.findall(whole)) > sum(sign.isalpha() for sign in whole) else 0.0
    return np.concatenate((bounded, bounded * foreign, [foreign]))


def fingerprint(training: Path) -> str:
    """SHA-256 over the training files' names and texts, whatever line endings a checkout gave them."""
    digest = hashlib.sha256()
    for file in sorted(training.glob("*.yaml")):
        digest.update(f"{file.name}\0{file.read_text('utf-8')}\0".encode())
    return digest.hexdigest()
