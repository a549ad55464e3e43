"""`sot guard train`: from the training text to the head and the figures that say how good it is.

The text is cross-validated by phrasing family: a family is never split, so a figure speaks for phrasings that were not
seen, with scores combined over sentences as screening does it. The same text and encoder give the same bytes.
scikit-learn and scipy are needed here and nowhere at run time.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.stats import binomtest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.utils.parallel import ThreadpoolController

from assistant.domain import Action
from assistant.errors import GuardError
from assistant.guard.classifier import (
    RISKY,
    TRAINED,
    Probabilities,
    Thresholds,
    combined,
    fingerprint,
    probabilities,
)
from assistant.guard.training_text import TEXTS_MIN, TrainingText, read_texts
from ingest.encoder import Encoder, Vectors

_FOLDS = 10
_SEED = 0
_REGULARISATION = 10.0


@dataclass(frozen=True, slots=True)
class Share:
    """A share of cases, with its 95% Wilson interval."""

    hits: int
    cases: int

    def __str__(self) -> str:
        if not self.cases:
            return "-"
        interval = binomtest(self.hits, self.cases).proportion_ci(method="wilson")
        return f"{self.hits / self.cases:.2f} ({interval.low:.2f}-{interval.high:.2f})"


@dataclass(frozen=True, slots=True)
class ActionFigures:
    """How one action fared on families that were not trained on. `acted` is recall when any risky action counts."""

    action: Action
    texts: int
    families: int
    recall: Share
    precision: Share
    acted: Share


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """What was trained and how it fared out of fold."""

    figures: tuple[ActionFigures, ...]
    thresholds: Thresholds
    temperature: float
    hard_passed: Share

    def table(self) -> str:
        """The figures as lines of text, one an action."""
        heads = ("action", "texts", "families", "recall", "precision", "any risky action", "least")
        lines = [heads, *(self._cells(figures) for figures in self.figures)]
        widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
        rows = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)
        return "\n".join(
            [
                *(row.rstrip() for row in rows),
                f"honest questions that look risky and passed: {self.hard_passed}",
                f"temperature {self.temperature:.2f}; 95% Wilson intervals; the figures of each fold of families come "
                "from a head that has not seen it",
            ]
        )

    def _cells(self, figures: ActionFigures) -> tuple[str, ...]:
        least = self.thresholds.least.get(figures.action)
        limit = f"{least:.2f}" if least else ""
        counts = (str(figures.texts), str(figures.families))
        return (figures.action, *counts, *map(str, (figures.recall, figures.precision, figures.acted)), limit)


def train(
    folder: Path,
    encoder: Encoder,
    destination: Path,
    thresholds: Thresholds,
    *,
    texts_min: Mapping[Action, int] = TEXTS_MIN,
) -> TrainingReport:
    """Train the head.

    Args:
        folder: the training text, one file an action.
        encoder: the encoder that screening will use.
        destination: where `head.npz` is written.
        thresholds: when a score becomes a decision, for the figures.
        texts_min: the fewest texts an action may have.

    Returns:
        Cross-validated figures.

    Raises:
        GuardError: the training text has faults; all of them are named.
    """
    texts = read_texts(folder, texts_min=texts_min)
    rows, owners = _encoded(texts, encoder)
    folds = _folds(texts)
    logits = _out_of_fold(texts, rows, owners, folds)
    labels = np.array([TRAINED.index(text.action) for text in texts])
    first = np.flatnonzero(np.diff(owners, prepend=-1))
    temperature = _temperature(logits[first], labels)
    softened = probabilities(logits, temperature)
    scores = np.stack([combined(softened[owners == owner]) for owner in range(len(texts))])
    _write(destination, _fitted(texts, rows, owners), temperature, encoder.identity, fingerprint(folder))
    return _report(texts, _decided(scores, thresholds), thresholds, temperature)


def _encoded(texts: Sequence[TrainingText], encoder: Encoder) -> tuple[Vectors, NDArray[np.intp]]:
    """Vectors of every text's rows, and for each row the number of the text it belongs to."""
    owners = np.array([owner for owner, text in enumerate(texts) for _ in text.rows], np.intp)
    return encoder.encode([row for text in texts for row in text.rows]), owners


