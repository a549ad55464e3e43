"""`sot serve` and `sot app`."""

import logging
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Annotated

import structlog
import typer

from assistant.settings import read_settings
from ui.cli.console import err, errors_shown


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; SOT_HOST otherwise.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; SOT_PORT otherwise.")] = None,
    with_app: Annotated[bool, typer.Option("--app/--no-app", help="Start the Streamlit app too.")] = True,
) -> None:
    """Serve the page with the widget, the HTTP API (its description is at /docs) and, beside them, the app."""
    with errors_shown():
        import uvicorn

        from ui.api.app import create_app

        settings = read_settings()
        application = create_app(settings)
    address, page_port = host or settings.host, port or settings.port
    # One structured event a question; access lines would add addresses and nothing else.
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    err.print(f"The page: http://{address}:{page_port}  ·  programs: http://{address}:{page_port}/docs")
    with _app_beside(address, settings.app_port, service_port=page_port) if with_app else nullcontext():
        uvicorn.run(application, host=address, port=page_port, access_log=False)


def run_app(
    host: Annotated[str | None, typer.Option(help="Address to listen on; SOT_HOST otherwise.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; SOT_APP_PORT otherwise.")] = None,
) -> None:
    """Serve the Streamlit app alone: chat with its workings, the corpus, the evaluation's figures."""
    with errors_shown():
        settings = read_settings()
    with _app_beside(host or settings.host, port or settings.app_port) as process:
        raise typer.Exit(process.wait())


@contextmanager
def _app_beside(host: str, port: int, *, service_port: int | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """The app in a process of its own, ended with ours however ours ends."""
    from ui.app.launch import command

    def end(*_: object) -> None:
        """End as an exit does, so that the app is ended too."""
        raise SystemExit(0)

    # By default SIGTERM would end us on the spot and leave the app behind.
    signal.signal(signal.SIGTERM, end)
    err.print(f"The app:  http://{host}:{port}")
    process = subprocess.Popen(command(host, port, service_port=service_port), stdout=subprocess.DEVNULL)
    try:
        yield process
    except KeyboardInterrupt:
        pass
    finally:
        process.terminate()
        process.wait()
