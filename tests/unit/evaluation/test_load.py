"""Many clients at once: who asks what, and what is counted. Clients are functions, but for one real exchange."""

import sys
import threading
from collections.abc import Sequence
from http.client import RemoteDisconnected
from pathlib import Path

import pytest

from assistant.evaluation.errors import EvaluationError
from assistant.evaluation.load import CLIENTS, Asked, ServiceOn, as_variables, ask_at_once, run_load
from assistant.settings import Settings, read_settings

# As much of a service as the bench needs: ready or not, and one question that it cannot answer. It tells its home.
_SERVICE = """
import os, pathlib, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.reply(int(sys.argv[2]), b"the guard cannot load")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        home = pathlib.Path(os.environ["SOT_HOME"])
        pathlib.Path(os.environ["SOT_CLINIC"], str(body.count(b"9"))).write_text(
            "\\n".join([os.environ["SOT_RATE_LIMIT"], str(home), *sorted(os.listdir(home))]))
        self.reply(503 if b"unlucky" in body else 200, b"{}")

    def reply(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

class Server(ThreadingHTTPServer):
    request_queue_size = 128  # all clients knock at once; with the usual 5 some are turned away

Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def _questions(*texts: str) -> list[Asked]:
    return [{"text": text, "audience": "patient"} for text in texts]


class Scripted:
    """A client that gets a status, or an exception, by question; others get 200."""

    def __init__(self, script: dict[str, int | Exception] | None = None) -> None:
        self._script = script or {}
        self.asked: list[str] = []

    def __call__(self, asked: Asked) -> int:
        """Ask."""
        self.asked.append(asked["text"])
        found = self._script.get(asked["text"], 200)
        if isinstance(found, Exception):
            raise found
        return found


def test_every_question_is_asked_once_whoever_asks_it() -> None:
    """No answer could come from a cache."""
    texts = [f"question {n}" for n in range(100)]
    clients = [Scripted() for _ in range(7)]
    load = ask_at_once(_questions(*texts), clients)
    assert sorted(text for client in clients for text in client.asked) == sorted(texts)
    assert (load.clients, load.questions, load.errors) == (7, 100, {})


def test_clients_ask_at_the_same_time() -> None:
    """Each of them waits here until all have asked."""
    together = threading.Barrier(8, timeout=30)

    def client(_: Asked) -> int:
        together.wait()
        return 200

    assert ask_at_once(_questions(*"abcdefgh"), [client] * 8).errors == {}


def test_a_client_that_waits_does_not_keep_the_others_from_asking() -> None:
    """The questions are not dealt out beforehand."""
    others_are_done = threading.Event()
    left = [f"q{n}" for n in range(1, 20)]

    def slow(asked: Asked) -> int:
        if asked["text"] == "q0":
            assert others_are_done.wait(30)
        return quick(asked)

    def quick(asked: Asked) -> int:
        if asked["text"] in left:
            left.remove(asked["text"])
        if not left:
            others_are_done.set()
        return 200

    assert ask_at_once(_questions(*(f"q{n}" for n in range(20))), [slow, slow]).questions == 20


@pytest.mark.parametrize(
    ("fails", "kind"),
    [
        (503, "503"),
        (429, "429"),
        (ConnectionRefusedError(), "ConnectionRefusedError"),
        (TimeoutError(), "TimeoutError"),
        (RemoteDisconnected(), "RemoteDisconnected"),
    ],
)
def test_anything_but_an_answer_is_an_error_by_kind(fails: int | Exception, kind: str) -> None:
    """And the next question is asked all the same."""
    client = Scripted({"a": fails, "c": fails})
    load = ask_at_once(_questions(*"abcd"), [client])
    assert client.asked == ["a", "b", "c", "d"]
    assert (load.questions, load.errors) == (4, {kind: 2})


def test_errors_count_in_no_latency() -> None:
    """A refusal at once would make the answers look quick."""
    answered = ask_at_once(_questions("a", "b"), [Scripted({"b": 500})])
    assert answered.median_ms == answered.p95_ms


def test_no_answer_at_all_is_a_fault_and_not_a_figure() -> None:
    """It says what came instead."""
    with pytest.raises(EvaluationError, match=r"none of 2 questions: \{'500': 2\}"):
        ask_at_once(_questions("a", "b"), [Scripted({"a": 500, "b": 500})])


def test_a_mistake_of_ours_is_not_taken_for_the_services() -> None:
    """Only what a network does is an error of the service."""
    with pytest.raises(ZeroDivisionError):
        ask_at_once(_questions("a"), [Scripted({"a": ZeroDivisionError()})])


def test_settings_come_back_from_their_variables(tmp_path: Path) -> None:
    """What is not set has none."""
    settings = Settings(home=tmp_path, region="GB", rate_limit="off")
    assert read_settings(as_variables(settings)) == settings
    assert "SOT_CLINIC" not in as_variables(settings)


@pytest.mark.enable_socket  # this machine's own, as in tests/browser
def test_a_service_is_started_asked_and_ended_and_the_homes_memory_is_not_its_own(tmp_path: Path) -> None:
    """It sees builds, encoders and uploads, and neither the conversations nor the audit."""
    home, told = tmp_path / "home", tmp_path / "told"
    for name in ("builds", "encoders", "clinic", "audit", "report"):
        (home / name).mkdir(parents=True)
    (home / "sot.db").touch()
    told.mkdir()
    settings = Settings(home=home, clinic=told, rate_limit="1/minute")
    texts = ["9" * n for n in range(1, 2 * CLIENTS)]
    load = run_load(settings, _questions("an unlucky one", *texts), _service(ready=200))
    assert (load.clients, load.questions, load.errors) == (CLIENTS, 2 * CLIENTS, {"503": 1})
    assert {path.name for path in told.iterdir()} == {str(n) for n in range(2 * CLIENTS)}
    limit, lent, *seen = (told / "1").read_text("utf-8").splitlines()
    assert (limit, seen) == ("off", ["builds", "clinic", "encoders"])
    assert lent != str(home)
    assert not Path(lent).exists()


@pytest.mark.enable_socket
def test_a_service_that_does_not_answer_says_why(tmp_path: Path) -> None:
    """Nobody waits for it."""
    with pytest.raises(EvaluationError, match=r"does not answer: the guard cannot load.*sot ingest"):
        run_load(Settings(home=tmp_path), _questions("a"), _service(ready=503))


@pytest.mark.enable_socket
def test_a_service_that_ends_at_once_says_its_last_word(tmp_path: Path) -> None:
    """Without a traceback."""
    with pytest.raises(EvaluationError, match="did not start: no such option"):
        run_load(Settings(home=tmp_path), _questions("a"), lambda _port: _python("raise SystemExit('no such option')"))


def _service(*, ready: int) -> ServiceOn:
    return lambda port: _python(_SERVICE, str(port), str(ready))


def _python(code: str, *arguments: str) -> Sequence[str]:
    return [sys.executable, "-c", code, *arguments]