def _fitted(texts: Sequence[TrainingText], rows: Vectors, owners: NDArray[np.intp]) -> LogisticRegression:
    """A head trained on the whole messages, on their normalised form, and on every sentence of the honest ones.

    Each sentence of an honest message is honest; which sentence of a risky one carries the risk, nobody has said.
    One thread, because the order in which threads add up would show in the bytes; for problems this small it is also
    the fastest.
    """
    is_first = np.diff(owners, prepend=-1) != 0
    is_honest = np.array([text.action is Action.ANSWER for text in texts])[owners]
    has_one_sentence = np.bincount(owners)[owners] <= 2
    used = is_first | is_honest | has_one_sentence
    labels = np.array([TRAINED.index(text.action) for text in texts])[owners]
    head = LogisticRegression(C=_REGULARISATION, class_weight="balanced", max_iter=5000, tol=1e-6)
    with ThreadpoolController().limit(limits=1):
        return head.fit(rows[used].astype(np.float64), labels[used])


def _folds(texts: Sequence[TrainingText]) -> NDArray[np.intp]:
    """For each text the fold that holds it out; a family lies in one fold, and actions are spread over all."""
    labels, families = [text.action for text in texts], [text.family for text in texts]
    folds = np.zeros(len(texts), np.intp)
    splitter = StratifiedGroupKFold(min(_FOLDS, *Counter(labels).values()), shuffle=True, random_state=_SEED)
    for number, (_, held) in enumerate(splitter.split(labels, labels, families)):
        folds[held] = number
    return folds


def _out_of_fold(
    texts: Sequence[TrainingText], rows: Vectors, owners: NDArray[np.intp], folds: NDArray[np.intp]
) -> Probabilities:
    """Every row's logits, from a head that saw nothing of the row's family."""
    logits = np.zeros((len(rows), len(TRAINED)))
    for fold in np.unique(folds):
        trained, held = np.flatnonzero(folds != fold), folds[owners] == fold
        head = _fitted(
            [texts[index] for index in trained.tolist()], rows[~held], np.searchsorted(trained, owners[~held])
        )
        if len(head.classes_) < len(TRAINED):
            raise GuardError("A fold holds all families of an action.", fix="Write more families for each action.")
        logits[held] = head.decision_function(rows[held])
    return logits


def _temperature(logits: Probabilities, labels: NDArray[np.intp]) -> float:
    """The temperature at which the out-of-fold probabilities of the right actions are likeliest."""

    def surprise(temperature: float) -> float:
        right = probabilities(logits, temperature)[np.arange(len(labels)), labels]
        return float(-np.log(np.maximum(right, 1e-12)).mean())

    return round(float(minimize_scalar(surprise, bounds=(0.2, 5.0), method="bounded").x), 2)


def _decided(scores: Probabilities, thresholds: Thresholds) -> list[Action]:
    """What each text leads to."""
    decisions = (thresholds.decide(dict(zip(TRAINED, row, strict=True))) for row in scores.tolist())
    return [decision.action if decision else Action.ANSWER for decision in decisions]


def _report(
    texts: Sequence[TrainingText], decided: Sequence[Action], thresholds: Thresholds, temperature: float
) -> TrainingReport:
    """Figures of the decisions."""
    right = [text.action for text in texts]
    figures = []
    for action in TRAINED:
        got = [decision for decision, wanted in zip(decided, right, strict=True) if wanted is action]
        hits = got.count(action)
        acted = Share(sum(decision in RISKY for decision in got), len(got))
        families = len({text.family for text in texts if text.action is action})
        precision = Share(hits, decided.count(action))
        figures.append(ActionFigures(action, len(got), families, Share(hits, len(got)), precision, acted))
    hard = [decision for decision, text in zip(decided, texts, strict=True) if text.hard]
    return TrainingReport(tuple(figures), thresholds, temperature, Share(hard.count(Action.ANSWER), len(hard)))


def _write(destination: Path, head: LogisticRegression, temperature: float, encoder: str, training: str) -> None:
    """Write the head. Half precision swallows what differs between linear algebra libraries."""
    np.savez(
        destination / "head.npz",
        weights=head.coef_.astype(np.float16),
        bias=head.intercept_.astype(np.float16),
        temperature=np.float64(temperature),
        actions=np.array(TRAINED),
        encoder=np.array(encoder),
        training=np.array(training),
    )
