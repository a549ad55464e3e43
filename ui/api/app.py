"""The service: routes that translate between the wire and the assistant, and nothing else."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

from fastapi import Body, Depends, FastAPI, Query, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import FileResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from fastapi.staticfiles import StaticFiles

from assistant.bootstrap import bootstrap
from assistant.domain import Answer, Question
from assistant.errors import SOTError
from assistant.pipeline import Assistant
from assistant.settings import Settings, read_settings
from ui.api.examples import ASK_EXAMPLES, PROBLEMS
from ui.api.headers import SafetyHeaders
from ui.api.limiting import BodyLimit, RateLimiter
from ui.api.memory_schemas import ConversationOut, ReceiptOut
from ui.api.problems import install_problem_handlers
from ui.api.schemas import AnswerOut, AskBody, DocumentOut, DocumentsOut, PassageOut

BODY_BYTES_MAX = 64 * 1024
WIDGET = Path(__file__).parents[1] / "widget"


def create_app(settings: Settings | None = None, assistant: Assistant | None = None) -> FastAPI:
    """The application.

    Args:
        settings: read from the environment if None.
        assistant: made from the settings when the service starts, if None. If it cannot be made, the service starts
            all the same and answers 503 with the emergency numbers.

    Raises:
        SettingsError: a setting is unknown or wrong.
    """
    chosen = settings or read_settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        """Open the assistant when the service starts; a failure is kept and answered with."""
        try:
            app.state.assistant = assistant or bootstrap(chosen)
            app.state.assistant.warm_up()
        except SOTError as error:
            app.state.failure = error
        yield

    app = FastAPI(
        title="SOT Assistant",
        summary="Cited answers on Sacro-Occipital Technique. Automated information, not a clinician.",
        version="0.1.0",
        lifespan=lifespan,
        responses=PROBLEMS,
    )
    app.state.settings = chosen
    app.state.assistant = None
    app.state.failure = None
    app.state.limiter = RateLimiter(chosen.rate_limits)
    app.add_middleware(BodyLimit, bytes_max=BODY_BYTES_MAX)
    # A clinic's page embeds the widget from another origin. There is no cookie that another page could borrow.
    app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["GET", "POST", "DELETE"])
    app.add_middleware(SafetyHeaders)
    install_problem_handlers(app)
    _add_routes(app)
    _add_pages(app)
    return app


def _assistant(request: Request) -> Assistant:
    """The assistant, or the error that keeps it from answering."""
    if request.app.state.assistant is None:
        raise request.app.state.failure
    found: Assistant = request.app.state.assistant
    return found


def _within_rate(request: Request) -> None:
    request.app.state.limiter.count(request.client.host if request.client else "unknown")


TheAssistant = Annotated[Assistant, Depends(_assistant)]
AskedBody = Annotated[AskBody, Body(openapi_examples=ASK_EXAMPLES)]


def _answered(request: Request, assistant: TheAssistant, body: AskedBody) -> Answer:
    """The answer to a request's question. A dependency, so that a stream starts only once there is an answer."""
    return assistant.ask(
        Question(
            text=body.question,
            audience=body.audience,
            region=(body.region or request.app.state.settings.region).upper(),
            conversation_id=body.conversation_id,
            language=body.language,
        )
    )


Answered = Annotated[Answer, Depends(_answered)]


def _add_routes(app: FastAPI) -> None:
    _add_asking(app)
    _add_memory(app)
    _add_corpus(app)
    _add_service(app)


def _add_asking(app: FastAPI) -> None:
    limited = [Depends(_within_rate)]

    @app.post("/v1/ask", dependencies=limited, tags=["ask"], summary="Ask a question")
    def ask(answer: Answered) -> AnswerOut:
        """Answer a question. A refusal is 200 with its action in the verdict."""
        return AnswerOut.of(answer)

    @app.post(
        "/v1/ask/stream",
        dependencies=limited,
        tags=["ask"],
        summary="Ask a question, answered as server-sent events",
        response_class=EventSourceResponse,
    )
    def ask_stream(answer: Answered) -> Iterator[ServerSentEvent]:
        """Events: `verdict`, one `statement` a sentence, `citations`, `done` with the whole answer."""
        yield from _events(AnswerOut.of(answer))


