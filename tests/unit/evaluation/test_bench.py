"""The bench's own arithmetic; what it times is a report, not a test."""

import subprocess
from pathlib import Path

import pytest

from assistant.evaluation.bench import LONG_MAX, longest, run_bench
from assistant.evaluation.errors import EvaluationError
from assistant.evaluation.sets import read_sets
from assistant.evaluation.timing import p95
from assistant.pipeline import CHARACTERS_MAX
from assistant.settings import Settings
from tests.unit.evaluation.fakes import CORPUS, question, write_sets
from ui.cli.measuring import _service_on


@pytest.mark.parametrize("count", [1, 3, 700])
def test_the_longest_messages_are_as_long_as_a_question_may_be_and_all_differ(count: int) -> None:
    """However few they are made of."""
    texts = longest([f"message number {n}." for n in range(count)])
    assert {len(text) for text in texts} == {CHARACTERS_MAX}
    assert len(texts) == len(set(texts)) == min(count, LONG_MAX)


def test_a_bench_of_fewer_than_three_questions_is_refused(tmp_path: Path) -> None:
    """The fix names the option."""
    sets = read_sets(write_sets(tmp_path, questions=[question(f"q-{n}") for n in range(5)]), CORPUS.facts)
    with pytest.raises(EvaluationError, match="--questions"):
        run_bench(Settings(home=tmp_path), sets, questions=2, with_baseline=False)


def test_a_measuring_process_that_fails_says_what_to_run(tmp_path: Path) -> None:
    """Without a traceback."""
    sets = read_sets(write_sets(tmp_path, questions=[question(f"q-{n}") for n in range(5)]), CORPUS.facts)
    with pytest.raises(EvaluationError, match="sot ingest"):
        run_bench(Settings(home=tmp_path, encoder="no-such-model"), sets, questions=5, with_baseline=False)


@pytest.mark.parametrize(
    ("times", "found"), [([7.126], 7.13), ([1.0, 2.0], 1.95), ([float(n) for n in range(101)], 95.0)]
)
def test_one_time_in_twenty_is_longer_than_the_95th_percentile(times: list[float], found: float) -> None:
    """Of a single answer it is that answer's time."""
    assert p95(times) == found


def test_the_service_that_is_measured_is_the_one_that_serves() -> None:
    """Its command is known to the terminal, option by option."""
    done = subprocess.run([*_service_on(8123), "--help"], capture_output=True, text=True, timeout=60, check=True)
    assert "--no-app" in done.stdout
    assert _service_on(8123)[-1] == "8123"
