"""Teaching the encoder questions: what it is told apart comes apart, and what is saved is served."""

from pathlib import Path

import numpy as np
import pytest

from ingest.adapting import Adapted
from ingest.encoder import open_encoder
from ingest.lessons import Batch, Lessons
from ingest.matching import MatchingRecipe, teach_matching

pytestmark = [
    pytest.mark.usefixtures("one_thread"),
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
    pytest.mark.filterwarnings("ignore:Could not find a config file:UserWarning"),
]

QUESTION, GAP = "what are those wedges", "what do those wedges cost"
RIGHT, WRONG = "Blocks are slid beneath the pelvis.", "The sacrum is made of five bones."
RECIPE = MatchingRecipe(epochs=1, rate=2e-3)


class OneLesson(Lessons):
    """The same few pairs, again and again."""

    def __init__(self) -> None:
        """Needs no corpus."""

    def epoch(self, chance: object) -> list[Batch]:
        """Ten batches of one question with an answer and one without, and one of passages."""
        told = Batch((QUESTION, GAP), (RIGHT, WRONG), np.array([[True, False], [False, False]]), (0,), all_told=True)
        passages = Batch((QUESTION,), (RIGHT,), np.array([[True]]), (0,), all_told=False)
        return [*[told] * 10, passages]


@pytest.fixture(scope="module")
def taught() -> Adapted:
    """The real weights after one epoch."""
    return teach_matching(OneLesson(), RECIPE)


@pytest.fixture(scope="module")
def adapter(taught: Adapted, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What was saved of it."""
    folder = tmp_path_factory.mktemp("taught") / "adapter"
    taught.save(folder)
    return folder


def test_a_question_comes_nearer_to_its_answer_and_a_gap_goes_away(adapter: Path, tmp_path: Path) -> None:
    """Served by onnxruntime, beside the published encoder."""
    texts = [QUESTION, GAP, RIGHT, WRONG]
    before, after = (open_encoder(tmp_path, adapter=learnt).encode(texts) for learnt in (None, adapter))

    def lead(vectors: np.ndarray) -> float:
        """How much nearer the question is to its answer than to the other text."""
        return float(vectors[0] @ vectors[2] - vectors[0] @ vectors[3])

    assert lead(after) > lead(before)
    assert after[1] @ after[2] < before[1] @ before[2]


def test_the_same_lesson_teaches_the_same(adapter: Path, tmp_path: Path) -> None:
    """On one machine, bit for bit."""
    teach_matching(OneLesson(), RECIPE).save(tmp_path / "again")
    name = "adapter_model.safetensors"
    assert (tmp_path / "again" / name).read_bytes() == (adapter / name).read_bytes()


def test_it_says_one_line_an_epoch() -> None:
    """Whoever waits sees that it goes on."""
    said: list[str] = []
    teach_matching(OneLesson(), RECIPE, say=said.append)
    assert len(said) == 1
    assert said[0].startswith("epoch 1 of 1: loss ")
