"""`sot replay`."""

from typing import Annotated

import typer

from assistant.settings import read_settings
from ui.cli.console import err, errors_shown, out

DIFFERENT = 1


def replay(
    receipt_id: Annotated[str, typer.Argument(metavar="RECEIPT", help="A receipt's id, or its answer's.")],
    diff: Annotated[
        bool, typer.Option("--diff", help="Answer as today instead, and show what differs and why.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as the service sent it.")] = False,
) -> None:
    """Make an answer again from its receipt, and see that it is the same, byte for byte.

    Exit code 1 if it is not.

    [dim]sot replay rcp_2f6k... --diff[/dim]
    """
    with errors_shown():
        from assistant.bootstrap import bootstrap
        from assistant.receipts import is_same

        assistant = bootstrap(read_settings(), say=err.print)
        receipt = assistant.memory.receipt(receipt_id)
        if diff:
            from ui.terminal_receipts import show_difference

            show_difference(receipt, assistant.compare(receipt), out)
            return
        answer = assistant.replay(receipt)
    if as_json:
        from ui.api.schemas import AnswerOut

        out.out(AnswerOut.of(answer).model_dump_json(), highlight=False)
    else:
        from ui.terminal import show_answer

        show_answer(answer, out)
    if is_same(receipt, answer):
        err.print(f"The same as on {receipt.at}, byte for byte (SHA-256 {receipt.sha256[:16]}).", highlight=False)
    else:
        err.print(
            f"[red]Not the same[/red] as on {receipt.at}. See why: sot replay {receipt.id} --diff", highlight=False
        )
        raise typer.Exit(DIFFERENT)
