"""Long messages made of several: honest ones in a row, and honest ones with one risky one among them."""

import random
from collections import defaultdict
from collections.abc import Sequence

from assistant.guard.kinds import RISKY, Kind
from assistant.guard.training_text import TrainingText

SHARE = 0.1
PARTS = (2, 5)


def composed(texts: Sequence[TrainingText], seed: int) -> list[TrainingText]:
    """Make long messages.

    Args:
        texts: what they are made of; nothing else, so that folds stay apart.
        seed: the same seed gives the same messages.

    Returns:
        About `SHARE` as many as there are texts. Half are honest; half hide one risky text at a random place and have
        its kind. Each is in one language.
    """
    chooser = random.Random(seed)
    by_language: dict[str, list[TrainingText]] = defaultdict(list)
    for text in texts:
        by_language[text.language].append(text)
    made = []
    for language, own in sorted(by_language.items()):
        honest = [text for text in own if text.kind is Kind.ANSWER]
        risky = [text for text in own if text.kind in RISKY]
        for number in range(int(len(own) * SHARE) if honest and risky else 0):
            parts = [chooser.choice(honest) for _ in range(chooser.randint(*PARTS))]
            hidden = chooser.choice(risky) if number % 2 else None
            if hidden:
                parts.insert(chooser.randint(0, len(parts)), hidden)
            joined = chooser.choice((" ", "\n")).join(_ended(part.text) for part in parts)
            kind = hidden.kind if hidden else Kind.ANSWER
            made.append(TrainingText(joined, kind, "composed", None, language))
    return made


def _ended(text: str) -> str:
    """A text that ends as a sentence does."""
    return text if text[-1:] in ".!?।。؟" else f"{text}."