def _add_memory(app: FastAPI) -> None:
    """What is remembered. Ids are unguessable: whoever has one was given it with an answer."""

    @app.get("/v1/conversations/{conversation_id}", tags=["memory"], summary="What is remembered of a conversation")
    def conversation(conversation_id: str, assistant: TheAssistant) -> ConversationOut:
        """Its last turns, redacted."""
        return ConversationOut.of(assistant.memory.conversation(conversation_id))

    @app.delete(
        "/v1/conversations/{conversation_id}", status_code=204, tags=["memory"], summary="Forget a conversation"
    )
    def forget(conversation_id: str, assistant: TheAssistant) -> None:
        """Delete its turns and receipts with it."""
        assistant.memory.forget(conversation_id)

    @app.get("/v1/answers/{answer_id}/receipt", tags=["memory"], summary="What an answer was made from")
    def receipt(answer_id: str, assistant: TheAssistant) -> ReceiptOut:
        """Build, corpus, guard, code and settings; every candidate with its score; the verdicts."""
        return ReceiptOut.of(assistant.memory.receipt(answer_id))


def _add_corpus(app: FastAPI) -> None:
    @app.get("/v1/passages/{passage_id:path}", tags=["corpus"], summary="A passage's stored text")
    def passage(passage_id: str, assistant: TheAssistant) -> PassageOut:
        """The text that citations quote from; the id is percent-encoded."""
        return PassageOut.of(assistant.place(passage_id))

    @app.get("/v1/documents", tags=["corpus"], summary="The documents answers come from")
    def documents(
        assistant: TheAssistant,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
        offset: Annotated[int, Query(ge=0)] = 0,
    ) -> DocumentsOut:
        """A page of documents with their sections, ordered by id."""
        found = assistant.workbench.build.corpus.documents
        shown = [DocumentOut.of(document) for document in found[offset : offset + limit]]
        return DocumentsOut(documents=shown, total=len(found), limit=limit, offset=offset)


def _add_service(app: FastAPI) -> None:
    @app.get("/healthz", tags=["service"], summary="Whether the process lives")
    def healthz() -> dict[str, str]:
        """Always ok while the process can answer at all."""
        return {"status": "ok"}

    @app.get("/readyz", tags=["service"], summary="Whether questions are answered")
    def readyz(assistant: TheAssistant) -> dict[str, str]:
        """The build that serves; 503 if the guard or the build is missing."""
        return {"status": "ready", "build": assistant.workbench.build.id}


def _add_pages(app: FastAPI) -> None:
    """The widget, its demo page and the page of one passage, files as they are."""
    for path, file in (("/", "demo/index.html"), ("/passage", "passage/index.html"), ("/widget.js", "widget.js")):
        app.add_api_route(path, _sending(WIDGET / file), methods=["GET", "HEAD"], include_in_schema=False)
    for folder in ("widget", "demo", "passage"):
        app.mount(f"/{folder}", StaticFiles(directory=WIDGET / folder))


def _sending(file: Path) -> Callable[[], FileResponse]:
    def send() -> FileResponse:
        """The file."""
        return FileResponse(file)

    return send


def _events(answer: AnswerOut) -> Iterator[ServerSentEvent]:
    verdict: dict[str, Any] = answer.model_dump(
        mode="json", include={"id", "conversation_id", "verdict", "language", "contacts"}
    )
    yield ServerSentEvent(event="verdict", data=verdict)
    for index, statement in enumerate(answer.statements):
        yield ServerSentEvent(event="statement", data={"index": index, **statement.model_dump(mode="json")})
    yield ServerSentEvent(event="citations", data=[c.model_dump(mode="json") for c in answer.citations])
    yield ServerSentEvent(event="done", data=answer.model_dump(mode="json"))
