"""How things are timed: in a fresh interpreter each, so that neither warms nor burdens the other."""

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from assistant.evaluation.errors import EvaluationError


def in_own_process(
    module: str, arguments: Sequence[str], *, told: Any = None, variables: Mapping[str, str] | None = None, fix: str
) -> Any:
    """Run a module's measurement in a fresh interpreter.

    Args:
        module: what is run with `python -m`; its last line of output is JSON.
        arguments: for the module.
        told: JSON that it reads from its input, if it reads any.
        variables: of the environment, beside this process's own.
        fix: what to do if it fails.

    Returns:
        What the module measured.

    Raises:
        EvaluationError: it failed, with its last word.
    """
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        input=json.dumps(told),
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | dict(variables or {}),
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise EvaluationError(f"Measuring {' '.join(arguments)} failed: {last}", fix=fix)
    return json.loads(done.stdout.splitlines()[-1])


def timed(ask: Callable[[Any], Any], items: Sequence[Any]) -> list[float]:
    """Milliseconds for each item, one after the other."""
    times = []
    for item in items:
        before = time.perf_counter()
        ask(item)
        times.append((time.perf_counter() - before) * 1000)
    return times


def machine() -> dict[str, Any]:
    """What figures were measured on, as far as it bears on them."""
    return {"processors": os.cpu_count(), "python": platform.python_version()}


def p95(times: Sequence[float]) -> float:
    """The time that one in twenty exceeds, to a hundredth; one time alone is it."""
    if len(times) == 1:
        return round(times[0], 2)
    return round(statistics.quantiles(times, n=20, method="inclusive")[-1], 2)
