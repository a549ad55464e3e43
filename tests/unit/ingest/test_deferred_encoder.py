"""An encoder that is opened when it is first used: once, however many ask, and again after an error."""

import threading

import numpy as np
import pytest

from ingest.encoder import DeferredEncoder, Encoder
from ingest.errors import WeightsMissing
from tests.fakes import DIMENSIONS, WordEncoder


class Opener:
    """Opens word encoders, fails as often as it is told to, and counts."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.opened = 0

    def __call__(self) -> Encoder:
        """Open one, or fail."""
        self.opened += 1
        if self.opened <= self.failures:
            raise WeightsMissing("There are no weights.", fix="Install them.")
        return WordEncoder(f"words{self.opened}")


def test_nothing_is_opened_before_it_is_used() -> None:
    """What needs no model does not wait for one."""
    opener = Opener()
    DeferredEncoder(opener)
    assert opener.opened == 0


def test_it_is_opened_once_whatever_it_is_used_for() -> None:
    """Its identity and all vectors come from one encoder."""
    opener = Opener()
    encoder = DeferredEncoder(opener)
    assert encoder.identity == "words1@fake"
    assert encoder.encode(["one", "two"]).shape == (2, DIMENSIONS)
    assert encoder.encode([]).shape == (0, DIMENSIONS)
    assert opener.opened == 1


def test_it_gives_the_vectors_of_the_encoder_that_it_opens() -> None:
    """Nothing is added and nothing is lost."""
    texts = ["category blocks", "pancakes"]
    assert np.array_equal(DeferredEncoder(WordEncoder).encode(texts), WordEncoder().encode(texts))


def test_many_threads_open_it_once() -> None:
    """All who ask at the same time wait for the same encoder."""
    started = threading.Barrier(16)
    entered, go_on = threading.Event(), threading.Event()
    opener = Opener()

    def slowly() -> Encoder:
        entered.set()
        assert go_on.wait(30)
        return opener()

    encoder = DeferredEncoder(slowly)
    identities: list[str] = []

    def ask() -> None:
        started.wait(30)
        identities.append(encoder.identity)

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    assert entered.wait(30)
    go_on.set()
    for thread in threads:
        thread.join(30)
    assert identities == ["words1@fake"] * 16
    assert opener.opened == 1


@pytest.mark.parametrize("failures", [1, 3])
def test_after_an_error_the_next_use_tries_again(failures: int) -> None:
    """Whoever mends the installation need not start the service anew."""
    opener = Opener(failures)
    encoder = DeferredEncoder(opener)
    for _ in range(failures):
        with pytest.raises(WeightsMissing, match="no weights"):
            encoder.encode(["one"])
    assert encoder.encode(["one"]).shape == (1, DIMENSIONS)
    assert encoder.identity == f"words{failures + 1}@fake"
    assert opener.opened == failures + 1


def test_an_error_in_one_thread_keeps_no_other_from_trying() -> None:
    """The lock is given back."""
    encoder = DeferredEncoder(Opener(failures=1))
    failed: list[str] = []

    def ask() -> None:
        try:
            failed.append(encoder.identity)
        except WeightsMissing as error:
            failed.append(error.problem)

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join(30)
    assert failed == ["There are no weights."]
    assert encoder.identity == "words2@fake"
