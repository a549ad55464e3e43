"""`sot guard train`: from the training text to the classifier and the figures that say how good it is.

The text is cross-validated by phrasing family: a family is never split, so a figure speaks for phrasings that were not
seen. Besides the messages themselves, long ones are made of several (see assistant/guard/composites.py), because what
hides in a friendly page must be found and a friendly page must not be feared. scikit-learn, torch and peft are needed
here and nowhere at run time.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.utils.parallel import ThreadpoolController

from assistant.errors import GuardError
from assistant.guard.classifier import Head, Linear, features, fingerprint, log_shares
from assistant.guard.composites import composed
from assistant.guard.kinds import KINDS
from assistant.guard.normalising import read_message
from assistant.guard.pieces import rows
from assistant.guard.training_report import Judged, TrainingReport
from assistant.guard.training_text import TrainingText
from assistant.guard.wording import BUCKETS, wording

FOLDS = 2
_SEED = 0
_WORDING_REGULARISATION = 1.0
_JOINING_REGULARISATION = 0.1

Labels = NDArray[np.intp]
Numbers = NDArray[Any]


class Taught(Protocol):
    """An encoder that was taught the kinds, with its head (see `ingest.tuning.Tuned`)."""

    @property
    def weights(self) -> NDArray[np.float32]:
        """Shape (kinds, dimensions)."""
        ...

    @property
    def bias(self) -> NDArray[np.float32]:
        """Shape (kinds,)."""
        ...

    def logits(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Shape (texts, kinds)."""
        ...

    def save_adapter(self, folder: Path) -> None:
        """Write what the encoder was taught to a folder."""
        ...


Teach = Callable[[Sequence[str], Sequence[int]], Taught]


@dataclass(frozen=True, slots=True)
class Trained:
    """What training made: the layers of the head, the taught encoder, and the figures out of fold."""

    meaning: Linear
    wording: Linear
    joining: Linear
    taught: Taught
    report: TrainingReport

    def head(self, encoder: str, training: Path) -> Head:
        """The head, made out to an encoder's identity and a folder of training text."""
        return Head(self.meaning, self.wording, self.joining, encoder, fingerprint(training))

    def judge(self, texts: Sequence[TrainingText]) -> TrainingReport:
        """The figures on texts that were not trained on.

        Args:
            texts: for example a stranger's, who has seen neither the training text nor its writers' brief.

        Returns:
            Their scores by what was trained on all of the training text.
        """
        stacked = np.stack(_features(texts, self.taught, self.wording))
        scores = np.exp(log_shares(stacked @ self.joining.weights.T + self.joining.bias))
        return TrainingReport(tuple(Judged(text, 0) for text in texts), scores)


def train(texts: Sequence[TrainingText], teach: Teach, say: Callable[[str], None] = lambda _: None) -> Trained:
    """Train the classifier.

    Args:
        texts: the training text.
        teach: makes a taught encoder from normalised texts and the numbers of their kinds.
        say: told one line a step.

    Returns:
        What was made, with cross-validated figures.

    Raises:
        GuardError: a fold lacks a kind.
    """
    folds = _folds(texts)
    judged: list[Judged] = []
    inputs: list[Numbers] = []
    for fold in range(int(folds.max()) + 1):
        say(f"fold {fold + 1} of {int(folds.max()) + 1}")
        seen = [text for text, own in zip(texts, folds, strict=True) if own != fold]
        held = [text for text, own in zip(texts, folds, strict=True) if own == fold]
        held += composed(held, seed=fold)
        inputs += _features(held, *_base(seen, teach))
        judged += [Judged(text, fold) for text in held]
    stacked = np.stack(inputs)
    scores = _out_of_fold(stacked, judged)
    report = TrainingReport(tuple(judged), scores)
    say("all of the text")
    taught, of_wording = _base(texts, teach)
    joining = _joined(stacked, _labels([case.text for case in judged]))
    return Trained(Linear(taught.weights, taught.bias), of_wording, joining, taught, report)


