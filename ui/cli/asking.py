"""`sot ask`."""

from typing import Annotated

import typer

from assistant.settings import read_settings
from ingest.documents import Audience
from ui.cli.console import err, errors_shown, out


def ask(
    question: Annotated[str, typer.Argument(help="The question, in your own words.")],
    audience: Annotated[Audience, typer.Option(help="Whose form the answer takes.")] = Audience.PATIENT,
    region: Annotated[str | None, typer.Option(help="Region for emergency numbers, such as US or GB.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as the service sends it.")] = False,
) -> None:
    """Ask one question and print the answer with its sources.

    [dim]sot ask "Who developed SOT and when?"[/dim]
    """
    with errors_shown():
        from assistant.bootstrap import bootstrap
        from assistant.domain import Question

        settings = read_settings()
        assistant = bootstrap(settings, say=err.print)
        answer = assistant.ask(Question(question, audience, (region or settings.region).upper()))
    if as_json:
        from ui.api.schemas import AnswerOut

        out.print_json(AnswerOut.of(answer).model_dump_json())
    else:
        from ui.terminal import show_answer

        show_answer(answer, out)
