"""Bounds on what one address may send: how often, and how much at once."""

import time
from collections.abc import Sequence

from limits import RateLimitItem
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.api.problems import TooManyQuestions, problem_response
from ui.api.schemas import Problem


class RateLimiter:
    """Counts questions by address in a moving window, in this process's memory."""

    def __init__(self, limits: Sequence[RateLimitItem]) -> None:
        self._limits = limits
        self._windows = MovingWindowRateLimiter(MemoryStorage())

    def count(self, address: str) -> None:
        """Count one question.

        Raises:
            TooManyQuestions: the address has used up a limit.
        """
        for limit in self._limits:
            if not self._windows.hit(limit, address):
                resets = self._windows.get_window_stats(limit, address).reset_time
                raise TooManyQuestions(str(limit), max(1, round(resets - time.time())))


class BodyLimit:
    """ASGI middleware that refuses a body larger than a bound, whether or not it says its length."""

    def __init__(self, app: ASGIApp, *, bytes_max: int) -> None:
        self._app = app
        self._bytes_max = bytes_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body up to the bound, then hand it on whole."""
        if scope["type"] != "http" or scope["method"] not in ("POST", "PUT", "PATCH"):
            await self._app(scope, receive, send)
            return
        body = await self._read(receive)
        if body is None:
            problem = Problem(
                title="The body is too large",
                status=413,
                detail=f"The body has more than {self._bytes_max:,} bytes.",
                fix="Send one question of at most 4,000 characters.",
            )
            await problem_response(problem)(scope, receive, send)
            return
        await self._app(scope, _replaying(body, receive), send)

    async def _read(self, receive: Receive) -> bytes | None:
        """The whole body, or None once it passes the bound."""
        body = bytearray()
        while True:
            message = await receive()
            body += message.get("body", b"")
            if len(body) > self._bytes_max:
                return None
            if not message.get("more_body"):
                return bytes(body)


def _replaying(body: bytes, receive: Receive) -> Receive:
    """A receive channel that gives a body already read, then what the client sends next."""
    given = False

    async def replay() -> Message:
        """The body that was read to measure it, then whatever comes."""
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
