"""An answer in the terminal: its text, the numbers to call, the sources behind the markers."""

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel

from assistant.domain import Action, Answer, Citation
from ingest.documents import Voice
from ui.wording import NOTICE, TITLES, rests_on

_STYLES = {Action.EMERGENCY: "bold red", Action.CRISIS: "bold magenta", Action.ANSWER: "green"}


def show_answer(answer: Answer, console: Console) -> None:
    """Print an answer.

    Args:
        answer: what to print. Its text is printed as it is: no markup in it has an effect.
        console: where to.
    """
    if answer.about:
        console.print(f"[dim]Understood as: {escape(answer.about)}[/dim]")
    action = answer.verdict.action
    console.print(
        Panel(escape(answer.text), title=TITLES[action], border_style=_STYLES.get(action, "yellow"), padding=(1, 2))
    )
    for contact in answer.contacts:
        console.print(f"  [bold]{escape(contact.number)}[/bold]  {escape(contact.service)} ({contact.region})")
    for citation in answer.citations:
        _show_citation(citation, console)
    if answer.suggestions:
        console.print("\n[bold]You could also ask[/bold]")
        for suggestion in answer.suggestions:
            console.print(f"  {escape(suggestion)}")
    console.print(f"\n[dim]{NOTICE}[/dim]")
    if answer.receipt:
        console.print(f"[dim]Receipt {answer.receipt}[/dim]")


def _show_citation(citation: Citation, console: Console) -> None:
    strength = f", {citation.strength}" if citation.strength else ""
    sources = "; ".join(dict.fromkeys(_source_line(citation)))
    where = f"{citation.title}: {citation.heading[-1]} ({citation.voice}{strength})"
    line = f"[{citation.marker}] {where}. {rests_on(in_our_words=citation.voice is not Voice.CLINIC)}: {sources}"
    console.print(Padding(f"[dim]{escape(line)}[/dim]", (0, 0, 0, 2)))


def _source_line(citation: Citation) -> list[str]:
    return [
        ", ".join(str(part) for part in (source.title, source.publisher, source.year) if part)
        for source in citation.sources
    ]
