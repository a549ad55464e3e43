"""`sot guard`."""

from typing import Annotated

import typer

from assistant.settings import read_settings
from ui.cli.console import err, errors_shown, out

app = typer.Typer(help="Look after the guard.", no_args_is_help=True)


@app.command("train")
def guard_train() -> None:
    """Rebuild the guard's classifier from its training text and print cross-validated figures.

    It took 86 minutes on one core.
    """
    with errors_shown():
        from assistant.guard.command import rebuild

        report = rebuild(read_settings().home, say=err.print)
    out.print(report, soft_wrap=True, highlight=False)


@app.command("explain")
def guard_explain(
    message: Annotated[str, typer.Argument(help="what somebody writes")],
    after: Annotated[list[str] | None, typer.Option(help="a message before it; give it again for more")] = None,
) -> None:
    """Show how the guard reads a message: normalised text, rules, scores, thresholds, verdict."""
    with errors_shown():
        from assistant.bootstrap import GUARD, open_guard, tuned_encoder
        from assistant.guard.policy import Policy
        from ui.explaining import explain

        guard = open_guard(tuned_encoder(read_settings().home, say=err.print))
        explain(guard, Policy.read(GUARD / "policy.yaml"), message, after or [], out)
