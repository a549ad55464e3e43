"""Teaching the encoder which statement answers which question, from the corpus's own asks, facts and gaps.

Two losses at once: a question shall be nearer to its best answer than to any other text (InfoNCE), and each pair of a
question and a statement is a yes or a no of its own, so that similarity also tells that nothing answers (the sigmoid
loss). Gaps have only a no.

Sources: van den Oord et al., "Representation Learning with Contrastive Predictive Coding" (2018); Zhai et al.,
"Sigmoid Loss for Language Image Pre-Training" (ICCV 2023).
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.adapting import Adapted, adapt
from ingest.encoder import PUBLISHED
from ingest.lessons import Batch, Lessons

if TYPE_CHECKING:
    import torch

_NEVER = -1e4


@dataclass(frozen=True, slots=True)
class MatchingRecipe:
    """How the encoder is taught. `sharpness` multiplies similarities where texts compete for a question."""

    rank: int = 16
    epochs: int = 2
    rate: float = 8e-4
    threshold_rate: float = 1e-2
    sharpness: float = 20.0
    yes_or_no: float = 0.5
    tokens_max: int = 96
    seed: int = 0


def teach_matching(
    lessons: Lessons,
    recipe: MatchingRecipe = MatchingRecipe(),
    *,
    name: str = PUBLISHED,
    say: Callable[[str], None] = lambda _: None,
) -> Adapted:
    """Train an adapter.

    Args:
        lessons: what is learnt.
        recipe: how.
        name: the encoder (see `ingest.encoder.model_folder`).
        say: told one line an epoch.

    Returns:
        The encoder with what it learnt; `save` writes the adapter.

    Raises:
        WeightsMissing: no weights were found under this name.
    """
    import torch

    adapted = adapt(name, rank=recipe.rank, dropout=0.0, seed=recipe.seed)
    chance = random.Random(recipe.seed)
    epochs = [lessons.epoch(chance) for _ in range(recipe.epochs)]
    # Where yes begins: a similarity times the steepness (e to the first), plus the second.
    threshold = torch.nn.Parameter(torch.tensor([3.0, -8.0]))
    groups = [
        {"params": adapted.weights, "lr": recipe.rate, "weight_decay": 0.01},
        {"params": [threshold], "lr": recipe.threshold_rate, "weight_decay": 0.0},
    ]
    adapted.learn(epochs, lambda batch: _loss(adapted, batch, threshold, recipe), groups, say)
    return adapted


def _loss(adapted: Adapted, batch: Batch, threshold: "torch.Tensor", recipe: MatchingRecipe) -> "torch.Tensor":
    import torch

    questions = adapted.vectors(adapted.encoded(batch.questions, recipe.tokens_max))
    cosines = questions @ adapted.vectors(adapted.encoded(batch.texts, recipe.tokens_max)).T
    right = torch.from_numpy(batch.right)
    asked = len(batch.best)
    best = torch.tensor(batch.best)
    # Another right text is no rival of the best.
    rivals = right[:asked].clone()
    rivals[torch.arange(asked), best] = False
    competing = (cosines[:asked] * recipe.sharpness).masked_fill(rivals, _NEVER)
    loss = torch.nn.functional.cross_entropy(competing, best)
    if not batch.all_told:
        return loss
    yes = torch.nn.functional.binary_cross_entropy_with_logits(
        cosines * threshold[0].exp() + threshold[1], right.float(), reduction="sum"
    )
    return loss + recipe.yes_or_no * yes / asked