def _labels(texts: Sequence[TrainingText]) -> Labels:
    return np.array([KINDS.index(text.kind) for text in texts], np.intp)


def _folds(texts: Sequence[TrainingText]) -> Labels:
    """For each text the fold that holds it out; a family lies in one fold, and kinds are spread over all."""
    labels, families = [text.kind for text in texts], [text.family for text in texts]
    folds = np.zeros(len(texts), np.intp)
    if min(Counter(labels).values()) < FOLDS:
        raise GuardError("A kind has fewer texts than there are folds.", fix="Write more families for each kind.")
    splitter = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=_SEED)
    for number, (kept, held) in enumerate(splitter.split(labels, labels, families)):
        folds[held] = number
        if len({labels[index] for index in kept}) < len(KINDS):
            raise GuardError("A fold holds all families of a kind.", fix="Write more families for each kind.")
    return folds


def _base(texts: Sequence[TrainingText], teach: Teach) -> tuple[Taught, Linear]:
    """The two layers that read rows: meaning (with its encoder) and wording."""
    whole = [read_message(text.text).text for text in texts]
    labels = _labels(texts)
    return teach(whole, labels.tolist()), _wording_layer(whole, labels)


def _wording_layer(texts: Sequence[str], labels: Labels) -> Linear:
    """Logistic regression over hashed words and pieces; those that only one message has teach nothing.

    How telling a rare piece is (its inverse document frequency) is folded into the weights.
    """
    counts = _sparse(texts)
    documents = np.asarray((counts != 0).sum(axis=0)).ravel()
    telling = np.where(documents > 1, np.log((1 + len(texts)) / (1 + documents)) + 1, 0.0)
    layer = _regression(counts.multiply(telling).tocsr(), labels, _WORDING_REGULARISATION, balanced=True)
    return Linear((layer.weights * telling).astype(np.float32), layer.bias)


def _sparse(texts: Sequence[str]) -> csr_matrix:
    found = [wording(text) for text in texts]
    ends = np.cumsum([0, *(len(buckets) for buckets, _ in found)])
    values, places = (np.concatenate([part[index] for part in found]) for index in (1, 0))
    return csr_matrix((values, places, ends), shape=(len(texts), BUCKETS))


def _features(texts: Sequence[TrainingText], taught: Taught, of_wording: Linear) -> list[Numbers]:
    """What the joining layer reads of each text."""
    told = [rows(read_message(text.text)) for text in texts]
    flat = [row for own in told for row in own]
    meaning = log_shares(taught.logits(flat))
    said = log_shares(_sparse(flat) @ of_wording.weights.T + of_wording.bias)
    ends = np.cumsum([0, *map(len, told)])
    return [features(flat[start], meaning[start:end], said[start:end]) for start, end in pairwise(ends)]


def _out_of_fold(stacked: Numbers, judged: Sequence[Judged]) -> Numbers:
    """Each message's probabilities from a joining layer that has not seen its fold."""
    folds, labels = np.array([case.fold for case in judged]), _labels([case.text for case in judged])
    scores = np.zeros((len(judged), len(KINDS)))
    for fold in np.unique(folds):
        layer = _joined(stacked[folds != fold], labels[folds != fold])
        scores[folds == fold] = np.exp(log_shares(stacked[folds == fold] @ layer.weights.T + layer.bias))
    return scores


def _joined(stacked: Numbers, labels: Labels) -> Linear:
    """The joining layer. Kinds weigh what they are, so that its probabilities are honest."""
    return _regression(stacked, labels, _JOINING_REGULARISATION)


def _regression(inputs: Any, labels: Labels, regularisation: float, *, balanced: bool = False) -> Linear:
    """Multinomial logistic regression.

    One thread, because the order in which threads add up would show in the bytes.
    """
    weights = "balanced" if balanced else None
    model = LogisticRegression(C=regularisation, class_weight=weights, max_iter=2000, tol=1e-5)
    with ThreadpoolController().limit(limits=1):
        model.fit(inputs, labels)
    return Linear(model.coef_.astype(np.float32), model.intercept_.astype(np.float32))
