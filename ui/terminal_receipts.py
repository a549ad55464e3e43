"""How an answer would differ now, in the terminal: what changed, and what of it shows."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from assistant.domain import Receipt, Verdict
from assistant.receipts import Difference


def show_difference(receipt: Receipt, difference: Difference, console: Console) -> None:
    """Print a difference.

    Args:
        receipt: of the earlier answer.
        difference: from it to what would be answered now.
        console: where to.
    """
    console.print(f"[bold]{escape(receipt.question.text)}[/bold]  [dim]{receipt.question.audience}, {receipt.at}[/dim]")
    console.print(_changed(difference))
    console.print(_decided(difference))
    if difference.candidates:
        console.print(_candidates(difference))
    if difference.is_none:
        console.print("[green]The same would be said now.[/green]")
    for line in difference.removed:
        console.print(f"[red]- {escape(line)}[/red]")
    for line in difference.added:
        console.print(f"[green]+ {escape(line)}[/green]")


def _changed(difference: Difference) -> Table | str:
    if not difference.changed:
        return "Made from the same build, corpus, code, guard and settings."
    table = Table("changed", "then", "now", title="What it is made from")
    for name, (then, now) in difference.changed.items():
        table.add_row(name, escape(then[:40]), escape(now[:40]))
    return table


def _decided(difference: Difference) -> Table:
    table = Table("decided by", "then", "now", title="Verdicts")
    table.add_row("guard", *map(_verdict, difference.screened))
    table.add_row("coverage", *map(_number, difference.confidence))
    table.add_row("answer", *map(_verdict, difference.verdict))
    return table


def _candidates(difference: Difference) -> Table:
    table = Table("section", "then", "now", title="Candidates by score")
    for one in difference.candidates:
        table.add_row(escape(one.section), _number(one.then), _number(one.now))
    return table


def _verdict(verdict: Verdict) -> str:
    return f"{verdict.action} ({escape(verdict.rule)})"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
