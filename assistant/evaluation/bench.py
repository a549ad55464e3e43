"""Speed: start to first answer, warm answers, memory; ours and the baseline, each in a process of its own.

Each question is asked once, so that no cache of answers can help. Figures are reports, never pass or fail.
"""

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from assistant.settings import Settings, read_settings
from ingest.corpus import read_corpus


def run_bench(settings: Settings, *, questions: int, with_baseline: bool) -> dict[str, Any]:
    """Measure.

    Args:
        settings: a home with a current build, and the corpus it was made from.
        questions: how many different questions to ask warm.
        with_baseline: whether to measure the quick-start too.

    Returns:
        Figures by system: `start_to_first_answer_s`, `warm_median_ms`, `warm_p95_ms`, `memory_mb` (peak resident).
    """
    asks = [ask.text for ask in read_corpus(settings.corpus).asks]
    asked = asks[:: max(1, len(asks) // questions)][:questions]
    figures: dict[str, Any] = {
        "measured": datetime.now(UTC).date().isoformat(),
        "machine": {"processors": os.cpu_count(), "python": platform.python_version()},
        "questions": len(asked),
        "assistant": _in_own_process("assistant", asked),
    }
    if with_baseline:
        figures["baseline"] = _in_own_process("baseline", asked)
    return figures


def _in_own_process(system: str, questions: list[str]) -> dict[str, float]:
    """Measure one system in a fresh interpreter, so that neither warms nor burdens the other."""
    done = subprocess.run(
        [sys.executable, "-m", "assistant.evaluation.bench", system],
        input=json.dumps(questions),
        capture_output=True,
        text=True,
        check=True,
    )
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _measure(system: str, questions: list[str]) -> dict[str, float]:
    started = time.perf_counter()
    ask = _OPENERS[system](read_settings())
    ask(questions[0])
    first = time.perf_counter() - started
    times = []
    for question in questions[1:]:
        before = time.perf_counter()
        ask(question)
        times.append((time.perf_counter() - before) * 1000)
    return {
        "start_to_first_answer_s": round(first, 3),
        "warm_median_ms": round(statistics.median(times), 2),
        "warm_p95_ms": round(statistics.quantiles(times, n=20)[-1], 2),
        "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


def _open_assistant(settings: Settings) -> Callable[[str], Any]:
    """The whole answer: guard, retrieval, composing, checks."""
    import logging

    import structlog

    from assistant.bootstrap import bootstrap
    from assistant.domain import Question

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    assistant = bootstrap(settings)
    return lambda question: assistant.ask(Question(question))


def _open_baseline(settings: Settings) -> Callable[[str], Any]:
    """Bare retrieval: the quick-start has no guard and no checks."""
    from assistant.evaluation.baseline import open_baseline

    retriever = open_baseline(settings.corpus)
    return lambda question: retriever.invoke(question)


_OPENERS: dict[str, Callable[[Settings], Callable[[str], Any]]] = {
    "assistant": _open_assistant,
    "baseline": _open_baseline,
}

if __name__ == "__main__":
    print(json.dumps(_measure(sys.argv[1], json.load(sys.stdin))))
