"""The trained head: a linear layer over the encoder's vectors, read with numpy alone.

`sot guard train` (assistant/guard/training.py) writes `head.npz` beside the training text. The head knows which encoder
and which text it was trained with and refuses any other: a silently stale head would screen wrongly without a sign.
`thresholds.yaml` says from which score on it acts.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from zipfile import BadZipFile

import numpy as np
import yaml
from numpy.typing import NDArray

from assistant.domain import DANGERS, Action
from assistant.errors import GuardError
from ingest.encoder import Vectors

POLICY = 2
TRAINED: tuple[Action, ...] = tuple(action for action in Action if action is not Action.NOT_COVERED)
RISKY = tuple(action for action in TRAINED if action.precedence < Action.OFF_TOPIC.precedence)
FIX = "Run `sot guard train` and commit what it writes."

Probabilities = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Decision:
    """An action the head asks for, under which rule and why."""

    action: Action
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a score becomes a decision: for each action but `answer` the least score on which it acts."""

    least: Mapping[Action, float]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read thresholds.yaml.

        Raises:
            GuardError: it is missing, of another policy, or its numbers make no sense.
        """
        try:
            data: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
            policy = data["policy"]
            least = {Action(name): float(score) for name, score in data["least"].items()}
        except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise GuardError(
                f"{path.name} cannot be read ({type(error).__name__}).", fix="Restore the file."
            ) from error
        if policy != POLICY or set(least) != set(TRAINED[:-1]) or not all(0 < score <= 1 for score in least.values()):
            raise GuardError(
                f"{path.name} is not a whole policy {POLICY}.",
                fix="Give each action but `answer` a score above 0, at most 1.",
            )
        return cls(least)

    def decide(self, scores: Mapping[Action, float]) -> Decision | None:
        """What the scores ask for.

        Args:
            scores: an action's probability (see `combined`).

        Returns:
            A danger whose score is enough, whatever else scores higher; otherwise the likeliest action, if its score is
            enough; None if the message may go on to be answered.
        """
        likeliest = max(TRAINED, key=lambda action: scores[action])
        for action in (action for action in TRAINED[:-1] if action in DANGERS or action is likeliest):
            if scores[action] >= self.least[action]:
                reason = f"the trained head scores {scores[action]:.2f}, at or above {self.least[action]:.2f}"
                return Decision(action, f"classifier.{action}", reason)
        return None


class Classifier:
    """The head with its thresholds: unit vectors in, a score an action and a decision out."""

    def __init__(self, weights: Vectors, bias: Vectors, temperature: float, thresholds: Thresholds) -> None:
        self._weights = weights
        self._bias = bias
        self._temperature = temperature
        self._thresholds = thresholds

    @classmethod
    def read(cls, path: Path, encoder: str) -> Self:
        """Read a head, with `thresholds.yaml` and the `training` folder that lie beside it.

        Args:
            path: the head, `head.npz`.
            encoder: the identity of the encoder whose vectors it will be given.

        Raises:
            GuardError: a file is missing or damaged, or the head belongs to another encoder or training text.
        """
        try:
            # numpy leaves a file that it opened itself open if the file is damaged.
            with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
                head = dict(file)
            weights, bias = head["weights"].astype(np.float32), head["bias"].astype(np.float32)
            temperature, order = float(head["temperature"]), tuple(head["actions"].tolist())
            trained_with, trained_on = str(head["encoder"]), str(head["training"])
            text_now = fingerprint(path.parent / "training")
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
            raise GuardError(f"The head {path.name} cannot be read ({type(error).__name__}).", fix=FIX) from error
        if order != TRAINED or weights.shape[0] != len(TRAINED) or bias.shape != (len(TRAINED),):
            raise GuardError(f"The head {path.name} knows other actions than the guard.", fix=FIX)
        if trained_with != encoder:
            raise GuardError(f"The head was trained with the encoder {trained_with}, not {encoder}.", fix=FIX)
        if trained_on != text_now:
            raise GuardError("The training text has changed since the head was trained.", fix=FIX)
        return cls(weights, bias, temperature, Thresholds.read(path.parent / "thresholds.yaml"))

    def scores(self, vectors: Vectors) -> dict[Action, float]:
        """Score one message.

        Args:
            vectors: unit vectors of the whole message, then of each of its sentences; at least one row.

        Returns:
            An action's calibrated probability, combined over the rows (see `combined`).

        Raises:
            GuardError: these are not vectors of the head's encoder, or not finite numbers.
        """
        if vectors.ndim != 2 or not len(vectors) or vectors.shape[1] != self._weights.shape[1]:
            raise GuardError(f"Vectors of shape {vectors.shape} are not from the head's encoder.", fix=FIX)
        # A NaN is below every threshold, so it would let any message through.
        if not np.isfinite(vectors).all():
            raise GuardError("The encoder gave vectors that are not finite.", fix="Delete its export and start again.")
        rows = probabilities(vectors @ self._weights.T + self._bias, self._temperature)
        return dict(zip(TRAINED, combined(rows).tolist(), strict=True))

    def decide(self, scores: Mapping[Action, float]) -> Decision | None:
        """The most urgent action that its score asks for; None if the message may go on to be answered."""
        return self._thresholds.decide(scores)


def probabilities(logits: NDArray[Any], temperature: float) -> Probabilities:
    """Softmax over the last axis, softened by the temperature that makes the probabilities honest."""
    scaled = np.asarray(logits, np.float64) / temperature
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    shares: Probabilities = powers / powers.sum(axis=-1, keepdims=True)
    return shares


def combined(rows: Probabilities) -> Probabilities:
    """One score an action for a message, from the rows of its whole text (first) and its sentences.

    One risky sentence makes a message risky, so risky actions take their highest row. What is harmless is so as a
    whole: the other actions take the first row.
    """
    risky = len(RISKY)
    return np.concatenate((rows[:, :risky].max(axis=0), rows[0, risky:]))


def fingerprint(training: Path) -> str:
    """SHA-256 over the training files' names and texts, whatever line endings a checkout gave them."""
    digest = hashlib.sha256()
    for file in sorted(training.glob("*.yaml")):
        digest.update(f"{file.name}\0{file.read_text('utf-8')}\0".encode())
    return digest.hexdigest()
