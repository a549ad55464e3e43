"""Load: many clients at once before the real service, over HTTP, on this machine.

The service is a process of its own, started as a clinic starts it but for the limit on questions. It answers from the
given build; what it remembers and audits lies in a temporary folder that goes with it. The clients are threads of this
process and share the processors with the service, so the figures are those of a machine that does both.
"""

import json
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from queue import Empty, SimpleQueue
from statistics import median

from assistant.evaluation.errors import EvaluationError
from assistant.evaluation.report import Load
from assistant.evaluation.timing import p95
from assistant.settings import PREFIX, Settings
from ingest.card import uploads_folder

CLIENTS = 32
ANSWER_SECONDS_MAX = 60
READY_SECONDS_MAX = 180
_END_SECONDS_MAX = 30
_POLL_SECONDS = 0.1
_ADDRESS = "127.0.0.1"
_FIX = "Run `sot ingest` first, then see what `sot serve` says."

Asked = Mapping[str, str]
Client = Callable[[Asked], int]
"""Asks one question and gives the HTTP status; raises OSError or HTTPException if no whole answer came."""
ServiceOn = Callable[[int], Sequence[str]]
"""The command that serves on a port of this machine."""


def run_load(settings: Settings, asked: Sequence[Asked], service: ServiceOn) -> Load:
    """Measure the service under as many clients as `CLIENTS`.

    Args:
        settings: a home with a current build; nothing is written there.
        asked: the questions, each with `text` and `audience`; each is asked once.
        service: the command to measure.

    Returns:
        What all the clients together met with.

    Raises:
        EvaluationError: the service did not start, or answered none of the questions.
    """
    with _served(settings, service) as port, ExitStack() as opened:
        return ask_at_once(asked, [opened.enter_context(closing(_HttpClient(port))) for _ in range(CLIENTS)])


def ask_at_once(asked: Sequence[Asked], clients: Sequence[Client]) -> Load:
    """Let clients ask side by side, each its next question as soon as it has an answer, while questions last.

    Args:
        asked: the questions; each is asked by one client, once.
        clients: who asks.

    Returns:
        Answers a second and their latency; anything but status 200 is an error and counts in neither.

    Raises:
        EvaluationError: no question was answered.
    """
    waiting: SimpleQueue[Asked] = SimpleQueue()
    for question in asked:
        waiting.put(question)
    started = time.perf_counter()
    with ThreadPoolExecutor(len(clients)) as pool:
        of_each = pool.map(lambda client: [_reply(client, question) for question in _while_any(waiting)], clients)
        replies = [reply for replies in of_each for reply in replies]
    seconds = time.perf_counter() - started
    times = [reply.ms for reply in replies if reply.error is None]
    errors = [reply.error for reply in replies if reply.error is not None]
    by_kind = {kind: errors.count(kind) for kind in sorted(set(errors))}
    if not times:
        raise EvaluationError(
            f"The service answered none of {len(replies)} questions: {by_kind}.",
            fix="Ask it one yourself: `sot serve`, then as the README shows under Over HTTP.",
        )
    return Load(
        clients=len(clients),
        questions=len(replies),
        answers_per_second=round(len(times) / seconds, 1),
        median_ms=round(median(times), 2),
        p95_ms=p95(times),
        errors=by_kind,
    )


def as_variables(settings: Settings) -> dict[str, str]:
    """Settings as the variables that they are read from; one that is not set has none."""
    given = settings.model_dump(exclude_none=True)
    return {f"{PREFIX}{name.upper()}": str(value) for name, value in given.items()}


@dataclass(frozen=True, slots=True)
class _Reply:
    """How long a client waited, and what it got instead of an answer: another status, or an exception's name."""

    ms: float
    error: str | None


def _while_any(waiting: SimpleQueue[Asked]) -> Iterator[Asked]:
    """What is waiting, one by one, until nothing is; several clients may take from it at once."""
    while True:
        try:
            question = waiting.get_nowait()
        except Empty:
            return
        yield question


def _reply(client: Client, question: Asked) -> _Reply:
    before = time.perf_counter()
    try:
        status = client(question)
        error = None if status == HTTPStatus.OK else str(status)
    except (OSError, HTTPException) as failure:
        error = type(failure).__name__
    return _Reply((time.perf_counter() - before) * 1000, error)


class _HttpClient:
    """A client that keeps its connection, as a browser does."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection(_ADDRESS, port, timeout=ANSWER_SECONDS_MAX)

    def __call__(self, asked: Asked) -> int:
        """Ask, and read the whole answer."""
        body = json.dumps({"question": asked["text"], "audience": asked["audience"]})
        try:
            self._connection.request("POST", "/v1/ask", body, {"Content-Type": "application/json"})
            response = self._connection.getresponse()
            response.read()
        except (OSError, HTTPException):
            self.close()  # The next question opens another.
            raise
        return response.status

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


@contextmanager
def _served(settings: Settings, service: ServiceOn) -> Iterator[int]:
    """The port of a service that answers, ended when it is no longer needed."""
    # A service that dies of a signal may leave files open a moment longer.
    with tempfile.TemporaryDirectory(prefix="sot-load-", ignore_cleanup_errors=True) as folder:
        home, log, port = Path(folder) / "home", Path(folder) / "log", _free_port()
        _lend(settings.home, home)
        variables = as_variables(settings.model_copy(update={"home": home, "rate_limit": "off"}))
        with log.open("wb") as said:
            process = subprocess.Popen(
                service(port),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                env=os.environ | variables,
            )
        try:
            _wait_until_ready(process, port, log)
            yield port
        finally:
            _end(process)


def _lend(home: Path, to: Path) -> None:
    """A home of its own with what is only read of another: builds, encoders and the clinic's uploads, by links."""
    to.mkdir()
    for name in ("builds", "encoders", uploads_folder(home).name):
        if (home / name).is_dir():
            (to / name).symlink_to((home / name).resolve(), target_is_directory=True)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind((_ADDRESS, 0))
        port: int = found.getsockname()[1]
        return port


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Wait for a service to say that it answers.

    Raises:
        EvaluationError: it says that it does not, or ends or stays silent before it says anything; with its last word.
    """
    until = time.monotonic() + READY_SECONDS_MAX
    while process.poll() is None and time.monotonic() < until:
        try:
            status, said = _readiness(port)
        except (OSError, HTTPException):
            time.sleep(_POLL_SECONDS)
        else:
            if status == HTTPStatus.OK:
                return
            raise EvaluationError(f"The service does not answer: {said}", fix=_FIX)
    last = (log.read_text("utf-8", "replace").strip().splitlines() or ["it said nothing"])[-1]
    raise EvaluationError(f"The service did not start: {last}", fix=_FIX)


def _readiness(port: int) -> tuple[int, str]:
    """Status and text of what a service says of itself; raises as a client does while nobody listens."""
    with closing(HTTPConnection(_ADDRESS, port, timeout=ANSWER_SECONDS_MAX)) as connection:
        connection.request("GET", "/readyz")
        response = connection.getresponse()
        return response.status, response.read().decode("utf-8", "replace")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_END_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
