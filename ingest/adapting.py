"""An encoder that can learn: a low-rank adapter beside its frozen weights, about three megabytes instead of ninety.

torch and peft are imported only to train and, by ingest/encoder.py, to export.

Source: Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models" (ICLR 2022).
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from ingest.encoder import model_folder

if TYPE_CHECKING:
    import torch

GRADIENT_MAX = 1.0
# The share of the steps in which the rates rise; in the rest they fall.
RISING = 0.1

Batch = TypeVar("Batch")

LAYERS = ("query", "key", "value", "attention.output.dense", "intermediate.dense", "output.dense")


class Adapted:
    """The encoder with its adapter, as torch trains it."""

    def __init__(self, name: str, model: Any, tokenizer: Any) -> None:
        self._name = Path(name).name
        self._tokenizer = tokenizer
        self.model = model

    @property
    def weights(self) -> "list[torch.nn.Parameter]":
        """What learns; the rest is frozen."""
        return [weights for weights in self.model.parameters() if weights.requires_grad]

    def encoded(self, texts: Sequence[str], tokens_max: int) -> list[list[int]]:
        """The token ids of texts, each cut at a number of tokens."""
        return [self._tokenizer(text, truncation=True, max_length=tokens_max)["input_ids"] for text in texts]

    def vectors(self, encoded: Sequence[Sequence[int]]) -> "torch.Tensor":
        """Token ids to unit vectors, shape (texts, dimensions), by mean pooling, as the published encoder pools."""
        import torch

        longest = max(map(len, encoded))
        ids = torch.zeros(len(encoded), longest, dtype=torch.long)
        mask = torch.zeros(len(encoded), longest, dtype=torch.long)
        for row, tokens in enumerate(encoded):
            ids[row, : len(tokens)] = torch.tensor(tokens)
            mask[row, : len(tokens)] = 1
        states = self.model(input_ids=ids, attention_mask=mask).last_hidden_state
        pooled = (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        unit: torch.Tensor = torch.nn.functional.normalize(pooled, dim=1)
        return unit

    def learn(
        self,
        epochs: Sequence[Sequence[Batch]],
        loss_of: Callable[[Batch], Any],
        groups: Sequence[Mapping[str, Any]],
        say: Callable[[str], None],
    ) -> None:
        """Learn batch by batch, the rates rising at first and then falling.

        Args:
            epochs: the batches of each, in their order.
            loss_of: a batch's loss, a tensor of one number.
            groups: what learns and how fast, as torch's optimizers take them; each names `params`, `lr` and
                `weight_decay`.
            say: told one line an epoch.
        """
        import torch

        optimizer = torch.optim.AdamW([dict(group) for group in groups])
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, [group["lr"] for group in groups], total_steps=sum(map(len, epochs)), pct_start=RISING
        )
        for number, batches in enumerate(epochs, 1):
            self.model.train()
            losses = []
            for batch in batches:
                loss = loss_of(batch)
                optimizer.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_(self.weights, GRADIENT_MAX)
                optimizer.step()
                schedule.step()
                losses.append(loss.item())
            say(f"epoch {number} of {len(epochs)}: loss {np.mean(losses):.3f}")

    def save(self, folder: Path) -> None:
        """Write the adapter (`adapter_model.safetensors`, `adapter_config.json`) to a folder."""
        # Where the weights lay on this machine is nobody's business, and would be wrong on any other.
        self.model.peft_config["default"].base_model_name_or_path = self._name
        self.model.save_pretrained(str(folder), save_embedding_layers=False)
        (folder / "README.md").unlink(missing_ok=True)
        for file in folder.iterdir():
            file.chmod(0o644)


def adapt(name: str, *, rank: int, dropout: float, seed: int) -> Adapted:
    """An encoder with a fresh adapter, which changes nothing yet.

    Args:
        name: the encoder (see `ingest.encoder.model_folder`).
        rank: of the adapter's matrices.
        dropout: share of its inputs that is dropped while it learns.
        seed: all of torch's chance comes from it from now on.

    Raises:
        WeightsMissing: no weights were found under this name.
    """
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModel, AutoTokenizer

    torch.manual_seed(seed)
    source = str(model_folder(name))
    tokenizer = AutoTokenizer.from_pretrained(source, local_files_only=True)
    config = LoraConfig(r=rank, lora_alpha=2 * rank, lora_dropout=dropout, target_modules=list(LAYERS))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # peft asks transformers for a name that will be gone
        model = get_peft_model(AutoModel.from_pretrained(source, local_files_only=True), config)
    return Adapted(name, model, tokenizer)
