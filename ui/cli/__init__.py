"""The terminal: `sot ask | replay | ingest | corpus | guard | serve | app | evaluate | bench`. It only translates."""

import logging

import structlog
import typer

from ui.cli import corpus, guard, ingesting
from ui.cli.asking import ask
from ui.cli.measuring import bench, evaluate
from ui.cli.replaying import replay
from ui.cli.serving import run_app, serve

app = typer.Typer(
    help="SOT Assistant: cited answers on Sacro-Occipital Technique. Automated information, not a clinician.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,  # locals may hold what a person wrote
)


@app.callback()
def main() -> None:
    """Keep the terminal for answers: log events are for the service."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


app.command()(ask)
app.command()(replay)
app.add_typer(ingesting.app, name="ingest")
app.add_typer(corpus.app, name="corpus")
app.add_typer(guard.app, name="guard")
app.command()(serve)
app.command("app")(run_app)
app.command()(evaluate)
app.command()(bench)
