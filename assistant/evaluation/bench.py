"""Speed: start to first answer, warm answers, memory, the guard alone; each measured in a process of its own. Beside
them the service as it runs, under many clients at once.

Each question is asked once, so that no cache of answers can help. Figures are reports, never pass or fail.
"""

import atexit
import json
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from assistant.evaluation.checkout import Commit
from assistant.evaluation.errors import EvaluationError
from assistant.evaluation.load import ServiceOn, as_variables, run_load
from assistant.evaluation.report import Bench, GuardSpeed, Screening, Speed
from assistant.evaluation.sets import EvaluationSets, Split
from assistant.evaluation.timing import in_own_process, machine, p95, timed
from assistant.pipeline import CHARACTERS_MAX
from assistant.settings import Settings, read_settings

SCREENED_MAX = 200
LONG_MAX = 40


def run_bench(
    settings: Settings, sets: EvaluationSets, *, questions: int, with_baseline: bool, service: ServiceOn | None = None
) -> Bench:
    """Measure speed on the development half.

    Args:
        settings: a home with a current build, and the corpus it was made from; passed on to the processes that measure.
        sets: the evaluation sets.
        questions: how many different questions to ask one after the other, the first of them cold.
        with_baseline: whether to measure the quick-start too.
        service: the command that serves on a port, to be asked every question by many clients; left out if None.

    Returns:
        The report. Memory is the peak resident set of a whole process, as `getrusage` counts it.

    Raises:
        EvaluationError: there are too few questions to ask, or a process that measures, or the service, failed.
    """
    half = sets.half(Split.DEV)
    every = {case.question: case.audience.value for case in half.questions}
    asked = _as_asked(_spread(every, questions))
    if len(asked) < 3:
        raise EvaluationError("A median needs at least three questions.", fix="Ask more with --questions.")
    messages = [text for text, _ in _spread({case.message: None for case in half.guard}, SCREENED_MAX)]
    commit = Commit.current()
    return Bench(
        measured=date.today().isoformat(),
        commit=commit.id,
        dirty=commit.dirty,
        machine=machine(),
        questions=len(asked),
        assistant=Speed.model_validate(_in_own_process("assistant", settings, asked)),
        baseline=Speed.model_validate(_in_own_process("baseline", settings, asked)) if with_baseline else None,
        guard=GuardSpeed(
            typical=Screening.model_validate(_in_own_process("guard", settings, messages)),
            longest=Screening.model_validate(_in_own_process("guard", settings, longest(messages))),
            rules_typical=Screening.model_validate(_in_own_process("rules", settings, messages)),
            rules_longest=Screening.model_validate(_in_own_process("rules", settings, longest(messages))),
        ),
        load=run_load(settings, _as_asked(every.items()), service) if service else None,
    )


def longest(messages: Sequence[str]) -> list[str]:
    """Different texts of the most characters that a question may have, each made of whole messages and cut at the end.

    Args:
        messages: to make them of.

    Returns:
        At most `LONG_MAX`; each begins at another message.
    """
    starts = range(0, len(messages), max(1, len(messages) // LONG_MAX))
    turned = (" ".join([*messages[start:], *messages[:start]]) for start in starts)
    # A few short messages are said over and over until they fill the text.
    filled = (f"{text} " * (1 + CHARACTERS_MAX // len(text)) for text in turned)
    return [text[:CHARACTERS_MAX] for text in filled][:LONG_MAX]


def _spread(items: dict[str, Any], count: int) -> list[tuple[str, Any]]:
    """So many items from all over the set, which is ordered by subject."""
    kept = list(items.items())
    return kept[:: max(1, len(kept) // max(1, count))][:count]


def _as_asked(questions: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Questions with their audiences as they are told to another process or service."""
    return [{"text": text, "audience": audience} for text, audience in questions]


def _in_own_process(system: str, settings: Settings, items: Sequence[Any]) -> Any:
    return in_own_process(
        "assistant.evaluation.bench",
        [system],
        told=items,
        variables=as_variables(settings),
        fix="Run `sot ingest` first; the baseline needs the packages of requirements-dev.lock (`make test`).",
    )


def _measure_answers(open_system: Callable[[Settings], Callable[[Any], Any]], asked: list[Any]) -> dict[str, float]:
    started = time.perf_counter()
    ask = open_system(read_settings())
    ask(asked[0])
    first = time.perf_counter() - started
    times = timed(ask, asked[1:])
    return {
        "start_to_first_answer_s": round(first, 3),
        "warm_median_ms": round(statistics.median(times), 2),
        "warm_p95_ms": p95(times),
        "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


def _measure_guard(messages: list[str]) -> dict[str, float]:
    """The guard alone, warm."""
    from assistant.bootstrap import open_guard, tuned_encoder
    from assistant.domain import Conversation

    guard = open_guard(tuned_encoder(read_settings().home))
    alone = Conversation("con_none")
    guard.screen("Good morning to you", alone)
    return _screening(lambda message: guard.screen(message, alone), messages)


def _measure_rules(messages: list[str]) -> dict[str, float]:
    """The guard's rules alone, warm: no model is loaded."""
    from assistant.bootstrap import GUARD
    from assistant.guard.normalising import read_message
    from assistant.guard.rules import Rulebook

    rulebook = Rulebook.read(GUARD / "rules")
    rulebook.matches(read_message("Good morning to you"))
    return _screening(lambda message: rulebook.matches(read_message(message)), messages)


def _screening(screen: Callable[[str], Any], messages: list[str]) -> dict[str, float]:
    times = timed(screen, messages)
    return {
        "messages": len(messages),
        "median_characters": int(statistics.median(map(len, messages))),
        "p50_ms": round(statistics.median(times), 2),
        "p95_ms": p95(times),
    }


def _open_assistant(settings: Settings) -> Callable[[Any], Any]:
    """The whole answer: guard, retrieval, composing, checks."""
    import logging

    import structlog

    from assistant.bootstrap import bootstrap
    from assistant.domain import Question
    from assistant.guard.audit import NoAudit
    from assistant.store import DatabaseStore
    from ingest.documents import Audience

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    # On a disk, as it serves, and gone with the process: what is asked here is no clinic's conversation.
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    store = DatabaseStore.at(Path(folder.name), retention_days=1)
    assistant = bootstrap(settings, audit=NoAudit(), store=store)
    return lambda asked: assistant.ask(Question(asked["text"], Audience(asked["audience"])))


def _open_baseline(settings: Settings) -> Callable[[Any], Any]:
    """Bare retrieval: the quick-start has no guard and no checks."""
    from assistant.evaluation.baseline import open_baseline

    retriever = open_baseline(settings.corpus)
    return lambda asked: retriever.invoke(asked["text"])


_GUARDED = {"guard": _measure_guard, "rules": _measure_rules}


def _main(system: str) -> dict[str, float]:
    items = json.load(sys.stdin)
    if system in _GUARDED:
        return _GUARDED[system](items)
    return _measure_answers(_open_assistant if system == "assistant" else _open_baseline, items)


if __name__ == "__main__":
    print(json.dumps(_main(sys.argv[1])))
