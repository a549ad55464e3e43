"""Errors to problem documents (RFC 9457): what is wrong, and how to mend it. None repeats what a person wrote."""

from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from assistant.errors import GuardError, QuestionError, SOTError, UnknownConversation, UnknownPassage, UnknownReceipt
from assistant.guard.contacts import last_resort
from ingest.errors import BuildError
from ui.api.schemas import ContactOut, FieldFault, Problem, contacts_out

_log = structlog.get_logger()

_STATUS: tuple[tuple[type[SOTError], HTTPStatus, str], ...] = (
    (QuestionError, HTTPStatus.UNPROCESSABLE_ENTITY, "This question cannot be asked as it stands"),
    (UnknownPassage, HTTPStatus.NOT_FOUND, "Unknown passage"),
    (UnknownConversation, HTTPStatus.NOT_FOUND, "Unknown conversation"),
    (UnknownReceipt, HTTPStatus.NOT_FOUND, "Unknown answer"),
    (GuardError, HTTPStatus.SERVICE_UNAVAILABLE, "The assistant is not answering"),
    (BuildError, HTTPStatus.SERVICE_UNAVAILABLE, "There is no index to answer from"),
)


class TooManyQuestions(SOTError):
    """An address asked more often than the rate limit allows."""

    def __init__(self, limit: str, seconds: int) -> None:
        super().__init__(f"More questions came from this address than {limit}.", fix=f"Wait {seconds} s.")
        self.seconds = seconds


def problem_response(problem: Problem, headers: dict[str, str] | None = None) -> JSONResponse:
    """A problem document as a response."""
    return JSONResponse(problem.content(), problem.status, headers, media_type="application/problem+json")


def install_problem_handlers(app: FastAPI) -> None:
    """Make every error of the service a problem document."""
    app.add_exception_handler(SOTError, _on_our_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(Exception, _on_unexpected_error)


async def _on_our_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, SOTError)
    if isinstance(error, TooManyQuestions):
        status = HTTPStatus.TOO_MANY_REQUESTS
        problem = Problem(
            title="Too many questions", status=status, detail=error.problem, fix=error.fix, contacts=_numbers()
        )
        return problem_response(problem, {"Retry-After": str(error.seconds)})
    known = next(((status, title) for kind, status, title in _STATUS if isinstance(error, kind)), None)
    status, title = known or (HTTPStatus.INTERNAL_SERVER_ERROR, "Something is wrong on our side")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("failed", kind=type(error).__name__, problem=error.problem)
    field = [FieldFault(field=error.field, problem=error.problem)] if isinstance(error, QuestionError) else None
    contacts = None if status == HTTPStatus.NOT_FOUND else _numbers()
    return problem_response(
        Problem(title=title, status=status, detail=error.problem, fix=error.fix, errors=field, contacts=contacts)
    )


def _numbers() -> list[ContactOut]:
    """The emergency numbers: whoever asks and is not answered may be in danger."""
    return contacts_out(last_resort())


async def _on_invalid_request(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    details: list[dict[str, Any]] = list(error.errors())
    if any(detail["type"] == "json_invalid" for detail in details):
        return problem_response(
            Problem(
                title="The body is not JSON",
                status=HTTPStatus.BAD_REQUEST,
                detail="The request's body cannot be parsed as JSON.",
                fix='Send JSON such as {"question": "What is category II?"}, encoded as UTF-8.',
            )
        )
    faults = [
        FieldFault(field=".".join(str(part) for part in detail["loc"][1:]) or "body", problem=detail["msg"])
        for detail in details
    ]
    return problem_response(
        Problem(
            title="The request is not valid",
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
            detail="; ".join(f"{fault.field}: {fault.problem}" for fault in faults),
            fix="Mend the fields named in `errors`; /openapi.json describes them.",
            errors=faults,
            contacts=_numbers(),
        )
    )


async def _on_http_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return problem_response(
        Problem(
            title=HTTPStatus(error.status_code).phrase,
            status=error.status_code,
            detail=str(error.detail),
            fix="See /openapi.json for what the service offers.",
        ),
        dict(error.headers or {}),
    )


async def _on_unexpected_error(_: Request, error: Exception) -> JSONResponse:
    # The message of an unknown error may hold what a person wrote: its kind must do.
    _log.error("failed", kind=type(error).__name__)
    return problem_response(
        Problem(
            title="Something is wrong on our side",
            status=HTTPStatus.INTERNAL_SERVER_ERROR,
            detail="The service failed on this request. Nothing was answered.",
            fix="Try again; if it happens again, tell the clinic. In an emergency call your emergency number.",
            contacts=_numbers(),
        )
    )
