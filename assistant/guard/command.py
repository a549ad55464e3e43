"""`sot guard train`: read the text, teach the encoder, write what serving reads, say how good it is."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from assistant.bootstrap import GUARD, tuned_encoder
from assistant.guard.kinds import KINDS
from assistant.guard.policy import Policy
from assistant.guard.training import Taught, train
from assistant.guard.training_text import read_texts
from ingest.tuning import tune


def rebuild(home: Path, folder: Path = GUARD, *, say: Callable[[str], None] = lambda _: None) -> str:
    """Rebuild the classifier in place.

    Args:
        home: the state folder, where the tuned encoder is exported.
        folder: the guard's data: `training/`, `calibration/` and `policy.yaml` are read, `adapter/` and `head.npz`
            written.
        say: told one line a step.

    Returns:
        Cross-validated figures of the training text and figures of the calibration text, under the policy.

    Raises:
        GuardError: the training or calibration text has faults, or the policy cannot be read.
        WeightsMissing: the published weights are not installed.
    """
    policy = Policy.read(folder / "policy.yaml")
    texts = read_texts(folder / "training")
    strangers = read_texts(folder / "calibration", texts_min={})

    def teach(messages: Sequence[str], kinds: Sequence[int]) -> Taught:
        """Tune the encoder on messages and the numbers of their kinds."""
        return tune(messages, kinds, len(KINDS), say=say)

    made = train(texts, teach, say)
    made.taught.save_adapter(folder / "adapter")
    made.head(tuned_encoder(home, folder, say=say).identity, folder / "training").write(folder / "head.npz")
    judged = made.judge(strangers)
    scores = {"training": made.report, "calibration": judged}
    (home / "guard-scores.json").write_text(
        json.dumps({name: report.rows() for name, report in scores.items()}), "utf-8"
    )
    return (
        f"Cross-validated, training text\n{made.report.table(policy)}\n\n"
        f"Calibration text, by a stranger, never trained on\n{judged.table(policy)}"
    )
